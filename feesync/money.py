"""Money: whole cents inside, two-place Decimal outside, and the one half-up rounding.

Nothing else in feesync rounds an amount of money in Python; the SQL view `rate_cents` does the same
`(n + d/2) / d` in integers for the fee itself.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction

SCALE = 10_000
"""Factors are integers in ten-thousandths: 15000 is 1.5."""

_EXACT = Context(prec=28, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, Inexact])
_LARGEST = 10_000_000
_HIGHEST_FACTOR = 10 * SCALE
_LONGEST_TEXT = 40
_DOLLARS = re.compile(r"\$?(-?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]*)?)")


def half_up(numerator: int | Fraction, denominator: int) -> int:
    """Return numerator / denominator rounded half up; neither may be negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def scaled(cents: int, factor: int | Fraction) -> int:
    """Return an amount times a factor in ten-thousandths, rounded half up to the cent."""
    return half_up(cents * factor, SCALE)


def decimal(value: int, places: int) -> Decimal:
    """Return an integer of last places as a Decimal, whatever the caller's decimal context is: (1088, 3) is 1.088."""
    return _EXACT.scaleb(Decimal(value), -places)


def dollars(cents: int) -> Decimal:
    """Return whole cents as a Decimal of dollars with two places."""
    return decimal(cents, 2)


def decimal_factor(factor: int) -> Decimal:
    """Return a factor in ten-thousandths as the shortest Decimal: 15000 is 1.5, 20000 is 2."""
    value = _EXACT.normalize(decimal(factor, 4))
    return _EXACT.quantize(value, Decimal(1)) if factor % SCALE == 0 else value


def decimal_percent(factor: int) -> Decimal:
    """Return a factor in ten-thousandths as the shortest Decimal of a percentage: 11025 is 110.25, 11000 is 110."""
    return decimal_factor(100 * factor)


def percent_change(before: int, after: int) -> Decimal:
    """Return by how many percent a positive amount changed, with two decimals, half rounded away from zero: (200, 205) is 2.50."""
    change = half_up(abs(after - before) * 10_000, before)
    return decimal(change if after >= before else -change, 2)


def cents(amount: Decimal | int | str) -> int:
    """Return a dollar amount given by a caller as whole cents.

    Raises:
        ValueError: not a number, a float, negative, over 10 million dollars, or with more than two decimals.
    """
    if isinstance(amount, float):
        raise ValueError(f"{amount!r} is a float; give dollars as Decimal, int or text, so that no cent is guessed")
    if isinstance(amount, bool) or not isinstance(amount, Decimal | int | str):
        raise ValueError(f"{type(amount).__name__} is not an amount of dollars")
    try:
        if isinstance(amount, str):
            match = _DOLLARS.fullmatch(amount.strip())
            if not match or len(amount) > _LONGEST_TEXT:
                raise InvalidOperation
            amount = match[1].replace(",", "")
        value = Decimal(amount)
        if not value.is_finite():
            raise InvalidOperation
        if not 0 <= value <= _LARGEST:
            raise ValueError(f"an amount is between 0 and {_LARGEST} dollars")
        return int(_EXACT.scaleb(_EXACT.quantize(value, Decimal("0.01")), 2))
    except Inexact:
        raise ValueError(f"{amount} has more than two decimals") from None
    except InvalidOperation:
        raise ValueError(f"{str(amount)[:_LONGEST_TEXT]!r} is not an amount of dollars") from None


def percent(value: Decimal | int | str) -> int:
    """Return a percentage given by a caller, such as 110 or `110.25`, as a factor in ten-thousandths.

    Raises:
        ValueError: not a number, a float, not above 0 and at most 1000, or with more than two decimals.
    """
    text = value.strip().removesuffix("%").rstrip() if isinstance(value, str) else value
    try:
        factor = 0 if isinstance(text, str) and not text[:1].isdigit() else cents(text)
    except ValueError:
        factor = 0
    if not 0 < factor <= _HIGHEST_FACTOR:
        raise ValueError(
            f"{str(value)[:_LONGEST_TEXT]!r} is not a percentage above 0 and at most 1000 with at most two decimals, "
            "as Decimal, int or text"
        )
    return factor
