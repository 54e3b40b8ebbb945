"""The error for a database that no longer has what was loaded, with what helps.

Out of scope: finding the damage (checksums).
"""

from __future__ import annotations

import sqlite3

from feesync.errors import Hint, HintKind, StoreError


class DamageError(StoreError):
    """The database no longer has what was loaded: a disk, or another program, has changed it."""


def damage(connection: sqlite3.Connection, what: str, is_are: str) -> DamageError:
    """Return the error for a damaged part of a database.

    Args:
        connection: the database.
        what: the part that differs.
        is_are: its verb.
    """
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    text = f"{path} is damaged: {what} {is_are} not what was loaded"
    return DamageError(text, hint=Hint(HintKind.LOAD_ANEW))
