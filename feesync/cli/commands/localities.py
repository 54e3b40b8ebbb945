"""`feesync localities`: what places Medicare pays by, and what a ZIP, a county or a name means."""

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

    A ZIP, a county, a state, a name, a key, a MAC, a contractor.

    \b
      feesync localities
      feesync localities 10001
      feesync localities "santa clara" --json
      feesync localities noridian

    With each go its GPCIs, its counties as CMS words them, how many ZIPs CMS's ZIP5 file gives it,
    and the company that is the MAC with its jurisdiction.
    """
    one_format(as_json, as_csv)
    schedule = open_schedule(ctx.obj)
    when = day or Date.today()
    with schedule.held():
        found = (
            schedule.find_localities(query, when)
            if query
            else SearchResult(*schedule.localities(when))
        )
        counties = schedule.counties(when)
        _, zips = schedule.zip_counts(when)

    def row(place: Locality) -> list[object]:
        gpcis = [decimal(gpci, 3) for gpci in (place.work_gpci, place.pe_gpci, place.mp_gpci)]
        key, who = (place.mac, place.locality), contractors().get(place.mac)
        about = (
            counties.get(key),
            who and who.name,
            who and who.jurisdiction,
            zips.get(key),
            found.spans,
        )
        return [*key, place.state, place.name, *gpcis, *about]

    known = with_hint(found.remark, found.hint) if found.remark else ""
    if as_json:
        print_json([dict(zip(_COLUMNS, row(place), strict=True)) for place in found.localities])
    elif as_csv:
        print_csv(_COLUMNS, map(row, found.localities))
    else:
        if known:
            click.echo(f"{known}\n")
        print_table(
            _TABLE,
            [_shown(place, row(place)) for place in found.localities],
            right=_RIGHT,
            wrapped=_WIDTHS,
        )
    if known and (as_json or as_csv):
        click.echo(f"feesync: {known}", err=True)
    print_notes(acceptance_notes(found.release))
    if not found.release.covers(when):
        click.echo(
            f"feesync: no loaded release covers {when}; {found.release.label} answers", err=True
        )


def _shown(place: Locality, row: list[object]) -> list[object]:
    gpcis, (counties, contractor, jurisdiction, zips) = row[4:7], row[7:11]
    who = f"{contractor} ({jurisdiction})" if contractor else ""
    return [place.key, place.state or "", place.name, counties or "", *gpcis, zips or "", who]
