"""The types of what rates and localities are in JSON; nothing that runs imports them."""

from typing import NotRequired, TypedDict

from feesync.errors.dictionaries import HintDict
from feesync.model.dictionaries import BasisText, Day, NoteDict, Number, ReleaseSourceDict
from feesync.model.money import JsonNumber


class AnswerDict(TypedDict):
    """The release that answers, in a row."""

    effective_from: Day
    effective_to: Day
    stand_in: bool
    checks_set_aside: list[str]


class PlaceDict(TypedDict):
    """The payment locality, in a row."""

    mac: str
    locality: str
    state: str | None
    locality_name: str


class RateDict(AnswerDict, PlaceDict):
    """A rate, with that of a contract where there is one."""

    release: str
    date: Day | None
    basis: BasisText
    hcpcs: str
    modifier: str
    status: str
    nonfacility_amount: JsonNumber | None
    facility_amount: JsonNumber | None
    nonfacility_limiting_charge: JsonNumber | None
    facility_limiting_charge: JsonNumber | None
    nonfacility_fee: JsonNumber
    facility_fee: JsonNumber
    work_rvu: JsonNumber
    nonfacility_pe_rvu: JsonNumber
    facility_pe_rvu: JsonNumber
    mp_rvu: JsonNumber
    work_gpci: JsonNumber
    pe_gpci: JsonNumber
    mp_gpci: JsonNumber
    conversion_factor: JsonNumber
    contract_percent: NotRequired[Number | None]
    nonfacility_contract_amount: NotRequired[JsonNumber | None]
    facility_contract_amount: NotRequired[JsonNumber | None]
    contract_conversion_factor: NotRequired[JsonNumber]


class LocalityRowDict(PlaceDict):
    """A payment locality with its GPCIs and its counties."""

    name: str
    work_gpci: JsonNumber
    pe_gpci: JsonNumber
    mp_gpci: JsonNumber
    counties: str | None
    contractor: str | None
    jurisdiction: str | None
    zips: int | None
    zip_spans_localities: bool | None


class DirectoryDict(TypedDict):
    """Payment localities, and the release that has them."""

    date: Day
    release: ReleaseSourceDict
    stand_in: bool
    rows: list[LocalityRowDict]
    remark: str | None
    hint: HintDict | None
    notes: list[NoteDict]
