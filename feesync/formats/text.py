"""Rows of a CMS csv file, with their line numbers, whatever the line ends, byte order mark or encoding.

Also the exact readers of CMS's decimals: text to integers, never through a float.
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
"""Of UTF-8, as Latin-1 reads it."""

_CHUNK = 64 * 2**10
_BLANK = ("", "\x1a")
"""A cell of nothing, or of the end-of-file mark that some of CMS's files end with."""


MOST_ROWS = 50_000
"""Of a csv file; PPRRVU, the longest that is read, has some 19,500."""

MOST_CHARACTERS = 4_000
"""Of a row, of one line or several; the longest of CMS has 276."""


def csv_rows(data: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, cells) of a csv file, without blank rows and end-of-file marks.

    Takes CRLF, LF and CR line ends, a UTF-8 byte order mark, UTF-8 and Latin-1.

    Raises:
        ContentRefusedError: UTF-16, no csv, or a row or a number of rows that no file of CMS has.
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
    """Yield (number of its last line, cells) of the rows of a csv text, each bounded before it is taken apart.

    Args:
        text: the file, open.
        name: what to call it in errors.
        most: characters that a row may have, whether of one line or, with quotes, of several.

    Raises:
        ContentRefusedError: no csv, with the line where the row begins, or a longer row.
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
    """Tell whether bytes are UTF-8, without a second copy of them."""
    decoder = getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(data[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


MOST_NAME = 250
"""Characters of a name or a list of counties; the longest of CMS has 146."""

_NAME = re.compile(r"[A-Za-z](?:[A-Za-z '()./-]|(?<= )\+(?= )|[,;](?= ?[A-Za-z]))*")


def name_of(text: str, what: str) -> str:
    """Return the name of a place, a state or counties without footnote marks, with single blanks.

    All of CMS's are letters, blanks and `'()+,-./;`, and begin with a letter. Names go to terminals
    and spreadsheets: with none but these, no name is a control sequence, and none, also cut at a
    comma or semicolon, is a formula.

    Args:
        text: the cell.
        what: what to call it in errors.

    Raises:
        ValueError: it is empty, longer than any, or has another character.
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
    """Tell whether a row is a note: one cell of text and nothing else.

    What begins with a digit is data that is cut.
    """
    cells = [cell.strip() for cell in row if cell.strip()]
    return len(cells) == 1 and not cells[0][0].isdigit()


class ExactNumbers(dict[str, int]):
    """Reads decimals with a fixed number of places into integers and remembers them.

    CMS repeats few values.

    `ExactNumbers(2, 99999)["1.52"]` is 152. More places than that, signs, exponents and values over
    the limit raise ValueError.
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
