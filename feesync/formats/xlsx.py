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
    """Yield the number and the cells of each row of an xlsx file, as text, except blank rows.

    A whole number is text without a decimal point.

    Args:
        data: the bytes of the file.
        name: its name, for errors.
        most: the highest row number that is accepted.

    Raises:
        ContentRefusedError: the data is not xlsx, has a cell beyond column Z or row `most`, or has
            more content than any file of CMS's (xlsx_parts).
    """
    from python_calamine import CalamineError, CalamineWorkbook

    parts = io.BytesIO(xlsx_parts.xml_parts(data, name, most))
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
