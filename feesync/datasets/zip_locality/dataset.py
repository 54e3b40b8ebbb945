"""The Zip Code to Carrier Locality File as a dataset: one zip at a time, with a ZIP5 and a ZIP9."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from feesync.cms.cache import CachedFile, DownloadRecord
from feesync.cms.catalog import Offer, is_zip
from feesync.cms.site import Site
from feesync.datasets.dataset import Advance, Dataset, Description, Flag, KnownRevisions
from feesync.datasets.report import LoadOptions, LoadReport
from feesync.datasets.zip_locality.load import load_zip_files
from feesync.errors import ContentRefusedError
from feesync.formats import zip_locality
from feesync.store import checksums
from feesync.store.library import Library

_HEAD = 400
"""How many bytes of a loose file are read to tell what it is."""

_LINK = re.compile(r"/zip-code-(?:to-)?carrier-locality-file", re.IGNORECASE)


class ZipLocality(Dataset):
    """The Zip Code to Carrier Locality File."""

    name = "zip-locality"
    download = "ZIPS"
    key = "zip_files"
    title = "the Zip Code to Carrier Locality File"
    files = "a ZIP5 or ZIP9 file"
    flag: ClassVar[Flag | None] = Flag(
        "zips", "Bring the Zip Code to Carrier Locality File too (ZIP5 and ZIP9, 20 MB)."
    )
    most_loose_bytes = zip_locality.MAX_MEMBER_BYTES

    def page(self, site: Site) -> str:
        """Return the address of CMS's page Fee Schedules."""
        return site.fee_schedules

    def is_link(self, address: str) -> bool:
        """Tell whether an address leads to the zip."""
        return is_zip(address) and _LINK.search(address) is not None

    def is_current(
        self, offer: Offer, sha256: str, revisions: KnownRevisions, read: Callable[[], bytes] | None
    ) -> bool:
        """Tell whether the database has the files of a zip; it has no record of the zip itself."""
        files = zip_locality.from_zip(read(), self.download) if read else []
        current = {own.current for own in revisions.values()}
        return bool(files) and {file.sha256 for file in files} <= current

    def is_needed(
        self, entry: CachedFile, revisions: KnownRevisions, last: DownloadRecord | None
    ) -> bool:
        """Tell whether a zip is the last one that CMS had: a refresh asks CMS about it."""
        return last is not None and entry.sha256 == last.sha256

    def check_edition(self, connection: sqlite3.Connection, edition_id: int, label: str) -> None:
        """Compare the rows of a ZIP file with its checksums; its kind begins its label."""
        checksums.check_zip_file(connection, edition_id, label[:4])

    def has_loose(self, path: Path) -> bool:
        """Tell whether a loose file is ZIP5 or ZIP9, by its name or its first row."""
        if zip_locality.has_name(path.name):
            return True
        with path.open("rb") as file:
            return zip_locality.has_form(file.read(_HEAD))

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
        """Load the ZIP5 and ZIP9 files of a zip."""
        files = zip_locality.from_zip(data, name)
        if not files:
            if expected:
                raise ContentRefusedError("holds no ZIP5 or ZIP9 file", file=name)
            return []
        return self._load(database, files, options)

    def load_loose(
        self, database: Path, files: Mapping[str, bytes], options: LoadOptions, progress: Advance
    ) -> list[LoadReport]:
        """Load ZIP5 and ZIP9 files."""
        zip_files = [zip_locality.parse(data, name) for name, data in files.items()]
        return self._load(database, zip_files, options)

    def _load(
        self, database: Path, files: list[zip_locality.ZipLocalityFile], options: LoadOptions
    ) -> list[LoadReport]:
        return load_zip_files(
            database, files, allow_change=options.allow_change, force=options.force
        )

    def describe(self, library: Library) -> Description:
        """Return the files that answer, with the embedded one."""
        files = library.zip_files()
        line = ", ".join(
            f"{file} ({'embedded' if file.embedded else file.source})" for file in files
        )
        return Description(self.key, [file.to_dict() for file in files], f"ZIP to locality: {line}")
