"""The price of one line, in CMS's order.

Fee for the setting (after the OPPS cap), bilateral and units, equipment, multiple procedures (a claim's), the part in an operation,
practitioner's share, therapy assistant, non-participation, another plan's contract, lower of the charge. Each adjustment applies to
the rounded amount before it: no published sentence settles whether they apply before rounding, the manual points at the stored fee
amount, which has two decimals. The other reading differs by at most a cent a step.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from feesync.money import dollars
from feesync.pricing import (
    bilateral,
    contract,
    equipment,
    limits,
    notices,
    practitioner,
    shared_trip,
    status,
    surgery,
    therapy,
    unpriced,
)
from feesync.pricing.line import Line, Note, Severity, Step
from feesync.pricing.modifiers import placed
from feesync.pricing.service import Service
from feesync.rate import Rate

_CHARGE_SOURCE = "Claims Processing Manual ch. 12 s. 20; Social Security Act s. 1848(a)(1)"
_CAP_SOURCE = "Deficit Reduction Act of 2005 s. 5102(b); RVU record layout"


class Price(NamedTuple):
    """What pricing found: amounts in cents, None where there is no price."""

    fee: int | None
    steps: list[Step]
    allowed: int | None
    limiting_charge: int | None
    notes: list[Note]


def price(rate: Rate, line: Line, technical: Sequence[Rate] = ()) -> Price:
    """Price a line by itself.

    Args:
        rate: the rate of its code and row modifier in its locality.
        line: the line.
        technical: the rates of the line's technical part, where `equipment.reduction` takes from a part of the line.

    Raises:
        ModifierError: a modifier does not apply to the code.
    """
    return close(begin(rate, line, technical))


def begin(rate: Rate, line: Line, technical: Sequence[Rate] = ()) -> Service:
    """Take the steps before those of multiple procedures: both sides, units, equipment. Arguments and errors as of `price`."""
    line = placed(line)
    sides, notes = bilateral.adjustments(rate, line)
    less = equipment.reduction(rate, line)
    role, role_notes = surgery.adjustments(rate, line)
    denials = unpriced.denials(rate, line)
    taken = rate.in_setting(line.setting)
    notes += [*role_notes, *notices.notes(rate, line)]
    if taken.amount is None:
        denials.insert(0, status.denial(rate, line))
    denials += [note for note in notes if note.severity is Severity.DENIAL]
    notes = [note for note in notes if note.severity is not Severity.DENIAL]
    after = [*role, *shared_trip.adjustments(line), *practitioner.adjustments(line), *therapy.adjustments(line)]
    service = Service(rate, line, taken, technical, after, denials, notes)
    if not denials:
        for adjustment in sides:
            service.take(adjustment)
        if less:
            service.reduce_parts("equipment", less.factor, None, less.reason, less.source)
    return service


def close(service: Service) -> Price:
    """Take the steps after those of multiple procedures."""
    rate, line, taken, notes = service.rate, service.line, service.taken, service.notes
    if service.denials:
        warnings = status.warnings(rate, line) if taken.amount is not None else []
        return Price(taken.amount, [], None, None, [*warnings, *service.denials, *notes])
    for adjustment in service.after:
        service.take(adjustment)
    limit: int | None = None
    if line.nonpar:
        if line.contract is None:
            limit = _limiting_charge(service)
        service.take(limits.NONPARTICIPATING)
    if line.contract:
        service.take(contract.adjustment(line.contract))
        notes.append(contract.PLAN_DECIDES)
    if line.charge is not None and line.charge < service.amount:
        service.amount = line.charge
        service.steps.append(Step("charge", None, dollars(line.charge), "the submitted charge is lower", _CHARGE_SOURCE))
    if taken.capped:
        notes.append(
            Note.info(
                "opps-cap",
                f"The fee is capped at the hospital outpatient (OPPS) rate; uncapped it is {dollars(taken.uncapped_fee)}.",
                _CAP_SOURCE,
            )
        )
    return Price(taken.amount, service.steps, service.amount, limit, [*status.warnings(rate, line), *notes])


def _limiting_charge(service: Service) -> int | None:
    """Return the limiting charge before non-participation is taken; none, with a note, of who must accept assignment."""
    if practitioner.is_physician(service.line):
        return limits.limiting_charge(service.taken.exact, service.factors)
    service.notes.append(limits.MUST_ACCEPT_ASSIGNMENT)
    return None
