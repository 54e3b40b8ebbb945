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

    @property
    def notes(self) -> list[Note]:
        """What a person should know about a claim from there."""
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
            row["biller"],
            row["adjudicated"] == "1",
            row["source"],
        )
        for row in read_table("reference/place_of_service.csv")
    }


def read_setting(
    chosen: Setting | str, pos: str | int | None
) -> tuple[Setting, PlaceOfService | None]:
    """Return the setting, which a place of service decides where one is given, and that place.

    Raises:
        InvalidInputError: one of them cannot be read, or they contradict each other.
    """
    named = Setting.read(chosen)
    if pos is None:
        return named, None
    known = places_of_service().get(_two_digits(pos))
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
    return Setting(known.setting), known


def _two_digits(pos: str | int) -> str:
    """Return a place of service code in two digits."""
    if isinstance(pos, str):
        return text("pos", pos).zfill(2)
    number = index(pos)
    if number is None:
        raise InvalidInputError(f"pos {shown(pos)} is neither text nor a whole number")
    return f"{number:02}" if 0 <= number < 100 else ""
