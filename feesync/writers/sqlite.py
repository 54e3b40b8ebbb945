"""The grid as a SQLite file of its own, with the names of feesync's database.

The table `rate_cents` has exact integers, as the view of that name in the database: cents,
hundredths of RVUs, thousandths of GPCIs, ten-thousandths of the factor. The view `rate` has the
same values in dollars and decimals, for people. The table `release` has the releases.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from feesync.model.release import Release
from feesync.writers.block import Block
from feesync.writers.grid import COLUMNS, DECIMALS, FLAGS, OPTIONAL

_INTEGERS = FLAGS | DECIMALS.keys()
_RELEASE = {"label", "effective_from", "effective_to", "sha256", "source"}
_KEY = ("hcpcs", "modifier", "mac", "locality")
_INSERT = f"INSERT INTO rate_cents VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608


def _rates() -> str:
    columns = (
        f"{name} {'INTEGER' if name in _INTEGERS else 'TEXT'}"
        f"{'' if name in OPTIONAL else ' NOT NULL'}"
        for name in COLUMNS
    )
    return (
        f"CREATE TABLE rate_cents ({', '.join(columns)}, PRIMARY KEY ({', '.join(_KEY)})) "
        "STRICT, WITHOUT ROWID"
    )


def _in_dollars() -> str:
    columns = (
        f"{name} / {10 ** DECIMALS[name]}.0 AS {name}" if name in DECIMALS else name
        for name in COLUMNS
    )
    return f"SELECT {', '.join(columns)} FROM rate_cents"  # noqa: S608


def write(path: Path, blocks: Iterable[Block], releases: list[Release]) -> None:
    """Write rows to a new SQLite file.

    Raises:
        OSError: the file cannot be written.
    """
    from sqlite_utils import Database  # draws in numpy and pandas where they are installed

    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = OFF")  # an export that fails is thrown away
            connection.execute("PRAGMA synchronous = OFF")  # the finished file is flushed whole
            database = Database(connection)
            # sqlite-utils has no tables without rowid, and a million rows go in faster as tuples
            database.execute(_rates())
            database.create_view("rate", _in_dollars())
            database.table("release", pk="label", not_null=_RELEASE, strict=True).insert_all(
                dict(release.source_dict()) for release in releases
            )
            connection.execute("BEGIN")
            for block in blocks:
                connection.executemany(_INSERT, block.rows())
            connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise OSError(f"{path.name} cannot be written: {error}") from error
