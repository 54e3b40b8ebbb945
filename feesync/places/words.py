"""Search localities by state, name, county, or the contractor that pays there.

A search lists what a text may mean, so that a person can choose; it never decides (names.resolve
does). Counties are as CMS words them in its locality county file: one that CMS counts among "all
other counties" cannot be found by its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from feesync.model.locality import Locality
from feesync.places.names import has_words, matches, similar, unknown_name
from feesync.reference.contractors import contractors

_KEY_OR_NUMBER = re.compile(r"[A-Z]{0,2}[-/ ]?[0-9][-/ 0-9]*|NATIONAL", re.IGNORECASE)
_STATE = 2
_BETWEEN = r"[,/;]| AND "


def search(
    query: str, places: Sequence[Locality], counties: Mapping[tuple[str, str], str]
) -> list[Locality]:
    """Return the localities that a text may mean, the likeliest first.

    Keys and numbers are not searched: they return none.

    Args:
        query: a state, a name, a county, a contractor or its jurisdiction.
        places: the localities of the release that answers.
        counties: the counties of each, as CMS words them.

    Raises:
        LocalityError: the text means no locality; the message lists those spelt nearly so.
    """
    by_mac = contractors()
    if of_jurisdiction := [
        place
        for place in places
        if place.mac in by_mac and by_mac[place.mac].jurisdiction == query.strip().upper()
    ]:
        return of_jurisdiction
    if _KEY_OR_NUMBER.fullmatch(query.strip()):
        return []
    by_name = matches(query, places)
    by_county = of_county(query, places, counties)
    results = [
        *(place for place in by_name if place in by_county),
        *(place for place in by_name if place not in by_county),
        *(place for place in by_county if place not in by_name),
    ] or [
        place
        for place in places
        if place.mac in by_mac and has_words(by_mac[place.mac].name, query)
    ]
    if not results:
        names = {
            (place.mac, place.locality): re.split(_BETWEEN, _counties_in(counties, place))
            for place in places
        }
        raise unknown_name(query, similar(query, places, names))
    return results


def is_name(text: str) -> bool:
    """Tell whether a text may be a name: no key, no number, and not the two letters of a state."""
    return len(text.strip()) > _STATE and not _KEY_OR_NUMBER.fullmatch(text.strip())


def of_county(
    name: str, places: Sequence[Locality], counties: Mapping[tuple[str, str], str]
) -> list[Locality]:
    """Return the localities that have a county with a name."""
    return [place for place in places if has_words(_counties_in(counties, place), name)]


def _counties_in(counties: Mapping[tuple[str, str], str], place: Locality) -> str:
    """Return the counties of a locality, without those that CMS excludes with EXCEPT."""
    return counties.get((place.mac, place.locality), "").upper().split("EXCEPT")[0]
