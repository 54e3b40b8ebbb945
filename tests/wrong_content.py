"""CMS's own releases with wrong content in them.

Csv cells of a real zip changed, and a zip made of it again.
"""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal

from cms_files import csv_of, rows_of

KEY = ("hcpcs", "modifier", "description")
NAMES = (
    *KEY, "status", "not_used", "work", "nonfacility_pe", "nonfacility_na", "facility_pe",
    "facility_na", "mp", "nonfacility_total", "facility_total", "pctc", "global_days", "pre",
    "intra", "post", "multiple", "bilateral", "assistant", "co", "team", "endoscopic_base",
    "factor", "supervision", "flag", "family", "opps_nonfacility", "opps_facility", "opps_mp",
)  # fmt: skip
RVUS = ("work", "nonfacility_pe", "facility_pe", "mp")


class Content:
    """The csv members of a release zip as rows, to be changed; other members stay as they are."""

    def __init__(self, path):
        with zipfile.ZipFile(path) as archive:
            names = [
                name
                for name in archive.namelist()
                if name.endswith(".csv") or name.startswith("PPRRVU")
            ]
            self.members = {
                name: archive.read(name) for name in names if not name.endswith(".xlsx")
            }
        self.names = {
            kind: next(
                (
                    name
                    for name in self.members
                    if name.upper().startswith(kind) and name.endswith(".csv")
                ),
                None,
            )
            for kind in ("PPRRVU", "GPCI", "OPPSCAP")
        }
        self.values = rows_of(self.members[self.names["PPRRVU"]])
        self.gpci = rows_of(self.members[self.names["GPCI"]])
        self.caps = rows_of(self.members[self.names["OPPSCAP"]]) if self.names["OPPSCAP"] else None
        self.first = next(index for index, row in enumerate(self.values) if row[0] == "HCPCS") + 1
        names = list(NAMES)
        if len(self.values[self.first]) == 32:
            names.insert(names.index("endoscopic_base"), "pricing")
        self.column = {name: index for index, name in enumerate(names)}

    def copy(self):
        other = object.__new__(Content)
        other.__dict__.update(self.__dict__)
        other.members = dict(self.members)
        for name in ("values", "gpci", "caps"):
            rows = getattr(self, name)
            setattr(other, name, rows and [list(row) for row in rows])
        return other

    @property
    def rows(self):
        return [row for row in self.values[self.first :] if len(row) == len(self.column)]

    @property
    def places(self):
        return [row for row in self.gpci if row[0].strip().isdigit()]

    def row(self, code, modifier=""):
        return next(row for row in self.rows if row[:2] == [code, modifier])

    def change(self, row, **cells):
        for name, text in cells.items():
            row[self.column[name]] = text
        if cells.keys() & set(RVUS):
            work, nonfacility, facility, mp = (Decimal(row[self.column[name]]) for name in RVUS)
            row[self.column["nonfacility_total"]] = str(work + nonfacility + mp)
            row[self.column["facility_total"]] = str(work + facility + mp)

    def get(self, row, name):
        return row[self.column[name]]

    def swap(self, rows, *pairs):
        for row in rows:
            for one, other in pairs:
                i, j = self.column[one], self.column[other]
                row[i], row[j] = row[j], row[i]

    def shift(self, rows, keep):
        """Give each row what the next one has, but for its first columns.

        The last takes the first's.
        """
        tails = [row[keep:] for row in rows]
        for row, tail in zip(rows, [*tails[1:], tails[0]], strict=True):
            row[keep:] = tail

    def zip(self):
        members = dict(self.members)
        members[self.names["PPRRVU"]] = csv_of(self.values)
        members[self.names["GPCI"]] = csv_of(self.gpci)
        if self.caps:
            members[self.names["OPPSCAP"]] = csv_of(self.caps)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            for name, data in members.items():
                archive.writestr(name, data)
        return buffer.getvalue()


def gpci_columns(content):
    """Columns of work (with its floor), PE and MP GPCI."""
    head = next(row for row in content.gpci if any("PE GPCI" in cell.upper() for cell in row))
    pe = next(index for index, cell in enumerate(head) if "PE GPCI" in cell.upper())
    return pe - 1, pe, pe + 1


def more(text, by):
    """A decimal text with as many places, greater by that much."""
    return str(Decimal(text) + Decimal(by))
