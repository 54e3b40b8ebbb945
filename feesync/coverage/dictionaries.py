"""The types of what billing sheets are in JSON; nothing that runs imports them."""

from typing import TypedDict

from feesync.model.dictionaries import Day, LocalityDict, NoteDict, ReleaseSourceDict
from feesync.model.money import JsonNumber


class FactDict(TypedDict):
    """A fact, and where it was read."""

    topic: str
    about: str
    text: str
    source: str


class FactRowDict(FactDict):
    """A fact on a code as a flat row."""

    hcpcs: str
    date: Day
    pos: str | None
    elsewhere: bool


class SheetDict(TypedDict):
    """What to know before a code is billed."""

    hcpcs: str
    title: str
    date: Day
    pos: str | None
    locality: LocalityDict | None
    prior_authorization: bool | None
    mue: int | None
    contractor: str | None
    jurisdiction: str | None
    lcd: str | None
    article: str | None
    nonfacility_amount: JsonNumber | None
    facility_amount: JsonNumber | None
    release: ReleaseSourceDict | None
    facts: list[FactDict]
    elsewhere: list[FactDict]
    notes: list[NoteDict]
