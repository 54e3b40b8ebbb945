"""The PFS Relative Value Files as a dataset: a release a quarter, each with a page of its own.

Which releases a refresh brings is decided here, from those that were asked for and those on CMS's
listing. Out of scope: the pages (cms.discovery), the checks, the rows (load).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from feesync.cms.catalog import Offer, zip_name
from feesync.datasets.dataset import (
    Advance,
    Dataset,
    Description,
    Enquiry,
    Hearer,
    KnownRevisions,
    Offers,
    Table,
)
from feesync.datasets.report import LoadOptions, LoadReport
from feesync.datasets.rvu.checks import suite
from feesync.datasets.rvu.load import load
from feesync.errors import ContentRefusedError, Hint, HintKind, InvalidInputError
from feesync.formats import archive
from feesync.formats import release as releases
from feesync.model.label import label_in, label_year
from feesync.model.money import decimal
from feesync.model.release import ACCEPTED_CHANGE, Release
from feesync.reference.catalogue import effective_dates
from feesync.store import checksums
from feesync.store.library import Library

if TYPE_CHECKING:
    from feesync.cms.cache import CachedFile, DownloadRecord
    from feesync.cms.client import Client

_CATALOGUES = {
    "listing": "CMS's listing",
    "pinned": "feesync's own catalogue",
    "cache": "the cache",
}


class RelativeValueFiles(Dataset):
    """The PFS Relative Value Files."""

    name = "rvu"
    key = "releases"
    title = "PFS Relative Value Files"
    noun = "release"
    row_nouns: ClassVar[Mapping[str, str]] = {
        "relative values": "relative value rows",
        "GPCI": "localities",
        "locality counties": "county rows",
        "OPPS cap": "OPPS cap rows",
    }
    parts = 4
    has_rates = True
    has_labels = True
    files = "a release zip, PPRRVU*.csv and GPCI*.csv together"
    are_together = True
    most_loose_bytes = archive.MAX_MEMBER_BYTES

    def checks(self) -> Sequence[str]:
        """Return the names of the checks of a release by itself."""
        return suite.names()

    def owns(self, label: str) -> bool:
        """Tell whether a label is a release's."""
        return label_in(label) == label

    def discover(self, client: Client, hearer: Hearer) -> Offers:
        """Return the releases of CMS's listing, or of feesync's catalogue if that is unreadable."""
        from feesync.cms.discovery import Discovery  # which needs the HTTP library

        catalogue, offers = Discovery(client, hearer).offers()
        return Offers(offers, catalogue)

    def cached_offers(self, files: Iterable[CachedFile]) -> Offers:
        """Return the releases that the cache has downloads of."""
        cached = super().cached_offers(files)
        years = [replace(offer, year=label_year(offer.label)) for offer in cached.offers]
        return replace(cached, offers=years)

    def choice(self, offers: Offers, enquiry: Enquiry, hearer: Hearer) -> Sequence[Offer]:
        """Return the releases that are asked for, in the order of their dates.

        A name that CMS does not offer is refused, unless its listing has lost the release, or
        cannot be read and may have it.
        """
        selection = enquiry.selection
        years_by_label = {offer.label: offer.year for offer in offers.offers}
        if offers.catalogue == "listing":
            years_by_label |= self._lost(offers.offers, enquiry, hearer)
        missing = selection.missing(years_by_label)
        if missing:
            text = f"{_CATALOGUES[offers.catalogue]} has nothing of {', '.join(missing)}"
            if offers.catalogue != "pinned":
                recent = ", ".join(
                    sorted(
                        offer.label
                        for offer in offers.offers
                        if offer.year >= selection.this_year - 1
                    )
                )
                raise InvalidInputError(f"{text}; of the last years it has {recent or 'nothing'}")
            hearer(None, ContentRefusedError(text))
        return sorted(
            (
                _dated(offer, enquiry)
                for offer in offers.offers
                if selection.wants(offer.label, offer.year)
            ),
            key=lambda offer: (offer.year, offer.effective or (date.max, date.max), offer.label),
        )

    def _lost(self, offers: Sequence[Offer], enquiry: Enquiry, hearer: Hearer) -> dict[str, int]:
        """Return the releases, with their years, that are asked for and have left CMS's listing.

        A run whose listing is not whole is no success.
        """
        selection = enquiry.selection
        years_by_label = {offer.label: offer.year for offer in offers if offer.is_label}
        before = filter(self.owns, enquiry.labels_before - years_by_label.keys())
        lost = {
            label: label_year(label)
            for label in before
            if selection.wants(label, label_year(label))
        }
        last = selection.this_year - 1
        if lost:
            text = (
                f"CMS's listing lacks {', '.join(sorted(lost))}, which it had before: what else "
                "it lacks is not known"
            )
            hearer(None, ContentRefusedError(text))
        elif selection.by_default() and not {last, last + 1} & set(years_by_label.values()):
            hearer(
                None,
                ContentRefusedError(
                    f"CMS's listing has no release of {last} or {last + 1}: it cannot be whole"
                ),
            )
        return lost

    def address(self, offer: Offer, client: Client, hearer: Hearer) -> str:
        """Return the address of a release's zip, from its page."""
        from feesync.cms.discovery import Discovery

        return Discovery(client, hearer).address(offer)

    def download_name(self, url: str, label: str) -> str:
        """Return the name of a release's zip: the end of its address where that has the label."""
        return zip_name(url, label)

    def is_current(
        self, offer: Offer, sha256: str, revisions: KnownRevisions, read: Callable[[], bytes] | None
    ) -> bool:
        """Tell whether a zip is the current revision, with the dates of effect known now."""
        own = revisions.get(offer.label)
        return own is not None and (sha256, offer.effective) == (own.current, own.effective)

    def is_superseded(self, offer: Offer, sha256: str, revisions: KnownRevisions) -> bool:
        """Tell whether a zip is a superseded revision."""
        own = revisions.get(offer.label)
        return own is not None and sha256 in own.superseded

    def is_needed(
        self, entry: CachedFile, revisions: KnownRevisions, last: DownloadRecord | None
    ) -> bool:
        """Tell whether a zip is a revision in the database, current or superseded."""
        own = revisions.get(entry.label)
        return own is not None and entry.sha256 in (own.current, *own.superseded)

    def check_edition(self, connection: sqlite3.Connection, edition_id: int, label: str) -> None:
        """Compare the rows of a release with its checksums, code by code."""
        checksums.check_release(connection, edition_id, label)

    def has_loose(self, path: Path) -> bool:
        """Tell by its name whether a loose file is of a release."""
        return releases.kind_of(path.name) is not None

    def load_zip(
        self,
        database: Path,
        data: bytes,
        name: str,
        options: LoadOptions,
        *,
        expected: bool,
        progress: Advance,
    ) -> list[LoadReport]:
        """Load the release of a zip."""
        if not (expected or options.label or releases.is_in(data, name)):
            return []
        release = releases.from_zip(data, name, options.label)
        return self._load(database, release, options, progress)

    def load_loose(
        self, database: Path, files: Mapping[str, bytes], options: LoadOptions, progress: Advance
    ) -> list[LoadReport]:
        """Load the files of a release, PPRRVU and GPCI together."""
        release = releases.from_files(dict(files), options.label)
        return self._load(database, release, options, progress)

    def _load(
        self,
        database: Path,
        release: releases.ParsedRelease,
        options: LoadOptions,
        progress: Advance,
    ) -> list[LoadReport]:
        progress(2)
        report = load(
            database,
            release,
            dates=options.dates,
            allow_change=options.allow_change,
            without_checks=options.without_checks,
            force=options.force,
            progress=lambda: progress(1),
        )
        return [report]

    def describe(self, library: Library) -> Description:
        """Return the releases that answer: the database's as a table, the snapshot's in a line."""
        releases = library.releases()
        embedded = ", ".join(release.label for release in releases if release.embedded)
        table = Table(
            ("Release", "From", "To", "Factor", "Loaded (UTC)", "sha256", "Source"),
            [_row(release) for release in releases if not release.embedded],
            cut=("Source",),
            remarks=[
                f"Embedded snapshot, for the facet joint codes: {embedded}",
                *(remark for release in releases for remark in _remarks(release)),
            ],
        )
        return Description(self.key, [release.to_dict() for release in releases], table=table)


def _dated(offer: Offer, enquiry: Enquiry) -> Offer:
    """Return an offer with its dates of effect: the known ones, those given, or those of loading.

    An offer without dates cannot be loaded.
    """
    own = enquiry.revisions.get(offer.label)
    dates = (
        effective_dates(offer.label)
        or enquiry.selection.effective
        or (own.effective if own else None)
        if offer.is_label
        else None
    )
    if dates:
        return replace(offer, effective=dates)
    text = f"CMS lists it for {offer.year}, but feesync does not know its dates of effect"
    hint = (
        Hint(HintKind.GIVE_DATES, offer.label) if offer.is_label else Hint(HintKind.IMPORT_AS_LABEL)
    )
    return replace(offer, obstacle=ContentRefusedError(f"{text}: not loaded", hint=hint))


def _row(release: Release) -> tuple[object, ...]:
    return (
        release.label,
        release.effective_from,
        release.effective_to,
        decimal(release.factors["nonqp"], 4),
        (release.loaded_at or "")[:16].replace("T", " "),
        release.sha256[:12],
        release.source,
    )


def _remarks(release: Release) -> Iterable[str]:
    for name, reason in release.checks_set_aside.items():
        how = "a change accepted" if name == ACCEPTED_CHANGE else f"check {name} set aside"
        yield f"{release.label} was loaded with {how}: {reason}"
