"""Which release answers for a day, for a code on a day, or for a label.

The database and the embedded snapshot answer together. The database's own release of the day is
final. Else a release of the day's quarter, of either, comes before a near one, which must be of the
same calendar year and conversion factor. The snapshot answers for labels that the database lacks,
and for its few codes only. Out of scope: rates and places (source, schedule), and noticing that the
database has changed (live).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from feesync.errors import Hint, NoReleaseError, UnknownCodeError
from feesync.model.release import Release
from feesync.store.source import Source

if TYPE_CHECKING:
    from feesync.model.edition import Edition
    from feesync.model.zip_code import ZipFile
    from feesync.store.freshness import Listing

_MOST_DAYS = 10_000
_MOST_NAMED = 3


class Library:
    """The releases of a database, in one state, and of the snapshot.

    Where the database changes, another Library is made.
    """

    def __init__(self, path: str, database: Source | None, snapshot: Callable[[], Source]) -> None:
        self._path, self._database, self._snapshot = path, database, snapshot
        self._by_day: dict[date, list[tuple[Source, Release]]] = {}

    def releases(self) -> list[Release]:
        """Return all releases, by first day of effect.

        A release of the snapshot is among them where the database lacks its label.
        """
        own = self._database.releases if self._database else []
        labels = {release.label for release in own}
        embedded = [release for release in self._snapshot().releases if release.label not in labels]
        return sorted(
            [*own, *embedded], key=lambda release: (release.effective_from, release.label)
        )

    def editions(self, dataset: str) -> list[Edition]:
        """Return the editions of a dataset that the database has."""
        return self._database.editions(dataset) if self._database else []

    def zip_files(self) -> list[ZipFile]:
        """Return all ZIP5 and ZIP9 files; the embedded one where the database lacks its quarter."""
        from feesync.store.zip_tables import embedded_zip_table  # of a status, not of every start

        own = self._database.zip_tables if self._database else []
        files = {
            (file.kind, file.year, file.quarter): file
            for file in (embedded_zip_table().file, *(table.file for table in reversed(own)))
        }
        return [files[key] for key in sorted(files)]

    def on(self, day: date) -> list[tuple[Source, Release]]:
        """Return the releases that may answer for a day, the best first.

        Raises:
            NoReleaseError: no release does.
        """
        known = self._by_day.get(day)
        if known:
            return known
        answers = _in_effect(self._database, day) if self._database else []
        if not answers:
            labels = self._database.labels if self._database else frozenset()
            near = [
                (source, release)
                for source, release in self._all()
                if not (source.embedded and release.label in labels) and _answers_for(release, day)
            ]
            answers = sorted(
                near,
                key=lambda answer: (
                    answer[1].distance(day),
                    -answer[1].effective_from.toordinal(),
                    answer[1].embedded,
                ),
            )
        if not answers:
            raise self._no_release(day)
        if len(self._by_day) >= _MOST_DAYS:
            self._by_day.clear()
        self._by_day[day] = answers
        return answers

    def release_of(self, hcpcs: str, day: date) -> tuple[Source, Release]:
        """Return the release that answers for a code on a day.

        It is the best one of the day; the snapshot's only where it has the code.

        Raises:
            NoReleaseError: no release answers for the day.
            UnknownCodeError: only the snapshot does, and it lacks the code.
        """
        for source, release in self._by_day.get(day) or self.on(day):
            if not source.embedded or hcpcs in source.codes:
                return source, release
        raise self.outside_snapshot(hcpcs, day)

    def labelled(self, label: str) -> list[tuple[Source, Release]]:
        """Return the release of a label and its source, as a list of one.

        Raises:
            NoReleaseError: neither the database nor the snapshot has it.
        """
        for source, release in self._all():
            if release.label == label:
                return [(source, release)]
        raise NoReleaseError(f"{label} is not loaded", hint=self.remedy_of(label))

    def nearest(self, day: date) -> tuple[Source, Release]:
        """Return the release nearest to a day, whatever its year and conversion factor."""
        try:
            return self.on(day)[0]
        except NoReleaseError:
            return min(self._all(), key=lambda answer: answer[1].distance(day))

    def remedy(self, day: date) -> Hint:
        """Return what brings the release of a day, or why nothing does."""
        from feesync.store import remedies

        return remedies.for_day(day, self._listing())

    def remedy_of(self, label: str) -> Hint:
        """Return what brings a release by its label, or why nothing does."""
        from feesync.store import remedies

        return remedies.for_label(label, self._listing())

    def not_in(
        self, code: str, row: str, source: Source, release: Release, day: date
    ) -> UnknownCodeError:
        """Return the error for a code, or a row of it, that the release of a day lacks.

        It names the releases that have the code.
        """
        rows = source.modifiers(release, code)
        does = "answers" if release.covers(day) else "stands in"
        text = f"{f'{code} {row}'.strip()} is not in {release.label}, which {does} for {day}"
        hint = None
        if not rows:
            text += _elsewhere(source, code, release, day)
            if not release.covers(day):
                from feesync.reference.catalogue import label_on

                exact = label_on(day)
                text += f". {exact}, the release of that day, is not loaded"
                hint = self.remedy_of(exact)
        return UnknownCodeError(text, rows, hint=hint)

    def outside_snapshot(self, what: str, day: date) -> UnknownCodeError:
        """Return the error for codes that the snapshot lacks, where no other release is loaded."""
        codes = ", ".join(sorted(self._snapshot().codes))
        return UnknownCodeError(
            f"{what} on {day} needs a release that is not loaded (the embedded snapshot holds only "
            f"{codes})",
            hint=self.remedy(day),
        )

    def _listing(self) -> Listing | None:
        """Return what CMS listed when it was last asked."""
        from pathlib import Path

        from feesync.store.freshness import read_freshness

        return read_freshness(Path(self._path)).listing

    def _all(self) -> list[tuple[Source, Release]]:
        sources = [source for source in (self._database, self._snapshot()) if source]
        return [(source, release) for source in sources for release in source.releases]

    def _no_release(self, day: date) -> NoReleaseError:
        newest = self.releases()[-1]
        if day > newest.effective_to:
            return NoReleaseError(
                f"no loaded release covers {day}; the newest is {newest.label} (to "
                f"{newest.effective_to})",
                hint=self.remedy(day),
            )
        return NoReleaseError(
            f"no loaded release covers {day}, and none of {day.year} with that day's conversion "
            "factor is loaded",
            hint=self.remedy(day),
        )


def _in_effect(source: Source, day: date) -> list[tuple[Source, Release]]:
    """Return the release in effect on a day; of two that overlap (RVU24A, RVU24AR), the later."""
    in_effect = [release for release in source.releases if release.covers(day)]
    return [(source, in_effect[-1])] if in_effect else []


def _answers_for(release: Release, day: date) -> bool:
    """Tell whether a release may answer for a day.

    It must cover the day, or be of its year and have its conversion factor.
    """
    if release.covers(day):
        return True
    if release.year != day.year:
        return False
    from feesync.reference.catalogue import known_factor_on, last_catalogued_day

    factor = known_factor_on(day)
    return release.factors["nonqp"] == factor if factor else day > last_catalogued_day()


def _elsewhere(source: Source, code: str, own_release: Release, day: date) -> str:
    """Return which other releases of a source have a code, in words, the nearest to a day first."""
    owners = [
        release
        for release in source.releases
        if release is not own_release and source.modifiers(release, code)
    ]
    names: Sequence[str] = [
        release.label
        for release in sorted(owners, key=lambda release: release.distance(day))[:_MOST_NAMED]
    ]
    if not names:
        return ""
    return f"; {' and '.join(names)} {'has' if len(names) == 1 else 'have'} it"
