"""Read the values of a query's parameters, from an address, a form or JSON alike.

What a value means is checked by the functions that answer. Out of scope: which parameters a query
has (query).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from feesync.errors import InvalidInputError
from feesync.model.dates import read_date
from feesync.model.reading import digits, excerpt, index
from feesync.queries.parameter import Kind, Parameter

_LONGEST = 1_000
"""The longest text; a claim line has at most 100 characters, an address of CMS's 200."""

_MOST = 2_000
"""The most values of a list."""

_TRUE, _FALSE = ("true", "on", "yes", "1"), ("false", "off", "no", "0")
_LINE_NAMES = 5
"""The names that the object of a claim line may have."""

_UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters, and halves of a character of two parts."""

_LARGEST_NUMBER = 10**15
"""Below it, a float of JSON with two or four decimals is the number that was written."""


def read(parameter: Parameter, given: object) -> Any:  # noqa: ANN401 - by its kind
    """Return the value of a parameter, or None where it is not given: None, or an empty text.

    Args:
        parameter: the parameter.
        given: a text or a JSON value; of several, or as a form repeats a name, a list of them.

    Raises:
        InvalidInputError: it is not of the parameter's kind, or is given more than once.
    """
    many = list(given) if isinstance(given, list | tuple) else [given]
    name = parameter.name
    if len(many) > _MOST:
        raise InvalidInputError(f"{name} has {len(many):,} values, more than {_MOST:,}")
    if isinstance(given, list | tuple) and None in many:
        raise InvalidInputError(f"{name} has a value that is null")
    values = [_read(parameter, each) for each in many if not _is_empty(parameter, each)]
    if parameter.several:
        return values or None
    if len(values) > 1 or (isinstance(given, list | tuple) and len(many) > 1):
        raise InvalidInputError(f"{name} is given {len(many)} times, and takes one value")
    return values[0] if values else None


def _is_empty(parameter: Parameter, value: object) -> bool:
    """Tell whether a value stands for none; `?qp` alone may mean yes, and is none of them."""
    if value is None:
        return True
    return isinstance(value, str) and not value.strip() and parameter.kind is not Kind.FLAG


def _read(parameter: Parameter, value: object) -> Any:  # noqa: ANN401 - by its kind
    if isinstance(value, str):
        value = _text(parameter.name, value)
    return _READERS[parameter.kind](parameter, value)


def _text(name: str, value: str) -> str:
    """Return a text without blanks around it, such as every database and every page can take."""
    if len(value) > _LONGEST:
        raise InvalidInputError(
            f"{name} {excerpt(value)} has {len(value):,} characters, more than {_LONGEST:,}"
        )
    text = value.strip()
    if _UNREADABLE.search(text):
        raise InvalidInputError(f"{name} {excerpt(text)} has a character that is no text")
    return text


def _read_text(parameter: Parameter, value: object) -> str:
    """Return a text; a whole number is taken for its digits, which a form would send."""
    text = value if isinstance(value, str) else _digits(parameter.name, value)
    return parameter.word(text) if parameter.word else text


def _digits(name: str, value: object) -> str:
    number = index(value)
    if number is None:
        raise InvalidInputError(f"{name} {excerpt(value)} is not text")
    return _text(name, str(number))


def _read_whole(parameter: Parameter, value: object) -> int:
    number = digits(value) if isinstance(value, str) else index(value)
    least, most = parameter.least or 0, parameter.most
    if number is None or number < least or (most is not None and number > most):
        bounds = f"of {least} or more" if most is None else f"from {least} to {most}"
        raise InvalidInputError(
            f"{parameter.name} {excerpt(value if number is None else number)} is not a whole "
            f"number {bounds}"
        )
    return number


def _read_amount(parameter: Parameter, value: object) -> str:
    """Return a number as its text; a JSON number is the shortest text that reads as the same."""
    if isinstance(value, str):
        return value
    number = index(value)
    if number is not None:
        return _text(parameter.name, str(number))
    if isinstance(value, Decimal) or (isinstance(value, float) and abs(value) < _LARGEST_NUMBER):
        return f"{Decimal(repr(value)) if isinstance(value, float) else value:f}"[:_LONGEST]
    raise InvalidInputError(f"{parameter.name} {excerpt(value)} is not a number")


def _read_flag(parameter: Parameter, value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = value.lower() if isinstance(value, str) else ""
    if word not in (*_TRUE, *_FALSE):
        raise InvalidInputError(f"{parameter.name} {excerpt(value)} is neither true nor false")
    return word in _TRUE


def _read_day(parameter: Parameter, value: object) -> date:
    if not isinstance(value, str):
        raise InvalidInputError(f"{parameter.name} {excerpt(value)} is not YYYY-MM-DD")
    return read_date(value)


def _read_line(parameter: Parameter, value: object) -> str | dict[str, Any]:
    if not isinstance(value, Mapping):
        return _read_text(parameter, value)
    if len(value) > _LINE_NAMES:
        raise InvalidInputError(f"a claim line has {len(value):,} names, more than {_LINE_NAMES}")
    return {
        _text(parameter.name, str(name)): _part(parameter.name, part)
        for name, part in value.items()
    }


def _part(name: str, value: object) -> object:
    """Return a part of a claim line; a number with decimals as its text."""
    if isinstance(value, list | tuple):
        return [_text(name, each) if isinstance(each, str) else each for each in value[:_MOST]]
    if isinstance(value, float) and abs(value) < _LARGEST_NUMBER:
        return f"{Decimal(repr(value)):f}"
    return _text(name, value) if isinstance(value, str) else value


_READERS = {
    Kind.TEXT: _read_text,
    Kind.WHOLE: _read_whole,
    Kind.AMOUNT: _read_amount,
    Kind.FLAG: _read_flag,
    Kind.DAY: _read_day,
    Kind.LINE: _read_line,
}


def nearest(name: str, names: Mapping[str, object]) -> str:
    """Return the name that is spelt most nearly as another; empty where none is near."""
    return next(iter(get_close_matches(name[:_LONGEST].lower(), names, n=1)), "")
