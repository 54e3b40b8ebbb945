"""One line in many places: what Medicare allows in each, compared with the national amount.

Out of scope: the same line over the releases (history), and how a comparison is printed (cli).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date as Date

from feesync.claims import arguments, wording
from feesync.claims.header import Header, read_header
from feesync.claims.line import ClaimLine
from feesync.claims.rates import ClaimRates
from feesync.model.locality import Locality
from feesync.model.note import Note, Severity
from feesync.model.rate import Setting
from feesync.model.reading import listed_or_none, states
from feesync.pricing.claim import price_line
from feesync.pricing.line import Line, Price
from feesync.schedule import notes as provenance
from feesync.schedule.quote import Quote
from feesync.schedule.rates import FeeSchedule
from feesync.schedule.state import of_one_state
from feesync.schedule.threads import open_schedule


@dataclass(frozen=True, slots=True)
class PlaceAmounts:
    """What Medicare allows in one place.

    Attributes:
        locality: the place.
        amounts: cents by setting, None where there is no price.
    """

    locality: Locality
    amounts: dict[Setting, int | None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One line in many places.

    Attributes:
        hcpcs: the code.
        modifiers: as given, in capitals.
        date: date of service.
        settings: the one or two settings that are compared.
        national: the national amounts, by GPCIs of 1.000.
        places: the places of the question and the nation, the highest amount of the first setting
            first.
        quote: the national rate, with its release.
        notes: what a person should know.
    """

    hcpcs: str
    modifiers: tuple[str, ...]
    date: Date
    settings: tuple[Setting, ...]
    national: PlaceAmounts
    places: tuple[PlaceAmounts, ...]
    quote: Quote
    notes: tuple[Note, ...]

    @property
    def code(self) -> str:
        """The code with its modifiers, as people write it: `64493-50`."""
        return "-".join((self.hcpcs, *self.modifiers))

    @property
    def has_price(self) -> bool:
        """Whether there is an amount in any setting; if so, every place has one."""
        return any(amount is not None for amount in self.national.amounts.values())


@of_one_state
def compare(
    hcpcs: str,
    places: Iterable[str] | None = (),
    state: str | Iterable[str] | None = None,
    *,
    settings: Iterable[Setting | str] = (Setting.NONFACILITY,),
    modifiers: Iterable[str] | None = (),
    date: Date | str | None = None,
    qp: bool = False,
    db: str | os.PathLike[str] | None = None,
) -> Comparison:
    """Return what Medicare allows for a line in many places, and nationally.

    Args:
        hcpcs: CPT or HCPCS code.
        places: localities, as for `estimate`; by default all.
        state: where no place is named, the state, or several, whose localities are meant.
        settings: one of `nonfacility` and `facility`, or both to compare them.
        modifiers: such as `["50"]`.
        date: date of service, a `date` or `YYYY-MM-DD`; today by default.
        qp: whether the conversion factor is that of a qualifying APM participant.
        db: path of the database.

    Raises:
        FeesyncError: for the same reasons as `estimate`.
    """
    texts = listed_or_none("places", places, "01112-05")
    state_codes, both = states(state), arguments.settings(settings)
    header = read_header(locality="national", setting=both[0], qp=qp, date=date)
    return _compare(
        open_schedule(db),
        header,
        header.line(ClaimLine(hcpcs, modifiers)),
        texts,
        state_codes,
        both,
    )


def _compare(
    schedule: FeeSchedule,
    header: Header,
    line: Line,
    places: Sequence[str],
    states: Sequence[str],
    settings: Sequence[Setting],
) -> Comparison:
    rates = ClaimRates(header, schedule)
    nation = rates.quote(line)  # or its row that a modifier asks for
    of_places = {
        quote.locality: quote
        for quote in schedule.rates(line.hcpcs, places, states, header.day, qp=header.qp)
        if quote.rate.modifier == nation.rate.modifier
    }
    quotes = {nation.locality: nation}
    quotes |= {place: quote._replace(zip=None) for place, quote in of_places.items()}
    priced = [(quote, *_amounts(rates, line, settings, quote)) for quote in quotes.values()]
    notes = [
        note for quote, _, prices in priced for note in _notes(schedule, header, quote, prices)
    ]
    notes += [
        provenance.zip_note(quote.release, place, quote.zip, header.day)
        for place, quote in of_places.items()
        if quote.zip
    ]
    return Comparison(
        line.hcpcs,
        line.modifiers,
        header.day,
        tuple(settings),
        priced[0][1],
        tuple(
            sorted(
                (place for _, place, _ in priced),
                key=lambda place: (-(place.amounts[settings[0]] or 0), place.locality.key),
            )
        ),
        nation,
        tuple(dict.fromkeys(notes)),
    )


def _amounts(
    rates: ClaimRates, line: Line, settings: Sequence[Setting], quote: Quote
) -> tuple[PlaceAmounts, list[Price]]:
    """Price a line by the rate of a place; other rates that its rules need are looked up there."""
    rates.keep(quote)
    there = line._replace(place=quote.locality.key)
    prices = [price_line(there._replace(setting=setting), rates) for setting in settings]
    amounts = {setting: price.allowed for setting, price in zip(settings, prices, strict=True)}
    return PlaceAmounts(quote.locality, amounts), prices


def _notes(
    schedule: FeeSchedule, header: Header, quote: Quote, prices: Iterable[Price]
) -> list[Note]:
    """Return the notes on a rate and its prices.

    Notes for information on one price, such as on its cap in dollars, are left out.
    """
    of_prices = [
        note
        for price in prices
        for note in wording.notes(price)
        if note.severity is not Severity.INFO
    ]
    return [*provenance.notes(schedule, quote, header.day, qp=header.qp), *of_prices]
