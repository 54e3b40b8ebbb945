"""Cells of csv text that no spreadsheet runs as a formula.

No name that feesync loads begins as a formula. The names of a user's files may, and so may names
that feesync 0.4 and before loaded.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

_FORMULA = re.compile(r"\s*(?:[=@]|[+-](?![0-9.,]+\Z))|[\t\r\n]")
"""The beginning of a text that a spreadsheet runs as a formula; a number with a sign is none."""


def inert(value: object) -> object:
    """Return a cell that no spreadsheet runs: a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


class _Line:
    """A file that returns the line that is written to it."""

    def write(self, line: str) -> str:
        return line


def csv_text(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield the lines of rows as CSV, after a header; None is an empty cell."""
    write = csv.writer(_Line(), lineterminator="\n").writerow
    yield write(columns)  # what the file returns
    for row in rows:
        yield write(map(inert, row))


def rows_csv(
    rows: Sequence[Mapping[str, object]], columns: Sequence[str] | None = None
) -> Iterator[str]:
    """Return the lines of a JSON list's rows as CSV; a list is its words with blanks between.

    Args:
        rows: the rows, all with the same names.
        columns: the names; by default those of the first row, which there must be.
    """
    cells = ([_cell(value) for value in row.values()] for row in rows)
    return csv_text(tuple(columns or rows[0]), cells)


def _cell(value: object) -> object:
    return " ".join(map(str, value)) if isinstance(value, list) else value
