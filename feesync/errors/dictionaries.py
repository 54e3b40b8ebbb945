"""The types of what errors and hints are in JSON; nothing that runs imports them."""

from typing import Annotated, NotRequired, TypedDict

from feesync.errors import ExitStatus, HintKind


class HintDict(TypedDict):
    """What helps."""

    kind: Annotated[str, HintKind]
    label: NotRequired[str]
    year: NotRequired[int]
    check: NotRequired[str]
    reason: NotRequired[str]
    page: NotRequired[str]


class ColumnHintDict(HintDict):
    """What helps, also against a file that no `--json` is of: which column may be meant."""

    column: NotRequired[str]
    meaning: NotRequired[str]


class ErrorDict(TypedDict):
    """An error."""

    status: Annotated[int, ExitStatus]
    text: str
    hint: HintDict | None


class UnknownCodeDict(ErrorDict):
    """An error about a code that a release does not have."""

    rows: list[str]


class LocalityErrorDict(ErrorDict):
    """An error about a place."""

    candidates: list[str]
