"""Check the arguments of `estimate` and `estimate_claim`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date as Date
from decimal import Decimal

from feesync.claims.line import ClaimLine
from feesync.coverage import facts
from feesync.coverage.notes import Circumstances
from feesync.coverage.sessions import Service
from feesync.errors import InvalidInputError
from feesync.model import money
from feesync.model.dates import read_day
from feesync.model.hcpcs import read_code
from feesync.model.rate import Setting
from feesync.model.reading import flag, sequence, sequence_or_none, shown, text, whole
from feesync.pricing import modifiers as modifier_rules
from feesync.pricing.line import Contract

History = Iterable[str | Sequence[object]] | None
"""Earlier claim lines of a patient, each as `DATE:LINE`, or as a date and a line in any form that a
claim can have."""

PURPOSES = (facts.DIAGNOSTIC, facts.THERAPEUTIC)

_MOST_UNITS = 9_999
_MOST_DAYS = 9_999


def units(value: object) -> int:
    """Return checked units of service."""
    return whole("units", value, 1, _MOST_UNITS)


def days(value: object) -> int | None:
    """Return checked days of postoperative care, or None for all of them."""
    return (
        None
        if value is None
        else whole("postoperative days", value, 1, _MOST_DAYS, "a whole number of days")
    )


def modifiers(given: Iterable[str] | None) -> tuple[str, ...]:
    """Return the modifiers of a line, in capitals and checked against each other.

    None and empty texts are no modifiers: a row of a table has an empty cell where it has none.
    """
    if type(given) is tuple and not given:
        return ()
    texts = (text("modifier", modifier) for modifier in sequence_or_none("modifiers", given, "50"))
    return modifier_rules.read(tuple(filter(None, texts)))


def circumstances(coverage: bool, purpose: str | None, given: History) -> Circumstances | None:
    """Return what the coverage notes depend on, or None where they are turned off."""
    chosen = None if purpose is None else text("purpose", purpose).lower()
    if chosen is not None and chosen not in PURPOSES:
        raise InvalidInputError(f"purpose {shown(purpose)} is neither {' nor '.join(PURPOSES)}")
    known = Circumstances(chosen, history(given))
    return known if flag("coverage", coverage) else None


def history(given: History) -> tuple[Service, ...]:
    """Return earlier claim lines of a patient, checked."""
    return tuple(
        _earlier(item) for item in sequence_or_none("history", given, "2025-03-01:64493-50-KX")
    )


def _earlier(item: str | Sequence[object]) -> Service:
    if isinstance(item, str):
        date, colon, line = item.partition(":")
        pair: Sequence[object] = (date, line) if colon else ()
    else:
        pair = item if isinstance(item, list | tuple) else ()
    if len(pair) != 2:
        raise InvalidInputError(
            f"history {shown(item)} is not DATE:LINE, such as 2025-03-01:64493-50-KX"
        )
    on = read_day("history: date", pair[0])
    past = ClaimLine.read(pair[1])
    units(past.units)
    return Service(on, read_code(text("hcpcs", past.hcpcs)), modifiers(past.modifiers))


def settings(given: Iterable[Setting | str]) -> tuple[Setting, ...]:
    """Return checked settings, each once in their order; at least one."""
    found = tuple(
        dict.fromkeys(map(Setting.read, sequence("settings", given, Setting.NONFACILITY.value)))
    )
    if not found:
        raise InvalidInputError("settings names neither nonfacility nor facility")
    return found


def day(given: Date | str | None) -> Date | None:
    """Return a checked date of service, or None where none is given."""
    return None if given is None else read_day("date", given)


def contract(percent: Decimal | int | str | None, of_year: object) -> Contract | None:
    """Return the contract of a percentage and a year of rates, or None where neither is given.

    One of the two is enough.
    """
    if percent is None and of_year is None:
        return None
    year = None if of_year is None else whole("of_year", of_year, 2000, 2099, "a year")
    try:
        return Contract(money.SCALE if percent is None else money.percent(percent), year)
    except ValueError as error:
        raise InvalidInputError(f"percent: {error}") from None


def cents(what: str, amount: Decimal | int | str | None) -> int | None:
    """Return dollars as cents, None where none are given."""
    if amount is None:
        return None
    try:
        return money.cents(amount)
    except ValueError as error:
        raise InvalidInputError(f"{what}: {error}") from None
