"""`feesync coverage`: the billing sheets of facet joint codes."""

from __future__ import annotations

from datetime import date as Date
from pathlib import Path

import click

from feesync.cli.codes import read_words
from feesync.cli.command import QuietReader, refuse_several
from feesync.cli.hints import error_text
from feesync.cli.options import (
    POS_HELP,
    check_file,
    csv_option,
    date_option,
    db_option,
    file_option,
    force_option,
    json_option,
)
from feesync.cli.output import (
    print_csv_rows,
    print_file,
    print_json,
    print_notes,
    print_text,
)
from feesync.cli.place import optional_locality_option
from feesync.coverage.page import coverage_page
from feesync.coverage.sheet import coverage_sheets
from feesync.errors import ExitStatus
from feesync.model.result import notes_of, one_or_list, rows_of
from feesync.text.cells import count_of
from feesync.text.coverage import coverage_blocks


@click.command("coverage", cls=QuietReader, short_help="The billing sheet of facet joint codes.")
@click.argument("hcpcs", nargs=-1, required=True, callback=read_words)
@click.option("--pos", metavar="POS", help=f"{POS_HELP}, for prior authorization.")
@optional_locality_option
@date_option
@csv_option
@json_option
@file_option("--html", (".html", ".htm"), "Write a page that is ready to print.")
@force_option
@db_option
@click.pass_context
def command(
    ctx: click.Context,
    hcpcs: tuple[str, ...],
    pos: str | None,
    locality: str | None,
    day: Date | None,
    as_csv: bool,
    as_json: bool,
    html: Path | None,
    force: bool,
) -> None:
    """Print what to know before facet joint codes are billed.

    That is what Medicare allows, modifiers, units, prior authorization, frequency, policy, and
    documentation. With a place, what is recorded of other contractors only stands under its own
    heading. JSON of several codes is a list.

    \b
      feesync coverage 64493 --pos 22 --locality 01112-05
      feesync coverage 64493 64494 64635 --zip 33612 --html coverage.html
      feesync coverage 64490-64495 --zip 33612
      feesync coverage 64635 --date 2024-03-01 --json
    """
    refuse_several((("--json", as_json), ("--csv", as_csv), ("--html", html)))
    check_file(ctx, "--html", html, force=force)
    sheets, errors = coverage_sheets(hcpcs, pos=pos, locality=locality, date=day, db=ctx.obj)
    page = coverage_page(sheets)
    if as_json:
        print_json(one_or_list(sheets, several=max(len(hcpcs), len(sheets)) > 1))
    elif as_csv:
        print_csv_rows(rows_of(sheets))
    elif html:
        from feesync.writers import html as pages

        pages.write(html, pages.coverage_html(page), force=force)
        print_file(f"the billing sheet of {count_of(len(sheets), 'code')}", html)
    else:
        print_text(coverage_blocks(page))
    print_notes(notes_of(sheets))
    for error in errors:
        click.echo(f"feesync: {error_text(error)}", err=True)
    if errors:
        ctx.exit(ExitStatus.NO_PRICE)
