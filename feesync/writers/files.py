"""Write a grid to a file of the kind that its name ends in.

The file is written under another name and then renamed (feesync.files), so that nobody reads half
of it, and a failure leaves the old file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from feesync.errors import MissingExtraError
from feesync.files import beside
from feesync.model.release import Release
from feesync.writers import csv_text, parquet, sqlite, target
from feesync.writers.block import Block

_Blocks = Iterable[Block]
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
        database: the database that is read; it is never replaced.
        force: whether an existing file may be replaced.

    Raises:
        InvalidInputError: feesync writes no kind of file that ends so, the file exists already, or
            its folder does not.
        MissingExtraError: the package that writes Parquet is not installed.
    """
    target.check_kind(path, tuple(_KINDS))
    if path.suffix.lower() == ".parquet" and find_spec("pyarrow") is None:
        raise MissingExtraError("writing Parquet", "parquet")
    target.check(path, database, force=force)


def write(path: Path, blocks: _Blocks, releases: list[Release], *, force: bool) -> int:
    """Write rows to a file that `check` has accepted.

    Args:
        path: the file.
        blocks: the rows.
        releases: the releases that they come from; a Parquet or SQLite file names them.
        force: whether an existing file is replaced.

    Returns:
        How many rows were written.

    Raises:
        InvalidInputError: another process has made the file meanwhile.
        OSError: the file cannot be written; the old one stays.
    """
    count = 0

    def counted() -> Iterator[Block]:
        nonlocal count
        for block in blocks:
            count += block.row_count
            yield block

    with target.existence_errors(path), beside(path, new=not force) as own:
        _KINDS[path.suffix.lower()](own, counted(), releases)
    return count
