"""The page of a claim: its lines ranked and reduced beside each other, and their sums."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from feesync.claims.estimate import Estimate, factor_words, other_notes, place_line
from feesync.errors import NoPriceError
from feesync.model.note import Note
from feesync.web.carry import alone
from feesync.web.offers import places_of_service
from feesync.web.page import Page, Visit

if TYPE_CHECKING:
    from feesync.claims.claim_estimate import ClaimEstimate

Numbered = Sequence[tuple[int, Estimate]]
"""Lines of a claim with their numbers."""

_INCOMPLETE = "claim-incomplete"


def _view(visit: Visit) -> Mapping[str, object]:
    if visit.answer is None:
        return {}
    claim: ClaimEstimate = visit.answer.result
    lines = list(zip(claim.numbers, claim.lines, strict=True))
    return {
        "lines": [
            (number, line, _rank(line), alone(visit.values, line.code)) for number, line in lines
        ],
        "place": place_line(claim.lines[0]),
        "settings": " and ".join(dict.fromkeys(line.setting.value for line in claim.lines)),
        "releases": list(
            {
                (line.release.label, factor_words(line)): (line.release, factor_words(line))
                for line in claim.lines
            }.values()
        ),
        "notes": [
            *_notes(lines),
            *(note for note in claim.notes if note.code != _INCOMPLETE),  # the page lists them
        ],
        "refused": [
            (each.number, visit.site.error_text(NoPriceError(each.reason, hint=each.hint)))
            for each in claim.refused
        ],
    }


def _rank(line: Estimate) -> str:
    """Return what a line is ranked among, and its rank; empty where no rule ranks it."""
    from feesync.pricing.neighbours import RANKINGS

    if line.rank is None:
        return ""
    return f"{RANKINGS[line.quote.rate.multiple_procedure]} {line.rank}"


def _notes(lines: Numbered) -> Iterator[Note]:
    """Yield the notes on lines, each once, with the numbers of its lines before it."""
    numbers: dict[Note, list[int]] = {}
    for number, line in lines:
        for note in other_notes(line):
            numbers.setdefault(note, []).append(number)
    for note, own in numbers.items():
        if len(lines) > 1:
            noun = "Line" if len(own) == 1 else "Lines"
            note = note._replace(text=f"{noun} {', '.join(map(str, own))}: {note.text}")
        yield note


PAGE = Page(
    name="claim",
    short="Claim",
    title="A claim",
    text="What Medicare allows for the lines of one practitioner, patient and day: ranked, and "
    "reduced beside each other.",
    fields=("lines", "locality", "date", "pos"),
    more=(
        *("incomplete", "setting", "practitioner", "nonpar", "qp", "deductible"),
        *("percent", "of_year", "conversion_factor", "purpose", "history", "coverage"),
    ),
    spare={"lines": 4, "history": 1},
    preset={"incomplete": "on"},
    offers=places_of_service,
    view=_view,
)
