"""What each HCPCS and CPT modifier does to the price of a professional line, by date."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from feesync.reference.tables import read_table, rows_of


class Effect(StrEnum):
    """What a modifier does to the price of a professional line.

    The last six change none, they belong on other lines.
    """

    INFORMS = "informs"
    PICKS_ROW = "picks_row"
    MULTIPLIES = "multiplies"
    SHARE = "share"
    SETTING = "setting"
    BY_REPORT = "by_report"
    DENIES = "denies"
    WHO_PAYS = "who_pays"
    BONUS = "bonus"
    ANESTHESIA = "anesthesia"
    LABORATORY = "laboratory"
    FACILITY = "facility"
    AMBULANCE = "ambulance"
    SUPPLIER = "supplier"
    DRUG = "drug"
    OTHER_PROGRAM = "other_program"


class ModifierEffect(NamedTuple):
    """What a modifier does from one day to another.

    Attributes:
        modifier: its two characters.
        effect: what it does to the price.
        factor: what is left of the amount, as text; empty where it is not multiplied by one.
        applies_to: to what, in words.
        codes: the only codes it applies to, or ranges of them such as `70450-70498`; else empty.
        site: the eyelid, finger, toe (with its side) or vessel that it names; else empty.
        first: first day.
        last: last day.
        notice: how much a line that carries it should say so: `info`, `warning`, or empty for not
            at all.
        confidence: V checked against CMS's text, S read in a secondary source, R recalled.
        source: where it was read.
        words: what it does, in feesync's words.
    """

    modifier: str
    effect: Effect
    factor: str
    applies_to: str
    codes: tuple[str, ...]
    site: str
    first: date
    last: date
    notice: str
    confidence: str
    source: str
    words: str

    def is_for(self, hcpcs: str) -> bool:
        """Tell whether it applies to a code; one with a letter is in no range."""
        return not self.codes or any(holds(code, hcpcs) for code in self.codes)

    @property
    def scaled_factor(self) -> int | Fraction:
        """The factor in ten-thousandths: 8500 for 0.85, a Fraction for 1/3."""
        factor = Fraction(self.factor) * 10_000
        return int(factor) if factor.denominator == 1 else factor


def holds(code: str, hcpcs: str) -> bool:
    """Tell whether a code, or a range such as `70450-70498`, holds a code."""
    first, _, last = code.partition("-")
    return first <= hcpcs <= last and hcpcs.isdigit() if last else hcpcs == code


MODIFIERS = "reference/modifiers.csv"
"""The table of modifiers, in data/."""


@cache
def modifier_effects(modifier: str) -> tuple[ModifierEffect, ...]:
    """Return what a modifier does, by date; nothing for one that is unknown."""
    return tuple(
        ModifierEffect(
            modifier=row["modifier"],
            effect=Effect(row["effect"]),
            factor=row["factor"],
            applies_to=row["applies_to"],
            codes=tuple(row["codes"].split()),
            site=row["site"],
            first=date.fromisoformat(row["from"]) if row["from"] else date.min,
            last=date.fromisoformat(row["to"]) if row["to"] else date.max,
            notice=row["notice"],
            confidence=row["confidence"],
            source=row["source"],
            words=row["words"],
        )
        for row in rows_of(MODIFIERS, modifier)
    )


@cache
def known_modifiers() -> tuple[str, ...]:
    """Return every modifier of the table, in its order."""
    return tuple(dict.fromkeys(row["modifier"] for row in read_table(MODIFIERS)))
