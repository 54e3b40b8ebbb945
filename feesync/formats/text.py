"""Rows of a csv file of CMS's with their line numbers, and its decimals as integers.

Line ends, byte order marks and encodings may be any that CMS has used. No decimal becomes a float.
"""

from __future__ import annotations

import csv
import io
import re
from codecs import getincrementaldecoder
from collections.abc import Iterator
from functools import partial
from typing import TextIO

from feesync.errors import ContentRefusedError

_BYTE_ORDER_MARK = "\xef\xbb\xbf"
"""The byte order mark of UTF-8, as Latin-1 reads it."""

_CHUNK = 64 * 2**10
_BLANK = ("", "\x1a")
"""An empty cell, or the end-of-file mark that some of CMS's files end with."""

MOST_ROWS = 50_000
"""Rows of a csv file; PPRRVU, the longest that is read, has some 19,500."""

MOST_CHARACTERS = 4_000
"""Characters of a row; CMS's longest has 276."""


def csv_rows(data: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and the cells of each row of a csv file, except blank rows.

    Lines may end with CRLF, LF or CR; the text may be UTF-8, with a byte order mark or without, or
    Latin-1.

    Raises:
        ContentRefusedError: the data is UTF-16 or no csv, or has a longer row or more rows than any
            file of CMS's.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ContentRefusedError("is UTF-16 text; CMS's csv files are not", file=name)
    data = data.removeprefix(b"\xef\xbb\xbf").rstrip(b"\x1a\0\r\n")
    encoding = "utf-8" if _is_utf_8(data) else "latin-1"
    rows = 0
    with io.TextIOWrapper(io.BytesIO(data), encoding, newline=None) as text:
        for line, row in bounded_rows(text, name, MOST_CHARACTERS):
            if row and (
                row[0].strip() not in _BLANK or any(cell.strip() not in _BLANK for cell in row)
            ):
                rows += 1
                if rows > MOST_ROWS:
                    raise ContentRefusedError(
                        f"has more than {MOST_ROWS:,} rows", file=name, line=line
                    )
                yield line, row


def bounded_rows(text: TextIO, name: str, most: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of the last line and the cells of each row of a csv text.

    The length of a row is checked before the row is parsed.

    Args:
        text: the file, open.
        name: its name, for errors.
        most: characters that a row may have, on one line or, with quotes, on several.

    Raises:
        ContentRefusedError: the text is no csv, with the line where the row begins, or has a longer
            row.
    """
    length = 0

    def lines() -> Iterator[str]:
        nonlocal length
        for number, line in enumerate(iter(partial(text.readline, most + 1), ""), start=1):
            length += len(line)
            if length > most:
                raise ContentRefusedError(
                    f"has a row of more than {most:,} characters", file=name, line=number
                )
            yield line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line

    reader = csv.reader(lines(), strict=True)
    begins = 1
    try:
        for row in reader:
            length, begins = 0, reader.line_num + 1
            yield reader.line_num, row
    except csv.Error as error:
        raise ContentRefusedError(
            f"is not readable as csv ({error})", file=name, line=begins
        ) from None


def _is_utf_8(data: bytes) -> bool:
    """Tell whether bytes are UTF-8, without decoding all of them at once."""
    decoder = getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(data[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


MOST_NAME = 250
"""Characters of a name or a list of counties; CMS's longest has 146."""

_NAME = re.compile(r"[A-Za-z](?:[A-Za-z '()./-]|(?<= )\+(?= )|[,;](?= ?[A-Za-z]))*")


def name_of(text: str, what: str) -> str:
    """Return the name of a place, a state or counties without footnote marks, with single blanks.

    CMS's names are letters, blanks and `'()+,-./;`, and begin with a letter. Names go to terminals
    and spreadsheets: one with these characters alone is no control sequence, and neither it nor a
    part of it after a comma or semicolon is a formula.

    Args:
        text: the cell.
        what: what the name is of, for errors.

    Raises:
        ValueError: the name is empty, longer than any of CMS's, or has another character.
    """
    name = " ".join(text.rstrip("* \t\r\n").split())
    if not name:
        raise ValueError(f"has no {what}")
    if len(name) > MOST_NAME:
        raise ValueError(f"the {what} has {len(name):,} characters, more than any of CMS")
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"the {what} {name!r:.120} is no name: CMS's are letters, blanks and '()+,-./;"
        )
    return name


def is_footer(row: list[str]) -> bool:
    """Tell whether a row is a footnote: one cell of text, and no other cells.

    A cell that begins with a digit is no footnote but a row of data that was cut.
    """
    cells = [cell.strip() for cell in row if cell.strip()]
    return len(cells) == 1 and not cells[0][0].isdigit()


class ExactNumbers(dict[str, int]):
    """Reads decimals with a fixed number of places as integers, each distinct text once.

    `ExactNumbers(2, 99999)["1.52"]` is 152. A text with more places, a sign or an exponent, or a
    value over the limit, raises ValueError.
    """

    def __init__(self, places: int, limit: int) -> None:
        super().__init__()
        self._places, self._limit = places, limit
        self._pattern = re.compile(rf"\s*([0-9]*)(?:\.([0-9]{{0,{places}}})0*)?\s*")

    def __missing__(self, text: str) -> int:
        match = self._pattern.fullmatch(text)
        if not match or not (match[1] or match[2]):
            raise ValueError(f"{text!r} is not a number with at most {self._places} decimals")
        value = int((match[1] or "0") + (match[2] or "").ljust(self._places, "0"))
        if value > self._limit:
            raise ValueError(
                f"{text.strip()} is over the limit of {self._limit / 10**self._places:g}"
            )
        self[text] = value
        return value
