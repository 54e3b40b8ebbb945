"""Which modifiers a line may carry, alone and together.

A modifier that feesync does not price yet is refused by name: ignoring it would give a wrong amount.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from feesync.errors import ModifierError

ROW = frozenset({"26", "TC", "53"})
"""Modifiers that have rows of their own in CMS's relative value file."""

DISCONTINUED = "53"
"""Has rows of its own on a few codes only; elsewhere it is priced by report."""

SIDES = frozenset({"RT", "LT"})
"""Which side; alone they say so and change no price."""

_PRICED = ROW | SIDES | {"50"}
_BY_REPORT = frozenset({"22", "52", "66"})
_MOST = 4
_FORM = re.compile(r"[A-Z0-9]{2}")


@lru_cache(maxsize=1024)
def read(modifiers: Sequence[str]) -> tuple[str, ...]:
    """Return the modifiers of a line in one spelling, checked against each other.

    Raises:
        ModifierError: not a modifier, one that feesync does not price, more than the four that a claim line holds, one twice, or
            two that contradict each other.
    """
    read_ones = tuple(modifier.strip().upper() for modifier in modifiers)
    for modifier in read_ones:
        if not _FORM.fullmatch(modifier):
            raise ModifierError(f"{modifier[:40]!r} is not a modifier of two characters")
        if modifier not in _PRICED:
            if modifier in _BY_REPORT:
                raise ModifierError(f"modifier {modifier} is priced by report: the MAC sets the amount from the documentation")
            known = ", ".join(sorted(_PRICED))
            raise ModifierError(f"modifier {modifier} is not priced by feesync yet, and is not ignored; priced are {known}")
        if read_ones.count(modifier) > 1:
            raise ModifierError(f"modifier {modifier} stands twice")
    if len(read_ones) > _MOST:
        raise ModifierError(f"{len(read_ones)} modifiers; a claim line holds {_MOST}")
    if "50" in read_ones and SIDES & set(read_ones):
        raise ModifierError("50 means both sides; it contradicts RT and LT: give 50 alone, or RT and LT without it")
    rows = [modifier for modifier in read_ones if modifier in ROW]
    if len(rows) > 1:
        raise ModifierError(f"{rows[0]} contradicts {rows[1]}: each names another part of the service")
    return read_ones


def row_of(modifiers: Sequence[str]) -> str:
    """Return the modifier that has a row of its own in the relative value file, or an empty text."""
    return next((modifier for modifier in modifiers if modifier in ROW), "")
