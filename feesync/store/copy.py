"""A copy of a database for processes on other machines: whole, in one file, of one state."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from feesync.store.schema import open_for_reading, store_error


def copy_database(path: Path, copy: Path) -> None:
    """Copy a database to a new file; where there is none, the file is empty.

    Args:
        path: the database, which others may be writing to.
        copy: the file to make.

    Raises:
        StoreError: the database cannot be read, or is none of feesync.
    """
    copy.touch()
    source = open_for_reading(path) if path.exists() else None
    if source is None:
        return
    try:
        with closing(source), closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise store_error(path, error) from error
