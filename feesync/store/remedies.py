"""What brings a release that is not loaded, in one sentence.

Or why nothing does, where that is known.

A remedy that cannot work is worse than none: what CMS's listing lacked when it was last asked is
not promised, nor are the years whose files feesync does not read. Out of scope: which release
answers meanwhile (library).
"""

from __future__ import annotations

from datetime import date

from feesync.model.label import FIRST_YEAR, label_year
from feesync.reference.catalogue import effective_dates, label_on
from feesync.store.freshness import Listing


def for_day(day: date, listing: Listing | None, what: str | None = None) -> str:
    """Say what brings the release of a day: a refresh takes this year's and the last's by itself.

    Args:
        day: the date of service.
        listing: what CMS listed when it was last asked, None where that is not known.
        what: what it brings, such as `the exact one`; by default the label of the day's quarter.
    """
    nothing = _unread(day.year) or (_unlisted(label_on(day), listing) if listing else None)
    if nothing:
        return nothing
    year = "" if day.year >= date.today().year - 1 else f" --year {day.year}"
    return f"'feesync sync{year}' brings {what or label_on(day)}, or 'feesync import' of a zip from cms.gov"


def for_label(label: str, listing: Listing | None) -> str:
    """Say what brings a release by its label, as `for_day` does by a day."""
    nothing = _unread(label_year(label)) or (_unlisted(label, listing) if listing else None)
    return (
        nothing
        or f"'feesync sync --release {label}' brings it, or 'feesync import' of its zip from "
        "cms.gov"
    )


def _unread(year: int) -> str | None:
    if year < FIRST_YEAR:
        return f"feesync reads CMS's files of {FIRST_YEAR} and later only"
    if year > date.today().year + 1:
        return f"CMS has published nothing for {year} yet"
    return None


def _unlisted(label: str, listing: Listing) -> str | None:
    """Say that CMS's listing had no release of a quarter, a re-issue of it included.

    None where it had.
    """
    if not listing.labels or any(known.startswith(label[:6]) for known in listing.labels):
        return None
    newest = max(_order(known) for known in listing.labels)
    yet = " yet" if _order(label) > newest else ""
    return f"CMS lists no {label}{yet} (last asked {listing.asked:%Y-%m-%d %H:%M} UTC)"


def _order(label: str) -> tuple[int, str]:
    dates = effective_dates(label)
    return label_year(label), dates[0].isoformat() if dates else label
