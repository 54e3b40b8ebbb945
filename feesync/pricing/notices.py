"""Notes on what a modifier means for a line, other than its price.

Money may be paid elsewhere, or the modifier belong to another kind of claim, or its dates be over.
Most modifiers that only inform have no note; the column `notice` of data/reference/modifiers.csv
says which do.
"""

from __future__ import annotations

from feesync.model.note import Note, Severity
from feesync.model.rate import PRICED_STATUSES, Indicators
from feesync.pricing import modifiers
from feesync.pricing.line import Line
from feesync.reference.modifiers import Effect, ModifierEffect, modifier_effects

_ELSEWHERE = {
    Effect.FACILITY: "the claims of facilities",
    Effect.AMBULANCE: "the claims of ambulances",
    Effect.SUPPLIER: "the claims of suppliers",
    Effect.DRUG: "the lines of drugs",
}
_THERAPY_PLANS = {"CQ": "GP", "CO": "GO"}
_THERAPY_SOURCE = "Claims Processing Manual ch. 5 s. 20.1"


def notes(indicators: Indicators, line: Line) -> list[Note]:
    """Return the notes on the modifiers of a line.

    Raises:
        ModifierError: a modifier is not in use on the day.
    """
    results = [note for modifier in line.modifiers if (note := _note(modifier, indicators, line))]
    for assistant, plan in _THERAPY_PLANS.items():
        if assistant in line.modifiers and plan not in line.modifiers:
            text = (
                f"Modifier {assistant} goes with {plan}: contractors return a line of a therapy "
                "assistant without it."
            )
            results.append(Note.warning("therapy-plan-missing", text, _THERAPY_SOURCE))
    return results


def _note(modifier: str, indicators: Indicators, line: Line) -> Note | None:
    row = modifiers.on(modifier, line.day)
    code = f"modifier-{modifier.lower()}"
    if row is None:
        rows = modifier_effects(modifier)
        text = (
            f"Modifier {modifier} is in use {modifiers.period(rows)}, as far as feesync "
            "recalls: not on this day."
        )
        return Note.warning(code, text, _source(rows[0]))
    if row.notice:
        return Note(code, Severity(row.notice), f"Modifier {modifier}: {row.words}", _source(row))
    if indicators.status not in PRICED_STATUSES:
        return None
    if row.effect in _ELSEWHERE:
        text = (
            f"Modifier {modifier} belongs to {_ELSEWHERE[row.effect]}; this line is priced "
            f"without it. {row.words}"
        )
        return Note.warning(code, text, _source(row))
    if row.effect is Effect.OTHER_PROGRAM:
        text = (
            f"Modifier {modifier} is for payers other than Medicare, which takes nothing from it."
        )
        return Note.info(code, text, _source(row))
    return None


def _source(row: ModifierEffect) -> str:
    return f"{row.source}; data/reference/modifiers.csv" if row.confidence == "R" else row.source
