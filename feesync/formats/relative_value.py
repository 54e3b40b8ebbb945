"""A row of a relative value file, and the whole of one, as every other room reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from feesync.model.rate import PRICED_STATUSES


class RelativeValue(NamedTuple):
    """One row of the file.

    RVUs in hundredths, global-period shares in hundredths, flags as 0 or 1, indicators as printed.
    """

    hcpcs: str
    modifier: str
    status: str
    work_rvu: int
    nonfacility_pe_rvu: int
    facility_pe_rvu: int
    mp_rvu: int
    nonfacility_na: int
    facility_na: int
    multiple_procedure: str
    bilateral: str
    assistant_surgeon: str
    co_surgeon: str
    team_surgeon: str
    pctc: str
    global_days: str
    preoperative: int
    intraoperative: int
    postoperative: int
    endoscopic_base: str
    supervision: str
    imaging_family: str
    opps_nonfacility_pe_rvu: int
    opps_facility_pe_rvu: int
    opps_mp_rvu: int

    @property
    def is_priced(self) -> bool:
        """Whether Medicare prices the row: a payable status, and relative values at all."""
        return self.status in PRICED_STATUSES and any(
            (self.work_rvu, self.nonfacility_pe_rvu, self.facility_pe_rvu, self.mp_rvu)
        )

    @property
    def opps(self) -> tuple[int, int, int]:
        """The OPPS columns: nonfacility PE, facility PE and MP.

        All 0 where the cap does not bind.
        """
        return self.opps_nonfacility_pe_rvu, self.opps_facility_pe_rvu, self.opps_mp_rvu

    def without_opps(self) -> RelativeValue:
        """Return the row without its OPPS columns, which depend on the conversion factor of the file."""
        return self._replace(opps_nonfacility_pe_rvu=0, opps_facility_pe_rvu=0, opps_mp_rvu=0)


@dataclass(frozen=True, slots=True)
class RelativeValueFile:
    """A parsed PPRRVU file.

    Attributes:
        name: the file's name.
        basis: `nonqp` or `qp` (who the conversion factor is for).
        conversion_factor: the one factor of the file, in ten-thousandths of a dollar.
        year: calendar year of the title line, or None.
        month: month of the title line, or None.
        rows: every row, in file order.
    """

    name: str
    basis: str
    conversion_factor: int
    year: int | None
    month: str | None
    rows: list[RelativeValue]
