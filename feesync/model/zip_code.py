"""ZIP codes as people write them, and the CMS files that tell which payment locality a ZIP lies in.

CMS publishes two files a quarter, the "Zip Code to Carrier Locality File": ZIP5 gives each ZIP a
locality and says with a flag where a part of the ZIP lies in another; ZIP9 has the ZIP+4s of those.
Out of scope: reading the files (formats.zip_locality), what is loaded of them (store.zip_tables),
and what a ZIP means on a date (places.zip_codes).
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

ZIP5, ZIP9 = "ZIP5", "ZIP9"

_ZIP = re.compile(r"(?:ZIP[ :]?)?([0-9]{5})(?:[- ]?([0-9]{4}))?")
_BARE = re.compile(r"[0-9]{5}")
_MILITARY = re.compile(r"09|340|96[2-6]")


class ZipCode(NamedTuple):
    """A ZIP code; `plus4` is empty where the four digits are not given."""

    zip5: str
    plus4: str

    def __str__(self) -> str:
        return f"{self.zip5}-{self.plus4}" if self.plus4 else self.zip5

    @property
    def is_military(self) -> bool:
        """Whether it is an APO, FPO or DPO.

        09xxx (Europe), 340xx (Americas), 962xx to 966xx (Pacific).
        """
        return _MILITARY.match(self.zip5) is not None


class ZipRow(NamedTuple):
    """What a file says of a ZIP.

    Its locality, its state, and whether a part of it lies elsewhere, as ZIP+4 tells.
    """

    mac: str
    locality: str
    state: str
    plus_four: bool


class ZipFile(NamedTuple):
    """A ZIP5 or ZIP9 file of a quarter, and where it came from.

    `rows` counts its ZIPs or ZIP+4s.
    """

    kind: str
    year: int
    quarter: int
    source: str
    rows: int
    embedded: bool

    def __str__(self) -> str:
        return f"{self.kind} {self.year} Q{self.quarter}"

    def is_of(self, day: date) -> bool:
        """Tell whether a day is in the quarter of the file."""
        return (self.year, self.quarter) == quarter_of(day)

    def is_before(self, day: date) -> bool:
        """Tell whether the quarter of the file was over before a day."""
        return (self.year, self.quarter) < quarter_of(day)


class ZipPlace(NamedTuple):
    """How a ZIP told a locality, to be said with an answer.

    Attributes:
        code: the ZIP that was asked for.
        file: the file that gives it a locality.
        of_the_day: whether the file is of the quarter of the date of service.
        regrouped: localities of the release in the same state that the file does not know: the
            state was divided otherwise.
    """

    code: ZipCode
    file: ZipFile
    of_the_day: bool
    regrouped: tuple[str, ...]


def read_zip(text: str) -> ZipCode | None:
    """Return the ZIP code that a text is.

    `94110`, `94110-1234`, `941101234` or, to tell it from a MAC, `ZIP 94110`; else None.
    """
    match = _ZIP.fullmatch(text.strip().upper())
    return ZipCode(match[1], match[2] or "") if match else None


def may_be_mac(text: str) -> bool:
    """Tell whether a text is five digits and nothing else, which may be a MAC as well as a ZIP."""
    return _BARE.fullmatch(text.strip()) is not None


def quarter_of(day: date) -> tuple[int, int]:
    """Return the year and the quarter, 1 to 4, of a day."""
    return day.year, (day.month + 2) // 3
