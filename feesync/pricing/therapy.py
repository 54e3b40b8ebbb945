"""The reduced payment for therapy that an assistant furnishes in whole or in part.

Factor and dates are in data/reference/modifiers.csv. Source: Social Security Act s. 1834(v);
Medicare Claims Processing Manual, chapter 5, section 20.1.
"""

from __future__ import annotations

from feesync.errors import ModifierError
from feesync.model.money import decimal_percent
from feesync.model.note import Note
from feesync.model.rate import Indicators
from feesync.pricing import modifiers
from feesync.pricing.line import Adjustment, Line
from feesync.reference.codes import code_list
from feesync.reference.modifiers import Effect, holds

STEP = "therapy assistant"
"""The name of the step."""

_SOURCE = "Social Security Act s. 1834(v); Claims Processing Manual ch. 5 s. 20.1"
THERAPY = "5"
"""The multiple procedure indicator of services that are always therapy."""

_LIST = "therapy under a plan of care"
"""The list of codes that are therapy where a therapist furnishes them."""

_WHO = {"CQ": "physical therapist assistant", "CO": "occupational therapy assistant"}


def _is_sometimes_therapy(line: Line) -> bool:
    return any(holds(code, line.hcpcs) for code in code_list(_LIST))


def doubts(indicators: Indicators, line: Line) -> list[Note]:
    """Return the warning on an assistant's modifier on a code that is not always therapy."""
    if indicators.multiple_procedure == THERAPY:
        return []
    return [
        Note.warning(
            "therapy-uncertain",
            f"Modifier {modifier} on {line.hcpcs}: it is therapy only under a plan of care; by a "
            "list of codes that feesync recalls.",
            _SOURCE,
        )
        for modifier in line.modifiers
        if modifier in modifiers.THERAPY_ASSISTANTS
    ]


def adjustments(indicators: Indicators, line: Line) -> list[Adjustment]:
    """Return the adjustment for a therapy assistant; before 2022 the modifiers only inform.

    Raises:
        ModifierError: the code is not one that therapists bill.
    """
    reductions = []
    for modifier in line.modifiers:
        if modifier not in modifiers.THERAPY_ASSISTANTS:
            continue
        if not (indicators.multiple_procedure == THERAPY or _is_sometimes_therapy(line)):
            raise ModifierError(
                f"modifier {modifier} does not apply to {line.hcpcs}: it is for therapy services"
            )
        row = modifiers.on(modifier, line.day)
        if row and row.effect is Effect.MULTIPLIES:
            factor = row.scaled_factor
            reason = f"modifier {modifier}: {_WHO[modifier]}, {decimal_percent(int(factor))} %"
            reductions.append(Adjustment(STEP, factor, reason, _SOURCE))
    return reductions
