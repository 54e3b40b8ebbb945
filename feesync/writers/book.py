"""A workbook file: written by XlsxWriter, it appears whole or not at all.

Out of scope: what is in the workbook (workbook, printout_book), and reading workbooks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from feesync.errors import MissingExtraError
from feesync.files import replacing, scratch_folder
from feesync.writers.target import existence_errors

Untyped = Any
"""A workbook, sheet or format of XlsxWriter, which has no types."""

_TEXTS = {"strings_to_formulas": False, "strings_to_urls": False}
"""A text stays a text, whatever it begins with; formulas are written as such."""


@contextmanager
def open_book(path: Path, *, force: bool, private: bool = False) -> Iterator[Untyped]:
    """Give the block a workbook to fill, row after row, and write it to a file.

    Args:
        path: the file, which `target.check` has accepted.
        force: whether an existing file is replaced.
        private: whether nobody but its owner may read the file.

    Raises:
        MissingExtraError: XlsxWriter is not installed.
        InvalidInputError: the file exists and may not be replaced.
        OSError: the file cannot be written.
    """
    try:
        from xlsxwriter import Workbook
        from xlsxwriter.exceptions import XlsxWriterException
    except ImportError:
        raise MissingExtraError("writing a workbook", "xlsx") from None

    with (
        existence_errors(path),
        replacing(path, new=not force, private=private) as file,
        scratch_folder() as own,
        _output(file) as output,
    ):
        book = Workbook(output, {"constant_memory": True, "tmpdir": str(own), **_TEXTS})
        yield book
        try:
            book.close()
        except XlsxWriterException as error:  # such as a full disk, whose OSError it hides
            raise OSError(f"{path} cannot be written: {error}") from error


_BEYOND = (1 << 31) - 1
"""A position after everything in the file, and within the size of a zip."""


class _Output:
    """The file under a workbook; once it is discarded, nothing more is written to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.is_discarded = file, False

    def __getattr__(self, name: str) -> Callable[..., object]:
        method: Callable[..., object] = getattr(self._file, name)
        return lambda *args: _BEYOND if self.is_discarded else method(*args)


@contextmanager
def _output(file: IO[bytes]) -> Iterator[_Output]:
    """Give the block a file to write a zip to, and discard it where the block raises.

    Python's ZipFile writes a directory when it is garbage-collected, which then goes nowhere.
    """
    output = _Output(file)
    try:
        yield output
    except BaseException:
        output.is_discarded = True
        raise
