"""`feesync localities`: what places Medicare pays by, and what a name means."""

from __future__ import annotations

from datetime import date as Date

import click

from feesync.cli.options import csv_option, date_option, db_option, json_option, one_format
from feesync.cli.output import print_csv, print_json, print_table, shortened
from feesync.localities import Locality
from feesync.money import decimal
from feesync.schedule import open_schedule

_COLUMNS = ("mac", "locality", "state", "name", "work_gpci", "pe_gpci", "mp_gpci", "counties")


@click.command("localities", short_help="Payment localities, and what a name means.")
@click.argument("query", required=False)
@date_option
@csv_option
@json_option
@db_option
@click.pass_context
def command(ctx: click.Context, query: str | None, day: Date | None, as_csv: bool, as_json: bool) -> None:
    """List the payment localities, or those that QUERY may mean: a key, a MAC, a state, a name or a county.

    \b
      feesync localities
      feesync localities CA
      feesync localities "san jose" --json
    """
    one_format(as_json, as_csv)
    schedule = open_schedule(ctx.obj)
    when = day or Date.today()
    release, found = schedule.find_localities(query, when) if query else schedule.localities(when)
    counties = schedule.counties(when)

    def row(place: Locality) -> list[object]:
        gpcis = [decimal(gpci, 3) for gpci in (place.work_gpci, place.pe_gpci, place.mp_gpci)]
        return [place.mac, place.locality, place.state, place.name, *gpcis, counties.get((place.mac, place.locality))]

    if as_json:
        print_json([dict(zip(_COLUMNS, row(place), strict=True)) for place in found])
    elif as_csv:
        print_csv(_COLUMNS, map(row, found))
    else:
        shown = [[place.key, place.state or "", shortened(place.name), *row(place)[4:7]] for place in found]
        print_table(
            ("Locality", "State", "Name", "Work GPCI", "PE GPCI", "MP GPCI"),
            shown,
            right=("Work GPCI", "PE GPCI", "MP GPCI"),
        )
    if not release.covers(when):
        click.echo(f"feesync: no loaded release covers {when}; {release.label} answers", err=True)
