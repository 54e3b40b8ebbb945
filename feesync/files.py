"""Replace files so that a crash leaves the old file or the new one, never a part.

A new file is written under another name beside the old one, flushed to disk, and renamed over it in
one step. The process that writes it holds a lock on it. The kernel releases the lock however the
process ends, so that the next process can tell, and remove, what a dead one left behind.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from errno import EAGAIN
from pathlib import Path
from secrets import token_hex
from typing import IO, Any, TypeVar, get_type_hints

from feesync.errors import InvalidInputError

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

_T = TypeVar("_T")
_NAME_LENGTH = 100
"""Characters of a file's name that the name of its new version begins with."""

_SUFFIX = ".feesync.tmp"
_SHARED, _PRIVATE = 0o666, 0o600
"""Modes of a new file; the first is less what the process's umask forbids."""

_MOST_NAMES = 100
"""How many names to try where other processes remove or lock each new file."""


def matching(path: Path) -> list[Path]:
    """Return the files that a pattern such as `claims/*.csv` matches, in their order.

    What names a file, whatever is in its name, is no pattern.

    Raises:
        InvalidInputError: it matches no file.
    """
    from glob import glob, has_magic  # where several files are read

    if os.path.exists(path) or not has_magic(str(path)):  # noqa: PTH110 - any text is a name
        return [path]
    found = sorted(map(Path, glob(str(path), recursive=True)))  # noqa: PTH207
    if not found:
        raise InvalidInputError(f"{path} matches no file")
    return [one for one in found if not one.is_dir()]


@contextmanager
def beside(path: Path, *, new: bool = False, private: bool = False) -> Iterator[Path]:
    """Replace a file by the one that the block writes at the path that it is given.

    Readers see the old file or the new one, never a part. Where the block raises, the old file
    stays. A symbolic link is followed; the new file has the mode of the old one.

    Args:
        path: the file.
        new: refuse where the file already exists when the block ends.
        private: whether nobody but its owner may read the file, whatever the old one's mode is.

    Raises:
        FileExistsError: `new` is true and the file exists.
        OSError: the file cannot be written; the old one stays.
    """
    path = path.resolve()
    remove_leftovers(path.parent)
    mode = _PRIVATE if private else _SHARED
    own, lock = _locked(lambda: _new_file(path, mode))
    try:
        if not private:
            with suppress(FileNotFoundError):
                own.chmod(path.stat().st_mode & 0o777)
        yield own
        if new:
            _place(own, path)
        else:
            replace(own, path)
    except BaseException:
        with suppress(OSError):
            own.unlink()
        raise
    finally:
        if lock is not None:
            os.close(lock)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Make a folder among this machine's temporary files, and remove it when the block ends.

    Folders that dead processes left there are removed too.
    """
    from shutil import rmtree
    from tempfile import gettempdir

    parent = Path(gettempdir())
    remove_leftovers(parent)
    own, lock = _locked(lambda: _new_folder(parent))
    try:
        yield own
    finally:
        rmtree(own, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def remove_leftovers(folder: Path) -> None:
    """Remove the unfinished files that killed processes have left in a folder.

    Files that a running process is writing stay.
    """
    if fcntl is None:  # without locks, dead processes cannot be told from running ones
        return
    try:
        with os.scandir(folder) as entries:
            leftovers = [
                entry.path
                for entry in entries
                if entry.name.endswith(_SUFFIX) and not entry.is_symlink()
            ]
    except OSError:
        return
    for path in leftovers:
        with suppress(OSError):
            lock = os.open(path, os.O_RDONLY)
            try:
                if not _try_lock(lock):
                    continue
                if Path(path).is_dir():
                    from shutil import rmtree

                    rmtree(path, ignore_errors=True)
                else:
                    os.unlink(path)  # noqa: PTH108
            finally:
                os.close(lock)


def _new_file(path: Path, mode: int) -> tuple[Path, int | None]:
    """Make an empty file beside another, and open it."""
    own = path.with_name(f"{path.name[:_NAME_LENGTH]}.{token_hex(8)}{_SUFFIX}")
    return own, os.open(own, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode)


def _new_folder(parent: Path) -> tuple[Path, int | None]:
    """Make an empty folder in another, and open it where folders can be opened."""
    from tempfile import mkdtemp

    own = Path(mkdtemp(prefix="feesync-", suffix=_SUFFIX, dir=parent))
    return own, os.open(own, os.O_RDONLY) if fcntl else None


def _locked(make: Callable[[], tuple[Path, int | None]]) -> tuple[Path, int | None]:
    """Make a file or folder under a new name, again and again, until one exists and is locked.

    Before it is locked, another process may take it for a dead one's and remove it.

    Raises:
        OSError: none could be made.
    """
    for _ in range(_MOST_NAMES):
        try:
            own, file = make()
        except FileNotFoundError:  # a folder that was removed before it was opened
            continue
        if file is None or _lock_new(own, file):
            return own, file
        os.close(file)
    raise BlockingIOError(EAGAIN, "other processes remove what this one makes")


def _lock_new(own: Path, file: int) -> bool:
    """Lock a new file or folder; tell whether this process has the lock and it still exists."""
    if fcntl is None:
        return True
    try:
        if not _try_lock(file):
            return False
    except OSError:  # the disk has no locks, so that no other process removes anything
        return True
    try:
        return os.path.samestat(os.fstat(file), own.stat())
    except FileNotFoundError:
        return False


def _try_lock(file: int) -> bool:
    """Lock an open file until it is closed; return False where another process has locked it.

    Raises:
        OSError: the disk has no locks.
    """
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _place(own: Path, path: Path) -> None:
    """Give a finished file a name that must be free, in one step where the disk has hard links."""
    try:
        os.link(own, path)
    except FileExistsError:
        raise
    except OSError:
        if path.exists():
            raise FileExistsError(path) from None
        replace(own, path)
    else:
        own.unlink()


@contextmanager
def replacing(path: Path, *, new: bool = False, private: bool = False) -> Iterator[IO[bytes]]:
    """Replace a file, as `beside` does, by what the block writes to the open file it is given."""
    with beside(path, new=new, private=private) as own, own.open("wb") as file:
        yield file


def write_json(path: Path, value: object) -> None:
    """Replace a JSON file; readers see the old file or the new one, never a part.

    Raises:
        OSError: the file cannot be written; the old one stays.
    """
    with replacing(path) as file:
        file.write(json.dumps(value, indent=2, sort_keys=True).encode() + b"\n")


def read_json(path: Path) -> dict[str, Any]:
    """Return the object of a JSON file, or an empty one where no object can be read."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def read_as(kind: type[_T], value: object) -> _T | None:
    """Return a dataclass of texts and numbers from a JSON value.

    Where the value has other fields, or fields of other types, return None.
    """
    if isinstance(value, dict) and {
        name: type(part) for name, part in value.items()
    } == get_type_hints(kind):
        return kind(**value)
    return None


def replace(finished: Path, path: Path) -> None:
    """Flush a finished file to disk and rename it over another, in the same folder."""
    with finished.open("rb+") as file:
        os.fsync(file.fileno())
    finished.replace(path)
    if os.name == "posix":  # elsewhere a folder cannot be opened, and need not be
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
