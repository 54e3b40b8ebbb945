"""A claim in text: what its lines share, a table of them, and what a person should know."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from feesync.claims.estimate import factor_words, other_notes, place_line
from feesync.pricing.line import step_text
from feesync.pricing.neighbours import RANKINGS
from feesync.text.block import Block, Line, LongLine, Table

if TYPE_CHECKING:
    from feesync.claims.claim_estimate import ClaimEstimate
    from feesync.claims.estimate import Estimate
    from feesync.model.note import Note

_COLUMNS = (
    "Line",
    "Code",
    "Units",
    "Fee",
    "Rank",
    "Steps",
    "Allowed",
    "Medicare",
    "Sequestr.",
    "Patient",
)
_PAYERS = 3
"""How many columns at the end say who pays; they are left out for a contract."""
_RIGHT = ("Line", "Units", "Fee", "Allowed", "Medicare", "Sequestr.", "Patient")
_SHORT_RANKINGS = {"cardiovascular": "cardio.", "ophthalmology": "ophth."}
"""Short names of rankings, for the table."""


def claim_blocks(claim: ClaimEstimate) -> Iterator[Block]:
    """Yield a claim in text."""
    first = claim.lines[0]
    place = f", place of service {first.pos}" if first.pos else ""
    settings = " and ".join(dict.fromkeys(line.setting.value for line in claim.lines))
    yield LongLine(f"{settings}{place}, {first.date}\n{place_line(first)}")
    for release in dict.fromkeys(
        f"{line.release.label}, {factor_words(line)}" for line in claim.lines
    ):
        yield Line(release)
    yield Line()
    rows = [_row(number, line) for number, line in zip(claim.numbers, claim.lines, strict=True)]
    sums = (
        claim.allowed,
        claim.medicare_payment,
        claim.sequestration,
        claim.patient_responsibility,
    )
    end = -_PAYERS if first.contract else None
    total = ("", "Total", "", "", "", "", *map(money_cell, sums))
    yield Table(_COLUMNS[:end], [row[:end] for row in (*rows, total)], right=_RIGHT)
    yield from _notes(claim)


def money_cell(amount: Decimal | None) -> str:
    """Return an amount of a claim, or that there is no price."""
    return "no price" if amount is None else f"{amount:,.2f}"


def _row(number: int, line: Estimate) -> tuple[object, ...]:
    steps = ", ".join(step_text(step.name, step.factor) for step in line.steps)
    amounts = (line.allowed, line.medicare_payment, line.sequestration, line.patient_responsibility)
    return (
        number,
        line.code,
        line.units,
        money_cell(line.fee),
        _rank(line),
        steps,
        *map(money_cell, amounts),
    )


def _rank(line: Estimate) -> str:
    """Return what a line is ranked among, and its rank; empty where no rule ranks it."""
    if line.rank is None:
        return ""
    ranking = RANKINGS[line.quote.rate.multiple_procedure]
    return f"{_SHORT_RANKINGS.get(ranking, ranking)} {line.rank}"


def _notes(claim: ClaimEstimate) -> Iterator[Block]:
    numbers_of: dict[Note, list[int]] = {}
    for number, line in zip(claim.numbers, claim.lines, strict=True):
        for note in other_notes(line):
            numbers_of.setdefault(note, []).append(number)
    notes = [f"line {', '.join(map(str, numbers))}: {note}" for note, numbers in numbers_of.items()]
    for text in ["", *notes, *claim.notes] if notes or claim.notes else []:
        yield LongLine(str(text))
