"""A price in words: its steps in dollars, and its notes with code and dollars in their texts.

Out of scope: the rules (pricing), which leave blanks for both.
"""

from __future__ import annotations

from functools import lru_cache

from feesync.claims.step import Step
from feesync.model.money import decimal_factor, dollars
from feesync.model.note import Note
from feesync.pricing.line import AMOUNT, CODE, UNCAPPED_FEE, Mark, Price

_MOST_NOTES = 8_192


def steps(price: Price) -> tuple[Step, ...]:
    """Return the steps of a price."""
    return tuple(_step(mark) for mark in price.marks) if price.marks else ()


def notes(price: Price) -> tuple[Note, ...]:
    """Return the notes of a price."""
    return tuple([_note(note, price) for note in price.notes]) if price.notes else ()


def _step(mark: Mark) -> Step:
    factor, reason = mark.factor, mark.reason
    for cents in mark.amounts:
        reason = reason.replace(AMOUNT, str(dollars(cents)), 1)
    shown = decimal_factor(factor) if isinstance(factor, int) else None
    return Step(mark.name, shown, dollars(mark.cents), reason, mark.source)


def _note(note: Note, price: Price) -> Note:
    if "{" not in note.text:
        return note
    if price.uncapped_fee is not None:
        note = note._replace(text=note.text.replace(UNCAPPED_FEE, str(dollars(price.uncapped_fee))))
        return note._replace(text=note.text.replace(CODE, price.rate.hcpcs))
    return _of_code(note, price.rate.hcpcs)


@lru_cache(maxsize=_MOST_NOTES)
def _of_code(note: Note, hcpcs: str) -> Note:
    return note._replace(text=note.text.replace(CODE, hcpcs))
