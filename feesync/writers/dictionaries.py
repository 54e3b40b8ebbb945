"""The types of what many rates are in JSON; nothing that runs imports them."""

from typing import TypedDict

from feesync.errors.dictionaries import UnknownCodeDict
from feesync.model.dictionaries import NoteDict, ReleaseSourceDict
from feesync.schedule.dictionaries import RateDict


class RatesDict(TypedDict):
    """Rates, and the releases that answer."""

    releases: list[ReleaseSourceDict]
    rows: list[RateDict]
    unknown: list[UnknownCodeDict]
    notes: list[NoteDict]
