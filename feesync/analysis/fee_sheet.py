"""A fee sheet: columns, lines and notes, and its rows for JSON and CSV.

Out of scope: how it is priced (sheet), and the words that it is printed in (sheet_words).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date as Date
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, cast

from feesync.claims.claim_estimate import RefusedLine
from feesync.claims.estimate import Estimate
from feesync.claims.line import ClaimLine
from feesync.errors import ExitStatus
from feesync.model.locality import Locality
from feesync.model.money import json_ready
from feesync.model.note import Note
from feesync.model.rate import Setting
from feesync.model.release import Release
from feesync.model.result import RowResult
from feesync.pricing.line import Contract
from feesync.reference.place_of_service import PlaceOfService
from feesync.schedule.columns import OF_RELEASE, release_cells

if TYPE_CHECKING:
    from feesync.analysis.dictionaries import FeeSheetDict, SheetRowDict


class SheetColumn(NamedTuple):
    """A column of a fee sheet: where and when a line is priced.

    Attributes:
        place: the place as the caller named it.
        locality: the payment locality.
        date: date of service.
        setting: nonfacility or facility.
        place_of_service: which decided the setting; None where the setting itself was named.
    """

    place: str
    locality: Locality
    date: Date
    setting: Setting
    place_of_service: PlaceOfService | None

    @property
    def pos(self) -> str | None:
        """The place of service code."""
        return self.place_of_service and self.place_of_service.pos


class SheetLine(NamedTuple):
    """A line of a fee sheet.

    Attributes:
        number: its number, counted from 1 through all lines that were asked for.
        line: the code with its modifiers, units and charge.
        cells: for each column its estimate, or why there is none.
    """

    number: int
    line: ClaimLine
    cells: tuple[Estimate | RefusedLine, ...]

    @property
    def code(self) -> str:
        """The line as people write it: `64493-50x2@250.00`."""
        line = self.line
        text = "-".join((line.hcpcs, *(line.modifiers or ())))
        if line.postop_days is not None:
            text = text.replace("-55", f"-55d{line.postop_days}", 1)
        units = "" if line.units == 1 else f"x{line.units}"
        return f"{text}{units}{'' if line.charge is None else f'@{line.charge}'}"


class SheetNote(NamedTuple):
    """A note, and the numbers of the lines of the sheet that it is about."""

    note: Note
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FeeSheet(RowResult):
    """Lines by settings, places and dates, each priced by itself as `estimate` prices it.

    Attributes:
        columns: place by place, in each date by date, in each the settings.
        lines: the lines that have an estimate in some column, in their order.
        refused: the lines that cannot be priced in any column, with their reasons.
        status: the exit status that says so; 0 where none is refused.
        practitioner: who bills, such as `physician`.
        nonpar: whether the practitioner does not participate.
        contract: by what a plan other than Medicare pays; None where Medicare pays.
        notes: what a person should know, with the lines that each is about.
    """

    columns: tuple[SheetColumn, ...]
    lines: tuple[SheetLine, ...]
    refused: tuple[RefusedLine, ...]
    status: ExitStatus
    practitioner: str
    nonpar: bool
    contract: Contract | None
    notes: tuple[SheetNote, ...]

    @property
    def has_price(self) -> bool:
        """Whether any line has an amount in any column."""
        return any(estimate.allowed is not None for estimate in self.estimates())

    def estimates(self) -> Iterator[Estimate]:
        """Yield the estimates, line by line."""
        for cell in chain.from_iterable(line.cells for line in self.lines):
            if isinstance(cell, Estimate):
                yield cell

    @property
    def releases(self) -> tuple[Release, ...]:
        """The releases that answered, each once."""
        found = {(one.release.label, one.release.sha256): one.release for one in self.estimates()}
        return tuple(found.values())

    def rows(self) -> list[SheetRowDict]:
        """Return a row a line and column, under the names of `feesync sheet --csv`."""
        return [
            _row(line, column, cell)
            for line in self.lines
            for column, cell in zip(self.columns, line.cells, strict=True)
        ]

    def to_dict(self) -> FeeSheetDict:
        """Return the sheet under the names of `feesync sheet --json`, for `json.dumps`."""
        sheet = {
            "practitioner": self.practitioner,
            "nonpar": self.nonpar,
            **({"contract": self.contract.to_dict()} if self.contract else {}),
            "releases": [release.source_dict() for release in self.releases],
            "rows": self.rows(),
            "refused": [line.to_dict() for line in self.refused],
            "notes": [{**one.note.to_dict(), "lines": list(one.lines)} for one in self.notes],
        }
        return cast("FeeSheetDict", sheet)


def _row(line: SheetLine, column: SheetColumn, cell: Estimate | RefusedLine) -> SheetRowDict:
    estimate = cell if isinstance(cell, Estimate) else None
    locality = estimate.locality if estimate else column.locality
    row: dict[str, object] = {
        "line": line.number,
        "hcpcs": line.line.hcpcs,
        "modifiers": list(line.line.modifiers or ()),
        "units": line.line.units,
        "pos": column.pos,
        "setting": (estimate.setting if estimate else column.setting).value,
        "mac": locality.mac,
        "locality": locality.locality,
        "state": locality.state,
        "locality_name": locality.name,
    }
    amounts = (
        *("fee", "allowed", "medicare_payment", "sequestration"),
        *("patient_responsibility", "limiting_charge"),
    )
    row |= {name: estimate and getattr(estimate, name) for name in amounts}
    row["reason"] = reason(cell)
    row |= {
        "release": estimate and estimate.release.label,
        "basis": estimate and estimate.rate.basis,
        "conversion_factor": estimate and estimate.rate.conversion_factor,
    }
    row |= (
        release_cells(estimate.release, column.date)
        if estimate
        else {**dict.fromkeys(OF_RELEASE), "date": column.date.isoformat()}
    )
    return json_ready(row)


def reason(cell: Estimate | RefusedLine) -> str | None:
    """Return why a cell has no amount; None where it has one."""
    if isinstance(cell, RefusedLine):
        return cell.reason
    return None if cell.allowed is not None else " ".join(note.text for note in cell.denials)
