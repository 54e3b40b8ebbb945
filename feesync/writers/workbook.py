"""A workbook of rates, with the RVUs, GPCIs and conversion factors behind them, and formulas.

The fee formula is here a second time because a spreadsheet must be able to recompute the amounts;
the amounts beside it are the database's. Out of scope: which rates (grid), and reading workbooks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from feesync.about import VERSION
from feesync.errors import InvalidInputError
from feesync.model.money import decimal
from feesync.model.note import Note
from feesync.model.release import Release
from feesync.pricing.line import Contract
from feesync.schedule import columns
from feesync.schedule.quote import Quote
from feesync.writers import grid
from feesync.writers.book import Untyped, open_book

MOST_ROWS = 1_048_575
"""How many rates a sheet of a workbook has room for, below its header."""

NOTICE = (
    "Amounts are dollars that Medicare allows before modifiers, units and several procedures of a "
    "day; they are no determination of coverage or payment.",
    "'recomputed' is the formula of the fee schedule over the cells of its row: (RVU x GPCI, "
    "summed) x conversion factor, rounded; where CMS gives OPPS relative values, with the lower of "
    "both.",
    "An empty amount is no price: the status is not A, R or T, there are no relative values, or "
    "CMS does not price the facility.",
)

_OPPS = ("opps_nonfacility_pe_rvu", "opps_facility_pe_rvu", "opps_mp_rvu")
_NUMBERS = (
    *("work_rvu", "nonfacility_pe_rvu", "facility_pe_rvu", "mp_rvu"),
    *_OPPS,
    *("work_gpci", "pe_gpci", "mp_gpci", "conversion_factor"),
    *("nonfacility_amount", "nonfacility_recomputed", "facility_amount", "facility_recomputed"),
    *("nonfacility_limiting_charge", "facility_limiting_charge"),
)
_LEFT_OUT = ("nonfacility_fee", "facility_fee")
_OTHERS = tuple(name for name in grid.DECIMALS if name not in (*_NUMBERS, *_LEFT_OUT))
_TEXTS = (*grid.KEY, *columns.OF_RELEASE)
_COLUMNS = (*grid.KEY, *_NUMBERS, *_OTHERS, *columns.OF_RELEASE, *columns.CONTRACT)
_HEADERS = {
    "hcpcs": "HCPCS",
    "mac": "MAC",
    "rvu": "RVU",
    "pe": "PE",
    "mp": "MP",
    "gpci": "GPCI",
    "opps": "OPPS",
}
_WIDTHS = {"locality_name": 48, "hcpcs": 8, "mac": 8, "state": 7, "basis": 8, "status": 8}
_FORMATS = {"rvu": "0.00", "gpci": "0.000", "factor": "0.0000", "percent": "0.00"}
_DOLLARS = "#,##0.00"


def write(
    path: Path,
    quotes: Iterable[Quote],
    day: date,
    query: Sequence[tuple[str, str]],
    notes: Iterable[Note] = (),
    contract: Contract | None = None,
    *,
    force: bool = False,
) -> int:
    """Write rates, as they come, to a workbook with the sheets 'Rates' and 'Source'.

    Args:
        path: the file, which `target.check` has accepted.
        quotes: the rates.
        day: the date of service.
        query: what was asked for, as names and values of the sheet 'Source'.
        notes: what a person should know; they are read after the rates.
        contract: a contract, for the columns of its amounts.
        force: whether an existing file is replaced.

    Returns:
        How many rates were written.

    Raises:
        MissingExtraError: XlsxWriter is not installed.
        InvalidInputError: there are more rates than a sheet has rows; or the file exists and may
            not be replaced.
        OSError: the file cannot be written.
    """
    with open_book(path, force=force) as book:
        releases: dict[tuple[str, str], Release] = {}
        rates, source = book.add_worksheet("Rates"), book.add_worksheet("Source")
        count = _write_rates(book, rates, quotes, day, contract, releases)
        _write_source(book, source, releases.values(), query, notes)
    return count


def _write_rates(
    workbook: Untyped,
    sheet: Untyped,
    quotes: Iterable[Quote],
    day: date,
    contract: Contract | None,
    releases: dict[tuple[str, str], Release],
) -> int:
    bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    more = len(columns.CONTRACT) - len(columns.contract_names(contract))
    names = _COLUMNS[: len(_COLUMNS) - more]
    by_picture = {
        picture: workbook.add_format({"num_format": picture})
        for picture in (*_FORMATS.values(), _DOLLARS)
    }
    formats = [
        None if name in _TEXTS else by_picture[_FORMATS.get(name.rpartition("_")[2], _DOLLARS)]
        for name in names
    ]
    for column, name in enumerate(names):
        sheet.set_column(column, column, _WIDTHS.get(name, 12))
        sheet.write_string(0, column, _header(name), bold)
    sheet.freeze_panes(1, 0)
    number = 0
    for number, quote in enumerate(quotes, start=1):
        if number > MOST_ROWS:
            raise InvalidInputError(
                f"a sheet has room for {MOST_ROWS:,} rates: choose fewer codes or places, or CSV"
            )
        release = quote.release
        releases.setdefault((release.label, release.sha256), release)
        values = _values(quote, day, number, contract)
        for column, (name, picture) in enumerate(zip(names, formats, strict=True)):
            value = values[name]
            if isinstance(value, tuple):
                sheet.write_formula(number, column, value[0], picture, value[1])
            elif isinstance(value, bool):
                sheet.write_boolean(number, column, value)
            elif isinstance(value, Decimal):
                sheet.write_number(number, column, value, picture)
            elif value:
                sheet.write_string(number, column, value)
    sheet.autofilter(0, 0, number, len(names) - 1)
    return number


def _values(quote: Quote, day: date, row: int, contract: Contract | None) -> dict[str, Any]:
    """Return a row's values by column; a formula is a text and its result."""
    values: dict[str, Any] = dict(zip(columns.names(), columns.row(quote, day), strict=True))
    for name in _OPPS:
        rvu = getattr(quote.rate, name)
        values[name] = None if rvu is None else decimal(rvu, 2)
    if contract:
        own = columns.contract_row(
            contract, quote.rate.hcpcs, columns.contract_amounts(quote, contract)
        )
        values.update(zip(columns.contract_names(contract), own, strict=True))
    for setting in ("nonfacility", "facility"):
        amount, name = values[f"{setting}_amount"], f"{setting}_contract_amount"
        values[f"{setting}_recomputed"] = (
            None if amount is None else (f"={_formula(quote, setting, row)}", amount)
        )
        if contract and values[name] is not None:
            amount_text = f"{_cells()[f'{setting}_recomputed']}"
            if contract.conversion_factor:
                amount_text = _formula(quote, setting, row, "contract_conversion_factor")
            values[name] = (_contract_formula(amount_text).replace("#", str(row + 1)), values[name])
    return values


def _formula(quote: Quote, setting: str, row: int, factor: str = "conversion_factor") -> str:
    """Return what recomputes a setting's amount by the conversion factor of a column."""
    if quote.rate.facility_na:
        # of such codes only therapy has an amount, which is the nonfacility one in both settings
        setting = "nonfacility"
    capped = quote.rate.opps_mp_rvu is not None
    return _template(setting, capped, factor).replace("#", str(row + 1))


@cache
def _template(setting: str, capped: bool, factor: str) -> str:
    """Return what recomputes a setting's amount, with # for the number of the row."""
    at = _cells()
    work = f"{at['work_rvu']}*{at['work_gpci']}"
    pe_mp = f"{at[f'{setting}_pe_rvu']}*{at['pe_gpci']}+{at['mp_rvu']}*{at['mp_gpci']}"
    if capped:
        cap = f"{at[f'opps_{setting}_pe_rvu']}*{at['pe_gpci']}+{at['opps_mp_rvu']}*{at['mp_gpci']}"
        pe_mp = f"MIN({pe_mp},{cap})"
    return f"ROUND(({work}+{pe_mp})*{at[factor]},2)"


def _contract_formula(amount: str) -> str:
    """Return the formula of a contract's amount, with # for the number of the row."""
    return f"=ROUND({amount}*{_cells()['contract_percent']}/100,2)"


@cache
def _cells() -> dict[str, str]:
    from xlsxwriter.utility import xl_col_to_name

    return {name: f"{xl_col_to_name(column)}#" for column, name in enumerate(_COLUMNS)}


def _header(name: str) -> str:
    words = [_HEADERS.get(word, word) for word in name.split("_")]
    return " ".join([words[0][0].upper() + words[0][1:], *words[1:]])


def _write_source(
    workbook: Untyped,
    sheet: Untyped,
    releases: Iterable[Release],
    query: Sequence[tuple[str, str]],
    notes: Iterable[Note],
) -> None:
    bold = workbook.add_format({"bold": True})
    top = workbook.add_format({"valign": "top", "text_wrap": True})
    rows: list[tuple[str, str]] = [*query]
    for release in releases:
        rows += [
            ("Release", release.label),
            ("In effect", f"{release.effective_from} to {release.effective_to}"),
            (
                "Conversion factor",
                ", ".join(
                    f"{decimal(factor, 4)} {basis}" for basis, factor in release.factors.items()
                ),
            ),
            ("From", release.source),
            ("sha256", release.sha256),
            ("Loaded", release.loaded_at or "embedded in feesync"),
        ]
    rows += [(note.severity.value.capitalize(), note.text) for note in notes]
    rows += [("Note", text) for text in NOTICE]
    rows += [
        ("Publisher", "Centers for Medicare & Medicaid Services, PFS relative value files"),
        ("Made by", f"feesync {VERSION}"),
    ]
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 110)
    for number, (name, value) in enumerate(rows):
        sheet.write_string(number, 0, name, bold)
        sheet.write_string(number, 1, value, top)
