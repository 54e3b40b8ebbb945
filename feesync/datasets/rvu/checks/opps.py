"""Checks of the OPPS cap: the OPPS columns of a row, and CMS's own OPPSCAP file."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from feesync.datasets.rvu import caps
from feesync.datasets.rvu.checks.check import Fault, count_of, examples, row_name
from feesync.errors import ContentRefusedError
from feesync.formats.opps_cap import OppsCapFile
from feesync.formats.relative_value import RelativeValue, RelativeValueFile
from feesync.formats.release import ParsedRelease

_NONE = (0, 0, 0)
_DIAGNOSTIC = frozenset("13")
"""PC/TC indicators 1 (diagnostic tests) and 3 (technical component only)."""


@dataclass(frozen=True, slots=True)
class OppsColumns:
    """The three OPPS columns of a row are all above zero or none, and only for diagnostic tests."""

    name: ClassVar[str] = "opps-columns"
    evidence: ClassVar[str] = (
        "in CMS's releases they are all 0.00 or all above, equal in both settings, on PC/TC 1 and "
        "3 alone"
    )

    def __call__(self, release: ParsedRelease) -> Fault | None:
        """Check each row that has any of them."""
        for file in release.relative_values.values():
            wrong = [row for row in file.rows if row[-3:] != _NONE and not self._is_whole(row)]
            if wrong:
                codes = examples(row_name(*row[:2]) for row in wrong)
                reason = (
                    "are not all above 0.00, not equal in both settings, or not of a "
                    "diagnostic test"
                )
                return Fault(f"the OPPS columns of {codes} {reason}", file.name)
        return None

    def _is_whole(self, row: RelativeValue) -> bool:
        nonfacility, facility, mp = row.opps
        return bool(nonfacility and mp) and nonfacility == facility and row.pctc in _DIAGNOSTIC


@dataclass(frozen=True, slots=True)
class OppsCapCodes:
    """The rows whose OPPS columns bind are those that the OPPSCAP file lists."""

    name: ClassVar[str] = "opps-cap-codes"
    evidence: ClassVar[str] = (
        "in five releases of CMS's the rows that the cap binds (74, and four times 58) are those "
        "listed"
    )

    def __call__(self, release: ParsedRelease) -> Fault | None:
        """Compare the two lists, both ways.

        Contractor-priced rows (status C) have no relative values that a cap could bind.
        """
        for cap, values in _caps(release):
            bound = {
                row[:2]
                for row in values.rows
                if row.opps_mp_rvu
                and row.opps_nonfacility_pe_rvu + row.opps_mp_rvu
                < row.nonfacility_pe_rvu + row.mp_rvu
            }
            priced = {(row.hcpcs, row.modifier) for row in cap.rows if row.status != "C"}
            if unlisted := bound - priced:
                codes = examples(row_name(*key) for key in sorted(unlisted))
                return Fault(
                    f"the OPPS columns cap {codes}, which {cap.name} does not list", values.name
                )
            if unbound := priced - bound:
                codes = examples(row_name(*key) for key in sorted(unbound))
                return Fault(
                    f"lists {codes}, which the OPPS columns of {values.name} do not cap", cap.name
                )
        return None


@dataclass(frozen=True, slots=True)
class OppsCapLocalities:
    """The OPPSCAP file has each of its rows in each of its localities."""

    name: ClassVar[str] = "opps-cap-localities"
    evidence: ClassVar[str] = (
        "every code of an OPPSCAP file of CMS's has a row for each of its localities, 115 or 109"
    )
    fewest: int = 85
    """CMS has had at least 89 localities since 2015."""

    def __call__(self, release: ParsedRelease) -> Fault | None:
        """Count the localities of each row of the file."""
        for cap in release.caps:
            places = {(row.mac, row.locality) for row in cap.rows}
            counts = Counter((row.hcpcs, row.modifier) for row in cap.rows)
            partial = sorted(key for key, count in counts.items() if count != len(places))
            if partial:
                codes = examples(row_name(*key) for key in partial)
                return Fault(
                    f"lacks {codes} in some of its {len(places)} localities: it is cut", cap.name
                )
            if len(places) < self.fewest:
                have = count_of(len(places), "locality", "localities")
                return Fault(f"has {have}, fewer than {self.fewest}: it is cut", cap.name)
        return None


@dataclass(frozen=True, slots=True)
class OppsCapAmounts:
    """The amounts of the OPPSCAP file are those that the view computes from the other files."""

    name: ClassVar[str] = "opps-cap-amounts"
    evidence: ClassVar[str] = (
        "all 33,354 amounts of five releases of CMS's that can be computed are equal to the cent"
    )

    def __call__(
        self, connection: sqlite3.Connection, release: ParsedRelease
    ) -> tuple[list[str], Fault | None]:
        """Compare the amounts in a database in which the release is current.

        Returns:
            What was compared, in words, and the fault or None.
        """
        notes: list[str] = []
        for cap in release.caps:
            try:
                notes += caps.compare(connection, release.label, cap)
            except ContentRefusedError as error:
                return notes, Fault(error.reason, cap.name)
        return notes, None


def _caps(release: ParsedRelease) -> Iterator[tuple[OppsCapFile, RelativeValueFile]]:
    for cap in release.caps:
        if cap.basis in release.relative_values:
            yield cap, release.relative_values[cap.basis]
