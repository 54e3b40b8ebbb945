"""Which modifiers a line may carry, alone and together.

Every modifier here prices, informs, leaves the amount to the MAC, or denies; one that feesync does not know is refused by name,
because ignoring it would give a wrong amount. Whether a modifier applies to a code is for the modules of the rules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from feesync.errors import ModifierError

ROW = frozenset({"26", "TC", "53"})
"""Have rows of their own in CMS's relative value file."""

DISCONTINUED = "53"
"""Has rows of its own on a few codes only; elsewhere it is priced by report."""

SIDES = frozenset({"RT", "LT"})
"""Which side; alone they say so and change no price."""

BOTH_SIDES = "50"
ASSISTANTS = frozenset({"80", "81", "82", "AS"})
CO_SURGEON = "62"
TEAM = "66"
SHARES = frozenset({"54", "55", "56"})
"""Shares of the global period, where more than one practitioner furnishes it."""

RETURN = "78"
"""Return to the operating room for a complication."""

EQUIPMENT = frozenset({"FX", "FY", "CT"})
"""Equipment for which Medicare pays less of the technical part."""

THERAPY_ASSISTANTS = frozenset({"CQ", "CO"})
BY_REPORT = frozenset({"22", "52", DISCONTINUED, TEAM})
DENIED = frozenset({"GY", "GZ"})
ANESTHESIA = frozenset({"AA", "QK", "QX", "QY", "QZ"})
INFORMATIONAL = SIDES | frozenset(
    {
        "24", "25", "33", "51", "57", "58", "59", "76", "77", "79", "91", "93", "95", "GA", "GC", "GT", "KX", "PT", "Q3", "SF",
        "XE", "XP", "XS", "XU",
    }
)  # fmt: skip
"""Change no price. 51 among them: Medicare ranks multiple procedures itself; and 33, PT, Q3 and SF, which change who pays."""

KNOWN = (
    ROW | {BOTH_SIDES, CO_SURGEON, RETURN} | ASSISTANTS | SHARES | EQUIPMENT | THERAPY_ASSISTANTS | BY_REPORT | DENIED | ANESTHESIA
    | INFORMATIONAL
)  # fmt: skip

_EXCLUSIVE = (
    (ROW, "each names another part of the service"),
    (ASSISTANTS | {CO_SURGEON, TEAM}, "each names another role in the operation"),
    (SHARES | {RETURN}, "each pays another share of the global period; give a line for each"),
    (EQUIPMENT, "each names other equipment"),
    (THERAPY_ASSISTANTS, "one is for physical, the other for occupational therapy"),
    (ANESTHESIA, "each names another role in the anesthesia"),
    (frozenset({"GA", "GZ"}), "one says that there is an advance notice, the other that there is none"),
    (DENIED, "one says that the service is excluded, the other that it is not necessary"),
)
_MOST = 4
_FORM = re.compile(r"[A-Z0-9]{2}")


@lru_cache(maxsize=8192)
def read(modifiers: Sequence[str]) -> tuple[str, ...]:
    """Return the modifiers of a line in one spelling, checked against each other.

    Raises:
        ModifierError: not a modifier, one that feesync does not know, more than the four that a claim line holds, one twice, or
            two that contradict each other.
    """
    read_ones = tuple(modifier.strip().upper() for modifier in modifiers)
    for modifier in read_ones:
        if not _FORM.fullmatch(modifier):
            raise ModifierError(f"{modifier[:40]!r} is not a modifier of two characters")
        if modifier not in KNOWN:
            raise ModifierError(
                f"modifier {modifier} is not known to feesync, and is not ignored; known are {' '.join(sorted(KNOWN))}"
            )
        if read_ones.count(modifier) > 1:
            raise ModifierError(f"modifier {modifier} stands twice")
    if len(read_ones) > _MOST:
        raise ModifierError(f"{len(read_ones)} modifiers; a claim line holds {_MOST}")
    _check_together(read_ones)
    return read_ones


def _check_together(modifiers: tuple[str, ...]) -> None:
    given = frozenset(modifiers)
    if BOTH_SIDES in given and SIDES & given:
        raise ModifierError("50 means both sides; it contradicts RT and LT: give 50 alone, or RT and LT without it")
    for group, why in _EXCLUSIVE:
        together = sorted(group & given)
        if len(together) > 1:
            raise ModifierError(f"{together[0]} contradicts {together[1]}: {why}")
    if (assistant := ASSISTANTS & given) and (share := SHARES & given):
        raise ModifierError(f"{min(share)} contradicts {min(assistant)}: an assistant has no share of the global period")


def row_of(modifiers: Sequence[str]) -> str:
    """Return the modifier that has a row of its own in the relative value file, or an empty text."""
    return next((modifier for modifier in modifiers if modifier in ROW), "")
