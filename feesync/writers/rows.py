"""The rows of an export: which release answers for which code, and the rates of each code.

An export may have two million rows, which are never all in memory (block). A loaded release never
changes, and its rows are read by its number, so that a refresh meanwhile does not change an export.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, groupby, islice
from pathlib import Path

from feesync.errors import Hint, HintKind, UnknownCodeError, together
from feesync.model.hcpcs import CodeRange
from feesync.model.note import Note
from feesync.model.release import Release
from feesync.places.names import of_states
from feesync.schedule.notes import release_notes, zip_note
from feesync.schedule.rates import FeeSchedule
from feesync.store.columnar import open_duckdb
from feesync.store.damage import DamageError
from feesync.store.schema import store_error
from feesync.store.source import Source, basis_of
from feesync.writers import slices
from feesync.writers.block import Block, Row, gather
from feesync.writers.part import Part

_LARGE = 4_000
"""How many codes, times their places, may be in memory together: some megabytes of text."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The rates of codes in places, which are read as they are asked for.

    Attributes:
        database: path of the database, for errors.
        parts: the codes of each release.
        notes: what a person should know about the releases.
        unknown: why codes, and ranges of them, are not among the rates.
    """

    database: Path
    parts: tuple[Part, ...]
    notes: tuple[Note, ...]
    unknown: tuple[UnknownCodeError, ...] = ()

    @property
    def releases(self) -> list[Release]:
        """The releases that answer, each once."""
        return list({part.release.label: part.release for part in self.parts}.values())

    @property
    def code_count(self) -> int:
        """How many codes there are."""
        return sum(len(part.codes) for part in self.parts)

    @property
    def row_count(self) -> int:
        """How many rows there are, counted without reading them.

        Raises:
            StoreError: the database can no longer be read.
        """
        try:
            return sum(part.row_count for part in self.parts)
        except sqlite3.Error as error:
            raise store_error(self.database, error) from error

    @property
    def is_large(self) -> bool:
        """Whether the rows are too many to be in memory together, judged without counting them."""
        return sum(len(part.codes) * len(part.places) for part in self.parts) > _LARGE

    def first(self, most: int) -> list[Row]:
        """Return the first rows, and read few others.

        Raises:
            StoreError: the database can no longer be read.
        """
        try:
            codes = chain.from_iterable(part.codes_rows() for part in self.parts)
            return list(islice(chain.from_iterable(codes), most))
        except sqlite3.Error as error:
            raise store_error(self.database, error) from error

    def blocks(self) -> Iterator[Block]:
        """Yield the rows, some codes after the others.

        Those of a large grid are computed by DuckDB where it is installed.

        Raises:
            StoreError: the database can no longer be read.
        """
        try:
            if slices.are_large(self.parts):
                yield from self._slices()
            else:
                yield from self._gathered()
        except sqlite3.Error as error:
            raise store_error(self.database, error) from error

    def rows(self) -> Iterator[Row]:
        """Yield every row.

        Raises:
            StoreError: the database can no longer be read.
        """
        for block in self.blocks():
            yield from block.rows()

    def _gathered(self) -> Iterator[Block]:
        return gather(chain.from_iterable(part.codes_rows() for part in self.parts))

    def _slices(self) -> Iterator[Block]:
        with open_duckdb() as connection:
            try:
                tables = slices.Tables(connection, self.parts)
            except DamageError:  # code by code, what is sound comes before it
                yield from self._gathered()
            else:
                yield from tables.slices()


def open_grid(
    database: Path,
    codes: Sequence[str | CodeRange],
    places: Sequence[str],
    states: Sequence[str],
    when: date | str | int,
    *,
    qp: bool,
    exact: bool = False,
) -> Grid:
    """Return the grid of codes in places, on a day or of a release.

    On a day, the release that answers for a code is the same as in FeeSchedule.rates.

    Args:
        database: path of the database; where there is none, the embedded snapshot answers.
        codes: HCPCS codes and ranges of them; where there are none, all codes of the loaded release
            that answers, else of the snapshot.
        places: localities in any form that places.names.resolve can read.
        states: where no place is named, the states whose localities are meant; where there are
            none, all.
        when: date of service, label of a release, or a year, which means its newest loaded release.
        qp: whether the conversion factor is that of a qualifying APM participant (from 2026 on).
        exact: whether the rows end with unrounded amounts, as those of `Part`.

    Raises:
        NoReleaseError: no release answers.
        UnknownCodeError: no code is in the release that answers for it. One among others is in
            `unknown`.
        LocalityError: a place is unknown or ambiguous.
        NoPriceError: there is no qp conversion factor.
        StoreError: the database cannot be read.
    """
    # a schedule of its own: nothing else may close its connection before the last row is read
    schedule = FeeSchedule(database)
    with schedule.hold():
        day_or_label = schedule.newest_day(when) if isinstance(when, int) else when
        answers = schedule.sources(day_or_label)
        day = None if isinstance(day_or_label, str) else day_or_label
        answer_of, unknown = _answer_of_codes(schedule, codes, answers, day)
        parts: list[Part] = []
        notes: list[Note] = []
        for (source, release), group in groupby(answer_of, key=answer_of.__getitem__):
            by_place = dict(
                schedule.place(source, release, place, day or release.effective_from)
                for place in places
            )
            localities = tuple(by_place) or tuple(
                of_states(release.label, source.localities(release), states)
            )
            basis = basis_of(release, qp=qp)
            parts.append(Part(source, release, basis, tuple(group), localities, day, exact))
            capped = not release.embedded
            notes += release_notes(schedule, release, basis, day, qp=qp, capped=capped)
            notes += [
                zip_note(release, place, zip_place, day or release.effective_from)
                for place, zip_place in by_place.items()
                if zip_place
            ]
        source, release = _newest(answers)
        if source.embedded and not codes:
            text = (
                f"{release.label} is not loaded: the embedded snapshot's few codes are exported. "
                "'feesync sync' brings the rest."
            )
            notes.append(Note.warning("embedded-snapshot", text, "feesync"))
    return Grid(database, tuple(parts), tuple(dict.fromkeys(notes)), tuple(unknown))


def _newest(answers: Sequence[tuple[Source, Release]]) -> tuple[Source, Release]:
    """Return what answers for most codes: the database's release, else the snapshot's."""
    return next((answer for answer in answers if not answer[0].embedded), answers[0])


def _answer_of_codes(
    schedule: FeeSchedule,
    codes: Sequence[str | CodeRange],
    answers: Sequence[tuple[Source, Release]],
    day: date | None,
) -> tuple[dict[str, tuple[Source, Release]], list[UnknownCodeError]]:
    """Return the release that answers for each code, and why others have none."""
    source, release = _newest(answers)
    codes_of = [
        (source, release, frozenset(source.codes_of(release))) for source, release in answers
    ]
    answer_of: dict[str, tuple[Source, Release]] = {}
    unknown: list[UnknownCodeError] = []
    for item in codes or source.codes_of(release):
        try:
            singles = _single_codes(schedule, item, source, release, day)
            answer_of.update({code: _answer(schedule, code, codes_of, day) for code in singles})
        except UnknownCodeError as error:
            unknown.append(error)
    if unknown and not answer_of:
        raise together(unknown)
    return answer_of, unknown


def _single_codes(
    schedule: FeeSchedule,
    item: str | CodeRange,
    source: Source,
    release: Release,
    day: date | None,
) -> Sequence[str]:
    """Return the codes that an item means.

    The codes of a range are those of the release; the snapshot's must be all that there are.
    """
    if isinstance(item, str):
        return (item,)
    in_range = (
        schedule.codes(item, day or release.effective_from)
        if source.embedded
        else source.codes_in(release, item)
    )
    if not in_range:
        raise UnknownCodeError(f"no code of {item} is in {release.label}")
    return in_range


def _answer(
    schedule: FeeSchedule,
    code: str,
    answers: Sequence[tuple[Source, Release, frozenset[str]]],
    day: date | None,
) -> tuple[Source, Release]:
    """Return the first release that answers for a code; the snapshot's only if it has the code."""
    for source, release, codes in answers:
        if code in codes:
            return source, release
        if not source.embedded:
            raise UnknownCodeError(f"{code} is not in {release.label}")
    if day:
        raise schedule.library().outside_snapshot(code, day)
    label = answers[-1][1].label
    raise UnknownCodeError(
        f"{code} is not among the few codes of {label} in the embedded snapshot",
        hint=Hint(HintKind.LOAD_RELEASE, label),
    )
