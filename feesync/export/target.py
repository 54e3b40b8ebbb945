"""The file that a command is to write: one rule for tables, workbooks, charts and databases.

It is told before anything is read whether the file may be written; what is there is replaced only
where that was asked for, and a database of feesync never. Out of scope: writing it (files,
workbook, analysis.plot), which durable does in one step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from feesync.errors import InvalidInputError
from feesync.store.schema import is_database


def check_kind(path: Path, kinds: Sequence[str]) -> None:
    """Refuse a name whose suffix is none of the kinds of file that can be written.

    Raises:
        InvalidInputError: it ends otherwise, or its folder is not there.
    """
    if path.suffix.lower() not in kinds:
        *others, last = kinds
        named = f"{', '.join(others)} or {last}" if others else last
        raise InvalidInputError(
            f"{path} does not end in {named}, which says what kind of file to write"
        )
    if not path.absolute().parent.is_dir():
        raise InvalidInputError(f"{path}: there is no folder {path.parent}")


def check(path: Path, database: Path, *, force: bool) -> None:
    """Refuse, before anything is read, a file that cannot or must not be written.

    Args:
        path: the file to write.
        database: the database that is read; it is never written over.
        force: whether a file that is there may be replaced.

    Raises:
        InvalidInputError: it is the database, or a database in use, or no file; or it is there
            already.
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
    """Return the error for a file that is there and is not to be replaced."""
    return InvalidInputError(f"{path} exists{when}; --force replaces it")


@contextmanager
def kept(path: Path) -> Iterator[None]:
    """Refuse a file that another process has made since it was checked, in the words of the check.

    Raises:
        InvalidInputError: it has.
    """
    try:
        yield
    except FileExistsError:
        raise _exists(path, " now") from None
