"""The answer for a priced line: its amounts in dollars, who pays them, and all notes on it.

Out of scope: prices (pricing), and notes on several lines together (notes).
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
from feesync.coverage.notes import line_notes
from feesync.model.locality import Locality
from feesync.model.money import decimal, dollars
from feesync.model.note import Note
from feesync.model.rate import Setting
from feesync.pricing import waiver
from feesync.pricing.line import Line, Price
from feesync.pricing.payer import Split, split
from feesync.reference.cost_sharing import PART_B_DEDUCTIBLE, part_b_deductible_on, sequestration_on

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


def payers(line: Line, price: Price, owed: int, beside: Collection[str] = ()) -> Payers:
    """Return who pays a price.

    Args:
        line: the line.
        price: its price.
        owed: the deductible in cents that is left for it.
        beside: the codes of the lines of its claim that have a price: what is denied waives
            nothing of another line.
    """
    cut = sequestration_on(line.day)
    rate = cut.rate if cut else 0
    if price.allowed is None or line.contract:
        return Payers(None, None, rate)
    share = waiver.patient_share(line, beside)
    deductible = owed if share.deductible else 0
    return Payers(share, split(price.allowed, deductible, share.coinsurance, rate), rate)


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
    allowed, share, shares = price.allowed, by.share, by.split
    quote = rates.quote_of(line, price.rate)
    return Estimate(
        hcpcs=line.hcpcs,
        modifiers=line.modifiers,
        date=header.day,
        setting=line.setting,
        pos=header.pos,
        units=line.units,
        fee=_dollars(price.fee),
        steps=wording.steps(price),
        allowed=_dollars(allowed),
        deductible=shares and dollars(shares.deductible),
        medicare_payment=shares and dollars(shares.medicare_payment),
        sequestration=shares and dollars(shares.sequestration),
        sequestration_rate=None if line.contract else _rate(by.cut),
        coinsurance_rate=share and _rate(share.coinsurance),
        patient_responsibility=shares and dollars(shares.patient_responsibility),
        limiting_charge=_dollars(price.limiting_charge),
        notes=(
            *rates.notes(quote),
            *wording.notes(price),
            *_payer_notes(line, price, share),
            *(header.place_of_service.notes if header.place_of_service else []),
            *(() if allowed is None else _share_notes(header, line)),
            *_coverage_notes(header, line, quote.locality),
            *more,
        ),
        quote=quote,
        rank=price.rank,
        contract=line.contract,
    )


@lru_cache(maxsize=64)
def _rate(share: int) -> Decimal:
    """Return ten-thousandths as a Decimal: there are few such shares, and every answer has two."""
    return decimal(share, 4)


def deductible_notes(header: Header) -> list[Note]:
    """Return the notes on the deductible that a caller says is owed."""
    owed, day = header.deductible, header.day
    if not owed:
        return []
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


def _payer_notes(line: Line, price: Price, share: waiver.PatientShare | None) -> Sequence[Note]:
    """Return the notes on what is waived, and on what an unassigned claim leaves of that."""
    if share is None or price.allowed is None:
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


def _share_notes(header: Header, line: Line) -> list[Note]:
    """Return the note that an amount at the facility rate is the practitioner's share.

    What the place itself is paid for is billed separately.
    """
    if line.setting is not Setting.FACILITY:
        return []
    biller = "hospital"  # an amount that a modifier (PD) sets is that of a hospital's practice
    if header.terms.setting is Setting.FACILITY:
        biller = header.place_of_service.biller if header.place_of_service else "facility"
    beside = f"; the {biller} bills its own" if biller else ""
    return [
        Note.info(
            "practitioner-share",
            f"The amount is the practitioner's share{beside}.",
            _SHARE_SOURCE,
        )
    ]


def _coverage_notes(header: Header, line: Line, place: Locality) -> list[Note]:
    circumstances = header.circumstances
    return line_notes(line, header.pos, place, circumstances) if circumstances else []


def _dollars(amount: int | None) -> Decimal | None:
    return None if amount is None else dollars(amount)
