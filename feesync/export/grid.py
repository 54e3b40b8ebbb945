"""The grid of rates: the columns that `feesync rates` and `feesync export` print.

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
"""What Medicare allows in each setting, its limiting charge, and the fee before the OPPS cap."""

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
"""The columns of text that say what a row is about."""

DECIMALS = {**dict.fromkeys(MONEY, 2), **_INPUTS}
"""The columns of numbers and their decimal places; an integer counts the last place."""

WHEN = ("date", "effective_from", "effective_to", "stand_in")
"""The date of service, the release's dates of effect, and whether the release stands in for
another of the date's quarter."""

COLUMNS = (*KEY, *DECIMALS, *WHEN)
"""Every column, in order."""

CONTRACT = ("contract_percent", "nonfacility_contract_amount", "facility_contract_amount")
"""The columns that a contract adds: its percentage of Medicare's amount, and its own amounts."""


def when(release: Release, day: date | None) -> tuple[str | None, str, str, bool]:
    """Return the values of WHEN.

    Args:
        release: the release that answers.
        day: the date of service; None where the release itself was asked for.
    """
    dates = (release.effective_from.isoformat(), release.effective_to.isoformat())
    return day.isoformat() if day else None, *dates, day is not None and not release.covers(day)


def row(quote: Quote, day: date | None) -> list[object]:
    """Return the values of a rate in the order of COLUMNS.

    Dollars, RVUs, GPCIs and the conversion factor are exact Decimals; no price is None.

    Args:
        quote: the rate.
        day: the date of service; None where the release itself was asked for.
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
    """Return the values of a rate in the order of CONTRACT.

    Args:
        quote: the rate.
        factor: the contract's factor, in ten-thousandths.
    """
    amounts = (quote.rate.nonfacility_amount, quote.rate.facility_amount)
    return [
        decimal_percent(factor),
        *(None if amount is None else dollars(scaled(amount, factor)) for amount in amounts),
    ]


def quotes(
    schedule: FeeSchedule,
    codes: Sequence[str | CodeRange],
    places: Sequence[str],
    states: Sequence[str],
    day: date,
    *,
    qp: bool,
) -> Iterator[Quote]:
    """Return the rates of codes and ranges of codes, code after code, each code once.

    Errors are raised before this returns, so that a caller may print the rates as they come. So the
    codes of every range, and the rates of every single code and of the first code of every range,
    are looked up at once; the other rates are looked up when they are asked for.

    Args:
        schedule: the rates.
        codes: codes and ranges.
        places: localities in any form; where there are none, all of `states`.
        states: in capitals; where there are none, all.
        day: date of service.
        qp: whether the conversion factor is that of a qualifying APM participant.

    Raises:
        NoPriceError: for the reasons of FeeSchedule.rates and FeeSchedule.codes.
    """
    done: set[str] = set()
    groups: list[tuple[list[Quote], list[str]]] = []
    for item in codes:
        group = [item] if isinstance(item, str) else schedule.codes(item, day)
        new = [code for code in group if code not in done]
        done.update(new)
        if new:
            groups.append((schedule.rates(new[0], places, states, day, qp=qp), new[1:]))
    return _group_quotes(schedule, groups, places, states, day, qp)


def _group_quotes(
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
