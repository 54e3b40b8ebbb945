"""The answer for a claim: its lines, their sums, and what to know about them together."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from feesync.claims.estimate import Estimate
from feesync.model.money import json_ready
from feesync.model.note import Note


@dataclass(frozen=True, slots=True)
class ClaimEstimate:
    """What Medicare allows for the lines of a claim: one practitioner, patient and day.

    Money is a two-place `Decimal` of dollars. The sums are of the lines that have a price, None
    where none has; `allowed` = `medicare_payment` + `sequestration` + `patient_responsibility`, on
    every line and in the sums; by a contract the three are None.

    Attributes:
        lines: an estimate a line, in the order given; `rank` is its place among multiple
            procedures.
        allowed: what Medicare allows.
        medicare_payment: what Medicare pays, after sequestration.
        sequestration: what sequestration takes from Medicare's payment.
        patient_responsibility: deductible and coinsurance.
        notes: what a person should know about the claim as a whole.
    """

    lines: tuple[Estimate, ...]
    allowed: Decimal | None
    medicare_payment: Decimal | None
    sequestration: Decimal | None
    patient_responsibility: Decimal | None
    notes: tuple[Note, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the claim under the names of the JSON contract, for `json.dumps`.

        Numbers are exact (`money.JsonNumber`).
        """
        return json_ready(
            {
                "lines": [{**line.to_dict(), "rank": line.rank} for line in self.lines],
                "allowed": self.allowed,
                "medicare_payment": self.medicare_payment,
                "sequestration": self.sequestration,
                "patient_responsibility": self.patient_responsibility,
                "notes": [note.to_dict() for note in self.notes],
            }
        )
