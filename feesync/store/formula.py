"""The formula of a database as text for other SQL engines: the text of its views, converted.

The formula is written once, in views.sql. DuckDB and Spark compute it from the same text, in which
two things are spelt otherwise. Out of scope: the tables that the views read (columnar).
"""

from __future__ import annotations

import re
import sqlite3
from typing import NamedTuple

VIEWS = ("revision_rate_exact", "revision_rate_cents", "rate_cents")
"""The views of the formula, each over those before it."""

_QUOTIENT = re.compile(r"(?<=\S) / (?=\S)")
_LOWER = re.compile(r"\bmin\(", re.IGNORECASE)


class Dialect(NamedTuple):
    """What an SQL engine spells otherwise than SQLite in the text of the views.

    Attributes:
        quotient: its division of integers, which rounds down where both are positive.
        lower: its function that returns the lowest of its arguments. Of a NULL and a number it may
            return the number, where SQLite's returns NULL; the formula has no NULL there.
    """

    quotient: str
    lower: str


DUCKDB = Dialect("//", "least")
SPARK = Dialect("div", "least")


def formula_views(connection: sqlite3.Connection, dialect: Dialect) -> dict[str, str]:
    """Return the SELECT of each of VIEWS in another dialect, by name, in the order of VIEWS.

    Args:
        connection: to the database whose views they are, so that the formula is that of the
            database.
        dialect: of the SQL engine.
    """
    return {name: _converted(_select(connection, name), dialect) for name in VIEWS}


def _select(connection: sqlite3.Connection, name: str) -> str:
    query = "SELECT sql FROM sqlite_master WHERE type = 'view' AND name = ?"
    row = connection.execute(query, (name,)).fetchone()
    if row is None:
        raise sqlite3.DatabaseError(f"the view {name} is missing")
    return re.sub(r"\A\s*CREATE VIEW \S+ AS\s+", "", row[0])


def _converted(select: str, dialect: Dialect) -> str:
    return _LOWER.sub(f"{dialect.lower}(", _QUOTIENT.sub(f" {dialect.quotient} ", select))
