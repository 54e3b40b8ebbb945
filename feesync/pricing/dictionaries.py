"""The types of what contracts are in JSON; nothing that runs imports them."""

from typing import NotRequired, TypedDict

from feesync.model.dictionaries import Number
from feesync.model.money import JsonNumber


class ContractDict(TypedDict):
    """By what a plan other than Medicare pays."""

    percent: Number | None
    of_year: int | None
    conversion_factor: NotRequired[JsonNumber]
