"""The right and the left side of one procedure on two lines of a claim: priced as the pair, then divided between the lines.

Source: CMS record layout of the relative value file, Bilateral Surgery: a code "reported twice on the same day by any other means
(e.g., with RT and LT modifiers ...)" is paid the lower of the charge for both sides and the fee for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from feesync.errors import InvalidInputError, ModifierError
from feesync.money import cents, dollars, half_up
from feesync.pricing.line import Line, Step
from feesync.pricing.line_price import Price
from feesync.pricing.modifiers import SIDES, telling_apart

_FIRST_SHARES = {"0": Fraction(1), "1": Fraction(2, 3), "2": Fraction(1), "3": Fraction(1, 2)}
"""What the first line has of the pair, by bilateral indicator: 100 of 100, 100 of 150, 100 of 100, 100 of 200."""


def group(lines: Sequence[Line]) -> list[tuple[int, ...]]:
    """Return the indexes of lines that are priced as one, in the order of the claim: pairs of RT and LT, and single lines."""
    waiting: dict[tuple[object, ...], list[int]] = {}
    partner: dict[int, int] = {}
    for index, line in enumerate(lines):
        side = SIDES.intersection(line.modifiers)
        if len(side) != 1:
            continue
        same = line.hcpcs, telling_apart(line.modifiers), line.postoperative_days
        (own,) = side
        (other,) = SIDES - side
        opposite = waiting.get((*same, other))
        if opposite:
            partner[opposite.pop(0)] = index
        else:
            waiting.setdefault((*same, own), []).append(index)
    seconds = set(partner.values())
    return [(index, partner[index]) if index in partner else (index,) for index in range(len(lines)) if index not in seconds]


def merge(lines: Sequence[Line]) -> Line:
    """Return one line for those of a group.

    Raises:
        ModifierError: the sides have different units.
        InvalidInputError: only one of the sides has a charge.
    """
    first = lines[0]
    if len(lines) == 1:
        return first
    second = lines[1]
    if first.units != second.units:
        sides = "RT and LT" if "RT" in first.modifiers else "LT and RT"
        units = f"{first.units} and {second.units} units"
        raise ModifierError(f"{sides} of {first.hcpcs} with {units}: give a pair of equal units, and the rest on another line")
    if (first.charge is None) != (second.charge is None):
        raise InvalidInputError(f"{first.hcpcs} RT and LT are priced as a pair: give the charge of both lines, or of neither")
    charge = None if first.charge is None or second.charge is None else first.charge + second.charge
    modifiers = tuple(dict.fromkeys((*first.modifiers, *second.modifiers)))
    return first._replace(modifiers=modifiers, units=2 * first.units, charge=charge, paired=True)


def divide(price: Price, indicator: str, numbers: tuple[int, int]) -> tuple[Price, Price]:
    """Divide the price of a pair between its two lines, to the cent; `numbers` are the lines' numbers, for the reasons."""
    share = _FIRST_SHARES[indicator]

    def part(amount: int | None, of_first: bool) -> int | None:
        if amount is None:
            return None
        first = half_up(amount * share, 1)
        return first if of_first else amount - first

    def steps(of_first: bool) -> list[Step]:
        found = []
        for step in price.steps:
            amount = part(cents(step.amount), of_first)
            assert amount is not None
            reason = f"{step.reason}; {step.amount} on lines {numbers[0]} and {numbers[1]} together"
            factor = None if step.name == "bilateral" else step.factor
            found.append(Step(step.name, factor, dollars(amount), reason, step.source))
        return found

    first, second = (
        price._replace(
            steps=steps(of_first),
            allowed=part(price.allowed, of_first),
            limiting_charge=part(price.limiting_charge, of_first),
        )
        for of_first in (True, False)
    )
    return first, second
