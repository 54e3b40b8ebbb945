"""The user's table of practitioners: the place, the kind and the participation of each NPI.

Out of scope: the table itself (formats.table), and what is billed where (billing).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from feesync.claims.cells import error_text
from feesync.errors import InvalidInputError, LocalityError
from feesync.formats.line_columns import WHERE_AND_WHEN
from feesync.formats.table import Row, Table, plain, read_rows, read_table
from feesync.pricing import practitioner
from feesync.remittance.rendering import Rendering

NPI = "npi"
RENDERING_COLUMNS: dict[str, tuple[str, ...]] = {
    NPI: ("rendering npi", "provider npi", "national provider identifier", "provider id"),
    **{name: WHERE_AND_WHEN[name] for name in ("locality", "zip", "mac", "pos")},
    "practitioner": (
        *("practitioner kind", "practitioner type", "provider type"),
        *("kind", "type", "credential", "credentials"),
    ),
    "nonpar": ("non participating", "nonparticipating"),
}
"""The columns that say where a line was furnished, and by whom, and how else each is spelled."""

_FLAGS = {
    **dict.fromkeys(("true", "t", "yes", "y", "1", "x", "nonpar"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0", "par"), False),
}
_SHORT_NUMBER, _ZIP = 2, 5
_DIGITS = re.compile(r"[0-9]{10}")


def read_practitioners(
    data: bytes, name: str, check_place: Callable[[str], object]
) -> dict[str, Rendering]:
    """Return the practitioners of a table by NPI.

    The table has a column `npi`, and of `locality` (or `zip`, or `mac` and `locality`),
    `practitioner` and `nonpar` what is to differ between practitioners. Other columns say nothing.

    Args:
        data: the bytes of a csv file or of a workbook.
        name: its name, for errors.
        check_place: raises LocalityError for a text that names no place.

    Raises:
        InvalidInputError: the data is neither, has no column of NPIs, or a row cannot be read.
        LocalityError: the place of a row is unknown or ambiguous.
        MissingExtraError: the package that reads workbooks is not installed.
    """
    table = table_with(NPI, data, name, RENDERING_COLUMNS)
    found: dict[str, Rendering] = {}

    def add(row: Row) -> None:
        npi = row.cells.get(NPI, "")
        if not _DIGITS.fullmatch(npi):
            raise InvalidInputError("column npi: it has no NPI, which is ten digits")
        if npi in found:
            raise InvalidInputError("column npi: it has an NPI that a row above has too")
        found[npi] = rendering_of(row)
        if place := found[npi].locality:
            try:
                check_place(place)
            except LocalityError as error:
                error.args = (error_text(error, {"locality": place}),)
                raise

    table.each(add)
    return found


def table_with(
    column: str, data: bytes, name: str, spellings: Mapping[str, Sequence[str]]
) -> Table:
    """Return a table that has a column.

    Raises:
        InvalidInputError: it lacks the column, or cannot be read. Without a header its first row
            may hold health information, and is not in the message.
        MissingExtraError: the package that reads workbooks is not installed.
    """
    known = set(map(plain, (column, *spellings[column])))
    first = next(iter(read_rows(data, name)), (0, []))[1]
    if known.isdisjoint(map(plain, first)):
        others = ", ".join(other for other in spellings if other != column)
        raise InvalidInputError(
            f"{name}: the first row names no column {column}; beside it there may be {others}"
        )
    return read_table(data, name, spellings)


def rendering_of(row: Row) -> Rendering:
    """Return the rendering that the cells of a row name.

    Raises:
        InvalidInputError: a cell cannot be read; the message has the column, not the cell.
    """
    cells = row.cells
    kind = cells.get("practitioner", "")
    if kind:
        try:
            kind = practitioner.read(kind)
        except InvalidInputError:
            kinds = ", ".join(practitioner.PRACTITIONERS)
            raise InvalidInputError(f"column practitioner: it is none of {kinds}") from None
    flag = cells.get("nonpar", "").lower()
    if flag and flag not in _FLAGS:
        raise InvalidInputError("column nonpar: it is neither yes nor no")
    return Rendering(
        _place(cells), cells.get("pos", ""), kind, _FLAGS.get(flag), cells.get(NPI, "")
    )


def _place(cells: dict[str, str]) -> str:
    """Return the place that a row names by locality, by MAC and locality, or by ZIP."""
    mac, locality = cells.get("mac", ""), cells.get("locality", "")
    if mac and locality and len(locality) <= _SHORT_NUMBER:
        return f"{mac.zfill(5)}-{locality.zfill(2)}"
    if not locality and (zip_code := cells.get("zip", "")):
        short = zip_code.isdigit() and len(zip_code) < _ZIP
        return f"ZIP {zip_code.zfill(_ZIP) if short else zip_code}"
    return locality
