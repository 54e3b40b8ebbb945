"""One transaction that writes to a database: everything that a loader does, or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from feesync.store.schema import open_for_writing, store_error


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database for one transaction, which ends with the block.

    The database is created or migrated as needed.

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
    """Move the new rows into the database file itself, so that it can be copied alone.

    Where readers or a full disk prevent that, it is done later; the rows are loaded in any case.
    """
    with suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA busy_timeout = 1000")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
