"""PPRRVU txt: the rows of the csv of the same name, in fixed width.

It is read to compare the csv with it, and is never stored. A row has 171 characters; above the rows
are lines that begin with HDR. The characters of the descriptor, which is the AMA's, are never read.
Out of scope: the comparison (datasets.rvu.checks.twin).

Source of the layout: the record layout in CMS's RVU documents (RVU24B to RVU25D).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from feesync.errors import ContentRefusedError
from feesync.formats.relative_value import RelativeValue
from feesync.formats.text import ExactNumbers

_WIDTH = 171
_POSITIONS = {
    "status": (58, 58),
    "work_rvu": (60, 65),
    "nonfacility_pe_rvu": (67, 72),
    "facility_pe_rvu": (76, 81),
    "mp_rvu": (85, 89),
    "nonfacility_na": (73, 74),
    "facility_na": (82, 83),
    "multiple_procedure": (116, 116),
    "bilateral": (117, 117),
    "assistant_surgeon": (118, 118),
    "co_surgeon": (119, 119),
    "team_surgeon": (120, 120),
    "pctc": (103, 103),
    "global_days": (104, 106),
    "preoperative": (107, 109),
    "intraoperative": (110, 112),
    "postoperative": (113, 115),
    "endoscopic_base": (128, 132),
    "supervision": (142, 143),
    "imaging_family": (146, 147),
    "opps_nonfacility_pe_rvu": (152, 157),
    "opps_facility_pe_rvu": (159, 164),
    "opps_mp_rvu": (166, 171),
}
"""First and last character, counted from 1, of the fields of `RelativeValue`, in their order."""

_BLOCKS = (
    ("status", "facility_na"),
    ("multiple_procedure", "postoperative"),
    ("endoscopic_base", "imaging_family"),
    ("opps_nonfacility_pe_rvu", "opps_mp_rvu"),
)
"""First and last field of each block of fields that are neighbours both in a row and in
`RelativeValue`. Few blocks differ, so each distinct text is read once."""

_FACTOR = slice(132, 140)

_DECIMAL = r"[ \d]{3}\.\d\d"
_ROW = re.compile(
    rf"[0-9A-Z]{{5}}.{{2}}.{{50}}[A-Z][+ ]{_DECIMAL} {_DECIMAL}(NA|  ) {_DECIMAL}(NA|  ) [ "
    rf"\d]{{2}}\.\d\d {_DECIMAL}{_DECIMAL}"
    rf"\d[0-9A-Z]{{3}}[ \d.]{{9}}\d{{5}}.{{7}}.{{5}}[ \d]{{3}}\.\d{{4}} .{{2}}\d .{{2}}    "
    rf"{_DECIMAL} {_DECIMAL} {_DECIMAL}"
)
"""A whole row. Where the first row does not match, the file has an unknown layout."""


@dataclass(frozen=True, slots=True)
class RelativeValueText:
    """A PPRRVU txt file; `lines` are its rows, all of the same length."""

    name: str
    lines: list[str]

    def keys(self) -> list[tuple[str, str]]:
        """Return code and modifier of each row."""
        return [(line[:5], line[5:7].strip()) for line in self.lines]

    def factors(self) -> set[int]:
        """Return the conversion factors, in ten-thousandths of a dollar."""
        factors = ExactNumbers(4, 999_999)
        return {factors[text] for text in {line[_FACTOR] for line in self.lines}}

    def parts(self) -> Iterator[tuple[slice, list[tuple[int | str, ...]]]]:
        """Yield each block of fields: its slice of `RelativeValue`, and its values in every row.

        Raises:
            ValueError: a number cannot be read.
        """
        names = list(_POSITIONS)
        for first, last in _BLOCKS:
            fields = names[names.index(first) : names.index(last) + 1]
            start = min(_POSITIONS[field][0] for field in fields) - 1
            end = max(_POSITIONS[field][1] for field in fields)
            block = _Block(fields, start)
            at = RelativeValue._fields.index(first)
            yield slice(at, at + len(fields)), [block[line[start:end]] for line in self.lines]


class _Block(dict[str, tuple[int | str, ...]]):
    """Reads the text of a block of fields, and remembers the values of each text."""

    def __init__(self, fields: list[str], start: int) -> None:
        super().__init__()
        rvu, share = ExactNumbers(2, 99_999), ExactNumbers(2, 100)
        self._readers: list[tuple[slice, Callable[[str], int | str]]] = [
            (
                slice(_POSITIONS[field][0] - 1 - start, _POSITIONS[field][1] - start),
                _reader(field, rvu, share),
            )
            for field in fields
        ]

    def __missing__(self, text: str) -> tuple[int | str, ...]:
        values = self[text] = tuple(read(text[part]) for part, read in self._readers)
        return values


def _reader(field: str, rvu: ExactNumbers, share: ExactNumbers) -> Callable[[str], int | str]:
    if field.endswith("_rvu"):
        return rvu.__getitem__
    if field.endswith("operative"):
        return share.__getitem__
    return _flag if field.endswith("_na") else str.strip


def _flag(text: str) -> int:
    return int(text == "NA")


def parse(data: bytes, name: str) -> RelativeValueText | None:
    """Read a PPRRVU txt file; return None where its layout is unknown.

    Raises:
        ContentRefusedError: a row has another length than the others, with its line.
    """
    lines = data.rstrip(b"\x1a\0\r\n").decode("latin-1").splitlines()
    head = next(
        (number for number, line in enumerate(lines) if not line.startswith("HDR")), len(lines)
    )
    rows = lines[head:]
    if not rows or len(rows[0]) != _WIDTH or not _ROW.fullmatch(rows[0]):
        return None
    for number, row in enumerate(rows, start=head + 1):
        if len(row) != _WIDTH:
            raise ContentRefusedError(
                f"has {len(row)} characters, other rows {_WIDTH}", file=name, line=number
            )
    return RelativeValueText(name, rows)
