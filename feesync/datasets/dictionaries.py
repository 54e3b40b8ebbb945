"""The types of what loading is in JSON; nothing that runs imports them."""

from typing import Annotated, TypeAlias, TypedDict

from feesync.datasets.editions import Outcome

OutcomeText: TypeAlias = Annotated[str, Outcome]
"""What became of an edition."""


class LoadReportDict(TypedDict):
    """What loading one edition did."""

    label: str
    source: str
    outcome: OutcomeText
    rows: dict[str, int]
    notes: list[str]
    warnings: list[str]
