"""What would make an amount right: one or two changes of a question, and the words for them.

Out of scope: which changes there are (hypotheses), and which of them meet an amount (causes).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple

from feesync.analysis.question import Question
from feesync.claims.answer import Payers
from feesync.pricing.line import Price


class CauseKind(StrEnum):
    """What a payer does otherwise, the likeliest first; this order is that of the answers.

    First comes what the line itself shows and a payer overlooks, then who pays what, then what
    another line would say, and at last the rates of other days and places: there are many of them,
    so that one may meet an amount by chance.
    """

    CHARGE = "charge"
    WITHOUT_MODIFIER = "without-modifier"
    SETTING = "setting"
    RANK = "rank"
    SEQUESTRATION = "sequestration"
    COINSURANCE = "coinsurance"
    DEDUCTIBLE = "deductible"
    MODIFIER = "modifier"
    UNITS = "units"
    PRACTITIONER = "practitioner"
    PARTICIPATION = "participation"
    CONVERSION_FACTOR = "conversion-factor"
    CONTRACT = "contract"
    RELEASE = "release"
    NATIONAL = "national"
    LOCALITY = "locality"
    LIMITING_CHARGE = "limiting-charge"


class Hypothesis(NamedTuple):
    """A change of a question.

    Attributes:
        kind: what is otherwise.
        value: how: a modifier, a label, a key of a locality, a number of units.
        ask: makes the other question.
    """

    kind: CauseKind
    value: str
    ask: Callable[[Question], Question]


class Match(NamedTuple):
    """What an amount is right for: hypotheses that nothing in the price tells apart.

    Attributes:
        alternatives: the likeliest first; each is one hypothesis, or a pair.
        question: that of the first.
        price: its price.
        payers: who pays it.
    """

    alternatives: tuple[tuple[Hypothesis, ...], ...]
    question: Question
    price: Price
    payers: Payers

    @property
    def kinds(self) -> tuple[CauseKind, ...]:
        """The kind of the likeliest, or the two of a pair."""
        return tuple(hypothesis.kind for hypothesis in self.alternatives[0])

    @property
    def text(self) -> str:
        """What the amount is right for, in words: `without 50`."""
        return words(self.alternatives)


_PHRASES: dict[CauseKind, str] = {
    CauseKind.WITHOUT_MODIFIER: "without {}",
    CauseKind.SETTING: "in the {} setting",
    CauseKind.RANK: "ranked {}",
    CauseKind.SEQUESTRATION: "with sequestration of {}",
    CauseKind.COINSURANCE: "with coinsurance of {}",
    CauseKind.MODIFIER: "with {}",
    CauseKind.UNITS: "of {} units",
    CauseKind.PRACTITIONER: "billed by {}",
    CauseKind.PARTICIPATION: "of a {} practitioner",
    CauseKind.CONVERSION_FACTOR: "by the {} conversion factor",
    CauseKind.CONTRACT: "by Medicare's own rates, without the contract",
    CauseKind.RELEASE: "by the rates of {}",
    CauseKind.NATIONAL: "by the national rates",
    CauseKind.LOCALITY: "in {}",
    CauseKind.LIMITING_CHARGE: "of the limiting charge",
}
_OF_VALUES: dict[tuple[CauseKind, str], str] = {
    (CauseKind.SEQUESTRATION, "0 %"): "without sequestration",
    (CauseKind.COINSURANCE, "0 %"): "without coinsurance",
    (CauseKind.DEDUCTIBLE, "none"): "without a deductible",
    (CauseKind.DEDUCTIBLE, "whole"): "with the whole deductible of the year",
    (CauseKind.UNITS, "1"): "of 1 unit",
    (CauseKind.CHARGE, "none"): "without the submitted charge as a limit",
    (CauseKind.CHARGE, "submitted"): "of the submitted charge itself",
}
"""The phrases of single values that do not fit the one of their kind."""


def words(alternatives: Iterable[tuple[Hypothesis, ...]]) -> str:
    """Return what an amount is right for, in words; alternatives of one kind stand together."""
    values: dict[tuple[CauseKind, ...], list[dict[str, None]]] = {}
    for each in alternatives:
        kinds = tuple(hypothesis.kind for hypothesis in each)
        own = values.setdefault(kinds, [{} for _ in kinds])
        for known, hypothesis in zip(own, each, strict=True):
            known[hypothesis.value] = None
    return ", or ".join(
        " and ".join(_phrase(kind, own) for kind, own in zip(kinds, each, strict=True))
        for kinds, each in values.items()
    )


def _phrase(kind: CauseKind, values: Iterable[str]) -> str:
    texts = list(values)
    if len(texts) == 1 and (kind, texts[0]) in _OF_VALUES:
        return _OF_VALUES[kind, texts[0]]
    if kind is CauseKind.LOCALITY and len(texts) > 1:
        return f"in {len(texts)} localities: {', '.join(texts)}"
    return _PHRASES[kind].format(enumeration(texts))


def enumeration(texts: list[str]) -> str:
    """Return texts as people list them: `80, 81 or 82`."""
    return f"{', '.join(texts[:-1])} or {texts[-1]}" if texts[1:] else texts[0]
