"""The rows of a text that the engine's own reader refuses: ragged rows, quotes, other encodings.

No row is lost: one that cannot be read comes out with what is wrong with it. What both readers can
read, both read alike. Out of scope: what the bytes are (claim_file), and what cells mean (words).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from feesync.batch.claim_file import LONGEST_LINE, ClaimFile

RAGGED_ROW, QUOTES = "ragged-row", "quotes"
"""What can be wrong with a row: it has fewer or more cells than the header; or a quote that does
not close, or closes within a cell."""

_MOST_LINES = 200
"""The most lines of one row: a quote that is open for longer does not close."""

_BLANKS = " \t\r\n\0\x1a"
"""What a line without cells may hold; the last ends files of DOS."""

_END = re.compile(r"\r?\n?\Z")


class Row(NamedTuple):
    """A row of a text.

    Attributes:
        cells: as many as the header has.
        flaw: what is wrong with the row; None where it is as it should be.
    """

    cells: list[str]
    flaw: str | None


class _Cells:
    """Divides rows into cells: a quoted one may have blanks around it, a bare one keeps them."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter
        between = re.escape(delimiter)
        self._quoted = re.compile(rf' *"((?:[^"]|"")*+)" *(?={between}|\Z)')
        self._bare = re.compile(rf'(?! *")[^{between}]*')
        self._open = re.compile(r' *"(?:[^"]|"")*+\Z')

    def divide(self, row: str) -> list[str] | None:
        """Return the cells of a row without its end; None where a quote closes within a cell.

        Raises:
            _OpenQuoteError: the row may go on in the next line.
        """
        if '"' not in row:
            return self.bare(row)
        if ' "' not in row:
            try:
                return next(csv.reader((row,), delimiter=self._delimiter, strict=True))
            except csv.Error:  # a quote that does not close here, blanks after one
                pass
        cells: list[str] = []
        at = 0
        while True:
            if found := self._quoted.match(row, at):
                cells.append(found[1].replace('""', '"'))
            elif found := self._bare.match(row, at):
                cells.append(found[0])
            elif self._open.match(row, at):
                raise _OpenQuoteError
            else:
                return None
            if found.end() == len(row):
                return cells
            at = found.end() + 1

    def bare(self, row: str) -> list[str]:
        """Return the cells of a row in which quotes mean nothing."""
        return row.split(self._delimiter)


class _OpenQuoteError(Exception):
    """A row ends within a quoted cell."""


def rows(file: ClaimFile) -> Iterator[Row]:
    """Yield the rows of a text below its header, except blank lines.

    Raises:
        InvalidInputError: the text is cut short, or has a line of more than LONGEST_LINE.
    """
    width, cells_of = len(file.header), _Cells(file.delimiter)
    with file.lines() as all_lines:
        lines = islice(all_lines, file.before + file.height, None)
        again: list[str] = []  # lines after one whose quote does not close, the next one last
        while line := again.pop() if again else next(lines, ""):
            cells, flaw = _read(line, cells_of, lines, again)
            if len(cells) > 1 or any(cell.strip(_BLANKS) for cell in cells):
                yield of_width(cells, width, flaw)


def _read(
    line: str, cells_of: _Cells, lines: Iterator[str], again: list[str]
) -> tuple[list[str], str | None]:
    """Return the cells of the row that begins with a line, and what is wrong with it."""
    row, more = line, []
    while True:
        try:
            cells = cells_of.divide(_END.sub("", row))
        except _OpenQuoteError:
            following = again.pop() if again else next(lines, "")
            if following:
                more.append(following)
                row += following
                if len(more) < _MOST_LINES and len(row) <= LONGEST_LINE:
                    continue
            again += reversed(more)
            return cells_of.bare(_END.sub("", line)), QUOTES
        if cells is None:
            again += reversed(more)
            return cells_of.bare(_END.sub("", line)), QUOTES
        return cells, None


def of_width(cells: list[str], width: int, flaw: str | None = None) -> Row:
    """Return a row with as many cells as the header; those beyond are lost, unless blank."""
    if len(cells) == width:
        return Row(cells, flaw)
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        flaw = flaw or RAGGED_ROW
    return Row([*cells[:width], *[""] * (width - len(cells))], flaw)
