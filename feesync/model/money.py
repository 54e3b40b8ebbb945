"""Money: whole cents inside, two-place Decimal outside, and the one half-up rounding.

Nothing else in feesync rounds an amount of money in Python; the SQL view `rate_cents` does the same
`(n + d/2) / d` in integers for the fee itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from typing import Any

from feesync.model.reading import index, shown

SCALE = 10_000
"""Factors are integers in ten-thousandths: 15000 is 1.5."""

_EXACT = Context(prec=28, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, Inexact])
_LARGEST = 10_000_000
_HIGHEST_FACTOR = 10 * SCALE
_LONGEST_TEXT = 40
_JSON_DIGITS = 15
"""A decimal of so many digits is the shortest text of its float: IEEE 754, DBL_DIG."""
_DOLLARS = re.compile(r"\$?(-?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]*)?)")


def half_up(numerator: int | Fraction, denominator: int) -> int:
    """Return numerator / denominator rounded half up; neither may be negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def scaled(cents: int, factor: int | Fraction) -> int:
    """Return an amount times a factor in ten-thousandths, rounded half up to the cent."""
    return half_up(cents * factor, SCALE)


def decimal(value: int, places: int) -> Decimal:
    """Return an integer of last places as a Decimal, whatever the caller's decimal context is.

    (1088, 3) is 1.088.
    """
    return _EXACT.scaleb(Decimal(value), -places)


def dollars(cents: int) -> Decimal:
    """Return whole cents as a Decimal of dollars with two places."""
    return decimal(cents, 2)


def decimal_factor(factor: int) -> Decimal:
    """Return a factor in ten-thousandths as the shortest Decimal: 15000 is 1.5, 20000 is 2."""
    value = _EXACT.normalize(decimal(factor, 4))
    return _EXACT.quantize(value, Decimal(1)) if factor % SCALE == 0 else value


def decimal_percent(factor: int) -> Decimal:
    """Return a factor in ten-thousandths as the shortest Decimal of a percentage.

    11025 is 110.25, 11000 is 110.
    """
    return decimal_factor(100 * factor)


def percent_change(before: int, after: int) -> Decimal:
    """Return by how many percent a positive amount changed, with two decimals, half rounded away from zero: (200, 205) is 2.50."""
    change = half_up(abs(after - before) * 10_000, before)
    return decimal(change if after >= before else -change, 2)


def cents(amount: Decimal | int | str) -> int:
    """Return a dollar amount given by a caller as whole cents.

    Raises:
        ValueError: not a number, a float, negative, over 10 million dollars, or with more than two
            decimals.
    """
    if isinstance(amount, float):
        raise ValueError(
            f"{amount!r} is a float; give dollars as Decimal, int or text, so that no cent is "
            "guessed"
        )
    if not isinstance(amount, Decimal | str):
        number = index(amount)
        if number is None:
            raise ValueError(f"{type(amount).__name__} is not an amount of dollars")
        amount = number
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
        raise ValueError(f"{str(amount)[:_LONGEST_TEXT]} has more than two decimals") from None
    except InvalidOperation:
        raise ValueError(f"{str(amount)[:_LONGEST_TEXT]!r} is not an amount of dollars") from None


def percent(value: Decimal | int | str) -> int:
    """Return a percentage given by a caller, such as 110 or `110.25`, as a factor in ten-thousandths.

    Raises:
        ValueError: not a number, a float, not above 0 and at most 1000, or with more than two
            decimals.
    """
    text = value.strip().removesuffix("%").rstrip() if isinstance(value, str) else value
    try:
        factor = 0 if isinstance(text, str) and not text[:1].isdigit() else cents(text)
    except ValueError:
        factor = 0
    if not 0 < factor <= _HIGHEST_FACTOR:
        raise ValueError(
            f"{shown(value)} is not a percentage above 0 and at most 1000 with at most two "
            "decimals, as Decimal, int or text"
        )
    return factor


class JsonNumber(float):
    """An exact decimal in a form that `json.dumps` takes.

    To an encoder a float, to everyone else its Decimal.

    JSON has decimal numbers, but Python's encoder writes no Decimal, and no number but `int` and
    `float`. It writes a float by the shortest text that reads as the same float; for a decimal of
    up to 15 digits, that text is the decimal itself, without zeros at its end (154.40 is written
    154.4). So no cent passes through binary arithmetic: what is compared, hashed, formatted or
    reckoned with is the Decimal, and what comes of reckoning is a Decimal.

    Attributes:
        exact: the Decimal.
    """

    __slots__ = ("exact",)

    exact: Decimal

    def __new__(cls, exact: Decimal) -> JsonNumber:
        """Return the number for a Decimal.

        Raises:
            ValueError: it has more than 15 digits, or is not finite, so that JSON text would not be
                exact.
        """
        if not exact.is_finite() or len(exact.as_tuple().digits) > _JSON_DIGITS:
            raise ValueError(f"{exact} cannot be written exactly by json.dumps")
        number = super().__new__(cls, exact)
        number.exact = exact
        return number

    def __getnewargs__(self) -> tuple[Decimal]:  # type: ignore[override]  # copies are made of the Decimal
        return (self.exact,)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a Decimal has: quantize, as_tuple
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.exact, name)

    def __hash__(self) -> int:
        return hash(self.exact)


def _by_the_decimal(name: str) -> Callable[..., Any]:
    take = getattr(Decimal, name)

    def method(self: JsonNumber, *others: object) -> Any:  # noqa: ANN401
        result = take(
            self.exact,
            *(other.exact if isinstance(other, JsonNumber) else other for other in others),
        )
        if result is NotImplemented and isinstance(
            others[0], float
        ):  # or Python would add the two as floats
            raise TypeError(f"{name}: a Decimal and a float do not mix")
        return result

    return method


for _name in (
    *(
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "str",
        "repr",
        "format",
        "bool",
        "int",
        "round",
        "trunc",
        "floor",
        "ceil",
    ),
    *(
        "neg",
        "pos",
        "abs",
        "add",
        "radd",
        "sub",
        "rsub",
        "mul",
        "rmul",
        "truediv",
        "rtruediv",
        "floordiv",
        "rfloordiv",
    ),
    *("mod", "rmod", "divmod", "rdivmod", "pow", "rpow"),
):
    setattr(JsonNumber, f"__{_name}__", _by_the_decimal(f"__{_name}__"))


def json_ready(value: Mapping[str, object]) -> dict[str, Any]:
    """Return a dictionary that `json.dumps` takes.

    Every Decimal in it as a `JsonNumber`, or as `int` where it has no places.
    """
    return {key: _ready(part) for key, part in value.items()}


def _ready(value: object) -> Any:  # noqa: ANN401 - of the same shape
    if isinstance(value, Decimal):
        return int(value) if value.as_tuple().exponent == 0 else JsonNumber(value)
    if isinstance(value, Mapping):
        return json_ready(value)
    return [_ready(part) for part in value] if isinstance(value, list | tuple) else value


def json_exact(value: object) -> Any:  # noqa: ANN401 - of the same shape
    """Return dictionaries and lists with every `JsonNumber` as its Decimal.

    For an encoder that writes those with all places.
    """
    if isinstance(value, JsonNumber):
        return value.exact
    if isinstance(value, Mapping):
        return {key: json_exact(part) for key, part in value.items()}
    return [json_exact(part) for part in value] if isinstance(value, list | tuple) else value
