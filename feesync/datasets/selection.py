"""Which releases a refresh is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from feesync.errors import InvalidInputError
from feesync.model.dates import read_day
from feesync.model.label import FIRST_YEAR, label_year, parse_label
from feesync.model.reading import flag, sequence, sequence_or_none, whole
from feesync.reference.catalogue import effective_dates


@dataclass(frozen=True, slots=True)
class Selection:
    """The releases of some years, or some releases by name, or both; or all.

    Attributes:
        years: the calendar years that were named.
        labels: the labels that were named.
        since: the first year that is selected by default; None where years or releases were named.
        this_year: the current year.
        effective: first and last day of effect of the one release that was named; None where they
            were not given.
    """

    years: frozenset[int]
    labels: frozenset[str]
    since: int | None
    this_year: int
    effective: tuple[date, date] | None = None

    @classmethod
    def of(
        cls,
        years: Iterable[int] | None,
        releases: Iterable[str] | None,
        *,
        everything: bool,
        this_year: int,
        effective: tuple[date | str, date | str] | None = None,
    ) -> Selection:
        """Return what is asked for.

        By default that is this year and the last, because a claim may be filed for a year, and the
        next as soon as CMS offers it.

        Raises:
            InvalidInputError: a label cannot be read, or is of a year whose layout feesync does not
                read; or dates of effect are given, but not one release by name.
        """
        named_years = frozenset(
            whole("year", year, 1, 9999, "a year")
            for year in sequence_or_none("years", years, this_year)
        )
        labels = frozenset(map(parse_label, sequence_or_none("releases", releases, "RVU25D")))
        dates = None if effective is None else _read_effective(effective)
        if flag("everything", everything) and (named_years or labels):
            raise InvalidInputError(
                "all releases, and some of them by year or name, exclude each other"
            )
        for year, name in [
            *((year, str(year)) for year in named_years),
            *((label_year(label), label) for label in labels),
        ]:
            if year < FIRST_YEAR:
                raise InvalidInputError(
                    f"{name}: CMS's files of {FIRST_YEAR - 1} and before have layouts that feesync "
                    "does not read; "
                    f"it reads {FIRST_YEAR} and later"
                )
        if dates:
            _check_effective(
                dates, labels, alone=len(labels) == 1 and not (named_years or everything)
            )
        since = None if named_years or labels else FIRST_YEAR if everything else this_year - 1
        return cls(named_years, labels, since, this_year, dates)

    def wants(self, label: str, year: int) -> bool:
        """Tell whether a release is asked for."""
        return (
            label in self.labels
            or year in self.years
            or (self.since is not None and year >= self.since)
        )

    def covers_this_year(self) -> bool:
        """Tell whether every release of the current year is asked for."""
        return self.wants("", self.this_year)

    def by_default(self) -> bool:
        """Tell whether nothing was named; then CMS must offer releases of this year or the last."""
        return self.since == self.this_year - 1

    def missing(self, labels: Mapping[str, int]) -> list[str]:
        """Return the years and labels that were named and are not among the labels of an offer.

        The labels of the offer are given with their years.
        """
        return [
            *map(str, sorted(self.years - set(labels.values()))),
            *sorted(self.labels - labels.keys()),
        ]


def _read_effective(days: Iterable[date | str]) -> tuple[date, date]:
    """Return the first and the last day of an argument that must be two days."""
    bounds = sequence("effective", days, "2026-01-01")
    if len(bounds) != 2:
        raise InvalidInputError("effective is two days, the first and the last of effect")
    first, last = (read_day("effective", day) for day in bounds)
    return first, last


def _check_effective(effective: tuple[date, date], labels: frozenset[str], *, alone: bool) -> None:
    if not alone:
        raise InvalidInputError("dates of effect go with one release by name")
    (label,) = labels
    known_dates = effective_dates(label)
    if known_dates and effective != known_dates:
        first, last = known_dates
        raise InvalidInputError(f"{label} is in effect from {first} to {last}, not as given")
    if effective[0] > effective[1] or {day.year for day in effective} != {label_year(label)}:
        raise InvalidInputError(f"{label} is not in effect from {effective[0]} to {effective[1]}")
