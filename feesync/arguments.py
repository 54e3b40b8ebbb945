"""What callers of `estimate` and `estimate_claim` give, read into checked values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date as Date
from decimal import Decimal
from typing import TypeVar

from feesync import money, reference
from feesync.claim.line import ClaimLine
from feesync.coverage import facts
from feesync.coverage.notes import Circumstances
from feesync.coverage.sessions import Service
from feesync.dates import read_date
from feesync.errors import InvalidInputError
from feesync.hcpcs import read_code
from feesync.pricing import modifiers as modifier_rules
from feesync.pricing.line import Contract, Note
from feesync.rate import Setting

History = Iterable[str | Sequence[object]]
"""Earlier claim lines of a patient: each `DATE:LINE`, or a pair of a date and a line in any form that a claim takes."""

PURPOSES = (facts.DIAGNOSTIC, facts.THERAPEUTIC)

_T = TypeVar("_T")
_MOST_UNITS = 9_999
_MOST_SHOWN = 60
_NOT_ADJUDICATED = "Medicare claims are not adjudicated with place of service {pos}; its setting is not certain."


def shown(value: object) -> str:
    """Return a value as an error shows it: short, whatever it is."""
    try:
        text = repr(value)
    except ValueError:
        text = f"a huge {type(value).__name__}"
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 3] + "..."


def text(name: str, value: object) -> str:
    """Return text without blanks around it."""
    if not isinstance(value, str):
        raise InvalidInputError(f"{name} {shown(value)} is not text")
    return value.strip()


def flag(name: str, value: object) -> bool:
    """Return True or False, and nothing that only looks like them."""
    if not isinstance(value, bool):
        raise InvalidInputError(f"{name} {shown(value)} is neither True nor False")
    return value


def listed(name: str, values: Iterable[_T], example: _T) -> tuple[_T, ...]:
    """Return the values of an argument that is to be a list.

    Raises:
        InvalidInputError: it is none.
    """
    if isinstance(values, str) or not isinstance(values, Iterable):
        kind = "text" if isinstance(values, str) else type(values).__name__
        raise InvalidInputError(f"{name} is a list, such as [{example!r}], not {kind}")
    return tuple(values)


def units(value: object) -> int:
    """Return units of service."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_UNITS:
        raise InvalidInputError(f"units {shown(value)} is not a whole number from 1 to {_MOST_UNITS}")
    return value


def days(value: object) -> int | None:
    """Return days of postoperative care, or None for all of them."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidInputError(f"postop_days {shown(value)} is not a whole number of days")
    return value


def modifiers(given: Iterable[str]) -> tuple[str, ...]:
    """Return the modifiers of a line, in capitals and checked against each other."""
    if isinstance(given, str):
        raise InvalidInputError(f"modifiers is a list, such as [{shown(given)}], not text")
    try:
        listed = tuple(given)
    except TypeError:
        raise InvalidInputError(f"modifiers {shown(given)} is not a list of text") from None
    return modifier_rules.read(tuple(text("modifier", modifier).upper() for modifier in listed))


def circumstances(coverage: bool, purpose: str | None, given: History) -> Circumstances | None:
    """Return what coverage notes stand on, or None where they are turned off."""
    chosen = None if purpose is None else text("purpose", purpose).lower()
    if chosen is not None and chosen not in PURPOSES:
        raise InvalidInputError(f"purpose {shown(purpose)} is neither {' nor '.join(PURPOSES)}")
    known = Circumstances(chosen, history(given))
    return known if flag("coverage", coverage) else None


def history(given: History) -> tuple[Service, ...]:
    """Return earlier claim lines of a patient, checked."""
    if isinstance(given, str):
        raise InvalidInputError(f"history is a list, such as [{shown(given)}], not text")
    try:
        listed = tuple(given)
    except TypeError:
        raise InvalidInputError(f"history {shown(given)} is not a list") from None
    return tuple(_earlier(item) for item in listed)


def _earlier(item: str | Sequence[object]) -> Service:
    if isinstance(item, str):
        date, colon, line = item.partition(":")
        pair: Sequence[object] = (date, line) if colon else ()
    else:
        pair = item if isinstance(item, list | tuple) else ()
    if len(pair) != 2:
        raise InvalidInputError(f"history {shown(item)} is not DATE:LINE, such as 2025-03-01:64493-50-KX")
    if not isinstance(pair[0], str | Date):
        raise InvalidInputError(f"history: date {shown(pair[0])} is neither a date nor YYYY-MM-DD")
    on = day(pair[0])
    assert on is not None
    past = ClaimLine.read(pair[1])
    units(past.units)
    return Service(on, read_code(text("hcpcs", past.hcpcs)), modifiers(past.modifiers))


def setting(chosen: str, pos: str | int | None) -> tuple[Setting, list[Note]]:
    """Return the setting, which a place of service decides where one is given, and what to know about that place."""
    try:
        named = Setting(chosen)
    except ValueError:
        raise InvalidInputError(f"setting {shown(chosen)} is neither nonfacility nor facility") from None
    if pos is None:
        return named, []
    if isinstance(pos, bool) or not isinstance(pos, int | str):
        raise InvalidInputError(f"pos {shown(pos)} is neither text nor a number")
    known = reference.places_of_service().get(place_of_service(pos))
    if known is None:
        raise InvalidInputError(
            f"place of service {shown(pos)} is not a CMS code; there are {', '.join(reference.places_of_service())}"
        )
    if named is Setting.FACILITY and known.setting != named:
        raise InvalidInputError(
            f"place of service {known.pos} ({known.name}) takes the {known.setting} rate, not the facility rate"
        )
    if known.adjudicated:
        return Setting(known.setting), []
    said = _NOT_ADJUDICATED.format(pos=known.pos)
    return Setting(known.setting), [Note.warning("pos-not-adjudicated", said, known.source)]


def place_of_service(pos: str | int) -> str:
    """Return a place of service code in two digits."""
    code = str(pos) if not isinstance(pos, int) or 0 <= pos < 100 else ""
    return code.strip().zfill(2)


def day(given: Date | str | None) -> Date | None:
    """Return a date of service, None where none is given."""
    if given is None:
        return None
    if isinstance(given, str):
        return read_date(given)
    if isinstance(given, Date):
        return Date(given.year, given.month, given.day)
    raise InvalidInputError(f"date {shown(given)} is neither a date nor YYYY-MM-DD")


def contract(percent: Decimal | int | str | None, of_year: object) -> Contract | None:
    """Return the contract that a percentage and a year of rates make, one of which is enough; None where neither is given."""
    if percent is None and of_year is None:
        return None
    year = of_year if of_year is None else _year(of_year)
    try:
        return Contract(money.SCALE if percent is None else money.percent(percent), year)
    except ValueError as error:
        raise InvalidInputError(f"percent: {error}") from None


def _year(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 2000 <= value <= 2099:
        raise InvalidInputError(f"of_year {shown(value)} is not a year such as 2022")
    return value


def cents(what: str, amount: Decimal | int | str | None) -> int | None:
    """Return dollars as cents, None where none are given."""
    if amount is None:
        return None
    try:
        return money.cents(amount)
    except ValueError as error:
        raise InvalidInputError(f"{what}: {error}") from None
