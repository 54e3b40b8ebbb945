"""LOCCO: the counties of each Medicare locality, as csv or, in 2026, only as xlsx.

Only the first row of a state's block names the state. The counties are free text, kept as CMS wrote
it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from feesync.errors import ContentRefusedError
from feesync.formats import xlsx
from feesync.formats.gpci import with_zeros
from feesync.formats.text import csv_rows, is_footer, name_of

_MOST_ROWS = 9_999


class LocalityCounties(NamedTuple):
    """A row of the file: a locality, the name of its state, its fee schedule area, its counties."""

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


def parse(data: bytes, name: str) -> LocalityCountyFile:
    """Read a LOCCO file, csv or xlsx by its name.

    Raises:
        ContentRefusedError: the header is unknown, or a row cannot be read, with its line.
    """
    rows = (
        xlsx.rows(data, name, most=_MOST_ROWS)
        if name.lower().endswith(".xlsx")
        else csv_rows(data, name)
    )
    records: dict[LocalityCounties, None] = {}
    state = ""
    below_header = False
    for line, row in rows:
        cells = [" ".join(cell.split()) for cell in row]
        if not below_header:
            below_header = any("LOCALITY NUMBER" in cell.upper() for cell in cells)
            if below_header and not (
                len(cells) >= 5 and "STATE" in cells[2].upper() and "COUNT" in cells[4].upper()
            ):
                raise ContentRefusedError(
                    "has columns in an order that is not known", file=name, line=line
                )
            continue
        if is_footer(row):
            continue
        try:
            if len(cells) < 5:
                raise ValueError("has no counties")
            state = name_of(cells[2] or state, "state")
            record = LocalityCounties(
                with_zeros(cells[0], 5, "MAC"),
                with_zeros(cells[1], 2, "locality number"),
                state,
                name_of(cells[3], "fee schedule area"),
                name_of(cells[4], "counties"),
            )
        except ValueError as error:
            raise ContentRefusedError(str(error), file=name, line=line) from None
        records[record] = None
    if not records:
        raise ContentRefusedError(
            "has no header with a locality number column, or no row under it", file=name
        )
    return LocalityCountyFile(name, list(records))
