"""Checks of a ZIP5 or ZIP9 file whose rows are inserted, against an earlier ZIP5 and GPCI files.

Each row of a file may be sound and the file yet be wrong as a whole: cut, without flags, or with
localities of other places. A check is a frozen object, as those of a release are, with a threshold
in percent and the evidence for it, which is what CMS's files show. From October 2025 to January
2026 no ZIP was added or removed, none changed its locality or state, 9 of 580 flags changed, and
the localities were exactly those of the GPCI files. A threshold of change is for one year, and
grows with the years between two files. Out of scope: single ZIPs that are wrong, which no other
file shows.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Protocol

from feesync.errors import ContentRefusedError, Hint, HintKind
from feesync.model.locality import NATIONAL
from feesync.model.zip_code import ZIP5, ZipFile, ZipRow
from feesync.store.snapshot import open_snapshot
from feesync.store.zip_tables import EmbeddedZipTable, StoredZipTable, embedded_zip_table

_PlaceKey = tuple[str, str]
_FEWEST_MOVES = 3
"""With fewer ZIPs than this, a move is accepted whatever its share: the smallest state or locality
has one ZIP."""

_BOTH_KINDS = frozenset({ZIP5, "ZIP9"})
_ZIP5_ALONE = frozenset({ZIP5})


@dataclass(frozen=True)
class Candidate:
    """A file whose rows are inserted, and the ZIP5 that it is compared with.

    Attributes:
        connection: the database, in the transaction that has inserted the rows.
        zip_file_id: the file.
        file: its kind, quarter and number of rows.
        known: the ZIP5 nearest in time.
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
        """The rows of the nearest ZIP5, by ZIP."""
        return dict(self.known.rows())

    @cached_property
    def moved(self) -> list[ZipRow]:
        """The earlier rows of the ZIPs that now have another locality or state."""
        return [
            row
            for zip5, row in self.before.items()
            if zip5 in self.rows and self.rows[zip5][:3] != row[:3]
        ]

    @cached_property
    def places(self) -> list[tuple[str, str, str, int]]:
        """MAC, locality, state and number of rows, for each combination in the file."""
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
    """A check of a file.

    `kinds` are the files that it is for; `evidence` is a clause that says what CMS's files have in
    common.
    """

    kinds: ClassVar[frozenset[str]]
    evidence: ClassVar[str]

    def __call__(self, candidate: Candidate) -> Iterator[str]:
        """Yield the faults of a file."""


@dataclass(frozen=True, slots=True)
class States:
    """A MAC has ZIPs only in its own states."""

    kinds: ClassVar[frozenset[str]] = _BOTH_KINDS
    evidence: ClassVar[str] = "a MAC serves the states of its jurisdiction"

    def __call__(self, candidate: Candidate) -> Iterator[str]:
        """Look for unknown MACs, and for states that are not those of the MAC."""
        known = embedded_zip_table().states()
        for mac, _locality, state, _count in candidate.places:
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

    def __call__(self, candidate: Candidate) -> Iterator[str]:
        """Look for localities that no GPCI file has."""
        known = _gpci_places(candidate.connection)
        for mac, locality, state, count in candidate.places:
            if (mac, locality) not in known:
                yield (
                    f"puts {count:,} ZIPs of {state} in {mac}-{locality}, a locality that no GPCI "
                    "file has"
                )


@dataclass(frozen=True, slots=True)
class Length:
    """A file is not much shorter than the file of its quarter that it supersedes."""

    kinds: ClassVar[frozenset[str]] = _BOTH_KINDS
    evidence: ClassVar[str] = "a file that CMS posts again corrects a few rows"
    percent: int = 10

    def __call__(self, candidate: Candidate) -> Iterator[str]:
        """Compare the numbers of rows."""
        query = "SELECT max(rows) FROM zip_file WHERE superseded_by = ?"
        before = candidate.connection.execute(query, (candidate.zip_file_id,)).fetchone()[0] or 0
        if candidate.file.rows * 100 < before * (100 - self.percent):
            yield (
                f"holds {candidate.file.rows:,} rows, of {before:,} in the file that it would "
                "supersede: it is cut"
            )


@dataclass(frozen=True, slots=True)
class ZipList:
    """Few ZIPs are added or removed."""

    kinds: ClassVar[frozenset[str]] = _ZIP5_ALONE
    evidence: ClassVar[str] = "none of 42,956 ZIPs came or went in a quarter"
    percent: int = 1

    def __call__(self, candidate: Candidate) -> Iterator[str]:
        """Count the ZIPs that only one of the two files has."""
        gone = len(candidate.before.keys() - candidate.rows.keys())
        new = len(candidate.rows.keys() - candidate.before.keys())
        known = f"{len(candidate.before):,} ZIPs of {candidate.known.file}"
        most = len(candidate.before) * self.percent * candidate.years
        if gone * 100 > most:
            yield f"holds {len(candidate.rows):,} ZIPs and lacks {gone:,} of the {known}: it is cut"
        if new * 100 > most:
            yield f"holds {new:,} ZIPs that are none of the {known}"


@dataclass(frozen=True, slots=True)
class LostLocalities:
    """No locality of the year's GPCI files loses all of its ZIPs."""

    kinds: ClassVar[frozenset[str]] = _ZIP5_ALONE
    evidence: ClassVar[str] = (
        "every locality of the GPCI files of 2024 to 2026 has ZIPs, the smallest 6"
    )

    def __call__(self, candidate: Candidate) -> Iterator[str]:
        """Look for localities without a ZIP."""
        of_the_year = (
            _gpci_places(candidate.connection, candidate.file.year) or candidate.known.pairs()
        )
        places = {(mac, locality) for mac, locality, *_ in candidate.places}
        lost = sorted((candidate.known.pairs() & of_the_year) - places)
        if lost:
            counts = candidate.known.counts()
            total = sum(counts[place] for place in lost)
            keys = ", ".join("-".join(place) for place in lost[:3])
            yield (
                f"has no ZIP in {keys}, which {'has' if len(lost) == 1 else 'have'} {total:,} "
                f"in {candidate.known.file}"
            )


@dataclass(frozen=True, slots=True)
class MovesOfState:
    """Few of the ZIPs of a state get another locality or state."""

    kinds: ClassVar[frozenset[str]] = _ZIP5_ALONE
    evidence: ClassVar[str] = "no ZIP moved in a quarter"
    percent: int = 10

    def __call__(self, candidate: Candidate) -> Iterator[str]:
        """Count the moves by the state that the ZIPs had."""
        return _moves(candidate, self.percent, lambda row: row.state)


@dataclass(frozen=True, slots=True)
class MovesOfLocality:
    """Few of the ZIPs of a locality get another locality or state."""

    kinds: ClassVar[frozenset[str]] = _ZIP5_ALONE
    evidence: ClassVar[str] = "no ZIP moved in a quarter"
    percent: int = 10

    def __call__(self, candidate: Candidate) -> Iterator[str]:
        """Count the moves by the locality that the ZIPs had."""
        return _moves(candidate, self.percent, lambda row: f"{row.mac}-{row.locality}")


@dataclass(frozen=True, slots=True)
class Moves:
    """Few ZIPs get another locality or state."""

    kinds: ClassVar[frozenset[str]] = _ZIP5_ALONE
    evidence: ClassVar[str] = "no ZIP moved in a quarter"
    percent: int = 2

    def __call__(self, candidate: Candidate) -> Iterator[str]:
        """Count the moves."""
        if len(candidate.moved) * 100 > len(candidate.before) * self.percent * candidate.years:
            yield (
                f"gives {len(candidate.moved):,} of {len(candidate.before):,} ZIPs another "
                f"locality or state than {candidate.known.file}"
            )


@dataclass(frozen=True, slots=True)
class Flags:
    """Few +4 flags change, as a share of those that there were."""

    kinds: ClassVar[frozenset[str]] = _ZIP5_ALONE
    evidence: ClassVar[str] = "9 of 580 flags changed in a quarter"
    percent: int = 10

    def __call__(self, candidate: Candidate) -> Iterator[str]:
        """Count the flags that only one of the two files has."""
        known = sum(row.plus_four for row in candidate.before.values())
        changed = sum(
            row.plus_four != candidate.rows[zip5].plus_four
            for zip5, row in candidate.before.items()
            if zip5 in candidate.rows
        )
        if changed * 100 > known * self.percent * candidate.years:
            yield (
                f"changes the +4 flag of {changed:,} ZIPs; {known:,} have it in "
                f"{candidate.known.file}"
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
    """Refuse a file that differs much from earlier ones, or return what was accepted of it.

    Args:
        connection: the database, in the transaction that has inserted the rows.
        zip_file_id: the file.
        file: its kind, quarter and number of rows.
        name: its name, for errors.
        allow_change: whether any difference is accepted.

    Raises:
        ContentRefusedError: a check failed.
    """
    candidate = Candidate(connection, zip_file_id, file, _nearest(connection, zip_file_id, file))
    accepted: list[str] = []
    for zip_check in CHECKS:
        faults = list(zip_check(candidate)) if file.kind in zip_check.kinds else []
        if faults and not allow_change:
            reason = f"{faults[0]} ({zip_check.evidence})"
            raise ContentRefusedError(reason, file=name, hint=Hint(HintKind.ACCEPT_CHANGE))
        if faults:
            more = f"; and {len(faults) - 1:,} more such" if len(faults) > 1 else ""
            accepted.append(f"allowed: {name}: {faults[0]}{more}")
    return tuple(accepted)


def _moves(candidate: Candidate, percent: int, of: Callable[[ZipRow], str]) -> Iterator[str]:
    known, moved = Counter(map(of, candidate.before.values())), Counter(map(of, candidate.moved))
    for place, count in sorted(moved.items()):
        if count >= _FEWEST_MOVES and count * 100 >= known[place] * percent * candidate.years:
            yield (
                f"gives {count:,} of the {known[place]:,} ZIPs of {place} in "
                f"{candidate.known.file} another locality or state"
            )


def _quarters(file: ZipFile, other: ZipFile) -> int:
    return abs(4 * (file.year - other.year) + file.quarter - other.quarter)


def _nearest(
    connection: sqlite3.Connection, zip_file_id: int, file: ZipFile
) -> EmbeddedZipTable | StoredZipTable:
    """Return the ZIP5 nearest in time; of two equally near, the embedded one.

    A file that the new one supersedes counts too.
    """
    rows = connection.execute(
        "SELECT zip_file_id, kind, year, quarter, source, rows FROM zip_file "
        "WHERE kind = ? AND zip_file_id <> ? AND coalesce(superseded_by, ?) = ?",
        (ZIP5, zip_file_id, zip_file_id, zip_file_id),
    )
    tables: list[EmbeddedZipTable | StoredZipTable] = [embedded_zip_table()]
    for number, kind, year, quarter, source, count in rows:
        zip_file = ZipFile(kind, year, quarter, source, count, embedded=False)
        tables.append(StoredZipTable(connection, number, zip_file, checked=True))
    return min(tables, key=lambda table: _quarters(table.file, file))


def _gpci_places(connection: sqlite3.Connection, year: int | None = None) -> set[_PlaceKey]:
    """Return every MAC and locality of the GPCI files, or of those of a year.

    The files are those of the snapshot and of the database.
    """
    query = (
        "SELECT DISTINCT mac, locality FROM locality JOIN release USING (release_id) WHERE "
        "year = coalesce(?, year)"
    )
    with closing(open_snapshot()) as snapshot:
        places: set[_PlaceKey] = set(snapshot.execute(query, (year,)))
    places.update(connection.execute(query, (year,)))
    return places - {NATIONAL}
