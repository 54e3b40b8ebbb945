"""A dataset: one publication of CMS's, from the page that links it to its line in `feesync status`.

`refresh`, `import`, `status` and `cache` loop over the datasets of the registry, and ask each the
questions of `Dataset`. Where a dataset does not answer a question itself, the answer here is for
the simplest kind: one file, linked from one page, whose newest edition is wanted. Out of scope:
downloading (cms), reading files (formats), tables (store).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from feesync.cms.catalog import Offer, file_name, newest, read_files
from feesync.datasets.report import LoadOptions, LoadReport
from feesync.datasets.selection import Selection
from feesync.errors import ContentRefusedError
from feesync.formats import archive
from feesync.store import checksums
from feesync.store.library import Library
from feesync.store.revisions import Revisions

if TYPE_CHECKING:
    from feesync.cms.cache import CachedFile, DownloadRecord
    from feesync.cms.client import Client
    from feesync.cms.site import Site

Hearer = Callable[[str | None, ContentRefusedError], None]
"""Hears of a page that could not be read: the label that it concerns, if any, and why."""


Advance = Callable[[int], object]
"""Hears how many parts of the work are done."""

KnownRevisions = Mapping[str, Revisions]
"""The revisions in a database, by label."""


@dataclass(frozen=True, slots=True)
class Enquiry:
    """What a refresh was asked for, and what is known when it begins.

    Attributes:
        selection: which releases.
        revisions: the revisions in the database.
        labels_before: the labels that CMS offered before, as far as they are recorded.
    """

    selection: Selection
    revisions: KnownRevisions
    labels_before: frozenset[str]


@dataclass(frozen=True, slots=True)
class Flag:
    """The flag of `feesync sync` that asks for a dataset which not everyone needs.

    Attributes:
        name: without its hyphens, such as `zips`.
        help: its text in `--help`.
    """

    name: str
    help: str


@dataclass(frozen=True, slots=True)
class Offers:
    """What CMS offers of a dataset.

    Attributes:
        offers: one for each edition.
        catalogue: where they come from, `listing`, `pinned` or `cache`; empty where CMS has no list
            of them.
    """

    offers: Sequence[Offer]
    catalogue: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of `feesync status`.

    Attributes:
        columns: the names of its columns.
        rows: its rows.
        cut: the columns that are cut where a terminal is too narrow.
        remarks: lines below it.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]
    cut: tuple[str, ...] = ()
    remarks: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Description:
    """What `feesync status` says of a dataset.

    Attributes:
        key: its name in the JSON.
        items: its editions, ready for JSON.
        line: one sentence; empty where there is nothing to say, or the table says it.
        table: its editions, where a line is not enough.
    """

    key: str
    items: Sequence[Mapping[str, object]]
    line: str = ""
    table: Table | None = None


class Dataset:
    """One publication of CMS's."""

    name: ClassVar[str]
    """The name under which its editions are stored."""

    download: ClassVar[str]
    """The name of its downloads, where CMS offers one edition at a time, such as `ZIPS`."""

    key: ClassVar[str]
    """Its name in the JSON of `feesync status`."""

    title: ClassVar[str]
    """CMS's name for it."""

    noun: ClassVar[str] = "file"
    """The word for one edition."""

    flag: ClassVar[Flag | None] = None
    """The flag that asks for it; None where every refresh brings it."""

    row_nouns: ClassVar[Mapping[str, str]] = {}
    """The words for its rows, by kind of file; by default `rows of` the kind."""

    parts: ClassVar[int] = 0
    """Into how many parts loading divides its work; 0 where no progress is shown."""

    has_rates: ClassVar[bool] = False
    """Whether its editions are releases of rates, so that a new one changes payments."""

    has_labels: ClassVar[bool] = False
    """Whether `--release` and `--effective` may say which edition a file is."""

    files: ClassVar[str]
    """The files that `feesync import` reads of it, in words."""

    are_together: ClassVar[bool] = False
    """Whether loose files are one edition together; else each is an edition of its own."""

    most_loose_bytes: ClassVar[int] = archive.MAX_ZIP_BYTES
    """The size above which a loose file cannot be one of its files."""

    most_bytes: ClassVar[int] = archive.MAX_ZIP_BYTES
    """The size above which a download cannot be one of its files."""

    def checks(self) -> Sequence[str]:
        """Return the names of its checks that can be set aside."""
        return ()

    # What CMS offers

    def owns(self, label: str) -> bool:
        """Tell whether an offer or a download with a label belongs to this dataset."""
        return label == self.download

    def page(self, site: Site) -> str:
        """Return the address of the page that links its files."""
        raise NotImplementedError

    def is_link(self, address: str) -> bool:
        """Tell whether an address on the page leads to one of its files."""
        raise NotImplementedError

    def discover(self, client: Client, hearer: Hearer) -> Offers:
        """Find out what CMS offers.

        Raises:
            UnreachableError: its page cannot be reached now.
        """
        return Offers([Offer(self.download)])

    def cached_offers(self, files: Iterable[CachedFile]) -> Offers:
        """Return the editions that the cache has downloads of."""
        labels = sorted({entry.label for entry in files if self.owns(entry.label)})
        return Offers([Offer(label) for label in labels], "cache")

    def choice(self, offers: Offers, enquiry: Enquiry, hearer: Hearer) -> Sequence[Offer]:
        """Return the offers that a refresh must bring, in order.

        Raises:
            InvalidInputError: CMS does not offer what was named.
        """
        return offers.offers

    def address(self, offer: Offer, client: Client, hearer: Hearer) -> str:
        """Return the address of the file of an offer.

        Raises:
            UnreachableError: its page cannot be reached now.
            ContentRefusedError: its page has no such file, or several, and no date says which is
                newest.
        """
        page = self.page(client.site)
        offers = read_files(client.page(page), page, client.site, self.title, self.is_link)
        return newest(offers, offer.label)

    def download_name(self, url: str, label: str) -> str:
        """Return the name of a download, by its address."""
        return file_name(url) or url.rpartition("/")[2] or label.lower()

    def check_download(self, path: Path, name: str) -> None:
        """Check that a finished download is whole.

        Raises:
            ContentRefusedError: it is not.
        """
        archive.check_file(path, name)

    # What is loaded

    def is_current(
        self, offer: Offer, sha256: str, revisions: KnownRevisions, read: Callable[[], bytes] | None
    ) -> bool:
        """Tell whether a download is what the database has.

        Args:
            offer: its offer.
            sha256: its hash.
            revisions: the revisions in the database.
            read: returns its bytes, where they are at hand.
        """
        return any(sha256 == own.current for own in revisions.values())

    def is_superseded(self, offer: Offer, sha256: str, revisions: KnownRevisions) -> bool:
        """Tell whether the database had a download, and has something later in its place."""
        return any(sha256 in own.superseded for own in revisions.values())

    def is_needed(
        self, entry: CachedFile, revisions: KnownRevisions, last: DownloadRecord | None
    ) -> bool:
        """Tell whether a download must stay when the cache is pruned.

        Args:
            entry: the download.
            revisions: the revisions in the database.
            last: the record of the last download of its label.
        """
        return any(
            entry.sha256 == own.current or entry.sha256 in own.superseded
            for own in revisions.values()
        )

    def check_edition(self, connection: sqlite3.Connection, edition_id: int, label: str) -> None:
        """Compare the rows of an edition in a database with their checksums.

        Raises:
            DamageError: a row differs.
        """
        checksums.check_edition(connection, edition_id, label)

    # Loading

    def has_loose(self, path: Path) -> bool:
        """Tell whether a loose file is one of its files, by its name or its beginning."""
        return False

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
        """Load the files of the dataset in a download or a zip.

        By default a download is the file itself, and no zip has any.

        Args:
            database: path of the database; created and migrated as needed.
            data: the bytes of the zip.
            name: its name, for errors.
            options: how it is loaded.
            expected: refuse a zip that has no file of the dataset, instead of returning nothing.
            progress: hears how many parts of the work are done.

        Raises:
            ContentRefusedError: a file cannot be read, or a check failed; the database is
                unchanged.
            BusyError: another process is writing.
            StoreError: the database cannot be used.
        """
        return self.load_loose(database, {name: data}, options, progress) if expected else []

    def load_loose(
        self, database: Path, files: Mapping[str, bytes], options: LoadOptions, progress: Advance
    ) -> list[LoadReport]:
        """Load loose files, by name, that are one edition together.

        Arguments and errors are as in `load_zip`.
        """
        raise NotImplementedError

    # What is said of it

    def describe(self, library: Library) -> Description:
        """Return what `feesync status` says of the dataset: its editions, in a line."""
        editions = library.editions(self.name)
        listed = ", ".join(f"{edition.label} ({edition.source})" for edition in editions)
        return Description(
            self.key,
            [edition.to_dict() for edition in editions],
            f"{self.title}: {listed or 'none'}",
        )
