"""The types of what syncs, the status and downloads are in JSON; nothing that runs imports them."""

from typing import Annotated, TypedDict

from feesync.changes.dictionaries import ChangesDict
from feesync.datasets.dictionaries import OutcomeText
from feesync.errors import ExitStatus
from feesync.errors.dictionaries import HintDict
from feesync.model.dictionaries import Day, ReleaseDict, Time, ZipFileDict


class ReleaseReportDict(TypedDict):
    """What was done about a release."""

    label: str
    outcome: OutcomeText
    url: str | None
    sha256: str | None
    bytes: int | None
    downloaded: bool
    rows: dict[str, int]
    notes: list[str]
    changes: ChangesDict | None


class ProblemDict(TypedDict):
    """What went wrong, or must be known."""

    release: str | None
    status: Annotated[int, ExitStatus]
    text: str
    hint: HintDict | None


class SyncDict(TypedDict):
    """What a refresh did."""

    status: Annotated[int, ExitStatus]
    changed: bool
    started: Time
    finished: Time
    database: str
    site: str
    catalogue: Annotated[str, ("listing", "pinned", "cache")] | None
    dry_run: bool
    releases: list[ReleaseReportDict]
    problems: list[ProblemDict]
    hint: HintDict | None
    last_success: Time | None
    answering: str | None
    answering_covers_today: bool | None
    today_is_listed: bool | None


class StatusDict(TypedDict):
    """What is loaded, and how fresh it is."""

    version: str
    database: str
    exists: bool
    cache: str
    settings: str
    last_success: Time | None
    last_run: Time | None
    last_status: Annotated[int, ExitStatus] | None
    last_problems: list[str]
    last_hints: list[HintDict | None]
    cool_down_until: Time | None
    answering: str | None
    answering_covers_today: bool | None
    today_is_listed: bool | None
    last_listing: Time | None
    zip_files: list[ZipFileDict]
    damages: list[str]
    compared: bool
    stale: bool | None
    stale_because: str | None
    stale_hint: HintDict | None
    releases: list[ReleaseDict]


class ReleaseRowDict(TypedDict):
    """A release that is loaded or embedded, as a flat row."""

    label: str
    effective_from: Day
    effective_to: Day
    loaded_at: Time | None
    sha256: str
    source: str
    embedded: bool
    checks_set_aside: list[str]


class DownloadDict(TypedDict):
    """A download in the cache."""

    label: str
    sha256: str
    bytes: int
    file: str


class DownloadRowDict(DownloadDict):
    """A download in the cache as a flat row."""

    referred: bool


class DownloadsDict(TypedDict):
    """The downloads in the cache."""

    cache: str
    referred: list[DownloadDict]
    not_referred: list[DownloadDict]
    unfinished: list[str]
    pruned: bool
    cleared: bool
