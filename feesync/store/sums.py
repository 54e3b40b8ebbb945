"""Compute checksums of rows: of a code, of a part of a ZIP file, of a table.

Out of scope: where they are stored, and what they are compared with (checksums).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from itertools import groupby
from zlib import crc32

VALUES = "SELECT * FROM relative_value WHERE release_id = ?"
OPPS = "SELECT * FROM opps_relative_value WHERE release_id = ?"
CODE_LENGTH = 5
_CODE_COLUMN = 1
_OPPS_CODE_COLUMN = 2
_ZIP_ROWS = (
    "SELECT zip, group_concat(zip || plus4 || mac || locality || state || plus_four, '') FROM "
    "zip_locality "
    "WHERE zip_file_id = ? AND zip BETWEEN ? AND ? GROUP BY zip"
)
Row = tuple[object, ...]
"""A row of a table."""


def _bytes(value: object) -> bytes:
    """Return rows as bytes, the same in every version of Python.

    `repr` would not do: which characters it escapes depends on Python's version of Unicode.
    """
    return ascii(value).encode("ascii")


def rows_sum(rows: Iterable[Row], value: int = 0) -> int:
    """Return the checksum of rows; `value` is that of the rows before them."""
    return crc32(_bytes(list(rows)), value)


def code_sum(values: list[Row], opps: list[Row]) -> int:
    """Return the checksum of a code: its rows of both tables."""
    return crc32(_bytes((values, opps)))


def rows_of(connection: sqlite3.Connection, release_id: int) -> tuple[Iterable[Row], Iterable[Row]]:
    """Return the rows of a release in both tables, in the order of their checksums."""
    values = connection.execute(VALUES + " ORDER BY hcpcs, modifier", (release_id,))
    return values, connection.execute(OPPS + " ORDER BY basis, hcpcs, modifier", (release_id,))


def code_sums(values: Iterable[Row], opps: Iterable[Row]) -> dict[str, int]:
    """Return the checksum of every code of a release."""
    capped: dict[str, list[Row]] = {}
    for row in opps:
        capped.setdefault(str(row[_OPPS_CODE_COLUMN]), []).append(row)
    groups = groupby(values, key=lambda row: str(row[_CODE_COLUMN]))
    sums = {code: code_sum(list(own), capped.pop(code, [])) for code, own in groups}
    return sums | {code: code_sum([], own) for code, own in capped.items()}


def zip_part(kind: str, zip5: str) -> str:
    """Return the part of a file that has a ZIP: its first three digits, in ZIP9 all of them."""
    return zip5 if kind == "ZIP9" else zip5[:3]


def zip_sums(
    connection: sqlite3.Connection, zip_file_id: int, kind: str, part: str = ""
) -> dict[str, int]:
    """Return the checksums of a ZIP file's parts, or of one of them."""
    sums: dict[str, int] = {}
    for zip5, text in connection.execute(
        _ZIP_ROWS, (zip_file_id, part.ljust(CODE_LENGTH, "0"), part.ljust(CODE_LENGTH, "9"))
    ):
        own = zip_part(kind, zip5)
        sums[own] = crc32(text.encode(), sums.get(own, 0))
    return sums


def edition_sums(
    connection: sqlite3.Connection, edition_id: int, tables: Iterable[str]
) -> dict[str, int]:
    """Return the checksum of an edition's rows in each of some tables, where the table exists."""
    sums = {}
    for table in tables:
        columns = len(connection.execute("SELECT 1 FROM pragma_table_info(?)", (table,)).fetchall())
        if columns:
            order = ", ".join(map(str, range(1, columns + 1)))
            query = f'SELECT * FROM "{table}" WHERE edition_id = ? ORDER BY {order}'  # noqa: S608
            sums[table] = rows_sum(connection.execute(query, (edition_id,)))
    return sums
