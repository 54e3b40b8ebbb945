"""DuckDB as the engine of tables: embedded, in one process, beside the files that it writes to.

Out of scope: reading files (intake), and the processes that price lines together (processes).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from feesync.batch.engine import Columns, Work
from feesync.store import columnar
from feesync.store.formula import DUCKDB


class DuckDB:
    """An engine of tables in memory, which writes what exceeds it to a folder.

    Attributes:
        connection: to the database.
        dialect: how it spells the formula.
        wide: its type of integers with 38 digits.
    """

    dialect = DUCKDB
    wide = "HUGEINT"

    def __init__(
        self, folder: Path, memory: str = columnar.MEMORY, threads: int | None = None
    ) -> None:
        """Open a database.

        Args:
            folder: where its temporary files go.
            memory: the most that it may take, such as `1GB`.
            threads: how many it may use; by default one a processor.
        """
        self.connection = columnar.connect(folder, memory, threads)

    def give(self, name: str, columns: Columns) -> None:
        """Make a table of a few rows."""
        columnar.give(self.connection, name, columns)

    def make(self, name: str, select: str) -> None:
        """Make a table of what a SELECT returns now."""
        self.connection.execute(f'CREATE TABLE "{name}" AS {select}')

    def view(self, name: str, select: str) -> None:
        """Make a name for a SELECT."""
        self.connection.execute(f'CREATE VIEW "{name}" AS {select}')

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT that has few."""
        return self.connection.execute(select).fetchall()

    def drop(self, *names: str) -> None:
        """Drop tables."""
        for name in names:
            self.connection.execute(f'DROP TABLE "{name}"')

    def through(
        self, name: str, select: str, work: Work, columns: Mapping[str, str], workers: int
    ) -> None:
        """Make a table of what processes return for the rows of a SELECT."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the database."""
        self.connection.close()
