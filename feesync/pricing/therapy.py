"""Therapy furnished in whole or in part by an assistant: 85 % from 2022 on.

Source: Social Security Act s. 1834(v); Medicare Claims Processing Manual, chapter 5, section 20.1.
"""

from __future__ import annotations

from datetime import date

from feesync.pricing.line import Adjustment, Line

_SINCE = date(2022, 1, 1)
_SOURCE = "Social Security Act s. 1834(v); Claims Processing Manual ch. 5 s. 20.1"
_WHO = {"CQ": "physical therapist assistant", "CO": "occupational therapy assistant"}


def adjustments(line: Line) -> list[Adjustment]:
    """Return what a therapy assistant does to the amount of a line; before 2022 the modifiers only inform."""
    if line.day < _SINCE:
        return []
    return [
        Adjustment("therapy assistant", 8_500, f"modifier {modifier}: {_WHO[modifier]}, 85 %", _SOURCE)
        for modifier in line.modifiers
        if modifier in _WHO
    ]
