"""The columns of a rate, each declared once.

CSV, JSON, Parquet, SQLite and workbooks of rates use this one tuple; comparisons and histories use
its columns of a release. The names are those of the database's view `revision_rate_cents`, so that
a row can come from SQL or from a Quote. Out of scope: the columns of tables for people.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from feesync.model.locality import Locality
from feesync.model.money import decimal, dollars, json_ready, scaled
from feesync.model.rate import Rate
from feesync.model.release import Release
from feesync.pricing.line import Contract

if TYPE_CHECKING:
    from feesync.schedule.dictionaries import RateDict


class RateAnswer(Protocol):
    """A rate with its release and its locality, as a Quote is."""

    @property
    def rate(self) -> Rate:
        """The rate."""

    @property
    def release(self) -> Release:
        """The release that it is from."""

    @property
    def locality(self) -> Locality:
        """The payment locality that it is for."""


class Column(NamedTuple):
    """A column of rates.

    Attributes:
        name: its name everywhere.
        value: returns its value from a quote or, of a column of a release, from a release and the
            date of service. The value is a text, a flag, an integer of the last place, or None.
        places: the decimal places of a number.
        of_release: whether it is the same in all rows of a release, and is not in the view.
        is_flag: whether it is true or false.
        is_optional: whether it may be None.
    """

    name: str
    value: Callable[..., Any]
    places: int | None = None
    of_release: bool = False
    is_flag: bool = False
    is_optional: bool = False


def _number(name: str, places: int, *, is_optional: bool = False) -> Column:
    return Column(name, attrgetter(f"rate.{name}"), places, is_optional=is_optional)


def _of_release(
    name: str,
    value: Callable[[Release, date | None], str | bool | None],
    *,
    is_flag: bool = False,
    is_optional: bool = False,
) -> Column:
    return Column(name, value, of_release=True, is_flag=is_flag, is_optional=is_optional)


COLUMNS = (
    Column("release", attrgetter("release.label")),
    Column("basis", attrgetter("rate.basis")),
    Column("hcpcs", attrgetter("rate.hcpcs")),
    Column("modifier", attrgetter("rate.modifier")),
    Column("status", attrgetter("rate.status")),
    Column("mac", attrgetter("locality.mac")),
    Column("locality", attrgetter("locality.locality")),
    Column("state", attrgetter("locality.state"), is_optional=True),
    Column("locality_name", attrgetter("locality.name")),
    _number("nonfacility_amount", 2, is_optional=True),
    _number("facility_amount", 2, is_optional=True),
    _number("nonfacility_limiting_charge", 2, is_optional=True),
    _number("facility_limiting_charge", 2, is_optional=True),
    _number("nonfacility_fee", 2),
    _number("facility_fee", 2),
    _number("work_rvu", 2),
    _number("nonfacility_pe_rvu", 2),
    _number("facility_pe_rvu", 2),
    _number("mp_rvu", 2),
    _number("work_gpci", 3),
    _number("pe_gpci", 3),
    _number("mp_gpci", 3),
    _number("conversion_factor", 4),
    _of_release("date", lambda release, day: day.isoformat() if day else None, is_optional=True),
    _of_release("effective_from", lambda release, day: release.effective_from.isoformat()),
    _of_release("effective_to", lambda release, day: release.effective_to.isoformat()),
    _of_release(
        "stand_in", lambda release, day: day is not None and not release.covers(day), is_flag=True
    ),
    _of_release("checks_set_aside", lambda release, day: " ".join(release.checks_set_aside)),
)
"""Every column, in order: texts of the view, its numbers, and what is of the release."""

CONTRACT = (
    *("contract_percent", "nonfacility_contract_amount", "facility_contract_amount"),
    "contract_conversion_factor",
)
"""The columns that a contract adds: its percentage, its own amounts, and its conversion factor."""

_OF_RELEASE = tuple(column for column in COLUMNS if column.of_release)
OF_RELEASE = tuple(column.name for column in _OF_RELEASE)
"""The names of the columns that are of the release and the date of service."""


def release_row(release: Release, day: date | None) -> tuple[str | bool | None, ...]:
    """Return the values of OF_RELEASE.

    Args:
        release: the release that answers.
        day: the date of service; None where the release itself was asked for.
    """
    return tuple(column.value(release, day) for column in _OF_RELEASE)


def release_cells(release: Release, day: date | None) -> dict[str, Any]:
    """Return the values of OF_RELEASE by name, as JSON has them."""
    return json_row(OF_RELEASE, release_row(release, day))


def row(quote: RateAnswer, day: date | None) -> list[Any]:
    """Return the values of a rate in the order of `names`.

    Dollars, RVUs, GPCIs and the conversion factor are exact Decimals; no price is None.

    Args:
        quote: the rate.
        day: the date of service; None where the release itself was asked for.
    """
    cells = []
    for column in COLUMNS:
        value = column.value(quote.release, day) if column.of_release else column.value(quote)
        if column.places is not None and value is not None:
            value = decimal(value, column.places)
        cells.append(value)
    return cells


def contract_names(contract: Contract | None) -> tuple[str, ...]:
    """Return the names of the columns that a contract adds."""
    if contract is None:
        return ()
    return CONTRACT if contract.conversion_factor else CONTRACT[:-1]


def contract_row(
    contract: Contract, hcpcs: str, amounts: Sequence[int | None]
) -> list[Decimal | None]:
    """Return the values of `contract_names` for a code, as exact Decimals.

    They are None where the contract has no percentage for the code.

    Args:
        contract: the contract.
        hcpcs: the code.
        amounts: the amounts in each setting, in cents, by the contract's conversion factor.
    """
    percent, own = None, list[Decimal | None]([None] * len(amounts))
    if contract.has(hcpcs):
        terms = contract.of_code(hcpcs)
        percent = terms.percent
        own = [
            None if amount is None else dollars(scaled(amount, terms.factor)) for amount in amounts
        ]
    factor = contract.conversion_factor
    return [percent, *own, *([decimal(factor, 4)] if factor else [])]


def contract_amounts(quote: RateAnswer, contract: Contract) -> list[int | None]:
    """Return the amounts of a rate in each setting, in cents, by a contract's conversion factor."""
    rate, factor = quote.rate, contract.conversion_factor
    if factor:
        rate = rate.by_factor(factor)
    return [rate.nonfacility_amount, rate.facility_amount]


def names() -> tuple[str, ...]:
    """Return the names of all columns."""
    return tuple(column.name for column in COLUMNS)


def to_dict(quote: RateAnswer, day: date | None) -> RateDict:
    """Return a rate under the names of `feesync rates --json`, for `json.dumps`.

    Args:
        quote: the rate.
        day: the date of service; None where the release itself was asked for.
    """
    return cast("RateDict", json_row(names(), row(quote, day)))


def json_row(names: Sequence[str], cells: Sequence[Any]) -> dict[str, Any]:
    """Return the cells of a row by name, for `json.dumps`; a cell of several words is a list."""
    values = dict(zip(names, cells, strict=True))
    for name in _LISTS & values.keys():
        values[name] = values[name].split()
    return json_ready(values)


_LISTS = frozenset(("modifiers", "checks_set_aside"))
"""Columns of several words: a list in JSON, and in CSV words with blanks between them."""
