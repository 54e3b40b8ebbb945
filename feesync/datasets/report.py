"""The options and the report of loading an edition. Out of scope: the words of both."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from feesync.datasets.editions import Outcome

if TYPE_CHECKING:
    from feesync.datasets.dictionaries import LoadReportDict


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How files are loaded.

    Attributes:
        label: the label of the edition, whatever its files say; None to read it from them.
        dates: first and last day of effect, for a label whose dates feesync does not know.
        allow_change: accept an edition that differs much from the loaded ones.
        without_checks: names of checks that may fail.
        force: make bytes current again that later ones have superseded.
    """

    label: str | None = None
    dates: tuple[date, date] | None = None
    allow_change: bool = False
    without_checks: frozenset[str] = frozenset()
    force: bool = False


@dataclass(slots=True)
class LoadReport:
    """What loading one edition did.

    Attributes:
        label: such as `RVU25D`, or `ZIP5 2025 Q4`.
        source: name of the file, or of several.
        outcome: the outcome.
        rows: row count by kind of file; empty where nothing was loaded.
        notes: what a person should know: what was skipped or could not be compared.
        warnings: what a person must know: what it corrects of an earlier revision, which checks
            were set aside, and what `allow_change` accepted.
        contents: the rows in words, where their kinds and counts do not say enough.
    """

    label: str
    source: str = ""
    outcome: Outcome = Outcome.UNCHANGED
    rows: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    contents: str = ""

    def to_dict(self) -> LoadReportDict:
        """Return the report for `json.dumps`."""
        return {
            "label": self.label,
            "source": self.source,
            "outcome": self.outcome.value,
            "rows": dict(self.rows),
            "notes": list(self.notes),
            "warnings": list(self.warnings),
        }
