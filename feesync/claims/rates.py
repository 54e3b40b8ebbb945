"""The rates for the lines of a claim, in its place and on its day, and a line priced by itself.

Out of scope: what the lines share (header), and what is answered for a line (answer).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from feesync.claims.header import Header
from feesync.errors import ModifierError, UnknownCodeError
from feesync.model.note import Note
from feesync.model.rate import Rate
from feesync.pricing import modifiers as modifier_rules
from feesync.pricing.claim import claim
from feesync.pricing.line import Line, Price
from feesync.reference.codes import technical_codes
from feesync.reference.modifiers import Effect
from feesync.schedule import notes as provenance
from feesync.schedule.quote import Quote
from feesync.schedule.rates import FeeSchedule


class ClaimRates:
    """The rates for a header; a `RateLookup` of pricing.

    Attributes:
        day: the day whose release prices the lines: that of service, but for a contract that names
            the rates of a year.
    """

    def __init__(self, header: Header, schedule: FeeSchedule) -> None:
        """Find the day.

        Raises:
            NoReleaseError: no release of a contract's year is loaded.
        """
        year = header.contract and header.contract.of_year
        self.day = schedule.newest_day(year) if year else header.day
        self._header, self._schedule = header, schedule

    def quote(self, line: Line) -> Quote:
        """Find the rate; a code that has other rows than the modifier asks for is a modifier error, not an unknown code.

        A code without a row for 53 answers with its own: 53 is then priced by report. Of a code
        with parts PD takes the professional one.
        """
        row = modifier_rules.row_of(line.modifiers)
        if not row and modifier_rules.has(line.modifiers, Effect.SETTING):
            with suppress(UnknownCodeError):
                return self._rate(line.hcpcs, modifier_rules.PROFESSIONAL)
        try:
            return self._rate(line.hcpcs, row)
        except UnknownCodeError as error:
            if not error.rows:
                raise
            if row == modifier_rules.DISCONTINUED and "" in error.rows:
                return self._rate(line.hcpcs, "")
            rows = ", ".join(filter(None, error.rows))
        if not row:
            raise ModifierError(f"{line.hcpcs} has rows for modifier {rows} only; give one")
        has = f"its rows are {rows}" if rows else "it has no such parts"
        raise ModifierError(f"modifier {row} does not apply to {line.hcpcs}: {has}")

    def rate(self, hcpcs: str, row: str = "") -> Rate:
        """Find the rate of another code or row beside a line's."""
        return self._rate(hcpcs, row).rate

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

    def notes(self, quote: Quote) -> list[Note]:
        """Return what to know of a rate's release and place."""
        return provenance.notes(self._schedule, quote, self.day, qp=self._header.qp)

    def _rate(self, hcpcs: str, row: str) -> Quote:
        header = self._header
        return self._schedule.rate(hcpcs, row, header.locality, self.day, qp=header.qp)
