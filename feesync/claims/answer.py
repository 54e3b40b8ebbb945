"""The answer for a line: its amounts in dollars, who pays them, and all notes on it.

Out of scope: the rules of prices (pricing), and notes on several lines together (notes).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from feesync.claims import wording
from feesync.claims.estimate import Estimate
from feesync.claims.header import Header
from feesync.claims.rates import QuoteLookup
from feesync.coverage import facts
from feesync.coverage.notes import line_notes
from feesync.model.money import decimal, dollars, dollars_or_none, each_in_dollars
from feesync.model.note import Note
from feesync.model.rate import Setting
from feesync.model.tuples import tuple_of
from feesync.pricing import waiver
from feesync.pricing.claim import price_line
from feesync.pricing.line import Line, Price
from feesync.pricing.payer import Split, split
from feesync.reference.cost_sharing import PART_B_DEDUCTIBLE, part_b_deductible_on, sequestration_on
from feesync.schedule.quote import Quote

_DEDUCTIBLE_SOURCE = f"data/{PART_B_DEDUCTIBLE}"
_SHARE_SOURCE = "Medicare Claims Processing Manual ch. 12 s. 20.4.2"
_EXCESS_SOURCE = "Social Security Act s. 1848(g); Claims Processing Manual ch. 12 s. 30.3.12"


class Payers(NamedTuple):
    """Who pays what of a price: nothing is known of one that Medicare does not pay.

    Attributes:
        share: what the patient owes of it, by the rules.
        split: the amounts in cents.
        cut: sequestration in ten-thousandths of Medicare's payment.
    """

    share: waiver.PatientShare | None
    split: Split | None
    cut: int


def payers(
    line: Line,
    price: Price,
    owed: int,
    beside: Collection[str] = (),
    share: waiver.PatientShare | None = None,
) -> Payers:
    """Return who pays a price.

    Args:
        line: the line.
        price: its price.
        owed: the deductible in cents that is left for it.
        beside: the codes of the lines of its claim that have a price: what is denied waives
            nothing of another line.
        share: what the patient owes of it, where that is known.
    """
    terms = line.terms
    cut = sequestration_on(terms.day)
    rate = cut.rate if cut else 0
    if price.allowed is None or terms.contract:
        return Payers(None, None, rate)
    share = share or waiver.patient_share(line, beside)
    deductible = owed if share.deductible else 0
    return tuple_of(
        Payers, (share, split(price.allowed, deductible, share.coinsurance, rate), rate)
    )


def single_answer(header: Header, rates: QuoteLookup, line: Line) -> Estimate:
    """Return the answer for a line by itself.

    Args:
        header: what it is priced under.
        rates: finds its rate, and where that comes from.
        line: the line.

    Raises:
        FeesyncError: why it cannot be priced.
    """
    price = price_line(line, rates)
    more = [*header.day_notes([line]), *deductible_notes(header)]
    return line_answer(header, rates, line, price, payers(line, price, header.deductible), more)


def line_answer(
    header: Header,
    rates: QuoteLookup,
    line: Line,
    price: Price,
    by: Payers,
    more: Sequence[Note] = (),
) -> Estimate:
    """Return the answer for a priced line.

    Args:
        header: what it shares with the lines of its claim.
        rates: finds where its rate comes from.
        line: the line.
        price: its price.
        by: who pays it.
        more: notes to add after those of the line.
    """
    quote = rates.quote_of(line, price.rate)
    notes = (*rates.notes(quote), *own_notes(header, line, price, by.share, quote), *more)
    return in_dollars(header, line, price, by, quote, notes)


def own_notes(
    header: Header, line: Line, price: Price, share: waiver.PatientShare | None, quote: Quote
) -> list[Note]:
    """Return the notes on a line by itself, without those on where its rate comes from."""
    place = header.place_of_service
    notes = [*wording.notes(price)] if price.notes else []
    if share and (share.notes or price.limiting_charge is not None):
        notes += _payer_notes(line, price, share)
    if place:
        notes += place.notes
    if price.allowed is not None and line.terms.setting is Setting.FACILITY:
        notes.append(_share_note(header))
    if header.circumstances and line.hcpcs in facts.codes():
        notes += line_notes(line, header.pos, quote.locality, header.circumstances)
    return notes


def in_dollars(
    header: Header, line: Line, price: Price, by: Payers, quote: Quote, notes: tuple[Note, ...]
) -> Estimate:
    """Return the answer for a priced line, with its amounts in dollars.

    Args:
        header: what it shares with the lines of its claim.
        line: the line.
        price: its price.
        by: who pays it.
        quote: its rate, and where that comes from.
        notes: all notes on it.
    """
    share, shares = by.share, by.split
    fee = None if price.fee is None else dollars(price.fee)
    allowed = fee if price.allowed == price.fee else dollars_or_none(price.allowed)
    medicare = sequestration = owed = deductible = None
    if shares:
        medicare, sequestration, owed, deductible = each_in_dollars(shares)
    terms, place = line.terms, header.place_of_service
    return tuple_of(
        Estimate,
        (
            line.hcpcs,
            line.modifiers,
            header.terms.day,
            terms.setting,
            place and place.pos,
            line.units,
            fee,
            wording.steps(price) if price.marks else (),
            allowed,
            deductible,
            medicare,
            sequestration,
            None if terms.contract else _rate(by.cut),
            share and _rate(share.coinsurance),
            owed,
            dollars_or_none(price.limiting_charge),
            notes,
            quote,
            price.rank,
            terms.contract,
        ),
    )


@lru_cache(maxsize=64)
def _rate(share: int) -> Decimal:
    """Return ten-thousandths as a Decimal: there are few such shares, and every answer has two."""
    return decimal(share, 4)


def deductible_notes(header: Header) -> Sequence[Note]:
    """Return the notes on the deductible that a caller says is owed."""
    owed = header.deductible
    if not owed:
        return ()
    day = header.day
    known = part_b_deductible_on(day)
    if known is None:
        text = (
            f"The Part B deductible of {day.year} is not known; {dollars(owed)} counts as it was "
            "given."
        )
        return [Note.info("deductible-unknown", text, _DEDUCTIBLE_SOURCE)]
    if owed <= known.cents:
        return []
    annual = dollars(known.cents)
    text = (
        f"A deductible of {dollars(owed)} is more than the Part B deductible of {day.year}, "
        f"{annual}."
    )
    return [Note.warning("deductible-above-annual", text, _DEDUCTIBLE_SOURCE)]


def _payer_notes(line: Line, price: Price, share: waiver.PatientShare) -> Sequence[Note]:
    """Return the notes on what is waived, and on what an unassigned claim leaves of that."""
    if price.allowed is None:
        return []
    if share.deductible or price.limiting_charge is None:
        return share.notes
    return [*share.notes, *_excess_notes(price.allowed, price.limiting_charge, line.charge)]


def _excess_notes(allowed: int, limiting_charge: int, charge: int | None) -> list[Note]:
    """Return the note on what a patient owes of an unassigned claim though the line is waived.

    The amounts are in cents.
    """
    highest = limiting_charge if charge is None else min(charge, limiting_charge)
    if highest <= allowed:
        return []
    text = (
        "On an unassigned claim the patient still owes what the charge exceeds the approved amount "
        "by, up to the limiting "
        f"charge: at most {dollars(highest - allowed)}."
    )
    return [Note.info("unassigned-excess", text, _EXCESS_SOURCE)]


def _share_note(header: Header) -> Note:
    """Return the note that an amount at the facility rate is the practitioner's share.

    What the place itself is paid for is billed separately.
    """
    biller = "hospital"  # an amount that a modifier (PD) sets is that of a hospital's practice
    if header.terms.setting is Setting.FACILITY:
        biller = header.place_of_service.biller if header.place_of_service else "facility"
    beside = f"; the {biller} bills its own" if biller else ""
    text = f"The amount is the practitioner's share{beside}."
    return Note.info("practitioner-share", text, _SHARE_SOURCE)
