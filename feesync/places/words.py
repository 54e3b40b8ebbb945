"""Search localities by state, name, county, or the contractor that pays there.

A search lists what a text may mean, so that a person can choose; it never decides (names.resolve
does). Counties are as CMS words them in its locality county file. One that CMS counts among "all
other counties" of a state is found by the Census Bureau's list of counties (reference.counties).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from feesync.model.locality import Locality
from feesync.places.names import has_words, is_whole_name, matches, similar, unknown_name
from feesync.reference.contractors import contractors
from feesync.reference.counties import is_county, states_with, without_kind
from feesync.reference.states import letters_of, name_of, with_state

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
    if not any(place.state == letters_of(query) or is_whole_name(query, place) for place in places):
        by_county += of_rest(query, places, counties)
    results = [
        *(place for place in by_name if place in by_county),
        *(place for place in by_name if place not in by_county),
        *(place for place in by_county if place not in by_name),
    ] or [
        place
        for place in places
        if place.mac in by_mac and has_words(by_mac[place.mac].name, query)
    ]
    results = results or in_state(query, places, counties)
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
    """Return the localities that have a county with a name, by CMS's file or their own name."""
    county = without_kind(name)
    return [
        place
        for place in places
        if has_words(_counties_in(counties, place), county)
        or (len(county) > _STATE and has_words(place.name, f"{county} CNTY"))
    ]


def of_rest(
    name: str, places: Sequence[Locality], counties: Mapping[tuple[str, str], str]
) -> list[Locality]:
    """Return the localities with a county that CMS counts among all, or all other, counties.

    A county is not among them where CMS names it for another locality of the state, or excepts it.
    """
    county, found = without_kind(name), []
    for state in states_with(name):
        inside = [place for place in places if place.state == state]
        named = of_county(name, inside, counties) or [
            place
            for place in inside
            if has_words(counties.get((place.mac, place.locality), ""), county)
        ]
        if not named:
            found += [place for place in inside if _is_rest(counties, place)]
    return found


def in_state(
    text: str, places: Sequence[Locality], counties: Mapping[tuple[str, str], str]
) -> list[Locality]:
    """Return the localities that a name with its state may mean, such as `Miami, FL`.

    A county of the state is meant where the text says so, `Lee County, FL`: a city may be in
    another county than the one of its name. Else every locality that the state, or a part of it,
    lies in is returned: of a state that is one locality, that one, whatever the name. A text
    without a state means none.
    """
    parts = with_state(text)
    if parts is None:
        return []
    name, state = parts
    inside = [place for place in places if place.state == state]
    if is_county(name):
        by_county = [*of_county(name, inside, counties), *of_rest(name, inside, counties)]
        if len(by_county) == 1:
            return by_county
    elif len(by_name := matches(name, inside)) == 1:
        return by_name
    within = f"IN {name_of(state)}"
    return inside + [place for place in places if has_words(_counties_in(counties, place), within)]


def _is_rest(counties: Mapping[tuple[str, str], str], place: Locality) -> bool:
    """Tell whether a locality has all counties of its state, or all others."""
    return counties.get((place.mac, place.locality), "").upper().startswith("ALL ")


def _counties_in(counties: Mapping[tuple[str, str], str], place: Locality) -> str:
    """Return the counties of a locality, without those that CMS excludes with EXCEPT."""
    return counties.get((place.mac, place.locality), "").upper().split("EXCEPT")[0]
