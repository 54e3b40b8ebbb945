"""A block of rows: those of some codes, which are in memory together.

An export may have two million rows. They come in blocks, each of which is written before the next
one is read, in whatever form the file has. Out of scope: where the rows are read (part, slices).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from feesync.writers import arrow

if TYPE_CHECKING:
    import pyarrow

Row = tuple[str | int | None, ...]
"""The values of grid.COLUMNS; a number is an integer of its last place (grid.DECIMALS)."""

ROWS = 1 << 15
"""A block of SQLite's, and a row group of a Parquet file, ends with the code that reaches this."""

_ROWS_OF_TEXT = 1 << 10
"""How many rows are text together: a megabyte of JSON."""


class TextForm(Protocol):
    """A form of text that rows are written in, such as CSV.

    Attributes:
        begin: what stands before the first cell of a row.
        between: what stands between two cells.
        end: what stands after the last cell.
        none: the text of a number where there is none.
    """

    begin: str
    between: str
    end: str
    none: str

    def rows(self, rows: Sequence[Row]) -> str:
        """Return the text of rows."""

    def piece(self, names: Sequence[str], cells: Sequence[str | int | None]) -> str:
        """Return the text of some cells of a row, each with `between` after it."""

    def label(self, name: str) -> str:
        """Return what stands before the cell of a column."""


class Block(Protocol):
    """The rows of some codes."""

    @property
    def code_count(self) -> int:
        """How many codes they are of."""

    @property
    def row_count(self) -> int:
        """How many rows there are."""

    def rows(self) -> Iterator[Row]:
        """Yield the rows."""

    def text(self, form: TextForm) -> Iterator[str]:
        """Yield the rows as text."""

    def batches(self, schema: pyarrow.Schema) -> Iterator[pyarrow.RecordBatch]:
        """Yield the rows as batches, each of which ends with the code that reaches ROWS."""


@dataclass(frozen=True, slots=True)
class RowBlock:
    """Rows that have been read: a Block."""

    own: list[Row]
    code_count: int

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return len(self.own)

    def rows(self) -> Iterator[Row]:
        """Yield the rows."""
        return iter(self.own)

    def text(self, form: TextForm) -> Iterator[str]:
        """Yield the rows as text."""
        for begin in range(0, len(self.own), _ROWS_OF_TEXT):
            yield form.rows(self.own[begin : begin + _ROWS_OF_TEXT])

    def batches(self, schema: pyarrow.Schema) -> Iterator[pyarrow.RecordBatch]:
        """Yield the rows as one batch."""
        yield arrow.record_batch(self.own, schema)


def gather(codes: Iterator[list[Row]]) -> Iterator[RowBlock]:
    """Yield the rows of codes in blocks, each of which ends with the code that reaches ROWS."""
    rows: list[Row] = []
    count = 0
    for own in codes:
        rows += own
        count += 1
        if len(rows) >= ROWS:
            yield RowBlock(rows, count)
            rows, count = [], 0
    if rows:
        yield RowBlock(rows, count)
