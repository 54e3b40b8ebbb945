"""The types of what estimates are in JSON; nothing that runs imports them."""

from typing import NotRequired, TypedDict

from feesync.errors.dictionaries import HintDict
from feesync.model.dictionaries import (
    AnyBasisText,
    Day,
    LocalityDict,
    NoteDict,
    Number,
    ReleaseSourceDict,
    SettingText,
)
from feesync.model.money import JsonNumber
from feesync.pricing.dictionaries import ContractDict
from feesync.schedule.dictionaries import AnswerDict, PlaceDict


class AppliedRateDict(TypedDict):
    """What the fee is made of."""

    work_rvu: JsonNumber
    pe_rvu: JsonNumber
    mp_rvu: JsonNumber
    work_gpci: JsonNumber
    pe_gpci: JsonNumber
    mp_gpci: JsonNumber
    conversion_factor: JsonNumber
    basis: AnyBasisText


class StepDict(TypedDict):
    """A step from the fee to what is allowed."""

    name: str
    factor: Number | None
    amount: JsonNumber
    reason: str


class ArithmeticDict(TypedDict):
    """A line, and how its amounts come about."""

    hcpcs: str
    modifiers: list[str]
    date: Day
    setting: SettingText
    units: int
    locality: LocalityDict
    steps: list[StepDict]
    medicare_payment: JsonNumber | None
    sequestration: JsonNumber | None
    patient_responsibility: JsonNumber | None
    release: ReleaseSourceDict


class EstimateDict(ArithmeticDict):
    """What Medicare allows for a line, and why."""

    pos: str | None
    rate: AppliedRateDict
    fee: JsonNumber | None
    allowed: JsonNumber | None
    limiting_charge: JsonNumber | None
    notes: list[NoteDict]
    contract: NotRequired[ContractDict]


class ClaimLineDict(EstimateDict):
    """A line of a claim."""

    rank: int | None
    line: NotRequired[int]


class RefusedLineDict(TypedDict):
    """A line that cannot be priced."""

    line: int
    reason: str
    hint: HintDict | None


class ClaimDict(TypedDict):
    """What Medicare allows for the lines of a claim."""

    lines: list[ClaimLineDict]
    allowed: JsonNumber | None
    medicare_payment: JsonNumber | None
    sequestration: JsonNumber | None
    patient_responsibility: JsonNumber | None
    notes: list[NoteDict]
    refused: NotRequired[list[RefusedLineDict]]


class LineRowDict(AnswerDict, PlaceDict):
    """An estimate as one flat row."""

    line: int
    hcpcs: str
    modifiers: list[str]
    date: Day
    setting: SettingText
    pos: str | None
    units: int
    fee: JsonNumber | None
    rank: int | None
    steps: str
    allowed: JsonNumber | None
    medicare_payment: JsonNumber | None
    sequestration: JsonNumber | None
    patient_responsibility: JsonNumber | None
    limiting_charge: JsonNumber | None
    contract_percent: Number | None
    release: str
    basis: AnyBasisText
    conversion_factor: JsonNumber
    notes: list[str]
