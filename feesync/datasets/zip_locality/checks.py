"""Whether a ZIP5 or ZIP9 file that has just been inserted is believed.

Beside the ZIP5 nearest in time, and the GPCI files.

A row by itself may be sound and yet all of them wrong: cut, without flags, or with localities that
are not theirs. A check is a frozen object, as those of a release are: its threshold in percent, and
the evidence for it, which is what CMS's files show. From October 2025 to January 2026 no ZIP came,
went, or changed its locality or state, 9 of 580 flags changed, and the localities were those of the
GPCI files, all of them. A threshold of change holds for a year and grows with the years between two
files. Out of scope: single ZIPs that are wrong, which no file at hand shows.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Protocol

from feesync.errors import ContentRefusedError
from feesync.hints import Hint, HintKind
from feesync.model.locality import NATIONAL
from feesync.model.zip_code import ZIP5, ZipFile, ZipRow
from feesync.store.snapshot import open_snapshot
from feesync.store.zip_tables import EmbeddedZipTable, StoredZipTable, embedded_zip_table

_PlaceKey = tuple[str, str]
_FEWEST_MOVED = 3
"""So few ZIPs may leave a locality or state whatever their share: the smallest has one."""

_BOTH_KINDS = frozenset({ZIP5, "ZIP9"})
_ZIP5_ALONE = frozenset({ZIP5})


@dataclass(frozen=True)
class InsertedFile:
    """A file as the checks see it, and the known one that it is held against.

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


class ZipCheck(Protocol):
    """A question that a file must answer well.

    `kinds` are the files that it is asked of; `evidence` is a clause that says what CMS's files
    have in common.
    """

    kinds: ClassVar[frozenset[str]]
    evidence: ClassVar[str]

    def __call__(self, found: InsertedFile) -> Iterator[str]:
        """Yield what is wrong, each thing by itself."""


@dataclass(frozen=True, slots=True)
class States:
    """A MAC has ZIPs of the states that it is known to have."""

    kinds: ClassVar[frozenset[str]] = _BOTH_KINDS
    evidence: ClassVar[str] = "a MAC serves the states of its jurisdiction"

    def __call__(self, found: InsertedFile) -> Iterator[str]:
        """Look for MACs that are not known, and for states that are not theirs."""
        known = embedded_zip_table().states()
        for mac, _locality, state, _count in found.places:
            if mac not in known:
                yield f"has MAC {mac}, which is none of those that are known"
            elif state not in known[mac]:
                states = " and ".join(sorted(known[mac]))
                yield f"puts ZIPs of {state} under MAC {mac}, which is of {states}"


@dataclass(frozen=True, slots=True)
class Localities:
    """Every locality is one of a GPCI file."""

    kinds: ClassVar[frozenset[str]] = _BOTH_KINDS
    evidence: ClassVar[str] = (
        "the 109 localities of the files of two quarters are all in the GPCI files"
    )

    def __call__(self, found: InsertedFile) -> Iterator[str]:
        """Look for localities that no GPCI file has."""
        known = _gpci_places(found.connection)
        for mac, locality, state, count in found.places:
            if (mac, locality) not in known:
                yield (
                    f"puts {count:,} ZIPs of {state} in {mac}-{locality}, a locality that no GPCI "
                    "file has"
                )


@dataclass(frozen=True, slots=True)
class Length:
    """A file is not much shorter than the one of its quarter that it supersedes."""

    kinds: ClassVar[frozenset[str]] = _BOTH_KINDS
    evidence: ClassVar[str] = "a file that CMS posts again corrects a few rows"
    percent: int = 10

    def __call__(self, found: InsertedFile) -> Iterator[str]:
        """Compare the numbers of rows."""
        query = "SELECT max(rows) FROM zip_file WHERE superseded_by = ?"
        before = found.connection.execute(query, (found.zip_file_id,)).fetchone()[0] or 0
        if found.file.rows * 100 < before * (100 - self.percent):
            yield (
                f"holds {found.file.rows:,} rows, of {before:,} in the file that it would "
                "supersede: it is cut"
            )


@dataclass(frozen=True, slots=True)
class ZipList:
    """Few ZIPs come and go."""

    kinds: ClassVar[frozenset[str]] = _ZIP5_ALONE
    evidence: ClassVar[str] = "none of 42,956 ZIPs came or went in a quarter"
    percent: int = 1

    def __call__(self, found: InsertedFile) -> Iterator[str]:
        """Count the ZIPs that only one of the two files has."""
        gone = len(found.before.keys() - found.rows.keys())
        new = len(found.rows.keys() - found.before.keys())
        known = f"{len(found.before):,} ZIPs of {found.known.file}"
        most = len(found.before) * self.percent * found.years
        if gone * 100 > most:
            yield f"holds {len(found.rows):,} ZIPs and lacks {gone:,} of the {known}: it is cut"
        if new * 100 > most:
            yield f"holds {new:,} ZIPs that are none of the {known}"


@dataclass(frozen=True, slots=True)
class LostLocalities:
    """No locality loses all of its ZIPs; one that the GPCI files of the year lack has none."""

    kinds: ClassVar[frozenset[str]] = _ZIP5_ALONE
    evidence: ClassVar[str] = (
        "every locality of the GPCI files of 2024 to 2026 has ZIPs, the smallest 6"
    )

    def __call__(self, found: InsertedFile) -> Iterator[str]:
        """Look for localities without a ZIP."""
        of_the_year = _gpci_places(found.connection, found.file.year) or found.known.pairs()
        places = {(mac, locality) for mac, locality, *_ in found.places}
        lost = sorted((found.known.pairs() & of_the_year) - places)
        if lost:
            counts = found.known.counts()
            counted = sum(counts[place] for place in lost)
            named = ", ".join("-".join(place) for place in lost[:3])
            yield (
                f"has no ZIP in {named}, which {'has' if len(lost) == 1 else 'have'} {counted:,} "
                f"in {found.known.file}"
            )


@dataclass(frozen=True, slots=True)
class MovesOfState:
    """Few of the ZIPs of a state get another locality or state."""

    kinds: ClassVar[frozenset[str]] = _ZIP5_ALONE
    evidence: ClassVar[str] = "no ZIP moved in a quarter"
    percent: int = 10

    def __call__(self, found: InsertedFile) -> Iterator[str]:
        """Count the moves by the state that the ZIPs had."""
        return _moves(found, self.percent, lambda row: row.state)


@dataclass(frozen=True, slots=True)
class MovesOfLocality:
    """Few of the ZIPs of a locality get another locality or state."""

    kinds: ClassVar[frozenset[str]] = _ZIP5_ALONE
    evidence: ClassVar[str] = "no ZIP moved in a quarter"
    percent: int = 10

    def __call__(self, found: InsertedFile) -> Iterator[str]:
        """Count the moves by the locality that the ZIPs had."""
        return _moves(found, self.percent, lambda row: f"{row.mac}-{row.locality}")


@dataclass(frozen=True, slots=True)
class Moves:
    """Few ZIPs get another locality or state."""

    kinds: ClassVar[frozenset[str]] = _ZIP5_ALONE
    evidence: ClassVar[str] = "no ZIP moved in a quarter"
    percent: int = 2

    def __call__(self, found: InsertedFile) -> Iterator[str]:
        """Count the moves."""
        if len(found.moved) * 100 > len(found.before) * self.percent * found.years:
            yield (
                f"gives {len(found.moved):,} of {len(found.before):,} ZIPs another locality or "
                f"state than {found.known.file}"
            )


@dataclass(frozen=True, slots=True)
class Flags:
    """Few +4 flags change, of as many as there were."""

    kinds: ClassVar[frozenset[str]] = _ZIP5_ALONE
    evidence: ClassVar[str] = "9 of 580 flags changed in a quarter"
    percent: int = 10

    def __call__(self, found: InsertedFile) -> Iterator[str]:
        """Count the flags that only one of the two files has."""
        known = sum(row.plus_four for row in found.before.values())
        changed = sum(
            row.plus_four != found.rows[zip5].plus_four
            for zip5, row in found.before.items()
            if zip5 in found.rows
        )
        if changed * 100 > known * self.percent * found.years:
            yield (
                f"changes the +4 flag of {changed:,} ZIPs; {known:,} have it in {found.known.file}"
            )


CHECKS: tuple[ZipCheck, ...] = (
    States(),
    Localities(),
    Length(),
    ZipList(),
    LostLocalities(),
    MovesOfState(),
    MovesOfLocality(),
    Moves(),
    Flags(),
)
"""In the order in which they are asked, the likeliest cause first."""


def check(
    connection: sqlite3.Connection,
    zip_file_id: int,
    file: ZipFile,
    name: str,
    *,
    allow_change: bool,
) -> tuple[str, ...]:
    """Refuse a file that differs much from what is known, or return what was accepted of it.

    Args:
        connection: the database, in the transaction that has inserted the rows.
        zip_file_id: the file.
        file: its kind, quarter and number of rows.
        name: what to call it.
        allow_change: whether any difference is accepted.

    Raises:
        ContentRefusedError: a check found something.
    """
    found = InsertedFile(connection, zip_file_id, file, _nearest(connection, zip_file_id, file))
    accepted: list[str] = []
    for question in CHECKS:
        problems = list(question(found)) if file.kind in question.kinds else []
        if problems and not allow_change:
            reason = f"{problems[0]} ({question.evidence})"
            raise ContentRefusedError(reason, file=name, hint=Hint(HintKind.ACCEPT_CHANGE))
        if problems:
            more = f"; and {len(problems) - 1:,} more such" if len(problems) > 1 else ""
            accepted.append(f"allowed: {name}: {problems[0]}{more}")
    return tuple(accepted)


def _moves(found: InsertedFile, percent: int, of: Callable[[ZipRow], str]) -> Iterator[str]:
    known, moved = Counter(map(of, found.before.values())), Counter(map(of, found.moved))
    for place, count in sorted(moved.items()):
        if count >= _FEWEST_MOVED and count * 100 >= known[place] * percent * found.years:
            yield (
                f"gives {count:,} of the {known[place]:,} ZIPs of {place} in {found.known.file} "
                "another locality or state"
            )


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
        stored = ZipFile(kind, year, quarter, source, count, embedded=False)
        tables.append(StoredZipTable(connection, found, stored, checked=True))
    return min(tables, key=lambda table: _quarters(table.file, file))


def _gpci_places(connection: sqlite3.Connection, year: int | None = None) -> set[_PlaceKey]:
    """Return every MAC and locality of the GPCI files at hand, or of those of a year.

    Those of the snapshot, and those of the database.
    """
    query = (
        "SELECT DISTINCT mac, locality FROM locality JOIN release USING (release_id) WHERE "
        "year = coalesce(?, year)"
    )
    with closing(open_snapshot()) as snapshot:
        places: set[_PlaceKey] = set(snapshot.execute(query, (year,)))
    places.update(connection.execute(query, (year,)))
    return places - {NATIONAL}
