"""LOCCO: which counties a Medicare locality holds, as csv or (2026) only as xlsx.

The state stands on the first row of a block only; the counties are free text, kept as CMS wrote it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import NamedTuple

from feesync.errors import ContentRefusedError
from feesync.formats import archive
from feesync.formats.gpci import padded
from feesync.formats.text import csv_rows, is_footer

_CELL = re.compile(rb'r="([A-Z]+)([0-9]+)"')


class LocalityCounties(NamedTuple):
    """One row of the file: a locality, its state's name in words, its fee schedule area and its counties."""

    mac: str
    locality: str
    state_name: str
    area: str
    counties: str


@dataclass(frozen=True, slots=True)
class LocalityCountyFile:
    """A parsed LOCCO file."""

    name: str
    rows: list[LocalityCounties]


def can_read_xlsx() -> bool:
    """Tell whether the `xlsx` extra (python-calamine) is installed."""
    return find_spec("python_calamine") is not None


def parse(data: bytes, name: str) -> LocalityCountyFile:
    """Read a LOCCO file, csv or xlsx by its name.

    Raises:
        ContentRefusedError: an unknown header or a row that cannot be read, with its line.
    """
    rows = _xlsx_rows(data, name) if name.lower().endswith(".xlsx") else csv_rows(data, name)
    records: dict[LocalityCounties, None] = {}
    state = ""
    header_seen = False
    for line, row in rows:
        cells = [" ".join(cell.split()) for cell in row]
        if not header_seen:
            header_seen = any("LOCALITY NUMBER" in cell.upper() for cell in cells)
            if header_seen and not (len(cells) >= 5 and "STATE" in cells[2].upper() and "COUNT" in cells[4].upper()):
                raise ContentRefusedError("has columns in an order that is not known", file=name, line=line)
            continue
        if is_footer(row):
            continue
        try:
            if len(cells) < 5 or not cells[4]:
                raise ValueError("has no counties")
            state = cells[2].rstrip("* ") or state
            record = LocalityCounties(
                padded(cells[0], 5, "MAC"),
                padded(cells[1], 2, "locality number"),
                state,
                cells[3].rstrip("* "),
                cells[4],
            )
        except ValueError as error:
            raise ContentRefusedError(str(error), file=name, line=line) from None
        records[record] = None
    if not records:
        raise ContentRefusedError("has no header with a locality number column, or no row under it", file=name)
    return LocalityCountyFile(name, list(records))


def _xlsx_rows(data: bytes, name: str) -> Iterable[tuple[int, list[str]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    _check_extent(data, name)
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, ValueError, OSError) as error:
        raise ContentRefusedError(f"is not readable as xlsx ({error})", file=name) from None
    for line, cells in enumerate(sheet, start=1):
        row = [str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell) for cell in cells]
        if any(cell.strip() for cell in row):
            yield line, row


def _check_extent(data: bytes, name: str) -> None:
    """Refuse a sheet with a cell beyond column Z or row 9999: the reader would make room for every cell before it."""
    for content in archive.members(data, name, lambda member: member.lower().endswith(".xml")).values():
        for reference in _CELL.finditer(content):
            if len(reference[1]) > 1 or len(reference[2]) > 4:
                raise ContentRefusedError(f"has a cell at {reference[0].decode()}, outside any county list", file=name)
