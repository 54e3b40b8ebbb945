"""The rows of an export.

Which release answers for which code, and their rates in integers, code by code.

Two million rows do not stand in memory: what has been read of one code is given on before the next
is read. A release never changes once it is loaded, and its rows are read by its number, so that a
refresh meanwhile changes nothing of an export.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

from feesync.errors import UnknownCodeError
from feesync.export.grid import COLUMNS, DECIMALS, KEY, when
from feesync.model.hcpcs import CodeRange
from feesync.model.locality import Locality
from feesync.model.note import Note
from feesync.model.release import Release
from feesync.places.names import of_states
from feesync.schedule.notes import release_notes, zip_note
from feesync.schedule.rates import FeeSchedule
from feesync.store.schema import store_error
from feesync.store.source import Source, basis_of

Row = tuple[str | int | None, ...]
"""The values of grid.COLUMNS.

Text, integers of the last decimal place (grid.DECIMALS), or True and False.
"""

_SELECT = (
    f"SELECT {', '.join((*KEY, *DECIMALS))} FROM revision_rate_cents "  # noqa: S608 - names of grid
    "WHERE release_id = ? AND basis = ? AND hcpcs = ?"
)
_OF_PLACES = " AND mac || locality IN (SELECT value FROM json_each(?))"
_MODIFIER, _MAC, _LOCALITY = map(COLUMNS.index, ("modifier", "mac", "locality"))


@dataclass(frozen=True, slots=True)
class Part:
    """Codes that one release answers for.

    Attributes:
        source: the database that holds the release.
        release: the release.
        basis: whose conversion factor, `nonqp` or `qp`.
        codes: the HCPCS codes.
        places: the localities.
        day: the day that was asked for, None where the release was.
    """

    source: Source
    release: Release
    basis: str
    codes: tuple[str, ...]
    places: tuple[Locality, ...]
    day: date | None

    def blocks(self) -> Iterator[list[Row]]:
        """Yield the rows of one code after the other.

        Of its row modifiers, and of each in the order of the localities.
        """
        query, limit = _SELECT, []
        if len(self.places) < len(self.source.localities(self.release)):
            query, limit = (
                query + _OF_PLACES,
                [json.dumps([place.mac + place.locality for place in self.places])],
            )
        order: dict[tuple[object, object], int] = {
            (place.mac, place.locality): number for number, place in enumerate(self.places)
        }
        dates = when(self.release, self.day)
        for code in self.codes:
            self.source.check_code(self.release, code)
            rows = self.source.connection.execute(
                query, (self.release.release_id, self.basis, code, *limit)
            ).fetchall()
            rows.sort(key=lambda row: (row[_MODIFIER], order[row[_MAC], row[_LOCALITY]]))
            yield [row + dates for row in rows]


@dataclass(frozen=True, slots=True)
class Grid:
    """The rates of codes in places, read as they are asked for.

    Attributes:
        database: path of the database, for errors.
        parts: one release after the other.
        notes: what to know about the releases.
    """

    database: Path
    parts: tuple[Part, ...]
    notes: tuple[Note, ...]

    @property
    def releases(self) -> list[Release]:
        """The releases that answer, each once."""
        return list({part.release.label: part.release for part in self.parts}.values())

    @property
    def code_count(self) -> int:
        """How many codes there are; each is one block."""
        return sum(len(part.codes) for part in self.parts)

    def blocks(self) -> Iterator[list[Row]]:
        """Yield the rows of one code after the other.

        Raises:
            StoreError: the database cannot be read on.
        """
        try:
            for part in self.parts:
                yield from part.blocks()
        except sqlite3.Error as error:
            raise store_error(self.database, error) from error


def open_grid(
    database: Path,
    codes: Sequence[str | CodeRange],
    places: Sequence[str],
    states: Sequence[str],
    asked: date | str | int,
    *,
    qp: bool,
) -> Grid:
    """Return the grid of codes in places on a day, or of a release.

    The same release answers for a code on a day as in FeeSchedule.rates.

    Args:
        database: path of the database; there may be none, the embedded snapshot answers then.
        codes: HCPCS codes and ranges of them; where there are none, all of the loaded release that
            answers, else of the snapshot.
        places: localities in any form that localities.resolve takes.
        states: where no place is named, the states whose localities are meant; all where there are
            none.
        asked: date of service, label of the release, or a year, whose newest loaded release is
            meant.
        qp: whether the conversion factor is that of a qualifying APM participant (from 2026 on).

    Raises:
        NoReleaseError: no release answers.
        UnknownCodeError: a code is not in the release that answers for it.
        LocalityError: a place is unknown or ambiguous.
        NoPriceError: there is no qp conversion factor.
        StoreError: the database cannot be read.
    """
    try:
        return _open_grid(database, codes, places, states, asked, qp)
    except sqlite3.Error as error:
        raise store_error(database, error) from error


def _open_grid(
    database: Path,
    codes: Sequence[str | CodeRange],
    places: Sequence[str],
    states: Sequence[str],
    asked: date | str | int,
    qp: bool,
) -> Grid:
    schedule = FeeSchedule(
        database
    )  # one of its own: nothing else may close its connection before the last row is read
    with schedule.held():
        return _grid(schedule, database, codes, places, states, asked, qp)


def _grid(
    schedule: FeeSchedule,
    database: Path,
    codes: Sequence[str | CodeRange],
    places: Sequence[str],
    states: Sequence[str],
    year_or_asked: date | str | int,
    qp: bool,
) -> Grid:
    asked = schedule.newest_day(year_or_asked) if isinstance(year_or_asked, int) else year_or_asked
    sources = schedule.sources(asked)
    whole = next((found for found in sources if not found[0].embedded), sources[0])
    wanted = _expanded(schedule, codes, *whole) or whole[0].codes_of(whole[1])
    held = [(source, release, frozenset(source.codes_of(release))) for source, release in sources]
    day = None if isinstance(asked, str) else asked
    parts: list[Part] = []
    notes: list[Note] = []
    for (source, release), group in groupby(wanted, key=lambda code: _answering(code, held)):
        named = dict(
            schedule.place(source, release, place, day or release.effective_from)
            for place in places
        )
        chosen = tuple(named) or tuple(of_states(release.label, source.localities(release), states))
        part = Part(source, release, basis_of(release, qp=qp), tuple(group), chosen, day)
        parts.append(part)
        notes += [
            zip_note(release, place, by, day or release.effective_from)
            for place, by in named.items()
            if by
        ]
        notes += release_notes(
            schedule, release, part.basis, day, qp=qp, capped=not release.embedded
        )
    if whole[0].embedded and not codes:
        text = (
            f"{whole[1].label} is not loaded: the embedded snapshot's few codes are exported. "
            "'feesync sync' brings the rest."
        )
        notes.append(Note.warning("embedded-snapshot", text, "feesync"))
    return Grid(database, tuple(parts), tuple(dict.fromkeys(notes)))


def _expanded(
    schedule: FeeSchedule, codes: Sequence[str | CodeRange], source: Source, release: Release
) -> list[str]:
    """Return the codes, each once, and those of each range.

    Of the loaded release, else of the snapshot where it has them all.
    """
    found: list[str] = []
    for item in codes:
        if isinstance(item, str):
            found.append(item)
            continue
        held = (
            schedule.codes(item, release.effective_from)
            if source.embedded
            else source.codes_in(release, item)
        )
        if not held:
            raise UnknownCodeError(f"no code of {item} is in {release.label}")
        found += held
    return list(dict.fromkeys(found))


def _answering(
    code: str, held: Sequence[tuple[Source, Release, frozenset[str]]]
) -> tuple[Source, Release]:
    """Return the release that answers for a code.

    The first, but for the snapshot's where that lacks the code.
    """
    for source, release, codes in held:
        if code in codes:
            return source, release
        if not source.embedded:
            raise UnknownCodeError(f"{code} is not in {release.label}")
    label = held[-1][1].label
    raise UnknownCodeError(
        f"{code} is not among the few codes of {label} in the embedded snapshot; 'feesync sync' "
        "brings the rest, "
        "or 'feesync import' of a zip from cms.gov"
    )
