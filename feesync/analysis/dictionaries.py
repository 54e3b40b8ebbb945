"""The types of what analyses are in JSON; nothing that runs imports them."""

from typing import Annotated, NotRequired, TypedDict

from feesync.analysis.match import CauseKind
from feesync.analysis.price_row import Finding
from feesync.claims.dictionaries import ArithmeticDict, EstimateDict, RefusedLineDict
from feesync.model.dictionaries import (
    AnyBasisText,
    BasisText,
    Day,
    LocalityDict,
    NoteDict,
    Number,
    ReleaseSourceDict,
    SettingText,
)
from feesync.model.money import JsonNumber
from feesync.pricing.dictionaries import ContractDict
from feesync.pricing.practitioner import PRACTITIONERS
from feesync.schedule.dictionaries import AnswerDict, PlaceDict


class PaymentDict(TypedDict):
    """What was allowed and paid."""

    allowed: JsonNumber | None
    paid: JsonNumber | None


class DifferenceDict(TypedDict):
    """How far amounts are off."""

    allowed: JsonNumber | None
    paid: JsonNumber | None


class CauseChangeDict(TypedDict):
    """A change of a line."""

    kind: Annotated[str, CauseKind]
    value: str


class CauseDict(ArithmeticDict):
    """What an amount would be right for: the line with a change."""

    fee: JsonNumber
    allowed: JsonNumber
    kinds: list[Annotated[str, CauseKind]]
    text: str
    changes: list[list[CauseChangeDict]]


class CheckDict(TypedDict):
    """A line beside what was allowed or paid for it."""

    given: PaymentDict
    difference: DifferenceDict
    differs: bool
    estimate: EstimateDict
    causes: list[CauseDict]
    deductible: JsonNumber | None


class CheckRowDict(PlaceDict):
    """A cause of a check as a flat row."""

    hcpcs: str
    modifiers: list[str]
    date: Day
    setting: SettingText
    pos: str | None
    units: int
    release: str
    allowed: JsonNumber | None
    medicare_payment: JsonNumber | None
    given_allowed: JsonNumber | None
    given_paid: JsonNumber | None
    allowed_difference: JsonNumber | None
    paid_difference: JsonNumber | None
    cause: int | None
    cause_kinds: list[Annotated[str, CauseKind]]
    cause_text: str | None
    cause_fee: JsonNumber | None
    cause_allowed: JsonNumber | None
    cause_medicare_payment: JsonNumber | None
    deductible: JsonNumber | None


class PriceRowDict(TypedDict):
    """A price of a list beside what Medicare allows."""

    row: int
    hcpcs: str
    modifiers: list[str]
    date: Day
    setting: SettingText
    pos: str | None
    mac: str | None
    locality: str | None
    state: str | None
    locality_name: str | None
    release: str | None
    amount: JsonNumber | None
    allowed: JsonNumber | None
    difference: JsonNumber | None
    percent: Number | None
    finding: Annotated[str, Finding]
    releases: list[str]
    cause: str | None
    reason: str | None
    stand_in: bool


class PercentSpanDict(TypedDict):
    """Percentages of what Medicare allows."""

    lowest: Number
    median: Number
    highest: Number


class CommonPercentDict(TypedDict):
    """The most frequent percentage."""

    percent: Number
    rows: int


class PriceSummaryDict(TypedDict):
    """A price list as a whole."""

    findings: Annotated[dict[Annotated[str, Finding], int], "each"]
    releases: dict[str, int]
    percent: PercentSpanDict | None
    common_percent: CommonPercentDict | None


class PriceListDict(TypedDict):
    """A price list beside what Medicare allows."""

    rows: list[PriceRowDict]
    summary: PriceSummaryDict


class SheetRowDict(PlaceDict):
    """A line of a fee sheet in a column."""

    line: int
    hcpcs: str
    modifiers: list[str]
    units: int
    pos: str | None
    setting: SettingText
    fee: JsonNumber | None
    allowed: JsonNumber | None
    medicare_payment: JsonNumber | None
    sequestration: JsonNumber | None
    patient_responsibility: JsonNumber | None
    limiting_charge: JsonNumber | None
    reason: str | None
    release: str | None
    basis: AnyBasisText | None
    conversion_factor: JsonNumber | None
    date: Day
    effective_from: Day | None
    effective_to: Day | None
    stand_in: bool | None
    checks_set_aside: list[str] | None


class SheetNoteDict(NoteDict):
    """What a person should know about lines of a fee sheet."""

    lines: list[int]


class FeeSheetDict(TypedDict):
    """The fee list of a practice."""

    practitioner: Annotated[str, tuple(PRACTITIONERS)]
    nonpar: bool
    contract: NotRequired[ContractDict]
    releases: list[ReleaseSourceDict]
    rows: list[SheetRowDict]
    refused: list[RefusedLineDict]
    notes: list[SheetNoteDict]


class ComparisonRowDict(AnswerDict, PlaceDict):
    """A place: its amount beside that of the nation, or its amounts in both settings."""

    release: str
    basis: AnyBasisText
    hcpcs: str
    modifiers: list[str]
    date: Day
    setting: NotRequired[SettingText]
    allowed: NotRequired[JsonNumber | None]
    amount: NotRequired[JsonNumber | None]
    national_amount: NotRequired[JsonNumber | None]
    nonfacility_amount: NotRequired[JsonNumber | None]
    facility_amount: NotRequired[JsonNumber | None]
    difference: JsonNumber | None
    difference_percent: Number | None
    contract_percent: NotRequired[JsonNumber]


class ComparisonDict(TypedDict):
    """A line in several places."""

    hcpcs: str
    modifiers: list[str]
    date: Day
    settings: list[SettingText]
    contract: NotRequired[ContractDict]
    release: ReleaseSourceDict
    rows: list[ComparisonRowDict]
    notes: list[NoteDict]


class HistoryRowDict(AnswerDict, PlaceDict):
    """A line under a release."""

    release: str
    basis: BasisText | None
    hcpcs: str
    modifiers: list[str]
    conversion_factor: JsonNumber | None
    nonfacility_rvus: JsonNumber | None
    facility_rvus: JsonNumber | None
    nonfacility_amount: JsonNumber | None
    facility_amount: JsonNumber | None
    nonfacility_change_percent: Number | None
    facility_change_percent: Number | None
    reason: str | None


class HistoryDict(TypedDict):
    """A line over the loaded releases."""

    hcpcs: str
    modifiers: list[str]
    locality: LocalityDict
    rows: list[HistoryRowDict]
    left_out: list[str]
    notes: list[NoteDict]
