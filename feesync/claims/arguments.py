"""Check the arguments of `estimate` and `estimate_claim`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date as Date
from decimal import Decimal

from feesync.claims.line import ClaimLine
from feesync.coverage import facts
from feesync.coverage.notes import Circumstances
from feesync.coverage.sessions import DatedLine
from feesync.errors import InvalidInputError
from feesync.model import money
from feesync.model.dates import read_day
from feesync.model.hcpcs import code_text, read_code
from feesync.model.rate import Setting
from feesync.model.reading import (
    excerpt,
    flag,
    one_or_several,
    sequence_or_none,
    text,
    value_or_none,
    whole,
    whole_or_none,
)
from feesync.pricing import modifiers as modifier_rules
from feesync.pricing.contract import read_percentage
from feesync.pricing.line import Contract

EarlierLines = Iterable[str | Sequence[object]] | None
"""Earlier claim lines of a patient, each as `DATE:LINE`, or as a date and a line in any form that a
claim can have."""

Percent = Decimal | int | str | Mapping[str, Decimal | int | str]
"""A contract's percentage of Medicare's amounts, or one for each code or range of codes."""

PURPOSES = (facts.DIAGNOSTIC, facts.THERAPEUTIC)

_LENGTH = 2
_BETWEEN = r"[^\s,;/+-]+"
"""A modifier among several: what is between two blanks, commas, hyphens and their like."""

_MOST_UNITS = 9_999
_MOST_DAYS = 9_999


def units(value: object) -> int:
    """Return checked units of service."""
    if type(value) is int and value == 1:
        return 1
    return whole("units", value, 1, _MOST_UNITS)


def days(value: object) -> int | None:
    """Return checked days of postoperative care, or None for all of them."""
    return (
        None
        if value_or_none(value) is None
        else whole("postoperative days", value, 1, _MOST_DAYS, "a whole number of days")
    )


def modifiers(values: Iterable[str] | None) -> tuple[str, ...]:
    """Return the modifiers of a line, in capitals and checked against each other.

    A text may hold several, such as `50,KX`. None and empty texts are no modifiers: a row of a
    table has an empty cell where it has none.
    """
    if type(values) is tuple and not values:
        return ()
    items = (values,) if isinstance(values, str) else value_or_none(values)
    given = map(value_or_none, sequence_or_none("modifiers", items, "50"))
    texts = [text("modifier", modifier) for modifier in given if modifier is not None]
    return modifier_rules.read(tuple(modifier for each in texts for modifier in _single(each)))


def _single(modifiers: str) -> Sequence[str]:
    """Return the modifiers of a text."""
    if len(modifiers) > _LENGTH:
        return re.findall(_BETWEEN, modifiers)
    return (modifiers,) if modifiers else ()


def circumstances(coverage: bool, purpose: str | None, items: EarlierLines) -> Circumstances | None:
    """Return what the coverage notes depend on, or None where they are turned off."""
    purpose = value_or_none(purpose)
    choice = None if purpose is None else text("purpose", purpose).lower()
    if choice is not None and choice not in PURPOSES:
        raise InvalidInputError(f"purpose {excerpt(purpose)} is neither {' nor '.join(PURPOSES)}")
    result = Circumstances(choice, history(items))
    return result if flag("coverage", coverage) else None


def history(items: EarlierLines) -> tuple[DatedLine, ...]:
    """Return earlier claim lines of a patient, checked."""
    return tuple(
        _earlier(item) for item in sequence_or_none("history", items, "2025-03-01:64493-50-KX")
    )


def _earlier(item: str | Sequence[object]) -> DatedLine:
    if isinstance(item, str):
        date, colon, line = item.partition(":")
        pair: Sequence[object] = (date, line) if colon else ()
    else:
        pair = item if isinstance(item, list | tuple) else ()
    if len(pair) != 2:
        raise InvalidInputError(
            f"history {excerpt(item)} is not DATE:LINE, such as 2025-03-01:64493-50-KX"
        )
    on = read_day("history: date", pair[0])
    past = ClaimLine.read(pair[1]).in_parts()
    units(past.units)
    return DatedLine(on, read_code(code_text("hcpcs", past.hcpcs)), modifiers(past.modifiers))


def settings(values: str | Iterable[Setting | str]) -> tuple[Setting, ...]:
    """Return checked settings, each once in their order; at least one."""
    choices = tuple(
        dict.fromkeys(
            map(Setting.read, one_or_several("settings", values, Setting.NONFACILITY.value))
        )
    )
    if not choices:
        raise InvalidInputError("settings names neither nonfacility nor facility")
    return choices


def day(value: Date | str | None) -> Date | None:
    """Return a checked date of service, or None where none is given."""
    return None if value is None else read_day("date", value)


def contract(
    percent: Percent | None,
    of_year: object,
    conversion_factor: Decimal | int | str | None = None,
) -> Contract | None:
    """Return the contract of a percentage, a year of rates and a conversion factor.

    One of the three is enough; where none is given, it is None.
    """
    percent, conversion_factor = value_or_none(percent), value_or_none(conversion_factor)
    of_year = whole_or_none(of_year)
    if percent is None and of_year is None and conversion_factor is None:
        return None
    year = None if of_year is None else whole("of_year", of_year, 2000, 2099, "a year")
    own_factor = None
    if conversion_factor is not None:
        try:
            own_factor = money.conversion_factor(conversion_factor)
        except ValueError as error:
            raise InvalidInputError(f"conversion_factor: {error}") from None
    if isinstance(percent, Mapping):
        from feesync.claims.percentages import read_percentages  # not at every start

        factor, ranges = read_percentages(percent)
        return Contract(factor, year, own_factor, ranges)
    return Contract(money.SCALE if percent is None else read_percentage(percent), year, own_factor)


def cents(what: str, amount: Decimal | int | str | None) -> int | None:
    """Return dollars as cents, None where none are given."""
    amount = value_or_none(amount)
    if amount is None:
        return None
    try:
        return money.cents(amount)
    except ValueError as error:
        raise InvalidInputError(f"{what}: {error}") from None
