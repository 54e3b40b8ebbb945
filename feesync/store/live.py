"""A database file as it is now: it may appear, change, be replaced or vanish meanwhile.

What is read between `begin` and `end` is of one state, the one in which `begin` found the file.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable

from feesync.errors import StoreError
from feesync.store.schema import open_for_reading, store_error
from feesync.store.source import Source


class LiveDatabase:
    """The database at a path; `source` is None as long as there is no file.

    Changes by other processes are noticed by SQLite's `PRAGMA data_version`, and another file under
    the same name by its identity, size and time, which a checkpoint changes too.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.source: Source | None = None
        self._file: tuple[int, ...] | None = None
        self._data_version = -1

    def begin(self) -> bool:
        """Begin to read the file as it is now, and tell whether it has changed.

        Raises:
            StoreError: there is a file, but it cannot be read, is damaged, or is no database of
                feesync.
        """
        try:
            file = self._identity()
            if file == self._file:
                return self.source is not None and self._begin(
                    self.source.connection, self.source.execute
                )
            self.forget()
            connection = open_for_reading(self.path) if file else None
            if connection:
                self._data_version = -1
                try:
                    self._begin(connection, connection.execute)
                except BaseException:
                    connection.close()
                    raise
                self._file = file
        except StoreError:
            self.forget()
            raise
        except (sqlite3.Error, UnicodeDecodeError) as error:
            self.forget()
            raise store_error(self.path, error) from error
        return True

    def end(self) -> None:
        """End what `begin` began, so that changes by other processes are seen again."""
        source = self.source
        if source and source.connection.in_transaction:
            source.execute("ROLLBACK")

    def forget(self) -> None:
        """Close the connection; the next `begin` opens the file anew."""
        if self.source:
            self.source.connection.close()
        self.source = self._file = None

    def _identity(self) -> tuple[int, ...] | None:
        try:
            status = os.stat(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            raise StoreError(
                f"{self.path[:200]!r} cannot be read: {getattr(error, 'strerror', None) or error}"
            ) from error
        if not stat.S_ISREG(status.st_mode):
            raise StoreError(f"{self.path} is not a file")
        return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns

    def _begin(
        self, connection: sqlite3.Connection, execute: Callable[[str], sqlite3.Cursor]
    ) -> bool:
        """Begin a transaction, and ask which version it sees, which is the first that it reads.

        Asked before the transaction, the version might be another one.
        """
        if connection.in_transaction:  # a block that was interrupted while it began
            execute("ROLLBACK")
        execute("BEGIN")
        version: int = execute("PRAGMA data_version").fetchone()[0]
        if version == self._data_version:
            return False
        self.source = Source(connection, embedded=False)
        self._data_version = version
        return True
