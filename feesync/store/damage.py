"""A database that is not what was loaded: the error, with what helps.

Out of scope: how it is found (checksums).
"""

from __future__ import annotations

import sqlite3

from feesync.errors import StoreError
from feesync.hints import Hint, HintKind


class DamageError(StoreError):
    """The database no longer has what was loaded: a disk, or another program, has changed it."""


def damage(connection: sqlite3.Connection, what: str, is_are: str) -> DamageError:
    """Return the error for what is damaged.

    Args:
        connection: the database.
        what: what of it differs.
        is_are: its verb.
    """
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    text = f"{path} is damaged: {what} {is_are} not what was loaded"
    return DamageError(text, hint=Hint(HintKind.LOAD_ANEW))
