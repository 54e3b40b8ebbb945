"""A payment locality: the place that a release of the fee schedule gives GPCIs for.

Its key is MAC and locality number.
"""

from __future__ import annotations

from typing import NamedTuple

NATIONAL = ("00000", "00")
"""MAC and locality of the national row, whose GPCIs are 1.000."""


class Locality(NamedTuple):
    """A payment locality of a release.

    Its key (MAC and locality number, with their zeros) and its GPCIs in thousandths.

    `state` is None for the national row, and in files of CMS that do not print it (before 2021).
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
        """The key as people write it: `01112-05`."""
        return f"{self.mac}-{self.locality}"

    @property
    def is_national(self) -> bool:
        """Whether this is the national row, with GPCIs of 1.000."""
        return self.mac == NATIONAL[0]

    def __str__(self) -> str:
        return f"{self.key} {self.state} {self.name}" if self.state else self.name
