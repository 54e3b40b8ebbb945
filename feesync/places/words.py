"""Searching localities by the words people know a place by.

State, name, county, or the contractor that pays there.

A search lists what a text may mean, so that a person can choose; it never picks
(localities.resolve). Counties are as CMS words them in its locality county file: a county that
stands under "all other counties" cannot be found by its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from feesync.model.locality import Locality
from feesync.places.names import has_words, matching, not_found, similar
from feesync.reference.contractors import contractors

_KEY_OR_NUMBER = re.compile(r"[A-Z]{0,2}[-/ ]?[0-9][-/ 0-9]*|NATIONAL", re.IGNORECASE)
_STATE = 2
_BETWEEN = r"[,/;]| AND "


def search(
    query: str, places: Sequence[Locality], counties: Mapping[tuple[str, str], str]
) -> list[Locality]:
    """Return the localities that a text may mean, the likeliest first.

    None where it is a key or a number, which are not searched.

    Args:
        query: a state, a name, a county, a contractor or its jurisdiction.
        places: those of the release that answers.
        counties: the counties of each, as CMS words them.

    Raises:
        LocalityError: nothing is called so; the message lists what is spelt nearly so.
    """
    who = contractors()
    if of_jurisdiction := [
        place
        for place in places
        if place.mac in who and who[place.mac].jurisdiction == query.strip().upper()
    ]:
        return of_jurisdiction
    if _KEY_OR_NUMBER.fullmatch(query.strip()):
        return []
    by_name = matching(query, places)
    by_county = of_county(query, places, counties)
    found = [
        *(place for place in by_name if place in by_county),
        *(place for place in by_name if place not in by_county),
        *(place for place in by_county if place not in by_name),
    ] or [place for place in places if place.mac in who and has_words(who[place.mac].name, query)]
    if not found:
        names = {
            (place.mac, place.locality): re.split(_BETWEEN, _included(counties, place))
            for place in places
        }
        raise not_found(query, similar(query, places, names))
    return found


def is_name(text: str) -> bool:
    """Tell whether a text may be the name of a place.

    No key, no number, and not the two letters of a state.
    """
    return len(text.strip()) > _STATE and not _KEY_OR_NUMBER.fullmatch(text.strip())


def of_county(
    name: str, places: Sequence[Locality], counties: Mapping[tuple[str, str], str]
) -> list[Locality]:
    """Return the localities of whose counties one has a name."""
    return [place for place in places if has_words(_included(counties, place), name)]


def _included(counties: Mapping[tuple[str, str], str], place: Locality) -> str:
    """Return the counties that are in a place: those after EXCEPT are not."""
    return counties.get((place.mac, place.locality), "").upper().split("EXCEPT")[0]
