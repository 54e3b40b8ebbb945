"""What of a user's own stands in the way of a migration.

A user may keep tables and views of their own in the database, and a migration leaves them alone. In
its way are only a name that it needs, and a foreign key to a table that it makes anew, whose rows
get other numbers. Out of scope: the migration itself (schema).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection

from feesync.errors import StoreError

_OBJECTS = "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view', 'index')"
"""What shares one space of names."""

_WITH_ARTICLE = {"table": "a table", "view": "a view", "index": "an index"}
_FOREIGN_KEYS = (
    'SELECT DISTINCT m.name, k."table" FROM sqlite_master AS m '
    "JOIN pragma_foreign_key_list(m.name) AS k WHERE m.type = 'table' ORDER BY 1, 2"
)


class ObstacleError(StoreError):
    """Something of a user's own in the database keeps it from being migrated."""


def check(
    connection: sqlite3.Connection,
    empty: sqlite3.Connection,
    migrate: Callable[[], object],
    views: Collection[str],
) -> None:
    """Hold what a database has of a user's own against what a migration does.

    Args:
        connection: the database.
        empty: one in memory without rows, of the same version.
        migrate: migrates the one in memory.
        views: the names of feesync's own views, of every version.

    Raises:
        ObstacleError: a name is in use, or a foreign key refers to a table that is made anew.
    """
    names = {name for _, name in empty.execute(_OBJECTS)}
    dropped: set[str] = set()

    def note(action: int, name: str | None, *_: object) -> int:
        if action == sqlite3.SQLITE_DROP_TABLE and name:
            dropped.add(name)
        return sqlite3.SQLITE_OK

    empty.set_authorizer(note)
    migrate()
    empty.set_authorizer(None)
    needed = {name.lower() for _, name in empty.execute(_OBJECTS)}
    for kind, name in connection.execute(_OBJECTS):
        is_own = name in names or (kind == "view" and name in views)
        if not is_own and name.lower() in needed:
            what = f"the name {name}, which {_WITH_ARTICLE[kind]} of yours has"
            raise _obstacle(connection, what, "rename or drop it")
    for name, table in connection.execute(_FOREIGN_KEYS):
        if name not in names and table.lower() in dropped:
            what = (
                f"to number the rows of {table} anew, to which your table {name} has a foreign key"
            )
            raise _obstacle(connection, what, "make it without that key")


def _obstacle(connection: sqlite3.Connection, need: str, remedy: str) -> ObstacleError:
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    return ObstacleError(
        f"{path} cannot be brought to the form of this feesync, which needs {need}: {remedy}, and "
        "load again"
    )
