"""Which releases a refresh is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from feesync.errors import InvalidInputError
from feesync.labels import FIRST_YEAR, label_year, parse_label


@dataclass(frozen=True, slots=True)
class Selection:
    """The releases of some years, or some releases by name, or both; all where everything is asked for.

    Attributes:
        years: calendar years that were named.
        labels: labels that were named.
        since: the first of the years that are taken because none was named; None where years or releases were.
        this_year: the current year.
    """

    years: frozenset[int]
    labels: frozenset[str]
    since: int | None
    this_year: int

    @classmethod
    def of(cls, years: Iterable[int], releases: Iterable[str], *, everything: bool, this_year: int) -> Selection:
        """Return what is asked for.

        By default this year and the last, because a claim may be filed for a year, and the next as soon as CMS offers it.

        Raises:
            InvalidInputError: a label cannot be read, or is of a year whose layout feesync does not read.
        """
        if isinstance(releases, str):
            raise InvalidInputError(f"releases is a list, such as [{releases[:40]!r}], not text")
        chosen, labels = frozenset(years), frozenset(map(parse_label, releases))
        if strange := [year for year in chosen if isinstance(year, bool) or not isinstance(year, int)]:
            raise InvalidInputError(f"year {strange[0]!r} is not a whole number such as {this_year}")
        if everything and (chosen or labels):
            raise InvalidInputError("all releases, and some of them by year or name, exclude each other")
        for year, name in [*((year, str(year)) for year in chosen), *((label_year(label), label) for label in labels)]:
            if year < FIRST_YEAR:
                raise InvalidInputError(
                    f"{name}: CMS's files of {FIRST_YEAR - 1} and before have layouts that feesync does not read; "
                    f"it reads {FIRST_YEAR} and later"
                )
        since = None if chosen or labels else FIRST_YEAR if everything else this_year - 1
        return cls(chosen, labels, since, this_year)

    def wants(self, label: str, year: int) -> bool:
        """Tell whether a release is asked for."""
        return label in self.labels or year in self.years or (self.since is not None and year >= self.since)

    def covers_this_year(self) -> bool:
        """Tell whether every release of the current year is asked for."""
        return self.wants("", self.this_year)

    def missing(self, there: Mapping[str, int]) -> list[str]:
        """Return what was named, years and labels, and is not among the labels that there are, given with their years."""
        return [*map(str, sorted(self.years - set(there.values()))), *sorted(self.labels - there.keys())]
