"""The report of one refresh, which `feesync.sync` returns and `feesync sync` prints."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from feesync.changes.payments import Changes, PaymentChange
from feesync.datasets.editions import Outcome
from feesync.errors import ExitStatus, Hint, worst
from feesync.model.money import json_ready
from feesync.model.result import Result
from feesync.refresh.today import Today

if TYPE_CHECKING:
    from feesync.refresh.dictionaries import ProblemDict, SyncDict

_CHANGED = (Outcome.NEW, Outcome.REVISION, Outcome.RESTORED, Outcome.REPAIRED, Outcome.REDATED)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that went wrong, or that a person must know even from a quiet run.

    Attributes:
        label: the release that it concerns, None where it concerns the whole run.
        status: the exit status that it causes: 3 not reached, 4 refused, 5 another process, 1 this
            machine; 0 for a warning.
        text: one line.
        hint: what helps, None where nothing is known to.
    """

    label: str | None
    status: ExitStatus
    text: str
    hint: Hint | None = None

    def __str__(self) -> str:
        """Return it in one line, with its release."""
        return f"{self.label}: {self.text}" if self.label else self.text

    def to_dict(self) -> ProblemDict:
        """Return the problem under the names of the JSON contract, for `json.dumps`."""
        hint = self.hint.to_dict() if self.hint else None
        status = int(self.status)
        return {"release": self.label, "status": status, "text": self.text, "hint": hint}


@dataclass(frozen=True, slots=True)
class ReleaseReport:
    """What a refresh did with one release.

    Attributes:
        label: such as `RVU25D`.
        outcome: what became of it.
        url: the address of its zip; empty where CMS was not asked for it.
        sha256: hash of the zip; empty where there is none.
        size: bytes of the zip.
        downloaded: whether it was downloaded in this run.
        rows: row count by kind of file, where it was loaded.
        notes: what a person should know.
        changes: what it changed, where it was loaded and there was something to compare with.
    """

    label: str
    outcome: Outcome
    url: str = ""
    sha256: str = ""
    size: int = 0
    downloaded: bool = False
    rows: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    changes: Changes | None = None

    @property
    def changed(self) -> bool:
        """Whether the database has changed."""
        return self.outcome in _CHANGED


@dataclass(frozen=True, slots=True)
class SyncReport(Result):
    """What one refresh did.

    Attributes:
        started: when it began (UTC).
        finished: when it ended (UTC).
        database: path of the database.
        site: `https://www.cms.gov`, or the mirror that was asked.
        catalogue: where the releases come from: `listing`, `pinned` (feesync's own catalogue,
            because CMS's listing could not be read), `cache` (offline), or empty where the run
            ended before.
        dry_run: whether it was a dry run.
        releases: what was done with each release, the oldest first.
        problems: what went wrong.
        last_success: when a refresh last succeeded (UTC), this one included.
        today: whether a loaded release is of today; None where the database cannot be read.
        hint: what helps where CMS could not be reached; else None.
    """

    started: datetime
    finished: datetime
    database: str
    site: str
    catalogue: str
    dry_run: bool
    releases: tuple[ReleaseReport, ...]
    problems: tuple[Problem, ...]
    last_success: datetime | None
    today: Today | None
    hint: Hint | None = None

    @property
    def standing(self) -> Today | None:
        """The same as `today`, by its name up to 0.9."""
        return self.today

    @property
    def answering(self) -> str | None:
        """The label of the loaded release that answers for today, None where none does."""
        return self.today.label if self.today else None

    @property
    def changed(self) -> bool:
        """Whether anything was loaded, superseded or corrected."""
        return any(release.changed for release in self.releases)

    @property
    def status(self) -> ExitStatus:
        """The exit status: the worst of all problems; 0 where there are none but warnings."""
        return worst(problem.status for problem in self.problems)

    def to_dict(self) -> SyncDict:
        """Return the report under the names of `feesync sync --json`, with exact dollars."""
        return json_ready(
            {
                "status": int(self.status),
                "changed": self.changed,
                "started": self.started.isoformat(),
                "finished": self.finished.isoformat(),
                "database": self.database,
                "site": self.site,
                "catalogue": self.catalogue or None,
                "dry_run": self.dry_run,
                "releases": [_release(release) for release in self.releases],
                "problems": [problem.to_dict() for problem in self.problems],
                "hint": self.hint.to_dict() if self.hint else None,
                "last_success": self.last_success.isoformat() if self.last_success else None,
                "answering": self.answering,
                "answering_covers_today": self.today.is_current if self.today else None,
                "today_is_listed": self.today.is_listed if self.today else None,
            }
        )


def _release(release: ReleaseReport) -> dict[str, object]:
    return {
        "label": release.label,
        "outcome": release.outcome.value,
        "url": release.url or None,
        "sha256": release.sha256 or None,
        "bytes": release.size or None,
        "downloaded": release.downloaded,
        "rows": release.rows,
        "notes": list(release.notes),
        "changes": _changes(release.changes) if release.changes else None,
    }


def _changes(changes: Changes) -> dict[str, object]:
    return {
        "against": changes.against,
        "payments_compared": changes.compared,
        "payments_changed": changes.changed,
        "codes_added": list(changes.added),
        "codes_deleted": list(changes.deleted),
        "watched": [_payment(change) for change in changes.watched],
    }


def _payment(change: PaymentChange) -> dict[str, object]:
    return {
        "hcpcs": change.hcpcs,
        "modifier": change.modifier,
        "basis": change.basis,
        "setting": change.setting,
        "national_before": change.before,
        "national_after": change.after,
        "localities": change.localities,
        "localities_changed": change.changed,
        "lowest_change": change.lowest,
        "highest_change": change.highest,
    }
