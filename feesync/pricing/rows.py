"""The rows of the fee schedule for a line: its own, and those of its technical part.

The caller's lookup, which has one method, finds their rates.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Protocol

from feesync.errors import ModifierError, UnknownCodeError
from feesync.model.rate import Rate
from feesync.pricing.line import Line
from feesync.pricing.modifiers import DISCONTINUED, PROFESSIONAL, TECHNICAL, names_a_setting, row_of
from feesync.reference.codes import technical_codes


class RateLookup(Protocol):
    """Finds rates for pricing."""

    def rate(self, hcpcs: str, row: str, line: Line) -> Rate:
        """Return the rate of a code and row modifier, in the place and on the day of a line.

        Raises:
            UnknownCodeError: there is none; `rows` has the rows of the code.
        """


def rate_of(line: Line, rates: RateLookup) -> Rate:
    """Return the rate of a line.

    A code without a row for 53 has its own row, and 53 is then priced by report. PD means the
    professional row of a code with parts.

    Raises:
        ModifierError: the code does not have the row that the modifiers name.
        UnknownCodeError: there is no such code.
    """
    modifiers = line.modifiers
    row = row_of(modifiers) if modifiers else ""
    if modifiers and not row and names_a_setting(modifiers):
        with suppress(UnknownCodeError):
            return rates.rate(line.hcpcs, PROFESSIONAL, line)
    try:
        return rates.rate(line.hcpcs, row, line)
    except UnknownCodeError as error:
        if not error.rows:
            raise
        if row == DISCONTINUED and "" in error.rows:
            return rates.rate(line.hcpcs, "", line)
        rows = ", ".join(filter(None, error.rows))
    if not row:
        raise ModifierError(f"{line.hcpcs} has rows for modifier {rows} only; give one")
    has_rows = f"its rows are {rows}" if rows else "it has no such parts"
    raise ModifierError(f"modifier {row} does not apply to {line.hcpcs}: {has_rows}")


def technical_rates(line: Line, rates: RateLookup) -> list[Rate]:
    """Return the rates of the technical part of a line's code, none where one is missing."""
    rows = [(code, "") for code in technical_codes().get(line.hcpcs, ())]
    try:
        return [rates.rate(*row, line) for row in rows or [(line.hcpcs, TECHNICAL)]]
    except UnknownCodeError:
        return []
