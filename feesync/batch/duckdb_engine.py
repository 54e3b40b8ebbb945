"""DuckDB as the engine of tables: embedded, in one process, beside the files that it writes to.

Out of scope: reading files (intake), and the processes that price lines together (processes).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feesync.batch.engine import Columns, Work
from feesync.batch.processes import results_of, whole_groups
from feesync.store import columnar
from feesync.store.formula import DUCKDB, Dialect

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CHUNK = 2_000
"""How many rows a process works on at a time, at least."""


class DuckDB:
    """An engine of tables in memory, which writes what exceeds it to a folder.

    Attributes:
        connection: to the database.
        dialect: how it spells the formula.
        wide: its type of integers with 38 digits.
    """

    dialect: Dialect = DUCKDB
    wide: str = "HUGEINT"

    def __init__(
        self, folder: Path, memory: str = columnar.MEMORY, threads: int | None = None
    ) -> None:
        """Open a database.

        Args:
            folder: where its temporary files go.
            memory: the most that it may take, such as `1GB`.
            threads: how many it may use; by default one a processor.
        """
        self.connection: DuckDBPyConnection = columnar.connect(folder, memory, threads)

    def give(self, name: str, columns: Columns) -> None:
        """Make a table of a few rows."""
        columnar.give(self.connection, name, columns)

    def make(self, name: str, select: str) -> None:
        """Make a table of what a SELECT returns now."""
        self.connection.execute(f'CREATE TABLE "{name}" AS {select}')

    def view(self, name: str, select: str) -> None:
        """Make a name for a SELECT."""
        self.connection.execute(f'CREATE VIEW "{name}" AS {select}')

    def drop(self, *names: str) -> None:
        """Drop tables that nothing needs any more."""
        for name in names:
            self.connection.execute(f'DROP TABLE "{name}"')

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT that has few."""
        return self.connection.execute(select).fetchall()

    def shipped(self, path: str | os.PathLike[str] | None) -> str | os.PathLike[str] | None:
        """Return the path of a database as the processes of `through` find it."""
        return path

    def through(
        self, name: str, select: str, work: Work, columns: Mapping[str, str], workers: int
    ) -> None:
        """Make a table of what processes return for the rows of a SELECT."""
        import pyarrow

        schema = pyarrow.schema(
            [(column, columnar.arrow_type(kind)) for column, kind in columns.items()]
        )
        named = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        self.connection.execute(f'CREATE TABLE "{name}" ({named})')
        reader = self.connection.sql(select).to_arrow_reader(CHUNK)
        target = self.connection.cursor()
        chunks = whole_groups(reader, CHUNK)
        with closing(results_of(chunks, work, schema, workers)) as results:
            for result in results:
                target.register("result_of_work", result)
                target.execute(f'INSERT INTO "{name}" SELECT * FROM result_of_work')  # noqa: S608
                target.unregister("result_of_work")

    def close(self) -> None:
        """Close the database."""
        self.connection.close()
