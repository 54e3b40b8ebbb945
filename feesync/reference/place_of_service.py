"""CMS's place of service codes: which rate each takes, and who bills there."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from feesync.errors import InvalidInputError
from feesync.model.note import Note
from feesync.model.rate import Setting
from feesync.model.reading import index, shown, text
from feesync.reference.tables import read_table


class PlaceOfService(NamedTuple):
    """A CMS place of service code.

    Which of the two rates it takes, and whether Medicare adjudicates claims with it.

    `biller` is who bills the facility's own share beside a practitioner; empty where nobody does.
    """

    pos: str
    setting: str
    name: str
    biller: str
    adjudicated: bool
    source: str


_NOT_ADJUDICATED = (
    "Medicare claims are not adjudicated with place of service {pos}; its setting is not certain."
)


@cache
def places_of_service() -> dict[str, PlaceOfService]:
    """Return every place of service code, by its two digits."""
    return {
        row["pos"]: PlaceOfService(
            row["pos"],
            row["setting"],
            row["name"],
            row["biller"],
            row["adjudicated"] == "1",
            row["source"],
        )
        for row in read_table("reference/place_of_service.csv")
    }


def setting_of(chosen: Setting | str, pos: str | int | None) -> tuple[Setting, list[Note]]:
    """Return the setting, which a place of service decides where one is given, and what to know about that place."""
    named = Setting.read(chosen)
    if pos is None:
        return named, []
    known = places_of_service().get(read_pos(pos))
    if known is None:
        raise InvalidInputError(
            f"place of service {shown(pos)} is not a CMS code; there are "
            f"{', '.join(places_of_service())}"
        )
    if named is Setting.FACILITY and known.setting != named:
        raise InvalidInputError(
            f"place of service {known.pos} ({known.name}) takes the {known.setting} rate, not the "
            "facility rate"
        )
    if known.adjudicated:
        return Setting(known.setting), []
    said = _NOT_ADJUDICATED.format(pos=known.pos)
    return Setting(known.setting), [Note.warning("pos-not-adjudicated", said, known.source)]


def read_pos(pos: str | int) -> str:
    """Return a place of service code in two digits."""
    if isinstance(pos, str):
        return text("pos", pos).zfill(2)
    number = index(pos)
    if number is None:
        raise InvalidInputError(f"pos {shown(pos)} is neither text nor a whole number")
    return f"{number:02}" if 0 <= number < 100 else ""
