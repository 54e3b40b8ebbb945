"""A fee sheet in words: its title, its columns, its lines and its notes.

Out of scope: the forms that it is printed in (cli, writers).
"""

from __future__ import annotations

from collections.abc import Iterator

from feesync.analysis.fee_sheet import FeeSheet, SheetColumn, SheetLine, reason
from feesync.claims.estimate import Estimate, factor_words, other_notes, place_line
from feesync.model.locality import Locality
from feesync.model.rate import Setting
from feesync.pricing.line import Contract
from feesync.pricing.practitioner import PRACTITIONERS
from feesync.writers.own_fees import FeeLine
from feesync.writers.printout import NO_PRICE, Printout, PrintoutRow

_SITES = {"11": "Office", "22": "Hospital", "24": "ASC"}
"""Short names of places of service; others have CMS's."""

_AMOUNTS = {
    "allowed": "Medicare allows",
    "medicare_payment": "Medicare pays",
    "patient_responsibility": "Patient owes",
}
_OF_CONTRACT = {"allowed": "Contract allows"}
_LIMITING = {"limiting_charge": "Limiting charge"}
_ALONE = "Each line is priced by itself; on one claim, several procedures reduce each other."
_DISCLAIMER = (
    "An estimate by feesync from files of the Centers for Medicare & Medicaid Services; no "
    "determination of coverage or payment."
)


def printout(sheet: FeeSheet, *, limiting: bool = False) -> Printout:
    """Return a fee sheet in words.

    Args:
        sheet: the sheet.
        limiting: whether the limiting charges are printed.
    """
    amounts = _OF_CONTRACT if sheet.contract else _AMOUNTS
    if limiting:
        amounts = amounts | _LIMITING
    places = {column.place: column.locality for column in sheet.columns}
    days = sorted({column.date for column in sheet.columns})
    columns = tuple(
        (
            *([_key(column.locality)] if len(places) > 1 else []),
            *([column.date.isoformat()] if len(days) > 1 else []),
            _site(column),
        )
        for column in sheet.columns
    )
    dates = " and ".join(map(str, days))
    return Printout(
        _title(sheet.contract),
        (
            ", ".join(map(_key, places.values())),
            dates,
            ", ".join(dict.fromkeys(release.label for release in sheet.releases)),
        ),
        (
            *(_place(sheet, place) for place in places),
            f"{'Date' if len(days) == 1 else 'Dates'} of service {dates}; {_practitioner(sheet)}",
        ),
        _origin(sheet),
        tuple(amounts.values()),
        columns,
        tuple(_row(line, tuple(amounts)) for line in sheet.lines),
        tuple(_notes(sheet, columns)),
    )


def fee_lines(sheet: FeeSheet) -> list[FeeLine]:
    """Return the lines of a sheet, each in each of its columns, for fees of one's own beside."""
    return [
        FeeLine(
            line.line.hcpcs,
            " ".join(line.line.modifiers or ()),
            line.line.units,
            _key(column.locality),
            column.date,
            _site(column),
            cell.allowed if isinstance(cell, Estimate) else None,
            cell.release.label if isinstance(cell, Estimate) else "",
            reason(cell) or "",
        )
        for line in sheet.lines
        for column, cell in zip(sheet.columns, line.cells, strict=True)
    ]


def payer(sheet: FeeSheet) -> str:
    """Return who allows the amounts of a sheet, in a word."""
    return "the contract" if sheet.contract else "Medicare"


def _title(contract: Contract | None) -> str:
    if contract is None:
        return "Fee sheet: the Medicare Physician Fee Schedule"
    return f"Fee sheet: {contract.words}"


def _practitioner(sheet: FeeSheet) -> str:
    kind = PRACTITIONERS[sheet.practitioner]
    return f"{kind}, {'not participating, assigned claims' if sheet.nonpar else 'participating'}"


def _origin(sheet: FeeSheet) -> tuple[str, ...]:
    texts: dict[str, None] = {}
    for estimate in sheet.estimates():
        release = estimate.release
        texts[
            f"{release.label}, in effect {release.effective_from} to {release.effective_to}, "
            f"{factor_words(estimate)}; from {release.source}; "
            f"sha256 {release.sha256}"
        ] = None
    return tuple(texts)


def _place(sheet: FeeSheet, place: str) -> str:
    """Return a place; for a ZIP also the file that says so, where one is of all dates."""
    lines = [
        place_line(cell)
        for line in sheet.lines
        for column, cell in zip(sheet.columns, line.cells, strict=True)
        if column.place == place and isinstance(cell, Estimate)
    ]
    return min(lines, key=len) if lines else place


def _key(locality: Locality) -> str:
    return locality.name if locality.is_national else locality.key


def _site(column: SheetColumn) -> str:
    place = column.place_of_service
    return _SITES.get(place.pos, place.name) if place else column.setting.value.capitalize()


def _row(line: SheetLine, amounts: tuple[str, ...]) -> PrintoutRow:
    cells = tuple(
        tuple(getattr(cell, name) if isinstance(cell, Estimate) else None for name in amounts)
        for cell in line.cells
    )
    has_price = any(cell[0] is not None for cell in cells)
    reasons = [] if has_price else dict.fromkeys(filter(None, map(reason, line.cells)))
    return PrintoutRow(line.code, cells, " ".join(reasons))


def _notes(sheet: FeeSheet, columns: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    yield _ALONE
    yield from _shares(sheet)
    yield from _sequestration(sheet)
    below = {note for estimate in sheet.estimates() for note in other_notes(estimate)}
    for note, numbers in sheet.notes:
        if note in below:  # else the line of the place says it
            yield _about(sheet, note.text, numbers)
    for (where, text), lines in _gaps(sheet, columns).items():
        yield f"{', '.join(lines)}: {NO_PRICE} in {where}: {text}"
    for refused in sheet.refused:
        yield f"Line {refused.number} is not in the sheet: {refused.reason}"
    yield _DISCLAIMER


def _about(sheet: FeeSheet, text: str, numbers: tuple[int, ...]) -> str:
    """Return the text of a note, after the lines that it is about where it does not say so."""
    lines = [line for line in sheet.lines if line.number in numbers]
    if len(lines) == len(sheet.lines) or all(line.line.hcpcs in text for line in lines):
        return text
    return f"{', '.join(line.code for line in lines)}: {text}"


def _gaps(
    sheet: FeeSheet, columns: tuple[tuple[str, ...], ...]
) -> dict[tuple[str, str], list[str]]:
    """Return the lines that lack a price in some columns only, by these columns and the reason."""
    gaps: dict[tuple[str, str], list[str]] = {}
    for line in sheet.lines:
        reasons = [reason(cell) for cell in line.cells]
        for text in dict.fromkeys(filter(None, reasons)) if not all(reasons) else ():
            where = ", ".join(
                " ".join(heads) for heads, own in zip(columns, reasons, strict=True) if own == text
            )
            code = line.line.hcpcs
            shared = f"the code{text.removeprefix(code)}" if text.startswith(code) else text
            gaps.setdefault((where, shared), []).append(line.code)
    return gaps


def _shares(sheet: FeeSheet) -> Iterator[str]:
    """Yield what the amounts at the facility rate are, and what they are not."""
    sites = {
        _site(column): column.place_of_service and column.place_of_service.biller
        for column in sheet.columns
        if column.setting is Setting.FACILITY
    }
    if sites:
        billers = " or the ".join(dict.fromkeys(biller or "facility" for biller in sites.values()))
        yield (
            f"{', '.join(sites)}: the practitioner's fee, at the facility rate. What the {billers} "
            "is paid for its own share is not in it."
        )


def _sequestration(sheet: FeeSheet) -> Iterator[str]:
    rates = {one.sequestration_rate: one.date for one in sheet.estimates() if one.sequestration}
    for rate, day in rates.items():
        if rate is not None:
            when = f" on {day}" if len(rates) > 1 else ""
            yield (
                f"What Medicare pays is after {(rate * 100).normalize():f} % sequestration{when}, "
                "which the patient does not owe."
            )
