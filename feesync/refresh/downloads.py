"""The downloads in the cache, which `feesync cache` prints and prunes."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feesync.cms.cache import Cache, CachedFile
from feesync.datasets.registry import owner
from feesync.errors import CacheError, InvalidInputError
from feesync.model import reading
from feesync.model.result import RowResult
from feesync.paths import cache_path, database_path
from feesync.store.revisions import read_revisions

if TYPE_CHECKING:
    from feesync.refresh.dictionaries import DownloadDict, DownloadRowDict, DownloadsDict

COLUMNS = ("label", "sha256", "bytes", "file", "referred")
"""The columns of the rows of Downloads."""


@dataclass(frozen=True, slots=True)
class Downloads(RowResult):
    """The downloads in the cache.

    Attributes:
        folder: the folder, which may not exist.
        exists: whether it exists.
        files: all finished downloads.
        needed: those that the database refers to.
        unfinished: the files of downloads that broke off.
        pruned: whether the others, and the unfinished files, were removed.
        cleared: whether all of them were removed.
    """

    folder: Path
    exists: bool
    files: tuple[CachedFile, ...]
    needed: tuple[CachedFile, ...]
    unfinished: tuple[Path, ...]
    pruned: bool
    cleared: bool

    @property
    def spare(self) -> tuple[CachedFile, ...]:
        """The finished downloads that the database does not refer to."""
        return tuple(file for file in self.files if file not in self.needed)

    def rows(self) -> list[DownloadRowDict]:
        """Return a row for each finished download, as `feesync cache --csv` prints it."""
        return [
            {**_entry(file), "referred": referred}
            for referred, files in ((True, self.needed), (False, self.spare))
            for file in files
        ]

    def _columns(self, rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
        return COLUMNS

    def to_dict(self) -> DownloadsDict:
        """Return the downloads under the names of `feesync cache --json`, for `json.dumps`."""
        return {
            "cache": str(self.folder),
            "referred": [_entry(file) for file in self.needed],
            "not_referred": [_entry(file) for file in self.spare],
            "unfinished": [path.name for path in self.unfinished],
            "pruned": self.pruned,
            "cleared": self.cleared,
        }


def _entry(file: CachedFile) -> DownloadDict:
    return {
        "label": file.label,
        "sha256": file.sha256,
        "bytes": file.size,
        "file": file.path.name,
    }


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:
        raise CacheError(f"{str(path)[:200]} cannot be used: {error.strerror}") from error


def downloads(
    *,
    prune: bool = False,
    clear: bool = False,
    db: str | os.PathLike[str] | None = None,
    cache: str | os.PathLike[str] | None = None,
) -> Downloads:
    """Return the downloads in the cache, and which of them the database refers to.

    Args:
        prune: remove the others, and unfinished files.
        clear: remove all of them; what is loaded answers on, and is not downloaded again.
        db: path of the database; by default FEESYNC_DB, else the user's data folder.
        cache: the folder of downloads; by default FEESYNC_CACHE, else the user's cache folder.

    Raises:
        InvalidInputError: an argument cannot be read; both ways of removing are asked for; or there
            is no database to say what is needed.
        BusyError: a refresh is running, and nothing is removed.
        CacheError: the folder cannot be used.
        StoreError: the database cannot be read.
    """
    prune, clear = reading.flag("prune", prune), reading.flag("clear", clear)
    if prune and clear:
        raise InvalidInputError("prune keeps what the database refers to, and clear keeps nothing")
    database = database_path(db)
    kept = Cache(cache_path(cache))
    exists = _is_folder(kept.folder)
    with kept.lock(0) if (prune or clear) and exists else nullcontext():
        if prune and exists and not database.exists():
            raise InvalidInputError(
                f"there is no database {database} to say what is needed: nothing is removed"
            )
        revisions = read_revisions(database)
        files, unfinished = (kept.files(), kept.unfinished()) if exists else ([], [])
        own = [file for file in files if owner(file.label).owns(file.label)]
        needed = tuple(
            file
            for file in own
            if owner(file.label).is_needed(file, revisions, kept.record(file.label))
        )
        found = Downloads(kept.folder, exists, tuple(own), needed, tuple(unfinished), prune, clear)
        spare = found.files if clear else found.spare if prune else ()
        for path in [*(file.path for file in spare), *(unfinished if prune or clear else ())]:
            kept.remove(path)
    return found
