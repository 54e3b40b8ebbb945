"""One transaction that writes to a database: all of what a loader does, or none."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from feesync.store.schema import open_for_writing, store_error


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the database at a path, created and migrated as needed, for one transaction that ends with the block.

    Raises:
        BusyError: another process is writing.
        StoreError: the database cannot be used.
    """
    try:
        with closing(open_for_writing(path)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            _checkpoint(connection)
    except sqlite3.Error as error:
        raise store_error(path, error) from error


def _checkpoint(connection: sqlite3.Connection) -> None:
    """Bring the new rows into the database file itself, so that it can be copied alone.

    Readers in the way, or a full disk, postpone that: what was loaded is loaded all the same.
    """
    with suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA busy_timeout = 1000")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
