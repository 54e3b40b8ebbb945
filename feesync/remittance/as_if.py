"""What an allowed amount is right for, as `check` finds it, for many lines.

A line is searched beside the lines of its claim first, and then alone: a payer may have decided on
it by itself. Most lines of a file that differ are alike, so that what was found is remembered. Out
of scope: the hypotheses and their order (analysis).
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import NamedTuple

from feesync.analysis.causes import Target, answer, likeliest
from feesync.analysis.match import CauseKind
from feesync.analysis.other_rates import ScheduleRates
from feesync.analysis.question import Question
from feesync.errors import InvalidInputError, NoPriceError
from feesync.pricing.line import Line
from feesync.pricing.neighbours import pool
from feesync.pricing.status import ALONE
from feesync.reference.rule_values import unchanged_since
from feesync.remittance.expected import Expected

MOST_SEARCHES = 50_000
"""How many different searches are remembered; then all are forgotten."""


class AsIf(NamedTuple):
    """What an amount is right for.

    Attributes:
        text: in words, to be read after "as": `without 50`.
        kinds: the kind of the change, such as `without-modifier`; two of a pair.
    """

    text: str
    kinds: tuple[str, ...]


MOST_PAIRS = 60
"""How many pairs of changes are tried for a line: of many lines, some would be met by chance."""

_OF_RANK = frozenset(CauseKind) - {
    *(CauseKind.CONVERSION_FACTOR, CauseKind.CONTRACT, CauseKind.RELEASE),
    *(CauseKind.NATIONAL, CauseKind.LOCALITY, CauseKind.LIMITING_CHARGE),
}
"""Changes of a line that may change its rank among others; the rest is of all lines alike."""

_OVERLOOKED = frozenset((CauseKind.CHARGE, CauseKind.WITHOUT_MODIFIER, CauseKind.SETTING))
"""What is likelier than that a line is paid by itself."""

_BY_ITSELF = AsIf("by itself, beside no other line", (CauseKind.RANK.value,))


class Searches:
    """Searches for what amounts are right for; the answers are of one state of the database."""

    def __init__(self, rates: ScheduleRates) -> None:
        self._rates = rates
        self._found: dict[object, AsIf | None] = {}

    def of(self, question: Question, expected: Expected, allowed: int) -> AsIf | None:
        """Return what an amount in cents is right for, the likeliest cause alone.

        None where nothing explains it.

        Days on which a release answers and no rule changes are alike.

        Args:
            question: the line, beside those that may change its price.
            expected: what is to be expected of it in its place among them: of lines that are equal
                the first one ranks first.
            allowed: the amount.
        """
        release, should = expected.quote.release.label, expected.price.allowed
        key = _of_period(question.line), *map(_of_period, question.beside)
        shape = key, question.header.qp, release, should, allowed
        if shape not in self._found:
            if len(self._found) >= MOST_SEARCHES:
                self._found.clear()
            self._found[shape] = self._search(question, Target(allowed, None), should)
        return self._found[shape]

    def _search(self, question: Question, target: Target, should: int | None) -> AsIf | None:
        """Return what an amount is right for, beside the other lines first and then alone.

        What the other lines do not change is searched alone at once, which is faster.
        """
        alone = question._replace(beside=())
        try:
            by_itself = answer(alone, self._rates)
            if not question.beside:
                return self._likeliest(alone, target, most_pairs=MOST_PAIRS)
            if by_itself.price.allowed == should:
                return (
                    self._likeliest(alone, target)
                    or self._likeliest(question, target, _OF_RANK)
                    or self._likeliest(alone, target, most_pairs=MOST_PAIRS)
                )
            return (
                self._likeliest(question, target, _OVERLOOKED)
                or (_BY_ITSELF if by_itself.meets(target) else None)
                or self._likeliest(question, target, frozenset(CauseKind) - _OVERLOOKED)
                or self._likeliest(alone, target)
                or self._likeliest(question, target, most_pairs=MOST_PAIRS)
            )
        except (InvalidInputError, NoPriceError):  # alone it has no price
            return None

    def _likeliest(
        self,
        question: Question,
        target: Target,
        kinds: Set[CauseKind] = frozenset(CauseKind),
        *,
        most_pairs: int = 0,
    ) -> AsIf | None:
        match = likeliest(question, target, self._rates, kinds, most_pairs=most_pairs)
        if match is None:
            return None
        return AsIf(match.text, tuple(kind.value for kind in match.kinds))


def _of_period(line: Line) -> Line:
    """Return a line on the first day since which no rule has changed."""
    return line.on_terms(day=unchanged_since(line.day))


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
