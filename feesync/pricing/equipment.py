"""Less is paid of the technical part of imaging on older equipment.

FX (film), FY (computed radiography), CT (old scanners).

Source: Social Security Act s. 1848(b)(9) (FX, FY), s. 1834(p) (CT). Percentages and dates stand in
data/reference/modifiers.csv.
"""

from __future__ import annotations

from typing import NamedTuple

from feesync.errors import ModifierError
from feesync.model.money import SCALE, decimal_percent
from feesync.model.rate import Rate
from feesync.pricing import modifiers
from feesync.pricing.line import Line
from feesync.pricing.modifiers import EQUIPMENT
from feesync.pricing.service import GLOBAL_ONLY, has_technical_part


class Reduction(NamedTuple):
    """What is left of the technical part, in ten-thousandths, and why."""

    factor: int
    reason: str
    source: str


_FILM, _SCANNER = "Social Security Act s. 1848(b)(9)", "Social Security Act s. 1834(p)"


def reduction(rate: Rate, line: Line) -> Reduction | None:
    """Return what older equipment does to the technical part of a line, None where the line names none.

    Raises:
        ModifierError: the row has no technical part, or the modifier was not in use on the date.
    """
    modifier = next((modifier for modifier in line.modifiers if modifier in EQUIPMENT), None)
    if modifier is None:
        return None
    if rate.pctc == GLOBAL_ONLY:
        raise ModifierError(
            f"modifier {modifier} on {line.hcpcs}: the code holds both parts; bill the code of its "
            "technical part"
        )
    if not has_technical_part(rate):
        code = f"{line.hcpcs}-{rate.modifier}" if rate.modifier else line.hcpcs
        raise ModifierError(
            f"modifier {modifier} does not apply to {code}: it has no technical part"
        )
    row = modifiers.on(modifier, line.day)
    if row is None:
        return None
    factor, source = int(row.scaled_factor), _SCANNER if modifier == "CT" else _FILM
    return Reduction(
        factor,
        f"modifier {modifier}: {decimal_percent(SCALE - factor)} % less of the technical part",
        source,
    )
