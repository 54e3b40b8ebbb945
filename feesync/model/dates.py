"""Dates of service, and ages, as people type them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from feesync.errors import InvalidInputError
from feesync.model.reading import shown

_AGE = re.compile(r"([0-9]{1,4})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@lru_cache(maxsize=4096)
def read_date(text: str) -> date:
    """Return the date that a text means.

    Raises:
        InvalidInputError: it is not `YYYY-MM-DD`, or no day of the calendar.
    """
    stripped = text.strip()
    if _FORM.fullmatch(stripped):
        try:
            return date.fromisoformat(stripped)
        except ValueError:
            raise InvalidInputError(f"date {stripped} is no day of the calendar") from None
    raise InvalidInputError(f"date {text[:40]!r} is not YYYY-MM-DD")


def read_day(name: str, given: object) -> date:
    """Return the day that a `date` or the text `YYYY-MM-DD` means; of a time, its day.

    Raises:
        InvalidInputError: it is neither, or no day of the calendar.
    """
    if isinstance(given, str):
        return read_date(str.__str__(given))
    if isinstance(given, date):
        try:
            return date(given.year, given.month, given.day)
        except (TypeError, ValueError):  # a date of another library that stands for none
            pass
    raise InvalidInputError(f"{name} {shown(given)} is neither a date nor YYYY-MM-DD")


def read_age(text: str) -> timedelta:
    """Return the age that a text means: `12h`, `30d` or `4w`.

    Raises:
        InvalidInputError: it is none.
    """
    match = _AGE.fullmatch(text.strip().lower())
    if not match or not int(match[1]):
        raise InvalidInputError(f"{text[:40]!r} is not an age such as 12h, 30d or 4w")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
