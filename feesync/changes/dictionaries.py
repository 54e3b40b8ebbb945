"""The types of what changes of a release are in JSON; nothing that runs imports them."""

from typing import Annotated, NotRequired, TypedDict

from feesync.changes.change import GPCIS, Kind
from feesync.errors.dictionaries import UnknownCodeDict
from feesync.model.dictionaries import (
    BasisText,
    LocalityDict,
    NoteDict,
    Number,
    ReleaseSourceDict,
    SettingText,
)
from feesync.model.money import JsonNumber


class ColumnChangeDict(TypedDict):
    """A column of the relative value file."""

    before: Number | str | None
    after: Number | str | None


class AmountChangeDict(TypedDict):
    """What Medicare allows in a setting."""

    before: JsonNumber | None
    after: JsonNumber | None
    change: JsonNumber | None
    percent: Number | None


class CodeChangeDict(TypedDict):
    """A code, or a row of it, that changed."""

    hcpcs: str
    modifier: str
    kind: Annotated[str, Kind]
    columns: dict[str, ColumnChangeDict]
    amounts: dict[SettingText, AmountChangeDict]


class GpciChangeDict(TypedDict):
    """A GPCI before and after."""

    before: JsonNumber
    after: JsonNumber


GpcisDict = Annotated[dict[Annotated[str, GPCIS], JsonNumber], "each"]


class PlaceChangeDict(LocalityDict):
    """A locality that came, went or changed."""

    locality_name: str
    kind: Annotated[str, Kind]
    before: GpcisDict | None
    after: GpcisDict | None


class PairedReleaseDict(ReleaseSourceDict):
    """One of the releases that are compared."""

    basis: BasisText
    conversion_factor: JsonNumber


class PaymentCountDict(TypedDict):
    """How many payments both releases have."""

    compared: int
    changed: int


class DiffDict(TypedDict):
    """What one release changed of another."""

    before: PairedReleaseDict
    after: PairedReleaseDict
    locality: LocalityDict
    locality_changed: dict[Annotated[str, GPCIS], GpciChangeDict]
    localities_in_both: int
    localities: list[PlaceChangeDict]
    counts: Annotated[dict[Annotated[str, Kind], int], "each"]
    payments: dict[SettingText, PaymentCountDict]
    codes: list[CodeChangeDict]
    notes: list[NoteDict]
    unknown: NotRequired[list[UnknownCodeDict]]


class DiffRowDict(TypedDict):
    """A code in a setting as a flat row."""

    before_release: str
    after_release: str
    mac: str
    locality: str
    hcpcs: str
    modifier: str
    kind: Annotated[str, Kind]
    setting: SettingText
    before: JsonNumber | None
    after: JsonNumber | None
    change: JsonNumber | None
    percent: Number | None
    columns: str


class PaymentChangeDict(TypedDict):
    """How a watched code changed over all localities."""

    hcpcs: str
    modifier: str
    basis: BasisText
    setting: SettingText
    national_before: JsonNumber | None
    national_after: JsonNumber | None
    localities: int
    localities_changed: int
    lowest_change: JsonNumber | None
    highest_change: JsonNumber | None


class ChangesDict(TypedDict):
    """What a release changed."""

    against: str
    payments_compared: int
    payments_changed: int
    codes_added: list[str]
    codes_deleted: list[str]
    watched: list[PaymentChangeDict]
