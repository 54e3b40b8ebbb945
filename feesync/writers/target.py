"""The file that a command writes: one rule for tables, workbooks, charts and databases.

Whether the file may be written is checked before anything is read. An existing file is replaced
only with --force, and a database of feesync never. Out of scope: writing the file (writers.files,
workbook, analysis.plot), and doing so in one step (feesync.files).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from feesync.errors import Hint, HintKind, InvalidInputError
from feesync.store.schema import is_database


def check_kind(path: Path, kinds: Sequence[str]) -> None:
    """Refuse a file whose name does not end in one of some suffixes.

    Raises:
        InvalidInputError: the name ends otherwise, or its folder does not exist.
    """
    name = path.name.lower()
    if name in kinds or not name.endswith(tuple(kinds)):
        *first, last = kinds
        suffixes = f"{', '.join(first)} or {last}" if first else last
        raise InvalidInputError(
            f"{path} does not end in {suffixes}, which says what kind of file to write"
        )
    if not path.absolute().parent.is_dir():
        raise InvalidInputError(f"{path}: there is no folder {path.parent}")


def check(path: Path, database: Path, *, force: bool) -> None:
    """Refuse, before anything is read, a file that cannot or must not be written.

    Args:
        path: the file to write.
        database: the database that is read; it is never replaced.
        force: whether an existing file may be replaced.

    Raises:
        InvalidInputError: the path is that database, another database of feesync, a database in
            use, or no file; or the file exists and may not be replaced.
    """
    if path.resolve() == database.resolve():
        raise InvalidInputError(f"{path} is the database itself")
    if path.exists() and not path.is_file():
        raise InvalidInputError(f"{path} is not a file")
    if path.exists() and not force:
        raise _exists(path)
    if path.exists() and is_database(path):
        raise InvalidInputError(
            f"{path} is a database of feesync, which is never replaced: name another file"
        )
    for companion in (path.with_name(path.name + suffix) for suffix in ("-wal", "-journal")):
        if companion.exists():  # SQLite would play it back into the new file
            raise InvalidInputError(
                f"{companion} is there: {path.name} is a database in use, or was left unfinished"
            )


def _exists(path: Path, when: str = "") -> InvalidInputError:
    """Return the error for a file that exists and may not be replaced."""
    return InvalidInputError(f"{path} exists{when}", hint=Hint(HintKind.REPLACE_FILE))


@contextmanager
def existence_errors(path: Path) -> Iterator[None]:
    """Turn the FileExistsError of the block into the error of `check`.

    It is raised where another process has made the file since it was checked.

    Raises:
        InvalidInputError: the file exists now.
    """
    try:
        yield
    except FileExistsError:
        raise _exists(path, " now") from None
