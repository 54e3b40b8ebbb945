"""What a box offers to choose from, where anything else may be typed too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from feesync.web.site import Site

_PLACES = ("office", "asc", "hospital", "inpatient", "er", "home", "snf")


def places_of_service(site: Site) -> Mapping[str, Sequence[str]]:
    """Return the usual places of service by the names that people have for them."""
    return {"pos": _PLACES}


def labels(site: Site) -> Mapping[str, Sequence[str]]:
    """Return the labels of the loaded releases, the newest first."""
    from feesync.schedule.threads import open_schedule

    found = [release.label for release in open_schedule(site.db).releases()][::-1]
    return {"before": found, "after": found}
