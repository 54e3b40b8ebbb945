"""The rows of a price list held against what Medicare allows, and what an amount is equal to.

Out of scope: the file of a list (price_file), and the search of causes (causes).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date as Date
from decimal import Decimal

from feesync.analysis.causes import Target, answer, causes
from feesync.analysis.match import CauseKind, Match
from feesync.analysis.other_rates import ScheduleRates
from feesync.analysis.price_file import named
from feesync.analysis.price_list import PriceList
from feesync.analysis.price_row import Finding, PriceRow
from feesync.analysis.question import Question
from feesync.claims import arguments, wording
from feesync.claims.cells import error_text
from feesync.claims.estimate import ZIP_NOTE
from feesync.claims.header import Header, read_header
from feesync.claims.line import ClaimLine
from feesync.claims.rates import QuoteLookup
from feesync.errors import ExitStatus, FeesyncError, InvalidInputError, NoPriceError, StoreError
from feesync.model import reading
from feesync.model.dates import read_day
from feesync.model.money import dollars, dollars_or_none
from feesync.model.note import Note, Severity
from feesync.model.rate import Setting
from feesync.pricing.modifiers import in_its_setting
from feesync.reference.place_of_service import read_setting
from feesync.schedule.quote import Quote
from feesync.schedule.state import of_one_state
from feesync.schedule.threads import open_schedule

NAMES = (
    *("hcpcs", "modifiers", "amount", "nonfacility_amount", "facility_amount"),
    *("locality", "setting", "pos", "date"),
)
"""The names that a row of a price list may have."""

_AMOUNTS = {
    "amount": None,
    "nonfacility_amount": Setting.NONFACILITY,
    "facility_amount": Setting.FACILITY,
}
_LONGEST_TEXT = 12
_KINDS = frozenset(
    {
        CauseKind.SETTING,
        CauseKind.PARTICIPATION,
        CauseKind.CONVERSION_FACTOR,
        CauseKind.RELEASE,
        CauseKind.NATIONAL,
        CauseKind.LOCALITY,
        CauseKind.LIMITING_CHARGE,
    }
)
"""What a price of a list may be, where it is not that of its row."""


def check_prices(
    prices: Iterable[Mapping[str, object]],
    *,
    locality: str | None = None,
    setting: Setting | str = "nonfacility",
    pos: str | int | None = None,
    date: Date | str | None = None,
    nonpar: bool = False,
    practitioner: str = "physician",
    qp: bool = False,
    percent: arguments.Percent | None = None,
    of_year: int | None = None,
    conversion_factor: Decimal | int | str | None = None,
    db: str | os.PathLike[str] | None = None,
) -> PriceList:
    """Return a price list beside what Medicare allows.

    Args:
        prices: a dictionary for each row, with `hcpcs`, perhaps `modifiers`, and `amount` in
            dollars, or `nonfacility_amount` and `facility_amount`; also `locality`, `setting` or
            `pos`, and `date`, where the row has its own. Other usual names of columns are known as
            in a file: `cpt`, `mod1` to `mod4`, `fee`, `zip`, `dos`.
        locality: the place of rows that name none, as for `estimate`.
        setting: of rows that name none.
        pos: of rows that name none.
        date: of rows that name none; today by default.
        nonpar: as for `estimate`.
        practitioner: as for `estimate`.
        qp: as for `estimate`.
        percent: as for `estimate`: the list is then held against the contract.
        of_year: as for `estimate`.
        conversion_factor: of another payer, as for `estimate`.
        db: path of the database.

    Returns:
        The list: for each price whether it is equal, by which other releases it is right, or what
        else it is right for, and its percentage of what Medicare allows. A row that cannot be
        priced has its reason, and changes no other.

    Raises:
        InvalidInputError: an argument cannot be read.
        StoreError: the database cannot be read.

    Source of the rules: those of `estimate`.
    """
    header = read_header(
        locality="" if locality is None else locality,
        setting=setting,
        pos=pos,
        date=date,
        nonpar=nonpar,
        practitioner=practitioner,
        qp=qp,
        percent=percent,
        of_year=of_year,
        conversion_factor=conversion_factor,
    )
    rows = reading.sequence("prices", prices, {"hcpcs": "64493", "amount": "154.46"})
    own = [(number, named(row, NAMES)) for number, row in enumerate(rows, start=1)]
    return price_list(header, own, db=db)


@of_one_state
def price_list(
    header: Header,
    rows: Sequence[tuple[int, Mapping[str, object]]],
    *,
    db: str | os.PathLike[str] | None = None,
) -> PriceList:
    """Return a price list under a header, as `check_prices` does, of rows with their numbers."""
    rates = ScheduleRates(open_schedule(db))
    return PriceList(
        tuple(
            _price_row(header, number, row, name, rates)
            for number, row in rows
            for name in _amounts(row)
        )
    )


def _amounts(row: Mapping[str, object]) -> list[str]:
    """Return the names of the amounts of a row, `amount` where it has none."""
    if not isinstance(row, Mapping):
        return ["amount"]
    return [name for name in _AMOUNTS if row.get(name) not in (None, "")] or ["amount"]


def _price_row(
    header: Header, number: int, row: Mapping[str, object], name: str, rates: ScheduleRates
) -> PriceRow:
    given = row if isinstance(row, Mapping) else {}
    try:
        question, amount = _read(header, row, name)
        own = answer(question, rates)
    except FeesyncError as error:
        if isinstance(error, StoreError):
            raise
        return _refusal(number, given, name, header, error)
    line, allowed = question.line, own.price.allowed
    lookup = rates.of(question.header)
    quote = lookup.quote_of(in_its_setting(line), own.price.rate)
    matches: list[Match] = []
    finding, reason, status = Finding.DIFFERENT, "", ExitStatus.OK
    if allowed == amount:
        finding = Finding.EQUAL
    else:
        matches = causes(question, Target(amount, None), rates, _KINDS)
    if allowed is None:
        finding, status = Finding.NO_PRICE, ExitStatus.NO_PRICE
        denials = (note for note in wording.notes(own.price) if note.severity is Severity.DENIAL)
        reason = " ".join(note.text for note in denials)
    releases = _releases(matches)
    others = tuple(match.text for match in matches if match.kinds != (CauseKind.RELEASE,))
    if finding is Finding.DIFFERENT and matches:
        finding = Finding.RELEASE if releases else Finding.CAUSE
    return PriceRow(
        row=number,
        hcpcs=line.hcpcs,
        modifiers=line.modifiers,
        date=line.day,
        setting=line.setting,
        pos=question.header.pos,
        locality=quote.locality,
        release=quote.release.label,
        amount=dollars(amount),
        allowed=dollars_or_none(allowed),
        finding=finding,
        releases=releases,
        causes=others,
        reason=reason,
        status=status,
        stand_in=quote.stand_in,
        notes=_notes(lookup, quote),
    )


def _notes(lookup: QuoteLookup, quote: Quote) -> tuple[Note, ...]:
    """Return the notes on a rate, but that a ZIP is of the file of the day's quarter."""
    usual = quote.zip is not None and quote.zip.of_the_day
    return tuple(
        note
        for note in lookup.notes(quote)
        if not (usual and note.code == ZIP_NOTE and note.severity is Severity.INFO)
    )


def _releases(matches: Iterable[Match]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            hypothesis.value
            for match in matches
            for several in match.alternatives
            for hypothesis in several
            if hypothesis.kind is CauseKind.RELEASE
        )
    )


def _read(header: Header, row: Mapping[str, object], name: str) -> tuple[Question, int]:
    """Return a row with the header of its own place, setting and day.

    Raises:
        InvalidInputError: a part of it cannot be read, or is missing.
    """
    if not isinstance(row, Mapping):
        raise InvalidInputError(
            f"{reading.excerpt(row)} is no row: a dictionary with hcpcs, amount; of a DataFrame, "
            "give frame.to_dict('records')"
        )
    unknown = [key for key in row if key not in NAMES]
    if unknown:
        raise InvalidInputError(
            f"a price has {reading.excerpt(unknown[0])}; its names are {', '.join(NAMES)}"
        )
    cells = {key: value for key, value in row.items() if value not in (None, "")}
    if "hcpcs" not in cells:
        raise InvalidInputError("it has no code")
    cents = arguments.cents(name, cells.get(name))  # type: ignore[arg-type]
    if cents is None:
        raise InvalidInputError("it has no amount")
    header = _header(header, cells, _AMOUNTS[name])
    line = ClaimLine.read({key: cells[key] for key in ("hcpcs", "modifiers") if key in cells})
    return Question(header, header.line(line)), cents


def _header(header: Header, cells: Mapping[str, object], own: Setting | None) -> Header:
    """Return a header with the place, day and setting of a row; `own` is that of its amount."""
    if "locality" in cells:
        header = header._replace(locality=reading.text("locality", cells["locality"]))
    if not header.locality:
        raise InvalidInputError("it names no place, and none is given for all rows")
    return _on_day(header, cells, own)


def _on_day(header: Header, cells: Mapping[str, object], own: Setting | None) -> Header:
    """Return a header with the day and setting of a row; `own` is that of its amount."""
    if "date" in cells:
        header = header.on(read_day("date", cells["date"]))
    setting = header.terms.setting
    if own is not None:
        return _in_setting(header, own)
    if "setting" in cells:
        setting = Setting.read(cells["setting"])
        header = header._replace(place_of_service=None)
    if "pos" in cells:
        setting, place = read_setting(setting, cells["pos"])  # type: ignore[arg-type]
        header = header._replace(place_of_service=place)
    return header._replace(terms=header.terms._replace(setting=setting))


def _in_setting(header: Header, setting: Setting) -> Header:
    if header.terms.setting is setting:
        return header
    return header._replace(place_of_service=None, terms=header.terms._replace(setting=setting))


def _refusal(
    number: int, row: Mapping[str, object], name: str, header: Header, error: FeesyncError
) -> PriceRow:
    """Return a row that cannot be priced, with what can be read of it."""
    modifiers = row.get("modifiers")
    try:
        amount = arguments.cents(name, row.get(name) or None)  # type: ignore[arg-type]
    except InvalidInputError:
        amount = None
    for names in (("date",), ("setting", "pos")):
        cells = {key: row[key] for key in names if row.get(key) not in (None, "")}
        with suppress(InvalidInputError):
            header = _on_day(header, cells, _AMOUNTS[name])
    return PriceRow(
        row=number,
        hcpcs=str(row.get("hcpcs") or "")[:_LONGEST_TEXT],
        modifiers=tuple(
            str(modifier)[:_LONGEST_TEXT]
            for modifier in (modifiers if isinstance(modifiers, list | tuple) else ())
        ),
        date=header.day,
        setting=_AMOUNTS[name] or header.terms.setting,
        pos=header.pos,
        locality=None,
        release=None,
        amount=dollars_or_none(amount),
        allowed=None,
        finding=Finding.NO_PRICE if isinstance(error, NoPriceError) else Finding.REFUSED,
        reason=error_text(error, row),
        status=error.exit_status,
        hint=error.hint,
    )
