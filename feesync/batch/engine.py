"""What the plan asks of an engine of tables, and how SQL engines differ.

A plan is statements, each of which makes a table of a SELECT, and small tables that Python hands
over. The SQL has joins, CASE, windows and arithmetic in integers only, so that DuckDB and Spark run
the same text. Out of scope: how files are read into `input`, and written.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from feesync.store.formula import Dialect

Columns = Mapping[str, tuple[str, Sequence[object]]]
"""A small table: the SQL type and the values of each column, by name."""

Work = Callable[[dict[str, list[Any]]], dict[str, list[Any]]]
"""What a process does with a chunk of rows, given and returned as columns; it can be pickled."""


class Engine(Protocol):
    """An engine of tables.

    Attributes:
        dialect: how it spells the formula.
        wide: its type of integers with 38 digits.
    """

    dialect: Dialect
    wide: str

    def give(self, name: str, columns: Columns) -> None:
        """Make a table of a few rows."""

    def make(self, name: str, select: str) -> None:
        """Make a table of what a SELECT returns now."""

    def view(self, name: str, select: str) -> None:
        """Make a name for a SELECT."""

    def drop(self, *names: str) -> None:
        """Drop tables that nothing needs any more."""

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT that has few."""

    def shipped(self, path: str | os.PathLike[str] | None) -> str | os.PathLike[str] | None:
        """Return the path of a database as the processes of `through` find it."""

    def through(
        self, name: str, select: str, work: Work, columns: Mapping[str, str], workers: int
    ) -> None:
        """Make a table of what processes return for the rows of a SELECT.

        Args:
            name: of the table.
            select: its first column is `grp`; the rows of a group are in one chunk.
            work: what a process does with a chunk.
            columns: the columns that it returns, with their SQL types.
            workers: how many processes.
        """
