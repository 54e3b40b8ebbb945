"""The modifiers of a line, alone and together, and what the table says of each on a day.

The table is data/reference/modifiers.csv. A modifier that is not in it is refused by name, because
ignoring it would give a wrong amount. Whether a modifier applies to a code is decided in the
modules of the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

from feesync.errors import Hint, HintKind, ModifierError
from feesync.model.money import SCALE
from feesync.model.rate import Setting
from feesync.pricing.line import Line
from feesync.reference.modifiers import Effect, ModifierEffect, known_modifiers, modifier_effects

ROW = frozenset({"26", "TC", "53"})
"""Modifiers with rows of their own in CMS's relative value file."""

PROFESSIONAL, TECHNICAL = "26", "TC"

DISCONTINUED = "53"
"""It has rows of its own on a few codes; on all others it is priced by report."""

SIDES = frozenset({"RT", "LT"})
"""The modifiers of a single side, which alone change no price."""

BOTH_SIDES = "50"
ASSISTANTS = frozenset({"80", "81", "82", "AS"})
CO_SURGEON = "62"
TEAM = "66"
BORROWED = frozenset({BOTH_SIDES, "80"})
"""Modifiers whose factors hold for other lines too: 50 for both sides in another form, 80 for
AS."""

SHARES = frozenset({"54", "55", "56"})
"""Shares of the global period, where several practitioners furnish it."""

RETURN = "78"
"""Return to the operating room for a complication."""

EQUIPMENT = frozenset({"FX", "FY", "CT"})
"""Older equipment, for which Medicare pays less of the technical part."""

THERAPY_ASSISTANTS = frozenset({"CQ", "CO"})

SHARED_TRIP = frozenset({"UN", "UP", "UQ", "UR", "US"})
"""They divide the payment for a trip of X-ray equipment among its patients."""

ANOTHER_SERVICE = frozenset({"59", "76", "77", "91", "XE", "XP", "XS", "XU"})
"""They say that a line is another service than an equal one, neither its double nor its other
side."""

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
_NAMES = {
    "BILATERAL": BOTH_SIDES,
    "LEFT": "LT",
    "RIGHT": "RT",
    "PROFESSIONAL": PROFESSIONAL,
    "TECHNICAL": TECHNICAL,
}
"""What people call a modifier."""

_OPPOSITE = {"left": "RT", "right": "LT"}
_MOST = 4
_MOST_NEAR = 6
_FORM = re.compile(r"[A-Z0-9]{2}")
_LOOK_ALIKE = str.maketrans("O0I1S5", "0O1I5S")


@lru_cache(maxsize=8192)
def read(modifiers: Sequence[str]) -> tuple[str, ...]:
    """Return the modifiers of a line in capitals, checked against each other.

    Raises:
        ModifierError: a text is no modifier, or not in the table; or there are more than the four
            that a claim line can have, one twice, or two that contradict each other.
    """
    capitals = tuple(modifier.upper() for modifier in modifiers)
    for modifier in capitals:
        if not _FORM.fullmatch(modifier):
            meant = _NAMES.get(modifier)
            way = f"give {meant}" if meant else "several are given as 50,KX"
            raise ModifierError(f"{modifier[:40]!r} is not a modifier of two characters; {way}")
        if not modifier_effects(modifier):
            raise _unknown(modifier)
        if capitals.count(modifier) > 1:
            raise ModifierError(f"modifier {modifier} appears twice")
    if len(capitals) > _MOST:
        raise ModifierError(f"{len(capitals)} modifiers; a claim line holds {_MOST}")
    if len(capitals) > 1:
        _check_together(frozenset(capitals))
    return capitals


def _unknown(modifier: str) -> ModifierError:
    """Return the error for a modifier that is not in the table, with similar ones that are."""
    names = known_modifiers()
    slips = {
        modifier[::-1],
        modifier[0] + modifier[1].translate(_LOOK_ALIKE),
        modifier[0].translate(_LOOK_ALIKE) + modifier[1],
    }
    near = [other for other in names if other in slips] or [
        other for other in names if other[0] == modifier[0]
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


def _check_together(modifiers: frozenset[str]) -> None:
    if BOTH_SIDES in modifiers and SIDES & modifiers:
        raise ModifierError(
            "50 means both sides; it contradicts RT and LT: give 50 alone, or RT and LT without it"
        )
    for group, why in _EXCLUSIVE:
        together = sorted(group & modifiers)
        if len(together) > 1:
            raise ModifierError(f"{together[0]} contradicts {together[1]}: {why}")
    for some, others, why in _APART:
        if (one := some & modifiers) and (other := others & modifiers):
            raise ModifierError(f"{min(other)} contradicts {min(one)}: {why}")
    if BOTH_SIDES in modifiers or SIDES & modifiers:
        _check_sites(modifiers)


def _check_sites(modifiers: frozenset[str]) -> None:
    """Refuse a site together with 50, or with the other side.

    Source: First Coast Service Options, anatomical modifiers.
    """
    for modifier in sorted(sites(modifiers)):
        site = modifier_effects(modifier)[0].site
        if BOTH_SIDES in modifiers:
            raise ModifierError(
                f"50 contradicts {modifier}: 50 means both sides, {modifier} names one "
                f"{site.split()[-1]}"
            )
        other = _OPPOSITE.get(site.split()[0])
        if other in modifiers:
            raise ModifierError(f"{other} contradicts {modifier}: {modifier} names a {site}")


def on(modifier: str, day: date) -> ModifierEffect | None:
    """Return what a modifier does on a day, or None where feesync recalls that it was not in use.

    Where a source has the dates, a modifier that is not in use is refused, because the claim would
    be returned. Dates that are only recalled do not refuse a line.

    Raises:
        ModifierError: the modifier is not in use on the day.
    """
    rows = modifier_effects(modifier)
    for row in rows:
        if row.first <= day <= row.last:
            return row
    if all(row.confidence == "R" for row in rows):
        return None
    raise ModifierError(f"modifier {modifier} is in use {period(rows)}, not on {day}")


def factor_of(modifier: str, day: date) -> int:
    """Return the factor of a modifier in ten-thousandths, 10000 where it is not in use.

    Raises:
        ModifierError: the modifier is not in use on the day.
    """
    row = on(modifier, day)
    return int(row.scaled_factor) if row else SCALE


def period(rows: Sequence[ModifierEffect]) -> str:
    """Return in words from when to when a modifier is in use."""
    first, last = rows[0].first, rows[-1].last
    parts = (
        [f"from {first} on" if last == date.max else f"from {first}"] if first != date.min else []
    )
    return " ".join(parts if last == date.max else [*parts, f"to {last}"])


def has(modifiers: Iterable[str], effect: Effect) -> bool:
    """Tell whether one of the modifiers has an effect, on any day."""
    return any(row.effect is effect for modifier in modifiers for row in modifier_effects(modifier))


@lru_cache(maxsize=8192)
def names_a_setting(modifiers: tuple[str, ...]) -> bool:
    """Tell whether one of the modifiers implies the setting of its line."""
    return has(modifiers, Effect.SETTING)


def sites(modifiers: Iterable[str]) -> frozenset[str]:
    """Return the modifiers that name a finger, a toe, an eyelid or a vessel.

    Lines with different ones are at different sites.
    """
    return frozenset(modifier for modifier in modifiers if modifier_effects(modifier)[0].site)


@lru_cache(maxsize=8192)
def telling_apart(modifiers: tuple[str, ...]) -> frozenset[str]:
    """Return the modifiers, other than RT and LT, that make a line another service or price.

    Two lines of a code with the same ones are lines of one service.
    """
    priced = (
        modifier
        for modifier in modifiers
        if any(row.effect in _PRICED for row in modifier_effects(modifier))
    )
    return frozenset(priced) | sites(modifiers)


def row_of(modifiers: Sequence[str]) -> str:
    """Return the modifier that has a row of its own in the relative value file, or empty text."""
    for modifier in modifiers:
        if modifier in ROW:
            return modifier
    return ""


def in_its_setting(line: Line) -> Line:
    """Return a line in the setting that its modifiers imply: PD means the facility amount."""
    by_modifier = line.modifiers and names_a_setting(line.modifiers)
    if by_modifier and line.setting is Setting.NONFACILITY:
        return line.on_terms(setting=Setting.FACILITY)
    return line
