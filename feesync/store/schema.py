"""Connections to the database, and its migrations.

The numbered SQL files of migrations/ make the tables, and `PRAGMA user_version` counts those that a
database has had. After the last one, views.sql makes the views again. Reading needs only the
standard library.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from feesync.errors import BusyError, StoreError
from feesync.store import checksums
from feesync.store.checksums import schema_version

if TYPE_CHECKING:
    from pathlib import Path

APPLICATION_ID = 0x66656573
BUSY_SECONDS = 10.0

REFERENCE_FACTOR = "data/reference/release_catalogue.csv"
"""The source of a qp conversion factor that is not from the release's own files."""

_OLDEST_READ = 2
"""The oldest version that can be read without a migration.

Later ones added tables; what they moved has the names and columns of before.
"""

_FIRST_VIEW = "rate_exact"
"""A view of the first version, which no later one has."""

_CANNOT_BE_WRITTEN = (
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
)
_OLDEST_SQLITE = (3, 37, 0)
_FOLDER = __file__.rpartition(os.sep)[0]
_MIGRATIONS = f"{_FOLDER}/migrations"
_VIEWS = f"{_FOLDER}/views.sql"
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/:")
"""The bytes of a path that need no escape in a URI."""


def migrations() -> list[str]:
    """Return the paths of the migration files in order; the n-th brings a database to version n."""
    names = sorted(name for name in os.listdir(_MIGRATIONS) if name.endswith(".sql"))
    return [f"{_MIGRATIONS}/{name}" for name in names]


def _require_sqlite() -> None:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise StoreError(
            f"feesync needs SQLite 3.37 or newer; this Python has {sqlite3.sqlite_version}"
        )


def memory_database() -> sqlite3.Connection:
    """Return a connection to a new in-memory database with the schema."""
    connection = open_memory()
    migrate(connection)
    return connection


def open_memory() -> sqlite3.Connection:
    """Return a connection to a new in-memory database with nothing in it; any thread may use it.

    Raises:
        StoreError: SQLite is too old.
    """
    _require_sqlite()
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)


def open_unchanging(path: str | os.PathLike[str]) -> sqlite3.Connection:
    """Open a database that nothing writes to, such as a wheel's snapshot; any thread may use it.

    Raises:
        StoreError: SQLite is too old.
    """
    _require_sqlite()
    uri = _uri(path, "mode=ro&immutable=1")
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)


def table_of_editions(connection: sqlite3.Connection) -> str:
    """Return the name of the table of editions; a database of before has one of releases alone."""
    return "edition" if checksums.has_editions(connection) else "release"


def is_database(path: Path) -> bool:
    """Tell by its first bytes whether a file is a database of feesync."""
    with path.open("rb") as file:
        start = file.read(72)
    return start.startswith(b"SQLite format 3\x00") and start[68:72] == APPLICATION_ID.to_bytes(
        4, "big"
    )


def open_for_reading(path: str | os.PathLike[str]) -> sqlite3.Connection | None:
    """Open an existing database read-only; return None where it is still empty.

    A database of an older feesync is migrated first where that is possible now; else it is read as
    it is, from version _OLDEST_READ on: where it cannot be written, is damaged (which is found
    again where the damage is read), or has something of a user's own in the way. A transaction that
    a killed process left unfinished is rolled back. In a folder where this user may not write, the
    database is opened as unchanging, because readers of a WAL database write beside it.

    Raises:
        StoreError: the file is no database of feesync, or one of a newer feesync.
    """
    _require_sqlite()
    try:
        connection = _open_and_check(path)
        if connection and schema_version(connection) < len(migrations()):
            connection = _migrated(connection, path)
    except sqlite3.Error as error:
        raise store_error(path, error) from error
    return connection


def _migrated(connection: sqlite3.Connection, path: str | os.PathLike[str]) -> sqlite3.Connection:
    """Return a connection to the migrated database, or the old one where it cannot be now."""
    version = schema_version(connection)
    try:
        from pathlib import Path  # of a database of before, not at every start

        open_for_writing(Path(path)).close()
    except (StoreError, BusyError) as error:
        from feesync.store.damage import DamageError
        from feesync.store.obstacles import ObstacleError

        code = getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF
        is_readable = code in _CANNOT_BE_WRITTEN or isinstance(error, DamageError | ObstacleError)
        if version >= _OLDEST_READ and is_readable:
            return connection
        connection.close()
        raise
    connection.close()
    return _connect(path, "mode=ro")


def _open_and_check(path: str | os.PathLike[str]) -> sqlite3.Connection | None:
    modes = ["mode=ro", "mode=rw"]
    if not os.path.exists(f"{path}-wal"):
        modes.append("mode=ro&immutable=1")
    for mode in modes:
        connection = _connect(path, mode)
        try:
            if _is_empty(connection):
                connection.close()
                return None
            _check_version(connection, path)
        except sqlite3.OperationalError:
            connection.close()
            if mode == modes[-1]:
                raise
        except (sqlite3.Error, StoreError):
            connection.close()
            raise
        else:
            return connection
    raise AssertionError


def _is_empty(connection: sqlite3.Connection) -> bool:
    return int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]) == 0


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open a database for loading; create and migrate it as needed.

    Raises:
        BusyError: another process has been writing to it for ten seconds.
        StoreError: it cannot be opened or written, or was made by a newer feesync.
    """
    _require_sqlite()
    try:
        if path.exists() and not path.is_file():
            raise StoreError(f"{path} is not a file")
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = _connect(path, "mode=rwc")
    except (OSError, ValueError) as error:
        raise StoreError(f"{str(path.parent)[:200]} cannot be made: {error}") from error
    except sqlite3.Error as error:
        raise store_error(path, error) from error
    try:
        if not _is_empty(connection):
            _check_version(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection)
    except sqlite3.Error as error:
        connection.close()
        raise store_error(path, error) from error
    except StoreError:
        connection.close()
        raise
    return connection


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a database to the newest version, in one transaction."""
    files = migrations()
    if schema_version(connection) == len(files):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        if checksums.are_kept(connection):
            checksums.check_tables(connection)
        if schema_version(connection):
            _check_obstacles(connection)
        others = _set_views_aside(connection)
        for number, file in enumerate(
            files[schema_version(connection) :], start=schema_version(connection) + 1
        ):
            _run(connection, file)
            connection.execute(f"PRAGMA user_version = {number}")
        _run(connection, _VIEWS)
        for view in others:
            connection.execute(view)
        checksums.seal(connection)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _check_obstacles(connection: sqlite3.Connection) -> None:
    from feesync.store import obstacles  # of a database of before, not at every start

    files, version = migrations(), schema_version(connection)
    views = (*checksums.views_of(connection), _FIRST_VIEW)

    def migrate_empty() -> None:
        for file in (*files[version:], _VIEWS):
            _run(empty, file)

    with closing(sqlite3.connect(":memory:", isolation_level=None)) as empty:
        for file in files[:version]:
            _run(empty, file)
        obstacles.check(connection, empty, migrate_empty, views)


def _set_views_aside(connection: sqlite3.Connection) -> list[str]:
    """Drop all views, which would follow a table that is renamed, or keep it from it.

    Return the SQL of those that are not feesync's own.
    """
    views = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'").fetchall()
    for name, _ in views:
        connection.execute('DROP VIEW "{}"'.format(name.replace('"', '""')))
    own = (*checksums.views_of(connection), _FIRST_VIEW)
    return [sql for name, sql in views if name not in own]


def store_error(path: str | os.PathLike[str], error: Exception) -> StoreError | BusyError:
    """Return feesync's error for an error of SQLite, or of its text, at a database."""
    if isinstance(error, UnicodeDecodeError):
        return StoreError(f"{path} is damaged: it holds text that is no UTF-8")
    if "locked" in str(error) or "busy" in str(error):
        return BusyError(f"another process is writing to {path}; try again when it is done")
    if "not a database" in str(error):
        return StoreError(f"{path} is not a feesync database")
    return StoreError(f"{path} cannot be used: {error}")


def _connect(path: str | os.PathLike[str], query: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        _uri(path, query), uri=True, isolation_level=None, timeout=BUSY_SECONDS
    )
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _check_version(connection: sqlite3.Connection, path: str | os.PathLike[str]) -> None:
    if connection.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
        raise StoreError(f"{path} is not a feesync database")
    version, newest = schema_version(connection), len(migrations())
    if version > newest:
        raise StoreError(
            f"{path} was made by a newer feesync (version {version}, this one knows {newest}): "
            "update feesync"
        )


def _uri(path: str | os.PathLike[str], query: str) -> str:
    """Return the URI by which SQLite opens a file, with every other byte of its name escaped."""
    name = os.path.join(os.getcwd(), path).replace(os.sep, "/")
    plain = "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in os.fsencode(name))
    return f"file://{'' if name.startswith('/') else '/'}{plain}?{query}"


def _run(connection: sqlite3.Connection, file: str) -> None:
    with open(file, encoding="utf-8") as script:
        for statement in _statements(script.read()):
            connection.execute(statement)


def _statements(script: str) -> list[str]:
    statements: list[str] = []
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    return statements
