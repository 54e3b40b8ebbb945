"""A paid line: what it should have been, and what the amount is right for.

Out of scope: the search (causes), and how a check is printed (cli).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from decimal import Decimal
from typing import TYPE_CHECKING

from feesync.analysis.causes import Target, causes
from feesync.analysis.causes import deductible as deductible_of
from feesync.analysis.match import Match
from feesync.analysis.other_rates import OtherRates, ScheduleRates
from feesync.analysis.question import Question
from feesync.claims import arguments
from feesync.claims.answer import line_answer, single_answer
from feesync.claims.estimate import Estimate
from feesync.claims.header import Header, read_header
from feesync.claims.line import ClaimLine
from feesync.errors import InvalidInputError
from feesync.model.money import dollars_or_none, json_ready
from feesync.model.rate import Setting
from feesync.model.result import RowResult
from feesync.pricing.modifiers import in_its_setting
from feesync.schedule.state import of_one_state
from feesync.schedule.threads import open_schedule

if TYPE_CHECKING:
    from feesync.analysis.dictionaries import CauseDict, CheckDict, CheckRowDict


@dataclass(frozen=True, slots=True)
class Cause:
    """What an amount would be right for.

    Attributes:
        kinds: the kind of the change, such as `without-modifier`; two of a pair.
        text: the change in words, to be read after "as": `without 50`.
        changes: each way to bring about the same arithmetic, as pairs of kind and value; of a pair
            of changes there are two.
        estimate: the line with the change, and its arithmetic.
    """

    kinds: tuple[str, ...]
    text: str
    changes: tuple[tuple[tuple[str, str], ...], ...]
    estimate: Estimate

    def to_dict(self) -> CauseDict:
        """Return the cause for `json.dumps`: the change, and its arithmetic."""
        answer: Mapping[str, object] = self.estimate.to_dict()
        return json_ready(
            {
                "kinds": self.kinds,
                "text": self.text,
                "changes": [
                    [{"kind": kind, "value": value} for kind, value in each]
                    for each in self.changes
                ],
                **{name: answer[name] for name in _ARITHMETIC},
            }
        )


_ARITHMETIC = (
    *("hcpcs", "modifiers", "date", "setting", "units", "locality", "fee", "steps", "allowed"),
    *("medicare_payment", "sequestration", "patient_responsibility", "release"),
)


@dataclass(frozen=True, slots=True)
class Check(RowResult):
    """A line that a payer has allowed or paid, beside what it should have been.

    Attributes:
        estimate: what Medicare, or the contract, allows for the line.
        allowed: dollars that the payer allowed, None where they were not given.
        paid: dollars that the payer paid, None where they were not given.
        causes: what the amounts would be right for, the likeliest first; empty where they
            are as they should be, or where nothing explains them.
        deductible: dollars of a deductible by which the paid amount would be right, where nothing
            explains it; None where no deductible does.
    """

    estimate: Estimate
    allowed: Decimal | None
    paid: Decimal | None
    causes: tuple[Cause, ...]
    deductible: Decimal | None = None

    @property
    def allowed_difference(self) -> Decimal | None:
        """What was allowed less what should have been, None where one of them is not known."""
        return _difference(self.allowed, self.estimate.allowed)

    @property
    def paid_difference(self) -> Decimal | None:
        """What was paid less what should have been, None where one of them is not known."""
        return _difference(self.paid, self.estimate.medicare_payment)

    @property
    def differs(self) -> bool:
        """Whether an amount is another than it should be."""
        return (self.allowed is not None and self.allowed != self.estimate.allowed) or (
            self.paid is not None and self.paid != self.estimate.medicare_payment
        )

    def summary(self) -> str:
        """Return the check as text: the amounts, the difference, the causes."""
        from feesync.analysis.check_text import text

        return text(self)

    def rows(self) -> list[CheckRowDict]:
        """Return a row for each cause, at least one, as `feesync check --csv` prints them."""
        return [self._row(number, each) for number, each in enumerate(self.causes, 1)] or [
            self._row(None, None)
        ]

    def _row(self, number: int | None, cause: Cause | None) -> CheckRowDict:
        own = self.estimate
        other = cause and cause.estimate
        return json_ready(
            {
                "hcpcs": own.hcpcs,
                "modifiers": own.modifiers,
                "date": own.date.isoformat(),
                "setting": own.setting.value,
                "pos": own.pos,
                "units": own.units,
                "mac": own.locality.mac,
                "locality": own.locality.locality,
                "state": own.locality.state,
                "locality_name": own.locality.name,
                "release": own.release.label,
                "allowed": own.allowed,
                "medicare_payment": own.medicare_payment,
                "given_allowed": self.allowed,
                "given_paid": self.paid,
                "allowed_difference": self.allowed_difference,
                "paid_difference": self.paid_difference,
                "cause": number,
                "cause_kinds": cause.kinds if cause else (),
                "cause_text": cause and cause.text,
                "cause_fee": other and other.fee,
                "cause_allowed": other and other.allowed,
                "cause_medicare_payment": other and other.medicare_payment,
                "deductible": self.deductible,
            }
        )

    def to_dict(self) -> CheckDict:
        """Return the check for `json.dumps`."""
        return json_ready(
            {
                "given": {"allowed": self.allowed, "paid": self.paid},
                "difference": {"allowed": self.allowed_difference, "paid": self.paid_difference},
                "differs": self.differs,
                "estimate": self.estimate.to_dict(),
                "causes": [each.to_dict() for each in self.causes],
                "deductible": self.deductible,
            }
        )


def _difference(given: Decimal | None, expected: Decimal | None) -> Decimal | None:
    return None if given is None or expected is None else given - expected


def check(
    line: ClaimLine | str | Mapping[str, object],
    *,
    locality: str,
    allowed: Decimal | int | str | None = None,
    paid: Decimal | int | str | None = None,
    setting: Setting | str = "nonfacility",
    pos: str | int | None = None,
    date: Date | str | None = None,
    nonpar: bool = False,
    practitioner: str = "physician",
    qp: bool = False,
    deductible: Decimal | int | str | None = None,
    percent: arguments.Percent | None = None,
    of_year: int | None = None,
    conversion_factor: Decimal | int | str | None = None,
    coverage: bool = False,
    purpose: str | None = None,
    history: arguments.EarlierLines = (),
    db: str | os.PathLike[str] | None = None,
) -> Check:
    """Return what a line that was allowed or paid should have been, and what explains the amount.

    One change of the line is tried at a time: without a modifier or with another, in the other
    setting, ranked behind a higher procedure, with other units, practitioner, participation, rates
    of another release or locality, and, for what was paid, with another deductible, coinsurance or
    sequestration. Where none meets the amount to the cent, the likeliest pairs of changes are
    tried. Each is priced by the rules of `estimate`.

    Args:
        line: a `ClaimLine`, a dictionary with its names, or text such as `64493-50`.
        locality: as for `estimate`.
        allowed: dollars that the payer allowed for the line.
        paid: dollars that the payer paid for it, after deductible, coinsurance and sequestration;
            not of a contract. One of the two is enough; with both, a cause meets both.
        setting: as for `estimate`.
        pos: as for `estimate`.
        date: as for `estimate`.
        nonpar: as for `estimate`.
        practitioner: as for `estimate`.
        qp: as for `estimate`.
        deductible: as for `estimate`.
        percent: as for `estimate`.
        of_year: as for `estimate`.
        conversion_factor: of another payer, as for `estimate`.
        coverage: whether the estimate has coverage notes on facet joint lines.
        purpose: as for `estimate`.
        history: as for `estimate`.
        db: path of the database.

    Returns:
        The check. An amount that nothing explains has no causes.

    Raises:
        FeesyncError: for the reasons of `estimate`.
        InvalidInputError: neither amount is given, or what a contract paid.

    Source of the rules: those of `estimate`.
    """
    header = read_header(
        locality=locality,
        setting=setting,
        pos=pos,
        date=date,
        nonpar=nonpar,
        practitioner=practitioner,
        qp=qp,
        deductible=deductible,
        percent=percent,
        of_year=of_year,
        conversion_factor=conversion_factor,
        coverage=coverage,
        purpose=purpose,
        history=history,
    )
    return check_line(header, ClaimLine.read(line), allowed=allowed, paid=paid, db=db)


@of_one_state
def check_line(
    header: Header,
    claim_line: ClaimLine,
    *,
    allowed: Decimal | int | str | None = None,
    paid: Decimal | int | str | None = None,
    db: str | os.PathLike[str] | None = None,
) -> Check:
    """Return the check of a line under a header, as `check` does."""
    target = Target(arguments.cents("allowed", allowed), arguments.cents("paid", paid))
    if target.allowed is None and target.paid is None:
        raise InvalidInputError("nothing to check: give what was allowed, or what was paid")
    if header.terms.contract and target.paid is not None:
        raise InvalidInputError(
            "with a contract, the plan decides what is paid of the amount: give what was allowed"
        )
    rates = ScheduleRates(open_schedule(db))
    question = Question(header, header.line(claim_line))
    estimate = single_answer(header, rates.of(header), in_its_setting(question.line))
    found = [_cause(match, rates) for match in causes(question, target, rates)]
    owed = None if found else deductible_of(question, target, rates)
    return Check(
        estimate,
        dollars_or_none(target.allowed),
        dollars_or_none(target.paid),
        tuple(found),
        dollars_or_none(owed),
    )


def _cause(match: Match, rates: OtherRates) -> Cause:
    question = match.question
    header = question.header._replace(circumstances=None)
    answer = line_answer(
        header, rates.of(header), in_its_setting(question.line), match.price, match.payers
    )
    return Cause(
        tuple(kind.value for kind in match.kinds),
        match.text,
        tuple(
            tuple((hypothesis.kind.value, hypothesis.value) for hypothesis in several)
            for several in match.alternatives
        ),
        answer,
    )
