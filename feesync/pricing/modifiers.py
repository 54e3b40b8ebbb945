"""Which modifiers a line may carry, alone and together, and what the table says of one on a day.

What each does stands in data/reference/modifiers.csv; one that is not there is refused by name,
because ignoring it would give a wrong amount. Whether a modifier applies to a code is for the
modules of the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

from feesync.errors import ModifierError
from feesync.model.money import SCALE
from feesync.model.rate import Setting
from feesync.pricing.line import Line
from feesync.reference.modifiers import Effect, ModifierEffect, known_modifiers, modifier_effects

ROW = frozenset({"26", "TC", "53"})
"""Have rows of their own in CMS's relative value file."""

PROFESSIONAL, TECHNICAL = "26", "TC"

DISCONTINUED = "53"
"""Has rows of its own on a few codes only; elsewhere it is priced by report."""

SIDES = frozenset({"RT", "LT"})
"""Which side; alone they say so and change no price."""

BOTH_SIDES = "50"
ASSISTANTS = frozenset({"80", "81", "82", "AS"})
CO_SURGEON = "62"
TEAM = "66"
BORROWED = frozenset({BOTH_SIDES, "80"})
"""Modifiers whose factors are those of other lines too: both sides without 50, AS."""

SHARES = frozenset({"54", "55", "56"})
"""Shares of the global period, where more than one practitioner furnishes it."""

RETURN = "78"
"""Return to the operating room for a complication."""

EQUIPMENT = frozenset({"FX", "FY", "CT"})
"""Equipment for which Medicare pays less of the technical part."""

THERAPY_ASSISTANTS = frozenset({"CQ", "CO"})

SHARED_TRIP = frozenset({"UN", "UP", "UQ", "UR", "US"})
"""Divide a trip of X-ray equipment among its patients."""

ANOTHER_SERVICE = frozenset({"59", "76", "77", "91", "XE", "XP", "XS", "XU"})
"""Say of a line that it is another service than an equal one: neither its double nor its other side."""

_PRICED = frozenset(
    {
        Effect.PICKS_ROW,
        Effect.MULTIPLIES,
        Effect.SHARE,
        Effect.SETTING,
        Effect.BY_REPORT,
        Effect.DENIES,
        Effect.ANESTHESIA,
    }
)
"""Effects by which a line has another price, or none, than without the modifier."""

_EXCLUSIVE = (
    (ROW, "each names another part of the service"),
    (ASSISTANTS | {CO_SURGEON, TEAM}, "each names another role in the operation"),
    (SHARES | {RETURN}, "each pays another share of the global period; give a line for each"),
    (EQUIPMENT, "each names other equipment"),
    (THERAPY_ASSISTANTS, "one is for physical, the other for occupational therapy"),
    (frozenset({"GP", "GO", "GN"}), "each names another plan of care"),
    (frozenset({"AA", "AD", "QK", "QX", "QY", "QZ"}), "each names another role in the anesthesia"),
    (frozenset({"P1", "P2", "P3", "P4", "P5", "P6"}), "each names another state of the patient"),
    (
        frozenset({"GA", "GZ"}),
        "one says that there is an advance notice, the other that there is none",
    ),
    (
        frozenset({"GY", "GZ"}),
        "one says that the service is excluded, the other that it is not necessary",
    ),
    # the DME MACs' articles of GA and GY (mobilitymgmt.com): never on the same line
    (
        frozenset({"GA", "GY"}),
        "one says that the service may be found not necessary, the other that it is excluded",
    ),
    (frozenset({"Q7", "Q8", "Q9"}), "each names another class of findings"),
    (
        frozenset({"JW", "JZ"}),
        "one is for a discarded amount, the other says that nothing was discarded",
    ),
    (
        frozenset({DISCONTINUED, "73", "74"}),
        "each names another way in which a procedure was stopped",
    ),
    # CMS's MLN article on PO and PN (bricker.com)
    (
        frozenset({"PN", "PO"}),
        "one is for excepted, the other for all other services of an off-campus department",
    ),
    (frozenset({"96", "97"}), "one is for habilitative, the other for rehabilitative care"),
    (SHARED_TRIP, "each names another number of patients"),
)
_APART = (
    (ASSISTANTS, SHARES, "an assistant has no share of the global period"),
    # Claims Processing Manual ch. 5 s. 20.1: CQ goes with GP, CO with GO
    (frozenset({"CQ"}), frozenset({"GO", "GN"}), "CQ is for physical therapy, which GP marks"),
    (frozenset({"CO"}), frozenset({"GP", "GN"}), "CO is for occupational therapy, which GO marks"),
    # CR 6563 (xifin.com, 2009-12); beside GY and TS it stands
    (
        frozenset({"GX"}),
        frozenset({"EY", "GA", "GL", "GZ", "KB", "QL"}),
        "a voluntary notice is for services that are excluded",
    ),
)
_OPPOSITE = {"left": "RT", "right": "LT"}
_MOST = 4
_MOST_NEAR = 6
_FORM = re.compile(r"[A-Z0-9]{2}")
_LOOK_ALIKE = str.maketrans("O0I1S5", "0O1I5S")


@lru_cache(maxsize=8192)
def read(modifiers: Sequence[str]) -> tuple[str, ...]:
    """Return the modifiers of a line in one spelling, checked against each other.

    Raises:
        ModifierError: not a modifier, one that is not in the table, more than the four that a claim
            line holds, one twice, or two that contradict each other.
    """
    read_ones = tuple(modifier.upper() for modifier in modifiers)
    for modifier in read_ones:
        if not _FORM.fullmatch(modifier):
            raise ModifierError(f"{modifier[:40]!r} is not a modifier of two characters")
        if not modifier_effects(modifier):
            raise _unknown(modifier)
        if read_ones.count(modifier) > 1:
            raise ModifierError(f"modifier {modifier} stands twice")
    if len(read_ones) > _MOST:
        raise ModifierError(f"{len(read_ones)} modifiers; a claim line holds {_MOST}")
    if len(read_ones) > 1:
        _check_together(frozenset(read_ones))
    return read_ones


def _unknown(modifier: str) -> ModifierError:
    """Return the error for a modifier that is not in the table, with those that it may be a slip for."""
    from feesync.hints import Hint, HintKind  # where something is wrong, not at every start

    known = known_modifiers()
    slips = {
        modifier[::-1],
        modifier[0] + modifier[1].translate(_LOOK_ALIKE),
        modifier[0].translate(_LOOK_ALIKE) + modifier[1],
    }
    near = [other for other in known if other in slips] or [
        other for other in known if other[0] == modifier[0]
    ]
    near_it = (
        f"; near it {'is' if len(near) == 1 else 'are'} {', '.join(near[:_MOST_NEAR])}"
        if near
        else ""
    )
    return ModifierError(
        f"modifier {modifier} is not known to feesync, and is not ignored{near_it}",
        hint=Hint(HintKind.LIST_MODIFIERS),
    )


def _check_together(given: frozenset[str]) -> None:
    if BOTH_SIDES in given and SIDES & given:
        raise ModifierError(
            "50 means both sides; it contradicts RT and LT: give 50 alone, or RT and LT without it"
        )
    for group, why in _EXCLUSIVE:
        together = sorted(group & given)
        if len(together) > 1:
            raise ModifierError(f"{together[0]} contradicts {together[1]}: {why}")
    for some, others, why in _APART:
        if (one := some & given) and (other := others & given):
            raise ModifierError(f"{min(other)} contradicts {min(one)}: {why}")
    if BOTH_SIDES in given or SIDES & given:
        _check_sites(given)


def _check_sites(given: frozenset[str]) -> None:
    """Refuse a site beside 50, and beside the other side.

    Source: First Coast Service Options, anatomical modifiers.
    """
    for modifier in sorted(sites(given)):
        site = modifier_effects(modifier)[0].site
        if BOTH_SIDES in given:
            raise ModifierError(
                f"50 contradicts {modifier}: 50 means both sides, {modifier} names one "
                f"{site.split()[-1]}"
            )
        other = _OPPOSITE.get(site.split()[0])
        if other in given:
            raise ModifierError(f"{other} contradicts {modifier}: {modifier} names a {site}")


def on(modifier: str, day: date) -> ModifierEffect | None:
    """Return what a modifier does on a day.

    None where it is out of use then, as far as is recalled.

    A day out of use is refused where the dates were read in a source, because the claim would be
    returned. Dates that are only recalled do not refuse a line.

    Raises:
        ModifierError: it is not in use on the day.
    """
    rows = modifier_effects(modifier)
    for row in rows:
        if row.first <= day <= row.last:
            return row
    if all(row.confidence == "R" for row in rows):
        return None
    raise ModifierError(f"modifier {modifier} is in use {period(rows)}, not on {day}")


def factor_of(modifier: str, day: date) -> int:
    """Return what is left of an amount by a modifier whose factor has four decimals at most.

    In ten-thousandths; all of it where the modifier is out of use.

    Raises:
        ModifierError: it is not in use on the day.
    """
    row = on(modifier, day)
    return int(row.scaled_factor) if row else SCALE


def period(rows: Sequence[ModifierEffect]) -> str:
    """Return from when to when a modifier is in use, in words."""
    first, last = rows[0].first, rows[-1].last
    parts = (
        [f"from {first} on" if last == date.max else f"from {first}"] if first != date.min else []
    )
    return " ".join(parts if last == date.max else [*parts, f"to {last}"])


def has(modifiers: Iterable[str], effect: Effect) -> bool:
    """Tell whether one of the modifiers has an effect, on any day."""
    return any(row.effect is effect for modifier in modifiers for row in modifier_effects(modifier))


def sites(modifiers: Iterable[str]) -> frozenset[str]:
    """Return those that name a finger, a toe, an eyelid or a vessel.

    Lines with different ones are of different sites.
    """
    return frozenset(modifier for modifier in modifiers if modifier_effects(modifier)[0].site)


@lru_cache(maxsize=8192)
def telling_apart(modifiers: tuple[str, ...]) -> frozenset[str]:
    """Return those by which a line is another service, or has another price, than a line without them; not RT and LT.

    Two lines of a code on which these are the same are two of one service.
    """
    priced = (
        modifier
        for modifier in modifiers
        if any(row.effect in _PRICED for row in modifier_effects(modifier))
    )
    return frozenset(priced) | sites(modifiers)


def row_of(modifiers: Sequence[str]) -> str:
    """Return the modifier that has a row of its own in the relative value file, or an empty text."""
    return next((modifier for modifier in modifiers if modifier in ROW), "")


def placed(line: Line) -> Line:
    """Return a line in the setting that its modifiers give it.

    PD sets the facility amount everywhere.
    """
    if line.setting is Setting.NONFACILITY and has(line.modifiers, Effect.SETTING):
        return line._replace(setting=Setting.FACILITY)
    return line
