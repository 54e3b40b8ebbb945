"""The grid of rates.

The columns of a locality-adjusted rate, as `feesync rates` and `feesync export` give them.

The names are those of the database's view `revision_rate_cents`, so that a row can come from SQL or
from a Quote. Out of scope: which release answers (schedule), and the files that a grid is written
to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from feesync.model.hcpcs import CodeRange
from feesync.model.money import decimal, decimal_percent, dollars, scaled
from feesync.model.release import Release
from feesync.schedule.quote import Quote
from feesync.schedule.rates import FeeSchedule

MONEY = (
    "nonfacility_amount",
    "facility_amount",
    "nonfacility_limiting_charge",
    "facility_limiting_charge",
    "nonfacility_fee",
    "facility_fee",
)
"""What Medicare allows in each setting, its limiting charge, and the formula before the OPPS cap.

In cents inside.
"""

_INPUTS = {
    "work_rvu": 2,
    "nonfacility_pe_rvu": 2,
    "facility_pe_rvu": 2,
    "mp_rvu": 2,
    "work_gpci": 3,
    "pe_gpci": 3,
    "mp_gpci": 3,
    "conversion_factor": 4,
}

KEY = (
    "release",
    "basis",
    "hcpcs",
    "modifier",
    "status",
    "mac",
    "locality",
    "state",
    "locality_name",
)
"""What a row is about, as text."""

DECIMALS = {**dict.fromkeys(MONEY, 2), **_INPUTS}
"""The numbers of a row and their decimal places: inside they are integers of the last place."""

WHEN = ("date", "effective_from", "effective_to", "stand_in")
"""The day that was asked for, the dates of effect of the release, and whether it stands in for that of the day's quarter."""

COLUMNS = (*KEY, *DECIMALS, *WHEN)
"""Every column, in order."""

CONTRACT = ("contract_percent", "nonfacility_contract_amount", "facility_contract_amount")
"""The columns that a contract adds.

What it pays of what Medicare allows, and the amounts that it makes of them.
"""


def when(release: Release, day: date | None) -> tuple[str | None, str, str, bool]:
    """Return the values of WHEN for a release that answers for a day, or None where the release itself was asked for."""
    dates = (release.effective_from.isoformat(), release.effective_to.isoformat())
    return day.isoformat() if day else None, *dates, day is not None and not release.covers(day)


def row(quote: Quote, day: date | None) -> list[object]:
    """Return the values of a rate in the order of COLUMNS.

    Text, exact Decimals (dollars, RVUs, GPCIs, the factor) or None, a flag.

    Args:
        quote: the rate.
        day: the day that was asked for.
    """
    rate, place = quote.rate, quote.locality
    numbers = ((getattr(rate, name), places) for name, places in DECIMALS.items())
    return [
        quote.release.label,
        rate.basis,
        rate.hcpcs,
        rate.modifier,
        rate.status,
        place.mac,
        place.locality,
        place.state,
        place.name,
        *(None if value is None else decimal(value, places) for value, places in numbers),
        *when(quote.release, day),
    ]


def contract_row(quote: Quote, factor: int) -> list[Decimal | None]:
    """Return the values of a rate in the order of CONTRACT, for a contract's factor in ten-thousandths."""
    amounts = (quote.rate.nonfacility_amount, quote.rate.facility_amount)
    return [
        decimal_percent(factor),
        *(None if amount is None else dollars(scaled(amount, factor)) for amount in amounts),
    ]


def quotes(
    schedule: FeeSchedule,
    wanted: Sequence[str | CodeRange],
    places: Sequence[str],
    states: Sequence[str],
    day: date,
    *,
    qp: bool,
) -> Iterator[Quote]:
    """Return the rates of codes and ranges of codes, each code once.

    As FeeSchedule.rates has them, one code after the other.

    What cannot be found is told at once, so that a caller may print the rates as they come: the
    codes of every range, and the rates of every code by itself and of the first of every range, are
    looked up before this returns; the others when they are asked for.

    Raises:
        NoPriceError: as FeeSchedule.rates and FeeSchedule.codes do.
    """
    seen: set[str] = set()
    groups: list[tuple[list[Quote], list[str]]] = []
    for codes in (
        [item] if isinstance(item, str) else schedule.codes(item, day) for item in wanted
    ):
        new = [code for code in codes if code not in seen]
        seen.update(new)
        if new:
            groups.append((schedule.rates(new[0], places, states, day, qp=qp), new[1:]))
    return _unrolled(schedule, groups, places, states, day, qp)


def _unrolled(
    schedule: FeeSchedule,
    groups: list[tuple[list[Quote], list[str]]],
    places: Sequence[str],
    states: Sequence[str],
    day: date,
    qp: bool,
) -> Iterator[Quote]:
    for first, others in groups:
        yield from first
        for code in others:
            yield from schedule.rates(code, places, states, day, qp=qp)
