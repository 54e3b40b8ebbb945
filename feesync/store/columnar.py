"""Releases in DuckDB: the tables of a database as columns, and the views of its formula over them.

DuckDB computes the rates of a whole release some twenty times as fast as SQLite does. It reads no
SQLite file without an extension that must be downloaded, so that Python hands it the tables, 20,000
rows a release. Out of scope: what is asked of the views (writers, verification, batch).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from feesync.files import scratch_folder
from feesync.store.formula import DUCKDB, formula_views
from feesync.store.schema import table_of_editions

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from duckdb import DuckDBPyConnection
    from pyarrow import DataType

    from feesync.model.release import Release
    from feesync.store.source import Source

Columns = Mapping[str, tuple[str, Sequence[object]]]
"""A small table: the SQL type and the values of each column, by name."""

MEMORY = "850MB"
"""What DuckDB may take of this machine's memory; it writes what exceeds it to temporary files."""

_TABLES = ("conversion_factor", "relative_value", "opps_relative_value", "locality")
_EDITIONS = {"edition": "edition_id", "release": "release_id"}
"""The table of editions and its key, and those of a database of before: the formula of such a one
names that, and its releases and the snapshot's are priced together."""

_FLAGS = frozenset(("nonfacility_na", "facility_na"))
_OF_CODES = " AND hcpcs IN (SELECT value FROM json_each(?))"
_FEW = 1_000
"""Up to how many codes are compared one by one; a whole release takes as long."""

_TYPES = {"INTEGER": "BIGINT", "TEXT": "VARCHAR"}


def is_installed() -> bool:
    """Tell whether DuckDB is installed, and pyarrow, by which it is given tables."""
    return find_spec("duckdb") is not None and find_spec("pyarrow") is not None


def release_tables(
    answers: Sequence[tuple[Source, Release]], codes: Sequence[str] | None = None
) -> dict[str, Columns]:
    """Return the rows that the formula needs of releases, by the name of their table.

    The releases are numbered anew in `release_id`, from 1 in their order, because a database and
    the snapshot may use the same number. Numbers are BIGINT, texts VARCHAR, flags BOOLEAN.

    Args:
        answers: releases with their sources.
        codes: the codes whose rows are wanted, and compared with their checksums; by default all.

    Raises:
        DamageError: a row differs from its checksum.
    """
    tables: dict[str, dict[str, tuple[str, list[object]]]] = {}
    for number, (source, release) in enumerate(answers, start=1):
        if codes is None or len(codes) > _FEW:
            source.check_release(release)
        else:
            source.localities(release)  # which compares them
            for code in codes:
                source.check_code(release, code)
        for table, columns in _columns_of(source.connection, release.release_id, number, codes):
            own = tables.setdefault(
                table, {name: (kind, []) for name, (kind, _) in columns.items()}
            )
            for name, (_, values) in columns.items():
                own[name][1].extend(values)
    return dict(tables)


def _columns_of(
    connection: sqlite3.Connection, release_id: int, number: int, codes: Sequence[str] | None
) -> Iterator[tuple[str, Columns]]:
    """Yield the tables of a release with its rows, and the release by another number."""
    editions = table_of_editions(connection)
    row = connection.execute(
        f"SELECT label, year, superseded_by FROM {editions} WHERE {_EDITIONS[editions]} = ?",  # noqa: S608
        (release_id,),
    ).fetchone()
    names, kinds = ("label", "year", "superseded_by"), ("VARCHAR", "BIGINT", "BIGINT")
    facts = {name: (kind, [value]) for name, kind, value in zip(names, kinds, row, strict=True)}
    for table, key in _EDITIONS.items():
        yield table, {key: ("BIGINT", [number]), **facts}
    for table in _TABLES:
        declared = connection.execute("SELECT name, type FROM pragma_table_info(?)", (table,))
        types = dict(declared.fetchall())
        of_codes = "" if codes is None or "hcpcs" not in types else _OF_CODES
        rows = connection.execute(
            f"SELECT {', '.join(types)} FROM {table} WHERE release_id = ?{of_codes}",  # noqa: S608
            (release_id, *([json.dumps(codes)] if of_codes else [])),
        ).fetchall()
        values: Iterable[Sequence[object]] = zip(*rows, strict=True) if rows else [()] * len(types)
        columns: dict[str, tuple[str, Sequence[object]]] = {
            name: ("BOOLEAN", [*map(bool, column)]) if name in _FLAGS else (_TYPES[kind], column)
            for (name, kind), column in zip(types.items(), values, strict=True)
        }
        columns["release_id"] = ("BIGINT", [number] * len(rows))
        yield table, columns


@contextmanager
def open_duckdb(memory: str = MEMORY) -> Iterator[DuckDBPyConnection]:
    """Give the block an empty database of DuckDB in memory.

    Its temporary files are in a folder of their own, which goes with the block. It prints nothing,
    downloads nothing, and reads no variable of Python as a table.

    Args:
        memory: the most that it may take, such as `1GB`.

    Raises:
        OSError: the memory, or the disk for temporary files, does not suffice.
    """
    import duckdb

    try:
        with scratch_folder() as folder, connect(folder, memory) as connection:
            yield connection
    except (duckdb.OutOfMemoryException, duckdb.IOException):  # their texts may quote data
        raise OSError(
            f"DuckDB has too little memory ({memory}), or too little room for temporary files"
        ) from None


def connect(folder: Path, memory: str = MEMORY, threads: int | None = None) -> DuckDBPyConnection:
    """Return a connection to an empty database of DuckDB in memory, as `open_duckdb` does.

    Args:
        folder: where its temporary files go.
        memory: the most that it may take, such as `1GB`.
        threads: how many it may use; by default one a processor.
    """
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "temp_directory": str(folder),
        "memory_limit": memory,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
    }
    if threads is not None:
        config["threads"] = threads
    connection = duckdb.connect(":memory:", config=config)
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET checkpoint_threshold = '1TB'")  # which costs time, and writes no file
    return connection


def arrow_type(kind: str) -> DataType:
    """Return the type of pyarrow for an SQL type of `Columns`."""
    import pyarrow

    types = {
        "BIGINT": pyarrow.int64(),
        "INTEGER": pyarrow.int32(),
        "VARCHAR": pyarrow.string(),
        "STRING": pyarrow.string(),
        "BOOLEAN": pyarrow.bool_(),
        "DATE": pyarrow.date32(),
    }
    return types[kind]


def give(connection: DuckDBPyConnection, name: str, columns: Columns) -> None:
    """Make a table of a DuckDB database from columns."""
    import pyarrow

    arrays = {
        column: pyarrow.array(values, arrow_type(kind))
        for column, (kind, values) in columns.items()
    }
    connection.register("given", pyarrow.table(arrays))
    connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM given')  # noqa: S608
    connection.unregister("given")


def give_releases(
    connection: DuckDBPyConnection, answers: Sequence[tuple[Source, Release]]
) -> None:
    """Give a DuckDB database the tables of releases, and the views of the formula over them.

    The formula is that of the database of the first release. The releases are numbered from 1 in
    their order.

    Raises:
        DamageError: a row differs from its checksum.
    """
    for name, columns in release_tables(answers).items():
        give(connection, name, columns)
    for name, select in formula_views(answers[0][0].connection, DUCKDB).items():
        connection.execute(f"CREATE VIEW {name} AS {select}")
