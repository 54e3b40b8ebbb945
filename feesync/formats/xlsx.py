"""The first sheet of an xlsx file, as rows of text; needs the `xlsx` extra (python-calamine)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from importlib.util import find_spec

from feesync.errors import ContentRefusedError
from feesync.formats import xlsx_parts


def can_read() -> bool:
    """Tell whether python-calamine is installed."""
    return find_spec("python_calamine") is not None


def rows(data: bytes, name: str, *, most: int) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells as text) of an xlsx file, without blank rows.

    Whole numbers are without a point.

    Args:
        data: the bytes of the file.
        name: what to call it in errors.
        most: the last row number that is believed.

    Raises:
        ContentRefusedError: not xlsx, with a cell beyond column Z or row `most`, or with more
            content than a file of CMS (xlsx_parts).
    """
    from python_calamine import CalamineError, CalamineWorkbook

    parts = io.BytesIO(xlsx_parts.checked(data, name, most))
    try:
        sheet = (
            CalamineWorkbook.from_filelike(parts)
            .get_sheet_by_index(0)
            .to_python(skip_empty_area=False)
        )
    except (CalamineError, ValueError, OSError) as error:
        raise ContentRefusedError(f"is not readable as xlsx ({error})", file=name) from None
    for line, cells in enumerate(sheet, start=1):
        row = [
            str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
            for cell in cells
        ]
        if any(cell.strip() for cell in row):
            yield line, row
