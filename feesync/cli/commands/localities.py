"""`feesync localities`: the payment localities, and which of them a ZIP, county or name means."""

from __future__ import annotations

from datetime import date as Date

import click

from feesync.cli.command import Reader
from feesync.cli.hints import with_hint
from feesync.cli.options import csv_option, date_option, db_option, json_option, one_format
from feesync.cli.output import print_csv_rows, print_json, print_notes, print_text
from feesync.schedule.directory import COLUMNS, localities
from feesync.text.localities import localities_blocks, stand_in


@click.command("localities", cls=Reader, short_help="What a ZIP, a county or a name means.")
@click.argument("query", nargs=-1, metavar="[QUERY]")
@date_option
@csv_option
@json_option
@db_option
@click.pass_context
def command(
    ctx: click.Context, query: tuple[str, ...], day: Date | None, as_csv: bool, as_json: bool
) -> None:
    """List the payment localities, or those that QUERY may mean.

    QUERY is a ZIP, a county, a state, a name, a key, a MAC or a contractor.

    \b
      feesync localities
      feesync localities 10001
      feesync localities santa clara --json
      feesync localities noridian

    Each locality has its GPCIs, its counties as CMS words them, how many ZIPs it has by CMS's ZIP5
    file, and the company behind the MAC with its jurisdiction.
    """
    one_format(as_json, as_csv)
    result = localities(" ".join(query) if query else None, date=day, db=ctx.obj)
    remark = with_hint(result.remark, result.hint) if result.remark else ""
    if as_json:
        print_json(result.rows())
    elif as_csv:
        print_csv_rows(result.rows(), COLUMNS)
    else:
        print_text(localities_blocks(result, remark))
    if remark and (as_json or as_csv):
        click.echo(f"feesync: {remark}", err=True)
    print_notes(result.notes)
    if text := stand_in(result):
        click.echo(f"feesync: {text}", err=True)
