"""What each HCPCS and CPT modifier does to the price of a professional line, by date."""

from datetime import date
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, cast

from feesync.errors import Hint, HintKind, InvalidInputError
from feesync.model.reading import text
from feesync.reference.tables import read_table, rows_of

if TYPE_CHECKING:
    from fractions import Fraction

    from feesync.reference.dictionaries import ModifierDict

_PLACES = 4
"""Decimals of a factor in ten-thousandths."""


class Effect(StrEnum):
    """What a modifier does to the price of a professional line.

    The last six change no such price: they belong on lines of other kinds.
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
        factor: by what the amount is multiplied, as text; empty where it is not.
        applies_to: the services that it applies to, in words.
        codes: the only codes it applies to, or ranges of them such as `70450-70498`; empty for all.
        site: the eyelid, finger, toe (with its side) or vessel that it names; empty for none.
        first: first day.
        last: last day.
        notice: the severity of the note on a line that has it, `info` or `warning`; empty where
            there is no note.
        confidence: V checked against CMS's text, S read in a secondary source, R recalled.
        source: the document that has the rule.
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
        """Tell whether it applies to a code; a code with a letter is in no range."""
        return not self.codes or any(holds(code, hcpcs) for code in self.codes)

    @property
    def scaled_factor(self) -> "int | Fraction":
        """The factor in ten-thousandths: 8500 for 0.85, a Fraction for 1/3."""
        whole, _, places = self.factor.partition(".")
        if whole.isdigit() and len(places) <= _PLACES:
            return int(whole + places.ljust(_PLACES, "0"))
        from fractions import Fraction  # of few modifiers, not at every start

        factor = Fraction(self.factor) * 10**_PLACES
        return int(factor) if factor.denominator == 1 else factor


def holds(code: str, hcpcs: str) -> bool:
    """Tell whether an HCPCS code is a code of the table, or in a range such as `70450-70498`."""
    first, _, last = code.partition("-")
    return first <= hcpcs <= last and hcpcs.isdigit() if last else hcpcs == code


MODIFIERS = "reference/modifiers.csv"
"""The table of modifiers, in data/."""


@cache
def modifier_effects(modifier: str) -> tuple[ModifierEffect, ...]:
    """Return what a modifier does, by date; nothing for a modifier that is not in the table."""
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


def modifiers(start: str | None = None) -> "list[ModifierDict]":
    """Return what each modifier does, by date, under the names of `feesync modifiers --json`.

    Args:
        start: the characters that they begin with; by default all.

    Raises:
        InvalidInputError: none begins so.

    Source: `data/reference/modifiers.csv`, which names the source of each row.
    """
    prefix = "" if start is None else text("start", start).strip().upper()
    rows = [row for row in read_table(MODIFIERS) if row["modifier"].startswith(prefix)]
    if not rows:
        raise InvalidInputError(
            f"no modifier starts with {prefix[:40]!r}", hint=Hint(HintKind.LIST_MODIFIERS)
        )
    return [
        cast("ModifierDict", {name: value or None for name, value in row.items()}) for row in rows
    ]
