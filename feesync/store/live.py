"""A database file as it is now: it may appear, be written to, be replaced or vanish while a process reads it."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

from feesync.errors import StoreError
from feesync.store.schema import open_for_reading, store_error
from feesync.store.source import Source


class LiveDatabase:
    """The database at a path; `source` is None as long as there is none.

    Writes of other processes are told by SQLite's `PRAGMA data_version`; another file under the name, by its identity, size and
    time, which a checkpoint changes too.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.source: Source | None = None
        self._file: tuple[int, ...] | None = None
        self._data_version = 0

    def refresh(self) -> bool:
        """Notice what has changed; tell whether anything has.

        Raises:
            StoreError: there is a file, but it cannot be read or is no feesync database.
        """
        try:
            file = self._identity()
            if file != self._file:
                self._open(file)
                return True
            if self.source is None or _data_version(self.source.connection) == self._data_version:
                return False
            self._remember(self.source.connection)
        except sqlite3.Error as error:
            self.forget()
            raise store_error(self.path, error) from error
        return True

    def forget(self) -> None:
        """Close the connection; the next refresh opens the file anew."""
        if self.source:
            self.source.connection.close()
        self.source = self._file = None

    def _identity(self) -> tuple[int, ...] | None:
        try:
            found = os.stat(self.path)  # noqa: PTH116 - on the path of every answer
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            raise StoreError(f"{str(self.path)[:200]!r} cannot be read: {error}") from error
        if not stat.S_ISREG(found.st_mode):
            raise StoreError(f"{self.path} is not a file")
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns

    def _open(self, file: tuple[int, ...] | None) -> None:
        self.forget()
        connection = open_for_reading(self.path) if file else None
        if connection:
            self._remember(connection)
            self._file = file

    def _remember(self, connection: sqlite3.Connection) -> None:
        self._data_version = _data_version(connection)
        self.source = Source(connection, embedded=False)


def _data_version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA data_version").fetchone()[0])
