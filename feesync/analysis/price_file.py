"""A price list of one's own as a file: its columns, however they are spelled, and its rows.

Out of scope: what a cell means (price_check), and the table itself (formats.table).
"""

from __future__ import annotations

from feesync.claims.cells import safe_cells, safe_modifiers
from feesync.errors import InvalidInputError
from feesync.formats.line_columns import CODE, SPELLINGS, WHERE_AND_WHEN, code_and_modifiers
from feesync.formats.table import Row, read_table

_AMOUNTS = ("amount", "nonfacility_amount", "facility_amount")
_OTHERS = ("locality", "setting", "pos", "date")
_SPELLINGS = {
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
    table = read_table(data, name, _SPELLINGS)
    for what, names in (("codes (hcpcs, cpt, code)", (CODE,)), ("amounts (amount, fee)", _AMOUNTS)):
        if not set(names).intersection(table.columns):
            known = not set(_SPELLINGS).isdisjoint(table.columns)
            columns = ", ".join(table.columns)[:_MOST_SHOWN] if known else "none"
            raise InvalidInputError(f"{name} has no column of {what}; its columns are {columns}")
    return table.each(_price)


def _price(row: Row) -> tuple[int, dict[str, object]]:
    given = safe_cells(row.cells)
    code, modifiers = code_and_modifiers(given)
    cells: dict[str, object] = {CODE: code, "modifiers": safe_modifiers(modifiers)}
    cells |= {name: given[name] for name in (*_AMOUNTS, *_OTHERS) if name in given}
    if zip_code := given.get("zip"):
        cells["locality"] = f"ZIP {_with_zeros(zip_code)}"
    mac, locality = given.get("mac"), given.get("locality")
    if mac and locality and len(locality) <= _SHORT_NUMBER:
        cells["locality"] = f"{mac.zfill(5)}-{locality.zfill(2)}"
    return row.number, cells


def _with_zeros(zip_code: str) -> str:
    """Return a ZIP with the zeros at its beginning, which spreadsheets drop."""
    return zip_code.zfill(_ZIP) if zip_code.isdigit() and len(zip_code) < _ZIP else zip_code
