"""What a caller gives, read into plain checked values: text, flags, whole numbers, lists.

The one door of the public functions: whatever an argument is, it comes out as the type that the
code behind expects, or as an InvalidInputError with the argument's name. Integers are whatever
Python may index with, so that a cell of a table will do; text is text whatever its class. Out of
scope: what an argument means (arguments), dates, codes, money and paths, which have readers of
their own built on these.
"""

from __future__ import annotations

import operator
import reprlib
from collections.abc import Iterable
from decimal import Decimal
from typing import TypeVar

from feesync.errors import InvalidInputError

_T = TypeVar("_T")
_MOST_SHOWN = 60


class _Beginning(reprlib.Repr):
    """The beginning of a value's repr, made of no more of the value than is shown."""

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


def shown(value: object) -> str:
    """Return a value as an error shows it: short, whatever it is."""
    try:
        text = _BEGINNING.repr(value)
    except ValueError:
        text = f"a huge {type(value).__name__}"
    except Exception:  # an object that cannot say what it is
        text = f"a {type(value).__name__}"
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 3] + "..."


def text(name: str, value: object) -> str:
    """Return text without blanks around it, as plain `str`: an enum of texts is its value.

    Raises:
        InvalidInputError: it is no text.
    """
    if not isinstance(value, str):
        raise InvalidInputError(f"{name} {shown(value)} is not text")
    return str.__str__(value).strip()


def flag(name: str, value: object) -> bool:
    """Return True or False, and nothing that only looks like them.

    Raises:
        InvalidInputError: it is neither.
    """
    if not isinstance(value, bool):
        raise InvalidInputError(f"{name} {shown(value)} is neither True nor False")
    return value


def index(value: object) -> int | None:
    """Return an integer of any type (`numpy.int64` too) as `int`.

    None for anything else, True and False too.
    """
    if isinstance(value, bool):
        return None
    try:
        return int(operator.index(value))  # type: ignore[arg-type]
    except TypeError:
        return None


def whole(name: str, value: object, least: int, most: int, what: str = "a whole number") -> int:
    """Return a whole number between two bounds.

    Raises:
        InvalidInputError: it is none, or out of bounds.
    """
    number = index(value)
    if number is None or not least <= number <= most:
        raise InvalidInputError(f"{name} {shown(value)} is not {what} from {least} to {most}")
    return number


def seconds(name: str, value: object, most: int) -> float:
    """Return a number of seconds, with decimals or without.

    Raises:
        InvalidInputError: it is none, or negative, or more than `most`.
    """
    number = value if isinstance(value, float) else index(value)
    if number is None or not 0 <= number <= most:
        raise InvalidInputError(
            f"{name} {shown(value)} is not a number of seconds from 0 to {most}"
        )
    return float(number)


def is_iterable(value: object) -> bool:
    """Tell whether a value has parts.

    An array without a dimension has none, though its class is that of lists.
    """
    try:
        iter(value)  # type: ignore[call-overload]
    except TypeError:
        return False
    return True


def listed_or_none(name: str, values: Iterable[_T] | None, example: _T) -> tuple[_T, ...]:
    """Return the values of an argument that is to be a list or None, which is an empty one.

    Raises:
        InvalidInputError: it is neither.
    """
    return () if values is None else listed(name, values, example)


def listed(name: str, values: Iterable[_T], example: _T) -> tuple[_T, ...]:
    """Return the values of an argument that is to be a list.

    Raises:
        InvalidInputError: it is none.
    """
    if not isinstance(values, str | bytes) and is_iterable(values):
        return tuple(values)
    kind = "text" if isinstance(values, str) else type(values).__name__
    raise InvalidInputError(f"{name} is a list, such as [{example!r}], not {kind}")


def states(given: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the states that one text or a list of texts names, in capitals; none for None."""
    if given is None:
        return ()
    named = (given,) if isinstance(given, str) else listed("state", given, "CA")
    found = tuple(dict.fromkeys(text("state", state).upper() for state in named))
    if "" in found:
        raise InvalidInputError("state is empty; name one by its two letters, such as CA")
    return found
