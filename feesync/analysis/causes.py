"""The causes of an amount: the hypotheses about a line that meet it to the cent.

Each is priced by the engine as any other question is; there is no rule here. What the rates are
found by is the caller's, so that an audit of many lines searches with the rates that it has. Pairs
of hypotheses are tried only where no single one meets the amount, and at most so many of them: the
more are tried, the likelier one meets it by chance. Out of scope: the hypotheses themselves, and
words for people.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import combinations
from typing import NamedTuple

from feesync.analysis.hypotheses import hypotheses
from feesync.analysis.match import CauseKind, Hypothesis, Match
from feesync.analysis.other_rates import OtherRates
from feesync.analysis.question import Amount, Question
from feesync.analysis.rank import price_behind, price_beside
from feesync.claims.answer import Payers, payers
from feesync.errors import InvalidInputError, NoPriceError
from feesync.model.money import SCALE
from feesync.pricing.claim import price_line
from feesync.pricing.line import Line, Mark, Price
from feesync.pricing.modifiers import in_its_setting, read
from feesync.pricing.payer import split
from feesync.reference.cost_sharing import part_b_deductible_on

MOST_PAIRS = 300
"""How many pairs of hypotheses are tried, the likeliest first."""

_ALONE = frozenset({CauseKind.LOCALITY, CauseKind.LIMITING_CHARGE})
"""Kinds that are in no pair: one of many neighbours with anything else would meet any amount."""

_PAIRED_UNITS = frozenset("12")
"""The units that are in pairs."""

_AMOUNT_SOURCE = "feesync: what a payer may have paid instead, by no rule"


class Target(NamedTuple):
    """The amounts that a cause must meet, in cents; None where one is not known.

    `allowed` is what was allowed, `paid` what was paid of it.
    """

    allowed: int | None
    paid: int | None


class Answer(NamedTuple):
    """The price of a question, and who pays it."""

    price: Price
    payers: Payers

    def meets(self, target: Target) -> bool:
        """Tell whether its amounts are those of a target."""
        if target.allowed is not None and self.price.allowed != target.allowed:
            return False
        if target.paid is None:
            return True
        by = self.payers.split
        return by is not None and by.medicare_payment == target.paid

    @property
    def arithmetic(self) -> object:
        """What tells it from another answer: fee, steps that change it, and who pays."""
        steps = tuple(
            (mark.name, mark.factor, mark.cents)
            for mark in self.price.marks
            if mark.factor != SCALE
        )
        return self.price.fee, steps, self.price.allowed, self.payers.split


class Trial(NamedTuple):
    """One hypothesis or a pair, its question, and its answer."""

    hypotheses: tuple[Hypothesis, ...]
    question: Question
    answer: Answer


def answer(question: Question, rates: OtherRates) -> Answer:
    """Return the answer of the engine to a question.

    Raises:
        InvalidInputError: the question contradicts itself, or the code.
        NoPriceError: there is no rate.
    """
    line, lookup = in_its_setting(question.line), rates.of(question.header)
    read(line.modifiers)
    if question.companion is not None:
        price = price_behind(line, question.companion, lookup)
    elif question.beside:
        price = price_beside(line, tuple(map(in_its_setting, question.beside)), lookup)
    else:
        price = price_line(line, lookup)
    if question.amount is not Amount.ALLOWED:
        price = _replaced(price, line, question.amount)
    return Answer(price, _payers(question, line, price))


def _replaced(price: Price, line: Line, amount: Amount) -> Price:
    """Return a price with another amount in the place of what is allowed."""
    cents = line.charge if amount is Amount.CHARGE else price.limiting_charge
    if cents is None:
        return price._replace(allowed=None)
    mark = Mark(amount, None, cents, f"the {amount} itself", _AMOUNT_SOURCE)
    return price._replace(allowed=cents, marks=(*price.marks, mark))


def _payers(question: Question, line: Line, price: Price) -> Payers:
    by = payers(line, price, question.header.deductible)
    if by.split is None or by.share is None:
        return by
    if question.coinsurance is None and question.sequestration is None:
        return by
    share, cut = by.share, by.cut
    if question.coinsurance is not None:
        share = share._replace(coinsurance=question.coinsurance)
    if question.sequestration is not None:
        cut = question.sequestration
    assert price.allowed is not None  # it has been split
    return Payers(share, split(price.allowed, by.split.deductible, share.coinsurance, cut), cut)


def causes(
    question: Question, target: Target, rates: OtherRates, kinds: Set[CauseKind] | None = None
) -> list[Match]:
    """Return what amounts are right for, the likeliest first.

    There is nothing where the line itself meets them, or nothing explains them. Hypotheses with the
    same fee, the same steps and the same payers are one cause.

    Args:
        question: the line as it should be priced.
        target: the amounts; at least one.
        rates: finds the rates of the line, and of other days and places.
        kinds: the only kinds that are tried, and no pairs; by default all, and pairs.

    Raises:
        InvalidInputError, NoPriceError: why the line itself cannot be priced.
    """
    own = answer(question, rates)
    if own.meets(target):
        return []
    place = (
        rates.of(question.header).quote_of(in_its_setting(question.line), own.price.rate).locality
    )
    question = question.of_line(place=place.key)  # the same on another day, whatever its ZIP is
    singles = []
    for one in hypotheses(question, own.price.rate, place, rates, paid=target.paid is not None):
        if kinds is not None and one.kind not in kinds:
            continue
        if trial := _trial((one,), question, rates):
            singles.append(trial)
    met = [trial for trial in singles if trial.answer.meets(target)]
    if not met and kinds is None:
        met = list(_pairs(question, own, singles, target, rates, MOST_PAIRS))
    return _grouped(met)


def likeliest(
    question: Question,
    target: Target,
    rates: OtherRates,
    kinds: Set[CauseKind] = frozenset(CauseKind),
    *,
    most_pairs: int = 0,
) -> Match | None:
    """Return the likeliest of `causes` by itself, None where there is none.

    It has one alternative. What is less likely is not tried, which makes it several times faster.

    Args:
        question: the line as it should be priced.
        target: the amounts; at least one.
        rates: finds the rates of the line, and of other days and places.
        kinds: the only kinds that are tried.
        most_pairs: how many pairs are tried where no single hypothesis meets the amounts.

    Raises:
        InvalidInputError, NoPriceError: why the line itself cannot be priced.
    """
    own = answer(question, rates)
    if own.meets(target):
        return None
    place = (
        rates.of(question.header).quote_of(in_its_setting(question.line), own.price.rate).locality
    )
    question = question.of_line(place=place.key)
    singles = []
    for one in hypotheses(question, own.price.rate, place, rates, paid=target.paid is not None):
        trial = _trial((one,), question, rates) if one.kind in kinds else None
        if trial and trial.answer.meets(target):
            return _grouped([trial])[0]
        if trial:
            singles.append(trial)
    found = _pairs(question, own, singles, target, rates, most_pairs)
    return next((_grouped([trial])[0] for trial in found), None)


def deductible(question: Question, target: Target, rates: OtherRates) -> int | None:
    """Return the least deductible in cents by which a paid amount is right, None where none is.

    It is at most that of the year: a patient owes no more.

    Raises:
        InvalidInputError, NoPriceError: why the line itself cannot be priced.
    """
    own, annual = answer(question, rates), part_b_deductible_on(question.line.day)
    if target.paid is None or own.payers.share is None or not own.payers.share.deductible:
        return None
    line, price, paid = in_its_setting(question.line), own.price, target.paid

    def shortfall(owed: int) -> int:
        by = payers(line, price, owed).split
        assert by is not None  # the price has been split already
        return paid - by.medicare_payment

    most = min(annual.cents if annual else own.price.allowed or 0, own.price.allowed or 0)
    owed = bisect_left(range(most), 0, key=shortfall)
    return owed if owed and own._replace(payers=payers(line, price, owed)).meets(target) else None


def _trial(several: tuple[Hypothesis, ...], question: Question, rates: OtherRates) -> Trial | None:
    """Return the trial of hypotheses together, None where the line has no price by them."""
    for hypothesis in several:
        question = hypothesis.ask(question)
    try:
        found = answer(question, rates)
    except (InvalidInputError, NoPriceError):
        return None
    return Trial(several, question, found)


def _pairs(
    question: Question,
    own: Answer,
    singles: Sequence[Trial],
    target: Target,
    rates: OtherRates,
    most: int,
) -> Iterator[Trial]:
    """Yield the pairs of hypotheses of different kinds that meet the amounts.

    Of hypotheses that change nothing, or the same as a likelier one does, there are no pairs.
    """
    if not most:
        return
    seen, apart = {own.arithmetic}, []
    for trial in singles:
        (hypothesis,) = trial.hypotheses
        if _is_paired(hypothesis) and trial.answer.arithmetic not in seen:
            seen.add(trial.answer.arithmetic)
            apart.append(trial)
    ranks = {id(trial): rank for rank, trial in enumerate(apart)}
    pairs = [
        (one, other)
        for one, other in combinations(apart, 2)
        if one.hypotheses[0].kind is not other.hypotheses[0].kind
    ]
    pairs.sort(key=lambda pair: ranks[id(pair[0])] + ranks[id(pair[1])])
    for one, other in pairs[:most]:
        both = _trial((*one.hypotheses, *other.hypotheses), question, rates)
        if both and both.answer.meets(target):
            yield both


def _is_paired(hypothesis: Hypothesis) -> bool:
    if hypothesis.kind is CauseKind.UNITS:
        return hypothesis.value in _PAIRED_UNITS
    return hypothesis.kind not in _ALONE


def _grouped(trials: Iterable[Trial]) -> list[Match]:
    """Return a cause for each arithmetic, in the order of the first trial of each."""
    groups: dict[object, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(trial.answer.arithmetic, []).append(trial)
    return [
        Match(tuple(trial.hypotheses for trial in group), group[0].question, *group[0].answer)
        for group in groups.values()
    ]
