"""What a person calls a place, turned into one Medicare payment locality, or into a list of candidates; never a guess.

The key of a place is MAC + locality (`01112-05`): locality numbers alone stand for dozens of
places. Out of scope: the localities themselves, which come with each release (schedule), and ZIPs
(places.zip_codes).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from feesync.errors import LocalityError
from feesync.model.locality import Locality
from feesync.model.reading import shown

_KEY = re.compile(r"([0-9]{4,5})[-/ ]([0-9]{1,2})|([0-9]{5})([0-9]{2})")
_STATE_KEY = re.compile(r"([A-Z]{2})[-/ ]([0-9]{1,2})")
_MOST_LISTED = 8
_LONGEST_TEXT = 100
_SHORTEST_PART = 4
_LEAST_LIKE = 0.75
_AS_LIKE = 0.1
_NONE: Mapping[tuple[str, str], Sequence[str]] = {}


def of_states(label: str, localities: Iterable[Locality], states: Sequence[str]) -> list[Locality]:
    """Return the localities of a release that lie in some states, in its order.

    All of them where no state is named.

    Raises:
        LocalityError: the release has none in one of the states.
    """
    if not states:
        return list(localities)
    found = [place for place in localities if place.state in states]
    if strange := [state for state in states if not any(place.state == state for place in found)]:
        raise LocalityError(
            f"{label} has no locality in state {shown(strange[0])}; 'feesync localities' lists all"
        )
    return found


def resolve(text: str, localities: Sequence[Locality]) -> Locality:
    """Return the one locality that a text means.

    Args:
        text: `01112-05`, `0111205`, `CA-05`, a name or part of one that is unambiguous, the code of
            a state that is one locality, or `national`; not a ZIP.
        localities: those of the release that prices the line.

    Raises:
        LocalityError: unknown or ambiguous; the message and `candidates` list what it may mean.
    """
    if len(text) > _LONGEST_TEXT:
        raise LocalityError(f"a text of {len(text)} characters is no locality")
    wanted = _plain(text)
    if wanted == "NATIONAL":
        return next(place for place in localities if place.is_national)
    places = [place for place in localities if not place.is_national]
    stripped = text.strip().upper()
    if key := _KEY.fullmatch(stripped):
        mac, number = (key[1] or key[3]).zfill(5), (key[2] or key[4]).zfill(2)
        return _one(
            [p for p in localities if (p.mac, p.locality) == (mac, number)],
            text,
            _beside(places, mac, number),
        )
    if key := _STATE_KEY.fullmatch(stripped):
        state, number = key[1], key[2].zfill(2)
        return _one(
            [p for p in places if (p.state, p.locality) == (state, number)],
            text,
            [p for p in places if p.state == state],
        )
    if stripped.isascii() and stripped.isdigit():
        raise LocalityError(
            _digits_hint(stripped, places), [p.key for p in places if p.mac == stripped]
        )
    return _one(matching(text, places), text, similar(text, places))


def matching(text: str, localities: Iterable[Locality]) -> list[Locality]:
    """Return the localities whose state code, or whole name, or words of the name are the text.

    In that order of preference.

    Two letters are a state or nothing; the beginning of a word counts from four letters on. "Texas"
    is part of the name REST OF TEXAS, but a person who says Texas may mean any of its localities:
    all are returned.
    """
    wanted = _plain(text)
    places = [place for place in localities if not place.is_national]
    if by_state := [place for place in places if place.state == wanted]:
        return by_state
    if whole := [place for place in places if _plain(place.name) == wanted]:
        return whole
    part = [place for place in places if has_words(place.name, text)]
    if not part and len(wanted) >= _SHORTEST_PART:
        part = [place for place in places if f" {wanted}" in f" {_plain(place.name)}"]
    rest = [
        place
        for place in part
        if _plain(place.name).startswith("REST OF") and not wanted.startswith("REST")
    ]
    if rest:
        states = {place.state for place in rest}
        return [place for place in places if place.state in states or place in part]
    return part


def is_whole_name(text: str, place: Locality) -> bool:
    """Tell whether a text is the whole name of a locality."""
    return _plain(text) == _plain(place.name)


def has_words(name: str, text: str) -> bool:
    """Tell whether the words of a text, three letters or more, stand in a name as whole words."""
    wanted = _plain(text)
    return len(wanted) > 2 and f" {wanted} " in f" {_plain(name)} "


def _one(found: list[Locality], text: str, near: Sequence[Locality]) -> Locality:
    if len(found) == 1:
        return found[0]
    if not found:
        raise not_found(text, near)
    raise LocalityError(
        f"{text!r} may be {len(found)} localities: {listed(found)}. Name one by MAC-locality",
        [place.key for place in found],
    )


def not_found(text: str, near: Sequence[Locality]) -> LocalityError:
    """Return the error for a text that is no locality, which lists what is near it."""
    beside = f"near it: {listed(near)}. " if near else ""
    return LocalityError(
        f"no locality {text[:_LONGEST_TEXT]!r}; {beside}'feesync localities' lists all",
        [place.key for place in near],
    )


def listed(places: Sequence[Locality]) -> str:
    """Return localities as a line lists them, the first eight by key and name."""
    shown = "; ".join(str(place) for place in places[:_MOST_LISTED])
    return (
        f"{shown}; and {len(places) - _MOST_LISTED} more" if len(places) > _MOST_LISTED else shown
    )


def _beside(places: list[Locality], mac: str, number: str) -> list[Locality]:
    """Return what stands beside an unknown key.

    Its number under another MAC of the state, then what the MAC has.
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
            str(place) for place in of_mac[:_MOST_LISTED]
        )
    return (
        f"{digits} alone names no place: locality numbers repeat from MAC to MAC; give "
        "MAC-locality, such as 01112-05, or a ZIP"
    )


def similar(
    text: str, places: Iterable[Locality], counties: Mapping[tuple[str, str], Sequence[str]] = _NONE
) -> list[Locality]:
    """Return the few localities with words in their names, or a county, that are spelt nearly as a text is; the nearest first.

    Args:
        text: what was meant to be a name.
        places: those that it may be.
        counties: names of counties, by MAC and locality.
    """
    from difflib import SequenceMatcher

    wanted = _plain(text)
    if not wanted:
        return []
    matcher = SequenceMatcher()
    matcher.set_seq2(wanted)
    count = len(wanted.split())

    def likeness(candidate: str) -> float:
        matcher.set_seq1(candidate)
        return matcher.ratio() if matcher.quick_ratio() >= _LEAST_LIKE else 0

    def best(place: Locality) -> float:
        words = _plain(place.name).split()
        parts = {
            " ".join(words[start : start + length])
            for length in (1, count)
            for start in range(len(words) - length + 1)
        }
        parts.update(map(_plain, counties.get((place.mac, place.locality), ())))
        return max(map(likeness, (_plain(place.name), *parts)))

    scored = sorted(
        ((best(place), place) for place in places if not place.is_national),
        key=lambda pair: -pair[0],
    )
    return [
        place for score, place in scored[:4] if score >= max(_LEAST_LIKE, scored[0][0] - _AS_LIKE)
    ]


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^A-Z0-9]+", " ", text.upper()).split())
