"""The catalogue of releases that CMS has published: labels, dates of effect, conversion factors.

It is the table data/reference/release_catalogue.csv. For a release that is not in it, the dates
follow from the letter of its label (model.label).
"""

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
        conversion_factor: in ten-thousandths of a dollar, None where it is not recorded.
        qp_conversion_factor: the same for qualifying APM participants.
        url: the last known address of its zip.
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
    """Return the releases of the catalogue by label, in order of their first day."""
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
    """Return the label of a relative value file from the year and month of its title line.

    Where CMS re-issued a quarter (RVU24A, RVU24AR), the conversion factor tells which of the two it
    is. Where CMS published a quarter under another label only (RVU18C1), that label is returned.

    Args:
        year: calendar year.
        month: its English name.
        conversion_factor: in ten-thousandths of a dollar.

    Returns:
        The label, or None where the month begins no quarter.
    """
    letter = _MONTHS.get(month.upper())
    if letter is None:
        return None
    plain = f"RVU{year % 100:02d}{letter}"
    same_quarter = [entry for entry in catalogue().values() if entry.label.startswith(plain)]
    labels = [
        entry.label
        for entry in same_quarter
        if entry.conversion_factor in (conversion_factor, None)
    ]
    return labels[0] if labels else plain


def effective_dates(label: str) -> tuple[date, date] | None:
    """Return the first and last day of a release, from the catalogue or the letter of its label.

    A re-issue that is not in the catalogue has no known dates: None.
    """
    entry = catalogue().get(label)
    if entry:
        return entry.effective_from, entry.effective_to
    if label[6:]:
        return None
    first, last = _QUARTERS[label[5]]
    return date(label_year(label), *first), date(label_year(label), *last)


def known_factor_on(day: date) -> int | None:
    """Return the nonqp conversion factor that the catalogue has for a day, or None."""
    candidates = [
        entry for entry in catalogue().values() if entry.effective_from <= day <= entry.effective_to
    ]
    return candidates[-1].conversion_factor if candidates else None


def last_catalogued_day() -> date:
    """Return the last day that the catalogue covers."""
    return max(entry.effective_to for entry in catalogue().values())


def label_on(day: date) -> str:
    """Return the label of the release in effect on a day, by the catalogue or by the quarter."""
    candidates = [
        entry.label
        for entry in catalogue().values()
        if entry.effective_from <= day <= entry.effective_to
    ]
    return (
        candidates[-1] if candidates else f"RVU{day.year % 100:02d}{'ABCD'[(day.month - 1) // 3]}"
    )
