"""A relative value file and its rows, as the other packages use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from feesync.model.rate import PRICED_STATUSES


class RelativeValue(NamedTuple):
    """A row of the file.

    RVUs and shares of the global period are in hundredths, flags are 0 or 1, and indicators are
    CMS's text.
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
        """Whether Medicare prices the row: it has a payable status and some relative value."""
        return self.status in PRICED_STATUSES and any(
            (self.work_rvu, self.nonfacility_pe_rvu, self.facility_pe_rvu, self.mp_rvu)
        )

    @property
    def opps(self) -> tuple[int, int, int]:
        """The OPPS columns, nonfacility PE, facility PE and MP: all 0 where there is no cap."""
        return self.opps_nonfacility_pe_rvu, self.opps_facility_pe_rvu, self.opps_mp_rvu

    def without_opps(self) -> RelativeValue:
        """Return the row without its OPPS columns, which depend on the file's conversion factor."""
        return self._replace(opps_nonfacility_pe_rvu=0, opps_facility_pe_rvu=0, opps_mp_rvu=0)


@dataclass(frozen=True, slots=True)
class RelativeValueFile:
    """A parsed PPRRVU file.

    Attributes:
        name: the file's name.
        basis: whose conversion factor it has, `nonqp` or `qp`.
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
