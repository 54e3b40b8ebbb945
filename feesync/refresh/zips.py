"""The part of a refresh that brings CMS's Zip Code to Carrier Locality File.

Found on its page, downloaded where it has changed.

Out of scope: how a run is ended and told (refresh), what a file must be to be believed (formats,
store).
"""

from __future__ import annotations

from pathlib import Path

from feesync.cms.cache import ZIPS, Cache, CachedZip, DownloadRecord
from feesync.cms.catalog import newest, read_zip_locality
from feesync.cms.client import Client
from feesync.cms.download import Downloader
from feesync.cms.progress import Progress
from feesync.datasets.zip_locality.load import load_zip_files
from feesync.errors import ContentRefusedError
from feesync.formats import archive, zip_locality
from feesync.refresh.report import ReleaseReport

_WEIGHT = ("unchanged", "superseded", "restored", "new", "revision")
"""Of the outcomes of several files, the last is told.

What changed the database before what did not.
"""

_NAME = "zip-code-carrier-locality-file.zip"


class ZipRefresh:
    """What one run does about the file.

    Args:
        cache: the folder of downloads; its lock is held, but for a dry run.
        database: path of the database.
        progress: hears what happens.
        force: make bytes current again that a later file of the same quarter has superseded.
        dry_run: change nothing.
    """

    def __init__(
        self, cache: Cache, database: Path, progress: Progress, *, force: bool, dry_run: bool
    ) -> None:
        self._cache, self._database, self._progress, self._force, self._dry_run = (
            cache,
            database,
            progress,
            force,
            dry_run,
        )

    def bring(self, client: Client) -> ReleaseReport:
        """Download the file where it has changed, and load what the database lacks of it.

        Raises:
            UnreachableError: CMS cannot be reached now.
            ContentRefusedError: its page has no such file, or what came is none.
        """
        page = client.site.fee_schedules
        url = newest(read_zip_locality(client.page(page), page, client.site), ZIPS)
        downloader = Downloader(client, self._cache, _check, archive.MAX_ZIP_BYTES, self._progress)
        since = self._cached()
        if self._dry_run:
            changed = downloader.has_changed(url, since)
            return ReleaseReport(
                ZIPS, "would-load" if changed or not since else "unchanged", url=url
            )
        fetched = downloader.fetch(ZIPS, url, since)
        if fetched:
            report = self._load(fetched.entry, url, downloaded=True)
            self._cache.remember(
                ZIPS, fetched.record
            )  # not before it was believed, so that a refused one is asked for again
            return report
        assert since
        kept = self._cache.zip(ZIPS, since.sha256)
        assert kept
        return self._load(kept, url, downloaded=False)

    def from_cache(self) -> list[ReleaseReport]:
        """Load the file that CMS last had from the cache, where it is there."""
        remembered = self._cached()
        kept = self._cache.zip(ZIPS, remembered.sha256) if remembered else None
        if remembered is None or kept is None:
            return []
        if self._dry_run:
            return [ReleaseReport(ZIPS, "would-load", remembered.url, remembered.sha256)]
        return [self._load(kept, remembered.url, downloaded=False)]

    def _cached(self) -> DownloadRecord | None:
        """Return what is remembered of the file, where it is still here and whole."""
        remembered = self._cache.record(ZIPS)
        return remembered if remembered and self._cache.has_sound(ZIPS, remembered.sha256) else None

    def _load(self, kept: CachedZip, url: str, *, downloaded: bool) -> ReleaseReport:
        self._progress.loading(ZIPS)
        files = zip_locality.from_zip(self._cache.read(kept), _NAME)
        if not files:
            raise ContentRefusedError(
                f"holds no ZIP5 or ZIP9 file; it is kept as {kept.path}", file=url
            )
        loaded = load_zip_files(self._database, files, force=self._force)
        outcome = max((done.outcome for done in loaded), key=_WEIGHT.index)
        rows = {done.label: done.rows for done in loaded if done.rows}
        old = tuple(
            f"{done.label} has been superseded by a later file"
            for done in loaded
            if done.outcome == "superseded"
        )
        return ReleaseReport(ZIPS, outcome, url, kept.sha256, kept.size, downloaded, rows, old)


def _check(path: Path, name: str) -> None:
    archive.check(path.read_bytes(), name)
