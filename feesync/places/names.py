"""From a key or a name to the one locality that it means, or to a list of candidates.

An ambiguous name is refused, never guessed. A key is MAC and locality (`01112-05`), since locality
numbers repeat from MAC to MAC. Out of scope: the localities themselves, which come with each
release (store.source), and ZIPs (places.zip_codes).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from feesync.errors import Hint, HintKind, LocalityError
from feesync.model.locality import Locality
from feesync.model.reading import excerpt
from feesync.reference.states import bare, near_state

_KEY = re.compile(r"([0-9]{4,5})[-/ ]([0-9]{1,2})|([0-9]{5})([0-9]{2})")
_STATE_KEY = re.compile(r"([A-Z]{2})[-/ ]([0-9]{1,2})")
_WORD = r"[A-Za-z]{3}"
_MOST_NAMES = 8
_LONGEST_TEXT = 100
_SHORTEST_PART = 4
_LEAST_LIKENESS = 0.8
_LIKENESS_MARGIN = 0.05
_NONE: Mapping[tuple[str, str], Sequence[str]] = {}


def of_states(label: str, localities: Iterable[Locality], states: Sequence[str]) -> list[Locality]:
    """Return the localities of a release that lie in some states, in the release's order.

    Args:
        label: of the release, for the error.
        localities: those of the release.
        states: in capitals; where there are none, all localities are returned.

    Raises:
        LocalityError: the release has no locality in one of the states.
    """
    if not states:
        return list(localities)
    places = [place for place in localities if place.state in states]
    if strange := [state for state in states if not any(place.state == state for place in places)]:
        raise LocalityError(
            f"{label} has no locality in state {excerpt(strange[0])}; give its two letters, such "
            f"as {near_state(strange[0]) or 'CA'}, or its name",
            hint=list_hint(),
        )
    return places


def resolve(text: str, localities: Sequence[Locality]) -> Locality:
    """Return the one locality that a text means.

    Args:
        text: `01112-05`, `0111205`, `CA-05`, an unambiguous name or part of one, the code of a
            state that is one locality, or `national`; not a ZIP.
        localities: those of the release that prices the line.

    Raises:
        LocalityError: the text is unknown or ambiguous; the message and `candidates` list what it
            may mean.
    """
    if len(text) > _LONGEST_TEXT:
        raise LocalityError(f"a text of {len(text)} characters is no locality")
    plain = bare(text)
    if plain == "NATIONAL":
        return next(place for place in localities if place.is_national)
    places = [place for place in localities if not place.is_national]
    capitals = text.strip().upper()
    if key := _KEY.fullmatch(capitals):
        mac, number = (key[1] or key[3]).zfill(5), (key[2] or key[4]).zfill(2)
        return _unique(
            [p for p in localities if (p.mac, p.locality) == (mac, number)],
            text,
            _beside(places, mac, number),
        )
    if key := _STATE_KEY.fullmatch(capitals):
        state, number = key[1], key[2].zfill(2)
        return _unique(
            [p for p in places if (p.state, p.locality) == (state, number)],
            text,
            [p for p in places if p.state == state],
        )
    if capitals.isascii() and capitals.isdigit():
        raise LocalityError(
            _digits_hint(capitals, places), [p.key for p in places if p.mac == capitals]
        )
    return _unique(matches(text, places), text, similar(text, places))


def matches(text: str, localities: Iterable[Locality]) -> list[Locality]:
    """Return the localities that a text names: by state code, else by whole name, else by words.

    Two letters are a state or nothing. The beginning of a word counts from four letters on. "Texas"
    is part of the name REST OF TEXAS, but a person who says Texas may mean any locality of Texas,
    so all of them are returned.
    """
    plain = bare(text)
    places = [place for place in localities if not place.is_national]
    if by_state := [place for place in places if place.state == plain]:
        return by_state
    if by_name := [place for place in places if bare(place.name) == plain]:
        return by_name
    by_words = [place for place in places if has_words(place.name, text)]
    if not by_words and len(plain) >= _SHORTEST_PART:
        by_words = [place for place in places if f" {plain}" in f" {bare(place.name)}"]
    rests_of_states = [
        place
        for place in by_words
        if bare(place.name).startswith("REST OF") and not plain.startswith("REST")
    ]
    if rests_of_states:
        states = {place.state for place in rests_of_states}
        return [place for place in places if place.state in states or place in by_words]
    return by_words


def is_whole_name(text: str, place: Locality) -> bool:
    """Tell whether a text is the whole name of a locality."""
    return bare(text) == bare(place.name)


def has_words(name: str, text: str) -> bool:
    """Tell whether a text of at least three letters is one or more whole words of a name."""
    plain = bare(text)
    return len(plain) > 2 and f" {plain} " in f" {bare(name)} "


def _unique(places: list[Locality], text: str, near: Sequence[Locality]) -> Locality:
    if len(places) == 1:
        return places[0]
    if not places:
        raise unknown_name(text, near)
    raise LocalityError(
        f"{text!r} may be {len(places)} localities: {enumeration(places)}. Name one by "
        "MAC-locality",
        [place.key for place in places],
    )


def unknown_name(text: str, near: Sequence[Locality]) -> LocalityError:
    """Return the error for a text that names no locality, with the localities near it."""
    beside = f" (near it: {enumeration(near)})" if near else ""
    city = "; cities are not known by name, a ZIP is enough" if re.search(_WORD, text) else ""
    return LocalityError(
        f"no locality {text[:_LONGEST_TEXT]!r}{beside}{city}",
        [place.key for place in near],
        hint=list_hint(),
    )


def list_hint() -> Hint:
    """Return the hint that all localities can be listed."""
    return Hint(HintKind.LIST_LOCALITIES)


def enumeration(places: Sequence[Locality]) -> str:
    """Return the keys and names of at most eight localities, and how many more there are."""
    names = "; ".join(str(place) for place in places[:_MOST_NAMES])
    return f"{names}; and {len(places) - _MOST_NAMES} more" if len(places) > _MOST_NAMES else names


def _beside(places: list[Locality], mac: str, number: str) -> list[Locality]:
    """Return the localities near an unknown key.

    First come those with its number under another MAC of the state, then those of its MAC.
    """
    of_mac = [place for place in places if place.mac == mac]
    states = {place.state for place in of_mac}
    return [
        place
        for place in places
        if place.locality == number and place.state in states and place.mac != mac
    ] + of_mac


def _digits_hint(digits: str, places: list[Locality]) -> str:
    of_mac = [place for place in places if place.mac == digits]
    if of_mac:
        return f"{digits} is a MAC, its localities are " + "; ".join(
            str(place) for place in of_mac[:_MOST_NAMES]
        )
    return (
        f"{digits} alone names no place: locality numbers repeat from MAC to MAC; give "
        "MAC-locality, such as 01112-05, or a ZIP"
    )


def similar(
    text: str, places: Iterable[Locality], counties: Mapping[tuple[str, str], Sequence[str]] = _NONE
) -> list[Locality]:
    """Return at most four localities with a name or county spelt nearly as a text, nearest first.

    The first letter must be the same: Orlando is not near PORTLAND.

    Args:
        text: a misspelt name.
        places: the localities to choose from.
        counties: the names of counties, by MAC and locality.
    """
    from difflib import SequenceMatcher

    plain = bare(text)
    if not plain:
        return []
    matcher = SequenceMatcher()
    matcher.set_seq2(plain)
    count = len(plain.split())

    def likeness(candidate: str) -> float:
        if candidate[:1] != plain[:1]:
            return 0
        matcher.set_seq1(candidate)
        return matcher.ratio() if matcher.quick_ratio() >= _LEAST_LIKENESS else 0

    def score(place: Locality) -> float:
        words = bare(place.name).split()
        parts = {
            " ".join(words[start : start + length])
            for length in (1, count)
            for start in range(len(words) - length + 1)
        }
        parts.update(map(bare, counties.get((place.mac, place.locality), ())))
        return max(map(likeness, (bare(place.name), *parts)))

    scores = sorted(
        ((score(place), place) for place in places if not place.is_national),
        key=lambda item: -item[0],
    )
    least = max(_LEAST_LIKENESS, scores[0][0] - _LIKENESS_MARGIN) if scores else 0
    return [place for likeness, place in scores[:4] if likeness >= least]
