"""estimate(): read the arguments, find the rate, price the line, say where it all came from."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date as Date
from decimal import Decimal

from feesync import provenance, reference
from feesync.answer import Estimate
from feesync.dates import read_date
from feesync.errors import InvalidInputError, ModifierError, UnknownCodeError
from feesync.hcpcs import read_code
from feesync.money import cents, decimal, dollars
from feesync.pricing import equipment
from feesync.pricing import modifiers as modifier_rules
from feesync.pricing import practitioner as practitioners
from feesync.pricing.line import Line, Note
from feesync.pricing.line_price import price
from feesync.pricing.payer import split
from feesync.pricing.service import is_part
from feesync.rate import Rate, Setting
from feesync.schedule import FeeSchedule, Quote, open_schedule

_MOST_UNITS = 9_999
_MOST_SHOWN = 60
_NOT_ADJUDICATED = "Medicare claims are not adjudicated with place of service {pos}; its setting is not certain."


def estimate(
    hcpcs: str,
    *,
    locality: str,
    setting: str = "nonfacility",
    pos: str | int | None = None,
    modifiers: Iterable[str] = (),
    date: Date | str | None = None,
    units: int = 1,
    charge: Decimal | int | str | None = None,
    nonpar: bool = False,
    practitioner: str = "physician",
    qp: bool = False,
    deductible: Decimal | int | str | None = None,
    postop_days: int | None = None,
    db: str | os.PathLike[str] | None = None,
) -> Estimate:
    """Return what Medicare allows for one professional claim line, to the cent.

    Args:
        hcpcs: CPT or HCPCS code, five characters.
        locality: `01112-05`, `0111205`, `CA-05`, an unambiguous name, or `national`.
        setting: `nonfacility` or `facility`; a place of service decides instead where one is given.
        pos: CMS place of service code, such as 11 (office) or 24 (ambulatory surgical center).
        modifiers: such as `["50"]`; order does not matter.
        date: date of service, a `date` or `YYYY-MM-DD`; today by default. It picks the release.
        units: units of service.
        charge: submitted charge of the whole line, in dollars; Medicare allows the lower of charge and fee.
        nonpar: an assigned claim of a non-participating practitioner: 95 %, and the limiting charge of a physician.
        practitioner: physician, np, pa, cns, dietitian, midwife, csw, mft or mhc.
        qp: whether the practitioner is a qualifying APM participant (a conversion factor of its own from 2026 on).
        deductible: dollars of the Part B deductible that the patient still owes.
        postop_days: days of care after an operation that modifier 55 is to pay for; all of the global period by default.
        db: path of the database; by default FEESYNC_DB, else the user's data folder. The embedded snapshot answers for what it
            lacks.

    Returns:
        The estimate. A line that Medicare does not price has `allowed` None and a note that says why.

    Raises:
        InvalidInputError: an argument cannot be read or contradicts another.
        ModifierError: a modifier is unknown, contradictory, does not apply, or is not priced.
        NoPriceError: the code, the date or the locality is unknown (UnknownCodeError, NoReleaseError, LocalityError).
        StoreError: the database cannot be read.

    Source of the rules: Medicare Claims Processing Manual, chapter 12; CMS's RVU record layout documents.
    """
    code = read_code(_text("hcpcs", hcpcs))
    day = _day(date)
    place, notes = _setting(setting, pos)
    kind = _text("practitioner", practitioner).lower()
    practitioners.check(kind, day)
    if isinstance(units, bool) or not isinstance(units, int) or not 1 <= units <= _MOST_UNITS:
        raise InvalidInputError(f"units {_shown(units)} is not a whole number from 1 to {_MOST_UNITS}")
    for name, flag in (("nonpar", nonpar), ("qp", qp)):
        if not isinstance(flag, bool):
            raise InvalidInputError(f"{name} {_shown(flag)} is neither True nor False")
    carried = _modifiers(modifiers)
    charged = None if charge is None else _cents("charge", charge)
    owed = 0 if deductible is None else _cents("deductible", deductible)
    if postop_days is not None and (isinstance(postop_days, bool) or not isinstance(postop_days, int) or postop_days < 1):
        raise InvalidInputError(f"postop_days {_shown(postop_days)} is not a whole number of days")
    line = Line(code, carried, day, place, units, charged, nonpar, kind, postop_days)

    schedule, where = open_schedule(db), _text("locality", locality)
    quote = _quote(schedule, line, where, qp)
    has_less = equipment.reduction(quote.rate, line) and is_part(quote.rate)
    result = price(quote.rate, line, _technical(schedule, line, where, qp) if has_less else [])
    notes = [*provenance.notes(quote, day, qp=qp), *result.notes, *notes]
    if owed:
        notes += _deductible_notes(owed, day)
    allowed = result.allowed
    cut = reference.sequestration_on(day)
    rate = cut.rate if cut else 0
    shares = None if allowed is None else split(allowed, owed, rate)
    return Estimate(
        hcpcs=code,
        modifiers=carried,
        date=day,
        setting=place,
        pos=None if pos is None else _pos(pos),
        units=units,
        fee=_dollars(result.fee),
        steps=tuple(result.steps),
        allowed=_dollars(allowed),
        deductible=shares and dollars(shares.deductible),
        medicare_payment=shares and dollars(shares.medicare_payment),
        sequestration=shares and dollars(shares.sequestration),
        sequestration_rate=decimal(rate, 4),
        patient_responsibility=shares and dollars(shares.patient_responsibility),
        limiting_charge=_dollars(result.limiting_charge),
        notes=tuple(notes),
        quote=quote,
    )


def _dollars(amount: int | None) -> Decimal | None:
    return None if amount is None else dollars(amount)


def _quote(schedule: FeeSchedule, line: Line, locality: str, qp: bool) -> Quote:
    """Find the rate; a code that has other rows than the modifier asks for is a modifier error, not an unknown code.

    A code without a row for 53 answers with its own: 53 is then priced by report.
    """
    row = modifier_rules.row_of(line.modifiers)
    try:
        return schedule.rate(line.hcpcs, row, locality, line.day, qp=qp)
    except UnknownCodeError as error:
        if not error.rows:
            raise
        if row == modifier_rules.DISCONTINUED and "" in error.rows:
            return schedule.rate(line.hcpcs, "", locality, line.day, qp=qp)
        rows = ", ".join(filter(None, error.rows))
    if not row:
        raise ModifierError(f"{line.hcpcs} has rows for modifier {rows} only; give one")
    has = f"its rows are {rows}" if rows else "it has no such parts"
    raise ModifierError(f"modifier {row} does not apply to {line.hcpcs}: {has}")


def _technical(schedule: FeeSchedule, line: Line, locality: str, qp: bool) -> list[Rate]:
    """Find the rates of the technical part of a line; none where the schedule does not have them."""
    rows = [(code, "") for code in reference.technical_codes().get(line.hcpcs, ())] or [(line.hcpcs, "TC")]
    try:
        return [schedule.rate(code, row, locality, line.day, qp=qp).rate for code, row in rows]
    except UnknownCodeError:
        return []


def _deductible_notes(owed: int, day: Date) -> list[Note]:
    annual = reference.part_b_deductibles().get(day.year)
    if annual is None or owed <= cents(annual):
        return []
    return [
        Note.warning(
            "deductible-above-annual",
            f"A deductible of {dollars(owed)} is more than the Part B deductible of {day.year}, {annual}.",
            "data/reference/part_b_deductible.csv",
        )
    ]


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidInputError(f"{name} {_shown(value)} is not text")
    return value.strip()


def _shown(value: object) -> str:
    """Return a value as an error shows it: short, whatever it is."""
    try:
        shown = repr(value)
    except ValueError:
        shown = f"a huge {type(value).__name__}"
    return shown if len(shown) <= _MOST_SHOWN else shown[: _MOST_SHOWN - 3] + "..."


def _modifiers(given: Iterable[str]) -> tuple[str, ...]:
    if isinstance(given, str):
        raise InvalidInputError(f"modifiers is a list, such as [{_shown(given)}], not text")
    try:
        listed = tuple(given)
    except TypeError:
        raise InvalidInputError(f"modifiers {_shown(given)} is not a list of text") from None
    return modifier_rules.read(tuple(_text("modifier", modifier).upper() for modifier in listed))


def _setting(setting: str, pos: str | int | None) -> tuple[Setting, list[Note]]:
    try:
        chosen = Setting(setting)
    except ValueError:
        raise InvalidInputError(f"setting {_shown(setting)} is neither nonfacility nor facility") from None
    if pos is None:
        return chosen, []
    if isinstance(pos, bool) or not isinstance(pos, int | str):
        raise InvalidInputError(f"pos {_shown(pos)} is neither text nor a number")
    known = reference.places_of_service().get(_pos(pos))
    if known is None:
        raise InvalidInputError(
            f"place of service {_shown(pos)} is not a CMS code; there are {', '.join(reference.places_of_service())}"
        )
    if chosen is Setting.FACILITY and known.setting != chosen:
        raise InvalidInputError(
            f"place of service {known.pos} ({known.name}) takes the {known.setting} rate, not the facility rate"
        )
    if known.adjudicated:
        return Setting(known.setting), []
    text = _NOT_ADJUDICATED.format(pos=known.pos)
    return Setting(known.setting), [Note.warning("pos-not-adjudicated", text, known.source)]


def _pos(pos: str | int) -> str:
    text = str(pos) if not isinstance(pos, int) or 0 <= pos < 100 else ""
    return text.strip().zfill(2)


def _day(given: Date | str | None) -> Date:
    if given is None:
        return Date.today()
    if isinstance(given, str):
        return read_date(given)
    if isinstance(given, Date):
        return Date(given.year, given.month, given.day)
    raise InvalidInputError(f"date {_shown(given)} is neither a date nor YYYY-MM-DD")


def _cents(what: str, amount: Decimal | int | str) -> int:
    try:
        return cents(amount)
    except ValueError as error:
        raise InvalidInputError(f"{what}: {error}") from None
