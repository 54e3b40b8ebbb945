"""PPRRVU txt: the same rows as the csv of its name, in fixed width; read to hold the csv against it, and never stored.

Source of the layout: the record layout in CMS's RVU documents (RVU24B to RVU25D): 171 characters a row, below lines that begin
with HDR. Descriptors are the AMA's: those characters are never read. Out of scope: the comparison (store.checks).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import itemgetter

from feesync.errors import ContentRefusedError

_WIDTH = 171
_PLACES = {
    "hcpcs": (1, 5), "modifier": (6, 7), "status": (58, 58), "work_rvu": (60, 65), "nonfacility_pe_rvu": (67, 72),
    "nonfacility_na": (73, 74), "facility_pe_rvu": (76, 81), "facility_na": (82, 83), "mp_rvu": (85, 89), "pctc": (103, 103),
    "global_days": (104, 106), "preoperative": (107, 109), "intraoperative": (110, 112), "postoperative": (113, 115),
    "multiple_procedure": (116, 116), "bilateral": (117, 117), "assistant_surgeon": (118, 118), "co_surgeon": (119, 119),
    "team_surgeon": (120, 120), "endoscopic_base": (128, 132), "conversion_factor": (133, 140), "supervision": (142, 143),
    "imaging_family": (146, 147), "opps_nonfacility_pe_rvu": (152, 157), "opps_facility_pe_rvu": (159, 164),
    "opps_mp_rvu": (166, 171),
}  # fmt: skip
"""First and last character, counted from 1, by the names of `RelativeValue`."""

_DECIMAL = r"[ \d]{3}\.\d\d"
_ROW = re.compile(
    rf"[0-9A-Z]{{5}}.{{2}}.{{50}}[A-Z][+ ]{_DECIMAL} {_DECIMAL}(NA|  ) {_DECIMAL}(NA|  ) [ \d]{{2}}\.\d\d {_DECIMAL}{_DECIMAL}"
    rf"\d[0-9A-Z]{{3}}[ \d.]{{9}}\d{{5}}.{{7}}.{{5}}[ \d]{{3}}\.\d{{4}} .{{2}}\d .{{2}}    {_DECIMAL} {_DECIMAL} {_DECIMAL}"
)
"""The whole of a row: a file whose first row is other is in a layout that feesync does not know."""


@dataclass(frozen=True, slots=True)
class RelativeValueText:
    """A PPRRVU txt file; `lines` are its rows, of equal length."""

    name: str
    lines: list[str]

    def columns(self) -> dict[str, tuple[str, ...]]:
        """Return the texts of each column, with their blanks, by the names of `RelativeValue` and `conversion_factor`."""
        pick = itemgetter(*(slice(first - 1, last) for first, last in _PLACES.values()))
        return dict(zip(_PLACES, zip(*map(pick, self.lines), strict=True), strict=True))


def parse(data: bytes, name: str) -> RelativeValueText | None:
    """Read a PPRRVU txt file; None where it is in another layout than the known one.

    Raises:
        ContentRefusedError: a row is cut, with its line.
    """
    lines = data.rstrip(b"\x1a\0\r\n").decode("latin-1").splitlines()
    head = next((number for number, line in enumerate(lines) if not line.startswith("HDR")), len(lines))
    rows = lines[head:]
    if not rows or len(rows[0]) != _WIDTH or not _ROW.fullmatch(rows[0]):
        return None
    for number, row in enumerate(rows, start=head + 1):
        if len(row) != _WIDTH:
            raise ContentRefusedError(f"has {len(row)} characters, other rows {_WIDTH}", file=name, line=number)
    return RelativeValueText(name, rows)
