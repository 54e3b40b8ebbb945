"""A claim, line by line and in sum, over rates that a caller brings.

Reads the lines, has them priced beside each other, and answers for each. Out of scope: what the
rules say (pricing), and where the rates are from (rates).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from feesync.claims import notes as claim_notes
from feesync.claims.answer import deductible_notes, line_answer
from feesync.claims.claim_estimate import ClaimEstimate, RefusedLine
from feesync.claims.estimate import Estimate
from feesync.claims.header import Header
from feesync.claims.line import ClaimLine
from feesync.claims.rates import QuoteLookup
from feesync.errors import FeesyncError, InvalidInputError
from feesync.model import money
from feesync.model.money import dollars
from feesync.pricing.claim import claim
from feesync.pricing.line import Line, Price
from feesync.pricing.units import descending_charge, identity

_MOST_LINES = 50


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
        lines: in any form that a claim takes.
        rates: where their rates are found.
        incomplete: whether lines that cannot be priced are left out, with their reasons.

    Raises:
        InvalidInputError: there is no line, or more than 50.
        FeesyncError: why a line cannot be priced, the first of several; with `incomplete` only
            where none can.
    """
    given, refused = _read(header, lines)
    prices: dict[int, Price] = {}
    for number, price in claim(given, rates).items():
        if isinstance(price, FeesyncError):
            refused[number] = price
        else:
            prices[number] = price
    if refused and (not incomplete or not prices):
        raise refused[min(refused)]
    if not prices:
        raise InvalidInputError("a claim has at least one line")
    read = [given[number] for number in prices]
    found: dict[int, Estimate] = {}
    left = header.deductible
    priced = frozenset(price.rate.hcpcs for price in prices.values() if price.allowed is not None)
    for number in _deductible_order(given, prices):
        line, price = given[number], prices[number]
        quote = rates.quote_of(line, price.rate)
        answer = line_answer(header, rates, line, quote, price, left, [], priced)
        found[number] = answer
        left -= money.cents(answer.deductible or 0)
    answers = [found[number] for number in prices]
    left_out = tuple(RefusedLine.of(*refusal) for refusal in sorted(refused.items()))
    return ClaimEstimate(
        lines=tuple(answers),
        allowed=_sum("allowed", answers),
        medicare_payment=_sum("medicare_payment", answers),
        sequestration=_sum("sequestration", answers),
        patient_responsibility=_sum("patient_responsibility", answers),
        notes=(
            *claim_notes.notes(answers, list(prices)),
            *claim_notes.incomplete(left_out),
            *header.day_notes(read),
            *deductible_notes(header),
        ),
        refused=left_out,
    )


def _read(
    header: Header, lines: Iterable[ClaimLine | str | Mapping[str, object]]
) -> tuple[dict[int, Line], dict[int, FeesyncError]]:
    """Return the lines of a claim that can be read, and what is wrong with the others, by number.

    Raises:
        InvalidInputError: there are too many lines.
    """
    read: dict[int, Line] = {}
    refused: dict[int, FeesyncError] = {}
    for number, given in enumerate(lines, start=1):
        if number > _MOST_LINES:
            raise InvalidInputError(f"a claim has at most {_MOST_LINES} lines")
        try:
            read[number] = header.line(ClaimLine.read(given))
        except InvalidInputError as error:
            refused[number] = error
            error.claim_line = number
    return read, refused


def _deductible_order(lines: Mapping[int, Line], prices: Mapping[int, Price]) -> list[int]:
    """Return the numbers of lines in the order in which the deductible is met.

    By what the lines say, so that their places in the claim decide nothing.
    """

    def key(number: int) -> tuple[object, ...]:
        line, allowed = lines[number], prices[number].allowed or 0
        return identity(line), descending_charge(line.charge), -allowed

    return sorted(prices, key=key)


def _sum(name: str, answers: list[Estimate]) -> Decimal | None:
    amounts = [
        money.cents(amount) for answer in answers if (amount := getattr(answer, name)) is not None
    ]
    return dollars(sum(amounts)) if amounts else None
