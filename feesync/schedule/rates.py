"""Read rates: of a code, in a locality, on a date, from the database or the embedded snapshot.

Out of scope: which release answers (store.library).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from feesync.errors import Hint, InvalidInputError, NoReleaseError
from feesync.model import reading
from feesync.model.dates import read_day
from feesync.model.hcpcs import CodeRange, read_code, read_codes
from feesync.model.label import parse_label
from feesync.model.locality import Locality
from feesync.model.release import Release
from feesync.model.zip_code import ZipFile, ZipPlace
from feesync.paths import database_name
from feesync.schedule.hold import Hold
from feesync.schedule.one_state import OneState
from feesync.schedule.quote import Quote
from feesync.store.library import Library
from feesync.store.live import LiveDatabase
from feesync.store.source import Source

if TYPE_CHECKING:
    from feesync.places.resolver import SearchResult
    from feesync.store.pair import Pair

_Arguments = ParamSpec("_Arguments")
_T = TypeVar("_T")


class FeeSchedule:
    """The fee schedule of a database and the embedded snapshot together.

    An object belongs to the thread that made it; `open_schedule` gives each thread its own. It sees
    what other processes load: before each answer it asks SQLite whether the database has changed,
    and if so forgets what it remembers.
    """

    def __init__(self, database: str | os.PathLike[str] | None = None) -> None:
        self._live = LiveDatabase(database_name(database))
        self._snapshot: Source | None = None
        self._state: OneState | None = None
        self._hold = Hold(self._live, self._forget)
        self.answers: dict[Hashable, object] = {}
        self.outlines: dict[Hashable, object] = {}
        """The answers from this state of the database; what those for a line have in common."""

    def hold(self) -> Hold:
        """Return the context of a block that answers from one state of the database.

        What other processes load meanwhile is not seen before the end of the block. Entering and
        leaving it raise StoreError where the database cannot be read, or is damaged. (`held`, its
        name up to 0.9, does the same.)
        """
        return self._hold

    held = hold

    def library(self) -> Library:
        """Return the releases of the database and the snapshot, in the state that answers now."""
        return self._answer(lambda state: state.library)

    def releases(self) -> list[Release]:
        """Return all releases, by first day of effect.

        A release of the snapshot is among them where the database lacks its label.
        """
        return self._answer(lambda state: state.library.releases())

    def rate(
        self, hcpcs: str, modifier: str | None, locality: str, day: date | str, *, qp: bool = False
    ) -> Quote:
        """Return the rate of a code on a date, with the release that it comes from.

        Args:
            hcpcs: the code, five characters.
            modifier: `26`, `TC` or `53` for a row of its own, else empty or None.
            locality: a key, a name, or a ZIP or ZIP+4, as for `estimate`.
            day: date of service, a `date` or `YYYY-MM-DD`.
            qp: whether the conversion factor is that of a qualifying APM participant (from 2026
                on).

        Raises:
            InvalidInputError: an argument cannot be read.
            NoReleaseError: no loaded release answers for the date.
            UnknownCodeError: the code is not in the release, or not in the snapshot where only that
                answers.
            LocalityError: the locality is unknown or ambiguous, or a ZIP is unknown, military or
                spans localities.
        """
        row = "" if modifier is None else reading.text("modifier", modifier).upper()
        if row and not (len(row) == 2 and row.isascii() and row.isalnum()):
            raise InvalidInputError(
                f"modifier {reading.excerpt(modifier)} is no row of a code: those are 26, TC, 53 "
                "and none"
            )
        place = reading.text("locality", locality)
        return self.quote(
            read_code(hcpcs), row, place, read_day("day", day), qp=reading.flag("qp", qp)
        )

    def quote(self, hcpcs: str, row: str, locality: str, day: date, *, qp: bool) -> Quote:
        """Return a rate as `rate` does, for arguments that have been read.

        Raises:
            NoReleaseError, UnknownCodeError, LocalityError: as `rate` does.
        """
        if self._hold.depth:
            return (self._state or self._now()).rate(hcpcs, row, locality, day, qp)
        with self._hold:
            return (self._state or self._now()).rate(hcpcs, row, locality, day, qp)

    def rates(
        self,
        hcpcs: str,
        places: Iterable[str] | None,
        state: str | Iterable[str] | None,
        day: date | str,
        *,
        qp: bool = False,
    ) -> list[Quote]:
        """Return every row of a code (26, TC and 53 too) in localities.

        Args:
            hcpcs: the code, five characters.
            places: localities, each in any form that `rate` can read; empty or None where none is
                named.
            state: where no locality is named, one state, or several; empty or None for all.
            day: date of service, a `date` or `YYYY-MM-DD`.
            qp: whether the conversion factor is that of a qualifying APM participant.

        Raises:
            InvalidInputError, NoReleaseError, UnknownCodeError: as for `rate`.
            LocalityError: as for `rate`; or the release has no locality in a state.
        """
        from feesync.reference.states import read_states  # not for a line in one place

        texts = tuple(
            reading.text("locality", place)
            for place in reading.sequence_or_none("places", places, "01112-05")
        )
        arguments = (texts, read_states(state), read_day("day", day), reading.flag("qp", qp))
        return self._answer(OneState.rates, read_code(hcpcs), *arguments)

    def codes(self, span: CodeRange | str, day: date | str) -> list[str]:
        """Return the codes of a range such as `64490-64495` that `rates` has on a date, in order.

        Raises:
            InvalidInputError: an argument cannot be read.
            NoReleaseError: no loaded release answers for the date.
            UnknownCodeError: there is no such code; or only the snapshot answers, and it lacks a
                part of the range.
        """
        if not isinstance(span, CodeRange):
            codes = read_codes(span)
            span = CodeRange(codes, codes) if isinstance(codes, str) else codes
        return self._answer(OneState.codes, span, read_day("day", day))

    def newest_day(self, year: int) -> date:
        """Return a day on which the newest loaded release of a year answers.

        It is a release of the database, else of the embedded snapshot.

        Raises:
            InvalidInputError: the year is not from 2000 to 2099.
            NoReleaseError: no release of the year is loaded.
        """
        year = reading.whole("year", year, 2000, 2099, "a year")
        of_year = [release for release in self.releases() if release.year == year]
        days = [release.effective_from for release in of_year if not release.embedded] or [
            release.effective_from for release in of_year
        ]
        if not days:
            raise NoReleaseError(
                f"no loaded release covers {year}", hint=self.remedy(date(year, 1, 1))
            )
        return max(days)

    def answering(self, day: date | str) -> str | None:
        """Return the label of the loaded release that answers for a day, or None where none does.

        The snapshot does not count.
        """
        return self._answer(OneState.answering, read_day("day", day))

    def place(
        self, source: Source, release: Release, text: str, day: date | str
    ) -> tuple[Locality, ZipPlace | None]:
        """Return the locality of a release that a text means; for a ZIP, also why.

        Raises:
            LocalityError: the text is unknown or ambiguous, or a ZIP that is military or spans
                localities.
        """
        return self._answer(
            OneState.place, source, release, reading.text("locality", text), read_day("day", day)
        )

    def nearest_locality(
        self, text: str, day: date | str
    ) -> tuple[Release, Locality, ZipPlace | None]:
        """Return the release nearest to a day, and the locality that a text means in it.

        For a ZIP, it also returns why.

        Raises:
            LocalityError: the text is unknown or ambiguous.
        """
        return self._answer(
            OneState.nearest_locality, reading.text("locality", text), read_day("day", day)
        )

    def sources(self, when: date | str) -> list[tuple[Source, Release]]:
        """Return the releases that may answer for a day, or the one of a label, with their sources.

        The best comes first. The snapshot's release, which comes before a near one of the database,
        answers for its few codes only.

        Raises:
            NoReleaseError: no release answers.
        """
        if isinstance(when, str):
            label = parse_label(when)
            return self._answer(lambda state: state.library.labelled(label))
        day = read_day("day", when)
        return self._answer(lambda state: state.library.on(day))

    def localities(self, day: date | str) -> tuple[Release, list[Locality]]:
        """Return the release of a date and its localities, the national row first."""
        return self._answer(OneState.localities, read_day("day", day))

    def find_localities(self, query: str, day: date | str) -> SearchResult:
        """Return the localities that a text may mean.

        The text is a key, a ZIP, a MAC, a state, a name, a county or a contractor.
        """
        return self._answer(
            OneState.find_localities, reading.text("query", query), read_day("day", day)
        )

    def zip_counts(self, day: date | str) -> tuple[ZipFile, dict[tuple[str, str], int]]:
        """Return the ZIP5 file of a day, and how many ZIPs it has in each MAC and locality."""
        return self._answer(OneState.zip_counts, read_day("day", day))

    def zip_files(self) -> list[ZipFile]:
        """Return all ZIP5 and ZIP9 files; the embedded one where the database lacks its quarter."""
        return self._answer(lambda state: state.library.zip_files())

    def damages(self) -> list[str]:
        """Return a line for each part of the database that differs from its checksum."""
        return self._answer(OneState.damages)

    def counties(self, day: date | str) -> dict[tuple[str, str], str]:
        """Return the counties of localities, as CMS words them.

        They are from the loaded release nearest to a day, else from the snapshot.
        """
        return self._answer(OneState.counties, read_day("day", day))

    def remedy(self, day: date | str) -> Hint:
        """Return what brings the release of a day; or why nothing does, where that is known."""
        return self._now().library.remedy(read_day("day", day))

    @contextmanager
    def pair(self, before: str, after: str) -> Iterator[Pair]:
        """Open two releases, or two revisions of one, to compare (see store.pair.open_pair)."""
        from feesync.store.pair import open_pair  # where two are compared, not at every start

        with self._hold:
            sources = self._live.source, self._embedded()
            with open_pair(*sources, before, after, self._now().library.remedy_of) as pair:
                yield pair

    def _now(self) -> OneState:
        """Return what answers in this state of the database."""
        if self._state is None:
            self._state = OneState(self._live.path, self._live.source, self._embedded)
        return self._state

    def _forget(self) -> None:
        self._state = None
        self.answers.clear()
        self.outlines.clear()

    def _answer(
        self,
        question: Callable[Concatenate[OneState, _Arguments], _T],
        *arguments: _Arguments.args,
        **named: _Arguments.kwargs,
    ) -> _T:
        """Return what a question is answered from one state of the database."""
        if self._hold.depth:
            return question(self._now(), *arguments, **named)
        with self._hold:
            return question(self._now(), *arguments, **named)

    def _embedded(self) -> Source:
        if self._snapshot is None:
            from feesync.store.snapshot import open_snapshot

            self._snapshot = Source(open_snapshot(), embedded=True)
        return self._snapshot
