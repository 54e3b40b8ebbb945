"""What an allowed amount is right for, as `check` finds it, for many lines.

A line is searched beside the lines of its claim first, and then alone: a payer may have decided on
it by itself. Most lines of a file that differ are alike, so that what was found is remembered. Out
of scope: the hypotheses and their order (analysis).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from feesync.analysis.cause import CauseKind, Match, Question, words
from feesync.analysis.causes import Target, answer, causes
from feesync.analysis.other_rates import ScheduleRates
from feesync.errors import InvalidInputError, NoPriceError
from feesync.pricing.neighbours import pool
from feesync.pricing.status import ALONE
from feesync.remittance.expected import Expected

MOST_SEARCHES = 50_000
"""How many different searches are remembered; then all are forgotten."""

_SINGLE = frozenset(CauseKind)


class AsIf(NamedTuple):
    """What an amount is right for.

    Attributes:
        text: in words, to be read after "as": `without 50`; empty where nothing explains it.
        kinds: the kind of the change, such as `without-modifier`; two of a pair.
    """

    text: str
    kinds: tuple[str, ...]


_NOTHING = AsIf("", ())
_BY_ITSELF = AsIf("by itself, beside no other line", (CauseKind.RANK.value,))


class Searches:
    """Searches for what amounts are right for; the answers are of one state of the database."""

    def __init__(self, rates: ScheduleRates) -> None:
        self._rates = rates
        self._found: dict[object, AsIf] = {}

    def of(self, question: Question, allowed: int) -> AsIf:
        """Return what an amount in cents is right for, the likeliest cause alone."""
        key = question.line, question.beside, question.header.qp, allowed
        found = self._found.get(key)
        if found is None:
            if len(self._found) >= MOST_SEARCHES:
                self._found.clear()
            found = self._found[key] = self._search(question, Target(allowed, None))
        return found

    def _search(self, question: Question, target: Target) -> AsIf:
        alone = question._replace(beside=())
        try:
            if not question.beside:
                return _likeliest(causes(alone, target, self._rates))
            if found := causes(question, target, self._rates, _SINGLE):
                return _likeliest(found)
            if answer(alone, self._rates).meets(target):
                return _BY_ITSELF
            if found := causes(alone, target, self._rates, _SINGLE):
                return _likeliest(found)
            return _likeliest(causes(question, target, self._rates))
        except (InvalidInputError, NoPriceError):  # alone it has no price
            return _NOTHING


def _likeliest(matches: list[Match]) -> AsIf:
    if not matches:
        return _NOTHING
    first = matches[0]
    return AsIf(words(first.alternatives[:1]), tuple(kind.value for kind in first.kinds))


def beside(
    question: Question, own: Expected, others: Iterable[tuple[Question, Expected]]
) -> Question:
    """Return a question with those other lines of its claim that may change its price.

    They are reduced together with it, have the same code, or are of a status that is paid alone.
    """
    line, rate = question.line, own.price.rate
    own_pool = pool(rate.indicators, line.modifiers)
    lines = tuple(
        other.line
        for other, expected in others
        if other.line.day == line.day
        and (
            other.line.hcpcs == line.hcpcs
            or (own_pool and own_pool == pool(expected.price.rate.indicators, other.line.modifiers))
            or ALONE in (rate.status, expected.price.rate.status)
        )
    )
    return question._replace(beside=lines)
