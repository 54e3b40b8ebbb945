"""A payment locality: an area for which a release of the fee schedule has GPCIs."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from feesync.model.dictionaries import LocalityDict

NATIONAL = ("00000", "00")
"""MAC and locality of the national row, whose GPCIs are 1.000."""


class Locality(NamedTuple):
    """A payment locality of a release.

    Attributes:
        mac: the number of its Medicare Administrative Contractor, five digits.
        locality: its number with the MAC, two digits; the two numbers together are its key.
        state: two letters; None for the national row, and in CMS's files before 2021, which have no
            states.
        name: as CMS's file has it.
        work_gpci: geographic index of work, in thousandths.
        pe_gpci: geographic index of practice expense, in thousandths.
        mp_gpci: geographic index of malpractice, in thousandths.
    """

    mac: str
    locality: str
    state: str | None
    name: str
    work_gpci: int
    pe_gpci: int
    mp_gpci: int

    @property
    def key(self) -> str:
        """MAC and locality number as people write them: `01112-05`."""
        return f"{self.mac}-{self.locality}"

    @property
    def is_national(self) -> bool:
        """Whether this is the national row, with GPCIs of 1.000."""
        return self.mac == NATIONAL[0]

    def to_dict(self) -> "LocalityDict":
        """Return MAC, number, state and name under the names of the JSON contract."""
        return {
            "mac": self.mac,
            "locality": self.locality,
            "state": self.state,
            "name": self.name,
        }

    def __str__(self) -> str:
        return f"{self.key} {self.state} {self.name}" if self.state else self.name
