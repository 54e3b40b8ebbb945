"""CMS's payment files: PFALL (a year), PFREV (a quarter's changes), and those of single carriers.

A payment file is text: sixteen quoted fields in each record, and trailer lines that begin with TRL.
It has about a million records, so it is read as a stream. Not read are the descriptive fields, the
therapy amounts, and the amounts of the OPPS cap, whose relation to the relative values no published
file proves. Out of scope: whether the amounts are right (verification).

Source: CMS, "Annual Physician Fee Schedule Payment Amount File", record layout (PF25PD).
"""

from __future__ import annotations

import io
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from feesync.errors import ContentRefusedError, Hint, HintKind, InvalidInputError, one_line
from feesync.formats import archive
from feesync.formats.text import bounded_rows
from feesync.reference.catalogue import catalogue

MAX_BYTES = 512 * 2**20
"""How large a text file in a zip may be; the whole country's has 131 MB."""

_TEXT = (".txt", ".csv")
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
_DECIDES = Hint(HintKind.NAME_RELEASE)


LONGEST_LINE = 1000
"""Characters that a record may have."""

FIELDS = 16
PATTERNS = {
    "mac": "[0-9]{5}",
    "locality": "[0-9]{2}",
    "hcpcs": "[0-9A-Z]{5}",
    "modifier": "[0-9A-Z]{2}|  ",
    "nonfacility_fee": "[0-9]{7}[.][0-9]{2}",
    "facility_fee": "[0-9]{7}[.][0-9]{2}",
}
"""The fields of a record after the year, as CMS writes them; those after them are not read."""

TRAILER = "TRL-"
"""The beginning of a trailer."""

_CHUNK = 1 << 24


class Payment(NamedTuple):
    """A record: CMS's fees of a code in a locality, in cents, before the OPPS cap, and its line."""

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
        names: its name; in a zip, the names that lead to it: the zip's, that of a zip inside it,
            the member's with its folders.
        size: in bytes.
        stream: its content.
        has_trailer: whether the lines that have been read end with CMS's trailer, as a whole file
            does.
    """

    names: tuple[str, ...]
    size: int
    stream: BinaryIO
    has_trailer: bool = False

    @property
    def name(self) -> str:
        """Its names, joined for messages."""
        return one_line(" > ".join(self.names))

    @property
    def basis(self) -> str | None:
        """The basis, `qp` or `nonqp`, by the innermost name that says it; None where none does."""
        for name in reversed(self.names):
            if matches := list(_BASIS.finditer(name)):
                return "nonqp" if matches[-1][1] else "qp"
        return None

    def release(self, loaded: Container[str]) -> str:
        """Return the label of the release that its names say: PFREV25D belongs to RVU25D.

        A file that CMS revised (PFALL26AR) belongs to RVU26AR where there is such a release, else
        to RVU26A.

        Args:
            loaded: the labels of the loaded releases, which the catalogue may not have.

        Raises:
            ContentRefusedError: the names say two releases.
            InvalidInputError: the names say no release.
        """
        labels = {_label(match, loaded) for name in self.names if (match := _RELEASE.search(name))}
        if len(labels) > 1:
            raise ContentRefusedError(
                f"the names say {' and '.join(sorted(labels))}", file=self.name, hint=_DECIDES
            )
        if not labels:
            raise InvalidInputError(
                f"{self.name}: the name does not say which release this is", hint=_DECIDES
            )
        return labels.pop()

    def chunks(self) -> Iterator[bytes]:
        """Yield the content in parts, each of whole lines; `rewind` begins again.

        A line of more than LONGEST_LINE bytes, which no record has, may be in two parts.

        Raises:
            ContentRefusedError: the zip that it is in is damaged.
        """
        while chunk := self.stream.read(_CHUNK):
            yield chunk + self.stream.readline(LONGEST_LINE)

    def rewind(self) -> None:
        """Begin to read again at the first byte."""
        self.stream.seek(0)

    def payments(self, year: int) -> Iterator[Payment]:
        """Yield the records; the stream can be read once, and is closed at the end.

        Args:
            year: the calendar year that every record must have.

        Raises:
            ContentRefusedError: a record cannot be read; the error has file, line and reason.
        """
        records = 0
        with io.TextIOWrapper(self.stream, encoding="latin-1", newline=None) as text:
            for line, (last, cells) in enumerate(
                bounded_rows(text, self.name, LONGEST_LINE), start=1
            ):
                try:
                    if last != line:
                        raise ValueError("a quote is not closed")
                    if not cells or cells[0] == _END_OF_FILE:
                        continue
                    if cells[0].startswith(TRAILER):
                        self.has_trailer = True
                        if len(cells) >= FIELDS:
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
    """Yield the payment file that a file is, or those of a zip and of the zips inside it.

    Each must be read before the next one is asked for.

    Args:
        file: the file, open; it must allow seeking.
        name: its base name.

    Raises:
        ContentRefusedError: the file is an HTML page, or a zip that is not sound or has no text.
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
    label = quarter + (match[3] or "").upper()
    if label in loaded or label in catalogue():
        return label
    labels = [label for label in catalogue() if label.startswith(quarter)]
    return labels[0] if len(labels) == 1 else quarter


def _payment(cells: list[str], year: int, line: int) -> Payment:
    if len(cells) != FIELDS:
        raise ValueError(f"has {len(cells)} fields; a payment record has {FIELDS}")
    own_year, mac, locality, hcpcs, modifier, nonfacility, facility = cells[:7]
    if own_year != str(year):
        raise ValueError(f"the record is of {own_year!r:.20}, the release of {year}")
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
