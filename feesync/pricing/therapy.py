"""Therapy furnished in whole or in part by an assistant: 85 % from 2022 on.

Source: Social Security Act s. 1834(v); Medicare Claims Processing Manual, chapter 5, section 20.1.
Factor and dates stand in data/reference/modifiers.csv.
"""

from __future__ import annotations

from feesync.model.money import decimal_percent
from feesync.pricing import modifiers
from feesync.pricing.line import Adjustment, Line
from feesync.reference.modifiers import Effect

_SOURCE = "Social Security Act s. 1834(v); Claims Processing Manual ch. 5 s. 20.1"
_WHO = {"CQ": "physical therapist assistant", "CO": "occupational therapy assistant"}


def adjustments(line: Line) -> list[Adjustment]:
    """Return what a therapy assistant does to the amount of a line.

    Before 2022 the modifiers only inform.
    """
    found = []
    for modifier in line.modifiers:
        if modifier not in modifiers.THERAPY_ASSISTANTS:
            continue
        row = modifiers.on(modifier, line.day)
        if row and row.effect is Effect.MULTIPLIES:
            factor = row.scaled_factor
            reason = f"modifier {modifier}: {_WHO[modifier]}, {decimal_percent(int(factor))} %"
            found.append(Adjustment("therapy assistant", factor, reason, _SOURCE))
    return found
