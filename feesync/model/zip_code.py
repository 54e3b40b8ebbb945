"""ZIP codes as people write them, and the CMS files that give a ZIP its payment locality.

CMS publishes two files a quarter, the "Zip Code to Carrier Locality File". ZIP5 gives each ZIP a
locality, and flags the ZIPs that lie in several; ZIP9 gives the ZIP+4s of those. Out of scope:
reading the files (formats.zip_locality), their tables (store.zip_tables), and what a ZIP means on a
date (places.zip_codes).
"""

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from feesync.model.dictionaries import ZipFileDict

ZIP5, ZIP9 = "ZIP5", "ZIP9"

_ZIP = re.compile(r"(?:ZIP[ :]?)?([0-9]{5})(?:[- ]?([0-9]{4}))?")
_BARE = r"[0-9]{5}"
_MILITARY = r"09|340|96[2-6]"


class ZipCode(NamedTuple):
    """A ZIP code; `plus4` is empty where the four digits are not given."""

    zip5: str
    plus4: str

    def __str__(self) -> str:
        return f"{self.zip5}-{self.plus4}" if self.plus4 else self.zip5

    @property
    def is_military(self) -> bool:
        """Whether it is military mail (APO, FPO, DPO).

        That is 09xxx (Europe), 340xx (Americas), and 962xx to 966xx (Pacific).
        """
        return re.match(_MILITARY, self.zip5) is not None


class ZipRow(NamedTuple):
    """The row of a file for a ZIP.

    `plus_four` says that parts of the ZIP lie in other localities, which the ZIP+4s tell.
    """

    mac: str
    locality: str
    state: str
    plus_four: bool


class ZipFile(NamedTuple):
    """A ZIP5 or ZIP9 file of a quarter.

    Attributes:
        kind: `ZIP5` or `ZIP9`.
        year: calendar year.
        quarter: 1 to 4.
        source: the name of the file, or that it is the embedded snapshot.
        rows: how many ZIPs or ZIP+4s it has.
        embedded: whether it is the snapshot's.
    """

    kind: str
    year: int
    quarter: int
    source: str
    rows: int
    embedded: bool

    def __str__(self) -> str:
        return f"{self.kind} {self.year} Q{self.quarter}"

    def to_dict(self) -> "ZipFileDict":
        """Return the file under the names of `feesync status --json`."""
        return {
            "kind": self.kind,
            "year": self.year,
            "quarter": self.quarter,
            "rows": self.rows,
            "source": self.source,
            "embedded": self.embedded,
        }

    def is_of(self, day: date) -> bool:
        """Tell whether a day is in the quarter of the file."""
        return (self.year, self.quarter) == quarter_of(day)

    def is_before(self, day: date) -> bool:
        """Tell whether the quarter of the file was over before a day."""
        return (self.year, self.quarter) < quarter_of(day)


class ZipPlace(NamedTuple):
    """Why a ZIP is in a locality: what an answer says of it.

    Attributes:
        code: the ZIP of the question.
        file: the file that gives it a locality.
        of_the_day: whether the file is of the quarter of the date of service.
        regrouped: the release's localities in the same state that the file does not have: CMS
            has divided the state anew between the two.
    """

    code: ZipCode
    file: ZipFile
    of_the_day: bool
    regrouped: tuple[str, ...]


def read_zip(text: str) -> ZipCode | None:
    """Return the ZIP code that a text means, or None where it means none.

    A ZIP is `94110`, `94110-1234` or `941101234`; `ZIP 94110` tells it from a MAC.
    """
    match = _ZIP.fullmatch(text.strip().upper())
    return ZipCode(match[1], match[2] or "") if match else None


def place_of_zip(text: str) -> str | None:
    """Return a ZIP as the text of a place that means no MAC, or None where it is no ZIP."""
    code = read_zip(text)
    return f"ZIP {code}" if code else None


def may_be_mac(text: str) -> bool:
    """Tell whether a text is five bare digits, which may be a MAC as well as a ZIP."""
    return re.fullmatch(_BARE, text.strip()) is not None


def quarter_of(day: date) -> tuple[int, int]:
    """Return the year and the quarter, 1 to 4, of a day."""
    return day.year, (day.month + 2) // 3


def days_of(year: int, quarter: int) -> tuple[date, date]:
    """Return the first and the last day of a quarter, 1 to 4."""
    following = date(year + quarter // 4, 3 * quarter % 12 + 1, 1)
    return date(year, 3 * quarter - 2, 1), following - timedelta(days=1)
