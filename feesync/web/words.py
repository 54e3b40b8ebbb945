"""Values as a page has them: money, changes, days, counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from feesync.model.money import dollars_or_none

NO_PRICE = "no price"


def money(amount: Decimal | None) -> str:
    """Return dollars with their cents."""
    return NO_PRICE if amount is None else f"{amount:,.2f}"


def cents(amount: int | None) -> str:
    """Return whole cents as dollars with their cents."""
    return money(dollars_or_none(amount))


def signed(amount: Decimal | None) -> str:
    """Return a difference with its sign; none is an empty text."""
    if amount is None:
        return ""
    text = f"{abs(amount):,}"
    return f"+{text}" if amount > 0 else f"\u2212{text}" if amount < 0 else text


def percent(number: Decimal | None) -> str:
    """Return a change in percent with its sign; none is an empty text."""
    return f"{signed(number)} %" if number is not None else ""


def plural(number: int, noun: str) -> str:
    """Return a number with its noun: `1 line`, `4,360 lines`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def day(value: date | None) -> str:
    """Return a day as the date that is typed; none is an empty text."""
    return "" if value is None else value.isoformat()


FILTERS: dict[str, Callable[..., Any]] = {
    "money": money,
    "cents": cents,
    "signed": signed,
    "percent": percent,
    "plural": plural,
    "day": day,
}
