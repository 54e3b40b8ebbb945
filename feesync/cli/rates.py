"""`feesync rates`: locality-adjusted rates of codes."""

from __future__ import annotations

from datetime import date as Date

import click

from feesync import grid, provenance
from feesync.cli.options import csv_option, date_option, db_option, json_option, one_format, qp_option
from feesync.cli.output import print_csv, print_json, print_table, shortened
from feesync.hcpcs import read_code
from feesync.money import dollars
from feesync.schedule import FeeSchedule, Quote, open_schedule


@click.command("rates", short_help="Locality-adjusted rates of codes.")
@click.argument("hcpcs", nargs=-1, required=True)
@click.option("--locality", "places", multiple=True, help="Locality, as for estimate; repeatable. All by default.")
@click.option("--state", metavar="ST", help="All localities of a state.")
@date_option
@click.option("--year", type=click.IntRange(2000, 2099), help="The newest loaded release of a year, instead of --date.")
@qp_option
@csv_option
@json_option
@db_option
@click.pass_context
def command(
    ctx: click.Context,
    hcpcs: tuple[str, ...],
    places: tuple[str, ...],
    state: str | None,
    day: Date | None,
    year: int | None,
    qp: bool,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Print locality-adjusted rates of codes: what Medicare allows in each setting, before modifiers.

    \b
      feesync rates 64493 64494 --locality 01112-05 --locality national --date 2025-11-03
      feesync rates 64493 --state CA --year 2025 --csv
    """
    one_format(as_json, as_csv)
    if day and year is not None:
        raise click.UsageError("--date and --year exclude each other")
    if places and state:
        raise click.UsageError("--locality and --state exclude each other")
    schedule = open_schedule(ctx.obj)
    when = _newest(schedule, year) if year is not None else day or Date.today()
    wanted = state.strip().upper() if state else None
    quotes = [quote for code in map(read_code, hcpcs) for quote in schedule.rates(code, places, wanted, when, qp=qp)]
    if as_json:
        print_json([dict(zip(grid.COLUMNS, grid.row(quote), strict=True)) for quote in quotes])
    elif as_csv:
        print_csv(grid.COLUMNS, map(grid.row, quotes))
    else:
        _print_table(quotes)
    for note in dict.fromkeys(note for quote in quotes for note in provenance.notes(quote, when, qp=qp)):
        click.echo(f"feesync: {note.severity.value}: {note.text}", err=True)


def _newest(schedule: FeeSchedule, year: int) -> Date:
    days = [release.effective_from for release in schedule.releases() if release.year == year]
    return max(days) if days else Date(year, 1, 1)


def _print_table(quotes: list[Quote]) -> None:
    columns = (
        "Code",
        "Status",
        "Locality",
        "State",
        "Name",
        "Nonfacility",
        "Facility",
        "Limit nonfac.",
        "Limit fac.",
        "Basis",
        "Release",
    )
    rows = []
    for quote in quotes:
        rate, place = quote.rate, quote.locality
        money = ["" if (amount := getattr(rate, name)) is None else f"{dollars(amount):,.2f}" for name in grid.MONEY[:4]]
        code = f"{rate.hcpcs}-{rate.modifier}" if rate.modifier else rate.hcpcs
        rows.append(
            [code, rate.status, place.key, place.state or "", shortened(place.name), *money, rate.basis, quote.release.label]
        )
    print_table(columns, rows, right=columns[5:9])
