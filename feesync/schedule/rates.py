"""Read rates: of a code, in a locality, on a date, from the database or the embedded snapshot.

Out of scope: which release answers (store.library).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from feesync.errors import Hint, InvalidInputError, NoReleaseError, UnknownCodeError
from feesync.model import reading
from feesync.model.dates import read_day
from feesync.model.hcpcs import CodeRange, read_code, read_codes
from feesync.model.label import parse_label
from feesync.model.locality import Locality
from feesync.model.release import Release
from feesync.model.tuples import tuple_of
from feesync.model.zip_code import ZipFile, ZipPlace
from feesync.paths import database_name
from feesync.schedule.hold import Hold
from feesync.schedule.quote import Quote
from feesync.store.library import Library
from feesync.store.live import LiveDatabase
from feesync.store.source import Source

if TYPE_CHECKING:
    from feesync.places.resolver import SearchResult
    from feesync.store.pair import Pair

_T = TypeVar("_T")
_MOST_PLACES = 20_480
"""How many places of a day are remembered for a state of the database."""


class FeeSchedule:
    """The fee schedule of a database and the embedded snapshot together.

    An object belongs to the thread that made it; `open_schedule` gives each thread its own. It sees
    what other processes load: before each answer it asks SQLite whether the database has changed,
    and if so forgets what it remembers.
    """

    def __init__(self, database: str | os.PathLike[str] | None = None) -> None:
        self._live = LiveDatabase(database_name(database))
        self._snapshot: Source | None = None
        self._shelf: Library | None = None
        self._hold = Hold(self._live, self._forget)
        self._places: dict[Hashable, tuple[Locality, ZipPlace | None]] = {}
        self.answers: dict[Hashable, object] = {}
        """The answers from this state of the database."""

    def hold(self) -> Hold:
        """Return the context of a block that answers from one state of the database.

        What other processes load meanwhile is not seen before the end of the block. Entering and
        leaving it raise StoreError where the database cannot be read, or is damaged. (`held`, its
        name before 1.0, does the same.)
        """
        return self._hold

    held = hold

    def library(self) -> Library:
        """Return the releases of the database and the snapshot, in the state that answers now."""
        return self._reading(lambda: self._library)

    def releases(self) -> list[Release]:
        """Return all releases, by first day of effect.

        A release of the snapshot is among them where the database lacks its label.
        """
        return self._reading(lambda: self._library.releases())

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
            return self._rate(hcpcs, row, locality, day, qp)
        with self._hold:
            return self._rate(hcpcs, row, locality, day, qp)

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
        return self._reading(self._rates, read_code(hcpcs), *arguments)

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
        return self._reading(self._codes, span, read_day("day", day))

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
        return self._reading(self._answering_label, read_day("day", day))

    def place(
        self, source: Source, release: Release, text: str, day: date | str
    ) -> tuple[Locality, ZipPlace | None]:
        """Return the locality of a release that a text means; for a ZIP, also why.

        Raises:
            LocalityError: the text is unknown or ambiguous, or a ZIP that is military or spans
                localities.
        """
        return self._reading(
            self._place, source, release, reading.text("locality", text), read_day("day", day)
        )

    def nearest_locality(
        self, text: str, day: date | str
    ) -> tuple[Release, Locality, ZipPlace | None]:
        """Return the release nearest to a day, and the locality that a text means in it.

        For a ZIP, it also returns why.

        Raises:
            LocalityError: the text is unknown or ambiguous.
        """
        return self._reading(
            self._nearest_locality, reading.text("locality", text), read_day("day", day)
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
            return self._reading(lambda: self._library.labelled(label))
        day = read_day("day", when)
        return self._reading(lambda: self._library.on(day))

    def localities(self, day: date | str) -> tuple[Release, list[Locality]]:
        """Return the release of a date and its localities, the national row first."""
        return self._reading(self._localities, read_day("day", day))

    def find_localities(self, query: str, day: date | str) -> SearchResult:
        """Return the localities that a text may mean.

        The text is a key, a ZIP, a MAC, a state, a name, a county or a contractor.
        """
        return self._reading(
            self._find_localities, reading.text("query", query), read_day("day", day)
        )

    def zip_counts(self, day: date | str) -> tuple[ZipFile, dict[tuple[str, str], int]]:
        """Return the ZIP5 file of a day, and how many ZIPs it has in each MAC and locality."""
        return self._reading(self._zip_counts, read_day("day", day))

    def zip_files(self) -> list[ZipFile]:
        """Return all ZIP5 and ZIP9 files; the embedded one where the database lacks its quarter."""
        return self._reading(lambda: self._library.zip_files())

    def damages(self) -> list[str]:
        """Return a line for each part of the database that differs from its checksum."""
        return self._reading(lambda: self._database.damages() if self._database else [])

    def counties(self, day: date | str) -> dict[tuple[str, str], str]:
        """Return the counties of localities, as CMS words them.

        They are from the loaded release nearest to a day, else from the snapshot.
        """
        return self._reading(self._counties, read_day("day", day))

    def remedy(self, day: date | str) -> Hint:
        """Return what brings the release of a day; or why nothing does, where that is known."""
        return self._library.remedy(read_day("day", day))

    @contextmanager
    def pair(self, before: str, after: str) -> Iterator[Pair]:
        """Open two releases, or two revisions of one, to compare (see store.pair.open_pair)."""
        from feesync.store.pair import open_pair  # where two are compared, not at every start

        with self._hold:
            sources = self._database, self._embedded()
            with open_pair(*sources, before, after, self._library.remedy_of) as pair:
                yield pair

    @property
    def _database(self) -> Source | None:
        return self._live.source

    @property
    def _library(self) -> Library:
        if self._shelf is None:
            self._shelf = Library(self._live.path, self._live.source, self._embedded)
        return self._shelf

    def _forget(self) -> None:
        self._shelf = None
        self._places.clear()
        self.answers.clear()

    def _reading(self, function: Callable[..., _T], *args: object) -> _T:
        """Answer from one state of the database."""
        if self._hold.depth:
            return function(*args)
        with self._hold:
            return function(*args)

    def _rate(self, hcpcs: str, modifier: str, locality: str, day: date, qp: bool) -> Quote:
        source, release = (self._shelf or self._library).release_of(hcpcs, day)
        place, by_zip = source.places(release).get(locality), None
        if place is None:
            place, by_zip = self._place(source, release, locality, day)
        rate = source.rate(release, hcpcs, modifier, place, qp=qp)
        if rate is None:
            raise self._library.not_in(hcpcs, modifier, source, release, day)
        exact = release.effective_from <= day <= release.effective_to
        return tuple_of(Quote, (rate, release, place, exact, by_zip))

    def _rates(
        self, hcpcs: str, texts: Sequence[str], states: Sequence[str], day: date, qp: bool
    ) -> list[Quote]:
        from feesync.places.names import of_states

        source, release = self._library.release_of(hcpcs, day)
        by_place = dict(self._place(source, release, text, day) for text in texts)
        places = list(by_place) or of_states(release.label, source.localities(release), states)
        rates = source.rates(release, hcpcs, places, qp=qp)
        if not rates:
            raise self._library.not_in(hcpcs, "", source, release, day)
        exact = release.covers(day)
        return [Quote(rate, release, place, exact, by_place.get(place)) for place, rate in rates]

    def _codes(self, span: CodeRange, day: date) -> list[str]:
        codes: set[str] = set()
        for source, release in self._library.on(day):
            codes.update(source.codes_in(release, span))
            if not source.embedded:
                break
        else:
            if len(codes) < span.size:
                raise self._library.outside_snapshot(str(span), day)
        if not codes:
            raise UnknownCodeError(
                f"no code from {span.first} to {span.last} is in {release.label}, which answers "
                f"for {day}"
            )
        return sorted(codes)

    def _answering_label(self, day: date) -> str | None:
        try:
            return next(
                (release.label for source, release in self._library.on(day) if not source.embedded),
                None,
            )
        except NoReleaseError:
            return None

    def _nearest_locality(self, text: str, day: date) -> tuple[Release, Locality, ZipPlace | None]:
        source, release = self._library.nearest(day)
        return release, *self._place(source, release, text, day)

    def _place(
        self, source: Source, release: Release, text: str, day: date
    ) -> tuple[Locality, ZipPlace | None]:
        by_key = source.places(release).get(text)
        if by_key:
            return by_key, None
        key = text, day, release.release_id, source.embedded
        place = self._places.get(key)
        if place is None:
            from feesync.places import resolver  # where a place is named, or by its ZIP

            if len(self._places) >= _MOST_PLACES:
                self._places.clear()
            place = self._places[key] = resolver.locate(
                text, source, release, day, self._database, lambda: self._counties(day)
            )
        return place

    def _localities(self, day: date) -> tuple[Release, list[Locality]]:
        source, release = self._library.on(day)[0]
        return release, source.localities(release)

    def _find_localities(self, query: str, day: date) -> SearchResult:
        from feesync.places import resolver

        source, release = self._library.on(day)[0]
        return resolver.find(query, source, release, day, self._database, self._counties(day))

    def _zip_counts(self, day: date) -> tuple[ZipFile, dict[tuple[str, str], int]]:
        from feesync.places import resolver

        return resolver.zip_counts(self._database, day)

    def _counties(self, day: date) -> dict[tuple[str, str], str]:
        own = self._database.counties(day) if self._database else {}
        return own or self._embedded().counties(day)

    def _embedded(self) -> Source:
        if self._snapshot is None:
            from feesync.store.snapshot import open_snapshot

            self._snapshot = Source(open_snapshot(), embedded=True)
        return self._snapshot
