"""What a run has come to: counts and sums, never a cell of a file.

Out of scope: the rows themselves (output), and the sums' way to the terminal (cli).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from feesync.errors import InvalidInputError
from feesync.model.money import json_ready
from feesync.model.release import Release
from feesync.model.result import Result
from feesync.pricing.line import Contract
from feesync.x12.records import Finding

if TYPE_CHECKING:
    from feesync.batch.dictionaries import ReleaseCountDict, RepricingDict, VarianceDict


class ReasonCount(NamedTuple):
    """How many lines have a reason.

    Attributes:
        status: what became of them: `priced`, `denied` or `refused`.
        reason: a code: of a denial that of its note, of a refusal one of `feesync.batch.reasons`;
            `claim-incomplete` on lines that are priced.
        lines: how many.
    """

    status: str
    reason: str
    lines: int


class ReleaseCount(NamedTuple):
    """How many lines a release answers for.

    Attributes:
        release: the release.
        lines: how many lines.
        stand_in: for how many of them it stands in, since that of their day is not loaded.
    """

    release: Release
    lines: int
    stand_in: int

    def to_dict(self) -> ReleaseCountDict:
        """Return label, dates of effect, file and counts, for `json.dumps`."""
        return {**self.release.source_dict(), "lines": self.lines, "stand_in": self.stand_in}


class Variance(NamedTuple):
    """What a payer allowed, beside what Medicare allows; of lines that have both.

    Attributes:
        equal: how many lines are equal to the cent.
        under: for how many lines less was allowed than Medicare allows.
        under_amount: how much less, of all of them, in dollars.
        over: for how many lines more was allowed.
        over_amount: how much more, of all of them, in dollars.
        unread: for how many lines what was allowed cannot be read as an amount.
    """

    equal: int
    under: int
    under_amount: Decimal
    over: int
    over_amount: Decimal
    unread: int

    def to_dict(self) -> VarianceDict:
        """Return counts and dollars, for `json.dumps`."""
        return json_ready(self._asdict())


@dataclass(frozen=True, slots=True)
class Repricing(Result):
    """A file of claims, priced: its counts and sums, and its rows where no file has them.

    Sums are of lines that are priced, in dollars. By a contract, `allowed` is what it allows; who
    pays what of it is decided by its plan, and not known.

    Attributes:
        output: the file with the rows; None where they are here.
        lines: how many lines there are.
        priced: how many are priced.
        denied: how many Medicare does not pay.
        refused: how many cannot be priced.
        allowed: what Medicare allows, or the contract.
        medicare_payment: what Medicare pays, after sequestration; None by a contract.
        sequestration: what sequestration takes; None by a contract.
        patient_responsibility: what the patients owe; None by a contract.
        variance: the difference from what the payer allowed; None where the file does not say.
        reasons: the reasons of lines, the most frequent first.
        releases: the releases that answered, in their order.
        group: what was priced together: `claim`, `patient`, `tin` or `line`.
        columns: our names, and the columns of the claims that have them.
        carried: how many columns were carried through unread.
        unread: of them, those whose names are nearly known, with the names that they may mean.
        findings: what is wrong in X12 files, each with the name of its file.
        contract: by what a plan other than Medicare pays; None where Medicare pays (in the JSON,
            only where there is one).
    """

    output: Path | None
    lines: int
    priced: int
    denied: int
    refused: int
    allowed: Decimal
    medicare_payment: Decimal | None
    sequestration: Decimal | None
    patient_responsibility: Decimal | None
    variance: Variance | None
    reasons: tuple[ReasonCount, ...]
    releases: tuple[ReleaseCount, ...]
    group: str
    columns: Mapping[str, tuple[str, ...]]
    carried: int
    unread: tuple[tuple[str, str], ...]
    findings: tuple[tuple[str, Finding], ...] = ()
    contract: Contract | None = None
    _table: Any = field(default=None, repr=False, compare=False)

    def to_dict(self) -> RepricingDict:
        """Return counts and sums, for `json.dumps`."""
        sums = (
            *("lines", "priced", "denied", "refused"),
            *("allowed", "medicare_payment", "sequestration", "patient_responsibility"),
        )
        findings = [{"file": file, **finding.to_dict()} for file, finding in self.findings]
        return json_ready(
            {
                "output": None if self.output is None else str(self.output),
                **{name: getattr(self, name) for name in sums},
                "variance": self.variance and self.variance.to_dict(),
                "reasons": [reason._asdict() for reason in self.reasons],
                "releases": [release.to_dict() for release in self.releases],
                "group": self.group,
                "columns": self.columns,
                "carried": self.carried,
                "unread": [{"column": theirs, "near": ours} for theirs, ours in self.unread],
                "findings": findings,
                **({"contract": self.contract.to_dict()} if self.contract else {}),
            }
        )

    def to_frame(self, library: str | None = None) -> Any:  # noqa: ANN401 - of another library
        """Return the rows as a `DataFrame`: the columns of the claims, then those of the answer.

        Args:
            library: `pandas` or `polars`; by default the one that is installed, pandas first.

        Raises:
            InvalidInputError: the library is neither, or a file has the rows.
            MissingExtraError: the library is not installed.
        """
        from feesync.model.frame import frame_of_table, library_of

        return frame_of_table(self._rows(), library_of(library))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the rows as an Arrow stream.

        Raises:
            InvalidInputError: a file has the rows.
        """
        return self._rows().__arrow_c_stream__(requested_schema)

    def _rows(self) -> Any:  # noqa: ANN401 - an Arrow table
        if self.output is not None:
            raise InvalidInputError(f"the rows are in {self.output}")
        return self._table
