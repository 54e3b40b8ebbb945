"""One refresh: find out what CMS offers, bring what is new or changed, load each release by itself, and say what that changed.

Out of scope: how CMS is asked (cms), what a file must be to be believed (formats, store), how a run
is told (cli).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NoReturn

from feesync.changes.payments import read_changes
from feesync.cms.cache import ZIPS, Cache, CachedZip, CachedZipError, DownloadRecord
from feesync.cms.catalog import Offer, zip_name
from feesync.cms.client import Client
from feesync.cms.cooldown import CoolDown
from feesync.cms.discovery import Discovery
from feesync.cms.download import Downloader
from feesync.cms.progress import Progress
from feesync.cms.retries import EndingError
from feesync.cms.site import Site
from feesync.datasets.rvu.load import load
from feesync.errors import (
    ContentRefusedError,
    ExitStatus,
    FeesyncError,
    InvalidInputError,
    UnreachableError,
)
from feesync.formats import archive
from feesync.formats import release as releases_format
from feesync.hints import Hint, HintKind
from feesync.model.label import label_year
from feesync.reference.catalogue import effective_dates
from feesync.refresh.problems import Problems
from feesync.refresh.report import ReleaseReport, SyncReport
from feesync.refresh.selection import Selection
from feesync.refresh.standing import standing
from feesync.refresh.zips import ZipRefresh
from feesync.store.freshness import Listing, read_freshness, record_run
from feesync.store.revisions import Revisions, read_revisions

_CATALOGUES = {
    "listing": "CMS's listing",
    "pinned": "feesync's own catalogue",
    "cache": "the cache",
}


class _EndedError(Exception):
    """The run cannot go on; why is among its problems."""


@dataclass(slots=True)
class Run:
    """One run: its arguments, and what it has done so far."""

    selection: Selection
    dry_run: bool
    offline: bool
    force: bool
    without: frozenset[str]
    zips: bool
    watch: tuple[str, ...]
    site: Site
    database: Path
    cache: Cache
    progress: Progress
    catalogue: str = ""
    revisions: dict[str, Revisions] = field(default_factory=dict)
    releases: list[ReleaseReport] = field(default_factory=list)
    problems: Problems = field(default_factory=Problems)
    offered: frozenset[str] | None = None

    def go(self, deadline: float, user_agent: str | None) -> SyncReport:
        """Refresh, and return what was done; `deadline` is in seconds."""
        started = _now()
        self.revisions = read_revisions(self.database)
        cooldown = CoolDown(self.cache.folder)
        with suppress(_EndedError):
            if self.offline:
                self._load_cached()
            else:
                self._observe(cooldown)
                with closing(
                    Client(self.site, cooldown, self.progress, deadline, user_agent)
                ) as client:
                    self._refresh(client)
        return self._report(started)

    def _observe(self, cooldown: CoolDown) -> None:
        """End the run where CMS has lately forbidden requests."""
        until = None if self.force else cooldown.until(self.site.host)
        if until:
            said = f"{self.site.host} has forbidden requests (403)"
            self._end(
                UnreachableError(
                    f"{said}; it is not asked before {until:%Y-%m-%d %H:%M} UTC",
                    hint=Hint(HintKind.ASK_ANYWAY),
                )
            )

    def _refresh(self, client: Client) -> None:
        discovery = Discovery(client, self.problems.note)
        downloader = Downloader(
            client, self.cache, archive.check_file, archive.MAX_ZIP_BYTES, self.progress
        )
        try:
            self.catalogue, offers = discovery.offers()
        except FeesyncError as error:
            self._end(error)
        if self.catalogue == "listing":
            self.offered = frozenset(offer.label for offer in offers if offer.is_label)
        wanted = self._wanted(offers)
        if not self.dry_run:
            self.cache.drop_unfinished(
                frozenset([*(offer.label for offer in wanted), *([ZIPS] if self.zips else [])])
            )
        for offer in wanted:
            with self._failures(offer):
                self.releases.append(self._bring(offer, discovery, downloader))
        self._bring_zips(client)

    def _load_cached(self) -> None:
        """Load what the cache holds of each release, as CMS last had it."""
        self.catalogue = "cache"
        labels = sorted({kept.label for kept in self.cache.zips()} - {ZIPS})
        for offer in self._wanted([Offer(label, label_year(label)) for label in labels]):
            with self._failures(offer):
                url, kept = self._cached(offer)
                if kept:
                    self.releases.append(
                        self._take(offer, url, kept.sha256, kept, downloaded=False)
                    )
        self._bring_zips(None)

    def _bring_zips(self, client: Client | None) -> None:
        """Bring the Zip Code to Carrier Locality File where it is asked for.

        From CMS, or without a client from the cache.
        """
        if self.zips:
            with self._failures(Offer(ZIPS, self.selection.this_year)):
                zips = ZipRefresh(
                    self.cache, self.database, self.progress, force=self.force, dry_run=self.dry_run
                )
                self.releases += [zips.bring(client)] if client else zips.from_cache()

    def _cached(self, offer: Offer) -> tuple[str, CachedZip | None]:
        """Return the zip that CMS last had, and its address.

        Where that is not remembered, the only one that may be it.
        """
        remembered = self.cache.record(offer.label)
        if remembered:
            return remembered.url, self.cache.zip(offer.label, remembered.sha256)
        zips = [
            kept
            for kept in self.cache.zips()
            if kept.label == offer.label and not self._is_superseded(offer, kept.sha256)
        ]
        if len(zips) > 1:
            several = ", ".join(str(kept.path) for kept in zips)
            raise CachedZipError(
                f"which of several zips CMS last had is not known: {several}",
                hint=Hint(HintKind.IMPORT_FILE),
            )
        return "", zips[0] if zips else None

    def _wanted(self, offers: list[Offer]) -> list[Offer]:
        """Return the offers that are asked for, in the order of their dates.

        What was named and is not there is refused, but for what CMS's listing has lost, or may have
        where it cannot be read.
        """
        there = {offer.label: offer.year for offer in offers}
        if self.catalogue == "listing":
            there |= self._lost(offers)
        missing = self.selection.missing(there)
        if missing:
            text = f"{_CATALOGUES[self.catalogue]} has nothing of {', '.join(missing)}"
            if self.catalogue != "pinned":
                recent = ", ".join(
                    sorted(
                        offer.label
                        for offer in offers
                        if offer.year >= self.selection.this_year - 1
                    )
                )
                raise InvalidInputError(f"{text}; of the last years it has {recent or 'nothing'}")
            self.problems.note(None, ContentRefusedError(text))
        wanted = [offer for offer in offers if self.selection.wants(offer.label, offer.year)]
        return sorted(
            wanted,
            key=lambda offer: (offer.year, self._dates(offer) or (date.max, date.max), offer.label),
        )

    def _lost(self, offers: list[Offer]) -> dict[str, int]:
        """Return what is asked for and CMS's listing had before, with its years.

        A listing that is not whole is no success.
        """
        there = {offer.label: offer.year for offer in offers if offer.is_label}
        before = {label: label_year(label) for label in self.cache.labels() - there.keys()}
        lost = {label: year for label, year in before.items() if self.selection.wants(label, year)}
        last = self.selection.this_year - 1
        if lost:
            text = (
                f"CMS's listing lacks {', '.join(sorted(lost))}, which it had before: what else "
                "it lacks is not known"
            )
            self.problems.note(None, ContentRefusedError(text))
        elif self.selection.by_default() and not {last, last + 1} & set(there.values()):
            self.problems.note(
                None,
                ContentRefusedError(
                    f"CMS's listing has no release of {last} or {last + 1}: it cannot be whole"
                ),
            )
        return lost

    def _dates(self, offer: Offer) -> tuple[date, date] | None:
        """Return the dates of effect of a release: known, given, or those it was loaded with."""
        if not offer.is_label:
            return None
        loaded = self.revisions.get(offer.label)
        return (
            effective_dates(offer.label)
            or self.selection.effective
            or (loaded.effective if loaded else None)
        )

    def _bring(self, offer: Offer, discovery: Discovery, downloader: Downloader) -> ReleaseReport:
        """Download a release where it has changed, and take what there is."""
        label = offer.label
        if self._dates(offer) is None:
            listed = f"CMS lists it for {offer.year}, but feesync does not know its dates of effect"
            hint = (
                Hint(HintKind.GIVE_DATES, label)
                if offer.is_label
                else Hint(HintKind.IMPORT_AS_LABEL)
            )
            self.problems.warn(label, f"{listed}: not loaded", hint)
            return ReleaseReport(label, "unknown", url="".join(offer.pages[:1]))
        since = self._since(offer)
        url = discovery.address(offer)
        if self.dry_run:
            changed = downloader.has_changed(url, since)
            if changed or not since:
                return ReleaseReport(label, self._outlook(label), url=url)
            return self._take(
                offer, url, since.sha256, self.cache.zip(label, since.sha256), downloaded=False
            )
        fetched = downloader.fetch(label, url, since)
        if fetched:
            report = self._take(offer, url, fetched.entry.sha256, fetched.entry, downloaded=True)
            with self.problems.of(label):
                self.cache.remember(
                    label, fetched.record
                )  # not before it was believed, so that a refused one is asked for again
            return report
        assert since
        return self._take(
            offer, url, since.sha256, self.cache.zip(label, since.sha256), downloaded=False
        )

    def _since(self, offer: Offer) -> DownloadRecord | None:
        """Return what is remembered of a download, where it is loaded or still here and whole.

        Else it is needed again.
        """
        remembered = self.cache.record(offer.label)
        if remembered is None:
            return None
        known = self._is_current(offer, remembered.sha256) or self._is_superseded(
            offer, remembered.sha256
        )
        return remembered if known or self.cache.has_sound(offer.label, remembered.sha256) else None

    def _take(
        self, offer: Offer, url: str, sha256: str, kept: CachedZip | None, *, downloaded: bool
    ) -> ReleaseReport:
        """Load a zip, unless the database has it; known bytes are not even parsed."""
        label = offer.label
        report = ReleaseReport(
            label, "unchanged", url, sha256, kept.size if kept else 0, downloaded
        )
        if self._is_current(offer, sha256):
            return report
        if self._is_superseded(offer, sha256):
            text = (
                f"{url} offers what a later revision, which is loaded, has superseded: nothing done"
            )
            self.problems.warn(label, text, Hint(HintKind.RESTORE))
            return replace(report, outcome="superseded")
        if self.dry_run:
            return replace(report, outcome=self._outlook(label))
        assert kept
        self.progress.loading(label)
        try:
            release = releases_format.from_zip(self.cache.read(kept), zip_name(url, label))
            done = load(
                self.database,
                release,
                dates=self.selection.effective,
                without_checks=self.without,
                force=self.force,
            )
        except ContentRefusedError as error:
            text = f"{error}; the zip is kept as {kept.path}"
            raise ContentRefusedError(text, hint=error.hint) from error
        report = replace(report, outcome=done.outcome, rows=done.rows, notes=tuple(done.notes))
        for warning in done.warnings:
            self.problems.warn(label, warning)
        if report.changed:
            with self.problems.of(label):
                report = replace(report, changes=read_changes(self.database, label, self.watch))
        return report

    def _outlook(self, label: str) -> str:
        return "would-compare" if label in self.revisions else "would-load"

    def _is_current(self, offer: Offer, sha256: str) -> bool:
        """Tell whether a zip is the current revision, with the dates of effect that are known today."""
        loaded = self.revisions.get(offer.label)
        return loaded is not None and (sha256, self._dates(offer)) == (
            loaded.current,
            loaded.effective,
        )

    def _is_superseded(self, offer: Offer, sha256: str) -> bool:
        """Tell whether a zip was loaded, is superseded, and is to stay so."""
        loaded = self.revisions.get(offer.label)
        return loaded is not None and sha256 in loaded.superseded and not self.force

    @contextmanager
    def _failures(self, offer: Offer) -> Iterator[None]:
        """Note that a release could not be had, and go on.

        Where no other can be had either, the run ends.
        """
        try:
            yield
        except FeesyncError as error:
            self.releases.append(ReleaseReport(offer.label, "failed"))
            here = error.exit_status in (ExitStatus.UNEXPECTED, ExitStatus.BUSY) and not isinstance(
                error, CachedZipError
            )
            if here or isinstance(error, EndingError):
                self._end(error, offer.label)
            self.problems.note(offer.label, error)
        finally:
            self.progress.finished(offer.label)

    def _end(self, error: FeesyncError, label: str | None = None) -> NoReturn:
        self.problems.note(label, error)
        raise _EndedError

    def _report(self, started: datetime) -> SyncReport:
        finished, stands = _now(), None
        with self.problems.of(None):
            stands = standing(
                self.database,
                date.today(),
                Listing(finished, self.offered) if self.offered else None,
            )
        report = SyncReport(
            started=started,
            finished=finished,
            database=str(self.database),
            site=self.site.base,
            catalogue=self.catalogue,
            dry_run=self.dry_run,
            releases=tuple(self.releases),
            problems=tuple(self.problems.found),
            last_success=read_freshness(self.database).last_success,
            standing=stands,
        )
        if self.dry_run or self.offline:
            return report
        success = report.status == ExitStatus.OK and self.selection.covers_this_year()
        told = tuple(map(str, report.problems))
        try:
            fresh = record_run(
                self.database, finished, report.status, told, success=success, labels=self.offered
            )
        except FeesyncError as error:
            self.problems.note(None, error)
            return replace(report, problems=tuple(self.problems.found))
        return replace(report, last_success=fresh.last_success)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
