"""The types of what a repricing is in JSON; nothing that runs imports them."""

from typing import Annotated, NotRequired, TypedDict

from feesync.model.dictionaries import ReleaseSourceDict
from feesync.model.money import JsonNumber
from feesync.pricing.dictionaries import ContractDict
from feesync.x12.dictionaries import FindingDict


class ReasonCountDict(TypedDict):
    """How many lines have a reason."""

    status: Annotated[str, ("priced", "denied", "refused")]
    reason: str
    lines: int


class ReleaseCountDict(ReleaseSourceDict):
    """How many lines a release answers for."""

    lines: int
    stand_in: int


class VarianceDict(TypedDict):
    """What a payer allowed beside what Medicare allows."""

    equal: int
    under: int
    under_amount: JsonNumber
    over: int
    over_amount: JsonNumber
    unread: int


class UnreadDict(TypedDict):
    """A column whose name is nearly known."""

    column: str
    near: str


class FileFindingDict(FindingDict):
    """What is wrong in an X12 file, with its name."""

    file: str


class RepricingDict(TypedDict):
    """A file of claims, priced."""

    output: str | None
    lines: int
    priced: int
    denied: int
    refused: int
    allowed: JsonNumber
    medicare_payment: JsonNumber | None
    sequestration: JsonNumber | None
    patient_responsibility: JsonNumber | None
    variance: VarianceDict | None
    reasons: list[ReasonCountDict]
    releases: list[ReleaseCountDict]
    group: Annotated[str, ("claim", "patient", "tin", "line")]
    columns: dict[str, list[str]]
    carried: int
    unread: list[UnreadDict]
    findings: list[FileFindingDict]
    contract: NotRequired[ContractDict]
