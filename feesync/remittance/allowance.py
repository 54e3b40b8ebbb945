"""What a payer allowed for a line, and how the remittance says so.

Some payers send the allowed amount (AMT*B6). Without it, it is what was paid and what the patient
owes of it, before what changes the payment alone: sequestration (CARC 253) and the adjustment of
the Merit-based Incentive Payment System (CARC 144; CARC 237 with remark N807). Out of scope: what
should have been allowed (expected).

Source: ASC X12N 005010X221A1, loop 2110; Medicare Claims Processing Manual, chapter 22.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from feesync.remittance.records import ServiceLine

_PATIENT = "PR"
_OF_ALLOWED = frozenset("123")
"""Deductible, coinsurance and copayment: what the patient owes of the allowed amount."""

_SEQUESTRATION = "253"
_INCENTIVE, _PENALTY, _PENALTY_REMARK = "144", "237", "N807"
_BUNDLED = ("CO", "97")
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


def allowance(service: ServiceLine) -> Allowance:
    """Return what was allowed for a line."""
    patient = sequestration = of_allowed = merit = total = 0
    for group, reason, cents, _ in service.adjustments:
        total += cents
        if group == _PATIENT:
            patient += cents
            if reason in _OF_ALLOWED:
                of_allowed += cents
        elif reason == _SEQUESTRATION:
            sequestration += cents
        elif reason == _INCENTIVE or (reason == _PENALTY and _PENALTY_REMARK in service.remarks):
            merit += cents
    if service.allowed is not None:
        return Allowance(service.allowed, Origin.SENT, patient, sequestration)
    if service.charge - total != service.paid or _has(service, _PRIOR_PAYER):
        return Allowance(None, Origin.NONE, patient, sequestration)
    derived = service.paid + of_allowed + sequestration + merit
    return Allowance(derived, Origin.DERIVED, patient, sequestration)


def is_denied(service: ServiceLine) -> bool:
    """Tell whether a line is denied: neither the payer nor, for it, the patient pays anything."""
    return not service.paid and not any(
        cents and group == _PATIENT and reason in _OF_ALLOWED
        for group, reason, cents, _ in service.adjustments
    )


def is_bundled(service: ServiceLine) -> bool:
    """Tell whether a line without payment is paid with another (CARC 97)."""
    return _has(service, _BUNDLED)


def _has(service: ServiceLine, code: tuple[str, str]) -> bool:
    return any((group, reason) == code for group, reason, *_ in service.adjustments)
