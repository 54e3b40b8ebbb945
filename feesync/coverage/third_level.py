"""The third level of a facet joint injection: when an LCD covers it.

The LCDs of 2021 cover it on appeal only; those revised in 2024 no longer cover it.
"""

from datetime import date
from typing import NamedTuple

from feesync.coverage import facts

_YEAR = 2024
_BY_THEN = date(_YEAR + 1, 1, 1)
_ALL = "LCDs on facet joint interventions of 2021, revised in 2024"


class Verdict(NamedTuple):
    """What a contractor does with a third level: code, text and source of the note on it."""

    code: str
    text: str
    source: str


def third_level(hcpcs: str, lcd: facts.Lcd | None, day: date) -> Verdict | None:
    """Return whether a third level is covered on a day.

    Args:
        hcpcs: a facet joint code.
        lcd: the contractor's LCD; None for the LCDs of all contractors together.
        day: date of service.

    Returns:
        The verdict; None where the code is no third level, or no LCD is recorded for the day.
    """
    lcds = list(facts.lcds().values()) if lcd is None else [lcd]
    if facts.codes()[hcpcs].level != facts.THIRD_LEVEL or day < min(each.first for each in lcds):
        return None
    ends = {each.third_level_ends for each in lcds}
    policy, source = (
        ("the LCDs on facet joints", _ALL)
        if lcd is None
        else (f"{lcd.contractor}'s LCD {lcd.lcd}", lcd.source)
    )
    remark = f" {lcd.remark}" if lcd and lcd.remark else ""
    days = [end for end in ends if end]
    if day >= _BY_THEN or (None not in ends and day >= max(days)):
        since = f"since {max(days)}" if None not in ends else f"since the revision of {_YEAR}"
        return Verdict(
            "third-level-not-covered", f"not covered by {policy}, {since}.{remark}", source
        )
    if day.year < _YEAR or (None not in ends and day < min(days)):
        return Verdict(
            "third-level-on-appeal", f"{policy} may pay it on appeal only.{remark}", source
        )
    text = f"{policy} ended its coverage in {_YEAR}"
    text += (
        f" (of those recorded, first on {min(days)})."
        if days
        else ", on a day that feesync does not record."
    )
    return Verdict("third-level-uncertain", text + remark, source)
