"""Whether a ZIP5 or ZIP9 file that has just been inserted is believed.

Beside the ZIP5 nearest in time, and the GPCI files.

A row by itself may be sound and yet all of them wrong: cut, without flags, or with localities that
are not theirs. Each check is an object with its threshold and its evidence. The evidence is what
CMS's files show: from October 2025 to January 2026 no ZIP came, went, or changed its locality or
state, 9 of 580 flags changed, and the localities were those of the GPCI files, all of them. Bounds
of change hold for a year and grow with the years between two files. Out of scope: single ZIPs that
are wrong, which no file at hand shows.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property

from feesync.errors import ContentRefusedError
from feesync.model.locality import NATIONAL
from feesync.model.zip_code import ZIP5, ZipFile, ZipRow
from feesync.store.snapshot import open_snapshot
from feesync.store.zip_tables import EmbeddedZipTable, StoredZipTable, embedded_zip_table

_Pair = tuple[str, str]
_FEWEST_MOVED = 3
"""So few ZIPs may leave a locality or state whatever their share: the smallest has one."""


@dataclass(frozen=True)
class _Found:
    """A file as the checks see it.

    Attributes:
        connection: the database, in the transaction that has inserted the rows.
        zip_file_id: the file.
        file: its kind, quarter and number of rows.
        known: the ZIP5 that it is held against, the nearest in time.
    """

    connection: sqlite3.Connection
    zip_file_id: int
    file: ZipFile
    known: EmbeddedZipTable | StoredZipTable

    @cached_property
    def rows(self) -> dict[str, ZipRow]:
        """The rows of a ZIP5 by ZIP."""
        return dict(StoredZipTable(self.connection, self.zip_file_id, self.file).rows())

    @cached_property
    def before(self) -> dict[str, ZipRow]:
        """The rows of the known ZIP5 by ZIP."""
        return dict(self.known.rows())

    @cached_property
    def moved(self) -> list[ZipRow]:
        """The known rows of the ZIPs that have another locality or state now."""
        return [
            row
            for zip5, row in self.before.items()
            if zip5 in self.rows and self.rows[zip5][:3] != row[:3]
        ]

    @cached_property
    def places(self) -> list[tuple[str, str, str, int]]:
        """MAC, locality, state and how many rows, of every combination of the file."""
        query = (
            "SELECT mac, locality, state, count(*) FROM zip_locality WHERE zip_file_id = ? "
            "GROUP BY mac, locality, state ORDER BY mac, locality, state"
        )
        return self.connection.execute(query, (self.zip_file_id,)).fetchall()

    @property
    def years(self) -> int:
        """The years between the two files, at least one."""
        return max(1, -(-_quarters(self.file, self.known.file) // 4))


@dataclass(frozen=True)
class ZipCheck:
    """A question that a file must answer well.

    Attributes:
        name: what it is about.
        threshold: the share that is believed; of a change, in a year.
        find: yields what is wrong, given the file and the threshold.
        evidence: why the threshold is what it is.
        kinds: the files that it is asked of.
    """

    name: str
    threshold: float
    find: Callable[[_Found, float], Iterator[str]]
    evidence: str
    kinds: tuple[str, ...] = field(default=(ZIP5,))


def check(connection: sqlite3.Connection, zip_file_id: int, file: ZipFile, name: str) -> None:
    """Refuse a file that differs much from what is known.

    Args:
        connection: the database, in the transaction that has inserted the rows.
        zip_file_id: the file.
        file: its kind, quarter and number of rows.
        name: what to call it.

    Raises:
        ContentRefusedError: a check found something.
    """
    found = _Found(connection, zip_file_id, file, _nearest(connection, zip_file_id, file))
    for question in CHECKS:
        if file.kind in question.kinds:
            for problem in question.find(found, question.threshold):
                raise ContentRefusedError(f"{problem} (--allow-change takes it)", file=name)


def _quarters(file: ZipFile, other: ZipFile) -> int:
    return abs(4 * (file.year - other.year) + file.quarter - other.quarter)


def _nearest(
    connection: sqlite3.Connection, zip_file_id: int, file: ZipFile
) -> EmbeddedZipTable | StoredZipTable:
    """Return the ZIP5 nearest in time, the embedded one before one of the database.

    One that the file supersedes counts.
    """
    rows = connection.execute(
        "SELECT zip_file_id, kind, year, quarter, source, rows FROM zip_file "
        "WHERE kind = ? AND zip_file_id <> ? AND coalesce(superseded_by, ?) = ?",
        (ZIP5, zip_file_id, zip_file_id, zip_file_id),
    )
    tables: list[EmbeddedZipTable | StoredZipTable] = [embedded_zip_table()]
    for found, kind, year, quarter, source, count in rows:
        tables.append(
            StoredZipTable(
                connection, found, ZipFile(kind, year, quarter, source, count, embedded=False)
            )
        )
    return min(tables, key=lambda table: _quarters(table.file, file))


def _gpci_pairs(connection: sqlite3.Connection, year: int | None = None) -> set[_Pair]:
    """Return every MAC and locality of the GPCI files of the snapshot and the database, or of those of a year."""
    query = (
        "SELECT DISTINCT mac, locality FROM locality JOIN release USING (release_id) WHERE "
        "year = coalesce(?, year)"
    )
    with closing(open_snapshot()) as snapshot:
        pairs: set[_Pair] = set(snapshot.execute(query, (year,)))
    pairs.update(connection.execute(query, (year,)))
    return pairs - {NATIONAL}


def _length(found: _Found, share: float) -> Iterator[str]:
    query = "SELECT max(rows) FROM zip_file WHERE superseded_by = ?"
    before = found.connection.execute(query, (found.zip_file_id,)).fetchone()[0] or 0
    if found.file.rows < before * (1 - share):
        yield f"holds {found.file.rows:,} rows, of {before:,} in the file that it would supersede: it is cut"


def _states(found: _Found, _: float) -> Iterator[str]:
    known = embedded_zip_table().states()
    for mac, _locality, state, _count in found.places:
        if mac not in known:
            yield f"has MAC {mac}, which is none of those that are known"
        elif state not in known[mac]:
            yield f"puts ZIPs of {state} under MAC {mac}, which is of {' and '.join(sorted(known[mac]))}"


def _localities(found: _Found, _: float) -> Iterator[str]:
    known = _gpci_pairs(found.connection)
    for mac, locality, state, count in found.places:
        if (mac, locality) not in known:
            yield f"puts {count:,} ZIPs of {state} in {mac}-{locality}, a locality that no GPCI file has"


def _cut(found: _Found, share: float) -> Iterator[str]:
    gone, new = (
        len(found.before.keys() - found.rows.keys()),
        len(found.rows.keys() - found.before.keys()),
    )
    known = f"{len(found.before):,} ZIPs of {found.known.file}"
    if gone > len(found.before) * share * found.years:
        yield f"holds {len(found.rows):,} ZIPs and lacks {gone:,} of the {known}: it is cut"
    if new > len(found.before) * share * found.years:
        yield f"holds {new:,} ZIPs that are none of the {known}"


def _lost(found: _Found, _: float) -> Iterator[str]:
    """Find localities without a ZIP; one that the GPCI files of the year lack has rightly none."""
    of_the_year = _gpci_pairs(found.connection, found.file.year) or found.known.pairs()
    lost = sorted(
        (found.known.pairs() & of_the_year)
        - {(mac, locality) for mac, locality, *_ in found.places}
    )
    if lost:
        counted = sum(found.known.counts()[pair] for pair in lost)
        named = ", ".join("-".join(pair) for pair in lost[:3])
        yield f"has no ZIP in {named}, which {'has' if len(lost) == 1 else 'have'} {counted:,} in {found.known.file}"


def _moved_of(found: _Found, share: float, of: Callable[[ZipRow], str]) -> Iterator[str]:
    known, moved = Counter(map(of, found.before.values())), Counter(map(of, found.moved))
    for place, count in sorted(moved.items()):
        if count >= _FEWEST_MOVED and count >= known[place] * share:
            yield f"gives {count:,} of the {known[place]:,} ZIPs of {place} in {found.known.file} another locality or state"


def _moved_of_state(found: _Found, share: float) -> Iterator[str]:
    yield from _moved_of(found, share, lambda row: row.state)


def _moved_of_locality(found: _Found, share: float) -> Iterator[str]:
    yield from _moved_of(found, share, lambda row: f"{row.mac}-{row.locality}")


def _moved(found: _Found, share: float) -> Iterator[str]:
    if len(found.moved) > len(found.before) * share * found.years:
        yield f"gives {len(found.moved):,} of {len(found.before):,} ZIPs another locality or state than {found.known.file}"


def _flags(found: _Found, share: float) -> Iterator[str]:
    known = sum(row.plus_four for row in found.before.values())
    changed = sum(
        row.plus_four != found.rows[zip5].plus_four
        for zip5, row in found.before.items()
        if zip5 in found.rows
    )
    if changed > known * share * found.years:
        yield f"changes the +4 flag of {changed:,} ZIPs; {known:,} have it in {found.known.file}"


_ZIP9_TOO = (ZIP5, "ZIP9")

CHECKS = (
    ZipCheck("states", 0, _states, "a MAC serves the states of its jurisdiction", _ZIP9_TOO),
    ZipCheck(
        "localities",
        0,
        _localities,
        "109 pairs in two files of two quarters, all of them of the GPCI files",
        _ZIP9_TOO,
    ),
    ZipCheck("length", 0.1, _length, "a re-post corrects a few rows", _ZIP9_TOO),
    ZipCheck("cut", 0.01, _cut, "none of 42,956 ZIPs came or went in a quarter"),
    ZipCheck(
        "lost localities",
        0,
        _lost,
        "every locality of the GPCI files of 2024 to 2026 has ZIPs, the smallest 6",
    ),
    ZipCheck("moves of a state", 0.1, _moved_of_state, "no ZIP moved in a quarter"),
    ZipCheck("moves of a locality", 0.1, _moved_of_locality, "no ZIP moved in a quarter"),
    ZipCheck("moves", 0.02, _moved, "no ZIP moved in a quarter"),
    ZipCheck("flags", 0.1, _flags, "9 of 580 flags changed in a quarter"),
)
"""In the order in which they are asked: the first that finds something is told."""
