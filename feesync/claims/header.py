"""What all lines of a claim share.

Place, setting, day, who bills, and the schedule that answers for them.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import date as Date
from decimal import Decimal
from typing import NamedTuple

from feesync.claims import arguments
from feesync.claims.estimate import Estimate
from feesync.claims.line import ClaimLine
from feesync.coverage.notes import Circumstances, day_notes, line_notes
from feesync.errors import ModifierError, UnknownCodeError
from feesync.model import reading
from feesync.model.hcpcs import read_code
from feesync.model.locality import Locality
from feesync.model.money import decimal, dollars
from feesync.model.note import Note
from feesync.model.rate import Rate, Setting
from feesync.pricing import modifiers as modifier_rules
from feesync.pricing import practitioner as practitioners
from feesync.pricing import waiver
from feesync.pricing.claim import claim
from feesync.pricing.line import Contract, Line, Price
from feesync.pricing.payer import split
from feesync.reference.codes import technical_codes
from feesync.reference.cost_sharing import sequestration_on
from feesync.reference.modifiers import Effect
from feesync.reference.place_of_service import places_of_service, read_setting
from feesync.schedule import notes as provenance
from feesync.schedule.quote import Quote
from feesync.schedule.rates import FeeSchedule
from feesync.schedule.threads import open_schedule

_SHARE_SOURCE = "Medicare Claims Processing Manual ch. 12 s. 20.4.2"


class Visit(NamedTuple):
    """Place, setting, day, who bills, and the schedule: of one line, or of all lines of a claim.

    `day` is the date of service, by which modifiers and practitioners are judged; `rates_of` is the
    day whose release prices the lines, where that is another.
    """

    schedule: FeeSchedule
    locality: str
    setting: Setting
    pos: str | None
    day: Date
    nonpar: bool
    practitioner: str
    qp: bool
    notes: list[Note]
    circumstances: Circumstances | None
    contract: Contract | None = None
    rates_of: Date | None = None

    @property
    def rate_day(self) -> Date:
        """The day whose release prices the lines.

        That of service, but for a contract that names the rates of a year.
        """
        return self.rates_of or self.day

    def line(self, given: ClaimLine) -> Line:
        """Return a line as pricing sees it."""
        return Line(
            read_code(reading.text("hcpcs", given.hcpcs)),
            arguments.modifiers(given.modifiers),
            self.day,
            self.setting,
            arguments.units(given.units),
            arguments.cents("charge", given.charge),
            self.nonpar,
            self.practitioner,
            arguments.days(given.postop_days),
            contract=self.contract,
        )

    def quote(self, line: Line) -> Quote:
        """Find the rate; a code that has other rows than the modifier asks for is a modifier error, not an unknown code.

        A code without a row for 53 answers with its own: 53 is then priced by report. Of a code
        with parts PD takes the professional one.
        """
        row = modifier_rules.row_of(line.modifiers)
        if not row and modifier_rules.has(line.modifiers, Effect.SETTING):
            with suppress(UnknownCodeError):
                return self.schedule.rate(
                    line.hcpcs,
                    modifier_rules.PROFESSIONAL,
                    self.locality,
                    self.rate_day,
                    qp=self.qp,
                )
        try:
            return self.schedule.rate(line.hcpcs, row, self.locality, self.rate_day, qp=self.qp)
        except UnknownCodeError as error:
            if not error.rows:
                raise
            if row == modifier_rules.DISCONTINUED and "" in error.rows:
                return self.schedule.rate(line.hcpcs, "", self.locality, self.rate_day, qp=self.qp)
            rows = ", ".join(filter(None, error.rows))
        if not row:
            raise ModifierError(f"{line.hcpcs} has rows for modifier {rows} only; give one")
        has = f"its rows are {rows}" if rows else "it has no such parts"
        raise ModifierError(f"modifier {row} does not apply to {line.hcpcs}: {has}")

    def rate(self, hcpcs: str, row: str = "") -> Rate:
        """Find the rate of another code or row beside a line's."""
        return self.schedule.rate(hcpcs, row, self.locality, self.rate_day, qp=self.qp).rate

    def technical(self, hcpcs: str) -> Sequence[Rate]:
        """Find the rates of the technical part of a code.

        None where the schedule does not have them.
        """
        rows = [(code, "") for code in technical_codes().get(hcpcs, ())] or [(hcpcs, "TC")]
        try:
            return [self.rate(code, row) for code, row in rows]
        except UnknownCodeError:
            return []

    def price(self, line: Line) -> tuple[Quote, Price]:
        """Price a line by itself, as of a claim of its own."""
        quote = self.quote(line)
        return quote, claim([(quote.rate, line)], self)[0]

    def answer(
        self,
        line: Line,
        quote: Quote,
        price: Price,
        owed: int,
        more: list[Note],
        beside: Collection[str] = (),
    ) -> Estimate:
        """Return the answer for a priced line.

        Args:
            line: the line.
            quote: its rate.
            price: its price.
            owed: the deductible in cents that is left for it.
            more: notes after those of the line.
            beside: the codes of the lines of its claim that have a price: what is denied waives
                nothing of another line.
        """
        allowed = price.allowed
        cut = sequestration_on(self.day)
        cut_rate = cut.rate if cut else 0
        share = None if allowed is None or line.contract else waiver.patient_share(line, beside)
        shares = None
        if share and allowed is not None:
            shares = split(allowed, owed if share.deductible else 0, share.coinsurance, cut_rate)
        return Estimate(
            hcpcs=line.hcpcs,
            modifiers=line.modifiers,
            date=self.day,
            setting=modifier_rules.placed(line).setting,
            pos=self.pos,
            units=line.units,
            fee=_dollars(price.fee),
            steps=tuple(price.steps),
            allowed=_dollars(allowed),
            deductible=shares and dollars(shares.deductible),
            medicare_payment=shares and dollars(shares.medicare_payment),
            sequestration=shares and dollars(shares.sequestration),
            sequestration_rate=None if line.contract else decimal(cut_rate, 4),
            coinsurance_rate=share and decimal(share.coinsurance, 4),
            patient_responsibility=shares and dollars(shares.patient_responsibility),
            limiting_charge=_dollars(price.limiting_charge),
            notes=(
                *provenance.notes(self.schedule, quote, self.rate_day, qp=self.qp),
                *price.notes,
                *_payer_notes(line, price, share),
                *self.notes,
                *([] if allowed is None else self._share()),
                *self._coverage_notes(line, quote.locality),
                *more,
            ),
            quote=quote,
            rank=price.rank,
            contract=line.contract,
        )

    def _share(self) -> list[Note]:
        """Say whose share an amount at the facility rate is.

        What the place itself is paid for is billed beside it.
        """
        if self.setting is not Setting.FACILITY:
            return []
        biller = places_of_service()[self.pos].biller if self.pos else "facility"
        beside = f"; the {biller} bills its own" if biller else ""
        return [
            Note.info(
                "practitioner-share",
                f"The amount is the practitioner's share{beside}.",
                _SHARE_SOURCE,
            )
        ]

    def _coverage_notes(self, line: Line, place: Locality) -> list[Note]:
        return line_notes(line, self.pos, place, self.circumstances) if self.circumstances else []

    def day_notes(self, lines: Sequence[Line]) -> list[Note]:
        """Return the coverage notes on all lines together."""
        return day_notes(lines, self.pos, self.circumstances) if self.circumstances else []


def read_visit(
    *,
    locality: str,
    setting: Setting | str,
    qp: bool,
    db: str | os.PathLike[str] | None,
    pos: str | int | None = None,
    date: Date | str | None = None,
    nonpar: bool = False,
    practitioner: str = "physician",
    contract: Contract | None = None,
    coverage: bool = False,
    purpose: str | None = None,
    history: arguments.History = (),
) -> Visit:
    """Read what all lines share. Medicare's coverage notes do not hold for a contract."""
    day = arguments.day(date) or Date.today()
    where, place = read_setting(setting, pos)
    kind = reading.text("practitioner", practitioner).lower()
    practitioners.check(kind, day)
    circumstances = arguments.circumstances(coverage, purpose, history)
    schedule = open_schedule(db)
    return Visit(
        schedule,
        reading.text("locality", locality),
        where,
        place and place.pos,
        day,
        reading.flag("nonpar", nonpar),
        kind,
        reading.flag("qp", qp),
        place.notes if place else [],
        None if contract else circumstances,
        contract,
        schedule.newest_day(contract.of_year) if contract and contract.of_year else None,
    )


def _payer_notes(line: Line, price: Price, share: waiver.PatientShare | None) -> list[Note]:
    """Return the notes on what the patient owes.

    What is waived, and what an unassigned claim leaves of that.
    """
    if share is None or price.allowed is None:
        return []
    if share.deductible or price.limiting_charge is None:
        return share.notes
    return [*share.notes, *waiver.excess(price.allowed, price.limiting_charge, line.charge)]


def _dollars(amount: int | None) -> Decimal | None:
    return None if amount is None else dollars(amount)
