"""What is loaded, since when, and whether it is fresh, as `feesync status` prints it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import date as Date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from feesync.about import VERSION
from feesync.cms.cooldown import CoolDown
from feesync.cms.site import Site
from feesync.datasets.dataset import Description
from feesync.datasets.registry import DATASETS
from feesync.errors import ExitStatus, Hint, worst
from feesync.model import reading
from feesync.model.dates import read_age
from feesync.model.result import RowResult
from feesync.paths import cache_path, database_path, settings_name
from feesync.refresh.inspection import known_damages
from feesync.refresh.today import Today, read_today
from feesync.schedule.threads import open_schedule
from feesync.store.freshness import Freshness, read_freshness

if TYPE_CHECKING:
    from feesync.refresh.dictionaries import ReleaseRowDict, StatusDict


@dataclass(frozen=True, slots=True)
class Status(RowResult):
    """What is loaded, and whether it is fresh.

    Attributes:
        now: the time of this status (UTC).
        version: of feesync.
        database: path of the database, which may not exist.
        exists: whether it exists.
        freshness: when it was last refreshed, and how the last run ended.
        cache: the folder of downloads, which may not exist.
        settings: the file of the user's defaults, which may not exist.
        site: the host that a refresh asks.
        cool_down_until: until when the host is not asked (UTC), None where it may be asked.
        today: how the loaded releases stand today.
        datasets: what is loaded of each dataset.
        damages: a line for each part of the database that differs from its checksum.
        is_compared: whether every row has been compared with its checksum; where that still goes
            on, `damages` is empty.
        is_stale: whether it is older than it may be; None where no limit was given.
        stale_because: why it is stale, None where it is not.
        stale_hint: what makes it fresh, None where an ordinary refresh does.
    """

    now: datetime
    version: str
    database: Path
    exists: bool
    freshness: Freshness
    cache: Path
    settings: Path
    site: str
    cool_down_until: datetime | None
    today: Today
    datasets: tuple[Description, ...]
    damages: tuple[str, ...]
    is_compared: bool
    is_stale: bool | None
    stale_because: str | None
    stale_hint: Hint | None

    @property
    def status(self) -> ExitStatus:
        """The exit status: 1 where the database is damaged, else 7 where it is stale, else 0."""
        met = (
            *([ExitStatus.UNEXPECTED] if self.damages else []),
            *([ExitStatus.STALE] if self.is_stale else []),
        )
        return worst(met)

    def rows(self) -> list[ReleaseRowDict]:
        """Return a row for each loaded release, as `feesync status --csv` prints it."""
        items = next((one.items for one in self.datasets if one.table), ())
        rows = [
            {
                name: _names(value) if isinstance(value, list) else value
                for name, value in item.items()
            }
            for item in items
        ]
        return cast("list[ReleaseRowDict]", rows)

    def to_dict(self) -> StatusDict:
        """Return the status under the names of `feesync status --json`, for `json.dumps`."""
        fresh, today = self.freshness, self.today
        answer = {
            "version": self.version,
            "database": str(self.database),
            "exists": self.exists,
            "cache": str(self.cache),
            "settings": str(self.settings),
            "last_success": _iso(fresh.last_success),
            "last_run": _iso(fresh.last_run),
            "last_status": fresh.last_status,
            "last_problems": list(fresh.problems),
            "last_hints": [hint.to_dict() if hint else None for _, hint in fresh.hinted],
            "cool_down_until": _iso(self.cool_down_until),
            "answering": today.label,
            "answering_covers_today": today.is_current if today.answering else None,
            "today_is_listed": today.is_listed,
            "last_listing": _iso(fresh.listing.asked if fresh.listing else None),
            **{one.key: list(one.items) for one in self.datasets if not one.table},
            "damages": list(self.damages),
            "compared": self.is_compared,
            "stale": self.is_stale,
            "stale_because": self.stale_because,
            "stale_hint": self.stale_hint.to_dict() if self.stale_hint else None,
            **{one.key: list(one.items) for one in self.datasets if one.table},
        }
        return cast("StatusDict", answer)


def _names(values: Iterable[Mapping[str, Any]]) -> list[str]:
    return [value["name"] for value in values]


def status(
    *,
    max_age: str | None = None,
    need_current: bool = False,
    db: str | os.PathLike[str] | None = None,
) -> Status:
    """Return what is loaded, and whether it is fresh; every row is compared with its checksum.

    Args:
        max_age: the schedule is stale where no refresh has succeeded within that age, such as
            `30d`, `12h` or `4w`, or no loaded release answers for today.
        need_current: the schedule is stale where no loaded release is in effect today.
        db: path of the database; by default FEESYNC_DB, else the user's data folder.

    Raises:
        InvalidInputError: an argument cannot be read.
        StoreError: the database cannot be read.
    """
    return _status(max_age, need_current, db, lambda: open_schedule(db).damages())


def status_at_once(
    *,
    max_age: str | None = None,
    need_current: bool = False,
    db: str | os.PathLike[str] | None = None,
) -> Status:
    """Return what `status` does, at once, for a process that answers many questions.

    Rows are compared with their checksums in a thread beside it, once for each state of the
    database; `is_compared` says whether that has ended.

    Raises:
        InvalidInputError, StoreError: as for `status`.
    """
    found = known_damages(db)
    return _status(max_age, need_current, db, lambda: found)


def _status(
    max_age: str | None,
    need_current: bool,
    db: str | os.PathLike[str] | None,
    damages_of: Callable[[], list[str] | None],
) -> Status:
    oldest = None if max_age is None else read_age(reading.text("max_age", max_age))
    need_current = reading.flag("need_current", need_current)
    path, downloads = database_path(db), cache_path()
    host, now = Site.from_environment().host, datetime.now(UTC)
    schedule = open_schedule(db)
    fresh = read_freshness(path)
    with schedule.hold():
        library, damages = schedule.library(), damages_of()
        described = tuple(dataset.describe(library) for dataset in DATASETS)
        today = read_today(path, Date.today(), fresh.listing)
    stale, hint = _stale(fresh, today, now, oldest, need_current)
    return Status(
        now,
        VERSION,
        path,
        path.exists(),
        fresh,
        downloads,
        Path(settings_name()),
        host,
        CoolDown(downloads).until(host),
        today,
        described,
        tuple(damages or ()),
        damages is not None,
        stale is not None if oldest or need_current else None,
        stale,
        hint,
    )


def _stale(
    fresh: Freshness, today: Today, now: datetime, oldest: timedelta | None, need_current: bool
) -> tuple[str | None, Hint | None]:
    """Return why the schedule is less fresh than needed, and what helps; else None twice."""
    if oldest and (reason := fresh.stale_because(oldest, now)):
        return reason, None
    is_needed = need_current or (oldest is not None and today.answering is None)
    return (today.lack, today.remedy) if is_needed and today.lack else (None, None)


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
