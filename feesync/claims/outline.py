"""What the answers for a line have in common in all places, so that it is found out once.

The schedule that the answers are from keeps it, and drops it when its database changes. Out of
scope: which questions are the same (memory).
"""

from __future__ import annotations

from decimal import Decimal

from feesync.claims import arguments
from feesync.claims.answer import deductible_notes, in_dollars, own_notes, payers
from feesync.claims.estimate import Estimate
from feesync.claims.header import Header
from feesync.claims.rates import QuoteLookup
from feesync.coverage import facts
from feesync.model.note import Note
from feesync.model.tuples import tuple_of
from feesync.pricing.claim import entry_of
from feesync.pricing.entry import Entry
from feesync.pricing.line import Line
from feesync.pricing.price import fold
from feesync.pricing.waiver import PatientShare, patient_share
from feesync.schedule import notes as provenance
from feesync.schedule.rates import FeeSchedule

_CHARGE = Line._fields.index("charge")


class Outline:
    """What the answers for a line by itself have in common, in all places and with any charge.

    There is one of a line that is priced by factors, with notes in which no amount stands.
    """

    __slots__ = ("_header", "_line", "_notes", "_program", "_row", "_share")

    def __init__(
        self,
        header: Header,
        line: Line,
        entry: Entry,
        share: PatientShare,
        notes: tuple[Note, ...],
    ) -> None:
        """Make an outline.

        Args:
            header: what it is priced under; the place in it does not matter.
            line: the line; its place and its charge do not matter.
            entry: the line with its rate in a place, and its program.
            share: what the patient owes.
            notes: all notes on it, but for those on where its rate comes from and on an OPPS cap.
        """
        self._header, self._line = header, line
        self._row, self._program = entry.rate.modifier, entry.program
        self._share, self._notes = share, notes

    @classmethod
    def of(cls, header: Header, line: Line, rates: QuoteLookup) -> Outline | None:
        """Return the outline of a line, None where there is none.

        Raises:
            FeesyncError: why the line cannot be priced.
        """
        entry = entry_of(1, line, rates)
        program, base = entry.program, entry.base
        has_facts = header.circumstances is not None and line.hcpcs in facts.codes()
        if program.denials or not program.folds or program.limited or line.contract or has_facts:
            return None
        uncapped = entry._replace(base=base._replace(uncapped_fee=base.fee))
        share = patient_share(line, ())
        quote = rates.quote_of(line, entry.rate)
        notes = own_notes(header, line, fold(uncapped), share, quote)
        return cls(header, line, entry, share, (*notes, *deductible_notes(header)))

    def answer(
        self, schedule: FeeSchedule, place: str, charge: Decimal | int | str | None
    ) -> Estimate:
        """Return the answer in a place.

        Args:
            schedule: what has the rates, in the state of the database that the outline is of.
            place: the place, as the caller names it.
            charge: the submitted charge in dollars.

        Raises:
            FeesyncError: the charge cannot be read, or there is no such place.
        """
        header, own = self._header, self._line
        terms, cents = own.terms, None if charge is None else arguments.cents("charge", charge)
        line = tuple_of(Line, (*own[:_CHARGE], cents, own.postoperative_days, place))
        quote = schedule.quote(line.hcpcs, self._row, place, terms.day, qp=header.qp)
        rate = quote.rate
        base = rate.in_setting(terms.setting)
        price = fold(tuple_of(Entry, (1, line, rate, base, self._program)))
        by = payers(line, price, header.deductible, (), self._share)
        notes = self._notes
        if price.uncapped_fee is not None:
            own_texts = own_notes(header, line, price, self._share, quote)
            notes = (*own_texts, *deductible_notes(header))
        if origin := provenance.notes(schedule, quote, terms.day, qp=header.qp):
            notes = (*origin, *notes)
        return in_dollars(header, line, price, by, quote, notes)
