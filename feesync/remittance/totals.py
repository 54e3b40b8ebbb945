"""Sums over the lines of an audit: by code, by cause, by payer, and what was not audited.

Out of scope: the lines themselves (judgement), and how sums are printed (cli).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from feesync.model.money import dollars, json_ready
from feesync.remittance.audit_line import AuditLine
from feesync.remittance.line_status import JUDGED, LineStatus, Reason

if TYPE_CHECKING:
    from feesync.remittance.dictionaries import TotalDict, UnauditedDict

_NOTHING = dollars(0)
UNEXPLAINED = "nothing that explains it"
"""The cause of lines that no cause explains."""


class Total(NamedTuple):
    """Sums over lines that were judged, in dollars.

    Attributes:
        name: what the lines share: a code, a cause, a payer.
        lines: how many there are.
        underpaid_lines: how many of them were underpaid.
        underpaid: by how much, as a positive amount.
        overpaid_lines: how many were overpaid.
        overpaid: by how much.
        allowed: what was allowed.
        expected: what should have been.
        paid: what was paid.
    """

    name: str
    lines: int
    underpaid_lines: int
    underpaid: Decimal
    overpaid_lines: int
    overpaid: Decimal
    allowed: Decimal
    expected: Decimal
    paid: Decimal

    def to_dict(self) -> TotalDict:
        """Return the sums for `json.dumps`."""
        return json_ready(self._asdict())


class Unaudited(NamedTuple):
    """Lines that were not judged, for one reason.

    Attributes:
        status: what they are, such as `secondary`.
        reason: why, None where the status says it.
        filing: the claim filing indicator, where it is the reason; else None.
        lines: how many there are.
        charge: what was billed, in dollars.
        paid: what was paid.
        expected: what would have been allowed, of denied lines that have a price.
    """

    status: str
    reason: str | None
    filing: str | None
    lines: int
    charge: Decimal
    paid: Decimal
    expected: Decimal

    def to_dict(self) -> UnauditedDict:
        """Return the sums for `json.dumps`."""
        return json_ready(self._asdict())


def total(name: str, lines: Iterable[AuditLine]) -> Total:
    """Return the sums over those of some lines that were judged."""
    count = under = over = 0
    short = surplus = allowed = expected = paid = _NOTHING
    for line in lines:
        if line.variance is None or line.allowed is None or line.expected is None:
            continue
        count += 1
        allowed += line.allowed
        expected += line.expected
        paid += line.paid
        if line.status == LineStatus.UNDERPAID:
            under, short = under + 1, short - line.variance
        elif line.status == LineStatus.OVERPAID:
            over, surplus = over + 1, surplus + line.variance
    return Total(name, count, under, short, over, surplus, allowed, expected, paid)


def totals(lines: Iterable[AuditLine], name: Callable[[AuditLine], str]) -> list[Total]:
    """Return the sums over lines that were judged, by a name; the most underpaid first."""
    groups: dict[str, list[AuditLine]] = {}
    for line in lines:
        if line.variance is not None:
            groups.setdefault(name(line), []).append(line)
    found = [total(own, of_name) for own, of_name in groups.items()]
    return sorted(found, key=lambda one: (-one.underpaid, -one.overpaid, one.name))


def cause_of(line: AuditLine) -> str:
    """Return the cause of a line that differs, in words."""
    return f"as {line.as_if}" if line.as_if else UNEXPLAINED


def unaudited(lines: Iterable[AuditLine]) -> list[Unaudited]:
    """Return what was not judged, by status and reason, in the order of `LineStatus`."""
    groups: dict[tuple[str, str | None, str | None], list[AuditLine]] = {}
    for line in lines:
        if line.status not in JUDGED:
            by_filing = line.filing if line.reason == Reason.FILING else None
            groups.setdefault((line.status, line.reason, by_filing), []).append(line)
    order = {status.value: rank for rank, status in enumerate(LineStatus)}
    return [
        Unaudited(
            *key,
            len(found),
            sum((line.charge for line in found), _NOTHING),
            sum((line.paid for line in found), _NOTHING),
            sum((line.expected for line in found if line.expected is not None), _NOTHING),
        )
        for key, found in sorted(
            groups.items(), key=lambda pair: (order[pair[0][0]], -len(pair[1]), str(pair[0][1]))
        )
    ]


_FIRST = (LineStatus.UNDERPAID, LineStatus.DENIED, LineStatus.OVERPAID, LineStatus.RIGHT)


def worklist(lines: Iterable[AuditLine]) -> list[AuditLine]:
    """Return lines in the order of dollars: underpaid, denied, overpaid, right, all others."""

    def key(line: AuditLine) -> tuple[int, Decimal]:
        amount = line.expected if line.variance is None else abs(line.variance)
        if line.status not in _FIRST:
            return len(_FIRST), _NOTHING
        return _FIRST.index(LineStatus(line.status)), -(amount or _NOTHING)

    return sorted(lines, key=key)
