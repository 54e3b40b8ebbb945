"""What became of a verification.

The values that `feesync.verify` returns, and `feesync verify` prints.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from feesync.errors import ExitStatus
from feesync.model.money import json_ready


class Difference(NamedTuple):
    """An amount that CMS publishes and the release does not give; both in dollars, with two places.

    Attributes:
        hcpcs: the code.
        modifier: `26`, `TC`, `53` or empty.
        mac: the Medicare administrative contractor.
        locality: the locality.
        setting: `nonfacility` or `facility`.
        published: what the file says.
        computed: what the relative values of the release give, before the OPPS cap.
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
    """What a file has and the release lacks: how many, and the first of them by name."""

    total: int
    first: tuple[str, ...]

    def __str__(self) -> str:
        """Return the names, and how many more there are."""
        more = self.total - len(self.first)
        return ", ".join(self.first) + (f" and {more:,} more" if more else "")


@dataclass(frozen=True, slots=True)
class FileVerification:
    """What became of one payment file.

    Attributes:
        file: its name; of a member, with the zips' names before it.
        release: label of the release that it was compared with.
        basis: `nonqp` or `qp`, whose conversion factor was taken.
        basis_named: whether the names or the caller said so.
        year: calendar year of the release.
        embedded: whether the release is the embedded snapshot's, which holds the facet joint codes
            only.
        records: payment records in the file.
        has_trailer: whether it ends with CMS's trailer lines; one without may have been cut.
        keys: distinct keys (MAC, locality, code, modifier) among them; each has two amounts.
        equal: amounts that are equal to the cent.
        different: amounts that are not.
        differences: the first of these, by locality and code.
        missing_codes: codes, with row modifiers, that the release has not.
        missing_localities: localities that the release has not.
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

    @property
    def amounts(self) -> int:
        """How many amounts there are to compare: two a key."""
        return 2 * self.keys

    @property
    def not_loaded(self) -> int:
        """How many of them could not be compared, because what is loaded has not their code or locality."""
        return self.amounts - self.equal - self.different

    def to_dict(self) -> dict[str, Any]:
        """Return the values under the names of `feesync verify --json`.

        Dollars are exact (`money.JsonNumber`).
        """
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
            }
        )


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of payment files.

    Attributes:
        files: each payment file, in the order in which they were read.
    """

    files: tuple[FileVerification, ...]

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
        """The exit status: 4 where an amount differs.

        6 where one could not be compared, or a file may have been cut; else 0.
        """
        if self.different:
            return ExitStatus.REFUSED
        whole = all(file.has_trailer for file in self.files)
        return ExitStatus.OK if whole and not self.not_loaded else ExitStatus.NO_PRICE
