"""Dates of service as people type them."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from feesync.errors import InvalidInputError

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
