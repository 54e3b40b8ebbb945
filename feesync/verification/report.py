"""The results of a verification, which `feesync.verify` returns and `feesync verify` prints."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from feesync.errors import ExitStatus, FeesyncError, worst
from feesync.model.money import json_ready
from feesync.model.note import Note
from feesync.model.result import Result

if TYPE_CHECKING:
    from feesync.verification.dictionaries import (
        FileVerificationDict,
        RefusedFileDict,
        VerificationDict,
    )


class Difference(NamedTuple):
    """An amount of a payment file that differs from the computed one; both in dollars.

    Attributes:
        hcpcs: the code.
        modifier: `26`, `TC`, `53` or empty.
        mac: the number of the Medicare administrative contractor.
        locality: the number of the locality.
        setting: `nonfacility` or `facility`.
        published: CMS's amount.
        computed: the amount by the relative values of the release, before the OPPS cap.
    """

    hcpcs: str
    modifier: str
    mac: str
    locality: str
    setting: str
    published: Decimal
    computed: Decimal

    @property
    def code(self) -> str:
        """The code with its row modifier, such as `71046-26`."""
        return f"{self.hcpcs}-{self.modifier}" if self.modifier else self.hcpcs

    @property
    def place(self) -> str:
        """The locality's key, such as `01112-05`."""
        return f"{self.mac}-{self.locality}"


class Missing(NamedTuple):
    """Codes or localities that a file has and the release lacks: how many, and the first names."""

    total: int
    first: tuple[str, ...]

    def __str__(self) -> str:
        """Return the names, and how many more there are."""
        more = self.total - len(self.first)
        return ", ".join(self.first) + (f" and {more:,} more" if more else "")


@dataclass(frozen=True, slots=True)
class FileVerification:
    """The result of one payment file.

    Attributes:
        file: its name; in a zip, with the zips' names before it.
        release: label of the release that it was compared with.
        basis: whose conversion factor was used, `nonqp` or `qp`.
        basis_named: whether the names or the caller said which; else it is the default.
        year: calendar year of the release.
        embedded: whether the release is the embedded snapshot's, which has the facet joint codes
            only.
        records: how many payment records the file has.
        has_trailer: whether it ends with CMS's trailer lines; a file without may have been cut.
        keys: how many distinct keys (MAC, locality, code, modifier) there are; each has two
            amounts.
        equal: how many amounts are equal to the cent.
        different: how many amounts are not.
        differences: the first of these, by locality and code.
        missing_codes: codes, with row modifiers, that the release lacks.
        missing_localities: localities that the release lacks.
        checks_set_aside: the checks that the release failed and that were set aside when it was
            loaded.
        notes: what a person should know about the release.
    """

    file: str
    release: str
    basis: str
    basis_named: bool
    year: int
    embedded: bool
    records: int
    has_trailer: bool
    keys: int
    equal: int
    different: int
    differences: tuple[Difference, ...]
    missing_codes: Missing
    missing_localities: Missing
    checks_set_aside: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def amounts(self) -> int:
        """How many amounts there are to compare: two for each key."""
        return 2 * self.keys

    @property
    def not_loaded(self) -> int:
        """How many amounts could not be compared: the release lacks their code or locality."""
        return self.amounts - self.equal - self.different

    def to_dict(self) -> FileVerificationDict:
        """Return the values under the names of `feesync verify --json`, with exact dollars."""
        return json_ready(
            {
                "file": self.file,
                "release": self.release,
                "basis": self.basis,
                "embedded": self.embedded,
                "records": self.records,
                "has_trailer": self.has_trailer,
                "keys": self.keys,
                "amounts": self.amounts,
                "equal": self.equal,
                "different": self.different,
                "not_loaded": self.not_loaded,
                "missing_codes": {
                    "count": self.missing_codes.total,
                    "first": list(self.missing_codes.first),
                },
                "missing_localities": {
                    "count": self.missing_localities.total,
                    "first": list(self.missing_localities.first),
                },
                "differences": [difference._asdict() for difference in self.differences],
                "checks_set_aside": list(self.checks_set_aside),
                "notes": [note.to_dict() for note in self.notes],
            }
        )


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A payment file that could not be verified.

    Attributes:
        path: the file.
        error: why.
    """

    path: str
    error: FeesyncError

    def to_dict(self) -> RefusedFileDict:
        """Return the file and the error under the names of `feesync verify --json`."""
        return {"file": self.path, **self.error.to_dict()}


@dataclass(frozen=True, slots=True)
class Verification(Result):
    """The results of all payment files.

    Attributes:
        files: the result of each file, in the order in which the files were read.
        problems: the files that were refused, where the others were verified all the same;
            `verify` raises the first such error.
    """

    files: tuple[FileVerification, ...]
    problems: tuple[RefusedFile, ...] = ()

    @property
    def amounts(self) -> int:
        """How many amounts there are to compare."""
        return sum(file.amounts for file in self.files)

    @property
    def equal(self) -> int:
        """How many of them are equal to the cent."""
        return sum(file.equal for file in self.files)

    @property
    def different(self) -> int:
        """How many are not."""
        return sum(file.different for file in self.files)

    @property
    def not_loaded(self) -> int:
        """How many could not be compared."""
        return sum(file.not_loaded for file in self.files)

    @property
    def status(self) -> ExitStatus:
        """The exit status.

        It is 4 where an amount differs, else 6 where one could not be compared or a file may have
        been cut, else 0; or worse, where a file was refused.
        """
        whole = all(file.has_trailer for file in self.files)
        own = ExitStatus.OK if whole and not self.not_loaded else ExitStatus.NO_PRICE
        own = ExitStatus.REFUSED if self.different else own
        return worst((own, *(problem.error.exit_status for problem in self.problems)))

    def to_dict(self) -> VerificationDict:
        """Return the results under the names of `feesync verify --json`, for `json.dumps`."""
        return {
            "amounts": self.amounts,
            "equal": self.equal,
            "different": self.different,
            "not_loaded": self.not_loaded,
            "files": [file.to_dict() for file in self.files],
            "problems": [problem.to_dict() for problem in self.problems],
        }
