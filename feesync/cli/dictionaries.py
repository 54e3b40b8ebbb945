"""The types of what commands print as JSON, where it is more than the result; nothing imports them.

An object that stands on defaults of the user says so.
"""

from typing import Annotated, NotRequired, TypedDict

from feesync.analysis.dictionaries import CheckDict, FeeSheetDict, PriceListDict
from feesync.claims.dictionaries import ClaimDict, EstimateDict
from feesync.coverage.dictionaries import SheetDict
from feesync.errors import ExitStatus
from feesync.refresh.dictionaries import ProblemDict, ReleaseReportDict


class DefaultDict(TypedDict):
    """A default of the user."""

    value: str | bool
    source: str


class DefaultsDict(TypedDict):
    """An answer with the defaults that it stands on."""

    defaults: NotRequired[dict[str, DefaultDict]]


class EstimateAnswerDict(EstimateDict, DefaultsDict):
    """What `feesync estimate` prints."""


class ClaimAnswerDict(ClaimDict, DefaultsDict):
    """What `feesync claim` prints."""


class CheckAnswerDict(CheckDict, DefaultsDict):
    """What `feesync check` prints of a line."""


class PriceListAnswerDict(PriceListDict, DefaultsDict):
    """What `feesync check` prints of a price list."""


class FeeSheetAnswerDict(FeeSheetDict, DefaultsDict):
    """What `feesync sheet` prints."""


class SheetAnswerDict(SheetDict, DefaultsDict):
    """What `feesync coverage` prints of one code."""


class FailedSyncDict(TypedDict):
    """What `feesync sync` prints of a run that an error ended."""

    status: Annotated[int, ExitStatus]
    changed: bool
    releases: list[ReleaseReportDict]
    problems: list[ProblemDict]


class ConfigDict(TypedDict):
    """The user's defaults."""

    file: str
    defaults: dict[str, DefaultDict]
