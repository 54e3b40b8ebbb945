"""The price of one line, in CMS's order.

Fee for the setting (after the OPPS cap), bilateral and units, practitioner's share, non-participation, lower of the charge. Each
adjustment applies to the rounded amount before it: no published sentence settles whether they apply before rounding, the manual
points at the stored fee amount, which has two decimals. The other reading differs by at most a cent a step.
"""

from __future__ import annotations

from typing import NamedTuple

from feesync.money import dollars
from feesync.pricing import bilateral, limits, practitioner, status
from feesync.pricing.line import Line, Note, Step
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


def price(rate: Rate, line: Line) -> Price:
    """Price a line.

    Args:
        rate: the rate of its code and row modifier in its locality.
        line: the line.

    Raises:
        ModifierError: a modifier does not apply to the code.
    """
    adjustments, notes = bilateral.adjustments(rate, line)
    taken = rate.in_setting(line.setting)
    if taken.amount is None:
        return Price(None, [], None, None, [status.denial(rate, line), *notes])
    share = practitioner.adjustment(line.practitioner)
    if share:
        adjustments.append(share)
    limit: int | None = None
    if line.nonpar:
        if line.practitioner == "physician":
            limit = limits.limiting_charge(taken.exact, [adjustment.factor for adjustment in adjustments])
        else:
            notes.append(limits.MUST_ACCEPT_ASSIGNMENT)
        adjustments.append(limits.NONPARTICIPATING)

    steps: list[Step] = []
    amount = taken.amount
    for adjustment in adjustments:
        amount, step = adjustment.step(amount)
        steps.append(step)
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
