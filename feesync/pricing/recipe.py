"""The price of a line by itself as data: arithmetic over the amount of its setting.

A recipe has no rule left in it, so that an engine of tables can price millions of lines: it
multiplies, rounds half up and takes the lower of the charge, and knows neither modifiers nor
indicators. It is made from a program, as `price.fold` folds one. Lines whose amount is not such a
product (parts of a service, units that rank, days of care) have no recipe, and are priced by
`pricing.claim`. Out of scope: lines that change each other's price (ranking).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from feesync.model.money import SCALE, decimal_factor
from feesync.pricing import bilateral, limits, units
from feesync.pricing.line import Adjustment, Line, step_text
from feesync.pricing.line_total import UNITS
from feesync.pricing.modifiers import SHARES
from feesync.pricing.price import CHARGE, before_participation
from feesync.pricing.program import Program

CHARGE_TEXT = step_text(CHARGE, None)
"""The text of the last step of a line whose submitted charge is lower than its amount."""


class Recipe(NamedTuple):
    """What gives the price of a line by itself from the amount of its setting, in cents.

    The amount is multiplied by each of `before`, then by each of `after`, and each product is
    rounded half up to the cent; then by `services`. Factors are in ten-thousandths. A submitted
    charge of the line that is lower than the result replaces it.

    Attributes:
        before: the factors before any reduction of multiple procedures: both sides.
        after: the factors after it: the part in an operation, who bills, non-participation, a
            contract.
        services: how many equal ones the line is.
        steps: the text of each step, as in `feesync claim --csv`: those of `before`, that of the
            units where there are several, those of `after`. The charge adds CHARGE_TEXT.
        limit: numerator and denominator, without a common factor, by which the unrounded amount in
            billionths of a dollar is the limiting charge in cents, rounded half up; None where
            there is no limiting charge.
        denial: the code of the first note on why there is no payment, empty where there is one.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]
    services: int
    steps: tuple[str, ...]
    limit: tuple[int, int] | None
    denial: str


def recipe(program: Program, line: Line) -> Recipe | None:
    """Return the recipe of a line by itself, None where its price is not such a product.

    Args:
        program: that of the line.
        line: the line; its charge and its place do not matter.
    """
    if program.denials:
        return Recipe((), (), 1, (), None, program.denials[0].code)
    count, both = units.by_itself(program, line)
    differ = program.pool is not None or not SHARES.isdisjoint(line.modifiers)
    if program.equipment or (count > 1 and differ):
        return None
    sides, later = program.sides, program.factors[1 if program.sides else 0 :]
    if both:
        sides, _ = bilateral.adjustment(program.indicators, line, bilateral.TWO_UNITS)
    earlier = () if sides is None else (sides,)
    before, after = _whole_factors(earlier), _whole_factors(later)
    if before is None or after is None:
        return None
    steps = [
        step_text(adjustment.name, decimal_factor(factor))
        for adjustment, factor in zip((*earlier, *later), (*before, *after), strict=True)
    ]
    if count > 1:
        steps.insert(len(before), step_text(UNITS, decimal_factor(count * SCALE)))
    limit = _limit(program, line, before, count) if program.limited else None
    return Recipe(before, after, count, tuple(steps), limit, "")


def _whole_factors(adjustments: Sequence[Adjustment]) -> tuple[int, ...] | None:
    """Return the factors of adjustments, None where one is a fraction of days or of patients."""
    factors = [each.factor for each in adjustments if isinstance(each.factor, int)]
    return tuple(factors) if len(factors) == len(adjustments) else None


def _limit(program: Program, line: Line, before: Sequence[int], count: int) -> tuple[int, int]:
    """Return the fraction of the limiting charge of all services, which is rounded once."""
    share = count * before_participation(program) * limits.limiting_share(line.day)
    if not program.sides:
        for factor in before:
            share *= Fraction(factor, SCALE)
    return share.numerator, share.denominator
