"""The technical part of a row: whether it has one, is one, or needs another row's rate for it."""

from __future__ import annotations

from feesync.model.rate import Indicators

TESTS, TECHNICAL_ONLY, GLOBAL_ONLY = "1", "3", "4"
"""PC/TC indicators: tests with 26 and TC rows, codes of a technical part, codes of the whole."""


def is_part(indicators: Indicators) -> bool:
    """Tell whether the technical part is less than the whole row, and needs its own rates."""
    return indicators.pctc == GLOBAL_ONLY or (
        indicators.pctc == TESTS and indicators.modifier == ""
    )


def has_technical_part(indicators: Indicators) -> bool:
    """Tell whether a row is a technical part, or includes one."""
    return indicators.pctc in (TESTS, TECHNICAL_ONLY, GLOBAL_ONLY) and indicators.modifier != "26"
