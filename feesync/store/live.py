"""A database file as it is now.

It may appear, be written to, be replaced or vanish while a process reads it.

What is read between `begin` and `end` is of one state, that in which `begin` found the file.
"""

from __future__ import annotations

import os
import sqlite3
import stat

from feesync.errors import StoreError
from feesync.store.schema import open_for_reading, store_error
from feesync.store.source import Source


class LiveDatabase:
    """The database at a path; `source` is None as long as there is none.

    Writes of other processes are told by SQLite's `PRAGMA data_version`; another file under the
    name, by its identity, size and time, which a checkpoint changes too.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.source: Source | None = None
        self._file: tuple[int, ...] | None = None
        self._data_version = -1

    def begin(self) -> bool:
        """Begin to read the file as it is now; tell whether it is another than before.

        Raises:
            StoreError: there is a file, but it cannot be read, is damaged or is no feesync
                database.
        """
        try:
            file = self._identity()
            if file == self._file:
                return self.source is not None and self._begin(self.source.connection)
            self.forget()
            connection = open_for_reading(self.path) if file else None
            if connection:
                self._data_version = -1
                try:
                    self._begin(connection)
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
        """End what `begin` began: from here on, what other processes have written is seen."""
        if self.source and self.source.connection.in_transaction:
            self.source.connection.execute("ROLLBACK")

    def forget(self) -> None:
        """Close the connection; the next `begin` opens the file anew."""
        if self.source:
            self.source.connection.close()
        self.source = self._file = None

    def _identity(self) -> tuple[int, ...] | None:
        try:
            found = os.stat(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            raise StoreError(
                f"{self.path[:200]!r} cannot be read: {getattr(error, 'strerror', None) or error}"
            ) from error
        if not stat.S_ISREG(found.st_mode):
            raise StoreError(f"{self.path} is not a file")
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns

    def _begin(self, connection: sqlite3.Connection) -> bool:
        """Begin a transaction, and only then ask what it sees.

        Asked before, it might have moved meanwhile.
        """
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM release").fetchone()  # from here on
        version: int = connection.execute("PRAGMA data_version").fetchone()[0]
        if version == self._data_version:
            return False
        self.source = Source(connection, embedded=False)
        self._data_version = version
        return True
