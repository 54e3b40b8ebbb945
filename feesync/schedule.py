"""The read side: which release answers for a date, and the rate of a code in a locality.

Two sources answer: the database, for every label that it holds, and the embedded snapshot for the labels that it lacks. The
quarter of the date, from either, beats a near one; a near one is of the same calendar year and the same conversion factor.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple, TypeVar

from feesync.errors import LocalityError, NoReleaseError, UnknownCodeError
from feesync.hcpcs import CodeRange
from feesync.labels import how_to_bring, known_factor_on, last_catalogued_day
from feesync.localities import Locality
from feesync.paths import database_path
from feesync.places import resolver
from feesync.places.resolver import Found
from feesync.rate import Rate
from feesync.store.live import LiveDatabase
from feesync.store.pair import Pair, open_pair
from feesync.store.schema import store_error
from feesync.store.snapshot import open_snapshot
from feesync.store.source import Release, Source
from feesync.zips import ZipFile, ZipPlace

_MOST_DAYS = 10_000

_T = TypeVar("_T")


class Quote(NamedTuple):
    """A rate with where it comes from.

    `exact` tells whether the release covers the date itself; `zip` how a ZIP told the locality, where the place was one.
    """

    rate: Rate
    release: Release
    locality: Locality
    exact: bool
    zip: ZipPlace | None = None


class FeeSchedule:
    """The fee schedule that a database and the embedded snapshot hold together.

    An object belongs to the thread that made it; `open_schedule` gives each thread its own. It sees what other processes load:
    before each answer it asks SQLite whether the database has changed, and forgets what it remembered if so.
    """

    def __init__(self, database: Path) -> None:
        self._live = LiveDatabase(database)
        self._snapshot: Source | None = None
        self._by_day: dict[date, list[tuple[Source, Release]]] = {}
        self._held = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Answer from one state of the database: what other processes load meanwhile is not seen before the end of the block.

        Raises:
            StoreError: the database cannot be read, or is damaged.
        """
        if self._held:
            yield
            return
        try:
            changed = True
            try:
                changed = self._live.begin()
            finally:
                if changed:
                    self._by_day.clear()
            self._held = True
            try:
                yield
            finally:
                self._held = False
                self._live.end()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            self._live.forget()
            self._by_day.clear()
            raise store_error(self._live.path, error) from error

    def releases(self) -> list[Release]:
        """Return the releases of the database, and those of the snapshot whose labels it lacks, by first day of effect."""
        return self._reading(self._releases)

    def rate(self, hcpcs: str, modifier: str, locality: str, day: date, *, qp: bool = False) -> Quote:
        """Return the rate of a code on a date, with the release that it comes from.

        Args:
            hcpcs: the code, five characters.
            modifier: `26`, `TC` or `53` for a row of its own, else empty.
            locality: in any form that `localities.resolve` takes, or a ZIP or ZIP+4.
            day: date of service.
            qp: whether the conversion factor is that of a qualifying APM participant (from 2026 on).

        Raises:
            NoReleaseError: no loaded release answers for the date.
            UnknownCodeError: the code is not in the release, or not in the snapshot when that is all there is.
            LocalityError: the locality is unknown or ambiguous; a ZIP is unknown, military or spans localities.
        """
        return self._reading(self._rate, hcpcs, modifier, locality, day, qp)

    def rates(self, hcpcs: str, places: Sequence[str], state: str | None, day: date, *, qp: bool = False) -> list[Quote]:
        """Return every row of a code (26, TC and 53 too): in the localities named, else in a state's, else in all.

        Raises as `rate` does.
        """
        return self._reading(self._rates, hcpcs, places, state, day, qp)

    def codes(self, span: CodeRange, day: date) -> list[str]:
        """Return the codes of a range that `rates` has on a date, in order.

        Raises:
            NoReleaseError: no loaded release answers for the date.
            UnknownCodeError: there is none; or only the snapshot answers, and it does not have the whole range.
        """
        return self._reading(self._codes, span, day)

    def newest_day(self, year: int) -> date:
        """Return a day on which the newest loaded release of a year answers: of the database, else of the embedded snapshot.

        Raises:
            NoReleaseError: none of the year is loaded.
        """
        of_year = [release for release in self.releases() if release.year == year]
        days = [release.effective_from for release in of_year if not release.embedded] or [
            release.effective_from for release in of_year
        ]
        if not days:
            raise NoReleaseError(
                f"no loaded release covers {year}. 'feesync sync --year {year}' brings it, or 'feesync import' of CMS's zip"
            )
        return max(days)

    def answering(self, day: date) -> str | None:
        """Return the label of the loaded release that answers for a day, None where none does; the snapshot does not count."""
        return self._reading(self._answering_label, day)

    def place(self, source: Source, release: Release, text: str, day: date) -> tuple[Locality, ZipPlace | None]:
        """Return the locality of a release that a text means: by ZIP, with what told it, or as `localities.resolve` takes it.

        Raises:
            LocalityError: unknown or ambiguous, or a ZIP that is military or spans localities.
        """
        return self._reading(self._place, source, release, text, day)

    def nearest_locality(self, text: str, day: date) -> tuple[Release, Locality, ZipPlace | None]:
        """Return the loaded release nearest to a day, the one locality that a text means in it, and how where the text is a ZIP.

        Raises:
            LocalityError: it is unknown or ambiguous.
        """
        return self._reading(self._nearest_locality, text, day)

    def sources(self, when: date | str) -> list[tuple[Source, Release]]:
        """Return what may answer for a day, the best first; or the one release of a label: with the source that holds it.

        The snapshot's release, which comes before a near one of the database, answers for its few codes only.

        Raises:
            NoReleaseError: nothing does.
        """
        return self._reading(self._labelled if isinstance(when, str) else self._candidates, when)

    def localities(self, day: date) -> tuple[Release, list[Locality]]:
        """Return the localities in effect on a date, the national row first, and the release that says so."""
        return self._reading(self._localities, day)

    def find_localities(self, query: str, day: date) -> Found:
        """Return the localities that a text may mean: by key, ZIP, MAC, state, name, county or contractor."""
        return self._reading(self._find_localities, query, day)

    def zip_counts(self, day: date) -> tuple[ZipFile, dict[tuple[str, str], int]]:
        """Return how many ZIPs lie in each MAC and locality, and the ZIP5 file that says so: the one that answers for a day."""
        return self._reading(self._zip_counts, day)

    def zip_files(self) -> list[ZipFile]:
        """Return the ZIP5 and ZIP9 files of the database, and the embedded ZIP5 where the database has none of its quarter."""
        return self._reading(self._zip_files)

    def damages(self) -> list[str]:
        """Return what of the database is not what was loaded, one line each: every row is compared with its checksum."""
        return self._reading(lambda: self._database.damages() if self._database else [])

    def counties(self, day: date) -> dict[tuple[str, str], str]:
        """Return the counties of localities, as CMS words them: of the loaded release nearest to a day, else embedded."""
        return self._reading(self._counties, day)

    @contextmanager
    def pair(self, before: str, after: str) -> Iterator[Pair]:
        """Find two releases, or two revisions of one, to compare (see store.pair.open_pair)."""
        with self.held(), open_pair(self._database, self._embedded(), before, after) as found:
            yield found

    @property
    def _database(self) -> Source | None:
        return self._live.source

    def _reading(self, read: Callable[..., _T], *args: object) -> _T:
        """Answer from one state of the database."""
        with self.held():
            return read(*args)

    def _rate(self, hcpcs: str, modifier: str, locality: str, day: date, qp: bool) -> Quote:
        source, release = self._answering(hcpcs, day)
        place, by_zip = self._place(source, release, locality, day)
        rate = source.rate(release, hcpcs, modifier, place, qp=qp)
        if rate is None:
            raise _not_in(f"{hcpcs} {modifier}".strip(), release, day, source.modifiers(release, hcpcs))
        return Quote(rate, release, place, release.covers(day), by_zip)

    def _rates(self, hcpcs: str, texts: Sequence[str], state: str | None, day: date, qp: bool) -> list[Quote]:
        source, release = self._answering(hcpcs, day)
        named = dict(self._place(source, release, text, day) for text in texts)
        chosen = list(named)
        if not named:
            chosen = [place for place in source.localities(release) if state in (None, place.state)]
        if not chosen:
            raise LocalityError(f"{release.label} has no locality in state {state!r}; 'feesync localities' lists all")
        found = source.rates(release, hcpcs, chosen, qp=qp)
        if not found:
            raise _not_in(hcpcs, release, day)
        return [Quote(rate, release, place, release.covers(day), named.get(place)) for place, rate in found]

    def _codes(self, span: CodeRange, day: date) -> list[str]:
        found: set[str] = set()
        for source, release in self._candidates(day):
            found.update(source.codes_in(release, span))
            if not source.embedded:
                break
        else:
            if len(found) < span.size:
                raise self._outside_snapshot(str(span), day)
        if not found:
            raise UnknownCodeError(f"no code from {span.first} to {span.last} is in {release.label}, which answers for {day}")
        return sorted(found)

    def _answering_label(self, day: date) -> str | None:
        try:
            return next((release.label for source, release in self._candidates(day) if not source.embedded), None)
        except NoReleaseError:
            return None

    def _nearest_locality(self, text: str, day: date) -> tuple[Release, Locality, ZipPlace | None]:
        try:
            source, release = self._candidates(day)[0]
        except NoReleaseError:
            sources = [source for source in (self._database, self._embedded()) if source]
            pairs = [(source, release) for source in sources for release in source.releases]
            source, release = min(pairs, key=lambda pair: pair[1].distance(day))
        return release, *self._place(source, release, text, day)

    def _place(self, source: Source, release: Release, text: str, day: date) -> tuple[Locality, ZipPlace | None]:
        return resolver.locate(text, source, release, day, self._database, lambda: self._counties(day))

    def _localities(self, day: date) -> tuple[Release, list[Locality]]:
        source, release = self._candidates(day)[0]
        return release, source.localities(release)

    def _find_localities(self, query: str, day: date) -> Found:
        source, release = self._candidates(day)[0]
        return resolver.find(query, source, release, day, self._database, self._counties(day))

    def _zip_counts(self, day: date) -> tuple[ZipFile, dict[tuple[str, str], int]]:
        return resolver.zip_counts(self._database, day)

    def _zip_files(self) -> list[ZipFile]:
        return resolver.zip_files(self._database)

    def _counties(self, day: date) -> dict[tuple[str, str], str]:
        own = self._database.counties(day) if self._database else {}
        return own or self._embedded().counties(day)

    def _releases(self) -> list[Release]:
        own = self._database.releases if self._database else []
        labels = {release.label for release in own}
        embedded = [release for release in self._embedded().releases if release.label not in labels]
        return sorted([*own, *embedded], key=lambda release: (release.effective_from, release.label))

    def _answering(self, hcpcs: str, day: date) -> tuple[Source, Release]:
        """Return the release that answers for a code on a day: the best one, but for the snapshot's where it lacks the code."""
        for source, release in self._candidates(day):
            if not source.embedded or hcpcs in source.codes:
                return source, release
        raise self._outside_snapshot(hcpcs, day)

    def _candidates(self, day: date) -> list[tuple[Source, Release]]:
        """Return the releases that may answer for a day, the best first; the database's own exact one is final."""
        if day in self._by_day:
            return self._by_day[day]
        found = _covering(self._database, day) if self._database else []
        if not found:
            sources = [source for source in (self._database, self._embedded()) if source]
            held = self._database.labels if self._database else frozenset()
            near = [
                (source, release)
                for source in sources
                for release in source.releases
                if not (source.embedded and release.label in held) and _answers_for(release, day)
            ]
            found = sorted(near, key=lambda pair: (pair[1].distance(day), -pair[1].effective_from.toordinal(), pair[1].embedded))
        if not found:
            raise self._no_release(day)
        if len(self._by_day) >= _MOST_DAYS:
            self._by_day.clear()
        self._by_day[day] = found
        return found

    def _labelled(self, label: str) -> list[tuple[Source, Release]]:
        for source in (self._database, self._embedded()):
            for release in source.releases if source else ():
                if source and release.label == label:
                    return [(source, release)]
        raise NoReleaseError(f"{label} is not loaded: 'feesync sync --release {label}' brings it, or 'feesync import' of its zip")

    def _no_release(self, day: date) -> NoReleaseError:
        newest = self._releases()[-1]
        if day > newest.effective_to:
            return NoReleaseError(
                f"no loaded release covers {day}; the newest is {newest.label} (to {newest.effective_to}). {how_to_bring(day)}"
            )
        return NoReleaseError(
            f"no loaded release covers {day}, and none of {day.year} with that day's conversion factor is loaded. "
            f"{how_to_bring(day)}"
        )

    def _outside_snapshot(self, hcpcs: str, day: date) -> UnknownCodeError:
        codes = ", ".join(sorted(self._embedded().codes))
        return UnknownCodeError(
            f"{hcpcs} on {day} needs a release that is not loaded (the embedded snapshot holds only {codes}). {how_to_bring(day)}"
        )

    def _embedded(self) -> Source:
        if self._snapshot is None:
            self._snapshot = Source(open_snapshot(), embedded=True)
        return self._snapshot


def _covering(source: Source, day: date) -> list[tuple[Source, Release]]:
    """Return the release in effect on a day: of two that overlap (RVU24A, RVU24AR) the one that began later."""
    covering = [release for release in source.releases if release.covers(day)]
    return [(source, covering[-1])] if covering else []


def _answers_for(release: Release, day: date) -> bool:
    """Tell whether a release may answer for a day: it covers it, or is of its year and has its conversion factor."""
    if release.covers(day):
        return True
    if release.year != day.year:
        return False
    factor = known_factor_on(day)
    return release.factors["nonqp"] == factor if factor else day > last_catalogued_day()


def _not_in(code: str, release: Release, day: date, rows: Sequence[str] = ()) -> UnknownCodeError:
    return UnknownCodeError(f"{code} is not in {release.label}, which answers for {day}", rows)


_local = threading.local()
_inherited: list[object] = []


def open_schedule(db: str | os.PathLike[str] | None = None) -> FeeSchedule:
    """Return this thread's fee schedule over a database, opened on first use.

    Args:
        db: path of the database; by default FEESYNC_DB, else the user's data folder. Where there is no such file, the embedded
            snapshot answers until there is.
    """
    path = database_path(db)
    schedules: dict[Path, FeeSchedule] = _local.__dict__.setdefault("schedules", {})
    schedule = schedules.get(path)
    if schedule is None:
        schedule = schedules[path] = FeeSchedule(path)
    return schedule


def _forget_after_fork() -> None:
    """SQLite connections must not cross a fork: the child opens its own, and leaves the parent's unclosed.

    This cannot help a process that forks while another of its threads is inside SQLite: fork first, or spawn.
    """
    global _local
    _inherited.append(_local)
    _local = threading.local()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
