"""The reduced payment for the technical part of imaging on older equipment.

The modifiers are FX (film), FY (computed radiography) and CT (old scanners); their percentages and
dates are in data/reference/modifiers.csv. Source: Social Security Act s. 1848(b)(9) (FX, FY), s.
1834(p) (CT).
"""

from typing import NamedTuple

from feesync.errors import ModifierError
from feesync.model.money import SCALE, decimal_percent
from feesync.model.note import Note
from feesync.model.rate import Indicators
from feesync.pricing import modifiers
from feesync.pricing.line import Line
from feesync.pricing.modifiers import EQUIPMENT
from feesync.pricing.technical import GLOBAL_ONLY, has_technical_part
from feesync.reference.codes import code_list
from feesync.reference.modifiers import holds


class Reduction(NamedTuple):
    """The factor of the technical part, in ten-thousandths, and why."""

    factor: int
    reason: str
    source: str


STEP = "equipment"
"""The name of the step."""

_FILM_OR_CASSETTE = frozenset({"FX", "FY"})
_WHAT = {
    "FX": "X-rays (plain radiography, fluoroscopy, angiography, mammography, bone densitometry)",
    "FY": "X-rays (plain radiography, fluoroscopy, angiography, mammography, bone densitometry)",
    "CT": "computed tomography of CMS's list",
}
_PLAIN = "plain radiography"
"""The X-rays of which no doubt is that FX and FY apply; of others CMS has not said so."""

_FILM, _SCANNER = "Social Security Act s. 1848(b)(9)", "Social Security Act s. 1834(p)"


def doubts(line: Line) -> list[Note]:
    """Return the warning on FX or FY on an X-ray that is not plain radiography.

    CMS has published no list of the codes that they apply to.
    """
    doubtful = [modifier for modifier in line.modifiers if modifier in _FILM_OR_CASSETTE]
    if not doubtful or any(holds(code, line.hcpcs) for code in code_list(_PLAIN)):
        return []
    return [
        Note.warning(
            "equipment-uncertain",
            f"Modifier {modifier} on {line.hcpcs}, an X-ray that is not plain radiography: CMS "
            "lists no codes for it, and the reduction here is a reading.",
            _FILM,
        )
        for modifier in doubtful
    ]


def reduction(indicators: Indicators, line: Line) -> Reduction | None:
    """Return the reduction of a line's technical part, None where no modifier says older equipment.

    Raises:
        ModifierError: the row has no technical part, or the modifier was not in use on the date.
    """
    modifier = next((modifier for modifier in line.modifiers if modifier in EQUIPMENT), None)
    if modifier is None:
        return None
    if indicators.pctc == GLOBAL_ONLY:
        raise ModifierError(
            f"modifier {modifier} on {line.hcpcs}: the code holds both parts; bill the code of its "
            "technical part"
        )
    if not has_technical_part(indicators):
        code = f"{line.hcpcs}-{indicators.modifier}" if indicators.modifier else line.hcpcs
        raise ModifierError(
            f"modifier {modifier} does not apply to {code}: it has no technical part"
        )
    row = modifiers.on(modifier, line.day)
    if row and not row.is_for(line.hcpcs):
        raise ModifierError(
            f"modifier {modifier} does not apply to {line.hcpcs}: it is for {_WHAT[modifier]}"
        )
    if row is None:
        return None
    factor, source = int(row.scaled_factor), _SCANNER if modifier == "CT" else _FILM
    return Reduction(
        factor,
        f"modifier {modifier}: {decimal_percent(SCALE - factor)} % less of the technical part",
        source,
    )
