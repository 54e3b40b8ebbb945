"""The price of a line, added up from its services; each step has the amount of the whole line."""

from __future__ import annotations

from collections.abc import Sequence

from feesync.model.money import SCALE
from feesync.model.note import Note
from feesync.pricing import (
    bilateral,
    contract,
    endoscopy,
    equipment,
    limits,
    multiple,
    procedures,
)
from feesync.pricing.entry import Entry
from feesync.pricing.line import AMOUNT, Mark, Price
from feesync.pricing.price import CHARGE, price_of
from feesync.pricing.service import CAP_NAME, Service

UNITS = "units"
"""The name of the step for several equal units."""
_UNITS_SOURCE = "Claims Processing Manual ch. 26 s. 10.4, item 24G"
_BEFORE = (
    bilateral.STEP,
    equipment.STEP,
    endoscopy.STEP,
    multiple.PROCEDURE_STEP,
    multiple.IMAGING_STEP,
    multiple.THERAPY_STEP,
    *multiple.TECHNICAL_STEPS.values(),
    CAP_NAME,
)
_AFTER = (limits.STEP, contract.STEP, procedures.STEP, CHARGE)
"""The steps before and after those of the program, in their order."""


def line_price(entry: Entry, services: Sequence[Service], rank: int | None) -> Price:
    """Return the price of a line.

    Args:
        entry: the line.
        services: all services that it belongs to.
        rank: its rank among the lines of the claim.
    """
    found = tuple(dict.fromkeys(note for service in services for note in service.notes))
    priced = [service for service in services if service.by_report is None]
    reports = [service.by_report for service in services if service.by_report]
    if not priced:
        return price_of(entry, (), None, None, found, rank, denials=reports[:1])
    if reports:
        beyond = _count(services) - _count(priced)
        verb = "is" if beyond == 1 else "are"
        text = (
            f"{beyond} of {_count(services)} units {verb} beyond rank {multiple.last_rank()} of "
            "multiple procedures and priced by report: the MAC sets the amount from the "
            "documentation, and it is not in the sum."
        )
        found += (Note.warning("units-by-report", text, reports[0].source),)
    allowed = sum(
        service.part(service.amount, entry.number, last=True) * service.count for service in priced
    )
    limit = _limiting_charge(entry, priced)
    return price_of(entry, _marks(entry, priced), allowed, limit, found, rank)


def _count(services: Sequence[Service]) -> int:
    return sum(service.count for service in services)


def _limiting_charge(entry: Entry, services: Sequence[Service]) -> int | None:
    """Return the limiting charge: of units rounded once, of both sides the line's part of it."""
    if not entry.program.limited:
        return None
    whole = [service for service in services if len(service.lines) == 1]
    halves = [service for service in services if len(service.lines) > 1]
    day = entry.line.day
    total = limits.limiting_charge(sum(service.limit * service.count for service in whole), day)
    for service in halves:
        limit = limits.limiting_charge(service.limit, day)
        total += service.part(limit, entry.number) * service.count
    return total


def _marks(entry: Entry, services: Sequence[Service]) -> tuple[Mark, ...]:
    """Return the steps of a line, from the steps of its services.

    The step for both sides comes before the units where all services have it.
    """
    first = services[0]
    if len(services) == first.count == len(first.lines) == 1:
        return tuple([_of_one(mark) for mark in first.marks])
    found = {mark.name for service in services for mark in service.marks}
    program = entry.program
    order = (
        *_BEFORE,
        *(adjustment.name for adjustment in (*program.role, *program.later)),
        *_AFTER,
    )
    names = [name for name in dict.fromkeys(order) if name in found]
    count = _count(services)
    if count > 1:
        both = names[:1] == [bilateral.STEP] and all(service.both for service in services)
        names.insert(1 if both else 0, UNITS)
    amounts = {service: service.start for service in services}
    steps: list[Mark] = []
    for name in names:
        marks = {
            service: mark for service in services for mark in service.marks if mark.name == name
        }
        if name == CHARGE and all(
            service.part(mark.cents, entry.number, last=True)
            == service.part(amounts[service], entry.number)
            for service, mark in marks.items()
        ):
            continue  # the charge is the other line's: this one's share is what it was
        amounts.update({service: mark.cents for service, mark in marks.items()})
        last = name == CHARGE
        counted_services = (
            services if UNITS not in names or name != names[0] or name == UNITS else services[:1]
        )
        amount = sum(
            service.part(amounts[service], entry.number, last=last)
            * (service.count if counted_services is services else 1)
            for service in counted_services
        )
        if name == UNITS:
            reason = f"{count} units"
            steps.append(Mark(UNITS, count * SCALE, amount, reason, _UNITS_SOURCE))
        else:
            steps.append(_step(marks, services, amount))
    return tuple(steps)


def _of_one(mark: Mark) -> Mark:
    """Return the step of a line that is one service, from that of the service."""
    name, factor, cents, reason, source, subject, amounts = mark
    whole = factor if isinstance(factor, int) else None
    shown = f"{subject} {reason}" if subject else reason
    return Mark(name, whole, cents, shown, source, amounts=amounts)


def _step(marks: dict[Service, Mark], services: Sequence[Service], amount: int) -> Mark:
    """Return a step of a line from those of its services."""
    first = next(iter(marks.values()))
    factors = {mark.factor for mark in marks.values()} if len(marks) == len(services) else {None}
    factor = factors.pop() if len(factors) == 1 else None
    subjects = list(dict.fromkeys(mark.subject for mark in marks.values() if mark.subject))
    reasons = list(dict.fromkeys((mark.reason, mark.amounts) for mark in marks.values()))
    reason = "; ".join(reason for reason, _ in reasons)
    amounts = tuple(cents for _, each in reasons for cents in each)
    if subjects:
        reason = f"{', '.join(subjects)} {reason}"
    elif len(marks) < len(services):
        reason = f"{_count(list(marks))} of {_count(services)} units: {reason}"
    halves = [service for service in marks if len(service.lines) > 1]
    if halves:
        lines = " and ".join(map(str, halves[0].lines))
        amounts += (sum(marks[service].cents * service.count for service in halves),)
        reason += f"; {AMOUNT} on lines {lines} together"
        if first.name == bilateral.STEP:
            factor = None
    whole = factor if isinstance(factor, int) else None
    return Mark(first.name, whole, amount, reason, first.source, amounts=amounts)
