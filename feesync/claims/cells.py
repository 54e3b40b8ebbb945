"""Cells of a caller's table that an error may show: those that look like what their column has.

Where columns are shifted, a cell of codes may be a person's name, and no error is to show it: an
error that a reader makes of a cell then has the column in its place. Out of scope: what cells mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from feesync.claims.line import ClaimLine
from feesync.errors import FeesyncError, InvalidInputError, LocalityError
from feesync.formats.line_columns import CODE
from feesync.model.dates import read_date
from feesync.model.rate import Setting
from feesync.reference.place_of_service import read_setting

_OF_CODE = r"(?:[0-9]{4}[0-9A-Z]|[A-Z][0-9]{4})"
_CODE_CELL = re.compile(
    rf"(?:(?:CPT|HCPCS)[\s:]*)?{_OF_CODE}"
    rf"(?:[\s,;:/-]*(?:{_OF_CODE}|55D[0-9]{{1,2}}|[0-9A-Z]{{2}}(?![0-9A-WYZ])))*"
    r"(?:\s?X[0-9]{0,4})?(?:@\$?[0-9.,]{0,12})?|-?[0-9]{1,5}(?:\.0)?",
    re.IGNORECASE,
)
_MODIFIER = re.compile(r"[0-9A-Z]{1,2}(?:\.0)?", re.IGNORECASE)
_AMOUNT = r"[-+(]?\s?\$?\s?[0-9][0-9,]{0,9}(?:\.[0-9]{0,12})?\s?[%)]?"
_DAY = r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}(?:[T ][0-9:.]{1,15}(?:\s?[AP]M)?)?|[0-9]{5,8}"
_CODES = frozenset((CODE, "from", "to"))
_LIKE = {
    **dict.fromkeys(("units", "charge", "postop_days", "percent"), _AMOUNT),
    **dict.fromkeys(("amount", "nonfacility_amount", "facility_amount"), _AMOUNT),
    "date": _DAY,
    "pos": r"[0-9]{1,3}(?:\.0)?",
    "setting": "",
    "zip": r"[0-9]{1,5}(?:[ -]?[0-9]{4})?(?:\.0)?",
    "mac": r"[0-9]{1,5}(?:\.0)?",
}
"""What a cell that a reader refuses may look like, by its column."""

_PLACE = r"[A-Z]{2}-?[0-9]{2}|(?:ZIP ?)?[0-9]{3,5}(?:[ -]?[0-9]{2,4})?"
"""What a cell of places may look like: keys and ZIPs."""

_SHORT = 2
"""Texts of so few characters name nobody."""


def is_like_code(text: str) -> bool:
    """Tell whether a text looks like a HCPCS code, perhaps with modifiers, units and a charge."""
    text = text.strip()
    if len(text) <= _SHORT or _CODE_CELL.fullmatch(text):
        return True
    try:
        line = ClaimLine(text).in_parts()
    except InvalidInputError:
        return False
    return re.fullmatch(_OF_CODE, line.hcpcs, re.IGNORECASE) is not None


def cell_of(column: str) -> str:
    """Return what stands in an error in the place of a cell; no reader takes it."""
    return f"<{column}>"


def safe_cells(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cells of a row, with `cell_of` in the place of those that no error may show.

    No reader would take these. The names of places stay, since only a release knows them, and so do
    the cells of columns that are not read.

    Args:
        cells: texts, or what JSON has, by our names of their columns.
    """
    return {
        name: cell if _may_be_shown(name, cell) else cell_of(name) for name, cell in cells.items()
    }


def error_text(error: FeesyncError, cells: Mapping[str, object]) -> str:
    """Return the text of an error about a row, with `cell_of` for a place that it may not show.

    Args:
        error: of a place, or of anything else that has no cell in it.
        cells: of the row, by our names of their columns.
    """
    text, place = str(error), cells.get("locality")
    if not isinstance(error, LocalityError) or not isinstance(place, str):
        return text
    if len(place.strip()) <= _SHORT or re.fullmatch(_PLACE, place.strip(), re.IGNORECASE):
        return text
    shown = (repr(place[:length]) for length in range(len(place), 0, -1))
    part = next((part for part in shown if part in text), place)
    return text.replace(part, cell_of("locality"))


def safe_modifiers(modifiers: Iterable[str]) -> tuple[str, ...]:
    """Return modifiers, with `cell_of` in the place of those that no error may show."""
    return tuple(one if _MODIFIER.fullmatch(one) else cell_of("modifiers") for one in modifiers)


def _may_be_shown(column: str, cell: Any) -> bool:  # noqa: ANN401 - of JSON
    if not isinstance(cell, str) or len(cell.strip()) <= _SHORT:
        return True
    if column in _CODES:
        return is_like_code(cell) or cell.lower() == "all"
    like = _LIKE.get(column)
    if like is None or re.fullmatch(like, cell.strip(), re.IGNORECASE):
        return True
    return _is_read(column, cell)


def _is_read(column: str, cell: str) -> bool:
    """Tell whether a word is one that a column may have, such as `office`."""
    try:
        if column == "date":
            read_date(cell)
        elif column == "pos":
            read_setting(Setting.NONFACILITY, cell)
        elif column == "setting":
            Setting.read(cell)
        else:
            return False
    except InvalidInputError:
        return False
    return True
