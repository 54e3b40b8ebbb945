"""A release beside a known one: another revision, a loaded neighbour in time, or the snapshot's.

Both are read on demand, and once, whichever checks ask. Out of scope: how large a difference is
accepted (the checks).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

from feesync.formats.relative_value import RelativeValue
from feesync.formats.release import ParsedRelease
from feesync.model.label import label_year
from feesync.model.locality import NATIONAL, Locality

_COLUMNS = tuple(name for name in RelativeValue._fields if not name.startswith("opps_"))
_NO_OPPS = (0, 0, 0)
_REDRAWING_YEAR = 2017
"""The year of California's new localities: those before it are not compared with those since."""

RowKey = tuple[str, str]


class _Known(NamedTuple):
    """Number, label and first day of effect of a release in a database."""

    release_id: int
    label: str
    effective_from: str


class RowChange(NamedTuple):
    """A row of the known release, and the row of the new release in its place."""

    before: RelativeValue
    now: RelativeValue


class KnownRelease:
    """A known release, and the parsed one that is compared with it.

    Attributes:
        release: the parsed release.
        label: of the known one.
        name: of the known one, for messages.
        complete: whether it has all codes; the snapshot has a few.
        same: whether both have the same label.
        known_first: whether the known one is the earlier of the two.
        years: how many calendar years are between them.
    """

    def __init__(
        self,
        release: ParsedRelease,
        connection: sqlite3.Connection,
        known: _Known,
        first: str,
        *,
        complete: bool,
    ) -> None:
        release_id, label, known_from = known
        self.release: ParsedRelease = release
        self.label: str = label
        self.complete: bool = complete
        self.name: str = label if complete else f"{label} of the embedded snapshot"
        self.same: bool = label == release.label
        self.known_first: bool = known_from <= first
        self.years: int = abs(label_year(label) - label_year(release.label))
        self._connection, self._release_id = connection, release_id

    @property
    def name_of_values(self) -> str:
        """The name of the parsed release's file of relative values."""
        return self.release.relative_values["nonqp"].name

    @cached_property
    def localities(self) -> dict[RowKey, Locality]:
        """The localities of the known release."""
        rows = self._connection.execute(
            "SELECT mac, locality, state, name, work_gpci, pe_gpci, mp_gpci FROM locality WHERE "
            "release_id = ? AND mac <> ?",
            (self._release_id, NATIONAL[0]),
        )
        return {(row[0], row[1]): Locality._make(row) for row in rows}

    @cached_property
    def same_places(self) -> bool:
        """Whether both releases are from before the redrawing of localities, or both after it."""
        return (label_year(self.label) < _REDRAWING_YEAR) == (
            label_year(self.release.label) < _REDRAWING_YEAR
        )

    @cached_property
    def places(self) -> list[tuple[Locality, Locality]]:
        """The localities that both releases have, the known one's first."""
        if not self.same_places:
            return []
        known = self.localities
        return [
            (known[row.mac, row.locality], row)
            for row in self.release.gpci.rows
            if (row.mac, row.locality) in known
        ]

    @cached_property
    def rows(self) -> dict[RowKey, tuple[str | int, ...]]:
        """The relative value rows of the known release, without OPPS columns."""
        rows = self._connection.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM relative_value WHERE release_id = ?",  # noqa: S608
            (self._release_id,),
        )
        return {row[:2]: row for row in rows}

    @cached_property
    def unequal(self) -> list[RowChange]:
        """The rows that both releases have, and that differ other than in OPPS columns."""
        known, width = self.rows, len(_COLUMNS)
        return [
            RowChange(RelativeValue._make((*before, *_NO_OPPS)), row)
            for row in self.release.relative_values["nonqp"].rows
            if (before := known.get(row[:2])) is not None and before != row[:width]
        ]

    @cached_property
    def priced_rows(self) -> set[RowKey]:
        """The rows of the known release that have a price."""
        rows = (RelativeValue._make((*row, *_NO_OPPS)) for row in self.rows.values())
        return {(row.hcpcs, row.modifier) for row in rows if row.is_priced}


def known_releases(
    connection: sqlite3.Connection,
    release: ParsedRelease,
    first: str,
    open_snapshot: Callable[[], sqlite3.Connection],
) -> list[KnownRelease]:
    """Return the known releases that a release is compared with, one of its own label first.

    Of the database they are the label's current revision, and the nearest release before and after
    it; of the snapshot its release of the label, or else the nearest before and after it.

    Args:
        connection: the database.
        release: the parsed release.
        first: its first day of effect.
        open_snapshot: opens the embedded snapshot.
    """
    loaded = list(_around(connection, release.label, first))
    snapshot = open_snapshot()
    embedded = list(_around(snapshot, release.label, first))
    own = [known for known in embedded if known.label == release.label]
    known_ones = [
        KnownRelease(release, connection, known, first, complete=True) for known in loaded
    ]
    known_ones += [
        KnownRelease(release, snapshot, known, first, complete=False) for known in own or embedded
    ]
    return sorted(known_ones, key=lambda known_release: not known_release.same)


def _around(connection: sqlite3.Connection, label: str, first: str) -> Iterator[_Known]:
    """Yield the current release of a label, and those next to it before and after."""
    select = "SELECT release_id, label, effective_from FROM release WHERE superseded_by IS NULL"
    for which, values in (
        ("label = ?", (label,)),
        (
            "label <> ? AND effective_from <= ? ORDER BY effective_from DESC, release_id",
            (label, first),
        ),
        ("label <> ? AND effective_from > ? ORDER BY effective_from, release_id", (label, first)),
    ):
        row = connection.execute(f"{select} AND {which} LIMIT 1", values).fetchone()
        if row:
            yield _Known._make(row)
