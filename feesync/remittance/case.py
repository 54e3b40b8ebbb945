"""A line of a claim while it is judged, and the line of an audit that becomes of it.

Out of scope: what is found of it (judgement).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from feesync.analysis.question import Question
from feesync.model.money import dollars, dollars_or_none
from feesync.remittance.allowance import Allowance, Origin
from feesync.remittance.as_if import AsIf
from feesync.remittance.audit_line import AuditLine
from feesync.remittance.decision import Decision, Standing
from feesync.remittance.expected import Expected
from feesync.remittance.line_status import LineStatus, Reason
from feesync.remittance.rendering import Rendering
from feesync.x12.records import Adjustment, Procedure, ServiceLine


class Names(NamedTuple):
    """How lines are named.

    Attributes:
        files: the names of the files.
        claim: of the claim.
        own: whether the provider's numbers are shown.
    """

    files: Sequence[str]
    claim: str
    own: bool


class Case(NamedTuple):
    """A decision that is judged.

    Attributes:
        decision: on a claim, or on a part of one that the payer has split.
        standing: what it has become.
        names: how its lines are named.
    """

    decision: Decision
    standing: Standing
    names: Names


class CaseLine(NamedTuple):
    """A line of a claim while it is judged.

    Attributes:
        case: the decision that it is of.
        number: its position there, counted from 1.
        service: the line.
        allowance: what was allowed for it.
        rendering: where, and by whom.
        status: what is found of it, None where it is to be judged.
        reason: why.
        question: what it is priced by, None where it cannot be.
    """

    case: Case
    number: int
    service: ServiceLine
    allowance: Allowance
    rendering: Rendering
    status: LineStatus | None = None
    reason: str | None = None
    question: Question | None = None


def audit_line(
    line: CaseLine,
    expected: Expected | None,
    status: LineStatus,
    reason: str | None,
    variance: int | None,
    as_if: AsIf | None,
) -> AuditLine:
    """Return a line beside what is to be expected of it.

    Args:
        line: the line.
        expected: what is to be expected of it, None where that is not known.
        status: what is found of it.
        reason: why it is not judged, or has no price.
        variance: what was allowed less what is to be expected, in cents.
        as_if: what the allowed amount is right for.
    """
    decision, _, names = line.case
    service, amount, rendering = line.service, line.allowance, line.rendering
    quote = expected and expected.quote
    place = quote and quote.locality
    of_claim, denied = decision.payment, status is LineStatus.DENIED
    return AuditLine(
        claim=names.claim,
        line=(names.own and service.number) or str(line.number),
        date=service.first_day,
        hcpcs=service.procedure.code,
        modifiers=service.procedure.modifiers,
        billed=_billed(service),
        units=_whole(service.units),
        charge=dollars(service.charge),
        allowed=dollars_or_none(amount.cents),
        allowed_from=amount.origin.value,
        expected=dollars_or_none(expected and expected.price.allowed),
        variance=dollars_or_none(variance),
        paid=dollars(service.paid),
        patient=dollars(amount.patient),
        sequestration=dollars(amount.sequestration),
        carc=_codes((*service.adjustments, *(of_claim.adjustments if denied else ()))),
        rarc=tuple(dict.fromkeys((*service.remarks, *(of_claim.remarks if denied else ())))),
        status=status.value,
        reason=None if reason is None else str(reason),
        as_if=as_if and as_if.text,
        cause=as_if.kinds if as_if else (),
        release=quote and quote.release.label,
        stand_in=bool(quote and quote.stand_in),
        mac=place and place.mac,
        locality=place and place.locality,
        pos=rendering.pos or None,
        practitioner=rendering.practitioner or None,
        payer=decision.payer.number or decision.payer.name,
        filing=decision.payment.filing,
        file=names.files[decision.file],
    )


def whole_claim(case: Case, status: LineStatus | None, reason: Reason | None) -> AuditLine:
    """Return a claim that the payer decided on as a whole, as one row without a line."""
    decision, _, names = case
    payment = decision.payment
    assert status is not None
    cut = sum(each.cents for each in payment.adjustments if each.reason == "253")
    return AuditLine(
        claim=names.claim,
        line=None,
        date=payment.first_day,
        hcpcs="",
        modifiers=(),
        billed=None,
        units=None,
        charge=dollars(payment.charge),
        allowed=None,
        allowed_from=Origin.NONE.value,
        expected=None,
        variance=None,
        paid=dollars(payment.paid),
        patient=dollars(payment.patient),
        sequestration=dollars(cut),
        carc=_codes(payment.adjustments),
        rarc=payment.remarks,
        status=status.value,
        reason=None if reason is None else str(reason),
        as_if=None,
        cause=(),
        release=None,
        stand_in=False,
        mac=None,
        locality=None,
        pos=payment.pos or None,
        practitioner=None,
        payer=decision.payer.number or decision.payer.name,
        filing=payment.filing,
        file=names.files[decision.file],
    )


def _codes(adjustments: tuple[Adjustment, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{group}-{reason}" for group, reason, *_ in adjustments))


def _billed(service: ServiceLine) -> str | None:
    """Return what was billed, where the payer says that it is something else."""
    billed, units = service.billed, service.billed_units
    if billed is None and units is None:
        return None
    text = _code(billed or service.procedure)
    return text if units is None or units == service.units else f"{text}x{units.normalize():f}"


def _code(procedure: Procedure) -> str:
    return "-".join((procedure.code, *procedure.modifiers))


def _whole(units: Decimal) -> int | Decimal:
    return int(units) if units == units.to_integral_value() else units
