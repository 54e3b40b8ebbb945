"""The releases that CMS has published.

Their labels, the dates on which they are in effect, their conversion factors.

CMS names a release by year and quarter letter: A January, B April, C July, D October; `AR` is a
re-issued January. Labels that CMS has published stand with their dates and factors in
data/reference/release_catalogue.csv.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import NamedTuple

from feesync.model.label import label_year
from feesync.reference.tables import read_table

_QUARTERS = {
    "A": ((1, 1), (3, 31)),
    "B": ((4, 1), (6, 30)),
    "C": ((7, 1), (9, 30)),
    "D": ((10, 1), (12, 31)),
}
_MONTHS = {"JANUARY": "A", "APRIL": "B", "JULY": "C", "OCTOBER": "D"}


class CatalogueEntry(NamedTuple):
    """A release that CMS is known to have published.

    Attributes:
        label: such as `RVU25D`.
        effective_from: first day of effect.
        effective_to: last day of effect.
        conversion_factor: in ten-thousandths of a dollar, None where not recorded.
        qp_conversion_factor: the same for qualifying APM participants.
        url: where its zip was last known to be.
    """

    label: str
    effective_from: date
    effective_to: date
    conversion_factor: int | None
    qp_conversion_factor: int | None
    url: str


def _factor(text: str) -> int | None:
    return int(text.replace(".", "")) if text else None


@cache
def catalogue() -> dict[str, CatalogueEntry]:
    """Return the known releases by label, in order of their first day."""
    return {
        row["label"]: CatalogueEntry(
            row["label"],
            date.fromisoformat(row["effective_from"]),
            date.fromisoformat(row["effective_to"]),
            _factor(row["conversion_factor"]),
            _factor(row["qp_conversion_factor"]),
            row["url"],
        )
        for row in read_table("reference/release_catalogue.csv")
    }


def label_of_title(year: int, month: str, conversion_factor: int) -> str | None:
    """Return the label of a relative value file from its title line's year and month.

    Where CMS re-issued a quarter (RVU24A, RVU24AR), the conversion factor in ten-thousandths tells
    which it is. A quarter that CMS published under another label only (RVU18C1) has that one.
    """
    letter = _MONTHS.get(month.upper())
    if letter is None:
        return None
    plain = f"RVU{year % 100:02d}{letter}"
    of_quarter = [entry for entry in catalogue().values() if entry.label.startswith(plain)]
    fitting = [
        entry.label for entry in of_quarter if entry.conversion_factor in (conversion_factor, None)
    ]
    return fitting[0] if fitting else plain


def effective_dates(label: str) -> tuple[date, date] | None:
    """Return the first and last day of a release.

    From the catalogue, else from the letter, else None (an unknown AR).
    """
    entry = catalogue().get(label)
    if entry:
        return entry.effective_from, entry.effective_to
    if label[6:]:
        return None
    first, last = _QUARTERS[label[5]]
    return date(label_year(label), *first), date(label_year(label), *last)


def known_factor_on(day: date) -> int | None:
    """Return the conversion factor that the catalogue records for a day (not APM-qualified), or None."""
    covering = [
        entry for entry in catalogue().values() if entry.effective_from <= day <= entry.effective_to
    ]
    return covering[-1].conversion_factor if covering else None


def last_catalogued_day() -> date:
    """Return the last day that the catalogue covers."""
    return max(entry.effective_to for entry in catalogue().values())


def label_on(day: date) -> str:
    """Return the label of the release in effect on a day.

    The catalogue's, else that of the quarter.
    """
    covering = [
        entry.label
        for entry in catalogue().values()
        if entry.effective_from <= day <= entry.effective_to
    ]
    return covering[-1] if covering else f"RVU{day.year % 100:02d}{'ABCD'[(day.month - 1) // 3]}"
