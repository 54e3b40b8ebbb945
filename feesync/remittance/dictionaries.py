"""The types of what audits are in JSON; nothing that runs imports them."""

from typing import Annotated, TypeAlias, TypedDict

from feesync.analysis.match import CauseKind
from feesync.errors.dictionaries import ErrorDict
from feesync.model.dictionaries import Day, Number
from feesync.model.money import JsonNumber
from feesync.pricing.practitioner import PRACTITIONERS
from feesync.remittance.allowance import Origin
from feesync.remittance.line_status import LineStatus
from feesync.x12.dictionaries import FindingDict

LineStatusText: TypeAlias = Annotated[str, LineStatus]
"""What is found of a line."""


class AuditLineDict(TypedDict):
    """A line of a remittance beside what should have been allowed."""

    claim: str
    line: str | None
    date: Day | None
    hcpcs: str
    modifiers: list[str]
    billed: str | None
    units: Number | None
    charge: JsonNumber
    allowed: JsonNumber | None
    allowed_from: Annotated[str, Origin]
    expected: JsonNumber | None
    variance: JsonNumber | None
    paid: JsonNumber
    patient: JsonNumber
    sequestration: JsonNumber
    carc: list[str]
    rarc: list[str]
    status: LineStatusText
    reason: str | None
    as_if: str | None
    cause: list[Annotated[str, CauseKind]]
    release: str | None
    stand_in: bool
    mac: str | None
    locality: str | None
    pos: str | None
    practitioner: Annotated[str, tuple(PRACTITIONERS)] | None
    payer: str
    filing: str
    file: str


class SumsDict(TypedDict):
    """Sums over lines that were judged."""

    lines: int
    underpaid_lines: int
    underpaid: JsonNumber
    overpaid_lines: int
    overpaid: JsonNumber
    allowed: JsonNumber
    expected: JsonNumber
    paid: JsonNumber


class TotalDict(SumsDict):
    """Sums over lines that share a code, a cause or a payer."""

    name: str


class UnauditedDict(TypedDict):
    """Lines that were not judged."""

    status: LineStatusText
    reason: str | None
    filing: str | None
    lines: int
    charge: JsonNumber
    paid: JsonNumber
    expected: JsonNumber


class ProviderTotalDict(TypedDict):
    """What was taken from payments apart from claims."""

    reason: str
    adjustments: int
    amount: JsonNumber
    without_amount: int


class AuditFileDict(TypedDict):
    """A file of an audit."""

    file: str
    claims: int
    repeated: int
    findings: list[FindingDict]
    error: ErrorDict | None


class AuditSummaryDict(TypedDict):
    """The files of an audit as a whole."""

    statuses: Annotated[dict[LineStatusText, int], "each"]
    total: SumsDict
    by_code: list[TotalDict]
    by_cause: list[TotalDict]
    by_payer: list[TotalDict]
    not_audited: list[UnauditedDict]
    provider_adjustments: list[ProviderTotalDict]
    stand_ins: dict[str, int]
    files: list[AuditFileDict]
    claim_files: list[AuditFileDict]


class AuditDict(TypedDict):
    """Remittances beside what should have been allowed."""

    rows: list[AuditLineDict]
    summary: AuditSummaryDict
