"""The price of a line by itself as data: arithmetic over the amount of its setting.

A recipe has no rule left in it, so that an engine of tables can price millions of lines: it
multiplies, rounds half up and takes the lower of the charge, and knows neither modifiers nor
indicators. It is made from a program, as `price.fold` folds one. Lines whose amount is not such a
product (parts of a service, families of units, days of care) have no recipe, and are priced by
`pricing.claim`. Out of scope: lines that change each other's price (ranking).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from feesync.model.money import SCALE, decimal_factor
from feesync.pricing import bilateral, limits, multiple, neighbours, units
from feesync.pricing.line import Adjustment, Line, step_text
from feesync.pricing.line_total import UNITS
from feesync.pricing.modifiers import SHARES
from feesync.pricing.price import CHARGE, before_participation
from feesync.pricing.program import Program

CHARGE_TEXT = step_text(CHARGE, None)
"""The text of the last step of a line whose submitted charge is lower than its amount."""


class Rest(NamedTuple):
    """The units after the first, where the units of a line rank among themselves.

    Where there is a charge, it is divided among the units, and a recipe holds only where no unit's
    part is below the amount of the first: the charge divided by all units, without the remainder.

    Attributes:
        units: how many.
        factor: what multiplies the amount of each after the factors of `Recipe.before`, in
            ten-thousandths; it holds only where the fee is not capped.
        practice_expense: what is left of the practice expense of each, in ten-thousandths. The
            amount of such a unit, which has no factors before, is the unrounded amount without the
            rest of practice expense RVU x GPCI x conversion factor, rounded half up to the cent.
    """

    units: int
    factor: int = SCALE
    practice_expense: int = SCALE


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
        rest: the further units, which are reduced and then multiplied by `after` as the first is;
            None where there are none.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]
    services: int
    steps: tuple[str, ...]
    limit: tuple[int, int] | None
    denial: str
    rest: Rest | None = None


def recipe(program: Program, line: Line) -> Recipe | None:
    """Return the recipe of a line by itself, None where its price is not such a product.

    Args:
        program: that of the line.
        line: the line; its charge and its place do not matter.
    """
    if program.denials:
        return Recipe((), (), 1, (), None, program.denials[0].code)
    count, both = units.by_itself(program, line)
    rest, step = None, ""
    if count > 1 and (program.pool is not None or not SHARES.isdisjoint(line.modifiers)):
        rest, step = _rest(program, line, count)
        if rest is None:
            return None
    if program.equipment:
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
        units_step = step_text(UNITS, decimal_factor(count * SCALE))
        steps[len(before) : len(before)] = [units_step, *([step] if step else [])]
    limit = None
    if program.limited:
        limit = _limit(program, line, before, count, rest)
    return Recipe(before, after, 1 if rest else count, tuple(steps), limit, "", rest)


def _rest(program: Program, line: Line, count: int) -> tuple[Rest | None, str]:
    """Return the units after the first and the text of their step; None where they are not alike.

    An endoscopy's units are a family, and shares of operations are operations.
    """
    indicator, modifiers = program.indicators.multiple_procedure, line.modifiers
    if not program.pool or not SHARES.isdisjoint(modifiers):
        return None, ""
    if indicator == neighbours.SURGERY and count <= multiple.last_rank():
        factors = {multiple.factor_of_rank(rank, line.day) for rank in range(2, count + 1)}
        if len(factors) == 1 and multiple.factor_of_rank(1, line.day) == SCALE:
            return Rest(count - 1, factor=factors.pop()), multiple.PROCEDURE_STEP
    if indicator == neighbours.THERAPY and not program.both and not program.limited:
        part = multiple.therapy_part(line.day)
        return Rest(count - 1, practice_expense=part.factor), multiple.THERAPY_STEP
    return None, ""


def _whole_factors(adjustments: Sequence[Adjustment]) -> tuple[int, ...] | None:
    """Return the factors of adjustments, None where one is a fraction of days or of patients."""
    factors = [each.factor for each in adjustments if isinstance(each.factor, int)]
    return tuple(factors) if len(factors) == len(adjustments) else None


def _limit(
    program: Program, line: Line, before: Sequence[int], count: int, rest: Rest | None
) -> tuple[int, int]:
    """Return the fraction of the limiting charge of all services, which is rounded once."""
    services = 1 + rest.units * Fraction(rest.factor, SCALE) if rest else Fraction(count)
    share = services * before_participation(program) * limits.limiting_share(line.day)
    if not program.sides:
        for factor in before:
            share *= Fraction(factor, SCALE)
    return share.numerator, share.denominator
