"""`feesync status`: what is loaded, from which files, since when, and whether it is fresh."""

from __future__ import annotations

import click

from feesync.cli.command import QuietReader
from feesync.cli.hints import with_hint, words
from feesync.cli.options import csv_option, db_option, json_option, one_format
from feesync.cli.output import print_csv_rows, print_json, print_text
from feesync.errors import Hint, HintKind, one_line
from feesync.refresh.status import status as refresh_status
from feesync.text.status import status_blocks


@click.command("status", cls=QuietReader, short_help="What is loaded, from where, how fresh.")
@click.option(
    "--max-age",
    metavar="AGE",
    help="Exit with 7 where the last successful sync is older, such as 30d, 12h or 4w.",
)
@click.option(
    "--need-current",
    is_flag=True,
    help="Exit with 7 where no loaded release is of today's quarter.",
)
@csv_option
@json_option
@db_option
@click.pass_context
def command(
    ctx: click.Context, max_age: str | None, need_current: bool, as_csv: bool, as_json: bool
) -> None:
    """Show the loaded releases, their sources, and when they were last compared with CMS.

    \b
      feesync status
      feesync status --max-age 30d --need-current
      feesync status --csv

    Every row is compared with the checksum that was stored when it was loaded; where one differs,
    the exit status is 1.

    With --max-age, the schedule is stale where no 'feesync sync' has succeeded within that age, or
    no loaded release answers for today. With --need-current, it is stale where no loaded release is
    in effect today, even if one of another quarter stands in because CMS has nothing newer yet.
    """
    one_format(as_json, as_csv)
    result = refresh_status(max_age=max_age, need_current=need_current, db=ctx.obj)
    if as_json:
        print_json(result.to_dict())
    elif as_csv:
        print_csv_rows(result.rows())
    else:
        print_text(status_blocks(result, words, with_hint))
    for damage in result.damages:
        text = with_hint(one_line(damage), Hint(HintKind.LOAD_ANEW))
        click.echo(f"feesync: {text}", err=True)
    if result.stale_because:
        stale = result.stale_because
        stale += f"; {words(result.stale_hint)}" if result.stale_hint else ""
        click.echo(f"feesync: stale: {stale}", err=True)
    ctx.exit(result.status)
