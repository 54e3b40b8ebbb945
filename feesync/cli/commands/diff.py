"""`feesync diff`: what changed between two releases, or two revisions of one."""

from __future__ import annotations

import click

from feesync.changes.change import COLUMNS
from feesync.changes.diff import diffs
from feesync.cli.command import QuietReader, refuse_several
from feesync.cli.numbers import WholeNumber
from feesync.cli.options import csv_option, db_option, json_option, one_format, qp_option
from feesync.cli.output import (
    print_csv_rows,
    print_json,
    print_notes,
    print_text,
    print_unknown,
)
from feesync.cli.place import state_option
from feesync.model.rate import Setting
from feesync.model.result import notes_of, one_or_list, rows_of
from feesync.text.diff import ROWS, diff_blocks


@click.command("diff", cls=QuietReader, short_help="What changed between two releases.")
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@click.option(
    "--locality",
    "places",
    multiple=True,
    help="Where to give dollars, as for estimate; national by default. Repeatable.",
)
@state_option
@click.option(
    "--setting",
    type=click.Choice([setting.value for setting in Setting]),
    help="One setting; both by default.",
)
@click.option(
    "--code",
    "codes",
    multiple=True,
    metavar="HCPCS",
    help="A code, or a range of codes, to compare (repeatable); all by default.",
)
@click.option(
    "--most",
    type=WholeNumber(0),
    default=ROWS,
    show_default=True,
    metavar="N",
    help="Rows of the table; 0 for all. CSV and JSON always have all.",
)
@qp_option
@csv_option
@json_option
@db_option
@click.pass_context
def command(
    ctx: click.Context,
    before: str,
    after: str,
    places: tuple[str, ...],
    states: tuple[str, ...],
    setting: str | None,
    codes: tuple[str, ...],
    most: int,
    qp: bool,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Show what changed from one release to another.

    That is the conversion factor, localities, codes, and payments in dollars. BEFORE and AFTER are
    labels, or years, whose newest loaded release is meant, or LABEL@HASH for a revision that CMS
    has replaced: a label and the beginning of its sha256. In several places, the dollars of each
    follow, and JSON is a list. The largest change in dollars comes first, then prices that were
    added or removed, then codes whose price did not change.

    \b
      feesync diff 2025 2026 --code 64493 --locality AL --locality CA-05
      feesync diff RVU25D RVU26C --locality CA-05 --code 64490-64495
      feesync diff RVU25D@1a2b3c RVU25D --csv
    """
    one_format(as_json, as_csv)
    settings = [Setting(setting)] if setting else list(Setting)
    refuse_several((("--locality", places), ("--state", states)))
    results = diffs(
        before,
        after,
        places=places or (() if states else ("national",)),
        states=states,
        settings=settings,
        codes=codes,
        qp=qp,
        db=ctx.obj,
    )
    print_notes(notes_of(results))
    if as_json:
        print_json(one_or_list(results, several=len(results) > 1))
    elif as_csv:
        print_csv_rows(rows_of(results), COLUMNS)
    else:
        print_text(diff_blocks(results, most))
    print_unknown(ctx, results[0].unknown)
