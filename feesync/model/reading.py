"""Check the arguments of public functions: text, flags, whole numbers, lists.

Each function here returns an argument as the plain type that the code behind it expects, or raises
InvalidInputError with the argument's name. An integer may be of any type that Python can index
with, such as a cell of a table; text may be of any subclass of `str`. Out of scope: what an
argument means, and dates, codes, money and paths, which have readers of their own.
"""

from __future__ import annotations

import operator
import re
import reprlib
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, TypeVar

from feesync.errors import InvalidInputError

_T = TypeVar("_T")
_MOST_SHOWN = 60
_MOST_DIGITS = 20
_DIGITS = r"[0-9]{1,9}"
_MOST_NUMBER = 10**_MOST_DIGITS
"""Below it, a number may be what was meant as text, such as a code or a ZIP."""


class _Beginning(reprlib.Repr):
    """The beginning of a value's repr, made without reading the rest of the value."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = _MOST_SHOWN // 3
        self.maxdict = self.maxdeque = self.maxarray = _MOST_SHOWN // 3

    def repr_str(self, x: str, level: int) -> str:
        return repr(x[:_MOST_SHOWN])

    def repr_int(self, x: int, level: int) -> str:
        return repr(x)

    def repr_Decimal(self, x: Decimal, level: int) -> str:  # noqa: N802 - reprlib's way
        return str(x)

    def repr_instance(self, x: object, level: int) -> str:
        if isinstance(x, str | bytes | bytearray) and len(x) > _MOST_SHOWN:
            return repr(x[:_MOST_SHOWN])
        if isinstance(x, list | tuple | dict | set | frozenset) and len(x) > self.maxlist:
            return f"a {type(x).__name__} of {len(x):,}"
        return repr(x)


_BEGINNING = _Beginning()


def excerpt(value: object) -> str:
    """Return at most 60 characters that show a value in an error, whatever the value is."""
    try:
        text = _BEGINNING.repr(value)
    except ValueError:
        text = f"a huge {type(value).__name__}"
    except Exception:  # an object that cannot say what it is
        text = f"a {type(value).__name__}"
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 3] + "..."


def text(name: str, value: object) -> str:
    """Return text as plain `str`, without blanks around it; a StrEnum becomes its value.

    Raises:
        InvalidInputError: the value is not text.
    """
    if not isinstance(value, str):
        number = index(value)
        way = "" if number is None or abs(number) >= _MOST_NUMBER else f": give {str(number)!r}"
        raise InvalidInputError(f"{name} {excerpt(value)} is not text{way}")
    return str.__str__(value).strip()


def flag(name: str, value: object) -> bool:
    """Return True or False; 1, 0 and texts are refused.

    Raises:
        InvalidInputError: the value is neither True nor False.
    """
    if not isinstance(value, bool):
        raise InvalidInputError(f"{name} {excerpt(value)} is neither True nor False")
    return value


def index(value: object) -> int | None:
    """Return an integer of any type, such as `numpy.int64` or a Decimal without decimals, as `int`.

    Anything else, True and False too, is None.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() < _MOST_DIGITS:
        return int(value) if value == value.to_integral_value() else None
    try:
        return int(operator.index(value))  # type: ignore[arg-type]
    except TypeError:
        return None


def value_or_none(value: Any) -> Any:  # noqa: ANN401 - of the same type
    """Return a value; None for what a table has in an empty cell: NaN, or pandas' NaT and NA."""
    if value is None or isinstance(value, str | int):
        return value
    kind = type(value).__name__
    if kind.startswith("float"):
        return value if value == value else None
    return None if kind in ("NaTType", "NAType") else value


def whole_or_none(value: Any) -> Any:  # noqa: ANN401 - of the same type
    """Return what a cell of a column of integers means: None where it is empty.

    Where one of them is empty, pandas has floats in the column: 2.0 is 2. Any other value stays as
    it is.
    """
    value = value_or_none(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def whole(name: str, value: object, least: int, most: int, what: str = "a whole number") -> int:
    """Return a whole number from `least` to `most`.

    Args:
        name: the argument's name, for the error.
        value: what the caller gave.
        least: the lowest number.
        most: the highest number.
        what: what the number is, for the error.

    Raises:
        InvalidInputError: the value is no whole number, or out of bounds.
    """
    number = index(value)
    if number is None or not least <= number <= most:
        raise InvalidInputError(f"{name} {excerpt(value)} is not {what} from {least} to {most}")
    return number


def digits(value: str) -> int | None:
    """Return the number of a text of plain digits; None for 1_0, +1, 1e3 or another script's."""
    return int(value) if re.fullmatch(_DIGITS, value) else None


def seconds(name: str, value: object, most: int) -> float:
    """Return a number of seconds, with decimals or without.

    Raises:
        InvalidInputError: the value is no number, is negative, or is more than `most`.
    """
    number = value if isinstance(value, float) else index(value)
    if number is None or not 0 <= number <= most:
        raise InvalidInputError(
            f"{name} {excerpt(value)} is not a number of seconds from 0 to {most}"
        )
    return float(number)


def is_iterable(value: object) -> bool:
    """Tell whether a value can be iterated over.

    A numpy array without dimensions cannot, though its class has `__iter__`.
    """
    try:
        iter(value)  # type: ignore[call-overload]
    except TypeError:
        return False
    return True


def one_or_several(name: str, values: object, example: object) -> tuple[Any, ...]:
    """Return the items of an argument that is one item, a list of them, or None.

    Raises:
        InvalidInputError: the argument is none of these. A number is one item, which is for who
            reads it to refuse.
    """
    if isinstance(values, str | float) or index(values) is not None:
        return (values,)
    return sequence_or_none(name, values, example)  # type: ignore[arg-type]


def sequence_or_none(name: str, values: Iterable[_T] | None, example: _T) -> tuple[_T, ...]:
    """Return the items of an argument that must be a list or None; None has no items.

    Raises:
        InvalidInputError: the argument is neither.
    """
    return () if values is None else sequence(name, values, example)


def sequence(name: str, values: Iterable[_T], example: _T) -> tuple[_T, ...]:
    """Return the items of an argument that must be a list, or else iterable and no text.

    Args:
        name: the argument's name, for the error.
        values: what the caller gave.
        example: an item, for the error.

    Raises:
        InvalidInputError: the argument is text, or cannot be iterated over.
    """
    if not isinstance(values, str | bytes) and is_iterable(values):
        return tuple(values)
    kind = "text" if isinstance(values, str) else type(values).__name__
    raise InvalidInputError(f"{name} is a list, such as [{example!r}], not {kind}")
