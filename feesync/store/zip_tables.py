"""The ZIP5 and ZIP9 tables: those of the database, and the embedded ZIP5 of the snapshot.

Which of them answers for a date is decided here too.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from struct import iter_unpack
from typing import Protocol

from feesync.model.zip_code import ZipCode, ZipFile, ZipRow, quarter_of
from feesync.reference.tables import read_table, read_text
from feesync.store import checksums

_LINE = 26
"""Characters of a line of the embedded table: `94102,94112,01112,05,CA,0` and its end."""

_PAIR = "12x5sx2s6x"
"""Where MAC and locality are in such a line, for `struct`."""

_FIRST_OF_ZIPS = 3
"""The first version of the database that has ZIP files."""


class ZipTable(Protocol):
    """The rows of a ZIP5 or ZIP9 file."""

    @property
    def file(self) -> ZipFile:
        """The file: kind, quarter, source."""

    def row(self, code: ZipCode) -> ZipRow | None:
        """Return the row of a ZIP (in ZIP5, without plus4) or ZIP+4 (in ZIP9), or None."""

    def counts(self) -> dict[tuple[str, str], int]:
        """Return how many ZIPs, or ZIP+4s, each MAC and locality has."""

    def pairs(self) -> frozenset[tuple[str, str]]:
        """Return every MAC and locality of the file."""

    def localities(self, zip5: str) -> list[tuple[str, str]]:
        """Return the MACs and localities of a ZIP's rows."""


class StoredZipTable:
    """A ZIP file of a database.

    Rows are compared with their checksums, where the database has any, before they are used: the
    group that a ZIP is in, or all rows.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        zip_file_id: int,
        file: ZipFile,
        *,
        checked: bool = False,
    ) -> None:
        self.file = file
        self._connection, self._id, self._checked = connection, zip_file_id, checked
        self._is_unchecked = checked
        self._pairs: frozenset[tuple[str, str]] | None = None

    def _check(self) -> None:
        """Compare all rows with their checksums, before they are first used as a whole."""
        if self._is_unchecked:
            checksums.check_zip_file(self._connection, self._id, self.file.kind)
            self._is_unchecked = False

    def row(self, code: ZipCode) -> ZipRow | None:
        """Return the row of a ZIP or ZIP+4."""
        if self._checked:
            checksums.check_zips(self._connection, self._id, self.file.kind, code.zip5)
        cells = self._connection.execute(
            "SELECT mac, locality, state, plus_four FROM zip_locality WHERE zip_file_id = ? AND "
            "zip = ? AND plus4 = ?",
            (self._id, *code),
        ).fetchone()
        return ZipRow(cells[0], cells[1], cells[2], bool(cells[3])) if cells else None

    def rows(self) -> Iterator[tuple[str, ZipRow]]:
        """Yield the rows of a ZIP5 with their ZIPs."""
        self._check()
        query = (
            "SELECT zip, mac, locality, state, plus_four FROM zip_locality WHERE zip_file_id = ?"
        )
        for zip5, mac, locality, state, flag in self._connection.execute(query, (self._id,)):
            yield zip5, ZipRow(mac, locality, state, bool(flag))

    def counts(self) -> dict[tuple[str, str], int]:
        """Return the number of rows by MAC and locality."""
        self._check()
        rows = self._connection.execute(
            "SELECT mac, locality, count(*) FROM zip_locality WHERE zip_file_id = ? GROUP BY mac, "
            "locality",
            (self._id,),
        )
        return {(mac, locality): count for mac, locality, count in rows}

    def pairs(self) -> frozenset[tuple[str, str]]:
        """Return every MAC and locality."""
        if self._pairs is None:
            self._check()
            query = "SELECT DISTINCT mac, locality FROM zip_locality WHERE zip_file_id = ?"
            self._pairs = frozenset(
                (mac, locality) for mac, locality in self._connection.execute(query, (self._id,))
            )
        return self._pairs

    def localities(self, zip5: str) -> list[tuple[str, str]]:
        """Return the MACs and localities of a ZIP's rows."""
        if self._checked:
            checksums.check_zips(self._connection, self._id, self.file.kind, zip5)
        query = (
            "SELECT DISTINCT mac, locality FROM zip_locality WHERE zip_file_id = ? AND zip = ? "
            "ORDER BY mac, locality"
        )
        return [
            (mac, locality) for mac, locality in self._connection.execute(query, (self._id, zip5))
        ]


class EmbeddedZipTable:
    """The snapshot's ZIP5.

    It has lines of consecutive ZIPs, sorted and of the same width; a search parses only the line
    that it needs.
    """

    def __init__(self) -> None:
        (row,) = read_table("snapshot/zip_files.csv")
        self.file: ZipFile = ZipFile(
            row["kind"],
            int(row["year"]),
            int(row["quarter"]),
            row["source"],
            int(row["rows"]),
            True,
        )
        text = read_text("snapshot/zip_localities.csv")
        self._lines = text.partition("\n")[2].encode("ascii")
        self._pairs: frozenset[tuple[str, str]] | None = None

    def row(self, code: ZipCode) -> ZipRow | None:
        """Return the row of a ZIP."""
        zip5, lines = code.zip5.encode(), range(0, len(self._lines), _LINE)
        at = bisect_right(lines, zip5, key=lambda start: self._lines[start : start + 5]) - 1
        if at < 0:
            return None
        _, last, *cells = self._line(lines[at])
        return _zip_row(*cells) if code.zip5 <= last else None

    def states(self) -> dict[str, set[str]]:
        """Return the states in which each MAC has ZIPs."""
        states: dict[str, set[str]] = {}
        for _, _, mac, _, state, _ in self._all():
            states.setdefault(mac, set()).add(state)
        return states

    def rows(self) -> Iterator[tuple[str, ZipRow]]:
        """Yield the rows with their ZIPs."""
        for first, last, *cells in self._all():
            row = _zip_row(*cells)
            yield from ((f"{number:05}", row) for number in range(int(first), int(last) + 1))

    def counts(self) -> dict[tuple[str, str], int]:
        """Return the number of ZIPs by MAC and locality."""
        counts: dict[tuple[str, str], int] = {}
        for first, last, mac, locality, _, _ in self._all():
            counts[mac, locality] = counts.get((mac, locality), 0) + int(last) - int(first) + 1
        return counts

    def pairs(self) -> frozenset[tuple[str, str]]:
        """Return every MAC and locality."""
        if self._pairs is None:
            pairs = set(iter_unpack(_PAIR, self._lines))
            self._pairs = frozenset((mac.decode(), locality.decode()) for mac, locality in pairs)
        return self._pairs

    def localities(self, zip5: str) -> list[tuple[str, str]]:
        """Return the MAC and locality of a ZIP."""
        row = self.row(ZipCode(zip5, ""))
        return [(row.mac, row.locality)] if row else []

    def _all(self) -> Iterator[list[str]]:
        return map(self._line, range(0, len(self._lines), _LINE))

    def _line(self, start: int) -> list[str]:
        return self._lines[start : start + _LINE - 1].decode("ascii").split(",")


def _zip_row(mac: str, locality: str, state: str, flag: str) -> ZipRow:
    return ZipRow(mac, locality, state, flag == "1")


@cache
def embedded_zip_table() -> EmbeddedZipTable:
    """Return the snapshot's ZIP5, which is read on first use and not at the start."""
    return EmbeddedZipTable()


def stored_zip_tables(
    connection: sqlite3.Connection, *, checked: bool = False
) -> list[StoredZipTable]:
    """Return the current ZIP files of a database; one of an older feesync has none."""
    if checksums.schema_version(connection) < _FIRST_OF_ZIPS:
        return []
    rows = connection.execute(
        "SELECT zip_file_id, kind, year, quarter, source, rows FROM zip_file NOT INDEXED WHERE "
        "superseded_by IS NULL"
    )
    return [
        StoredZipTable(
            connection,
            zip_file_id,
            ZipFile(kind, year, quarter, source, count, embedded=False),
            checked=checked,
        )
        for zip_file_id, kind, year, quarter, source, count in rows
    ]


def table_on(tables: Iterable[ZipTable], kind: str, day: date) -> ZipTable | None:
    """Return the table of a kind that answers for a day, or None where there is none of the kind.

    It is the newest whose quarter is not after the day's, else the nearest after it. Where a
    quarter has two, the database's answers and not the embedded one.
    """
    of_kind = [table for table in tables if table.file.kind == kind]
    today = quarter_of(day)
    past = [table for table in of_kind if (table.file.year, table.file.quarter) <= today]
    if past:
        return max(
            past, key=lambda table: (table.file.year, table.file.quarter, not table.file.embedded)
        )
    return min(
        of_kind,
        key=lambda table: (table.file.year, table.file.quarter, table.file.embedded),
        default=None,
    )
