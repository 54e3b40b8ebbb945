"""Small CMS-like release files for tests: the fixtures, changed cell by cell, and zips of them."""

from __future__ import annotations

import csv
import io
import zipfile
from functools import cache
from pathlib import Path

from feesync.reference.tables import data_folder

FIXTURES = Path(__file__).parent / "fixtures"
VALUES, GPCI, COUNTIES, CAPS = (
    "PPRRVU2025_Oct.csv",
    "GPCI2025.csv",
    "25LOCCO.csv",
    "OPPSCAP_Oct.csv",
)
RVU25D = (VALUES, GPCI, COUNTIES, CAPS)


def fixture(name):
    return (FIXTURES / name).read_bytes()


def rows_of(data):
    return list(csv.reader(io.StringIO(data.decode("latin-1"), newline=None)))


def csv_of(rows, end="\r\n"):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerows(rows)
    return text.getvalue().encode("latin-1" if text.getvalue().isascii() else "utf-8")


def header_line(rows):
    """Index of the row of PPRRVU that begins with HCPCS."""
    return next(index for index, row in enumerate(rows) if row[0] == "HCPCS")


def changed(data, code, column, value, modifier=""):
    """A PPRRVU file in which one cell of one code is another."""
    rows = rows_of(data)
    next(row for row in rows if row[:2] == [code, modifier])[column] = value
    return csv_of(rows)


def rvu25d(**changes):
    """The members of a small RVU25D.

    Changes replace bytes by name ('values', 'gpci', 'counties', 'caps'), None leaves one out.
    """
    members = {name: fixture(name) for name in RVU25D}
    for name, key in zip(RVU25D, ("values", "gpci", "counties", "caps"), strict=True):
        if key in changes:
            members[name] = changes.pop(key)
    members.update(changes)
    return {name: data for name, data in members.items() if data is not None}


def zip_of(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(
                zipfile.ZipInfo(name, date_time=(2025, 9, 11, 12, 0, 0)), data, zipfile.ZIP_DEFLATED
            )
    return buffer.getvalue()


def rvu26d(**changes):
    """The members of a small RVU26D with both conversion factors.

    Its GPCIs are 2025's under 2026's name.
    """
    gpci = fixture(GPCI).replace(b"2025", b"2026")
    members = {
        "PPRRVU2026_Oct_nonQPP.csv": fixture("PPRRVU2026_Oct_nonQPP.csv"),
        "PPRRVU2026_Oct_QPP.csv": fixture("PPRRVU2026_Oct_QPP.csv"),
        "GPCI2026.csv": gpci,
    }
    members.update(changes)
    return {name: data for name, data in members.items() if data is not None}


MONTHS = {"A": "January", "B": "April", "C": "July", "D": "October"}


def quarter(letter, **changes):
    """The zip of a small RVU25A, B, C or D: the same numbers under that quarter's title."""
    members = rvu25d(**changes)
    members[VALUES] = members[VALUES].replace(
        b"October Release", f"{MONTHS[letter]} Release".encode()
    )
    return zip_of(members)


def repriced(code, nonfacility_pe, total):
    """A PPRRVU file in which one code has another nonfacility practice expense RVU."""
    return changed(changed(fixture(VALUES), code, 6, nonfacility_pe), code, 11, total)


def zip5_line(zip5, mac, locality, state="CA", flag=0, *, quarter="20254"):
    """A row of ZIP5, to its record layout: 80 characters."""
    return f"{state}{zip5}{mac}{locality} Z9   {flag} A{'':52}{quarter}"


def zip5_lines(changed=lambda code, *row: row):
    """The rows of CMS's ZIP5, as the embedded table has them.

    `changed` gives MAC, locality, state and flag of each.
    """
    return [
        zip5_line(f"{number:05}", *changed(f"{number:05}", mac, locality, state, int(flag)))
        for first, last, mac, locality, state, flag in _zip_runs()
        for number in range(int(first), int(last) + 1)
    ]


@cache
def _zip_runs():
    with (Path(data_folder()) / "snapshot" / "zip_localities.csv").open(newline="") as file:
        return [tuple(row.values()) for row in csv.DictReader(file)]


def zip9_line(zip5, plus4, mac, locality, state="CA", flag=1, *, quarter="20254"):
    """A row of ZIP9, to its record layout: 80 characters."""
    return f"{state}{zip5}{mac}{locality} {'':5}{flag}{plus4}{'':6}A{'':43}{quarter}"


def text_of(lines):
    """A text file as CMS writes it, with CRLF line ends."""
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1")
