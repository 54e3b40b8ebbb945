"""When a database was last refreshed, and how the last run ended.

It is a small file beside the database, so that monitoring need not ask CMS.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path

from feesync.errors import Hint, HintKind, StoreError
from feesync.files import read_json, write_json
from feesync.model.label import label_in

_CLOCK_ERROR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Listing:
    """The releases that CMS listed.

    Attributes:
        asked: when CMS was asked (UTC).
        labels: the labels of the releases, such as `RVU25D`.
    """

    asked: datetime
    labels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Freshness:
    """How fresh a database is.

    Attributes:
        last_success: when a run last brought everything that CMS has (UTC), None where none has.
        last_run: when a run last ended (UTC), with success or without.
        last_status: the exit status of that run.
        problems: what went wrong in it.
        hints: what helps against each problem, None where nothing is known to; none at all in
            records of an older feesync.
        listing: what CMS listed when its listing was last read; None where that is not known.
    """

    last_success: datetime | None = None
    last_run: datetime | None = None
    last_status: int | None = None
    problems: tuple[str, ...] = ()
    listing: Listing | None = None
    hints: tuple[Hint | None, ...] = ()

    @property
    def hinted(self) -> tuple[tuple[str, Hint | None], ...]:
        """The problems, each with its hint."""
        hints = self.hints[: len(self.problems)]
        return tuple(zip_longest(self.problems, hints))

    def stale_because(self, most: timedelta, now: datetime) -> str | None:
        """Return why the last success is too old for an age, or None where it is not."""
        if self.last_success is None:
            return "no refresh has succeeded yet"
        if self.last_success - now > _CLOCK_ERROR:
            return (
                f"the last success, {self.last_success:%Y-%m-%d %H:%M} UTC, is in the future: a "
                "clock has gone back"
            )
        if now - self.last_success > most:
            return (
                f"the last success, {self.last_success:%Y-%m-%d %H:%M} UTC, is "
                f"{(now - self.last_success).days} days ago"
            )
        return None


def read_freshness(database: Path) -> Freshness:
    """Return how fresh a database is; a record that cannot be read counts as none."""
    record = read_json(_path(database))
    status, problems = record.get("last_status"), record.get("problems", [])
    if not isinstance(problems, list) or not isinstance(status, int | None):
        return Freshness()
    try:
        times = (_time(record.get("last_success")), _time(record.get("last_run")))
        hints = record.get("hints", [])
        return Freshness(
            *times,
            status,
            tuple(map(str, problems)),
            _listing(record.get("listing")),
            tuple(map(_hint, hints)) if isinstance(hints, list) else (),
        )
    except ValueError:
        return Freshness()


def record_run(
    database: Path,
    ended: datetime,
    status: int,
    problems: tuple[str, ...],
    *,
    hints: tuple[Hint | None, ...] = (),
    success: bool,
    labels: Collection[str] | None = None,
) -> Freshness:
    """Record how a run ended.

    Args:
        database: the database that it refreshed.
        ended: when (UTC).
        status: its exit status.
        problems: what went wrong.
        hints: what helps against each problem.
        success: whether the database now has everything of the current year that CMS has.
        labels: the releases that CMS listed in this run; None where its listing was not read, and
            the last one is kept.

    Raises:
        StoreError: the record cannot be written.
    """
    before = read_freshness(database)
    last_success = ended if success else before.last_success
    listing = before.listing if labels is None else Listing(ended, frozenset(labels))
    record = {
        "last_success": last_success.isoformat() if last_success else None,
        "last_run": ended.isoformat(),
        "last_status": status,
        "problems": problems,
        "hints": [hint.to_dict() if hint else None for hint in hints],
        "listing": {"asked": listing.asked.isoformat(), "labels": sorted(listing.labels)}
        if listing
        else None,
    }
    path = _path(database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, record)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error
    return Freshness(last_success, ended, status, problems, listing, hints)


def _path(database: Path) -> Path:
    return database.with_name(database.name + ".sync.json")


def _listing(record: object) -> Listing | None:
    if not isinstance(record, dict) or not isinstance(record.get("labels"), list):
        return None
    asked = _time(record.get("asked"))
    labels = frozenset(label for label in map(str, record["labels"]) if label_in(label) == label)
    return Listing(asked, labels) if asked else None


def _hint(record: object) -> Hint | None:
    """Return a hint as it was recorded; None where it cannot be read."""
    if not isinstance(record, dict):
        return None
    try:
        return Hint(**{**record, "kind": HintKind(record.get("kind", ""))})
    except (TypeError, ValueError):
        return None


def _time(text: object) -> datetime | None:
    if text is None:
        return None
    time = datetime.fromisoformat(str(text))
    return time if time.tzinfo else time.replace(tzinfo=UTC)
