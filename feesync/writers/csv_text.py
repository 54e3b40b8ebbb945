"""The grid as CSV: the text of `feesync rates --csv`."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import lru_cache
from typing import TextIO

from feesync.model.money import decimal
from feesync.writers.cells import inert
from feesync.writers.grid import COLUMNS, DECIMALS, KEY
from feesync.writers.rows import Row


def write(file: TextIO, blocks: Iterable[list[Row]]) -> None:
    """Write a header and rows to a text file; where there is no price, the cell is empty."""
    decimals = tuple(DECIMALS.values())
    texts, name_column, numbers = len(KEY), KEY.index("locality_name"), len(KEY) + len(DECIMALS)
    name = lru_cache(maxsize=1 << 10)(inert)
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for block in blocks:
        writer.writerows(
            [
                *row[:name_column],
                name(row[name_column]),
                *row[name_column + 1 : texts],
                *map(_text, row[texts:numbers], decimals),
                *row[numbers:],
            ]
            for row in block
        )


@lru_cache(maxsize=1 << 16)
def _text(value: int | None, places: int) -> str:
    return "" if value is None else str(decimal(value, places))
