"""The type of a finding in JSON; nothing that runs imports it."""

from typing import TypedDict


class FindingDict(TypedDict):
    """What is wrong in an X12 file."""

    segment: int
    path: str
    rule: str
    refused: bool
