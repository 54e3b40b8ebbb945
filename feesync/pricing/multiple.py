"""Several procedures by one practitioner for one patient on one day: how they reduce each other.

The multiple procedure indicator of a code says which rule applies. Lines without an amount take no
part. Add-ons (global period ZZZ) have indicator 0 and are neither ranked nor reduced. Which lines
are reduced together is decided in `neighbours`. The percentages are in
data/reference/rule_values.csv. Source: CMS record layout of the relative value file, Multiple
Procedure (Modifier 51) and Diagnostic Imaging Family Indicator; Medicare Claims Processing Manual,
chapter 12, section 40.6 (surgery, endoscopy), chapter 5, section 10.7 (therapy).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from functools import cache, lru_cache
from itertools import product

from feesync.model.money import SCALE, decimal_percent, half_up
from feesync.model.note import Note
from feesync.pricing import endoscopy
from feesync.pricing.line import Adjustment
from feesync.pricing.modifiers import CO_SURGEON
from feesync.pricing.neighbours import (
    CARDIOVASCULAR,
    ENDOSCOPY,
    IMAGING,
    OPHTHALMOLOGY,
    SURGERY,
    THERAPY,
    Pool,
)
from feesync.pricing.procedures import Procedure, by_amount, procedures
from feesync.pricing.rows import RateLookup
from feesync.pricing.service import Service
from feesync.pricing.steps import close, finish
from feesync.reference.rule_values import RuleValue, rule_value, rule_values

PROCEDURE_STEP, IMAGING_STEP, THERAPY_STEP = (
    "multiple procedure",
    "multiple imaging",
    "multiple therapy",
)
"""The names of the steps, and of the rules in the table."""

TECHNICAL_STEPS = {
    CARDIOVASCULAR: "multiple cardiovascular",
    OPHTHALMOLOGY: "multiple ophthalmology",
}
"""The same of the rules for the technical parts of other tests, by indicator."""

_SURGERY_SOURCE = (
    "RVU record layout, Multiple Procedure, indicator 2; Claims Processing Manual ch. 12 s. 40.6"
)
_CO_SURGEON_SOURCE = (
    "RVU record layout, Co-surgeons; Claims Processing Manual ch. 12 s. 40.6 and 40.8"
)
_EXACT_TO_CENTS = 10_000_000
_BY_INFERENCE = {
    ENDOSCOPY: "endoscopies",
    IMAGING: "imaging",
    CARDIOVASCULAR: "cardiovascular services",
    OPHTHALMOLOGY: "ophthalmology services",
}


def apply(services: Sequence[Service], rates: RateLookup) -> None:
    """Apply the rules for several procedures, and rank the services.

    Args:
        services: the services of one claim that have a price, with the steps before these.
        rates: finds the rates of endoscopic bases.

    Raises:
        UnknownCodeError: the rate of an endoscopic base is needed, and there is none.
    """
    pools: dict[Pool, list[Service]] = {}
    for service in services:
        service_pool = service.program.pool
        if service_pool:
            pools.setdefault(service_pool, []).append(service)
    for (indicator, _), among in pools.items():
        if len(among) > 1:
            _RULES[indicator](among, rates)
            _note_units(among)
    for service in services:
        if not service.reduced:
            service.notes += service.program.unreduced


def _surgery(services: Sequence[Service], rates: RateLookup) -> None:
    """Rank procedures and families by their amounts, and reduce each as the table says.

    Those beyond the table's last rank are priced by report.
    """
    ranked = [endoscopy.Family.of_one(one) for one in procedures(services)]
    families = endoscopy.families(ranked)
    for family in families:
        endoscopy.reduce(family, rates)
    families = by_amount(families, [family.amount for family in families], endoscopy.Family.order)
    number = sum(family.count for family in families)
    if number == 1:
        return
    rank, last = 1, last_rank()
    for family in families:
        for service in family.services:
            service.rank = rank
            if rank > last:
                text = (
                    f"Rank {rank} of multiple procedures is priced by report: the MAC sets the "
                    "amount from the documentation."
                )
                service.by_report = Note.denial("by-report", text, _SURGERY_SOURCE)
            else:
                _reduce_rank(service, rank, number)
            if CO_SURGEON in service.line.modifiers:
                text = (
                    "A co-surgeon's procedure (62) stays in the ranking of multiple procedures, "
                    "by its whole fee."
                )
                service.notes.append(Note.info("co-surgeon-ranked", text, _CO_SURGEON_SOURCE))
        rank += family.count


@cache
def last_rank() -> int:
    """Return the last rank of procedures that has a percentage; further ones are by report."""
    return len({value.case for value in rule_values(PROCEDURE_STEP)})


def _reduce_rank(service: Service, rank: int, number: int) -> None:
    """Reduce a service as its rank among several says."""
    less = of_rank(rank, number, service.line.day)
    if less:
        service.take(less, f"rank {rank}")


@lru_cache(maxsize=4096)
def of_rank(rank: int, number: int, day: date) -> Adjustment | None:
    """Return the adjustment of a rank among several on a day, None where it is paid in full."""
    value = _value_of_rank(rank, day)
    if value.factor == SCALE:
        return None
    reason = f"of {number} procedures of the day: {decimal_percent(value.factor)} %"
    return Adjustment(PROCEDURE_STEP, value.factor, reason, value.source)


def factor_of_rank(rank: int, day: date) -> int:
    """Return what is paid of a procedure of a rank, in ten-thousandths."""
    return _value_of_rank(rank, day).factor


def _value_of_rank(rank: int, day: date) -> RuleValue:
    return rule_value(PROCEDURE_STEP, f"rank {rank}", day)


def _ordered(services: Sequence[Service], amounts: dict[Service, int]) -> list[Service]:
    """Return services by descending amount; equal ones as `Procedure.order` says."""
    return by_amount(
        list(amounts),
        list(amounts.values()),
        lambda service: Procedure([service]).order(amounts[service]),
    )


def _tied(services: Sequence[Service], amounts: dict[Service, int]) -> list[Service]:
    """Return the single services with the highest amount, of services in order."""
    return [one for one in services if amounts[one] == amounts[services[0]] and one.count == 1]


def _first(
    services: list[Service], amounts: dict[Service, int], reduce: Callable[[Service], None]
) -> list[Service]:
    """Return services in order, with the best of the tied ones first.

    The best is the one that gains most from being paid in full, after all later steps, the charge
    among them. Choosing the one with the highest final amount instead would let a higher charge
    lower the sum.
    """
    tied = _tied(services, amounts)
    of_one_line = len({one.entry.number for one in tied}) < 2 and tied[:1] == services[:1]
    charges = {one.charges for one in tied}
    if of_one_line and (len(charges) < 2 or all(len(each) == 1 for each in charges)):
        return services  # of the units of a line, the one with the highest charge gains most
    first = max(tied, key=lambda service: _worth(service) - _worth(service, reduce))
    return [first, *(service for service in services if service is not first)]


def _worth(service: Service, *reductions: Callable[[Service], None]) -> int:
    """Return the final amount of a service after some reductions, in cents."""
    trial = service.trial()
    for reduce in reductions:
        reduce(trial)
    finish(trial)
    close(trial)
    return trial.amount


def _numbered(services: Sequence[Service]) -> dict[Service, int]:
    """Return the rank of each service, of services in order."""
    ranks, rank = {}, 1
    for service in services:
        ranks[service] = rank
        rank += service.count
    return ranks


def _imaging(services: Sequence[Service], rates: RateLookup) -> None:
    """Rank the technical and the professional parts of one family of imaging, each apart.

    The first of each is paid in full.
    """
    parts = (
        {service: service.technical_fee for service in services if service.technical_fee},
        {
            service: service.amount - service.technical
            for service in services
            if service.amount > service.technical
        },
    )
    orders = _imaging_orders([_ordered(services, amounts) for amounts in parts], parts)
    technical, professional = (_numbered(order) for order in orders)
    for service in services:
        later = technical.get(service, 1) > 1, professional.get(service, 1) > 1
        service.rank = min(
            technical.get(service, len(services)), professional.get(service, len(services))
        )
        if any(later):
            _reduce_imaging(service, *later)
            service.reduced = True
            _note_cap(service)


def _imaging_orders(
    orders: list[list[Service]], parts: tuple[dict[Service, int], dict[Service, int]]
) -> list[list[Service]]:
    """Return the orders of the technical and the professional parts, with the first ones decided.

    Of tied parts the two with the highest sum are first: they may be parts of one service, whose
    charge limits both together.
    """
    tied = [_tied(order, amounts) for order, amounts in zip(orders, parts, strict=True)]
    if all(len(each) < 2 for each in tied):
        return orders

    @cache
    def worth(service: Service, technical: bool, professional: bool) -> int:
        later = service in parts[0] and not technical, service in parts[1] and not professional
        return _worth(service, lambda trial: _reduce_imaging(trial, *later))

    def gain(pair: tuple[Service, Service]) -> int:
        one, other = pair
        if one is other:
            return worth(one, True, True) - worth(one, False, False)
        return (worth(one, True, False) - worth(one, False, False)) + (
            worth(other, False, True) - worth(other, False, False)
        )

    if not (tied[0] and tied[1]):
        return [
            _first(
                order,
                amounts,
                lambda trial, at=at: _reduce_imaging(trial, at == 0, at == 1),  # type: ignore[misc]
            )
            if order
            else order
            for at, (order, amounts) in enumerate(zip(orders, parts, strict=True))
        ]
    firsts = max(product(tied[0], tied[1]), key=gain)
    return [
        [first, *(service for service in order if service is not first)]
        for first, order in zip(firsts, orders, strict=True)
    ]


def _reduce_imaging(service: Service, technical: bool, professional: bool) -> None:
    """Reduce those parts of a service that are not the first of their kind."""
    if not (technical or professional):
        return
    day = service.line.day
    of_technical = rule_value(IMAGING_STEP, "technical", day)
    of_professional = rule_value(IMAGING_STEP, "professional", day)
    parts = []
    if technical:
        parts.append(f"{decimal_percent(of_technical.factor)} % of the technical part")
    if professional:
        off = decimal_percent(SCALE - of_professional.factor)
        parts.append(f"{off} % less of the professional part")
    service.reduce_parts(
        IMAGING_STEP,
        of_technical.factor if technical else SCALE,
        of_professional.factor if professional else SCALE,
        f"second or further imaging: {' and '.join(parts)}",
        (of_technical if technical else of_professional).source,
    )


def _therapy(services: Sequence[Service], rates: RateLookup) -> None:
    """Pay the practice expense in full for the unit of the day that has the highest."""
    amounts = {service: service.base.pe_rvu for service in services}
    ordered = _first(_ordered(services, amounts), amounts, _reduce_therapy)
    for service, rank in _numbered(ordered).items():
        service.rank = rank
        if rank > 1:
            _reduce_therapy(service)
            service.reduced = True


def therapy_part(day: date) -> RuleValue:
    """Return what is paid of the practice expense of all therapy of a day but the first."""
    return rule_value(THERAPY_STEP, "practice expense", day)


def _reduce_therapy(service: Service) -> None:
    """Reduce the practice expense of a service."""
    base, rate = service.base, service.rate
    value = therapy_part(service.line.day)
    practice_expense = base.pe_rvu * rate.pe_gpci * rate.conversion_factor
    off = practice_expense * (SCALE - value.factor)
    less = base.fee - half_up(base.exact * SCALE - off, _EXACT_TO_CENTS * SCALE)
    share = 1 - Fraction(off, base.exact * SCALE) if service.exact else Fraction(0)
    part = decimal_percent(value.factor)
    reason = f"therapy beside other therapy of the day: {part} % of its practice expense"
    service.replace(THERAPY_STEP, service.amount - less, share, reason, value.source)


def _technical(services: Sequence[Service], rates: RateLookup) -> None:
    """Reduce the technical part of all services but the one whose technical part is highest."""
    amounts = {service: service.technical_fee for service in services}
    ordered = _first(_ordered(services, amounts), amounts, _reduce_technical)
    for service, rank in _numbered(ordered).items():
        service.rank = rank
        if rank > 1:
            _reduce_technical(service)
            _note_cap(service)


def _reduce_technical(service: Service) -> None:
    """Reduce the technical part of a service by the percentage of its indicator."""
    step = TECHNICAL_STEPS[service.rate.multiple_procedure]
    value = rule_value(step, "technical", service.line.day)
    kind, off = step.removeprefix("multiple "), decimal_percent(SCALE - value.factor)
    reason = f"second or further {kind} service: {off} % less of the technical part"
    service.reduce_parts(step, value.factor, SCALE, reason, value.source)


_RULES = {
    SURGERY: _surgery,
    IMAGING: _imaging,
    THERAPY: _therapy,
    CARDIOVASCULAR: _technical,
    OPHTHALMOLOGY: _technical,
}


def _note_cap(service: Service) -> None:
    if service.base.capped:
        text = (
            "The reduction comes before the OPPS cap, which limits what it leaves; that services "
            "rank by their fees before the "
            "cap is an inference."
        )
        service.notes.append(
            Note.info(
                "cap-after-reduction",
                text,
                "CY 2007 PFS final rule; Deficit Reduction Act of 2005 s. 5102",
            )
        )


def _note_units(services: Sequence[Service]) -> None:
    """Note where no text of CMS's says that units of a line rank as lines."""
    units: dict[int, list[Service]] = {}
    for service in services:
        units.setdefault(service.entry.number, []).append(service)
    for own in units.values():
        kind = _BY_INFERENCE.get(own[0].rate.multiple_procedure)
        if kind and sum(service.count for service in own) > 1:
            text = (
                f"The units of the line are priced as so many lines; that this holds of {kind} "
                "is an inference."
            )
            own[0].notes.append(
                Note.info(
                    "units-as-lines", text, "Claims Processing Manual ch. 12 s. 40.6 and 40.7"
                )
            )
