"""What the rules say of a line whatever its amounts, and the steps of its services in CMS's order.

Fee for the setting, bilateral, equipment, multiple procedures, the OPPS cap, the part in an
operation, practitioner's share, therapy assistant, non-participation, another plan's contract,
lower of the charge; all of one unit, and units add up. Each adjustment applies to the rounded
amount before it: no published sentence settles whether they apply before rounding, the manual
points at the stored fee amount, which has two decimals. The other reading differs by at most a cent
a step.
"""

from __future__ import annotations

from collections.abc import Sequence

from feesync.model.money import dollars
from feesync.model.note import Note, Severity
from feesync.model.rate import Rate
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
from feesync.pricing.line import Line, Price
from feesync.pricing.service import CAP_SOURCE, Program, Service

_CHARGE_SOURCE = "Claims Processing Manual ch. 12 s. 20; Social Security Act s. 1848(a)(1)"


def program(rate: Rate, line: Line, index: int = 0) -> Program:
    """Return what the rules say of a line whatever its amounts.

    Args:
        rate: the rate of its code and row modifier in its locality.
        line: the line.
        index: its place in the claim.

    Raises:
        ModifierError: a modifier does not apply to the code.
    """
    notes = bilateral.check(rate, line)
    less = equipment.reduction(rate, line)
    role, role_notes = surgery.adjustments(rate, line)
    denials = unpriced.denials(rate, line)
    base = rate.in_setting(line.setting)
    notes += [*role_notes, *notices.notes(rate, line)]
    notes += [*equipment.doubts(line), *therapy.doubts(rate, line)]
    if base.amount is None:
        denials.insert(0, status.denial(rate, line))
    denials += [note for note in notes if note.severity is Severity.DENIAL]
    notes = [note for note in notes if note.severity is not Severity.DENIAL]
    later = [
        *shared_trip.adjustments(line),
        *practitioner.adjustments(line),
        *therapy.adjustments(rate, line),
    ]
    return Program(
        index, rate, line, base, less, role, later, surgery.care_days(rate, line), denials, notes
    )


def begin(service: Service) -> Service:
    """Take the steps before those of multiple procedures: both sides, equipment.

    Raises:
        ModifierError: CMS's file does not price the technical part that older equipment takes from.
    """
    less = service.program.equipment
    if service.both:
        how = bilateral.said(service.line) or ("RT and LT" if service.sided else "2 units")
        adjustment, notes = bilateral.adjustment(service.rate, service.line, how)
        service.take_sides(adjustment)
        service.notes += notes
    if less:
        service.reduce_parts("equipment", less.factor, 10_000, less.reason, less.source)
    return service


def finish(service: Service) -> None:
    """Take the steps after those of multiple procedures, up to the charge."""
    service.settle_cap()
    line = service.line
    for adjustment in (*service.program.role, *service.program.later):
        service.take(adjustment)
    service.limit = service.exact
    if line.nonpar:
        service.take(limits.nonparticipating(line.day))
    if line.contract:
        service.take(contract.adjustment(line.contract))


def close(service: Service) -> None:
    """Take the lower of the amount and the submitted charge."""
    service.limit_to_charge(_CHARGE_SOURCE)


def bundle(programs: Sequence[Program]) -> list[Program]:
    """Leave codes of status T without an amount where another line of the claim has one.

    Codes of status T do not bundle each other: there would be nothing that they are bundled into.
    """
    priced = [program for program in programs if not program.denials]
    if all(program.rate.status == status.ALONE for program in priced):
        return [*programs]
    return [
        program._replace(denials=[status.bundle_denial(program.line)])
        if program in priced and program.rate.status == status.ALONE
        else program
        for program in programs
    ]


def unpriced_line(program: Program) -> Price:
    """Return the price of a line that the rules leave without one."""
    warnings = (
        status.warnings(program.rate, program.line) if program.base.amount is not None else []
    )
    return Price(program.base.amount, [], None, None, [*warnings, *program.denials, *program.notes])


def line_notes(program: Program) -> list[Note]:
    """Return what to know about a line that has a price, beside the rules for several procedures."""
    line, notes = program.line, list(program.notes)
    if line.nonpar and line.contract is None and not practitioner.is_physician(line):
        notes.append(limits.MUST_ACCEPT_ASSIGNMENT)
    if line.contract:
        notes.append(contract.PLAN_DECIDES)
    if program.base.capped:
        notes.append(
            Note.info(
                "opps-cap",
                "The fee is capped at the hospital outpatient (OPPS) rate; uncapped it is "
                f"{dollars(program.base.uncapped_fee)}.",
                CAP_SOURCE,
            )
        )
    return notes
