"""A grid as a SQLite file of its own, with the names of feesync's database.

The table `rate_cents` holds exact integers, as the view of that name does: cents, hundredths of
RVUs, thousandths of GPCIs, ten-thousandths of the factor. The view `rate` gives the same in dollars
and decimals, for people. The table `release` says where the rows come from.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from feesync.export.grid import COLUMNS, DECIMALS
from feesync.export.rows import Row
from feesync.model.release import Release

_INTEGERS = {*DECIMALS, "stand_in"}
_OPTIONAL = {
    "state",
    "date",
    *(name for name in DECIMALS if name.endswith(("_amount", "_limiting_charge"))),
}
_KEY = ("hcpcs", "modifier", "mac", "locality")
_INSERT = f"INSERT INTO rate_cents VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608


def _schema() -> Iterable[str]:
    columns = (
        f"{name} {'INTEGER' if name in _INTEGERS else 'TEXT'}{'' if name in _OPTIONAL else ' NOT NULL'}"
        for name in COLUMNS
    )
    shown = (
        f"{name} / {10 ** DECIMALS[name]}.0 AS {name}" if name in DECIMALS else name
        for name in COLUMNS
    )
    yield (
        "CREATE TABLE release (label TEXT PRIMARY KEY, effective_from TEXT NOT NULL, effective_to "
        "TEXT NOT NULL, "
        "sha256 TEXT NOT NULL, source TEXT NOT NULL) STRICT"
    )
    yield f"CREATE TABLE rate_cents ({', '.join(columns)}, PRIMARY KEY ({', '.join(_KEY)})) STRICT, WITHOUT ROWID"
    yield f"CREATE VIEW rate AS SELECT {', '.join(shown)} FROM rate_cents"  # noqa: S608


def write(path: Path, blocks: Iterable[list[Row]], releases: list[Release]) -> None:
    """Write rows to a new SQLite file, in one transaction.

    Raises:
        OSError: the file cannot be written.
    """
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = OFF")  # an export that fails is thrown away
            connection.execute(
                "PRAGMA synchronous = OFF"
            )  # the finished file is flushed as a whole
            connection.execute("BEGIN")
            for statement in _schema():
                connection.execute(statement)
            connection.executemany(
                "INSERT INTO release VALUES (?, ?, ?, ?, ?)",
                (
                    (
                        release.label,
                        release.effective_from.isoformat(),
                        release.effective_to.isoformat(),
                        release.sha256,
                        release.source,
                    )
                    for release in releases
                ),
            )
            for block in blocks:
                connection.executemany(_INSERT, block)
            connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise OSError(f"{path.name} cannot be written: {error}") from error
