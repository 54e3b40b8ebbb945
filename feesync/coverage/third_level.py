"""The third level of a facet joint injection.

Paid on appeal only by the LCDs of 2021, no more by those revised in 2024.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from feesync.coverage import facts

_YEAR = 2024
_BY_THEN = date(_YEAR + 1, 1, 1)
_ALL = "LCDs on facet joint interventions of 2021, revised in 2024"


class Verdict(NamedTuple):
    """What a contractor does with a third level: the code of the note, the text, the source."""

    code: str
    text: str
    source: str


def third_level(hcpcs: str, lcd: facts.Lcd | None, day: date) -> Verdict | None:
    """Return what holds for a code on a day.

    None where it is no third level, or no LCD is recorded for the day.

    Args:
        hcpcs: a facet joint code.
        lcd: the contractor's; None for all of them together.
        day: date of service.
    """
    recorded = list(facts.lcds().values()) if lcd is None else [lcd]
    if facts.codes()[hcpcs].level != facts.THIRD_LEVEL or day < min(own.first for own in recorded):
        return None
    ends = {own.third_level_ends for own in recorded}
    named, source = (
        ("the LCDs on facet joints", _ALL)
        if lcd is None
        else (f"{lcd.contractor}'s LCD {lcd.lcd}", lcd.source)
    )
    remark = f" {lcd.remark}" if lcd and lcd.remark else ""
    known = [end for end in ends if end]
    if day >= _BY_THEN or (None not in ends and day >= max(known)):
        since = f"since {max(known)}" if None not in ends else f"since the revision of {_YEAR}"
        return Verdict(
            "third-level-not-covered", f"not covered by {named}, {since}.{remark}", source
        )
    if day.year < _YEAR or (None not in ends and day < min(known)):
        return Verdict(
            "third-level-on-appeal", f"{named} may pay it on appeal only.{remark}", source
        )
    text = f"{named} ended its coverage in {_YEAR}"
    text += (
        f" (of those recorded, first on {min(known)})."
        if known
        else ", on a day that feesync does not record."
    )
    return Verdict("third-level-uncertain", text + remark, source)
