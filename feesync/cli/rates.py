"""`feesync rates`: locality-adjusted rates of codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date as Date
from pathlib import Path

import click

from feesync import grid, provenance
from feesync.cli.options import (
    csv_option,
    date_option,
    db_option,
    file_option,
    json_option,
    one_choice_of_places,
    one_format,
    place_options,
    qp_option,
)
from feesync.cli.output import cents, print_csv, print_json_rows, print_notes, print_table, shortened
from feesync.hcpcs import read_codes
from feesync.pricing.line import Note
from feesync.schedule import Quote, open_schedule

_COLUMNS = (
    "Code", "Status", "Locality", "State", "Name", "Nonfacility", "Facility", "Limit nonfac.", "Limit fac.", "Basis", "Release",
)  # fmt: skip


@click.command("rates", short_help="Locality-adjusted rates of codes.")
@click.argument("hcpcs", nargs=-1, required=True)
@place_options
@date_option
@click.option("--year", type=click.IntRange(2000, 2099), help="The newest loaded release of a year, instead of --date.")
@qp_option
@csv_option
@json_option
@file_option("--xlsx", (".xlsx",), "Write a workbook, with formulas that recompute the amounts.")
@db_option
@click.pass_context
def command(
    ctx: click.Context,
    hcpcs: tuple[str, ...],
    places: tuple[str, ...],
    state: str | None,
    everywhere: bool,
    day: Date | None,
    year: int | None,
    qp: bool,
    as_csv: bool,
    as_json: bool,
    xlsx: Path | None,
) -> None:
    """Print locality-adjusted rates of codes: what Medicare allows in each setting, before modifiers.

    HCPCS is a code, or a range of codes of one form, all that the release has from the first to the last.

    \b
      feesync rates 64493 64494 --locality 01112-05 --locality national --date 2025-11-03
      feesync rates 64490-64495 --state CA --year 2025 --csv
      feesync rates 64490-64495 64633-64636 --xlsx facets.xlsx
    """
    one_format(as_json, as_csv, xlsx)
    if day and year is not None:
        raise click.UsageError("--date and --year exclude each other")
    one_choice_of_places(places, state, everywhere)
    schedule = open_schedule(ctx.obj)
    when = schedule.newest_day(year) if year is not None else day or Date.today()
    notes: dict[Note, None] = {}
    quotes = _noting(grid.quotes(schedule, [*map(read_codes, hcpcs)], places, state, when, qp=qp), when, qp, notes)
    if as_json:
        print_json_rows(grid.COLUMNS, map(grid.row, quotes))
    elif as_csv:
        print_csv(grid.COLUMNS, map(grid.row, quotes))
    elif xlsx:
        _write_workbook(xlsx, quotes, hcpcs, f"the newest release of {year}" if year is not None else str(when))
    else:
        print_table(_COLUMNS, map(_cells, quotes), right=_COLUMNS[5:9])
    print_notes(notes)


def _noting(quotes: Iterable[Quote], when: Date, qp: bool, notes: dict[Note, None]) -> Iterator[Quote]:
    for quote in quotes:
        notes.update(dict.fromkeys(provenance.notes(quote, when, qp=qp)))
        yield quote


def _write_workbook(path: Path, quotes: Iterable[Quote], hcpcs: tuple[str, ...], when: str) -> None:
    from feesync import workbook

    count = workbook.write(path, quotes, [("Codes", " ".join(hcpcs)), ("Date of service", when)])
    click.echo(f"feesync: {count:,} rates in {path}", err=True)


def _cells(quote: Quote) -> list[str]:
    rate, place = quote.rate, quote.locality
    money = [cents(getattr(rate, name)) for name in grid.MONEY[:4]]
    code = f"{rate.hcpcs}-{rate.modifier}" if rate.modifier else rate.hcpcs
    return [code, rate.status, place.key, place.state or "", shortened(place.name), *money, rate.basis, quote.release.label]
