"""The cells of tables for people: dollars, differences, names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feesync.model.money import dollars

if TYPE_CHECKING:
    from decimal import Decimal

_NAME_WIDTH = 48


def count_of(number: int, noun: str) -> str:
    """Return a number with its noun, such as `1 rate` or `4,360 rates`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def dollar_cell(cents: int | None) -> str:
    """Return cents as dollars for a table; None is an empty cell."""
    return "" if cents is None else f"{dollars(cents):,.2f}"


def change_cell(number: Decimal | None) -> str:
    """Return a difference with its sign for a table; None is an empty cell."""
    return "" if number is None else f"{number:+,}" if number else f"{number:,}"


def name_cell(name: str) -> str:
    """Return a locality's name for a table, cut where it is long: CMS's go up to 83 characters."""
    return name if len(name) <= _NAME_WIDTH else name[: _NAME_WIDTH - 3] + "..."
