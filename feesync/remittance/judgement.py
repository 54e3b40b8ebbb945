"""Each decision of a payer held against what its plan should have allowed, line by line.

Lines that were paid are priced together, as the claim that the payer paid, also where the payer has
decided on parts of it one by one, and so is one whose
allowed amount is not known; one that was denied, or paid with another, changes no other, and a
denied one has what it would have been paid beside them; not so one that is denied because it was
decided on before.
Out of scope: which decisions count (decision), and what an amount is right for (as_if).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from feesync.analysis.question import Question
from feesync.claims.line import ClaimLine
from feesync.claims.refusal import refusal_of
from feesync.errors import FeesyncError, InvalidInputError
from feesync.reference.place_of_service import places_of_service
from feesync.remittance.allowance import Origin, allowance, is_bundled, is_denied, is_duplicate
from feesync.remittance.as_if import AsIf, Searches, beside
from feesync.remittance.audit_line import AuditLine
from feesync.remittance.decision import REVERSAL, Decision, Standing
from feesync.remittance.expected import Expected, ExpectedAmounts
from feesync.remittance.line_status import LineStatus, Reason
from feesync.remittance.part import Case, Part, audit_line, whole_claim
from feesync.remittance.records import ServiceLine
from feesync.remittance.rendering import Renderings

_MEDICARE, _HCPCS = "MB", "HC"
_DENIED = "4"
_PRIMARY = frozenset(("1", _DENIED, "19"))
_SECONDARY = frozenset(("2", "3", "20", "21"))
_OTHERS = {"23": Reason.FORWARDED, "25": Reason.PREDETERMINATION}
_STANDINGS = {
    Standing.NETTED: (LineStatus.REVERSAL, Reason.CORRECTED),
    Standing.ALONE: (LineStatus.REVERSAL, Reason.UNCORRECTED),
}


class Judge:
    """Judges decisions; the answers are of one state of the database."""

    def __init__(
        self,
        renderings: Renderings,
        amounts: ExpectedAmounts,
        searches: Searches,
        *,
        has_contract: bool,
        tolerance: int,
    ) -> None:
        """Take what all decisions share.

        Args:
            renderings: finds where lines were furnished.
            amounts: finds what to expect.
            searches: finds what amounts are right for.
            has_contract: whether plans other than Medicare pay by a contract.
            tolerance: the largest difference in cents that is none.
        """
        self._renderings, self._amounts, self._searches = renderings, amounts, searches
        self._has_contract, self._tolerance = has_contract, tolerance

    def lines(self, parts_of_claim: Sequence[Case]) -> Iterator[AuditLine]:
        """Yield the lines of a claim.

        Args:
            parts_of_claim: the decision on it; several where the payer has split it.

        Raises:
            StoreError: the database cannot be read.
        """
        parts: dict[int, Part] = {}
        for case in parts_of_claim:
            status, reason = self._of_claim(case.decision, case.standing)
            if case.decision.payment.is_without_services:
                yield whole_claim(case, status, reason)
                continue
            for part in self._parts(case, status, reason):
                parts[len(parts)] = part if status else self._asked(part)
        expected = self._expected(parts)
        for key, part in parts.items():
            yield self._line(key, part, parts, expected)

    def _parts(
        self, case: Case, status: LineStatus | None, reason: Reason | None
    ) -> Iterator[Part]:
        payment = case.decision.payment
        for number, service in enumerate(payment.services, start=1):
            rendering = self._renderings.of(case.decision, service)
            own = allowance(service, payment)
            yield Part(case, number, service, own, rendering, status, reason)

    def _of_claim(
        self, decision: Decision, standing: Standing
    ) -> tuple[LineStatus | None, Reason | None]:
        """Return what is found of a claim as a whole; nothing where its lines are to be judged."""
        payment = decision.payment
        code = payment.status
        if standing is Standing.REVERSED:
            return LineStatus.REVERSED, None
        if code == REVERSAL:
            return _STANDINGS[standing]
        if code in _SECONDARY:
            return LineStatus.SECONDARY, Reason.SECONDARY
        if code not in _PRIMARY:
            return LineStatus.NOT_AUDITED, _OTHERS.get(code, Reason.CLAIM_STATUS)
        if payment.filing != _MEDICARE and not self._has_contract:
            return LineStatus.NOT_AUDITED, Reason.FILING
        if payment.is_without_services:
            denied = code == _DENIED
            return LineStatus.DENIED if denied else LineStatus.NOT_AUDITED, Reason.NO_SERVICES
        return None, None

    def _asked(self, part: Part) -> Part:
        """Return a line with the question for its price, or why there is none."""
        service, rendering, decision = part.service, part.rendering, part.case.decision
        procedure = service.procedure
        if procedure.qualifier != _HCPCS:
            return part._replace(status=LineStatus.NOT_AUDITED, reason=Reason.NOT_HCPCS)
        denied = is_denied(service, decision.payment)
        if denied and is_bundled(service):
            return part._replace(status=LineStatus.BUNDLED)
        if denied and is_duplicate(service, decision.payment):
            return part._replace(status=LineStatus.DENIED, reason=Reason.DUPLICATE)
        if denied:
            part = part._replace(status=LineStatus.DENIED)
        elif part.allowance.origin is Origin.NONE:
            part = part._replace(status=LineStatus.NOT_AUDITED, reason=Reason.NO_ALLOWED)
        units = _units(service, denied=denied)
        missing = (
            (Reason.MISSING_LOCALITY, rendering.locality),
            (Reason.MISSING_DATE, service.first_day),
            (Reason.PLACE_OF_SERVICE, rendering.pos),
            (Reason.UNITS, units),
        )
        for reason, value in missing:
            if not value:
                return _refused(part, reason)
        assert service.first_day is not None
        assert units is not None
        try:
            of_contract = decision.payment.filing != _MEDICARE
            header = self._amounts.header(service.first_day, rendering, of_contract=of_contract)
        except InvalidInputError:
            known = rendering.pos.zfill(2) in places_of_service()
            return _refused(part, Reason.PRACTITIONER if known else Reason.PLACE_OF_SERVICE)
        try:
            line = header.line(ClaimLine(procedure.code, procedure.modifiers, units))
        except InvalidInputError as error:
            return _refused(part, refusal_of(error))
        question = Question(header, line._replace(charge=service.charge))
        return part._replace(question=question)

    def _expected(self, parts: Mapping[int, Part]) -> dict[int, Expected | FeesyncError]:
        """Return what to expect of the lines that can be priced, by number."""
        found: dict[int, Expected | FeesyncError] = {}
        for asked in _by_practitioner(parts):
            paid = {number: part for number, part in asked.items() if _is_paid(part)}
            found |= self._amounts.of(_questions(paid))
            denied = asked.keys() - paid.keys()
            if denied:
                together = self._amounts.of(_questions(asked))
                found |= {number: together[number] for number in denied}
        return found

    def _line(
        self,
        key: int,
        part: Part,
        parts: Mapping[int, Part],
        expected: Mapping[int, Expected | FeesyncError],
    ) -> AuditLine:
        own = None if part.status is LineStatus.NOT_AUDITED else expected.get(key)
        status, reason, as_if = part.status, part.reason, None
        should: int | None = None
        variance: int | None = None
        if isinstance(own, FeesyncError):
            if status is None:
                status = LineStatus.REFUSED
            reason, own = refusal_of(own), None
        elif own is not None:
            should = own.price.allowed
            if should is None:
                status, reason = status or LineStatus.NO_PRICE, own.denial
            elif status is None:
                assert part.allowance.cents is not None
                variance = part.allowance.cents - should
                status = self._status(variance)
                if status is not LineStatus.RIGHT:
                    as_if = self._as_if(key, part, parts, expected)
        assert status is not None
        return audit_line(part, own, status, reason, variance, as_if)

    def _status(self, variance: int) -> LineStatus:
        if abs(variance) <= self._tolerance:
            return LineStatus.RIGHT
        return LineStatus.UNDERPAID if variance < 0 else LineStatus.OVERPAID

    def _as_if(
        self,
        key: int,
        part: Part,
        parts: Mapping[int, Part],
        expected: Mapping[int, Expected | FeesyncError],
    ) -> AsIf | None:
        """Return what the allowed amount of a line is right for, beside the other paid lines."""
        own = expected[key]
        assert part.question is not None
        assert isinstance(own, Expected)
        assert part.allowance.cents is not None
        others = [
            (parts[other].question, priced)
            for other, priced in expected.items()
            if other != key
            and _is_paid(parts[other])
            and parts[other].rendering.npi == part.rendering.npi
            and isinstance(priced, Expected)
        ]
        question = beside(part.question, own, others)  # type: ignore[arg-type]
        return self._searches.of(question, own, part.allowance.cents)


def _by_practitioner(parts: Mapping[int, Part]) -> Iterable[dict[int, Part]]:
    """Return the lines that can be priced, those of each practitioner together."""
    groups: dict[str, dict[int, Part]] = {}
    for number, part in parts.items():
        if part.question:
            groups.setdefault(part.rendering.npi, {})[number] = part
    return groups.values()


def _is_paid(part: Part) -> bool:
    """Tell whether a line that can be priced was paid, so that it ranks among the others."""
    return part.status is not LineStatus.DENIED


def _questions(parts: Mapping[int, Part]) -> dict[int, Question]:
    return {number: part.question for number, part in parts.items() if part.question}


def _refused(part: Part, reason: str) -> Part:
    """Return a line that cannot be priced; one that is denied stays denied."""
    kind = LineStatus.NOT_AUDITED if reason == Reason.MISSING_LOCALITY else LineStatus.REFUSED
    return part._replace(status=part.status or kind, reason=part.reason or reason)


def _units(service: ServiceLine, *, denied: bool) -> int | None:
    """Return the units that a line is priced by: those paid, of a denied one those billed."""
    units = service.units
    if denied and service.billed_units is not None:
        units = service.billed_units
    return int(units) if units > 0 and units == units.to_integral_value() else None
