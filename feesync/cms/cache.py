"""The folder of downloads.

Whole zips under label and hash, one unfinished download a label, and what CMS said of each.

A zip's name never comes from its address, whose last part is `2025.zip` for every release of 2025.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from feesync.errors import BusyError, CacheError
from feesync.files import read_as, read_json, replace, write_json

_REMEMBERED = "remembered.json"
_LOCK = "sync.lock"
_LABEL = r"RVU[0-9]{2}[A-D]R?[0-9]?"
ZIPS = "ZIPS"
"""Stands for a label where the zip is CMS's Zip Code to Carrier Locality File."""

_ZIP_NAME = re.compile(rf"({_LABEL}|{ZIPS})-(?P<sha256>[0-9a-f]{{64}})\.zip")
_UNFINISHED = (".part", ".part.json", ".tmp")


@dataclass(frozen=True, slots=True)
class Remembered:
    """What CMS said of the download that a label last had.

    Attributes:
        url: its address.
        last_modified: the Last-Modified header, as it was sent; empty where there was none.
        sha256: hash of the zip.
        size: bytes.
    """

    url: str
    last_modified: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class CachedZip:
    """A whole zip in the cache."""

    label: str
    sha256: str
    path: Path
    size: int


class CachedZipError(CacheError):
    """The zip of one release cannot be used; the folder can."""


class Cache:
    """The folder of downloads. One run at a time writes to it: the one that holds the lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def lock(self, wait: float) -> Iterator[None]:
        """Hold the cache for this process.

        The kernel lets go of it when the process ends, however it ends.

        Args:
            wait: seconds to wait for another process that holds it.

        Raises:
            BusyError: another process still holds it.
            CacheError: the folder cannot be written.
        """
        from filelock import FileLock, Timeout

        with _using(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / _LOCK)
            try:
                lock.acquire(timeout=wait, poll_interval=0.2)
            except Timeout:
                raise BusyError(
                    f"another refresh is running (it holds {self.folder / _LOCK}); --wait S waits "
                    "for it"
                ) from None
        try:
            yield
        finally:
            lock.release()

    def labels(self) -> frozenset[str]:
        """Return the labels that CMS is remembered to have offered."""
        return frozenset(
            label for label in read_json(self.folder / _REMEMBERED) if re.fullmatch(_LABEL, label)
        )

    def remembered(self, label: str) -> Remembered | None:
        """Return what is remembered of a label's download."""
        return read_as(Remembered, read_json(self.folder / _REMEMBERED).get(label))

    def remember(self, label: str, remembered: Remembered) -> None:
        """Remember what CMS said of a label's download.

        Raises:
            CacheError: it cannot be written.
        """
        path = self.folder / _REMEMBERED
        known = read_json(path)
        if known.get(label) != asdict(remembered):
            with _using(self.folder):
                write_json(path, {**known, label: asdict(remembered)})

    def zip(self, label: str, sha256: str) -> CachedZip | None:
        """Return the zip of a label with a hash, where it is here."""
        return next(
            (kept for kept in self.zips() if (kept.label, kept.sha256) == (label, sha256)), None
        )

    def zips(self) -> list[CachedZip]:
        """Return the whole zips that are here, by label."""
        found = []
        with _using(self.folder):
            for path in self._paths():
                if match := _ZIP_NAME.fullmatch(path.name):
                    found.append(CachedZip(match[1], match["sha256"], path, path.stat().st_size))
        return found

    def _paths(self) -> list[Path]:
        """Return what is in the folder; nothing where there is none yet.

        A glob would not tell a folder that cannot be read.
        """
        try:
            with os.scandir(self.folder) as entries:
                return sorted(Path(entry) for entry in entries)
        except FileNotFoundError:
            return []

    def read(self, kept: CachedZip) -> bytes:
        """Return the bytes of a zip.

        Raises:
            CachedZipError: it cannot be read, or is not what was kept.
        """
        try:
            data = kept.path.read_bytes()
        except OSError as error:
            raise CachedZipError(
                f"{kept.path} cannot be read: {error.strerror or error}"
            ) from error
        if hashlib.sha256(data).hexdigest() != kept.sha256:
            raise CachedZipError(f"{kept.path} was damaged on disk")
        return data

    def has_sound(self, label: str, sha256: str) -> bool:
        """Tell whether the zip of a label with a hash is here, and whole."""
        kept = self.zip(label, sha256)
        with suppress(CachedZipError):
            return kept is not None and bool(self.read(kept))
        return False

    def part(self, label: str) -> Path:
        """Return where the unfinished download of a label is written.

        Beside it, with `.json`, what CMS said of it.
        """
        return self.folder / f"{label}.part"

    def keep(self, part: Path, label: str, sha256: str) -> CachedZip:
        """Give a finished download its name.

        Raises:
            OSError: it cannot be written.
        """
        path = self.folder / f"{label}-{sha256}.zip"
        replace(part, path)
        self.drop_part(label)
        return CachedZip(label, sha256, path, path.stat().st_size)

    def drop_part(self, label: str) -> None:
        """Remove the unfinished download of a label."""
        part = self.part(label)
        for path in (part, part.with_name(part.name + ".json")):
            with suppress(OSError):
                path.unlink()

    def unfinished(self) -> list[Path]:
        """Return what runs that were interrupted have left."""
        with _using(self.folder):
            return [path for path in self._paths() if path.name.endswith(_UNFINISHED)]

    def drop_unfinished(self, labels: frozenset[str]) -> None:
        """Remove what interrupted runs have left, but for the downloads of labels that this run may resume."""
        resumable = {self.part(label).name for label in labels}
        for path in self.unfinished():
            if path.name.removesuffix(".json") not in resumable:
                with suppress(OSError):
                    path.unlink()

    def remove(self, path: Path) -> None:
        """Remove a file of the cache.

        Raises:
            CacheError: it cannot be removed.
        """
        with _using(self.folder):
            path.unlink(missing_ok=True)


@contextmanager
def _using(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CacheError(
            f"the cache {folder} cannot be used: {error.strerror or error}; FEESYNC_CACHE names "
            "another"
        ) from error
