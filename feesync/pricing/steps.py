"""The steps of a service before and after those of the rules for several procedures."""

from __future__ import annotations

from feesync.pricing import bilateral, equipment
from feesync.pricing.service import Service


def begin(service: Service) -> Service:
    """Add the steps before multiple procedures: both sides, older equipment.

    Raises:
        ModifierError: older equipment reduces a technical part for which CMS's file has no price.
    """
    program = service.program
    if service.both and program.sides:
        service.take_sides(program.sides)
        service.notes += program.side_notes
    elif service.both:
        how = bilateral.TWO_LINES if service.by_two_lines else bilateral.TWO_UNITS
        adjustment, notes = bilateral.adjustment(program.indicators, service.line, how)
        service.take_sides(adjustment)
        service.notes += notes
    less = program.equipment
    if less:
        service.reduce_parts(equipment.STEP, less.factor, 10_000, less.reason, less.source)
    return service


def finish(service: Service) -> None:
    """Add the steps after multiple procedures, up to the charge."""
    service.settle_cap()
    program = service.program
    for adjustment in (*program.role, *program.later):
        service.take(adjustment)
    service.limit = service.exact
    for adjustment in program.last:
        service.take(adjustment)


def close(service: Service) -> None:
    """Add the step of the lower of the amount and the submitted charge."""
    service.limit_to_charge()
