"""A price list of one's own as a file: its columns, however they are spelled, and its rows.

Out of scope: what a cell means (price_check), and the table itself (formats.table).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from feesync.claims.cells import safe_cells, safe_modifiers
from feesync.errors import InvalidInputError
from feesync.formats.line_columns import (
    CODE,
    SPELLINGS,
    WHERE_AND_WHEN,
    by_our_names,
    code_and_modifiers,
)
from feesync.formats.table import Row, read_table

_AMOUNTS = ("amount", "nonfacility_amount", "facility_amount")
_OTHERS = ("locality", "setting", "pos", "date")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    **SPELLINGS,
    "amount": (
        *("fee", "price", "rate", "charge", "charges", "allowed", "allowable", "amt", "dollars"),
        *("allowed amount", "contract rate", "contracted rate", "our price", "our fee"),
        *("fee schedule", "fee schedule amount", "medicare", "medicare amount", "unit price"),
    ),
    "nonfacility_amount": (
        *("nonfacility", "nonfac", "office"),
        *("nonfacility price", "nonfac price", "nonfac fee", "nonfac amount", "nonfacility rate"),
    ),
    "facility_amount": (
        *("facility", "fac", "facility price", "fac price", "fac fee", "fac amount"),
        *("facility rate",),
    ),
    **WHERE_AND_WHEN,
}
"""The columns of a price, and how else each is spelled."""

_SHORT_NUMBER, _ZIP, _MOST_SHOWN = 2, 5, 200


def read_price_list(data: bytes, name: str) -> list[tuple[int, dict[str, object]]]:
    """Return the rows of a price list with their numbers in the file.

    Columns that are no part of a price are left out.

    Args:
        data: the bytes of a csv file or of a workbook.
        name: its name, for errors.

    Raises:
        InvalidInputError: the data is neither, has no column of codes or none of amounts, has a
            column twice, or rows have cells that the header does not name.
        MissingExtraError: the package that reads workbooks is not installed.
    """
    table = read_table(data, name, COLUMNS)
    for what, names in (("codes (hcpcs, cpt, code)", (CODE,)), ("amounts (amount, fee)", _AMOUNTS)):
        if not set(names).intersection(table.columns):
            known = not set(COLUMNS).isdisjoint(table.columns)
            columns = ", ".join(table.columns)[:_MOST_SHOWN] if known else "none"
            raise InvalidInputError(f"{name} has no column of {what}; its columns are {columns}")
    return table.each(_price)


def named(row: Mapping[str, object], names: Collection[str]) -> Mapping[str, object]:
    """Return a row of a caller's under the names of a price; as it is where one is unknown.

    Args:
        row: the row.
        names: those of a price.
    """
    if not isinstance(row, Mapping) or all(name in names for name in row):
        return row
    cells = by_our_names(row, COLUMNS)
    if cells is None:
        return row
    place = _place(cells.pop("zip", None), cells.pop("mac", None), cells.get("locality"))
    return cells if place is None else {**cells, "locality": place}


def _place(zip_code: object, mac: object, locality: object) -> str | None:
    """Return the place of texts of a ZIP, or of a MAC and a locality; None for that of a name."""
    texts = [text.strip() if isinstance(text, str) else "" for text in (zip_code, mac, locality)]
    code, contractor, number = texts
    if contractor and number and len(number) <= _SHORT_NUMBER:
        return f"{contractor.zfill(5)}-{number.zfill(2)}"
    return f"ZIP {_with_zeros(code)}" if code else None


def _price(row: Row) -> tuple[int, dict[str, object]]:
    given = safe_cells(row.cells)
    code, modifiers = code_and_modifiers(given)
    cells: dict[str, object] = {CODE: code, "modifiers": safe_modifiers(modifiers)}
    cells |= {name: given[name] for name in (*_AMOUNTS, *_OTHERS) if name in given}
    place = _place(given.get("zip"), given.get("mac"), given.get("locality"))
    if place is not None:
        cells["locality"] = place
    return row.number, cells


def _with_zeros(zip_code: str) -> str:
    """Return a ZIP with the zeros at its beginning, which spreadsheets drop."""
    return zip_code.zfill(_ZIP) if zip_code.isdigit() and len(zip_code) < _ZIP else zip_code
