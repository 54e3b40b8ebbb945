"""What brings a release that is not loaded, as a hint; or why nothing does, where that is known.

A remedy that cannot work is worse than none, so none is given for a release that CMS's listing
lacked when it was last read, or for a year whose files feesync does not read. Out of scope: which
release answers meanwhile (library).
"""

from __future__ import annotations

from datetime import date

from feesync.errors import Hint, HintKind
from feesync.model.label import FIRST_YEAR, label_year
from feesync.reference.catalogue import effective_dates, label_on
from feesync.store.freshness import Listing


def for_day(day: date, listing: Listing | None) -> Hint:
    """Return what brings the release of a day.

    Args:
        day: the date of service.
        listing: what CMS listed when it was last asked; None where that is not known.
    """
    label = label_on(day)
    year = None if day.year >= date.today().year - 1 else day.year
    return _nothing(label, day.year, listing) or Hint(HintKind.LOAD_QUARTER, label, year)


def for_label(label: str, listing: Listing | None) -> Hint:
    """Return what brings a release by its label."""
    return _nothing(label, label_year(label), listing) or Hint(HintKind.LOAD_RELEASE, label)


def _nothing(label: str, year: int, listing: Listing | None) -> Hint | None:
    reason = _unread(year) or (_unlisted(label, listing) if listing else None)
    return Hint(HintKind.NOTHING_YET, label, reason=reason) if reason else None


def _unread(year: int) -> str | None:
    if year < FIRST_YEAR:
        return f"feesync reads CMS's files of {FIRST_YEAR} and later only"
    if year > date.today().year + 1:
        return f"CMS has published nothing for {year} yet"
    return None


def _unlisted(label: str, listing: Listing) -> str | None:
    """Return in words that CMS's listing had no release of a quarter; None where it had one.

    A re-issue counts as a release of its quarter.
    """
    if not listing.labels or any(known.startswith(label[:6]) for known in listing.labels):
        return None
    newest = max(_order(known) for known in listing.labels)
    yet = " yet" if _order(label) > newest else ""
    return f"CMS lists no {label}{yet} (last asked {listing.asked:%Y-%m-%d %H:%M} UTC)"


def _order(label: str) -> tuple[int, str]:
    dates = effective_dates(label)
    return label_year(label), dates[0].isoformat() if dates else label
