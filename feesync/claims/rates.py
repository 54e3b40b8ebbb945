"""The rates for the lines of a claim, on its day and each in its place.

Out of scope: which row a line takes (pricing), what the lines share (header), and what is answered
for a line (answer).
"""

from __future__ import annotations

from typing import Protocol

from feesync.claims.header import Header
from feesync.model.note import Note
from feesync.model.rate import Rate
from feesync.pricing.line import Line
from feesync.pricing.rows import RateLookup, rate_of
from feesync.schedule import notes as provenance
from feesync.schedule.quote import Quote
from feesync.schedule.rates import FeeSchedule


class QuoteLookup(RateLookup, Protocol):
    """A lookup of rates that knows where they come from."""

    def quote_of(self, line: Line, rate: Rate) -> Quote:
        """Return where the rate that was found for a line comes from."""

    def notes(self, quote: Quote) -> list[Note]:
        """Return what to know of a rate's release and place."""


class ClaimRates:
    """The rates for a header; a `QuoteLookup`.

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
        self._qp, self._schedule = header.qp, schedule
        self._quotes: dict[tuple[str, str, str], Quote] = {}

    def rate(self, hcpcs: str, row: str, line: Line) -> Rate:
        """Find the rate of a code and row in the place of a line."""
        key = hcpcs, row, line.place
        quote = self._quotes.get(key)
        if quote is None:
            quote = self._schedule.rate(hcpcs, row, line.place, self.day, qp=self._qp)
            self._quotes[key] = quote
        return quote.rate

    def quote(self, line: Line) -> Quote:
        """Find the rate of a line, with where it comes from.

        Raises:
            ModifierError: the code has other rows than the modifiers ask for.
            UnknownCodeError: there is no such code.
        """
        return self.quote_of(line, rate_of(line, self))

    def quote_of(self, line: Line, rate: Rate) -> Quote:
        """Return where the rate that was found for a line comes from."""
        return self._quotes[rate.hcpcs, rate.modifier, line.place]

    def notes(self, quote: Quote) -> list[Note]:
        """Return what to know of a rate's release and place."""
        return provenance.notes(self._schedule, quote, self.day, qp=self._qp)
