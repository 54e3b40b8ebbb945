"""A loaded release of the fee schedule: its label, its dates of effect, and its file."""

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from feesync.model.dates import read_day

if TYPE_CHECKING:
    from feesync.model.dictionaries import ReleaseDict, ReleaseSourceDict

ACCEPTED_CHANGE = "accepted-change"
"""The name, in `checks_set_aside`, for differences from earlier releases that were accepted."""


class Release(NamedTuple):
    """A loaded release.

    Attributes:
        release_id: its number in the database or the snapshot.
        label: such as `RVU25D`.
        year: calendar year.
        effective_from: first day of effect.
        effective_to: last day of effect.
        sha256: hash of the file it came from.
        source: that file's name, or that it is the embedded snapshot.
        loaded_at: UTC time of loading, None for the snapshot.
        factors: conversion factor in ten-thousandths of a dollar, by basis.
        reference_factors: the bases whose factor came from feesync's reference data, not from the
            release.
        embedded: whether it is the snapshot's, which has a few codes only.
        checks_set_aside: by the name of each check that the release failed and that was set aside
            when it was loaded, what the check found; under ACCEPTED_CHANGE, which differences from
            earlier releases were accepted.
    """

    release_id: int
    label: str
    year: int
    effective_from: date
    effective_to: date
    sha256: str
    source: str
    loaded_at: str | None
    factors: dict[str, int]
    reference_factors: frozenset[str]
    embedded: bool
    checks_set_aside: dict[str, str]

    def covers(self, day: date | str) -> bool:
        """Tell whether a day is within the dates of effect.

        Args:
            day: a `date`, or text `YYYY-MM-DD`.

        Raises:
            InvalidInputError: the day cannot be read.
        """
        if type(day) is not date:
            day = read_day("day", day)
        return self.effective_from <= day <= self.effective_to

    def distance(self, day: date | str) -> int:
        """Return how many days a day lies outside the dates of effect; 0 within them.

        Args:
            day: a `date`, or text `YYYY-MM-DD`.

        Raises:
            InvalidInputError: the day cannot be read.
        """
        day = read_day("day", day)
        return max((self.effective_from - day).days, (day - self.effective_to).days, 0)

    def source_dict(self) -> "ReleaseSourceDict":
        """Return label, dates of effect and file under the names of the JSON contract."""
        return {
            "label": self.label,
            "effective_from": self.effective_from.isoformat(),
            "effective_to": self.effective_to.isoformat(),
            "sha256": self.sha256,
            "source": self.source,
        }

    def to_dict(self) -> "ReleaseDict":
        """Return the release under the names of `feesync status --json`, for `json.dumps`."""
        return {
            "label": self.label,
            "effective_from": self.effective_from.isoformat(),
            "effective_to": self.effective_to.isoformat(),
            "loaded_at": self.loaded_at,
            "sha256": self.sha256,
            "source": self.source,
            "embedded": self.embedded,
            "checks_set_aside": [
                {"name": name, "reason": reason} for name, reason in self.checks_set_aside.items()
            ],
        }

    def _repr_html_(self) -> str:
        from feesync.model.html import answer_html  # for notebooks

        return answer_html(self.to_dict())
