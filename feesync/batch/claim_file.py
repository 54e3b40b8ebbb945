"""A file of claims as bytes: of which kind it is, how it is encoded, and the names of its columns.

The bytes decide, never the name. Out of scope: which column is which (columns), and its rows
(intake, plain).
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import IO

from feesync.errors import InvalidInputError, MissingExtraError
from feesync.formats.table import delimiter_of

LONGEST_LINE = 1 << 20
"""The most characters of a row of text, and of the names of its columns."""

_BEGINNING = 1 << 16
_PARQUET, _WORKBOOK, _OLD_WORKBOOK = b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_X12 = re.compile(rb"(?:\xef\xbb\xbf)?\s*ISA[^A-Za-z0-9_,;\t ]")
"""The beginning of X12, and of no name of a column."""

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WESTERN = "feesync-western"


class Kind(StrEnum):
    """What a file of claims is."""

    TEXT = "text"
    PARQUET = "parquet"
    WORKBOOK = "workbook"
    SUBMISSION = "submission"
    """Professional claims, X12 837P."""


@dataclass(frozen=True, slots=True)
class ClaimFile:
    """A file of claims.

    Attributes:
        path: the file.
        name: its name, for errors.
        kind: what it is.
        compression: `gzip`, `zstd` or empty.
        encoding: of a text, as Python calls it.
        delimiter: what is between the cells of a text.
        before: how many lines of a text stand before the names of its columns.
        height: how many lines the names have; a quoted name may go over several.
        header: the names of the columns of a text.
    """

    path: Path
    name: str
    kind: Kind
    compression: str = ""
    encoding: str = ""
    delimiter: str = ""
    before: int = 0
    height: int = 1
    header: tuple[str, ...] = ()

    @contextmanager
    def bytes(self) -> Iterator[IO[bytes]]:
        """Open a text, unpacked.

        Raises:
            InvalidInputError: it is cut short.
            MissingExtraError: the package that reads its compression is not installed.
        """
        with _stream(self.path, self.compression) as file, _cut_short(self.name):
            yield file

    @contextmanager
    def lines(self) -> Iterator[Iterator[str]]:
        """Open a text, and give its lines with their ends, those before the first row too.

        Raises:
            InvalidInputError: it is cut short, or a line is longer than LONGEST_LINE.
            MissingExtraError: the package that reads its compression is not installed.
        """
        with self.bytes() as file:
            errors = "replace" if self.encoding.startswith("utf-16") else _WESTERN
            text = io.TextIOWrapper(file, encoding=self.encoding, errors=errors, newline="")
            yield _lines(text, self.name)


def read_claim_file(path: Path, name: str) -> ClaimFile:
    """Return what a file of claims is.

    Raises:
        InvalidInputError: it is no such file, cannot be read, or is of another kind.
        MissingExtraError: the package that reads its compression is not installed.
    """
    try:
        if path.is_dir():
            raise InvalidInputError(f"{name} is a folder: name its files, such as {name}/*.csv")
        with path.open("rb") as file:
            first = file.read(len(_PARQUET))
    except OSError as error:
        raise InvalidInputError(f"{name} cannot be read: {error.strerror}") from None
    if not first:
        raise InvalidInputError(f"{name} is empty: its first row is to name the columns")
    if first == _PARQUET:
        return ClaimFile(path, name, Kind.PARQUET)
    if first == _WORKBOOK:
        return ClaimFile(path, name, Kind.WORKBOOK)
    if first == _OLD_WORKBOOK:
        raise InvalidInputError(f"{name} is a workbook of an old form: save it as .xlsx or .csv")
    compression = "gzip" if first.startswith(_GZIP) else "zstd" if first == _ZSTD else ""
    with _stream(path, compression) as stream, _cut_short(name):
        beginning = stream.read(_BEGINNING)
        while not _ends_line(beginning) and len(beginning) <= LONGEST_LINE:
            more = stream.read(_BEGINNING)
            if not more:
                break
            beginning += more
    return _text(path, name, compression, beginning)


def _text(path: Path, name: str, compression: str, beginning: bytes) -> ClaimFile:
    """Return what a text is, by its beginning."""
    if _X12.match(beginning):
        if compression:
            raise InvalidInputError(f"{name} is X12 that is compressed: unpack it")
        return ClaimFile(path, name, Kind.SUBMISSION)
    if beginning.startswith(_PARQUET):
        raise InvalidInputError(f"{name} is Parquet that is compressed once more: unpack it")
    encoding = _encoding(beginning)
    errors = "ignore" if encoding.startswith("utf-16") else _WESTERN
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    text = decoder.decode(beginning)
    delimiter, is_named = delimiter_of(text[:LONGEST_LINE])
    lines = io.StringIO(text, newline="")
    before = 0
    while (line := lines.readline()) and (is_named or not line.strip()):
        is_named = is_named and not line.strip()
        before += 1
    if not line:
        raise InvalidInputError(f"{name} is empty: its first row is to name the columns")
    reader = csv.reader(chain((line,), lines), delimiter=delimiter)
    try:
        header = next(reader)
    except csv.Error:
        header = []
    if not header or len(line) > LONGEST_LINE or "\0" in line:
        raise InvalidInputError(f"{name} is no table: neither text nor Parquet nor a workbook")
    return ClaimFile(
        path,
        name,
        Kind.TEXT,
        compression,
        encoding,
        delimiter,
        before,
        reader.line_num,
        tuple(header),
    )


def _ends_line(beginning: bytes) -> bool:
    return b"\n" in beginning.lstrip() or b"\r" in beginning.lstrip()


def _encoding(beginning: bytes) -> str:
    """Return how a text is encoded; where it is not UTF-16, it may yet be Windows-1252."""
    if beginning.startswith(_UTF_16):
        return "utf-16"
    pairs = min(len(beginning) // 2, 1000)
    if pairs and beginning[1 : 2 * pairs : 2].count(0) > pairs // 2:
        return "utf-16-le"
    if pairs and beginning[: 2 * pairs : 2].count(0) > pairs // 2:
        return "utf-16-be"
    return "utf-8-sig"


@contextmanager
def _stream(path: Path, compression: str) -> Iterator[IO[bytes]]:
    """Open a file, and unpack what is compressed."""
    if not compression:
        with path.open("rb") as file:
            yield file
    elif compression == "gzip":
        with gzip.open(path, "rb") as packed:
            yield packed  # type: ignore[misc]
    else:
        try:
            import pyarrow
        except ImportError:
            raise MissingExtraError("reading zst", "batch") from None
        with pyarrow.CompressedInputStream(os.fspath(path), "zstd") as stream:
            yield io.BufferedReader(stream)


@contextmanager
def _cut_short(name: str) -> Iterator[None]:
    """Turn what unpacking raises into an error."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile, OSError):
        raise InvalidInputError(f"{name} cannot be unpacked: it is cut short or damaged") from None


def _lines(text: io.TextIOWrapper, name: str) -> Iterator[str]:
    """Yield the lines of a text; refuse one that is too long to be a row of claims."""
    number = 0
    while line := text.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise InvalidInputError(
                f"{name}, line {number}, is longer than {LONGEST_LINE:,} characters"
            )
        yield line


def _as_western(error: UnicodeError) -> tuple[str, int]:
    """Return the characters of bytes that are not UTF-8, as Windows-1252 has them."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(map(_character, wrong)), error.end


def _character(byte: int) -> str:
    """Return the character of a byte in Windows-1252, or in Latin-1 where that has none."""
    try:
        return bytes((byte,)).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


codecs.register_error(_WESTERN, _as_western)
