"""Both sides: modifier 50, RT with LT, or two units, by the bilateral indicator of the code.

Which units and lines are the two sides of one procedure is decided in `pricing.units`. Source: CMS
record layout of the relative value file, field Bilateral Surgery (Modifier 50); Medicare Claims
Processing Manual, chapter 12, section 40.7.
"""

from __future__ import annotations

from datetime import date

from feesync.errors import ModifierError
from feesync.model.money import SCALE, decimal_percent
from feesync.model.note import Note
from feesync.model.rate import Indicators
from feesync.pricing.line import Adjustment, Line
from feesync.pricing.modifiers import (
    ANOTHER_SERVICE,
    BOTH_SIDES,
    RETURN,
    SIDES,
    factor_of,
    sites,
)
from feesync.pricing.surgery import GLOBAL_DAYS

SOURCE = (
    "RVU record layout, Bilateral Surgery (Modifier 50); Claims Processing Manual ch. 12 s. 40.7"
)
_RETURN_SOURCE = "Claims Processing Manual ch. 12 s. 40.4"
STEP = "bilateral"
"""The name of the step."""

_REASONS = {
    "0": "indicator 0: 100 % for one side, whatever is reported",
    "1": "indicator 1: {percent} % of the fee for both sides",
    "2": "indicator 2: the relative values are for both sides already, 100 % once",
    "3": "indicator 3: 100 % for each side",
}
EACH_SIDE = "3"
"""The indicator of codes that are paid for each side by itself."""

BOTH_ALREADY = "2"
"""The indicator of codes whose relative values are for both sides already."""

UNITS_SIDES = frozenset("123")
"""The indicators of codes on which two units mean both sides."""

TWO_UNITS, TWO_LINES = "2 units", "RT and LT"
"""What means both sides where no modifier says so; the second also where one line has both."""


_ADD_ON = "ZZZ"
_NOT_SIDES = SIDES | ANOTHER_SERVICE | {BOTH_SIDES, RETURN}


def has_sides(indicators: Indicators) -> bool:
    """Tell whether the concept of sides applies to a code: to all indicators but 9."""
    return indicators.bilateral in _REASONS


def factor(indicators: Indicators, day: date) -> int:
    """Return what both sides of a code are worth on a day, in ten-thousandths of one side.

    For indicator 1 it is the factor of modifier 50 in data/reference/modifiers.csv.
    """
    if indicators.bilateral == "1":
        return factor_of(BOTH_SIDES, day)
    return 2 * SCALE if indicators.bilateral == EACH_SIDE else SCALE


def may_be_sides(indicators: Indicators, line: Line, days: int | None) -> bool:
    """Tell whether two units of a line, or of lines like it, may be the two sides.

    They are not where a side is named, on a second return to the room, with fewer days of care than
    all, or where the line says that it is another service (76, 59 and their like).

    Args:
        indicators: those of the code.
        line: the line.
        days: the days of care after an operation that it pays for, None where it pays for none.
    """
    modifiers = line.modifiers
    if indicators.bilateral not in UNITS_SIDES or indicators.global_days == _ADD_ON:
        return False
    if days not in (None, GLOBAL_DAYS.get(indicators.global_days)):
        return False
    if not modifiers:
        return True
    return not (sites(modifiers) or _NOT_SIDES.intersection(modifiers))


def adjustment(indicators: Indicators, line: Line, how: str) -> tuple[Adjustment, list[Note]]:
    """Return the adjustment for both sides of a service, and the notes on it.

    Args:
        indicators: those of the code.
        line: the line, or one of the two lines.
        how: what means both sides: `modifier 50`, `RT and LT` or `2 units`.
    """
    if RETURN in line.modifiers:
        text = (
            f"{how} on a return to the operating room (78): the share of the operation is paid "
            "once, whatever the sides."
        )
        once = Adjustment(
            STEP,
            SCALE,
            f"{how}, with modifier 78: the share of the operation once",
            _RETURN_SOURCE,
        )
        return once, [Note.warning("return-both-sides", _capital(text), _RETURN_SOURCE)]
    share = factor(indicators, line.day)
    reason = _REASONS[indicators.bilateral].format(percent=decimal_percent(share))
    both = Adjustment(STEP, share, f"{how}, {reason}", SOURCE)
    if indicators.bilateral in ("0", "2") and how != TWO_UNITS:
        text = (
            f"Contractors return {how} on bilateral indicator {indicators.bilateral}; "
            f"{line.hcpcs} is priced at 100 % once."
        )
        return both, [Note.warning("bilateral-not-payable", text, SOURCE)]
    if indicators.bilateral == BOTH_ALREADY:
        text = (
            f"The relative values of {line.hcpcs} are for both sides already (bilateral indicator "
            f"{BOTH_ALREADY}): two units are paid once."
        )
        return both, [Note.info("both-sides-once", text, SOURCE)]
    return both, []


def beyond_two(indicators: Indicators, hcpcs: str, units: int) -> list[Note]:
    """Return the warning on three or more units without a side, where two would mean both."""
    if indicators.bilateral != BOTH_ALREADY or units <= 2:
        return []
    text = (
        f"{units} units of {hcpcs}, whose relative values are for both sides already "
        f"(bilateral indicator {BOTH_ALREADY}), are priced one by one; two are paid once. That "
        "more than two are no sides is a reading."
    )
    return [Note.warning("units-beyond-both-sides", text, SOURCE)]


def check(indicators: Indicators, line: Line) -> list[Note]:
    """Refuse both sides where the concept does not apply, and warn of 50 with several units.

    Raises:
        ModifierError: the line has 50, or RT and LT, on a code with indicator 9; or RT and LT with
            more than two units.
    """
    how = both_sides_text(line)
    if how and not has_sides(indicators):
        raise ModifierError(
            f"{how} does not apply to {line.hcpcs}: bilateral indicator {indicators.bilateral}, "
            "the concept does not apply"
        )
    if how == TWO_LINES and line.units > 2:
        raise ModifierError(
            f"RT and LT with {line.units} units: it cannot be told how many are on each side; give "
            "a line per side"
        )
    if how == "modifier 50" and line.units > 1:
        text = (
            f"Modifier 50 with {line.units} units is priced as {line.units} bilateral procedures; "
            "contractors return it: one "
            "bilateral procedure is 1 unit."
        )
        return [Note.warning("bilateral-units", text, SOURCE)]
    return []


def both_sides_text(line: Line) -> str:
    """Return what of a line says both sides, an empty text where nothing does."""
    if BOTH_SIDES in line.modifiers:
        return "modifier 50"
    return TWO_LINES if set(line.modifiers) >= SIDES else ""


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
