"""Money: whole cents inside, Decimal with two places outside, and the one half-up rounding.

No other module rounds an amount of money. The SQL view `rate_cents` rounds the fee itself, by the
same `(n + d/2) / d` in integers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from feesync.model.reading import excerpt, index

if TYPE_CHECKING:
    from fractions import Fraction

Shape = TypeVar("Shape")
"""The type of a dictionary: what the caller declares."""

SCALE = 10_000
"""Factors are integers in ten-thousandths: 15000 is 1.5."""

_HALF = SCALE // 2

_EXACT = Context(prec=28, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, Inexact])
_times, _CENT = _EXACT.multiply, Decimal("0.01")
_LARGEST = 10_000_000
_HIGHEST_FACTOR = 10 * SCALE
_HIGHEST_CONVERSION_FACTOR = 1_000
_LOWEST_PERCENT = 10 * SCALE // 100
_LONGEST_TEXT = 40
_JSON_DIGITS = 15
"""A decimal of at most this many digits survives the way to a float and back (IEEE 754)."""
_FACTOR = r"\$?([0-9]{1,6}(?:\.[0-9]{0,10})?)"
_DOLLARS = r"\$?(-?(?:(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]*)?|\.[0-9]+))"


def half_up(numerator: int | Fraction, denominator: int) -> int:
    """Return numerator / denominator rounded half up; neither may be negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def scaled(cents: int, factor: int | Fraction) -> int:
    """Return an amount times a factor in ten-thousandths, rounded half up to the cent."""
    return (cents * factor + _HALF) // SCALE


def decimal(value: int, places: int) -> Decimal:
    """Return an integer divided by ten to the power of `places`: (1088, 3) is 1.088.

    The result is exact whatever decimal context the caller has set.
    """
    return _EXACT.scaleb(Decimal(value), -places)


def dollars(cents: int) -> Decimal:
    """Return whole cents as a Decimal of dollars with two places."""
    return _times(cents, _CENT)


def each_in_dollars(amounts: Iterable[int]) -> list[Decimal]:
    """Return several amounts of whole cents, each as `dollars` does."""
    return [_times(cents, _CENT) for cents in amounts]


def dollars_or_none(amount: int | None) -> Decimal | None:
    """Return cents as dollars; None where there is no amount."""
    return None if amount is None else dollars(amount)


@lru_cache(maxsize=1024)
def decimal_factor(factor: int) -> Decimal:
    """Return a factor in ten-thousandths as the shortest Decimal: 15000 is 1.5, 20000 is 2."""
    value = _EXACT.normalize(decimal(factor, 4))
    return _EXACT.quantize(value, Decimal(1)) if factor % SCALE == 0 else value


def decimal_percent(factor: int) -> Decimal:
    """Return a factor in ten-thousandths as a percentage, the shortest Decimal: 11025 is 110.25."""
    return decimal_factor(100 * factor)


def percent_change(before: int, after: int) -> Decimal:
    """Return by how many percent a positive amount changed: (200, 205) is 2.50.

    The percentage has two decimals; a half is rounded away from zero.
    """
    change = half_up(abs(after - before) * 10_000, before)
    return decimal(change if after >= before else -change, 2)


def change(before: int | None, after: int | None) -> tuple[Decimal | None, Decimal | None]:
    """Return the difference of two amounts in dollars, and in percent of the first.

    Args:
        before: cents, None where there is no price.
        after: cents, None where there is no price.
    """
    if before is None or after is None:
        return None, None
    return dollars(after - before), percent_change(before, after) if before else None


def percent_of(part: int, whole: int) -> Decimal:
    """Return an amount in percent of a positive one: (205, 200) is 102.50.

    The percentage has two decimals, and is rounded as the change between the two is.
    """
    return 100 + percent_change(whole, part)


def cents(amount: Decimal | int | str) -> int:
    """Return a caller's dollar amount as whole cents.

    Raises:
        ValueError: the amount is not a number, is a float, is negative or over 10 million dollars,
            or has more than two decimals.
    """
    if _is_float(amount):
        raise ValueError(
            f"{excerpt(amount)} is a float; give dollars as Decimal, int or text, so that no cent "
            "is guessed"
        )
    if not isinstance(amount, Decimal | str):
        number = index(amount)
        if number is None:
            raise ValueError(f"{type(amount).__name__} is not an amount of dollars")
        amount = number
    try:
        if isinstance(amount, str):
            match = re.fullmatch(_DOLLARS, amount.strip())
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
    """Return a caller's percentage, such as 110 or `110.25`, as a factor in ten-thousandths.

    Raises:
        ValueError: the percentage is not a number, is a float, is above 1000, has more than two
            decimals, or is below 10: then 1.2 may have been meant as 120.
    """
    if _is_float(value):
        raise ValueError(f"{excerpt(value)} is a float; give a percentage as Decimal, int or text")
    text = value.strip().removesuffix("%").rstrip() if isinstance(value, str) else value
    try:
        factor = 0 if isinstance(text, str) and not text[:1].isdigit() else cents(text)
    except ValueError:
        factor = 0
    if not 0 < factor <= _HIGHEST_FACTOR:
        raise ValueError(
            f"{excerpt(value)} is not a percentage above 0 and at most 1000 with at most two "
            "decimals"
        )
    if factor < _LOWEST_PERCENT:
        percentage = decimal_percent(factor)
        raise ValueError(
            f"{percentage} means {percentage} % of Medicare's amounts; for {percentage} times "
            f"them, give {decimal_percent(100 * factor)}"
        )
    return factor


def conversion_factor(value: Decimal | int | str) -> int:
    """Return a caller's conversion factor in dollars, such as `45.00`, in ten-thousandths.

    Raises:
        ValueError: it is not a number, is a float, is not above 0 and at most 1000, or has more
            than four decimals.
    """
    number = index(value)
    if number is None and isinstance(value, str):
        match = re.fullmatch(_FACTOR, value.strip()) if len(value) <= _LONGEST_TEXT else None
        value = Decimal(match[1]) if match else value
    elif number is not None:
        value = Decimal(number)
    if not isinstance(value, Decimal):
        raise ValueError(
            f"{excerpt(value)} is not a conversion factor in dollars, such as 45.00"
            + (": give it as text or Decimal, not as a float" if _is_float(value) else "")
        )
    factor = 0
    if value.is_finite():
        with suppress(Inexact, InvalidOperation):
            factor = int(_EXACT.scaleb(_EXACT.quantize(value, Decimal("0.0001")), 4))
    if not 0 < factor <= _HIGHEST_CONVERSION_FACTOR * SCALE:
        raise ValueError(
            f"{excerpt(value)} is not a conversion factor above 0 and at most "
            f"{_HIGHEST_CONVERSION_FACTOR} dollars with at most four decimals"
        )
    return factor


def _is_float(value: object) -> bool:
    """Tell whether a value is a float, of Python or of a table of numpy's."""
    return isinstance(value, float) or type(value).__name__ in ("float16", "float32", "longdouble")


class JsonNumber(float):
    """An exact decimal that `json.dumps` can write: a float that remembers its Decimal.

    Python's encoder writes no Decimal. It writes a float as the shortest text that reads as the
    same float; for a decimal of up to 15 digits that text is the decimal itself, without zeros at
    its end (154.40 is written 154.4). A JsonNumber compares equal to that float and to its Decimal,
    and prints as the Decimal. Arithmetic would be done with floats, so it is refused.

    Attributes:
        exact: the Decimal, for arithmetic.
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

    def __getnewargs__(self) -> tuple[Decimal]:  # type: ignore[override]
        return (self.exact,)  # copies and pickles are made of the Decimal

    def __repr__(self) -> str:
        return str(self.exact)

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(self.exact, spec)

    def __eq__(self, other: object) -> bool:
        return self.exact == other if isinstance(other, Decimal) else super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return super().__hash__()

    def __lt__(self, other: Decimal | float) -> bool:
        return self.exact < other if isinstance(other, Decimal) else super().__lt__(other)

    def __le__(self, other: Decimal | float) -> bool:
        return self.exact <= other if isinstance(other, Decimal) else super().__le__(other)

    def __gt__(self, other: Decimal | float) -> bool:
        return self.exact > other if isinstance(other, Decimal) else super().__gt__(other)

    def __ge__(self, other: Decimal | float) -> bool:
        return self.exact >= other if isinstance(other, Decimal) else super().__ge__(other)


def _refuse(number: JsonNumber, *_: object) -> NoReturn:
    raise TypeError(f"{number} is a number for JSON; calculate with its Decimal, .exact")


for _name in (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "divmod", "pow"),
    *("radd", "rsub", "rmul", "rtruediv", "rfloordiv", "rmod", "rdivmod", "rpow"),
    *("neg", "pos", "abs", "round"),
):
    setattr(JsonNumber, f"__{_name}__", _refuse)


_PLAIN = frozenset((str, int, bool, type(None)))
"""What JSON has as it is, which most values are."""


def json_ready(value: Mapping[str, object]) -> Shape:  # type: ignore[type-var]
    """Return a dictionary that `json.dumps` can write, of the type that the caller declares.

    Every Decimal in it becomes a `JsonNumber`, or an `int` where it has no decimals.
    """
    return cast("Shape", {key: _ready(part) for key, part in value.items()})


def _ready(value: object) -> Any:  # noqa: ANN401 - of the same shape
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Decimal):
        return int(value) if value.as_tuple().exponent == 0 else JsonNumber(value)
    if isinstance(value, Mapping):
        return {key: _ready(part) for key, part in value.items()}
    return [_ready(part) for part in value] if isinstance(value, list | tuple) else value


def json_exact(value: object) -> Any:  # noqa: ANN401 - of the same shape
    """Return dictionaries and lists with every `JsonNumber` as its Decimal again.

    This is for an encoder that writes a Decimal with all its places.
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, JsonNumber):
        return value.exact
    if isinstance(value, Mapping):
        return {key: json_exact(part) for key, part in value.items()}
    return [json_exact(part) for part in value] if isinstance(value, list | tuple) else value


def json_text(value: object) -> str:
    """Return a value as the JSON that commands print, without a line's end.

    A Decimal or JsonNumber is a number with all its places: 154.40 keeps its zero.
    """
    import simplejson

    return simplejson.dumps(json_exact(value), indent=2, ensure_ascii=False, use_decimal=True)
