"""ZIP5 and ZIP9: CMS's files of the payment locality of each ZIP, and of ZIP+4s.

ZIP9 has the ZIP+4s of the ZIPs that lie in several localities. Both files are text with rows of 80
characters (record layouts ZIP5lyout.txt and ZIP9lyout.txt in CMS's zip); ZIP5 may also be xlsx, but
ZIP9 has more rows than a sheet. Every row has year and quarter. Rows are read and checked one by
one, as they are asked for.
"""

from __future__ import annotations

import fnmatch
import hashlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from feesync.errors import ContentRefusedError, one_line
from feesync.formats import archive, xlsx
from feesync.formats.gpci import with_zeros
from feesync.model.zip_code import ZIP5, ZIP9

Record = tuple[str, str, str, str, str, int]
"""ZIP, plus4 (empty in ZIP5), MAC, locality, state, +4 flag."""

MAX_MEMBER_BYTES = 112 * 2**20
"""The text of ZIP9 has 88 MB, more than any other file of CMS that feesync reads."""

MAX_TOTAL_BYTES = 128 * 2**20

_STATES = (
    "AK AL AR AS AZ CA CO CT DC DE FL FM GA GU HI IA ID IL IN KS KY LA MA MD ME MH MI MN MO MP MS "
    "MT NC ND NE NH NJ NM NV NY OH OK "
    "OR PA PR PW RI SC SD TN TX UT VA VI VT WA WI WV WY"
)
_STATE = {
    **{code: code for code in _STATES.split()},
    "EK": "KS",
    "WK": "KS",
    "EM": "MO",
    "WM": "MO",
}
"""State by CMS's code: CMS divides Kansas and Missouri into east and west."""

_FLAG = {"0": 0, "1": 1}
_WIDTH = 80
_MOST_CHARACTERS = 200
"""How much of a line is read."""

_MAC = r"(?!00000)[0-9]{5}"
"""A MAC. In feesync 00000 means the nation; CMS has no such MAC."""

_HEAD = rf"([A-Z]{{2}})([0-9]{{5}})({_MAC})([0-9]{{2}})[ RB].{{5}}([01])"
_QUARTER = r"(20[0-9]{2}[1-4])\n?"
_LAYOUTS = {
    ZIP5: re.compile(_HEAD + r"()[ ].{53}" + _QUARTER),
    ZIP9: re.compile(_HEAD + r"([0-9]{4}).{50}" + _QUARTER),
}
_NAMES = ("zip5*.txt", "zip9*.txt", "zip5*.xlsx", "zip9*.xlsx")
_HEADER = ("STATE", "ZIP CODE", "CARRIER", "LOCALITY", "PLUS 4 FLAG", "YEAR/QTR")
_MOST_SHEET_ROWS = 99_999


@dataclass(frozen=True, slots=True)
class ZipLocalityFile:
    """A ZIP5 or ZIP9 file whose first row has been read; of a workbook, all rows.

    Attributes:
        name: of the file or zip member.
        kind: `ZIP5` or `ZIP9`.
        year: calendar year.
        quarter: 1 to 4.
        sha256: hash of the file itself, not of a zip around it.
        records: reads and checks the rows from the first one on; raises ContentRefusedError with
            the line.
    """

    name: str
    kind: str
    year: int
    quarter: int
    sha256: str
    records: Callable[[], Iterator[Record]]

    @property
    def label(self) -> str:
        """Kind, year and quarter: `ZIP5 2025 Q4`."""
        return f"{self.kind} {self.year} Q{self.quarter}"


def has_name(name: str) -> bool:
    """Tell whether a file or zip member has the name of a ZIP5 or ZIP9 file, not of its layout."""
    lower = name.lower()
    return (
        any(fnmatch.fnmatch(lower, pattern) for pattern in _NAMES)
        and "lyout" not in lower
        and "layout" not in lower
    )


def has_form(head: bytes) -> bool:
    """Tell whether a file begins with a row of ZIP5 or ZIP9."""
    _, line = next(_lines(head), (1, ""))
    return any(layout.fullmatch(line) for layout in _LAYOUTS.values())


def from_zip(data: bytes, name: str) -> list[ZipLocalityFile]:
    """Return the ZIP5 and ZIP9 files of a zip; none where it has none.

    Where the zip has a file both as text and as xlsx, the text is read.

    Raises:
        ContentRefusedError: the zip is not sound or has two files of a kind, or the first row of a
            file cannot be read.
    """
    members = archive.members(data, name, has_name, most=MAX_MEMBER_BYTES, total=MAX_TOTAL_BYTES)
    texts = {member[:4].upper() for member in members if member.lower().endswith(".txt")}
    files: dict[str, ZipLocalityFile] = {}
    for member in sorted(members):
        if member.lower().endswith(".xlsx") and member[:4].upper() in texts:
            continue
        file = parse(members[member], member)
        if file.kind in files:
            raise ContentRefusedError(
                f"holds two {file.kind} files: {files[file.kind].name} and {member}", file=name
            )
        files[file.kind] = file
    return list(files.values())


def parse(data: bytes, name: str) -> ZipLocalityFile:
    """Read the first row of a text file, or a whole workbook; `records` reads the other rows.

    Raises:
        ContentRefusedError: the file has no row or an unknown layout, or is a workbook with a row
            that cannot be read.
    """
    digest = hashlib.sha256(data).hexdigest()
    name = one_line(name)
    if data.startswith(b"PK"):
        quarter, rows = _sheet(data, name)
        return ZipLocalityFile(name, ZIP5, *quarter, digest, partial(iter, rows))
    number, first = next(
        ((number, line) for number, line in _lines(data) if not _is_blank(line)), (1, "")
    )
    for kind, layout in _LAYOUTS.items():
        if match := layout.fullmatch(first):
            quarter = _quarter(match[7])
            return ZipLocalityFile(
                name, kind, *quarter, digest, partial(_text_records, data, name, kind, match[7])
            )
    raise ContentRefusedError(
        f"is in no layout of CMS's ZIP5 and ZIP9 files: {_fault(first)}", file=name, line=number
    )


def _lines(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text with their numbers; too long a line comes in pieces."""
    text = io.TextIOWrapper(io.BytesIO(data), encoding="latin-1", newline=None)
    return enumerate(iter(partial(text.readline, _MOST_CHARACTERS), ""), start=1)


def _is_blank(line: str) -> bool:
    return not line.strip(" \n\x1a\0")


def _text_records(data: bytes, name: str, kind: str, quarter: str) -> Iterator[Record]:
    match_row, state_of, flag_of = _LAYOUTS[kind].fullmatch, _STATE, _FLAG
    for number, line in _lines(data):
        match = match_row(line)
        if match is None:
            if _is_blank(line):
                continue
            raise ContentRefusedError(
                f"is no row of {kind}: {_fault(line)}", file=name, line=number
            )
        state, zip5, mac, locality, flag, plus4, own = match.groups()
        if own != quarter:
            raise ContentRefusedError(
                f"is of {own}, the rows before it are of {quarter} (year, quarter)",
                file=name,
                line=number,
            )
        if state not in state_of:
            raise ContentRefusedError(
                f"{state!r} is no state of CMS's ZIP files", file=name, line=number
            )
        yield zip5, plus4, mac, locality, state_of[state], flag_of[flag]


def _fault(line: str) -> str:
    """Return what is wrong with a row that matches no layout."""
    line = line.rstrip("\n")
    if len(line) != _WIDTH:
        length = f"{len(line)}" if len(line) < _MOST_CHARACTERS else f"{_MOST_CHARACTERS} or more"
        return f"it has {length} characters, not {_WIDTH}"
    parts = {
        "the ZIP (3-7)": (line[2:7], r"[0-9]{5}"),
        "the carrier (8-12)": (line[7:12], _MAC),
        "the locality (13-14)": (line[12:14], r"[0-9]{2}"),
        "the state (1-2)": (line[:2], r"[A-Z]{2}"),
        "the rural indicator (15)": (line[14], r"[ RB]"),
        "the plus four flag (21)": (line[20], r"[01]"),
        "year and quarter (76-80)": (line[75:], r"20[0-9]{2}[1-4]"),
    }
    for what, (cell, form) in parts.items():
        if not re.fullmatch(form, cell):
            return f"{what} is {cell!r}"
    return f"plus four (22-25) is {line[21:25]!r}"


def _quarter(text: str) -> tuple[int, int]:
    return int(text[:4]), int(text[4])


def _sheet_rows(data: bytes, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number of each row below the header, and its cells by column name."""
    if not xlsx.can_read():
        raise ContentRefusedError(
            "needs pip install 'feesync[xlsx]'; or take the txt of the same zip", file=name
        )
    heads: list[str] | None = None
    for line, row in xlsx.rows(data, name, most=_MOST_SHEET_ROWS):
        if heads is None:
            heads = [" ".join(cell.upper().split()) for cell in row]
            missing = [head for head in _HEADER if heads.count(head) != 1]
            if missing:
                raise ContentRefusedError(
                    f"has a header without {', '.join(map(repr, missing))}", file=name, line=line
                )
        else:
            yield line, dict(zip(heads, row, strict=False))


def _sheet(data: bytes, name: str) -> tuple[tuple[int, int], list[Record]]:
    """Return the quarter and all rows of a workbook, which can only be read whole."""
    quarter = ""
    records: list[Record] = []
    for line, cells in _sheet_rows(data, name):
        try:
            own = cells["YEAR/QTR"].strip()
            if not re.fullmatch(_QUARTER, own):
                raise ValueError(f"YEAR/QTR is {cells['YEAR/QTR']!r}, not year and quarter")
            quarter = quarter or own
            if own != quarter:
                raise ValueError(
                    f"is of {own}, the rows before it are of {quarter} (year, quarter)"
                )
            if cells["STATE"].strip() not in _STATE:
                raise ValueError(f"{cells['STATE']!r} is no state of CMS's ZIP files")
            if not re.fullmatch(_MAC, with_zeros(cells["CARRIER"], 5, "carrier")):
                raise ValueError("carrier 00000 is none of CMS's")
            if cells["PLUS 4 FLAG"].strip() not in _FLAG:
                raise ValueError(f"the plus 4 flag is {cells['PLUS 4 FLAG']!r}, not 0 or 1")
            zip5, mac = (
                with_zeros(cells["ZIP CODE"], 5, "ZIP"),
                with_zeros(cells["CARRIER"], 5, "carrier"),
            )
            state, flag = _STATE[cells["STATE"].strip()], _FLAG[cells["PLUS 4 FLAG"].strip()]
            records.append(
                (zip5, "", mac, with_zeros(cells["LOCALITY"], 2, "locality"), state, flag)
            )
        except ValueError as error:
            raise ContentRefusedError(str(error), file=name, line=line) from None
    if not records:
        raise ContentRefusedError("has no row under a header", file=name)
    return _quarter(quarter), records
