"""Less is paid of the technical part of imaging on older equipment: FX (film), FY (computed radiography), CT (old scanners).

Source: Social Security Act s. 1848(b)(9) (FX from 2017, FY from 2018), s. 1834(p) (CT from 2016).
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from feesync.errors import ModifierError
from feesync.pricing.line import Line
from feesync.pricing.modifiers import EQUIPMENT
from feesync.pricing.service import GLOBAL_ONLY, has_technical_part
from feesync.rate import Rate


class Reduction(NamedTuple):
    """What is left of the technical part, in ten-thousandths, and why."""

    factor: int
    reason: str
    source: str


_FILM, _SCANNER = "Social Security Act s. 1848(b)(9)", "Social Security Act s. 1834(p)"
_PERCENT_OFF = {
    "FX": ((date(2017, 1, 1), 20),),
    "FY": ((date(2018, 1, 1), 7), (date(2023, 1, 1), 10)),
    "CT": ((date(2016, 1, 1), 5), (date(2017, 1, 1), 15)),
}


def reduction(rate: Rate, line: Line) -> Reduction | None:
    """Return what older equipment does to the technical part of a line, None where the line names none.

    Raises:
        ModifierError: the row has no technical part, or the modifier was not in use on the date.
    """
    modifier = next((modifier for modifier in line.modifiers if modifier in EQUIPMENT), None)
    if modifier is None:
        return None
    if rate.pctc == GLOBAL_ONLY:
        raise ModifierError(f"modifier {modifier} on {line.hcpcs}: the code holds both parts; bill the code of its technical part")
    if not has_technical_part(rate):
        code = f"{line.hcpcs}-{rate.modifier}" if rate.modifier else line.hcpcs
        raise ModifierError(f"modifier {modifier} does not apply to {code}: it has no technical part")
    percents = [percent for since, percent in _PERCENT_OFF[modifier] if since <= line.day]
    if not percents:
        raise ModifierError(f"modifier {modifier} is in use from {_PERCENT_OFF[modifier][0][0]} on, not on {line.day}")
    source = _SCANNER if modifier == "CT" else _FILM
    return Reduction((100 - percents[-1]) * 100, f"modifier {modifier}: {percents[-1]} % less of the technical part", source)
