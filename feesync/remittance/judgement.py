"""Each decision of a payer held against what its plan should have allowed, line by line.

Lines that were paid are priced together, as the claim that the payer paid, also where the payer has
decided on parts of it one by one, and so is one whose allowed amount is not known; one that was
denied, or paid with another, changes no other, and a denied one has what it would have been paid
beside them; not so one that is denied because it was decided on before. Lines of one service are
judged by their sum where that is right.
Out of scope: which decisions count (decision), and what an amount is right for (as_if).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from feesync.analysis.question import Question
from feesync.claims.line import ClaimLine
from feesync.claims.refusal import refusal_of
from feesync.errors import FeesyncError, InvalidInputError
from feesync.pricing.modifiers import telling_apart
from feesync.reference.place_of_service import places_of_service
from feesync.remittance.allowance import Origin, allowance, is_bundled, is_denied, is_duplicate
from feesync.remittance.as_if import AsIf, Searches, beside
from feesync.remittance.audit_line import AuditLine
from feesync.remittance.case import Case, CaseLine, audit_line, whole_claim
from feesync.remittance.decision import REVERSAL, Decision, Standing
from feesync.remittance.expected import Expected, ExpectedAmounts
from feesync.remittance.line_status import LineStatus, Reason
from feesync.remittance.rendering import Renderings
from feesync.x12.records import ServiceLine

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

    def lines(self, cases: Sequence[Case]) -> Iterator[AuditLine]:
        """Yield the lines of a claim.

        Args:
            cases: the decision on it; several where the payer has split it.

        Raises:
            StoreError: the database cannot be read.
        """
        lines: dict[int, CaseLine] = {}
        for case in cases:
            status, reason = self._of_claim(case.decision, case.standing)
            if case.decision.payment.is_without_services:
                yield whole_claim(case, status, reason)
                continue
            for line in self._lines(case, status, reason):
                lines[len(lines)] = line if status else self._with_question(line)
        expected = self._expected(lines)
        for key, line in lines.items():
            yield self._line(key, line, lines, expected)

    def _lines(
        self, case: Case, status: LineStatus | None, reason: Reason | None
    ) -> Iterator[CaseLine]:
        payment = case.decision.payment
        for number, service in enumerate(payment.services, start=1):
            rendering = self._renderings.of(case.decision, service)
            own = allowance(service, payment)
            yield CaseLine(case, number, service, own, rendering, status, reason)

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

    def _with_question(self, line: CaseLine) -> CaseLine:
        """Return a line with the question for its price, or why there is none."""
        service, rendering, decision = line.service, line.rendering, line.case.decision
        procedure = service.procedure
        if procedure.qualifier != _HCPCS:
            return line._replace(status=LineStatus.NOT_AUDITED, reason=Reason.NOT_HCPCS)
        denied = is_denied(service, decision.payment)
        if denied and is_bundled(service):
            return line._replace(status=LineStatus.BUNDLED)
        if denied and is_duplicate(service, decision.payment):
            return line._replace(status=LineStatus.DENIED, reason=Reason.DUPLICATE)
        if denied:
            line = line._replace(status=LineStatus.DENIED)
        elif line.allowance.origin is Origin.NONE:
            line = line._replace(status=LineStatus.NOT_AUDITED, reason=Reason.NO_ALLOWED)
        units = _units(service, denied=denied)
        missing = (
            (Reason.MISSING_LOCALITY, rendering.locality),
            (Reason.MISSING_DATE, service.first_day),
            (Reason.PLACE_OF_SERVICE, rendering.pos),
            (Reason.UNITS, units),
            (Reason.CHARGE, service.charge >= 0),
        )
        for reason, value in missing:
            if not value:
                return _refusal(line, reason)
        assert service.first_day is not None
        assert units is not None
        try:
            of_contract = decision.payment.filing != _MEDICARE
            header = self._amounts.header(service.first_day, rendering, of_contract=of_contract)
        except InvalidInputError:
            known = rendering.pos.zfill(2) in places_of_service()
            return _refusal(line, Reason.PRACTITIONER if known else Reason.PLACE_OF_SERVICE)
        try:
            question_line = header.line(ClaimLine(procedure.code, procedure.modifiers, units))
        except InvalidInputError as error:
            return _refusal(line, refusal_of(error))
        question = Question(header, question_line._replace(charge=service.charge))
        return line._replace(question=question)

    def _expected(self, lines: Mapping[int, CaseLine]) -> dict[int, Expected | FeesyncError]:
        """Return what to expect of the lines that can be priced, by number."""
        found: dict[int, Expected | FeesyncError] = {}
        for asked in _by_practitioner(lines):
            paid = {number: line for number, line in asked.items() if _is_paid(line)}
            found |= self._amounts.of(_questions(paid))
            denied = asked.keys() - paid.keys()
            if denied:
                together = self._amounts.of(_questions(asked))
                found |= {number: together[number] for number in denied}
        return found | self._as_divided(lines, found)

    def _as_divided(
        self, lines: Mapping[int, CaseLine], expected: Mapping[int, Expected | FeesyncError]
    ) -> dict[int, Expected]:
        """Return what to expect of lines of one service whose amounts are right together.

        No rule says which of equal lines ranks first, nor how both sides are divided into two
        lines: the payer's division is expected, and the first line has what the sum is off by.
        """
        services: dict[object, list[tuple[int, Expected, int, int]]] = {}
        for number, line in lines.items():
            own, allowed = expected.get(number), line.allowance.cents
            if line.status or allowed is None or not isinstance(own, Expected):
                continue
            if line.question is None or own.price.allowed is None:
                continue
            priced, variance = line.question.line, allowed - own.price.allowed
            key = line.rendering, priced.day, priced.hcpcs, telling_apart(priced.modifiers)
            services.setdefault(key, []).append((number, own, allowed, variance))
        found: dict[int, Expected] = {}
        for own_lines in services.values():
            off = sum(variance for *_, variance in own_lines)
            alike = all(abs(variance) <= self._tolerance for *_, variance in own_lines)
            if alike or abs(off) > self._tolerance:
                continue
            for number, own, allowed, _ in own_lines:
                found[number] = own._replace(price=own.price._replace(allowed=allowed - off))
                off = 0
        return found

    def _line(
        self,
        key: int,
        line: CaseLine,
        lines: Mapping[int, CaseLine],
        expected: Mapping[int, Expected | FeesyncError],
    ) -> AuditLine:
        own = None if line.status is LineStatus.NOT_AUDITED else expected.get(key)
        status, reason, as_if = line.status, line.reason, None
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
                assert line.allowance.cents is not None
                variance = line.allowance.cents - should
                status = self._status(variance)
                if status is not LineStatus.RIGHT:
                    as_if = self._as_if(key, line, lines, expected)
        assert status is not None
        return audit_line(line, own, status, reason, variance, as_if)

    def _status(self, variance: int) -> LineStatus:
        if abs(variance) <= self._tolerance:
            return LineStatus.RIGHT
        return LineStatus.UNDERPAID if variance < 0 else LineStatus.OVERPAID

    def _as_if(
        self,
        key: int,
        line: CaseLine,
        lines: Mapping[int, CaseLine],
        expected: Mapping[int, Expected | FeesyncError],
    ) -> AsIf | None:
        """Return what the allowed amount of a line is right for, beside the other paid lines."""
        own = expected[key]
        assert line.question is not None
        assert isinstance(own, Expected)
        assert line.allowance.cents is not None
        others = [
            (lines[other].question, priced)
            for other, priced in expected.items()
            if other != key
            and _is_paid(lines[other])
            and lines[other].rendering.npi == line.rendering.npi
            and isinstance(priced, Expected)
        ]
        question = beside(line.question, own, others)  # type: ignore[arg-type]
        return self._searches.of(question, own, line.allowance.cents)


def _by_practitioner(lines: Mapping[int, CaseLine]) -> Iterable[dict[int, CaseLine]]:
    """Return the lines that can be priced, those of each practitioner together."""
    groups: dict[str, dict[int, CaseLine]] = {}
    for number, line in lines.items():
        if line.question:
            groups.setdefault(line.rendering.npi, {})[number] = line
    return groups.values()


def _is_paid(line: CaseLine) -> bool:
    """Tell whether a line that can be priced was paid, so that it ranks among the others."""
    return line.status is not LineStatus.DENIED


def _questions(lines: Mapping[int, CaseLine]) -> dict[int, Question]:
    return {number: line.question for number, line in lines.items() if line.question}


def _refusal(line: CaseLine, reason: str) -> CaseLine:
    """Return a line that cannot be priced; one that is denied stays denied."""
    kind = LineStatus.NOT_AUDITED if reason == Reason.MISSING_LOCALITY else LineStatus.REFUSED
    return line._replace(status=line.status or kind, reason=line.reason or reason)


def _units(service: ServiceLine, *, denied: bool) -> int | None:
    """Return the units that a line is priced by: those paid, of a denied one those billed."""
    units = service.units
    if denied and service.billed_units is not None:
        units = service.billed_units
    return int(units) if units > 0 and units == units.to_integral_value() else None
