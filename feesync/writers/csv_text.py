"""The grid as CSV: the text of `feesync rates --csv`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TextIO

from feesync.model.money import decimal
from feesync.writers.block import Block, Row
from feesync.writers.cells import inert
from feesync.writers.grid import COLUMNS, DECIMALS, KEY

_TEXTS, _NAME, _NUMBERS = len(KEY), KEY.index("locality_name"), len(KEY) + len(DECIMALS)
_PLACES = tuple(DECIMALS.values())
_name = lru_cache(maxsize=1 << 10)(inert)


def write(file: TextIO, blocks: Iterable[Block]) -> None:
    """Write a header and rows to a text file; where there is no price, the cell is empty."""
    file.writelines(text(blocks))


def text(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the text that `write` writes, piece by piece."""
    header = io.StringIO()
    csv.writer(header, lineterminator="\n").writerow(COLUMNS)
    yield header.getvalue()
    form = CsvForm()
    for block in blocks:
        yield from block.text(form)


class CsvForm:
    """The text of rows: a TextForm."""

    begin: str = ""
    between: str = ","
    end: str = "\n"
    none: str = ""

    def rows(self, rows: Sequence[Row]) -> str:
        """Return the lines of rows."""
        lines = io.StringIO()
        csv.writer(lines, lineterminator="\n").writerows(
            [
                *row[:_NAME],
                _name(row[_NAME]),
                *row[_NAME + 1 : _TEXTS],
                *map(_text, row[_TEXTS:_NUMBERS], _PLACES),
                *row[_NUMBERS:],
            ]
            for row in rows
        )
        return lines.getvalue()

    def piece(self, names: Sequence[str], cells: Sequence[str | int | None]) -> str:
        """Return cells, a comma after each."""
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(  # which a cell with it is quoted for
            [*(_cell(name, cell) for name, cell in zip(names, cells, strict=True)), ""]
        )
        return line.getvalue()[:-1]

    def label(self, name: str) -> str:
        """Return what stands before a cell."""
        return ""


def _cell(name: str, cell: str | int | None) -> object:
    if name in DECIMALS:
        return _text(None if cell is None else int(cell), DECIMALS[name])
    return _name(cell) if name == "locality_name" else cell


@lru_cache(maxsize=1 << 16)
def _text(value: int | None, places: int) -> str:
    return "" if value is None else str(decimal(value, places))
