"""A claim, line by line and in sum, by rates that a caller's lookup finds.

It reads the lines, has them priced together, and makes the answer for each. Out of scope: the rules
(pricing), and finding rates (rates).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from feesync.claims import notes as claim_notes
from feesync.claims.answer import Payers, deductible_notes, line_answer, payers
from feesync.claims.claim_estimate import ClaimEstimate, RefusedLine
from feesync.claims.header import Header
from feesync.claims.line import ClaimLine
from feesync.claims.rates import QuoteLookup
from feesync.errors import FeesyncError, InvalidInputError, together
from feesync.model.money import dollars
from feesync.pricing.claim import claim
from feesync.pricing.line import Line, Price
from feesync.pricing.units import descending_charge, identity

MOST_LINES = 50
"""How many lines a claim has, at most."""


def price_claim(
    header: Header,
    lines: Iterable[ClaimLine | str | Mapping[str, object]],
    rates: QuoteLookup,
    *,
    incomplete: bool = False,
) -> ClaimEstimate:
    """Return what Medicare allows for lines under a header, as `estimate_claim` does.

    Args:
        header: what they share.
        lines: each in any form that a claim line can have.
        rates: finds their rates.
        incomplete: whether lines that cannot be priced are left out, with their reasons.

    Raises:
        InvalidInputError: there is no line, or there are more than 50.
        FeesyncError: why the first line that cannot be priced cannot, with the errors of the other
            lines; with `incomplete`, only where no line can.
    """
    by_number, errors = _read(header, lines)
    prices: dict[int, Price] = {}
    for number, price in claim(by_number, rates).items():
        if isinstance(price, FeesyncError):
            errors[number] = price
        else:
            prices[number] = price
    if errors and (not incomplete or not prices):
        raise together([errors[number] for number in sorted(errors)])
    if not prices:
        raise InvalidInputError("a claim has at least one line")
    shares = claim_payers(by_number, prices, header.deductible)
    estimates = {
        number: line_answer(header, rates, by_number[number], prices[number], by)
        for number, by in shares.items()
    }
    splits = [by.split for by in shares.values() if by.split]
    answers = [estimates[number] for number in prices]
    refusals = tuple(RefusedLine.of(*refusal) for refusal in sorted(errors.items()))
    return ClaimEstimate(
        lines=tuple(answers),
        allowed=_sum([price.allowed for price in prices.values() if price.allowed is not None]),
        medicare_payment=_sum([split.medicare_payment for split in splits]),
        sequestration=_sum([split.sequestration for split in splits]),
        patient_responsibility=_sum([split.patient_responsibility for split in splits]),
        notes=(
            *claim_notes.notes(answers, list(prices)),
            *claim_notes.incomplete(refusals),
            *header.day_notes([by_number[number] for number in prices]),
            *deductible_notes(header),
        ),
        refused=refusals,
    )


def _read(
    header: Header, lines: Iterable[ClaimLine | str | Mapping[str, object]]
) -> tuple[dict[int, Line], dict[int, FeesyncError]]:
    """Return the lines of a claim that can be read, and the errors of the others, by number.

    Raises:
        InvalidInputError: there are too many lines.
    """
    readable: dict[int, Line] = {}
    errors: dict[int, FeesyncError] = {}
    for number, line in enumerate(lines, start=1):
        if number > MOST_LINES:
            raise InvalidInputError(f"a claim has at most {MOST_LINES} lines")
        try:
            readable[number] = header.line(ClaimLine.read(line))
        except InvalidInputError as error:
            errors[number] = error
            error.claim_line = number
    return readable, errors


def claim_payers(
    lines: Mapping[int, Line], prices: Mapping[int, Price], owed: int
) -> dict[int, Payers]:
    """Return who pays each price of a claim.

    The lines count towards the deductible in an order that depends on what they say, and not on
    their places in the claim.

    Args:
        lines: the lines by number.
        prices: the prices by number; a line without one is left out.
        owed: the deductible in cents that the patient still owes.

    Returns:
        Who pays, by number, in the order in which the deductible is met.
    """
    priced = frozenset(price.rate.hcpcs for price in prices.values() if price.allowed is not None)
    shares: dict[int, Payers] = {}
    for number in _deductible_order(lines, prices) if owed else prices:
        by = shares[number] = payers(lines[number], prices[number], owed, priced)
        if by.split:
            owed -= by.split.deductible
    return shares


def _deductible_order(lines: Mapping[int, Line], prices: Mapping[int, Price]) -> list[int]:
    """Return the numbers of lines in the order in which the deductible is met."""

    def key(number: int) -> tuple[object, ...]:
        line, allowed = lines[number], prices[number].allowed or 0
        return identity(line), descending_charge(line.charge), -allowed

    return sorted(prices, key=key)


def _sum(amounts: Sequence[int]) -> Decimal | None:
    return dollars(sum(amounts)) if amounts else None
