"""What a payer may have done otherwise with a line: one change of its question each.

They come the likeliest first, as `CauseKind` has them. Out of scope: their prices (causes), for
which each is asked of the engine as any other question is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from feesync.analysis.match import CauseKind, Hypothesis
from feesync.analysis.other_rates import OtherRates
from feesync.analysis.question import Amount, Companion, Question
from feesync.model.label import FIRST_QP_YEAR
from feesync.model.locality import Locality
from feesync.model.money import decimal_percent
from feesync.model.rate import Rate, Setting
from feesync.pricing.line import Line
from feesync.pricing.modifiers import BOTH_SIDES, ROW, SIDES
from feesync.pricing.neighbours import ENDOSCOPY
from feesync.pricing.practitioner import PRACTITIONERS
from feesync.pricing.surgery import POSTOPERATIVE
from feesync.pricing.waiver import patient_share, standard_share
from feesync.reference.cost_sharing import (
    part_b_deductible_on,
    sequestration_on,
    sequestration_rates,
)

_USUAL = (
    *("50", "26", "TC", "80", "82", "81", "AS", "62", "78", "54", "55", "56"),
    *("CQ", "CO", "FX", "FY", "CT"),
)
"""Modifiers that change a price, the usual ones first."""

_LIKELIHOOD = {kind: rank for rank, kind in enumerate(CauseKind)}
_MOST_UNITS, _MOST_DAYS = 10, 90
_INSTEAD = {BOTH_SIDES: SIDES, **dict.fromkeys(ROW, ROW)}
"""The modifiers in whose place another one stands; with them it would contradict itself."""


def hypotheses(
    question: Question, rate: Rate, place: Locality, rates: OtherRates, *, paid: bool
) -> list[Hypothesis]:
    """Return the hypotheses about a line, the likeliest first.

    Args:
        question: the line as it should be priced.
        rate: its rate.
        place: its locality.
        rates: finds other releases and places.
        paid: whether the amount is after deductible, coinsurance and sequestration.
    """
    line = question.line
    found = chain(
        _charge(line),
        _fewer_modifiers(line),
        _setting(line),
        _rank(rate),
        _shares(question) if paid and line.contract is None else (),
        _more_modifiers(line),
        _units(line),
        _practitioners(line),
        _participation(line),
        _conversion_factor(question),
        _contract(line),
        _releases(question, rates),
        _places(line, place, rates),
        _limiting_charge(line),
    )
    return sorted(found, key=lambda hypothesis: _LIKELIHOOD[hypothesis.kind])


def _of_line(kind: CauseKind, value: str, **fields: object) -> Hypothesis:
    return Hypothesis(kind, value, lambda question: question.of_line(**fields))


def _fewer_modifiers(line: Line) -> Iterator[Hypothesis]:
    for modifier in line.modifiers:
        ask = _with_modifiers(None, frozenset((modifier,)))
        yield Hypothesis(CauseKind.WITHOUT_MODIFIER, modifier, ask)


def _more_modifiers(line: Line) -> Iterator[Hypothesis]:
    for modifier in _USUAL:
        if modifier not in line.modifiers:
            instead = _INSTEAD.get(modifier, frozenset())
            old = [other for other in line.modifiers if other in instead]
            value = f"{modifier} in place of {' and '.join(old)}" if old else modifier
            yield Hypothesis(CauseKind.MODIFIER, value, _with_modifiers(modifier, instead))


def _with_modifiers(more: str | None, fewer: frozenset[str]) -> Callable[[Question], Question]:
    def ask(question: Question) -> Question:
        modifiers = [each for each in question.line.modifiers if each not in fewer]
        if more:
            modifiers.append(more)
        fields: dict[str, object] = {"modifiers": tuple(modifiers)}
        if POSTOPERATIVE in fewer:
            fields["postoperative_days"] = None
        return question.of_line(**fields)

    return ask


def _setting(line: Line) -> Iterator[Hypothesis]:
    (other,) = {*Setting} - {line.setting}

    def ask(question: Question) -> Question:
        header = question.header._replace(place_of_service=None)
        return question._replace(header=header).of_terms(setting=other)

    yield Hypothesis(CauseKind.SETTING, other.value, ask)


def _rank(rate: Rate) -> Iterator[Hypothesis]:
    companions = [Companion.PROCEDURE]
    if rate.multiple_procedure == ENDOSCOPY:
        companions.insert(0, Companion.ENDOSCOPY)
    for companion in companions:
        yield Hypothesis(
            CauseKind.RANK,
            companion.value,
            lambda question, own=companion: question._replace(companion=own),  # type: ignore[misc]
        )


def _shares(question: Question) -> Iterator[Hypothesis]:
    """Yield other shares of payer and patient: sequestration, coinsurance, deductible."""
    line, day = question.line, question.line.day
    own_cut, share = sequestration_on(day), patient_share(line, ())
    for cut in sequestration_rates():
        if own_cut is None or cut != own_cut.rate:
            yield _of_question(CauseKind.SEQUESTRATION, _percent(cut), sequestration=cut)
    for coinsurance in (0, standard_share(day).coinsurance):
        if coinsurance != share.coinsurance:
            yield _of_question(
                CauseKind.COINSURANCE, _percent(coinsurance), coinsurance=coinsurance
            )
    annual = part_b_deductible_on(day)
    for value, cents in (("none", 0), ("whole", annual.cents if annual else 0)):
        if cents != question.header.deductible:
            yield Hypothesis(
                CauseKind.DEDUCTIBLE,
                value,
                lambda other, owed=cents: other.of_header(deductible=owed),  # type: ignore[misc]
            )


def _percent(rate: int) -> str:
    return f"{decimal_percent(rate)} %"


def _of_question(kind: CauseKind, value: str, **fields: object) -> Hypothesis:
    return Hypothesis(kind, value, lambda question: question._replace(**fields))  # type: ignore[arg-type]


def _units(line: Line) -> Iterator[Hypothesis]:
    days = POSTOPERATIVE in line.modifiers  # whose units are days of care
    for units in range(1, (_MOST_DAYS if days else _MOST_UNITS) + 1):
        if units != line.units:
            yield _of_line(CauseKind.UNITS, str(units), units=units)


def _practitioners(line: Line) -> Iterator[Hypothesis]:
    for kind in PRACTITIONERS:
        if kind != line.practitioner:
            yield _of_terms(CauseKind.PRACTITIONER, kind, practitioner=kind)


def _participation(line: Line) -> Iterator[Hypothesis]:
    value = "participating" if line.nonpar else "non-participating"
    yield _of_terms(CauseKind.PARTICIPATION, value, nonpar=not line.nonpar)


def _charge(line: Line) -> Iterator[Hypothesis]:
    if line.charge is not None:
        yield _of_line(CauseKind.CHARGE, "none", charge=None)
        yield _of_question(CauseKind.CHARGE, "submitted", amount=Amount.CHARGE)


def _conversion_factor(question: Question) -> Iterator[Hypothesis]:
    qp = not question.header.qp
    if question.line.day.year >= FIRST_QP_YEAR:
        yield Hypothesis(
            CauseKind.CONVERSION_FACTOR,
            "qp" if qp else "nonqp",
            lambda other: other.of_header(qp=qp),
        )


def _contract(line: Line) -> Iterator[Hypothesis]:
    if line.contract is not None:
        yield Hypothesis(
            CauseKind.CONTRACT, "Medicare", lambda question: question.of_terms(contract=None)
        )


def _releases(question: Question, rates: OtherRates) -> Iterator[Hypothesis]:
    contract = question.line.contract
    if contract and contract.of_year:
        years = {day.year: None for _, day in rates.releases(question.line.day)}
        for year in years:
            if year != contract.of_year:
                other = contract._replace(of_year=year)
                yield _of_terms(CauseKind.RELEASE, str(year), contract=other)
        return
    for label, day in rates.releases(question.line.day):
        yield _of_terms(CauseKind.RELEASE, label, day=day)


def _of_terms(kind: CauseKind, value: str, **fields: object) -> Hypothesis:
    return Hypothesis(kind, value, lambda question: question.of_terms(**fields))


def _places(line: Line, place: Locality, rates: OtherRates) -> Iterator[Hypothesis]:
    for other in rates.places(place, line.day):
        kind = CauseKind.NATIONAL if other.is_national else CauseKind.LOCALITY
        yield _of_line(kind, other.key, place=other.key)


def _limiting_charge(line: Line) -> Iterator[Hypothesis]:
    if line.contract is None:
        yield Hypothesis(
            CauseKind.LIMITING_CHARGE,
            "limiting charge",
            lambda question: question.of_terms(nonpar=True)._replace(amount=Amount.LIMITING_CHARGE),
        )
