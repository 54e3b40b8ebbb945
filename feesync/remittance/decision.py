"""What a payer decided on a claim at one time, and which decisions a later one takes back.

A reversal takes back an earlier decision, and a correction decides anew. They are paired by the
provider's claim number, and by the payer's (CLP07, REF*F8), across all files, in whatever order
these are read. Out of scope: whether what was paid is right (judgement).

Source: ASC X12N 005010X221A1, section 1.10.2.8.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from feesync.x12.records import (
    ClaimPayment,
    Finding,
    Payer,
    Procedure,
    ProviderAdjustment,
    Remittance,
    ServiceLine,
)

REVERSAL = "22"
_DECIDED = frozenset(("1", "2", "3", "4", "19", "20", "21"))


class Decision(NamedTuple):
    """A claim as a payer decided on it in one transaction.

    Attributes:
        file: index of the file.
        transaction: number of the transaction in the file.
        day: of the payment; None where it is not known.
        payer: who decided.
        payee_npi: NPI of who is paid.
        payment: the claim.
    """

    file: int
    transaction: int
    day: date | None
    payer: Payer
    payee_npi: str
    payment: ClaimPayment

    @property
    def origin(self) -> tuple[int, int]:
        """File and transaction: what is paid by one check."""
        return self.file, self.transaction

    def is_before(self, other: Decision) -> bool:
        """Tell whether this is known to be the earlier one."""
        return self.day is not None and other.day is not None and self.day < other.day


class Standing(StrEnum):
    """What a decision has become."""

    FINAL = "final"
    REVERSED = "reversed"
    NETTED = "netted"
    ALONE = "alone"


class Outcome(NamedTuple):
    """What the decisions of a payer have become.

    Attributes:
        standings: of each decision, in their order.
        links: a reversal and another decision, by number: the one that it takes back, or one that
            decides anew.
    """

    standings: list[Standing]
    links: list[tuple[int, int]]


def outcome(decisions: Sequence[Decision]) -> Outcome:
    """Return what decisions have become.

    A decision that a reversal takes back is reversed. The reversal is netted where the files also
    have the claim's correction, which is final; else it is alone.
    """
    found = Outcome([Standing.FINAL] * len(decisions), [])
    families: dict[tuple[str, str], list[int]] = {}
    reversed_claims = set()
    for number, decision in enumerate(decisions):
        key = _family(decision)
        families.setdefault(key, []).append(number)
        if decision.payment.status == REVERSAL:
            reversed_claims.add(key)
    for key in reversed_claims:
        _pair(decisions, families[key], found)
    return found


def _family(decision: Decision) -> tuple[str, str]:
    """Return what the decisions of one payer on one claim share."""
    return decision.payer.number or decision.payer.name, decision.payment.number


def _pair(decisions: Sequence[Decision], family: Iterable[int], found: Outcome) -> None:
    standings, links = found
    ordered = sorted(family, key=lambda number: _order(decisions[number]))
    reversals = [number for number in ordered if decisions[number].payment.status == REVERSAL]
    others = [number for number in ordered if decisions[number].payment.status in _DECIDED]
    for reversal in reversals:
        left = [number for number in others if standings[number] is Standing.FINAL]
        original = _original(decisions, reversal, left)
        if original is not None:
            standings[original] = Standing.REVERSED
            links.append((reversal, original))
    for reversal in reversals:
        anew = [number for number in others if _corrects(decisions[number], decisions[reversal])]
        links += [(reversal, number) for number in anew]
        corrected = any(standings[number] is Standing.FINAL for number in anew)
        standings[reversal] = Standing.NETTED if corrected else Standing.ALONE


def _order(decision: Decision) -> tuple[date, tuple[object, ...]]:
    """Return what decisions are sorted by: the day, and what they say; never the file's place."""
    payment = decision.payment
    return decision.day or date.max, (payment.payer_number, payment.paid, payment.charge)


def _original(
    decisions: Sequence[Decision], reversal: int, candidates: Iterable[int]
) -> int | None:
    """Return the decision that a reversal takes back, None where the files do not have it.

    It is of another transaction: nothing is paid and taken back by one check.
    """
    own = decisions[reversal]
    best: tuple[int, int] | None = None
    for number in candidates:
        other = decisions[number]
        if other.origin == own.origin:
            continue
        equal = (other.payment.charge, other.payment.paid) == (
            -own.payment.charge,
            -own.payment.paid,
        )
        if _is_linked(other, own):
            likelihood = 0 if equal else 1 if other.is_before(own) else None
        else:
            is_same = equal and _services(other.payment) == _services(own.payment)
            likelihood = 2 if is_same and other.is_before(own) else None
        if likelihood is not None and (best is None or likelihood < best[0]):
            best = likelihood, number
    return best and best[1]


def _is_linked(original: Decision, reversal: Decision) -> bool:
    """Tell whether a reversal names the payer's number of a decision."""
    number = original.payment.payer_number
    return bool(number) and number in (
        reversal.payment.payer_number,
        reversal.payment.original_number,
    )


def _corrects(correction: Decision, reversal: Decision) -> bool:
    """Tell whether a decision is the one after a reversal, on the same services or days.

    A provider may have one number for several visits of a patient.
    """
    number = reversal.payment.payer_number
    if number and correction.payment.original_number == number:
        return True
    if correction.is_before(reversal):
        return False
    if number and correction.payment.payer_number == number:
        return True
    days, own = (
        {day for *_, day in _services(each.payment)} - {None} for each in (correction, reversal)
    )
    return not (days and own and days.isdisjoint(own))


def _services(payment: ClaimPayment) -> set[tuple[Procedure | None, date | None]]:
    """Return the codes and days that a decision is on; of a claim without lines its day."""
    if not payment.services:
        return {(None, payment.first_day)}
    return {(service.procedure, service.first_day) for service in payment.services}


def split_claims(decisions: Sequence[Decision], outcome: Outcome) -> list[tuple[int, ...]]:
    """Return the numbers of decisions, those on parts of one claim together; each is in one tuple.

    A payer splits a long claim: one check then has decisions on several numbers of the payer for
    one of the provider. Where it takes a part back, by whatever check, the claim is what stands
    after that: the other parts, and the part as it is decided on anew. They are no parts of one
    claim where they are on the same services: then a claim is decided on twice.
    """
    checks = _checks(decisions)
    found: dict[int, tuple[int, ...]] = {}
    for numbers in (*_joined(len(decisions), [*checks, *outcome.links]), *checks):
        final = tuple(
            number
            for number in numbers
            if outcome.standings[number] is Standing.FINAL and number not in found
        )
        if _are_parts([decisions[number].payment for number in final]):
            found |= dict.fromkeys(final, final)
    for number in range(len(decisions)):
        found.setdefault(number, (number,))
    return sorted(set(found.values()))


def _checks(decisions: Sequence[Decision]) -> list[list[int]]:
    """Return the decisions of one check that are on parts of one claim, or take such back."""
    checks: dict[object, list[int]] = {}
    for number, decision in enumerate(decisions):
        is_reversal = decision.payment.status == REVERSAL
        key = decision.origin, *_family(decision), is_reversal
        if is_reversal or not decision.payment.original_number:
            checks.setdefault(key, []).append(number)
        else:
            checks[number] = [number]
    return [
        numbers
        for numbers in checks.values()
        if _are_parts([decisions[number].payment for number in numbers])
    ]


def _joined(size: int, groups: Iterable[Sequence[int]]) -> list[list[int]]:
    """Return the numbers below a size, those together that groups have in common."""
    whole = {number: [number] for number in range(size)}
    for first, *others in groups:
        for other in others:
            if whole[first] is not whole[other]:
                whole[first] += whole[other]
                whole |= dict.fromkeys(whole[other], whole[first])
    return [sorted(numbers) for number, numbers in whole.items() if number == min(numbers)]


def _are_parts(payments: Sequence[ClaimPayment]) -> bool:
    """Tell whether payments are of parts of one claim."""
    services = {frozenset(Counter(map(_service, each.services)).items()) for each in payments}
    payer_numbers = {each.payer_number for each in payments}
    return len(services) == len(payer_numbers) == len(payments) and "" not in payer_numbers


def _service(service: ServiceLine) -> tuple[object, ...]:
    """Return what is alike of a service that is decided on twice."""
    return service.procedure, service.units, service.charge, service.first_day


class Decisions:
    """The decisions of remittances, each once, as they are read."""

    def __init__(self) -> None:
        self.all: list[Decision] = []
        self.claims: Counter[int] = Counter()
        self.repeated: Counter[int] = Counter()
        self.findings: dict[int, list[Finding]] = {}
        self.provider_adjustments: list[ProviderAdjustment] = []
        self._known: dict[object, list[int]] = {}
        self._adjusted: dict[object, int] = {}

    def add(self, remittance: Remittance) -> None:
        """Add what a remittance, or a part of one, says."""
        file, payer = remittance.file, remittance.payer
        self.findings.setdefault(file, []).extend(remittance.findings)
        repeated = 0
        for payment in remittance.payments:
            decision = Decision(
                file,
                remittance.transaction,
                remittance.production_day,
                payer,
                remittance.payee_npi,
                payment,
            )
            if self._is_known(decision):
                repeated += 1
            else:
                self.all.append(decision)
        self.claims[file] += len(remittance.payments) - repeated
        self.repeated[file] += repeated
        self._add_adjustments(remittance, of_repeated=repeated == len(remittance.payments))

    def _add_adjustments(self, remittance: Remittance, *, of_repeated: bool) -> None:
        """Add provider adjustments, but for those of a remittance that is repeated as a whole."""
        own = remittance.provider_adjustments
        if not own:
            return
        texts = tuple((each.reason, each.cents) for each in own)
        key = remittance.payer, remittance.production_day, texts
        file = self._adjusted.setdefault(key, remittance.file)
        if not of_repeated or file == remittance.file:
            self.provider_adjustments += own

    def _is_known(self, decision: Decision) -> bool:
        """Tell whether another file has the same decision, word for word.

        It then has the same remittance: a claim that is paid twice has two numbers of the payer.
        """
        payment = decision.payment
        key = decision.payer, decision.day, payment.number, payment.payer_number, payment.paid
        earlier = self._known.setdefault(key, [])
        own = _without_position(decision)
        for number in earlier:
            other = self.all[number]
            if other.file != decision.file and _without_position(other) == own:
                return True
        earlier.append(len(self.all))
        return False


def _without_position(decision: Decision) -> tuple[object, ...]:
    payment = decision.payment
    services = tuple(service._replace(segment=0) for service in payment.services)
    return decision.payee_npi, payment._replace(segment=0, services=services)
