"""Read dates of service, and ages of files, as people type them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from feesync.errors import InvalidInputError
from feesync.model.reading import excerpt

_AGE = r"([0-9]{1,4})([hdw])"
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@lru_cache(maxsize=4096)
def read_date(text: str) -> date:
    """Return the date that a text `YYYY-MM-DD` means.

    Raises:
        InvalidInputError: the text has another form, or is no day of the calendar.
    """
    stripped = text.strip()
    if _FORM.fullmatch(stripped):
        try:
            return date.fromisoformat(stripped)
        except ValueError:
            raise InvalidInputError(f"date {stripped} is no day of the calendar") from None
    raise InvalidInputError(f"date {text[:40]!r} is not YYYY-MM-DD")


def read_day(name: str, value: object) -> date:
    """Return the day that a `date`, a `datetime` or the text `YYYY-MM-DD` means.

    Args:
        name: the argument's name, for the error.
        value: what the caller gave.

    Raises:
        InvalidInputError: the value is none of them, or is no day of the calendar.
    """
    if isinstance(value, str):
        return read_date(str.__str__(value))
    if isinstance(value, date):
        try:
            return date(value.year, value.month, value.day)
        except (TypeError, ValueError):  # a date of another library that stands for none
            pass
    raise InvalidInputError(f"{name} {excerpt(value)} is neither a date nor YYYY-MM-DD")


def read_age(text: str) -> timedelta:
    """Return the age that a text such as `12h`, `30d` or `4w` means: hours, days or weeks.

    Raises:
        InvalidInputError: the text has another form, or the age is zero.
    """
    match = re.fullmatch(_AGE, text.strip().lower())
    if not match or not int(match[1]):
        raise InvalidInputError(f"{text[:40]!r} is not an age such as 12h, 30d or 4w")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
