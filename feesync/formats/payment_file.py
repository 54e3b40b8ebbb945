"""CMS's payment amount files.

PFALL (the year), PFREV (a quarter's changes), and the carriers' own files of a state.

Text of sixteen quoted fields a record, and trailers that begin with TRL; about a million records,
so they are read as streams. Out of scope: whether the amounts are right (verify). Not read: the
descriptive fields, the therapy amounts, and the amounts of the OPPS cap, whose relation to the
relative values no published file at hand proves.

Source: CMS, "Annual Physician Fee Schedule Payment Amount File", record layout (PF25PD).
"""

from __future__ import annotations

import io
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from feesync.errors import ContentRefusedError, InvalidInputError, one_line
from feesync.formats import archive
from feesync.formats.text import bounded_rows
from feesync.reference.catalogue import catalogue

MAX_BYTES = 512 * 2**20
"""How large a text file in a zip may be; the whole country's has 131 MB."""

_TEXT = (".txt", ".csv")
_LONGEST_LINE = 1000
_FIELDS = 16
_TRAILER = "TRL-"
_END_OF_FILE = "\x1a"
_RELEASE = re.compile(
    r"(?<![a-z])pf(?:all|rev)[ _-]?([0-9]{2})([a-d])(r[0-9]?)?(?=[^a-z0-9]|non|qp|\Z)",
    re.IGNORECASE | re.ASCII,
)
_BASIS = re.compile(r"(non[ _-]?)?qpp?(?![a-z0-9])", re.IGNORECASE | re.ASCII)
_KEY = {
    "carrier": re.compile(r"[0-9]{5}"),
    "locality": re.compile(r"[0-9]{2}"),
    "HCPCS code": re.compile(r"[0-9A-Z]{5}"),
    "modifier": re.compile(r"(?:[0-9A-Z]{2})?"),
}
_AMOUNT = re.compile(r"([0-9]{1,7})\.([0-9]{2})")
_DECIDES = "'feesync verify FILE --release LABEL' decides"


class Payment(NamedTuple):
    """What CMS publishes for a code in a locality, before the OPPS cap.

    Fees in cents, and the line where it stands.
    """

    mac: str
    locality: str
    hcpcs: str
    modifier: str
    nonfacility_fee: int
    facility_fee: int
    line: int


@dataclass(slots=True)
class PaymentFile:
    """An open payment file.

    Attributes:
        names: the names that lead to it: of the file, or of the zip, of a zip inside it, and of the
            member with its folders.
        size: bytes.
        stream: its content.
        has_trailer: whether what has been read ends with CMS's trailer lines, as a whole file does.
    """

    names: tuple[str, ...]
    size: int
    stream: BinaryIO
    has_trailer: bool = False

    @property
    def name(self) -> str:
        """What to call it: its names, joined."""
        return one_line(" > ".join(self.names))

    @property
    def basis(self) -> str | None:
        """Whose conversion factor its names say: `qp` or `nonqp`, the innermost first.

        None where they are silent.
        """
        for name in reversed(self.names):
            if found := list(_BASIS.finditer(name)):
                return "nonqp" if found[-1][1] else "qp"
        return None

    def release(self, loaded: Container[str]) -> str:
        """Return the label of the release that its names say: PFREV25D is of RVU25D.

        A file that CMS revised (PFALL26AR) is of RVU26AR where there is such a release, else of
        RVU26A.

        Args:
            loaded: labels that exist beside those that the catalogue knows.

        Raises:
            ContentRefusedError: the names say two releases.
            InvalidInputError: they say none.
        """
        found = {_label(match, loaded) for name in self.names if (match := _RELEASE.search(name))}
        if len(found) > 1:
            raise ContentRefusedError(
                f"the names say {' and '.join(sorted(found))}; {_DECIDES}", file=self.name
            )
        if not found:
            raise InvalidInputError(
                f"{self.name}: the name does not say which release this is; {_DECIDES}"
            )
        return found.pop()

    def payments(self, year: int) -> Iterator[Payment]:
        """Yield the records; the stream is read once, and closed with it.

        Args:
            year: the calendar year that every record must be of.

        Raises:
            ContentRefusedError: with the file, the line and the reason.
        """
        records = 0
        with io.TextIOWrapper(self.stream, encoding="latin-1", newline=None) as text:
            for line, (last, cells) in enumerate(
                bounded_rows(text, self.name, _LONGEST_LINE), start=1
            ):
                try:
                    if last != line:
                        raise ValueError("a quote is not closed")
                    if not cells or cells[0] == _END_OF_FILE:
                        continue
                    if cells[0].startswith(_TRAILER):
                        self.has_trailer = True
                        if len(cells) >= _FIELDS:
                            raise ValueError("is a record and a trailer")
                        continue
                    self.has_trailer = False
                    payment = _payment(cells, year, line)
                except ValueError as error:
                    raise ContentRefusedError(str(error), file=self.name, line=line) from None
                yield payment
                records += 1
        if not records:
            raise ContentRefusedError("holds no payment record", file=self.name)


def payment_files(file: BinaryIO, name: str) -> Iterator[PaymentFile]:
    """Yield the payment files of a file, or of a zip and the zips inside it, each to be read before the next is asked for.

    Args:
        file: open, with seeking.
        name: its base name.

    Raises:
        ContentRefusedError: a zip that is not sound, or holds no text; an HTML page.
    """
    start = file.read(2000)
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if not start.startswith(archive.ZIP_MAGIC):
        archive.refuse_html(start, name, "not a payment file")
        yield PaymentFile((name,), size, file)
        return
    empty = True
    for names, member_size, stream in archive.streams(
        file, name, lambda base: base.lower().endswith(_TEXT), MAX_BYTES
    ):
        empty = False
        yield PaymentFile(names, member_size, stream)
    if empty:
        raise ContentRefusedError("holds no payment file (.txt)", file=name)


def _label(match: re.Match[str], loaded: Container[str]) -> str:
    quarter = f"RVU{match[1]}{match[2]}".upper()
    named = quarter + (match[3] or "").upper()
    if named in loaded or named in catalogue():
        return named
    published = [label for label in catalogue() if label.startswith(quarter)]
    return published[0] if len(published) == 1 else quarter


def _payment(cells: list[str], year: int, line: int) -> Payment:
    if len(cells) != _FIELDS:
        raise ValueError(f"has {len(cells)} fields; a payment record has {_FIELDS}")
    of, mac, locality, hcpcs, modifier, nonfacility, facility = cells[:7]
    if of != str(year):
        raise ValueError(f"the record is of {of!r:.20}, the release of {year}")
    modifier = modifier.strip(" ")
    for (field, pattern), value in zip(_KEY.items(), (mac, locality, hcpcs, modifier), strict=True):
        if not pattern.fullmatch(value):
            raise ValueError(f"{value!r:.40} is not a {field}")
    return Payment(mac, locality, hcpcs, modifier, _cents(nonfacility), _cents(facility), line)


def _cents(text: str) -> int:
    match = _AMOUNT.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r:.40} is not an amount such as 0000172.08")
    return int(match[1] + match[2])
