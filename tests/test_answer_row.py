"""The answer columns of a line that Python prices: those of `feesync claim --csv`."""

from typing import Any

import pytest

from feesync import estimate_claim
from feesync.batch.answer_row import AnswerRow, answer_row, refused_row
from feesync.batch.reasons import Reason
from feesync.claims.claim import claim_payers
from feesync.claims.line import ClaimLine
from feesync.claims.memory import header_of
from feesync.claims.rates import ClaimRates
from feesync.claims.refusal import refusal_of
from feesync.errors import (
    InvalidInputError,
    LocalityError,
    ModifierError,
    NoPriceError,
    NoReleaseError,
    StoreError,
    UnknownCodeError,
)
from feesync.model.money import dollars_or_none
from feesync.pricing.claim import claim
from feesync.remittance import line_status
from feesync.schedule.threads import open_schedule

WHERE: dict[str, Any] = dict(locality="01112-05", date="2025-11-03")
AMOUNTS = AnswerRow._fields[:6]


def rows(lines, more):
    """The answer columns of the lines of a claim, and the claim by `estimate_claim`."""
    whole: dict[str, Any] = {"setting": "nonfacility", **WHERE, **more}
    place = whole.pop("locality")
    header = header_of(place, (), whole, None)
    read = {number: header.line(ClaimLine.read(line)) for number, line in enumerate(lines, 1)}
    prices: dict[int, Any] = dict(claim(read, ClaimRates(header, open_schedule())))
    shares = claim_payers(read, prices, header.deductible)
    return [answer_row(prices[number], shares[number]) for number in read]


CLAIMS: list[Any] = [
    (["64493-50", "64494-50x1@90", "64495-50"], {}),
    (["64493-RT", "64493-LT", "64490"], dict(nonpar=True)),
    (["64493-50", "64635@20"], dict(deductible="257")),
    (["64493-GY", "64490"], dict(practitioner="np")),
]


@pytest.mark.parametrize(("lines", "more"), CLAIMS)
def test_the_columns_are_those_of_the_claim(loaded, lines, more):
    answers = estimate_claim(lines, **WHERE, **more).lines
    found = rows(lines, more)
    for own, answer in zip(found, answers, strict=True):
        amounts = {name: dollars_or_none(getattr(own, name)) for name in AMOUNTS}
        assert amounts == {name: getattr(answer, name) for name in AMOUNTS}
        steps = [
            step.name if step.factor is None else f"{step.name} x {step.factor}"
            for step in answer.steps
        ]
        denials = [note.code for note in answer.notes if note.severity == "denial"]
        assert own.steps == ("; ".join(steps) or None)
        assert own.rank == answer.rank
        assert own.status == ("priced" if answer.allowed is not None else "denied")
        assert own.reason == (None if answer.allowed is not None else denials[0])


def test_a_line_that_cannot_be_priced_has_its_reason_alone():
    assert [*refused_row(Reason.UNITS)] == [*[None] * 6, "", None, "refused", "units"]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ModifierError(), "modifier"),
        (UnknownCodeError(""), "unknown-code"),
        (LocalityError(""), "locality"),
        (NoReleaseError(), "no-release"),
        (NoPriceError(), "no-rate"),
        (InvalidInputError(), "invalid"),
    ],
)
def test_an_error_about_a_line_is_a_reason(error, reason):
    assert refusal_of(error) == reason
    assert (Reason(reason), line_status.Reason(reason)) == (reason, reason)


def test_an_error_about_the_run_is_raised():
    with pytest.raises(StoreError):
        refusal_of(StoreError())


def test_every_reason_has_words():
    assert all(reason.words for reason in Reason)
