"""Writing a grid to a file: what kind its name asks for, and the file whole or not at all.

A file is written beside its place and renamed, so that nobody reads half of one, and a failure
leaves what was there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

from feesync.errors import MissingExtraError
from feesync.export import csv_text, parquet, sqlite, target
from feesync.export.rows import Row
from feesync.files import beside
from feesync.model.release import Release

_Blocks = Iterable[list[Row]]
_Write = Callable[[Path, _Blocks, list[Release]], None]


def _write_csv(path: Path, blocks: _Blocks, releases: list[Release]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv_text.write(file, blocks)


_KINDS: dict[str, _Write] = {
    ".csv": _write_csv,
    ".parquet": parquet.write,
    ".db": sqlite.write,
    ".sqlite": sqlite.write,
    ".sqlite3": sqlite.write,
}


def check(path: Path, database: Path, *, force: bool) -> None:
    """Refuse, before anything is read, a file that cannot or must not be written.

    Args:
        path: the file to write.
        database: the database that is read; it is never written over.
        force: whether a file that is there may be replaced.

    Raises:
        InvalidInputError: its name ends in no kind of file that is known, it is there already, or
        its folder is not. MissingExtraError: the package that writes Parquet is not installed.
    """
    target.check_kind(path, tuple(_KINDS))
    if path.suffix.lower() == ".parquet" and find_spec("pyarrow") is None:
        raise MissingExtraError("writing Parquet", "parquet")
    target.check(path, database, force=force)


def write(path: Path, blocks: _Blocks, releases: list[Release], *, force: bool) -> None:
    """Write rows to a file of the kind that its name ends in; `check` has let it pass.

    Args:
        path: the file.
        blocks: the rows.
        releases: what they come from; said in the file where its kind has a place for that.
        force: whether one that is there is replaced.

    Raises:
        InvalidInputError: another process has made the file meanwhile.
        OSError: it cannot be written; what was there is as it was.
    """
    with target.kept(path), beside(path, new=not force) as own:
        _KINDS[path.suffix.lower()](own, blocks, releases)
