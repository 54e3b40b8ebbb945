"""Notes on the lines of a claim together: lines without a price, add-ons alone, lines twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from feesync.claims.claim_estimate import RefusedLine
from feesync.claims.estimate import Estimate
from feesync.coverage import facts
from feesync.model.note import Note
from feesync.pricing.modifiers import ANOTHER_SERVICE
from feesync.reference.codes import add_on_parents

_ADD_ON = "ZZZ"
_ADD_ON_SOURCE = "Claims Processing Manual ch. 12 s. 40.6; data/reference/add_ons.csv"
_TWICE_SOURCE = "Claims Processing Manual ch. 1 s. 120"


def notes(answers: Sequence[Estimate], numbers: Sequence[int]) -> list[Note]:
    """Return the notes on a claim, given the answers for its lines and their numbers."""
    return [*_not_summed(answers, numbers), *_add_ons(answers), *_twice(answers)]


def incomplete(refused: Iterable[RefusedLine]) -> list[Note]:
    """Return a note for each line that cannot be priced."""
    return [
        Note.warning(
            "claim-incomplete",
            f"The claim is priced without line {line.number}: {line.reason}",
            "feesync",
        )
        for line in refused
    ]


def _not_summed(answers: Sequence[Estimate], numbers: Sequence[int]) -> list[Note]:
    without = [
        f"{number} ({answer.code})"
        for number, answer in zip(numbers, answers, strict=True)
        if answer.allowed is None
    ]
    if not without:
        return []
    return [
        Note.warning(
            "line-without-price",
            f"Without a price, and not in the sums: line {', line '.join(without)}.",
            "feesync",
        )
    ]


def _add_ons(answers: Sequence[Estimate]) -> list[Note]:
    add_ons = [answer.hcpcs for answer in answers if answer.quote.rate.global_days == _ADD_ON]
    if not add_ons:
        return []
    codes = {answer.hcpcs for answer in answers}
    some_primary = len(add_ons) < len(answers)
    warnings = []
    for code in dict.fromkeys(add_ons):
        parents = add_on_parents().get(code)
        missing = [parent for parent in parents or () if parent not in codes]
        if missing and not _at_a_junction(code, codes, answers[0].date):
            text = (
                f"{code} is an add-on to {' and '.join(missing)}, which is not on the claim: it "
                "is not paid alone."
            )
            warnings.append(Note.warning("add-on-without-parent", text, _ADD_ON_SOURCE))
        elif parents is None and not some_primary:
            text = (
                f"{code} is an add-on (global period ZZZ), and no primary procedure is on the "
                "claim: it is not paid alone."
            )
            warnings.append(Note.warning("add-on-without-parent", text, _ADD_ON_SOURCE))
    return warnings


def _at_a_junction(code: str, codes: set[str], day: date) -> bool:
    """Tell whether an add-on is beside the first code of the next region.

    At the junction both joints are in one region.
    """
    return any(
        code in pair.hcpcs and pair.hcpcs <= codes and day >= pair.first
        for pair in facts.junctions()
    )


def _twice(answers: Sequence[Estimate]) -> list[Note]:
    if len({answer.hcpcs for answer in answers}) == len(answers):
        return []
    counts = Counter(
        (answer.hcpcs, frozenset(answer.modifiers))
        for answer in answers
        if not ANOTHER_SERVICE.intersection(answer.modifiers)
    )
    return [
        Note.warning(
            "duplicate-line",
            f"{'-'.join((code, *sorted(modifiers)))} stands on {count} lines: MACs deny the "
            "repeated ones as duplicates, unless a "
            "modifier such as 76 or 59 says otherwise.",
            _TWICE_SOURCE,
        )
        for (code, modifiers), count in counts.items()
        if count > 1
    ]
