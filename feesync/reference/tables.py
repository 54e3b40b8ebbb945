"""Read the tables of data/, each of whose facts has a source.

`data/README.md` describes the tables. The modules of this package turn rows into named tuples and
not into slotted dataclasses, whose classes take several times as long to create at every start. Out
of scope: the embedded snapshot of rates (store.snapshot).
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from functools import cache
from typing import Any

_PACKAGE = __file__.rpartition(os.sep)[0].rpartition(os.sep)[0]


@cache
def data_folder() -> str:
    """Return the folder of data files: inside the package in a wheel, beside it in a checkout."""
    inside = f"{_PACKAGE}/data"
    return inside if os.path.isdir(inside) else f"{_PACKAGE.rpartition(os.sep)[0]}/data"


def read_text(name: str) -> str:
    """Return the text of a file of data/."""
    with open(f"{data_folder()}/{name}", encoding="utf-8") as file:
        return file.read()


def read_table(name: str) -> list[dict[str, Any]]:
    """Return the rows of a CSV file of data/ as dictionaries of text."""
    with open(f"{data_folder()}/{name}", encoding="utf-8", newline="") as file:
        return _dictionaries(file)


def rows_of(name: str, key: str) -> list[dict[str, str]]:
    """Return the rows whose first column is `key`, without parsing the other rows."""
    header, lines = _lines_by_key(name)
    return _dictionaries([header, *lines[key]]) if key in lines else []


def keys_of(name: str) -> frozenset[str]:
    """Return the values of the first column of a table."""
    return frozenset(_lines_by_key(name)[1])


def _dictionaries(lines: Iterable[str]) -> list[dict[str, str]]:
    header, *rows = csv.reader(lines)
    return [dict(zip(header, row, strict=True)) for row in rows]


@cache
def _lines_by_key(name: str) -> tuple[str, dict[str, list[str]]]:
    """Return the header of a table, and its lines by the value of their first column."""
    header, *lines = read_text(name).splitlines()
    by_key: dict[str, list[str]] = {}
    for line in lines:
        by_key.setdefault(line.partition(",")[0], []).append(line)
    return header, by_key
