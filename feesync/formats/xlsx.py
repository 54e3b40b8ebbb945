"""The first sheet of an xlsx file, as rows of text; needs the `xlsx` extra (python-calamine)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from importlib.util import find_spec

from feesync.errors import ContentRefusedError
from feesync.formats import archive

_REFERENCE = re.compile(rb"""\sr\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_CELL = re.compile(rb"([A-Z]?)([0-9]{0,7})", re.IGNORECASE)
_MARK = 4
_SHEET = b"sheetData"
_PACKAGE = "[Content_Types].xml"


def can_read() -> bool:
    """Tell whether python-calamine is installed."""
    return find_spec("python_calamine") is not None


def rows(data: bytes, name: str, *, most: int) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells as text) of an xlsx file, without blank rows; whole numbers are without a point.

    Args:
        data: the bytes of the file.
        name: what to call it in errors.
        most: the last row number that is believed.

    Raises:
        ContentRefusedError: not xlsx, or with a cell beyond column Z or row `most`.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    _check_extent(data, name, most)
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, ValueError, OSError) as error:
        raise ContentRefusedError(f"is not readable as xlsx ({error})", file=name) from None
    for line, cells in enumerate(sheet, start=1):
        row = [str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell) for cell in cells]
        if any(cell.strip() for cell in row):
            yield line, row


def _check_extent(data: bytes, name: str, most: int) -> None:
    """Refuse a sheet with a cell far out: the reader would make room for every cell before it.

    Every part of the package is looked at, whatever it is called, and every way of writing the attribute that names a row or cell.
    """
    parts = archive.members(data, name, lambda member: True)
    if _PACKAGE not in parts:
        raise ContentRefusedError("is not readable as xlsx (it has no content types)", file=name)
    for content in parts.values():
        if b"\x00" in content[:_MARK]:
            raise ContentRefusedError("is not readable as xlsx (a part of it is not UTF-8)", file=name)
        for match in _REFERENCE.finditer(content) if _SHEET in content else ():
            reference = match[1] or match[2] or b""
            cell = _CELL.fullmatch(reference)
            if cell is None or int(cell[2] or 0) > most:
                shown = reference[:20].decode("latin-1")
                raise ContentRefusedError(f'has a cell at "{shown}", outside any table of its kind', file=name)
