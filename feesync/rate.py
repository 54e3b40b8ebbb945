"""The rate of one code in one locality, as the database's view `rate_cents` gives it."""

from __future__ import annotations

from typing import NamedTuple


class Rate(NamedTuple):
    """One row of the view `rate_cents`: what Medicare pays for a code in a locality.

    RVUs and shares of the global period in hundredths, GPCIs in thousandths, the conversion factor in ten-thousandths, money in
    cents, `..._exact` (before rounding) in billionths of a dollar. `..._fee` is the formula; `..._amount` is what Medicare pays,
    None where there is no price. Source: the RVU record layout and the MPFS payment formula in CMS's RVU documents.
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
    imaging_family: str
    opps_nonfacility_pe_rvu: int | None
    opps_facility_pe_rvu: int | None
    opps_mp_rvu: int | None
    work_gpci: int
    pe_gpci: int
    mp_gpci: int
    conversion_factor: int
    basis: str
    nonfacility_fee: int
    facility_fee: int
    nonfacility_capped_fee: int
    facility_capped_fee: int
    nonfacility_capped_exact: int
    facility_capped_exact: int
    nonfacility_amount: int | None
    facility_amount: int | None
    nonfacility_limiting_charge: int | None
    facility_limiting_charge: int | None
