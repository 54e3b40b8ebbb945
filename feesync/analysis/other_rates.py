"""The rates that a line would have on another day or in another place: where hypotheses look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from feesync.claims.header import Header
from feesync.claims.rates import ClaimRates, QuoteLookup
from feesync.errors import NoPriceError, UnknownCodeError
from feesync.model.locality import Locality
from feesync.model.note import Note
from feesync.model.rate import Rate
from feesync.pricing.line import Line
from feesync.reference.cost_sharing import sequestration_on
from feesync.reference.rule_values import unchanged_since
from feesync.schedule.quote import Quote
from feesync.schedule.rates import FeeSchedule


class OtherRates(Protocol):
    """Finds rates for hypotheses."""

    def of(self, header: Header) -> QuoteLookup:
        """Return the lookup of a header's day, conversion factor and contract."""

    def releases(self, day: date) -> Sequence[tuple[str, date]]:
        """Return the other releases than that of a day, with days of them, the nearest first."""

    def places(self, place: Locality, day: date) -> Sequence[Locality]:
        """Return the national locality, and the others of the state of a place."""


class ScheduleRates:
    """The rates of a schedule; `OtherRates` of all lines that are checked by it.

    Its answers are of one state of the database: hold it meanwhile.
    """

    def __init__(self, schedule: FeeSchedule) -> None:
        self._schedule = schedule
        self._lookups: dict[object, _Lookup] = {}
        self._releases: dict[date, list[tuple[str, date]]] = {}
        self._places: dict[tuple[str, date], list[Locality]] = {}

    def of(self, header: Header) -> QuoteLookup:
        """Return the lookup of a header's day, conversion factor and contract."""
        contract = header.terms.contract
        key = header.day, header.qp, contract and (contract.of_year, contract.conversion_factor)
        if key not in self._lookups:
            self._lookups[key] = _Lookup(ClaimRates(header, self._schedule))
        return self._lookups[key]

    def releases(self, day: date) -> Sequence[tuple[str, date]]:
        """Return the other releases than that of a day, with days of them, the nearest first.

        A release has one day, or two where the rules change while it is in effect.
        """
        if day not in self._releases:
            own = self._schedule.library().on(day)[0][1].label
            others = [release for release in self._schedule.releases() if release.label != own]
            others.sort(key=lambda release: release.distance(day))
            self._releases[day] = [
                (release.label, each)
                for release in others
                for each in _days(release.effective_from, release.effective_to)
            ]
        return self._releases[day]

    def places(self, place: Locality, day: date) -> Sequence[Locality]:
        """Return the national locality, and the others of the state of a place.

        Where no state is known, as before 2021, they are those of its MAC.
        """
        key = place.key, day
        if key not in self._places:
            _, all_of_them = self._schedule.localities(day)
            self._places[key] = [
                other
                for other in all_of_them
                if other.key != place.key and (other.is_national or _is_beside(other, place))
            ]
        return self._places[key]


class _Lookup:
    """A lookup that also remembers which rates there are not."""

    def __init__(self, rates: ClaimRates) -> None:
        self._rates = rates
        self._missing: dict[tuple[str, str, str], NoPriceError] = {}

    def rate(self, hcpcs: str, row: str, line: Line) -> Rate:
        """Return the rate of a code and row in the place of a line."""
        key = hcpcs, row, line.place
        if key in self._missing:
            raise self._missing[key]
        try:
            return self._rates.rate(hcpcs, row, line)
        except UnknownCodeError as error:
            self._missing[key] = error
            raise

    def quote_of(self, line: Line, rate: Rate) -> Quote:
        """Return the rate that was found for a line, with its release and locality."""
        return self._rates.quote_of(line, rate)

    def notes(self, quote: Quote) -> list[Note]:
        """Return the notes on a rate's release and place."""
        return self._rates.notes(quote)


def _is_beside(other: Locality, place: Locality) -> bool:
    return other.state == place.state if place.state else other.mac == place.mac


def _days(first: date, last: date) -> list[date]:
    """Return the first of some days, and the last where rules have changed between them."""
    same = unchanged_since(last) <= first and sequestration_on(first) is sequestration_on(last)
    return [first] if same else [first, last]
