"""CMS's place of service codes: which rate each takes, who bills there, and what people call it."""

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from feesync.errors import InvalidInputError
from feesync.model.note import Note
from feesync.model.rate import Setting
from feesync.model.reading import excerpt, index, text
from feesync.reference.tables import read_table

SETTINGS = ("office", "asc", "hospital")
"""The places of service of a practice's fee list, unless others are named."""

_USUAL = ("11", "12", "19", "21", "22", "23", "24", "31", "02", "10")
_LEAST_LIKENESS = 0.75
_SHORTEST = 3
"""The shortest word that counts where a name is not known."""


class PlaceOfService(NamedTuple):
    """A CMS place of service code.

    Attributes:
        pos: two digits.
        setting: whose rate it takes, `nonfacility` or `facility`.
        name: CMS's name.
        words: what people call it too, in small letters; a word of several places names none.
        biller: who bills the facility's own share beside a practitioner; empty where nobody does.
        adjudicated: whether Medicare adjudicates claims with it.
        source: the document that has it.
    """

    pos: str
    setting: str
    name: str
    words: tuple[str, ...]
    biller: str
    adjudicated: bool
    source: str

    @property
    def notes(self) -> list[Note]:
        """What a person should know about a claim with this place of service."""
        if self.adjudicated:
            return []
        text = (
            f"Medicare claims are not adjudicated with place of service {self.pos}; its setting "
            "is not certain."
        )
        return [Note.warning("pos-not-adjudicated", text, self.source)]


@cache
def places_of_service() -> dict[str, PlaceOfService]:
    """Return every place of service code, by its two digits."""
    return {
        row["pos"]: PlaceOfService(
            row["pos"],
            row["setting"],
            row["name"],
            tuple(filter(None, row["words"].split(";"))),
            row["biller"],
            row["adjudicated"] == "1",
            row["source"],
        )
        for row in read_table("reference/place_of_service.csv")
    }


def read_setting(
    setting: Setting | str, pos: str | int | None
) -> tuple[Setting, PlaceOfService | None]:
    """Return the setting of a line, and its place of service where it has one.

    A place of service decides the setting.

    Args:
        setting: as the caller gave it; nonfacility is the default and contradicts nothing.
        pos: the place of service: its digits as text or number, a name such as `office` or `asc`,
            or None.

    Raises:
        InvalidInputError: one of them cannot be read, or they contradict each other.
    """
    setting = Setting.read(setting)
    if pos is None:
        return setting, None
    place = _place(pos)
    if setting is Setting.FACILITY and place.setting != setting:
        raise InvalidInputError(
            f"place of service {place.pos} ({place.name}) takes the {place.setting} rate, not the "
            "facility rate"
        )
    return Setting(place.setting), place


def _place(pos: str | int) -> PlaceOfService:
    """Return the place of service of a code or a name."""
    places = places_of_service()
    code = _two_digits(pos)
    if code in places:
        return places[code]
    name = _plain(pos) if isinstance(pos, str) else ""
    exact = [place for place in places.values() if name in _names(place)]
    if len(exact) == 1:
        return exact[0]
    if exact:
        raise InvalidInputError(
            f"place of service {excerpt(pos)} may be {_enumeration(exact, ' or ')}; give "
            f"{' or '.join(place.pos for place in exact)}"
        )
    if name in list(Setting):
        raise InvalidInputError(
            f"place of service {excerpt(pos)} is a setting: give it as the setting, or a place of "
            "service such as office, hospital or asc"
        )
    near = _near(name)
    beside = (
        f"; near it {'is' if len(near) == 1 else 'are'} {_enumeration(near, '; ')}"
        if near
        else f"; most used are {_enumeration(map(places.__getitem__, _USUAL), '; ')}; all are "
        f"{', '.join(places)}"
    )
    raise InvalidInputError(f"place of service {excerpt(pos)} is not a CMS code or name{beside}")


def _near(name: str) -> list[PlaceOfService]:
    """Return the places with all words of a name, else those spelt nearly so."""
    from difflib import get_close_matches  # where something is wrong

    places = places_of_service().values()
    words = [word for word in name.split() if len(word) >= _SHORTEST]
    if by_words := [
        place
        for place in places
        if words and all(any(f" {word}" in f" {each}" for each in _names(place)) for word in words)
    ]:
        return by_words
    names = {each for place in places for each in _names(place)}
    close = get_close_matches(name, names, cutoff=_LEAST_LIKENESS)
    return [place for place in places if not _names(place).isdisjoint(close)]


@cache
def _names(place: PlaceOfService) -> frozenset[str]:
    return frozenset(map(_plain, (place.name, *place.words)))


def _plain(text: str) -> str:
    return " ".join(re.findall("[a-z0-9]+", text.lower().replace("'", "").replace(".", "")))


def _enumeration(places: Iterable[PlaceOfService], between: str) -> str:
    return between.join(f"{place.pos} ({place.name})" for place in places)


def _two_digits(pos: str | int) -> str:
    """Return a place of service code in two digits."""
    if isinstance(pos, str):
        return text("pos", pos).zfill(2)
    number = index(pos)
    if number is None:
        raise InvalidInputError(f"pos {excerpt(pos)} is neither text nor a whole number")
    return f"{number:02}" if 0 <= number < 100 else ""
