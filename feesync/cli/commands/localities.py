"""`feesync localities`: the payment localities, and which of them a ZIP, county or name means."""

from __future__ import annotations

from datetime import date as Date

import click

from feesync.cli.command import Reader
from feesync.cli.hints import with_hint
from feesync.cli.options import csv_option, date_option, db_option, json_option, one_format
from feesync.cli.output import print_csv, print_json, print_notes, print_table
from feesync.model.locality import Locality
from feesync.model.money import decimal
from feesync.places.resolver import SearchResult
from feesync.reference.contractors import contractors
from feesync.schedule.notes import acceptance_notes
from feesync.schedule.threads import open_schedule

_COLUMNS = (
    "mac",
    "locality",
    "state",
    "name",
    "work_gpci",
    "pe_gpci",
    "mp_gpci",
    "counties",
    "contractor",
    "jurisdiction",
    "zips",
    "zip_spans_localities",
)
_TABLE = (
    "Locality",
    "State",
    "Name",
    "Counties",
    "Work GPCI",
    "PE GPCI",
    "MP GPCI",
    "ZIPs",
    "Contractor",
)
_RIGHT = ("Work GPCI", "PE GPCI", "MP GPCI", "ZIPs")
_WIDTHS = {"Name": 32, "Counties": 32, "Contractor": 22}


@click.command("localities", cls=Reader, short_help="What a ZIP, a county or a name means.")
@click.argument("query", required=False)
@date_option
@csv_option
@json_option
@db_option
@click.pass_context
def command(
    ctx: click.Context, query: str | None, day: Date | None, as_csv: bool, as_json: bool
) -> None:
    """List the payment localities, or those that QUERY may mean.

    QUERY is a ZIP, a county, a state, a name, a key, a MAC or a contractor.

    \b
      feesync localities
      feesync localities 10001
      feesync localities "santa clara" --json
      feesync localities noridian

    Each locality has its GPCIs, its counties as CMS words them, how many ZIPs it has by CMS's ZIP5
    file, and the company behind the MAC with its jurisdiction.
    """
    one_format(as_json, as_csv)
    schedule = open_schedule(ctx.obj)
    when = day or Date.today()
    with schedule.held():
        result = (
            schedule.find_localities(query, when)
            if query
            else SearchResult(*schedule.localities(when))
        )
        counties = schedule.counties(when)
        _, zips = schedule.zip_counts(when)

    def row(place: Locality) -> list[object]:
        gpcis = [decimal(gpci, 3) for gpci in (place.work_gpci, place.pe_gpci, place.mp_gpci)]
        key, contractor = (place.mac, place.locality), contractors().get(place.mac)
        about = (
            counties.get(key),
            contractor and contractor.name,
            contractor and contractor.jurisdiction,
            zips.get(key),
            result.spans,
        )
        return [*key, place.state, place.name, *gpcis, *about]

    remark = with_hint(result.remark, result.hint) if result.remark else ""
    if as_json:
        print_json([dict(zip(_COLUMNS, row(place), strict=True)) for place in result.localities])
    elif as_csv:
        print_csv(_COLUMNS, map(row, result.localities))
    else:
        if remark:
            click.echo(f"{remark}\n")
        print_table(
            _TABLE,
            [_cells(place, row(place)) for place in result.localities],
            right=_RIGHT,
            wrapped=_WIDTHS,
        )
    if remark and (as_json or as_csv):
        click.echo(f"feesync: {remark}", err=True)
    print_notes(acceptance_notes(result.release))
    if not result.release.covers(when):
        click.echo(
            f"feesync: no loaded release covers {when}; {result.release.label} answers", err=True
        )


def _cells(place: Locality, row: list[object]) -> list[object]:
    gpcis, (counties, contractor, jurisdiction, zips) = row[4:7], row[7:11]
    contractor = f"{contractor} ({jurisdiction})" if contractor else ""
    return [
        place.key,
        place.state or "",
        place.name,
        counties or "",
        *gpcis,
        zips or "",
        contractor,
    ]
