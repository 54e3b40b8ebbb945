"""One refresh: find out what CMS offers, download what is new or changed, load it, and report.

Out of scope: how CMS is asked (cms), the checks of a file (formats, datasets), and how a run is
printed (cli).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import NoReturn

from feesync.changes.payments import read_changes
from feesync.cms.cache import Cache, CachedFile, CachedFileError, DownloadRecord
from feesync.cms.catalog import Offer
from feesync.cms.client import Client
from feesync.cms.cooldown import CoolDown
from feesync.cms.download import Downloader
from feesync.cms.progress import Progress
from feesync.cms.retries import EndingError
from feesync.cms.site import Site
from feesync.datasets.dataset import Dataset, Enquiry, KnownRevisions, Offers
from feesync.datasets.editions import Outcome
from feesync.datasets.report import LoadOptions, LoadReport
from feesync.datasets.selection import Selection
from feesync.errors import (
    ContentRefusedError,
    ExitStatus,
    FeesyncError,
    Hint,
    HintKind,
    UnreachableError,
)
from feesync.refresh.problems import Problems
from feesync.refresh.report import ReleaseReport, SyncReport
from feesync.refresh.today import read_today
from feesync.store.freshness import Listing, read_freshness, record_run
from feesync.store.revisions import are_sound, read_revisions

_STRENGTH = (
    Outcome.UNCHANGED,
    Outcome.SUPERSEDED,
    Outcome.REPAIRED,
    Outcome.REDATED,
    Outcome.RESTORED,
    Outcome.NEW,
    Outcome.REVISION,
)
"""Of the outcomes of several files of one download, the last is that of the download.

What changed the database before what did not.
"""


class _EndedError(Exception):
    """The run cannot go on; its problems say why."""


@dataclass(slots=True)
class Run:
    """One run: its arguments, and what it has done so far."""

    datasets: tuple[Dataset, ...]
    selection: Selection
    dry_run: bool
    offline: bool
    force: bool
    without: frozenset[str]
    watch: tuple[str, ...]
    site: Site
    database: Path
    cache: Cache
    progress: Progress
    catalogue: str = ""
    revisions: KnownRevisions = field(default_factory=dict)
    releases: list[ReleaseReport] = field(default_factory=list)
    problems: Problems = field(default_factory=Problems)
    labels: frozenset[str] | None = None
    sound: dict[str, bool] = field(default_factory=dict)

    def go(self, deadline: float, user_agent: str | None) -> SyncReport:
        """Refresh, and return the report; `deadline` is in seconds."""
        start = _now()
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
        return self._report(start)

    def _observe(self, cooldown: CoolDown) -> None:
        """End the run where CMS has forbidden requests within a day."""
        until = None if self.force else cooldown.until(self.site.host)
        if until:
            reason = f"{self.site.host} has forbidden requests (403)"
            self._end(
                UnreachableError(
                    f"{reason}; it is not asked before {until:%Y-%m-%d %H:%M} UTC",
                    hint=Hint(HintKind.ASK_ANYWAY),
                )
            )

    def _refresh(self, client: Client) -> None:
        """Bring what CMS has of each dataset."""
        for dataset in self.datasets:
            try:
                offers = dataset.discover(client, self.problems.note)
            except FeesyncError as error:
                self._end(error)
            self.catalogue = self.catalogue or offers.catalogue
            if offers.catalogue == "listing":
                labels = {offer.label for offer in offers.offers if offer.is_label}
                self.labels = (self.labels or frozenset()) | labels
            choice = self._choice(dataset, offers)
            if not self.dry_run:
                self._drop_unfinished(dataset, choice)
            downloader = Downloader(
                client, self.cache, dataset.check_download, dataset.most_bytes, self.progress
            )
            for offer in choice:
                with self._failures(offer):
                    self.releases.append(self._bring(dataset, offer, client, downloader))

    def _load_cached(self) -> None:
        """Load the cached files of each dataset that CMS had last."""
        self.catalogue = "cache"
        for dataset in self.datasets:
            for offer in self._choice(dataset, dataset.cached_offers(self.cache.files())):
                with self._failures(offer):
                    url, entry = self._cached_offer(dataset, offer)
                    if entry:
                        self.releases.append(
                            self._take(dataset, offer, url, entry.sha256, entry, downloaded=False)
                        )

    def _choice(self, dataset: Dataset, offers: Offers) -> Sequence[Offer]:
        enquiry = Enquiry(self.selection, self.revisions, self.cache.labels())
        return dataset.choice(offers, enquiry, self.problems.note)

    def _drop_unfinished(self, dataset: Dataset, choice: Sequence[Offer]) -> None:
        """Remove what interrupted runs have left of a dataset, except what this run may resume."""
        labels = {offer.label for offer in choice}
        self.cache.drop_unfinished(lambda label: label in labels or not dataset.owns(label))

    def _cached_offer(self, dataset: Dataset, offer: Offer) -> tuple[str, CachedFile | None]:
        """Return the download that CMS had last, and its address.

        Without a record of that, it is the only download of the label.
        """
        record = self.cache.record(offer.label)
        if record:
            return record.url, self.cache.file(offer.label, record.sha256)
        files = [
            entry
            for entry in self.cache.files()
            if entry.label == offer.label and not self._is_superseded(dataset, offer, entry.sha256)
        ]
        if len(files) > 1:
            several = ", ".join(str(entry.path) for entry in files)
            raise CachedFileError(
                f"which of several zips CMS last had is not known: {several}",
                hint=Hint(HintKind.IMPORT_FILE),
            )
        return "", files[0] if files else None

    def _bring(
        self, dataset: Dataset, offer: Offer, client: Client, downloader: Downloader
    ) -> ReleaseReport:
        """Download a file where it has changed, and load it."""
        label = offer.label
        if offer.obstacle:
            self.problems.warn(label, str(offer.obstacle), offer.obstacle.hint)
            return ReleaseReport(label, Outcome.UNKNOWN, url="".join(offer.pages[:1]))
        since = self._since(dataset, offer)
        url = dataset.address(offer, client, self.problems.note)
        if self.dry_run:
            has_changed = downloader.has_changed(url, since)
            if has_changed or since is None:
                return ReleaseReport(label, self._outlook(label), url=url)
        new_zip = None if self.dry_run else downloader.fetch(label, url, since)
        if new_zip:
            sha256 = new_zip.entry.sha256
            report = self._take(dataset, offer, url, sha256, new_zip.entry, downloaded=True)
            with self.problems.of(label):
                # only now, so that a file that is refused is downloaded again
                self.cache.remember(label, new_zip.record)
            return report
        assert since
        entry = self.cache.file(label, since.sha256)
        return self._take(dataset, offer, url, since.sha256, entry, downloaded=False)

    def _since(self, dataset: Dataset, offer: Offer) -> DownloadRecord | None:
        """Return the record of a download that is loaded, or still in the cache and undamaged.

        Without one, the file must be downloaded again.
        """
        record = self.cache.record(offer.label)
        if record is None:
            return None
        known = self._is_current(dataset, offer, record.sha256, None) or self._is_superseded(
            dataset, offer, record.sha256
        )
        return record if known or self.cache.has_sound(offer.label, record.sha256) else None

    def _take(
        self,
        dataset: Dataset,
        offer: Offer,
        url: str,
        sha256: str,
        entry: CachedFile | None,
        *,
        downloaded: bool,
    ) -> ReleaseReport:
        """Load a download, unless the database has it."""
        label = offer.label
        report = ReleaseReport(
            label, Outcome.UNCHANGED, url, sha256, entry.size if entry else 0, downloaded
        )
        read = partial(self.cache.read, entry) if entry else None
        if self._is_current(dataset, offer, sha256, read):
            return report
        if self._is_superseded(dataset, offer, sha256):
            text = (
                f"{url} offers what a later revision, which is loaded, has superseded: nothing done"
            )
            self.problems.warn(label, text, Hint(HintKind.RESTORE))
            return replace(report, outcome=Outcome.SUPERSEDED)
        if self.dry_run:
            return replace(report, outcome=self._outlook(label))
        assert entry
        self.progress.load(label)
        options = LoadOptions(
            dates=self.selection.effective, without_checks=self.without, force=self.force
        )
        try:
            reports = dataset.load_zip(
                self.database,
                self.cache.read(entry),
                dataset.download_name(url, label),
                options,
                expected=True,
                progress=lambda parts: None,
            )
        except ContentRefusedError as error:
            text = f"{error}; the {entry.path.suffix[1:]} is kept as {entry.path}"
            raise ContentRefusedError(text, hint=error.hint) from error
        report = _with_loads(report, reports)
        for warning in (warning for load in reports for warning in load.warnings):
            self.problems.warn(label, warning)
        if report.changed and dataset.has_rates and report.outcome is not Outcome.REPAIRED:
            with self.problems.of(label):
                report = replace(report, changes=read_changes(self.database, label, self.watch))
        return report

    def _outlook(self, label: str) -> Outcome:
        return Outcome.WOULD_COMPARE if label in self.revisions else Outcome.WOULD_LOAD

    def _is_current(
        self, dataset: Dataset, offer: Offer, sha256: str, read: Callable[[], bytes] | None
    ) -> bool:
        """Tell whether a download is what the database has, and still has as it was loaded."""
        if not dataset.is_current(offer, sha256, self.revisions, read):
            return False
        if offer.label not in self.sound:
            label = offer.label if offer.label in self.revisions else None
            self.sound[offer.label] = are_sound(
                self.database, dataset.name, dataset.check_edition, label
            )
        return self.sound[offer.label]

    def _is_superseded(self, dataset: Dataset, offer: Offer, sha256: str) -> bool:
        """Tell whether a download was loaded, has been superseded, and must stay so."""
        return not self.force and dataset.is_superseded(offer, sha256, self.revisions)

    @contextmanager
    def _failures(self, offer: Offer) -> Iterator[None]:
        """Add a failed download to the problems, and go on.

        Where every other download would fail too, the run ends.
        """
        try:
            yield
        except FeesyncError as error:
            self.releases.append(ReleaseReport(offer.label, Outcome.FAILED))
            is_local = error.exit_status in (
                ExitStatus.UNEXPECTED,
                ExitStatus.BUSY,
            ) and not isinstance(error, CachedFileError)
            if is_local or isinstance(error, EndingError):
                self._end(error, offer.label)
            self.problems.note(offer.label, error)
        finally:
            self.progress.end(offer.label)

    def _end(self, error: FeesyncError, label: str | None = None) -> NoReturn:
        self.problems.note(label, error)
        raise _EndedError

    def _report(self, start: datetime) -> SyncReport:
        finished, today = _now(), None
        with self.problems.of(None):
            today = read_today(
                self.database,
                date.today(),
                Listing(finished, self.labels) if self.labels else None,
            )
        report = SyncReport(
            started=start,
            finished=finished,
            database=str(self.database),
            site=self.site.base,
            catalogue=self.catalogue,
            dry_run=self.dry_run,
            releases=tuple(self.releases),
            problems=tuple(self.problems.items),
            last_success=read_freshness(self.database).last_success,
            today=today,
            hint=self._by_hand(),
        )
        if self.dry_run or self.offline:
            return report
        success = report.status == ExitStatus.OK and self.selection.covers_this_year()
        try:
            fresh = record_run(
                self.database,
                finished,
                report.status,
                tuple(map(str, report.problems)),
                hints=tuple(problem.hint for problem in report.problems),
                success=success,
                labels=self.labels,
            )
        except FeesyncError as error:
            self.problems.note(None, error)
            return replace(report, problems=tuple(self.problems.items))
        return replace(report, last_success=fresh.last_success)

    def _by_hand(self) -> Hint | None:
        """Return how a person may bring what this run could not, where CMS was not reached."""
        is_reached = all(
            problem.status is not ExitStatus.UNREACHABLE for problem in self.problems.items
        )
        return None if is_reached else Hint(HintKind.DOWNLOAD_BY_HAND, page=Site().listing)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _with_loads(report: ReleaseReport, reports: Sequence[LoadReport]) -> ReleaseReport:
    """Return the report of a download with what was loaded of it."""
    old = (
        f"{load.label} has been superseded by a later file"
        for load in reports
        if load.outcome == Outcome.SUPERSEDED
    )
    return replace(
        report,
        outcome=max((load.outcome for load in reports), key=_STRENGTH.index),
        rows={kind: count for load in reports for kind, count in load.rows.items()},
        notes=(*(note for load in reports for note in load.notes), *old),
    )
