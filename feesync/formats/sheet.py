"""The first sheet of an xlsx file, as rows of text; needs the `xlsx` extra (python-calamine)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from importlib.util import find_spec

from feesync.errors import ContentRefusedError
from feesync.formats import archive

_CELL = re.compile(rb'r="([A-Z]+)([0-9]+)"')


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
    """Refuse a sheet with a cell far out: the reader would make room for every cell before it."""
    for content in archive.members(data, name, lambda member: member.lower().endswith(".xml")).values():
        for reference in _CELL.finditer(content):
            if len(reference[1]) > 1 or len(reference[2]) > 7 or int(reference[2]) > most:
                raise ContentRefusedError(f"has a cell at {reference[0].decode()}, outside any table of its kind", file=name)
