"""Rows of a CMS csv file, with their line numbers, whatever the line ends, byte order mark or encoding.

Also the exact readers of CMS's decimals: text to integers, never through a float.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from feesync.errors import ContentRefusedError

_BLANK = ("", "\x1a")
"""A cell of nothing, or of the end-of-file mark that some of CMS's files end with."""


def csv_rows(data: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, cells) of a csv file, without blank rows and end-of-file marks.

    Takes CRLF, LF and CR line ends, a UTF-8 byte order mark, UTF-8 and Latin-1.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ContentRefusedError("is UTF-16 text; CMS's csv files are not", file=name)
    data = data.removeprefix(b"\xef\xbb\xbf").rstrip(b"\x1a\0\r\n")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    reader = csv.reader(io.StringIO(text, newline=None), strict=True)
    try:
        for row in reader:
            if row and (row[0].strip() not in _BLANK or any(cell.strip() not in _BLANK for cell in row)):
                yield reader.line_num, row
    except csv.Error as error:
        raise ContentRefusedError(f"is not readable as csv ({error})", file=name, line=reader.line_num) from None


def is_footer(row: list[str]) -> bool:
    """Tell whether a row is a note: one cell of text and nothing else; what begins with a digit is data that is cut."""
    cells = [cell.strip() for cell in row if cell.strip()]
    return len(cells) == 1 and not cells[0][0].isdigit()


class ExactNumbers(dict[str, int]):
    """Reads decimals with a fixed number of places into integers and remembers them: CMS repeats few values.

    `ExactNumbers(2, 99999)["1.52"]` is 152. More places than that, signs, exponents and values over the limit raise ValueError.
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
            raise ValueError(f"{text.strip()} is over the limit of {self._limit / 10**self._places:g}")
        self[text] = value
        return value
