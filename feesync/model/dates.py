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
_RELATIVE = {"today": 0, "yesterday": 1}
_NUMBERS = r"(?P<month>[0-9]{1,2})[-/](?P<day>[0-9]{1,2})(?:[-/](?P<year>[0-9]+))?"
_FORMS = (
    r"(?P<year>[0-9]{4})[-/](?P<month>[0-9]{1,2})[-/](?P<day>[0-9]{1,2})",
    r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
    _NUMBERS,
    r"(?P<word>[a-z]{3,9})\.?[- ]*(?P<day>[0-9]{1,2})(?:[-, ]+(?P<year>[0-9]+))?",
    r"(?P<day>[0-9]{1,2})[- ]*(?P<word>[a-z]{3,9})\.?(?:[-, ]*(?P<year>[0-9]+))?",
)
"""The forms of a date besides YYYY-MM-DD; numbers are month, day, year, as people write them in the
United States."""

_MIDNIGHT = re.compile(r"(?:[T ]0{1,2}:00(?::00(?:\.0+)?)?|\s12:00(?::00(?:\.0+)?)?\s?AM)", re.I)
"""The time of a day without one, as databases and spreadsheets write it."""

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_FULL_YEAR = 4
_CENTURY = 2000


def read_date(text: str) -> date:
    """Return the date that a text means.

    Args:
        text: `2025-11-03`, `20251103`, `11/03/2025` (month, day, year), `Nov 3 2025`,
            `3 November 2025`, `today` or `yesterday`. Midnight behind a date is no time.

    Raises:
        InvalidInputError: the text has another form, has no year of four digits, or is no day of
            the calendar; the message says what to give instead.
    """
    back = _RELATIVE.get(text.strip().lower())
    return _fixed(text) if back is None else date.today() - timedelta(days=back)


@lru_cache(maxsize=4096)
def _fixed(text: str) -> date:
    """Return the date of a text that means the same day on every day."""
    stripped = text.strip()
    if _FORM.fullmatch(stripped):
        return _in_calendar(stripped, stripped)
    if (time := _MIDNIGHT.search(stripped)) and time.end() == len(stripped):
        stripped = stripped[: time.start()].rstrip()
    words = stripped.lower()
    parts = next(
        (
            found.groupdict()
            for found in (re.fullmatch(form, words, re.ASCII) for form in _FORMS)
            if found
        ),
        None,
    )
    month = parts and _month(parts)
    if not parts or not month:
        raise InvalidInputError(
            f"date {text[:40]!r} is not YYYY-MM-DD, such as 2025-11-03; nor 11/03/2025, "
            "Nov 3 2025, today or yesterday"
        )
    return _of_parts(stripped, month, int(parts["day"]), parts["year"] or "")


def _of_parts(text: str, month: int, day: int, year: str) -> date:
    """Return the date of a month, a day and a year; refuse one without a year of four digits."""
    if len(year) == _FULL_YEAR:
        if month > len(_MONTHS) >= day and not text.startswith(year):
            raise InvalidInputError(
                f"date {text} has no month {month}: numbers are month/day/year; give "
                f"{year}-{day:02}-{month:02} if that is meant"
            )
        return _in_calendar(f"{year}-{month:02}-{day:02}", text)
    short = len(year) == len(str(_CENTURY)) // 2
    full = str(_CENTURY + int(year)) if short else str(date.today().year)
    fault = "no year" if not year else f"the year {year}, not one of four digits"
    raise InvalidInputError(
        f"date {text[:40]} has {fault}: give it in full, as in {full}-{month:02}-{day:02}"
    )


def _month(parts: dict[str, str | None]) -> int | None:
    """Return the number of the month of the parts of a date, or None for an unknown word."""
    if number := parts.get("month"):
        return int(number)
    word = parts.get("word") or ""
    return next((at for at, name in enumerate(_MONTHS, 1) if name.startswith(word)), None)


def _in_calendar(iso: str, text: str) -> date:
    try:
        return date.fromisoformat(iso)
    except ValueError:
        more = "; eight digits are YYYYMMDD, as in 20251103" if text.isdigit() else ""
        raise InvalidInputError(f"date {text} is no day of the calendar{more}") from None


def read_day(name: str, value: object) -> date:
    """Return the day that a `date`, a `datetime` or a text that `read_date` reads means.

    Dates of pandas and numpy will do too.

    Args:
        name: the argument's name, for the error.
        value: what the caller gave.

    Raises:
        InvalidInputError: the value is none of them, or is no day of the calendar.
    """
    if isinstance(value, str):
        text = str.__str__(value)
        return _fixed(text) if text[:1].isdigit() else read_date(text)
    if isinstance(value, date):
        try:
            return date(value.year, value.month, value.day)
        except (TypeError, ValueError):  # a date of another library that stands for none
            pass
    if type(value).__name__ == "datetime64" and str(value) != "NaT":  # numpy's
        return _fixed(str(value)[:10])
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
