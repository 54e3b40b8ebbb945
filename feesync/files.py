"""Files that survive a crash.

Written beside, flushed to disk, renamed over the old one in one step.

What is written beside is locked by the process that writes it: the kernel lets go of the lock
however the process ends, so that the next one knows what a dead process left, and removes it.
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

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

_T = TypeVar("_T")
_NAME_KEPT = 100
_SUFFIX = ".feesync.tmp"
_MOST_NAMES = 100
"""Names that are tried where each is removed, or held, by another process."""


@contextmanager
def beside(path: Path, *, new: bool = False) -> Iterator[Path]:
    """Replace a file by one that is written at the path given, beside it.

    Readers see the old or the new one, never a part.

    A link is followed; the mode of a file that is replaced is kept.

    Args:
        path: the file.
        new: it must not be there, when all is written.

    Raises:
        FileExistsError: it is to be new and is there. OSError: it cannot be written; the old one is
        as it was, as it is where the writing raises anything else.
    """
    path = path.resolve()
    remove_left(path.parent)
    own, lock = _locked(lambda: _new_file(path))
    try:
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
    """Make a folder for the time of the block, among the temporary files of this machine.

    Remove what dead processes left there.
    """
    from shutil import rmtree
    from tempfile import gettempdir

    there = Path(gettempdir())
    remove_left(there)
    own, lock = _locked(lambda: _new_folder(there))
    try:
        yield own
    finally:
        rmtree(own, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def remove_left(folder: Path) -> None:
    """Remove what processes that were killed have left beside the files of a folder.

    What another is writing stays.
    """
    if fcntl is None:  # there is no lock to tell a dead process by
        return
    try:
        with os.scandir(folder) as entries:
            left = [
                entry.path
                for entry in entries
                if entry.name.endswith(_SUFFIX) and not entry.is_symlink()
            ]
    except OSError:
        return
    for path in left:
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


def _new_file(path: Path) -> tuple[Path, int | None]:
    """Make an empty file beside another, and open it."""
    own = path.with_name(f"{path.name[:_NAME_KEPT]}.{token_hex(8)}{_SUFFIX}")
    return own, os.open(own, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)


def _new_folder(there: Path) -> tuple[Path, int | None]:
    """Make an empty folder in another, and open it where folders can be opened."""
    from tempfile import mkdtemp

    own = Path(mkdtemp(prefix="feesync-", suffix=_SUFFIX, dir=there))
    return own, os.open(own, os.O_RDONLY) if fcntl else None


def _locked(make: Callable[[], tuple[Path, int | None]]) -> tuple[Path, int | None]:
    """Make a file or folder, under a new name each time, until one is there and locked.

    Before it is locked another process may believe that a dead one left it, and remove it.

    Raises:
        OSError: it cannot be made.
    """
    for _ in range(_MOST_NAMES):
        try:
            own, file = make()
        except FileNotFoundError:  # a folder that was removed before it was opened
            continue
        if file is None or _is_held(own, file):
            return own, file
        os.close(file)
    raise BlockingIOError(EAGAIN, "other processes remove what this one makes")


def _is_held(own: Path, file: int) -> bool:
    """Lock what was just made; tell whether it is this process's and still there."""
    if fcntl is None:
        return True
    try:
        if not _try_lock(file):
            return False
    except OSError:  # there are no locks on this disk: nobody can tell what is left, or removes it
        return True
    try:
        return os.path.samestat(os.fstat(file), own.stat())
    except FileNotFoundError:
        return False


def _try_lock(file: int) -> bool:
    """Lock an open file for this process, until it is closed; tell whether no other holds it.

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
    """Give a finished file a name that no other has.

    In one step where the file system has links.
    """
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
def replacing(path: Path, *, new: bool = False) -> Iterator[IO[bytes]]:
    """Replace a file by what is written to the open one given, as `beside` does."""
    with beside(path, new=new) as own, own.open("wb") as file:
        yield file


def write_json(path: Path, value: object) -> None:
    """Replace a JSON file; readers see the old or the new one, never a part.

    Raises:
        OSError: it cannot be written; the old one is as it was.
    """
    with replacing(path) as file:
        file.write(json.dumps(value, indent=2, sort_keys=True).encode() + b"\n")


def read_json(path: Path) -> dict[str, Any]:
    """Return the object of a JSON file.

    An empty one where there is no such file, or it holds something else.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def read_as(kind: type[_T], value: object) -> _T | None:
    """Return a dataclass of texts and numbers from a value of JSON.

    None where that has other fields, or of other types.
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
