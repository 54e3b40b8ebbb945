"""What a fee schedule answers from one state of its database, to questions that have been read.

Out of scope: reading questions, and noticing that the database has changed (rates).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from feesync.errors import NoReleaseError, UnknownCodeError
from feesync.model.hcpcs import CodeRange
from feesync.model.locality import Locality
from feesync.model.release import Release
from feesync.model.tuples import tuple_of
from feesync.model.zip_code import ZipFile, ZipPlace
from feesync.schedule.quote import Quote
from feesync.store.library import Library
from feesync.store.source import Source

if TYPE_CHECKING:
    from feesync.places.resolver import SearchResult

_MOST_PLACES = 20_480
"""How many places of a day are remembered."""


class OneState:
    """What answers in one state; the errors are those of `FeeSchedule`.

    Attributes:
        library: the releases of the database and the snapshot together.
    """

    __slots__ = ("_database", "_embedded", "_places", "library")

    def __init__(self, path: str, database: Source | None, embedded: Callable[[], Source]) -> None:
        """Make a state.

        Args:
            path: of the database.
            database: what is in it, None where there is none.
            embedded: opens the snapshot.
        """
        self.library: Library = Library(path, database, embedded)
        self._database, self._embedded = database, embedded
        self._places: dict[Hashable, tuple[Locality, ZipPlace | None]] = {}

    def rate(self, hcpcs: str, modifier: str, locality: str, day: date, qp: bool) -> Quote:
        """Return a rate of a code, by the row of it that has a modifier, with its release."""
        source, release = self.library.release_of(hcpcs, day)
        place, by_zip = source.places(release).get(locality), None
        if place is None:
            place, by_zip = self.place(source, release, locality, day)
        rate = source.rate(release, hcpcs, modifier, place, qp=qp)
        if rate is None:
            raise self.library.not_in(hcpcs, modifier, source, release, day)
        exact = release.effective_from <= day <= release.effective_to
        return tuple_of(Quote, (rate, release, place, exact, by_zip))

    def rates(
        self, hcpcs: str, texts: Sequence[str], states: Sequence[str], day: date, qp: bool
    ) -> list[Quote]:
        """Return every row of a code in localities, or in those of states."""
        from feesync.places.names import of_states

        source, release = self.library.release_of(hcpcs, day)
        by_place = dict(self.place(source, release, text, day) for text in texts)
        places = list(by_place) or of_states(release.label, source.localities(release), states)
        rates = source.rates(release, hcpcs, places, qp=qp)
        if not rates:
            raise self.library.not_in(hcpcs, "", source, release, day)
        exact = release.covers(day)
        return [Quote(rate, release, place, exact, by_place.get(place)) for place, rate in rates]

    def codes(self, span: CodeRange, day: date) -> list[str]:
        """Return the codes of a range, in order."""
        codes: set[str] = set()
        for source, release in self.library.on(day):
            codes.update(source.codes_in(release, span))
            if not source.embedded:
                break
        else:
            if len(codes) < span.size:
                raise self.library.outside_snapshot(str(span), day)
        if not codes:
            raise UnknownCodeError(
                f"no code from {span.first} to {span.last} is in {release.label}, which answers "
                f"for {day}"
            )
        return sorted(codes)

    def answering(self, day: date) -> str | None:
        """Return the label of the loaded release that answers for a day, None for none."""
        try:
            return next(
                (release.label for source, release in self.library.on(day) if not source.embedded),
                None,
            )
        except NoReleaseError:
            return None

    def nearest_locality(self, text: str, day: date) -> tuple[Release, Locality, ZipPlace | None]:
        """Return the release nearest to a day, the locality of a text in it, and for a ZIP why."""
        source, release = self.library.nearest(day)
        return release, *self.place(source, release, text, day)

    def place(
        self, source: Source, release: Release, text: str, day: date
    ) -> tuple[Locality, ZipPlace | None]:
        """Return the locality of a release that a text means; for a ZIP, also why."""
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
                text, source, release, day, self._database, lambda: self.counties(day)
            )
        return place

    def localities(self, day: date) -> tuple[Release, list[Locality]]:
        """Return the release of a day and its localities."""
        source, release = self.library.on(day)[0]
        return release, source.localities(release)

    def find_localities(self, query: str, day: date) -> SearchResult:
        """Return the localities that a text may mean."""
        from feesync.places import resolver

        source, release = self.library.on(day)[0]
        return resolver.find(query, source, release, day, self._database, self.counties(day))

    def zip_counts(self, day: date) -> tuple[ZipFile, dict[tuple[str, str], int]]:
        """Return the ZIP5 file of a day, and how many ZIPs it has in each locality."""
        from feesync.places import resolver

        return resolver.zip_counts(self._database, day)

    def counties(self, day: date) -> dict[tuple[str, str], str]:
        """Return the counties of localities, by MAC and number."""
        own = self._database.counties(day) if self._database else {}
        return own or self._embedded().counties(day)

    def damages(self) -> list[str]:
        """Return a line for each part of the database that differs from its checksum."""
        return self._database.damages() if self._database else []
