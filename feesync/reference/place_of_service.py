"""CMS's place of service codes: which rate each takes, and who bills there."""

from functools import cache
from typing import NamedTuple

from feesync.errors import InvalidInputError
from feesync.model.note import Note
from feesync.model.rate import Setting
from feesync.model.reading import excerpt, index, text
from feesync.reference.tables import read_table


class PlaceOfService(NamedTuple):
    """A CMS place of service code.

    Attributes:
        pos: two digits.
        setting: whose rate it takes, `nonfacility` or `facility`.
        name: CMS's name.
        biller: who bills the facility's own share beside a practitioner; empty where nobody does.
        adjudicated: whether Medicare adjudicates claims with it.
        source: the document that has it.
    """

    pos: str
    setting: str
    name: str
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
        pos: the place of service, as text or number, or None.

    Raises:
        InvalidInputError: one of them cannot be read, or they contradict each other.
    """
    setting = Setting.read(setting)
    if pos is None:
        return setting, None
    place = places_of_service().get(_two_digits(pos))
    if place is None:
        raise InvalidInputError(
            f"place of service {excerpt(pos)} is not a CMS code; there are "
            f"{', '.join(places_of_service())}"
        )
    if setting is Setting.FACILITY and place.setting != setting:
        raise InvalidInputError(
            f"place of service {place.pos} ({place.name}) takes the {place.setting} rate, not the "
            "facility rate"
        )
    return Setting(place.setting), place


def _two_digits(pos: str | int) -> str:
    """Return a place of service code in two digits."""
    if isinstance(pos, str):
        return text("pos", pos).zfill(2)
    number = index(pos)
    if number is None:
        raise InvalidInputError(f"pos {excerpt(pos)} is neither text nor a whole number")
    return f"{number:02}" if 0 <= number < 100 else ""
