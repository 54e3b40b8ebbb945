"""Find the rates for the lines of a claim, on its day and each in its place.

Out of scope: which row a line has (pricing), what the lines share (header), and the answer for a
line (answer).
"""

from __future__ import annotations

from datetime import date
from typing import Protocol

from feesync.claims.header import Header
from feesync.model.note import Note
from feesync.model.rate import Rate
from feesync.pricing.line import Contract, Line
from feesync.pricing.rows import RateLookup, rate_of
from feesync.schedule import notes as provenance
from feesync.schedule.quote import Quote
from feesync.schedule.rates import FeeSchedule


def day_of_rates(contract: Contract | None, schedule: FeeSchedule, day: date) -> date:
    """Return the day whose release prices a line: its own, unless a contract names a year's rates.

    Raises:
        NoReleaseError: no release of that year is loaded.
    """
    year = contract and contract.of_year
    return schedule.newest_day(year) if year else day


class QuoteLookup(RateLookup, Protocol):
    """A lookup of rates that also knows the release and the locality of each."""

    def quote_of(self, line: Line, rate: Rate) -> Quote:
        """Return the rate that was found for a line, with its release and locality."""

    def notes(self, quote: Quote) -> list[Note]:
        """Return the notes on a rate's release and place."""


class ClaimRates:
    """The rates for a header; a `QuoteLookup`.

    Attributes:
        day: the day whose release prices the lines: the date of service, unless a contract names
            the rates of a year.
    """

    def __init__(self, header: Header, schedule: FeeSchedule) -> None:
        """Find the day.

        Raises:
            NoReleaseError: no release of a contract's year is loaded.
        """
        contract = header.terms.contract
        self.day: date = day_of_rates(contract, schedule, header.day)
        self._qp, self._schedule = header.qp, schedule
        self._factor = contract and contract.conversion_factor
        self._quotes: dict[tuple[str, str, str], Quote] = {}

    def rate(self, hcpcs: str, row: str, line: Line) -> Rate:
        """Return the rate of a code and row in the place of a line."""
        place = line.place
        key = hcpcs, row, place
        quote = self._quotes.get(key)
        if quote is None:
            quote = self._schedule.quote(hcpcs, row, place, self.day, qp=self._qp)
            if self._factor:
                quote = self.by_factor(quote)
            self._quotes[key] = quote
        return quote.rate

    def by_factor(self, quote: Quote) -> Quote:
        """Return a rate of the schedule by the contract's conversion factor, if it has one."""
        if not self._factor:
            return quote
        return quote._replace(rate=quote.rate.by_factor(self._factor))

    def quote(self, line: Line) -> Quote:
        """Return the rate of a line, with its release and locality.

        Raises:
            ModifierError: the code does not have the row that the modifiers name.
            UnknownCodeError: there is no such code.
        """
        return self.quote_of(line, rate_of(line, self))

    def quote_of(self, line: Line, rate: Rate) -> Quote:
        """Return the rate that was found for a line, with its release and locality."""
        return self._quotes[rate.hcpcs, rate.modifier, line.place]

    def notes(self, quote: Quote) -> list[Note]:
        """Return the notes on a rate's release and place."""
        return provenance.notes(self._schedule, quote, self.day, qp=self._qp)
