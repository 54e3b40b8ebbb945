"""The answer for a claim: its lines, their sums, and the notes on them together."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from feesync.claims.estimate import Estimate
from feesync.errors import FeesyncError, Hint
from feesync.model.money import json_ready
from feesync.model.note import Note
from feesync.model.result import RowResult

if TYPE_CHECKING:
    from feesync.claims.dictionaries import ClaimDict, LineRowDict, RefusedLineDict


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line of a claim that cannot be priced, so that the claim is priced without it.

    Attributes:
        number: its number in the claim, counted from 1.
        reason: why, in one sentence.
        hint: what helps, None where nothing is known to.
    """

    number: int
    reason: str
    hint: Hint | None = None

    @classmethod
    def of(cls, number: int, error: FeesyncError) -> RefusedLine:
        """Return the line that an error is about."""
        return cls(number, str(error), error.hint)

    def to_dict(self) -> RefusedLineDict:
        """Return the line under the names of the JSON contract, for `json.dumps`."""
        hint = self.hint.to_dict() if self.hint else None
        return {"line": self.number, "reason": self.reason, "hint": hint}


@dataclass(frozen=True, slots=True)
class ClaimEstimate(RowResult):
    """What Medicare allows for the lines of a claim: one practitioner, patient and day.

    Money is a `Decimal` of dollars with two places. The sums are of the lines that have a price,
    None where none has. `allowed` = `medicare_payment` + `sequestration` +
    `patient_responsibility`, on every line and in the sums; by a contract the three are None.

    Attributes:
        lines: an estimate for each line, in their order, without the refused ones; `rank` is its
            rank among several procedures.
        allowed: what Medicare allows.
        medicare_payment: what Medicare pays, after sequestration.
        sequestration: by how much sequestration reduces Medicare's payment.
        patient_responsibility: deductible and coinsurance.
        notes: what a person should know about the claim as a whole.
        refused: the lines that cannot be priced, where `estimate_claim` was told to leave them out
            (in JSON, with the number of each line, only where there is one).
    """

    lines: tuple[Estimate, ...]
    allowed: Decimal | None
    medicare_payment: Decimal | None
    sequestration: Decimal | None
    patient_responsibility: Decimal | None
    notes: tuple[Note, ...]
    refused: tuple[RefusedLine, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """The number of each of `lines` in the claim, counted from 1."""
        gaps = {line.number for line in self.refused}
        last = len(self.lines) + len(gaps)
        return tuple(number for number in range(1, last + 1) if number not in gaps)

    def rows(self) -> list[LineRowDict]:
        """Return a row for each line under the names of `feesync claim --csv`, for `json.dumps`."""
        from feesync.claims.row import line_row  # where rows are asked for

        return [
            line_row(line, number) for number, line in zip(self.numbers, self.lines, strict=True)
        ]

    def to_dict(self) -> ClaimDict:
        """Return the claim under the names of the JSON contract, for `json.dumps`.

        Its numbers are exact (`money.JsonNumber`).
        """
        lines: list[dict[str, Any]] = [{**line.to_dict(), "rank": line.rank} for line in self.lines]
        refused = {}
        if self.refused:
            for number, line in zip(self.numbers, lines, strict=True):
                line["line"] = number
            refused = {"refused": [one.to_dict() for one in self.refused]}
        return json_ready(
            {
                "lines": lines,
                "allowed": self.allowed,
                "medicare_payment": self.medicare_payment,
                "sequestration": self.sequestration,
                "patient_responsibility": self.patient_responsibility,
                "notes": [note.to_dict() for note in self.notes],
                **refused,
            }
        )
