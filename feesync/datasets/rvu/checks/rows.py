"""Checks of the relative value rows by themselves: how many there are, and what holds in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from feesync.datasets.rvu.checks.check import Fault, count_of, examples, row_name
from feesync.formats.relative_value import RelativeValueFile
from feesync.formats.release import ParsedRelease
from feesync.model.rate import PRICED_STATUSES


@dataclass(frozen=True, slots=True)
class RowMinimum:
    """A file that is cut has too few rows."""

    name: ClassVar[str] = "row-minimum"
    evidence: ClassVar[str] = (
        "CMS's releases of 2022 to 2026 have 17,600 rows and more, QPP files 11,811 to 11,978"
    )
    nonqp: int = 14_000
    qp: int = 10_000

    def __call__(self, release: ParsedRelease) -> Fault | None:
        """Compare the number of rows of each file with the least."""
        for basis, least in (("nonqp", self.nonqp), ("qp", self.qp)):
            file = release.relative_values.get(basis)
            if file and len(file.rows) < least:
                return Fault(
                    f"holds {count_of(len(file.rows), 'row', 'rows')}, fewer than {least:,}: it is "
                    "cut",
                    file.name,
                )
        return None


@dataclass(frozen=True, slots=True)
class SettingOrder:
    """Practice expense costs more outside a facility; else the two columns are exchanged."""

    name: ClassVar[str] = "setting-order"
    evidence: ClassVar[str] = (
        "in CMS's releases 1 to 8 rows have a lower nonfacility than facility PE RVU"
    )
    most: int = 16

    def __call__(self, release: ParsedRelease) -> Fault | None:
        """Count the rows whose nonfacility PE is lower."""
        for file in release.relative_values.values():
            below = [row for row in file.rows if row.nonfacility_pe_rvu < row.facility_pe_rvu]
            if len(below) > self.most:
                codes = examples(row_name(*row[:2]) for row in below)
                reason = (
                    f"the nonfacility PE RVU is below the facility one in {len(below):,} rows "
                    f"({codes})"
                )
                return Fault(f"nonfacility and facility seem exchanged: {reason}", file.name)
        return None


@dataclass(frozen=True, slots=True)
class GlobalShares:
    """The shares of a global period, where a row has them, add up to the whole."""

    name: ClassVar[str] = "global-shares"
    evidence: ClassVar[str] = "in all rows of CMS's releases that have shares they add up to 1.00"

    def __call__(self, release: ParsedRelease) -> Fault | None:
        """Add up the three shares of each row."""
        for file in release.relative_values.values():
            wrong = [
                row
                for row in file.rows
                if (total := row.preoperative + row.intraoperative + row.postoperative) != 100
                and total
            ]
            if wrong:
                codes = examples(row_name(*row[:2]) for row in wrong)
                return Fault(
                    "pre, intra and post do not add up to 1.00 in "
                    f"{count_of(len(wrong), 'row', 'rows')} ({codes})",
                    file.name,
                )
        return None


@dataclass(frozen=True, slots=True)
class QppRows:
    """The QPP file has rows of the nonQPP file, all payable ones among them.

    Only its OPPS columns, which are by its own factor, may differ.
    """

    name: ClassVar[str] = "qpp-rows"
    evidence: ClassVar[str] = "where the two were compared, they differ in the OPPS columns alone"

    def __call__(self, release: ParsedRelease) -> Fault | None:
        """Compare each row of the QPP file with the nonQPP file's."""
        qp = release.relative_values.get("qp")
        return self._compare(release.relative_values["nonqp"], qp) if qp else None

    def _compare(self, nonqp: RelativeValueFile, qp: RelativeValueFile) -> Fault | None:
        expected = {row[:2]: row for row in nonqp.rows}
        unequal = [
            row
            for row in qp.rows
            if (other := expected.pop(row[:2], None)) is None
            or other.without_opps() != row.without_opps()
        ]
        if unequal:
            codes = examples(row_name(*row[:2]) for row in unequal)
            return Fault(
                f"{codes} {'differs' if len(unequal) == 1 else 'differ'} from {nonqp.name}", qp.name
            )
        missing = [row for row in expected.values() if row.status in PRICED_STATUSES]
        if missing:
            return Fault(
                f"lacks {examples(row_name(*row[:2]) for row in missing)}, payable in {nonqp.name}",
                qp.name,
            )
        return None
