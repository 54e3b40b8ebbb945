"""What a payer allowed for a line, and how the remittance says so.

Some payers send the allowed amount (AMT*B6). Without it, it is what was paid and what the patient
owes of it, before what changes the payment alone: sequestration (CARC 253) and the adjustment of
the Merit-based Incentive Payment System (CARC 144; CARC 237 with remark N807). It is not known
where another payer has paid first (OA-23), or where the payer adjusts the claim as a whole by
anything else: no line then says its own part. Out of scope: what should have been allowed
(expected).

Source: ASC X12N 005010X221A1, loop 2110; Medicare Claims Processing Manual, chapter 22.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import NamedTuple

from feesync.x12.records import Adjustment, ClaimPayment, ServiceLine

_PATIENT = "PR"
_OF_ALLOWED = frozenset("123")
"""Deductible, coinsurance and copayment: what the patient owes of the allowed amount."""

_SEQUESTRATION = "253"
_INCENTIVE, _PENALTY, _PENALTY_REMARK = "144", "237", "N807"
_BUNDLED, _DUPLICATE = "97", "18"
_PRIOR_PAYER = ("OA", "23")


class Origin(StrEnum):
    """Where an allowed amount is from."""

    SENT = "b6"
    DERIVED = "derived"
    NONE = "none"


class Allowance(NamedTuple):
    """What a payer allowed for a line, in cents.

    Attributes:
        cents: the amount, None where the remittance does not say.
        origin: where it is from.
        patient: what the patient owes, of the allowed amount or beyond it.
        sequestration: what sequestration took from the payment.
    """

    cents: int | None
    origin: Origin
    patient: int
    sequestration: int


def allowance(service: ServiceLine, payment: ClaimPayment) -> Allowance:
    """Return what was allowed for a line of a claim."""
    remarks = {*service.remarks, *payment.remarks}
    patient = sequestration = of_allowed = total = 0
    for group, reason, cents, _ in service.adjustments:
        total += cents
        if group == _PATIENT:
            patient += cents
        elif reason == _SEQUESTRATION:
            sequestration += cents
        if _is_of_allowed(group, reason, remarks):
            of_allowed += cents
    if service.allowed is not None:
        return Allowance(service.allowed, Origin.SENT, patient, sequestration)
    if (
        service.charge - total != service.paid
        or _is_behind(service.adjustments)
        or any(
            cents and not _is_of_allowed(group, reason, remarks)
            for group, reason, cents, _ in payment.adjustments
        )
    ):
        return Allowance(None, Origin.NONE, patient, sequestration)
    return Allowance(service.paid + of_allowed, Origin.DERIVED, patient, sequestration)


def is_denied(service: ServiceLine, payment: ClaimPayment) -> bool:
    """Tell whether a line is denied: no payer nor, for it, the patient pays anything."""
    adjustments = (*service.adjustments, *payment.adjustments)
    return not (service.paid or _share(adjustments) or _is_behind(adjustments))


def is_bundled(service: ServiceLine) -> bool:
    """Tell whether a line without payment is paid with another (CARC 97)."""
    return any(
        reason == _BUNDLED and group != _PATIENT for group, reason, *_ in service.adjustments
    )


def is_duplicate(service: ServiceLine, payment: ClaimPayment) -> bool:
    """Tell whether a denied line repeats another, exactly (CARC 18), which has its own decision."""
    adjustments = (*service.adjustments, *payment.adjustments)
    return any(reason == _DUPLICATE for _, reason, *_ in adjustments)


def _is_of_allowed(group: str, reason: str, remarks: Collection[str]) -> bool:
    """Tell whether an adjustment takes from the payment a part of what is allowed."""
    if group == _PATIENT:
        return reason in _OF_ALLOWED
    if reason == _PENALTY:
        return _PENALTY_REMARK in remarks
    return reason in (_SEQUESTRATION, _INCENTIVE)


def _share(adjustments: Iterable[Adjustment]) -> int:
    """Return what the patient owes of the allowed amount, in cents."""
    return sum(
        cents
        for group, reason, cents, _ in adjustments
        if group == _PATIENT and reason in _OF_ALLOWED
    )


def _is_behind(adjustments: Iterable[Adjustment]) -> bool:
    """Tell whether another payer has paid first."""
    return any((group, reason) == _PRIOR_PAYER for group, reason, *_ in adjustments)
