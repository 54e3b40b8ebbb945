"""One line in many places: what Medicare allows in each, compared with the national amount.

Out of scope: the same line over the releases (history), and how a comparison is printed (cli).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date as Date
from itertools import chain

from feesync.claims import arguments, wording
from feesync.claims.header import Header, read_header
from feesync.claims.line import ClaimLine
from feesync.claims.rates import ClaimRates
from feesync.model.locality import Locality
from feesync.model.note import Note, Severity
from feesync.model.rate import Setting
from feesync.model.reading import listed_or_none, states
from feesync.pricing.claim import price_in_places
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
    quotes = {nation.locality.key: nation}
    for quote in schedule.rates(line.hcpcs, places, states, header.day, qp=header.qp):
        if quote.rate.modifier == nation.rate.modifier:
            quotes[quote.locality.key] = quote
    rows = {key: quote.rate for key, quote in quotes.items()}
    prices = [price_in_places(line._replace(setting=setting), rows, rates) for setting in settings]
    amounts = {
        key: PlaceAmounts(
            quotes[key].locality,
            {setting: price.allowed for setting, price in zip(settings, own, strict=True)},
        )
        for key, *own in zip(quotes, *prices, strict=True)
    }

    def order(key: str) -> tuple[int, str]:
        return -(amounts[key].amounts[settings[0]] or 0), key

    return Comparison(
        line.hcpcs,
        line.modifiers,
        header.day,
        tuple(settings),
        amounts[nation.locality.key],
        tuple(amounts[key] for key in sorted(amounts, key=order)),
        nation,
        tuple(
            dict.fromkeys(
                _notes(schedule, header, list(quotes.values()), chain.from_iterable(prices))
            )
        ),
    )


def _notes(
    schedule: FeeSchedule, header: Header, quotes: Sequence[Quote], prices: Iterable[Price]
) -> list[Note]:
    """Return the notes on the release, on the prices, and on the ZIPs that name places.

    Notes for information on one price, such as on its cap in dollars, are left out.
    """
    day, qp = header.day, header.qp
    releases = {
        (quote.release.label, quote.rate.basis, quote.rate.opps_mp_rvu is not None): quote.release
        for quote in quotes
    }
    found = [
        note
        for (_, basis, capped), release in releases.items()
        for note in provenance.release_notes(schedule, release, basis, day, qp=qp, capped=capped)
    ]
    for price in {price.notes: price for price in prices}.values():
        found += [note for note in wording.notes(price) if note.severity is not Severity.INFO]
    return found + [
        provenance.zip_note(quote.release, quote.locality, quote.zip, day)
        for quote in quotes
        if quote.zip
    ]
