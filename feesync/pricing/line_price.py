"""The price of one line, in CMS's order.

Fee for the setting (after the OPPS cap), bilateral and units, equipment, the part in an operation, practitioner's share, therapy
assistant, non-participation, lower of the charge. Each adjustment applies to the rounded amount before it: no published sentence
settles whether they apply before rounding, the manual points at the stored fee amount, which has two decimals. The other reading
differs by at most a cent a step.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from feesync.errors import ModifierError
from feesync.money import SCALE, decimal_factor, dollars, scaled
from feesync.pricing import bilateral, equipment, limits, practitioner, status, surgery, therapy, unpriced
from feesync.pricing.line import Adjustment, Line, Note, Severity, Step
from feesync.rate import Rate, SettingRate

_CHARGE_SOURCE = "Claims Processing Manual ch. 12 s. 20; Social Security Act s. 1848(a)(1)"
_CAP_SOURCE = "Deficit Reduction Act of 2005 s. 5102(b); RVU record layout"


class Price(NamedTuple):
    """What pricing found: amounts in cents, None where there is no price."""

    fee: int | None
    steps: list[Step]
    allowed: int | None
    limiting_charge: int | None
    notes: list[Note]


def price(rate: Rate, line: Line, technical: Rate | None = None) -> Price:
    """Price a line.

    Args:
        rate: the rate of its code and row modifier in its locality.
        line: the line.
        technical: the rate of the code's TC row, where `equipment.reduction` says that it is needed.

    Raises:
        ModifierError: a modifier does not apply to the code.
    """
    sides, notes = bilateral.adjustments(rate, line)
    less = equipment.reduction(rate, line)
    role, role_notes = surgery.adjustments(rate, line)
    notes += role_notes
    denials = unpriced.denials(rate, line)
    taken = rate.in_setting(line.setting)
    if taken.amount is None:
        return Price(None, [], None, None, [status.denial(rate, line), *denials, *notes])
    if denials or any(note.severity is Severity.DENIAL for note in notes):
        return Price(taken.amount, [], None, None, [*status.warnings(rate, line), *denials, *notes])
    after = [*role, *filter(None, (practitioner.adjustment(line), therapy.adjustment(line)))]

    steps: list[Step] = []
    factors: list[int | Fraction] = [adjustment.factor for adjustment in (*sides, *after)]
    amount = _taking(sides, taken.amount, steps)
    if less:
        part = _technical_part(rate, line, technical)
        factors.append(SCALE - Fraction(part.exact, taken.exact or 1) * (SCALE - less.factor))
        technical_amount = min(amount, _taking(sides, part.fee, []))
        amount += scaled(technical_amount, less.factor) - technical_amount
        steps.append(_equipment_step(less, technical_amount, amount, whole=not equipment.is_part(rate)))
    amount = _taking(after, amount, steps)
    limit: int | None = None
    if line.nonpar:
        if practitioner.is_physician(line):
            limit = limits.limiting_charge(taken.exact, factors)
        else:
            notes.append(limits.MUST_ACCEPT_ASSIGNMENT)
        amount = _taking([limits.NONPARTICIPATING], amount, steps)
    if line.charge is not None and line.charge < amount:
        amount = line.charge
        steps.append(Step("charge", None, dollars(amount), "the submitted charge is lower", _CHARGE_SOURCE))
    if taken.capped:
        notes.append(
            Note.info(
                "opps-cap",
                f"The fee is capped at the hospital outpatient (OPPS) rate; uncapped it is {dollars(taken.uncapped_fee)}.",
                _CAP_SOURCE,
            )
        )
    return Price(taken.amount, steps, amount, limit, [*status.warnings(rate, line), *notes])


def _taking(adjustments: list[Adjustment], amount: int, steps: list[Step]) -> int:
    """Return an amount after adjustments, one after the other; their steps are appended."""
    for adjustment in adjustments:
        amount, step = adjustment.step(amount)
        steps.append(step)
    return amount


def _technical_part(rate: Rate, line: Line, technical: Rate | None) -> SettingRate:
    if not equipment.is_part(rate):
        return rate.in_setting(line.setting)
    part = technical and technical.in_setting(line.setting)
    if part is None or part.amount is None:
        raise ModifierError(f"the technical part of {line.hcpcs} has no amount of its own: bill 26 and TC on lines of their own")
    return part


def _equipment_step(less: equipment.Reduction, technical: int, amount: int, *, whole: bool) -> Step:
    reason = less.reason if whole else f"{less.reason}, {dollars(technical)}"
    return Step("equipment", decimal_factor(less.factor) if whole else None, dollars(amount), reason, less.source)
