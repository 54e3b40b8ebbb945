"""Whether a loaded release is of today: which one answers, and whether CMS lists a better one.

A refresh and `feesync status` both say this. Out of scope: the embedded snapshot, which does not
count as loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from feesync.errors import Hint
from feesync.model.release import Release
from feesync.reference.catalogue import label_on
from feesync.schedule.threads import open_schedule
from feesync.store import remedies
from feesync.store.freshness import Listing


@dataclass(frozen=True, slots=True)
class Today:
    """How the loaded releases stand on a day.

    Attributes:
        day: the day.
        answering: the loaded release that answers for it, None where none does.
        listing: what CMS listed when it was last asked; None where that is not known.
    """

    day: date
    answering: Release | None
    listing: Listing | None

    @property
    def label(self) -> str | None:
        """The label of the release that answers."""
        return self.answering.label if self.answering else None

    @property
    def is_current(self) -> bool:
        """Whether the release that answers is in effect on the day."""
        return self.answering is not None and self.answering.covers(self.day)

    @property
    def is_listed(self) -> bool | None:
        """Whether CMS listed a release of the day's quarter; None where that is not known."""
        if self.listing is None:
            return None
        return any(label.startswith(label_on(self.day)[:6]) for label in self.listing.labels)

    @property
    def lack(self) -> str | None:
        """What is missing, in words, where no loaded release is of the day; else None."""
        if self.is_current:
            return None
        if self.answering is None:
            return "no loaded release answers for today"
        over = self.day > self.answering.effective_to
        when = (
            f"to {self.answering.effective_to}" if over else f"from {self.answering.effective_from}"
        )
        return f"{self.label}, in effect {when}, stands in for today"

    @property
    def remedy(self) -> Hint:
        """What brings the release of the day, or why nothing does yet."""
        return remedies.for_day(self.day, self.listing)


def read_today(database: Path, day: date, listing: Listing | None) -> Today:
    """Return how the releases of a database stand on a day.

    Raises:
        StoreError: the database cannot be read.
    """
    schedule = open_schedule(database)
    label = schedule.answering(day)
    releases = (
        release
        for release in schedule.releases()
        if not release.embedded and release.label == label
    )
    return Today(day, next(releases, None), listing)
