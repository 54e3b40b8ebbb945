"""The answer of an audit: its lines, its files, and sums over them.

Out of scope: how it is found (audit), and how it is printed (cli).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from feesync.errors import ExitStatus, FeesyncError, worst
from feesync.model.money import json_ready
from feesync.model.result import RowResult
from feesync.remittance.audit_line import AuditLine
from feesync.remittance.line_status import JUDGED, LineStatus
from feesync.remittance.totals import Total, Unaudited, cause_of, total, totals, unaudited
from feesync.x12.records import Finding

if TYPE_CHECKING:
    from feesync.remittance.dictionaries import (
        AuditDict,
        AuditFileDict,
        AuditLineDict,
        ProviderTotalDict,
        SumsDict,
    )


class AuditFile(NamedTuple):
    """A file of an audit.

    Attributes:
        file: its name.
        claims: how many claims it has, without those of files before it.
        repeated: how many it has that a file before it has too; they count once.
        findings: what is wrong in it: the segment, the rule and the place, and whether something
            was left out for it.
        error: why it could not be read, None where it was.
    """

    file: str
    claims: int
    repeated: int
    findings: tuple[Finding, ...]
    error: FeesyncError | None = None

    @property
    def status(self) -> ExitStatus:
        """The exit status of the file: refused, too, where a part of it was left out."""
        if self.error is not None:
            return self.error.exit_status
        left_out = any(finding.refused for finding in self.findings)
        return ExitStatus.REFUSED if left_out else ExitStatus.OK

    def to_dict(self) -> AuditFileDict:
        """Return the file for `json.dumps`."""
        return {
            "file": self.file,
            "claims": self.claims,
            "repeated": self.repeated,
            "findings": [finding.to_dict() for finding in self.findings],
            "error": None if self.error is None else self.error.to_dict(),
        }


class ProviderTotal(NamedTuple):
    """What payers took from payments apart from claims (PLB), for one reason.

    Attributes:
        reason: the code, such as `WO` (an overpayment that is recovered) or `L6` (interest).
        adjustments: how many there are.
        amount: their sum in dollars; positive was taken from the payment.
        without_amount: how many have no amount, and are not in the sum.
    """

    reason: str
    adjustments: int
    amount: Decimal
    without_amount: int

    def to_dict(self) -> ProviderTotalDict:
        """Return the sum for `json.dumps`."""
        return json_ready(self._asdict())


@dataclass(frozen=True, slots=True)
class Audit(RowResult):
    """Remittances beside what their plans should have allowed.

    Attributes:
        lines: each line, by dollars: those that were underpaid first, then those that were denied,
            those that were overpaid, and all others in the order of the files.
        files: the files, in their order.
        provider_adjustments: what was taken apart from claims, by reason; no line has a part of it.
        claim_files: the files of claims as billed.
    """

    lines: tuple[AuditLine, ...]
    files: tuple[AuditFile, ...]
    provider_adjustments: tuple[ProviderTotal, ...] = ()
    claim_files: tuple[AuditFile, ...] = ()

    @property
    def total(self) -> Total:
        """The sums over all lines that were judged."""
        return total("", self.lines)

    @property
    def by_code(self) -> list[Total]:
        """The sums by code and modifiers, the most underpaid first."""
        return totals(self.lines, lambda line: line.code)

    @property
    def by_cause(self) -> list[Total]:
        """The sums over lines that differ, by what explains them."""
        differing = [line for line in self.lines if line.status in _DIFFERENT]
        return totals(differing, cause_of)

    @property
    def by_payer(self) -> list[Total]:
        """The sums by payer."""
        return totals(self.lines, lambda line: line.payer)

    @property
    def unaudited(self) -> list[Unaudited]:
        """What was not judged, and why."""
        return unaudited(self.lines)

    @property
    def stand_ins(self) -> dict[str, int]:
        """How many lines a release of another quarter prices, by its label."""
        return dict(Counter(line.release for line in self.lines if line.release and line.stand_in))

    @property
    def counts(self) -> dict[LineStatus, int]:
        """How many lines there are of each status."""
        counts = Counter(line.status for line in self.lines)
        return {status: counts[status.value] for status in LineStatus}

    @property
    def differs(self) -> bool:
        """Whether a line was underpaid or overpaid."""
        return any(line.status in _DIFFERENT for line in self.lines)

    @property
    def status(self) -> ExitStatus:
        """The worst of the exit statuses of the files; a difference has none.

        It is 6 where lines could not be priced, and no line was judged.
        """
        counts = self.counts
        none = counts[LineStatus.REFUSED] and not any(counts[status] for status in JUDGED)
        own = ExitStatus.NO_PRICE if none else ExitStatus.OK
        return worst((own, *(file.status for file in (*self.files, *self.claim_files))))

    def rows(self) -> list[AuditLineDict]:
        """Return a row for each line, as `feesync audit --csv` prints them."""
        return [line.to_dict() for line in self.lines]

    def _columns(self, rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
        return AuditLine._fields

    def to_dict(self) -> AuditDict:
        """Return the rows and the sums, for `json.dumps`."""
        whole = {name: sum_ for name, sum_ in self.total.to_dict().items() if name != "name"}
        return {
            "rows": self.rows(),
            "summary": {
                "statuses": {status.value: count for status, count in self.counts.items()},
                "total": cast("SumsDict", whole),
                "by_code": [each.to_dict() for each in self.by_code],
                "by_cause": [each.to_dict() for each in self.by_cause],
                "by_payer": [each.to_dict() for each in self.by_payer],
                "not_audited": [each.to_dict() for each in self.unaudited],
                "provider_adjustments": [each.to_dict() for each in self.provider_adjustments],
                "stand_ins": self.stand_ins,
                "files": [each.to_dict() for each in self.files],
                "claim_files": [each.to_dict() for each in self.claim_files],
            },
        }


_DIFFERENT = (LineStatus.UNDERPAID, LineStatus.OVERPAID)
