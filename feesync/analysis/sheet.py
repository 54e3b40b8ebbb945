"""The fee sheet of a practice: lines by settings, places and dates, each priced by itself.

Out of scope: lines of a claim beside each other (claims), and the words and forms that a sheet is
printed in (printout, writers, cli).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date as Date
from decimal import Decimal
from typing import Any

from feesync.analysis.fee_sheet import FeeSheet, SheetColumn, SheetLine, SheetNote
from feesync.claims.answer import single_answer
from feesync.claims.arguments import Percent
from feesync.claims.claim_estimate import RefusedLine
from feesync.claims.estimate import Estimate
from feesync.claims.header import Header, read_header
from feesync.claims.line import ClaimLine
from feesync.claims.rates import ClaimRates
from feesync.errors import FeesyncError, InvalidInputError, ModifierError, UnknownCodeError, worst
from feesync.model import reading
from feesync.model.dates import read_day
from feesync.model.hcpcs import CodeRange, code_text, read_code, read_codes
from feesync.model.note import Note, Severity
from feesync.model.rate import Setting
from feesync.reference.place_of_service import SETTINGS
from feesync.schedule.rates import FeeSchedule
from feesync.schedule.state import of_one_state
from feesync.schedule.threads import open_schedule


@of_one_state
def sheet(
    lines: str | Iterable[ClaimLine | str | Mapping[str, object]],
    *,
    locality: str | Iterable[str],
    date: Date | str | Iterable[Date | str] | None = None,
    settings: str | int | Iterable[str | int] = SETTINGS,
    nonpar: bool = False,
    practitioner: str = "physician",
    qp: bool = False,
    percent: Percent | None = None,
    of_year: int | None = None,
    conversion_factor: Decimal | int | str | None = None,
    db: str | os.PathLike[str] | None = None,
) -> FeeSheet:
    """Return the fee list of a practice: lines by settings, places and dates.

    Each line is priced by itself, as `estimate` prices it: no line reduces another. Amounts are the
    practitioner's: what a surgical center or a hospital is paid for its own share is not in them.

    Args:
        lines: each in any form that `estimate_claim` reads, such as `64493-50`; or a range of codes
            such as `64490-64495`. A text is one line.
        locality: a place as for `estimate`, or several.
        date: date of service, or several; today by default.
        settings: `office` (place of service 11), `asc` (24) and `hospital` (22) by default; or
            other places of service by name or code, or `nonfacility` and `facility`. A text is one,
            or several with commas between them.
        nonpar: whether the practitioner does not participate: 95 %, and the limiting charge.
        practitioner: who bills, as for `estimate`.
        qp: whether the practitioner is a qualifying APM participant.
        percent: what a commercial contract pays of Medicare's amount, as for `estimate`.
        of_year: the year whose rates a contract names.
        conversion_factor: of another payer, as for `estimate`.
        db: path of the database.

    Returns:
        The sheet. A line that Medicare does not price is in it with the reason. A line of an
        unknown code, or with a modifier that does not apply, is in `refused`.

    Raises:
        FeesyncError: for the reasons of `estimate`, where an argument, a place or a date cannot be
            priced with, or no line can: the error of the first.
    """
    places = reading.one_or_several("locality", locality, "01112-05")
    several = (date,) if isinstance(date, Date) else date
    days = [read_day("date", day) for day in reading.one_or_several("date", several, "2025-11-03")]
    days = list(dict.fromkeys(days)) or [Date.today()]
    if isinstance(settings, str):
        settings = [name for name in settings.split(",") if name.strip()]
    names = reading.one_or_several("settings", settings, "office")
    if not places or not names:
        raise InvalidInputError(f"{'settings' if places else 'locality'} is empty")
    schedule = open_schedule(db)
    headers = [
        _header(
            name,
            locality=place,
            date=day,
            nonpar=nonpar,
            practitioner=practitioner,
            qp=qp,
            percent=percent,
            of_year=of_year,
            conversion_factor=conversion_factor,
        )
        for place in _once_each(schedule, places, days)
        for day in days
        for name in names
    ]
    headers = list(dict.fromkeys(headers))
    return _sheet(schedule, headers, _claim_lines(lines, schedule, headers[0].day))


def _once_each(schedule: FeeSchedule, places: Sequence[str], days: Sequence[Date]) -> list[str]:
    """Return places without those that are the locality of an earlier one, such as its ZIPs."""
    found: dict[tuple[str, ...], str] = {}
    for place in places:
        text = reading.text("locality", place)
        found.setdefault(tuple(schedule.nearest_locality(text, day)[1].key for day in days), text)
    return list(found.values())


def _header(name: object, **others: Any) -> Header:  # noqa: ANN401 - of many types
    """Return the header of a column, which a setting names or a place of service."""
    if name is None:
        raise InvalidInputError("settings has None; name each, such as 'office'")
    word = name.strip().lower() if isinstance(name, str) else name
    if word in list(Setting):
        return read_header(setting=str(word), **others)
    return read_header(setting=Setting.NONFACILITY, pos=name, **others)  # type: ignore[arg-type]


def _claim_lines(
    lines: str | Iterable[ClaimLine | str | Mapping[str, object]], schedule: FeeSchedule, day: Date
) -> list[ClaimLine]:
    if isinstance(lines, ClaimLine | Mapping):
        raise InvalidInputError(f"lines is a list of claim lines, not {type(lines).__name__}")
    read: list[ClaimLine] = []
    for given in reading.one_or_several("lines", lines, "64493-50"):
        try:
            line = ClaimLine.read(given).in_parts()
        except InvalidInputError:
            span = _span(given)
            if span is None:
                raise
            read += map(ClaimLine, schedule.codes(span, day))
            continue
        code = read_code(code_text("hcpcs", line.hcpcs))
        read.append(line._replace(hcpcs=code, modifiers=tuple(line.modifiers or ())))
    if not read:
        raise InvalidInputError("a fee sheet has at least one line")
    return read


def _span(given: object) -> CodeRange | None:
    """Return the range of codes that a text means; None where it is no two codes."""
    parts = given.strip().split("-") if isinstance(given, str) else []
    if len(parts) != 2 or any(len(part) != 5 for part in parts):
        return None
    codes = read_codes("-".join(parts))
    return codes if isinstance(codes, CodeRange) else None


def _sheet(
    schedule: FeeSchedule, headers: Sequence[Header], claim_lines: Sequence[ClaimLine]
) -> FeeSheet:
    notes: dict[Note, dict[int, None]] = {}  # the numbers of the lines of each, in order
    columns, by_column = [], []
    errors: dict[int, FeesyncError] = {}
    for header in headers:
        rates = ClaimRates(header, schedule)
        _, locality, _ = schedule.nearest_locality(header.locality, rates.day)
        columns.append(
            SheetColumn(
                header.locality, locality, header.day, header.terms.setting, header.place_of_service
            )
        )
        cells: list[Estimate | RefusedLine] = []
        for number, claim_line in enumerate(claim_lines, start=1):
            try:
                cell = single_answer(header, rates, header.line(claim_line))
            except (UnknownCodeError, ModifierError) as error:
                errors.setdefault(number, error)
                cells.append(RefusedLine.of(number, error))
                continue
            except InvalidInputError as error:
                error.args = (f"line {number}: {error}",)
                raise
            cells.append(cell)
            for note in rates.notes(cell.quote):
                notes.setdefault(note, {})[number] = None
            for note in cell.notes:
                if note.severity is Severity.WARNING:
                    notes.setdefault(note, {})[number] = None
        by_column.append(cells)
    lines = [
        SheetLine(number, claim_line, cells)
        for number, (claim_line, cells) in enumerate(
            zip(claim_lines, zip(*by_column, strict=True), strict=True), start=1
        )
    ]
    priced = [line for line in lines if any(isinstance(cell, Estimate) for cell in line.cells)]
    if not priced:
        raise errors[1]
    refused = [line.number for line in lines if line not in priced]
    return FeeSheet(
        columns=tuple(columns),
        lines=tuple(priced),
        refused=tuple(RefusedLine.of(number, errors[number]) for number in refused),
        status=worst(errors[number].exit_status for number in refused),
        practitioner=headers[0].terms.practitioner,
        nonpar=headers[0].terms.nonpar,
        contract=headers[0].terms.contract,
        notes=tuple(SheetNote(note, tuple(sorted(numbers))) for note, numbers in notes.items()),
    )
