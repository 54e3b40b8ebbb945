"""The cache: the folder of downloads.

It has whole files, named by label and hash; at most one unfinished download for each label; and a
record of the headers that CMS sent. A label is that of a release, or of a dataset of which CMS
offers one file at a time. A file is never named after its address, which ends in `2025.zip` for
every release of 2025.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from feesync.errors import BusyError, CacheError, Hint, HintKind
from feesync.files import read_as, read_json, replace, write_json

_RECORDS = "remembered.json"
_LOCK = "sync.lock"
_LABEL = r"[A-Z][A-Z0-9]{2,15}"
_SUFFIXES = (".zip", ".csv", ".txt", ".xlsx")
_NAME = re.compile(
    rf"({_LABEL})-(?P<sha256>[0-9a-f]{{64}})(?:{'|'.join(map(re.escape, _SUFFIXES))})"
)
_UNFINISHED = (".part", ".part.json", ".tmp")


@dataclass(frozen=True, slots=True)
class DownloadRecord:
    """What CMS's headers said of the last download of a label.

    Attributes:
        url: its address.
        last_modified: the Last-Modified header as CMS sent it; empty where there was none.
        sha256: hash of the zip.
        size: bytes.
    """

    url: str
    last_modified: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class CachedFile:
    """A whole file of the cache."""

    label: str
    sha256: str
    path: Path
    size: int


class CachedFileError(CacheError):
    """One file of the cache cannot be used; the rest of the folder can."""


class Cache:
    """The folder of downloads, to which one process at a time writes: the one that has its lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def lock(self, wait: float) -> Iterator[None]:
        """Lock the cache for this process while the block runs.

        The kernel releases the lock however the process ends.

        Args:
            wait: seconds to wait for another process that has the lock.

        Raises:
            BusyError: another process still has the lock.
            CacheError: the folder cannot be written.
        """
        from filelock import FileLock, Timeout

        with _disk_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / _LOCK)
            try:
                lock.acquire(timeout=wait, poll_interval=0.2)
            except Timeout:
                raise BusyError(
                    f"another refresh is running (it holds {self.folder / _LOCK})",
                    hint=Hint(HintKind.WAIT),
                ) from None
        try:
            yield
        finally:
            lock.release()

    def labels(self) -> frozenset[str]:
        """Return the labels of what was ever downloaded to this cache."""
        return frozenset(
            label for label in read_json(self.folder / _RECORDS) if re.fullmatch(_LABEL, label)
        )

    def record(self, label: str) -> DownloadRecord | None:
        """Return the record of a label's last download, or None."""
        return read_as(DownloadRecord, read_json(self.folder / _RECORDS).get(label))

    def remember(self, label: str, record: DownloadRecord) -> None:
        """Write the record of a label's download.

        Raises:
            CacheError: the record cannot be written.
        """
        path = self.folder / _RECORDS
        records = read_json(path)
        if records.get(label) != asdict(record):
            with _disk_errors(self.folder):
                write_json(path, {**records, label: asdict(record)})

    def file(self, label: str, sha256: str) -> CachedFile | None:
        """Return the file with a label and a hash, or None where the cache has none."""
        return next(
            (entry for entry in self.files() if (entry.label, entry.sha256) == (label, sha256)),
            None,
        )

    def files(self) -> list[CachedFile]:
        """Return the whole files of the cache, by label."""
        files = []
        with _disk_errors(self.folder):
            for path in self._paths():
                if match := _NAME.fullmatch(path.name):
                    files.append(CachedFile(match[1], match["sha256"], path, path.stat().st_size))
        return files

    def _paths(self) -> list[Path]:
        """Return the entries of the folder; none where it does not exist yet.

        A glob would not raise an error where the folder cannot be read.
        """
        try:
            with os.scandir(self.folder) as entries:
                return sorted(Path(entry) for entry in entries)
        except FileNotFoundError:
            return []

    def read(self, entry: CachedFile) -> bytes:
        """Return the bytes of a file.

        Raises:
            CachedFileError: the file cannot be read, or no longer has its hash.
        """
        try:
            data = entry.path.read_bytes()
        except OSError as error:
            raise CachedFileError(
                f"{entry.path} cannot be read: {error.strerror or error}"
            ) from error
        if hashlib.sha256(data).hexdigest() != entry.sha256:
            raise CachedFileError(f"{entry.path} was damaged on disk")
        return data

    def has_sound(self, label: str, sha256: str) -> bool:
        """Tell whether the cache has the file with a label and a hash, undamaged."""
        entry = self.file(label, sha256)
        with suppress(CachedFileError):
            return entry is not None and bool(self.read(entry))
        return False

    def part(self, label: str) -> Path:
        """Return the path of the unfinished download of a label.

        What the server must repeat to resume it is beside it, in a file with `.json` added.
        """
        return self.folder / f"{label}.part"

    def keep(self, part: Path, label: str, sha256: str, suffix: str) -> CachedFile:
        """Give a finished download its name in the cache.

        Args:
            part: where it was written.
            label: its label.
            sha256: its hash.
            suffix: how its address ends; `.zip` is put in place of what ends no file of CMS's.

        Raises:
            OSError: the folder cannot be written.
        """
        ending = suffix.lower() if suffix.lower() in _SUFFIXES else _SUFFIXES[0]
        path = self.folder / f"{label}-{sha256}{ending}"
        replace(part, path)
        self.drop_part(label)
        return CachedFile(label, sha256, path, path.stat().st_size)

    def drop_part(self, label: str) -> None:
        """Remove the unfinished download of a label."""
        part = self.part(label)
        for path in (part, part.with_name(part.name + ".json")):
            with suppress(OSError):
                path.unlink()

    def unfinished(self) -> list[Path]:
        """Return the files that interrupted runs have left."""
        with _disk_errors(self.folder):
            return [path for path in self._paths() if path.name.endswith(_UNFINISHED)]

    def drop_unfinished(self, may_resume: Callable[[str], bool]) -> None:
        """Remove what interrupted runs have left, except downloads that this run may resume.

        Args:
            may_resume: tells whether the download of a label may be resumed.
        """
        for path in self.unfinished():
            part = path.name.removesuffix(".json")
            label = part.removesuffix(".part")
            if part != self.part(label).name or not may_resume(label):
                with suppress(OSError):
                    path.unlink()

    def remove(self, path: Path) -> None:
        """Remove a file of the cache.

        Raises:
            CacheError: the file cannot be removed.
        """
        with _disk_errors(self.folder):
            path.unlink(missing_ok=True)


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CacheError(
            f"the cache {folder} cannot be used: {error.strerror or error}; FEESYNC_CACHE names "
            "another"
        ) from error
