"""`feesync rates`: locality-adjusted rates of codes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import date as Date
from pathlib import Path
from typing import Any

import click

from feesync.claims import arguments
from feesync.cli.codes import bare_codes, codes_option, read_words, with_codes
from feesync.cli.command import Reader
from feesync.cli.contract import contract_options
from feesync.cli.numbers import WholeNumber
from feesync.cli.options import (
    check_file,
    csv_option,
    date_option,
    db_option,
    file_option,
    force_option,
    json_option,
    one_format,
    qp_option,
)
from feesync.cli.output import (
    print_csv,
    print_file,
    print_json_rows,
    print_notes,
    print_text,
    print_unknown,
)
from feesync.cli.place import place_options
from feesync.errors import UnknownCodeError
from feesync.model.hcpcs import read_codes
from feesync.model.note import Note
from feesync.pricing.contract import factor_notes
from feesync.pricing.line import Contract
from feesync.schedule import columns
from feesync.schedule import notes as provenance
from feesync.schedule.quote import Quote
from feesync.schedule.rates import FeeSchedule
from feesync.schedule.threads import open_schedule
from feesync.text.cells import count_of
from feesync.text.rates import rates_table, reason
from feesync.writers import csv_text, grid, json_text
from feesync.writers.rates import Rates, rates


@click.command("rates", cls=Reader, short_help="Locality-adjusted rates of codes.")
@click.argument("hcpcs", nargs=-1, metavar="HCPCS...", callback=read_words)
@codes_option("one code or range")
@place_options
@date_option
@click.option(
    "--year",
    type=WholeNumber(2000, 2099),
    help="The newest loaded release of a year, instead of --date.",
)
@qp_option
@contract_options
@csv_option
@json_option
@file_option("--xlsx", (".xlsx",), "Write a workbook, with formulas that recompute the amounts.")
@force_option
@db_option
@click.pass_context
def command(
    ctx: click.Context,
    hcpcs: tuple[str, ...],
    more: tuple[str, ...],
    places: tuple[str, ...],
    states: tuple[str, ...],
    day: Date | None,
    year: int | None,
    qp: bool,
    percent: str | dict[str, str] | None,
    of_year: int | None,
    conversion_factor: str | None,
    as_csv: bool,
    as_json: bool,
    xlsx: Path | None,
    force: bool,
) -> None:
    """Print locality-adjusted rates of codes: what Medicare allows in each setting.

    HCPCS is a code, or a range of codes of one form, which means all codes of the release from the
    first to the last. Amounts are before modifiers. A code without a price is a row without
    amounts; that is an answer, and the exit status is 0. A code that the release lacks is named on
    stderr beside the rows of the others; the exit status is then 6.

    \b
      feesync rates 64493 64494 --locality 01112-05 --locality national
      feesync rates 64490-64495 --state CA --year 2025 --csv
      feesync rates 64490-64495 64633-64636 --xlsx facets.xlsx
      feesync rates 64493 --state AL --percent 110 --of-year 2022
    """
    hcpcs = with_codes(ctx, "hcpcs", hcpcs, bare_codes(more))
    one_format(as_json, as_csv, xlsx)
    if len([value for value in (day, year, of_year) if value is not None]) > 1:
        raise click.UsageError(
            "--date, --year and --of-year exclude each other: each says which release's rates are "
            "meant"
        )
    check_file(ctx, "--xlsx", xlsx, force=force)
    if as_json or as_csv:
        answer = rates(
            hcpcs,
            locality=places,
            state=states,
            date=day,
            year=year,
            qp=qp,
            percent=percent,
            of_year=of_year,
            conversion_factor=conversion_factor,
            db=ctx.obj,
        )
        _print_rows(answer, as_json=as_json)
        print_notes(answer.notes)
        print_unknown(ctx, answer.unknown)
        return
    schedule = open_schedule(ctx.obj)
    terms = arguments.contract(percent, of_year, conversion_factor)
    newest = year or of_year
    notes: dict[Note, None] = dict.fromkeys(factor_notes(terms) if terms else ())
    reasons: dict[str, None] = {}
    unknown: list[UnknownCodeError] = []
    with schedule.hold():  # all rows are of the same releases, whatever is loaded meanwhile
        when = schedule.newest_day(newest) if newest else day or Date.today()
        quotes = _with_notes(
            schedule,
            grid.quotes(
                schedule, [*map(read_codes, hcpcs)], places, states, when, qp=qp, unknown=unknown
            ),
            when,
            qp,
            notes,
        )
        if xlsx:
            release = (
                ("Rates of", f"the newest loaded release of {newest}")
                if newest
                else ("Date of service", str(when))
            )
            _write_workbook(
                xlsx, quotes, when, [("Codes", " ".join(hcpcs)), release], terms, notes, force=force
            )
        else:
            print_text([rates_table(_rows(quotes, when, terms, reasons), terms)])
    print_notes(notes)
    for text in reasons:
        click.echo(f"feesync: no price: {text}", err=True)
    print_unknown(ctx, unknown)


def _print_rows(answer: Rates, *, as_json: bool) -> None:
    if not answer.contract:
        form = json_text if as_json else csv_text
        form.write(sys.stdout, answer.grid.blocks())
    elif as_json:
        print_json_rows(answer)
    else:
        print_csv(answer.columns, answer.cells())


def _with_notes(
    schedule: FeeSchedule, quotes: Iterable[Quote], when: Date, qp: bool, notes: dict[Note, None]
) -> Iterator[Quote]:
    for quote in quotes:
        notes.update(dict.fromkeys(provenance.notes(schedule, quote, when, qp=qp)))
        yield quote


def _write_workbook(
    path: Path,
    quotes: Iterable[Quote],
    when: Date,
    query: list[tuple[str, str]],
    terms: Contract | None,
    notes: dict[Note, None],
    *,
    force: bool,
) -> None:
    from feesync.writers import workbook

    contract = [("Contract", terms.words)] if terms else []
    count = workbook.write(path, quotes, when, [*query, *contract], notes, terms, force=force)
    print_file(count_of(count, "rate"), path)


def _rows(
    quotes: Iterable[Quote], when: Date, terms: Contract | None, reasons: dict[str, None]
) -> Iterator[dict[str, Any]]:
    """Yield rates by the names of their columns, and collect the reasons of those without one."""
    for quote in quotes:
        row: dict[str, Any] = {**columns.to_dict(quote, when)}
        if terms:
            own = columns.contract_row(
                terms, quote.rate.hcpcs, columns.contract_amounts(quote, terms)
            )
            row.update(zip(columns.contract_names(terms), own, strict=True))
        if text := reason(row):
            reasons[text] = None
        yield row
