"""The types of what notes, places and files are in JSON; nothing that runs imports them.

What is annotated beside `str` says which texts there are: those of an enumeration or a tuple, or
those of a format of JSON Schema. `docs/build_schemas.py` makes the schemas of these types, and
`docs/reference/json.md` says what each name is.
"""

from typing import Annotated, TypeAlias, TypedDict

from feesync.model.money import JsonNumber
from feesync.model.note import Severity
from feesync.model.rate import PAYER, Setting
from feesync.model.zip_code import ZIP5, ZIP9

Day: TypeAlias = Annotated[str, "date"]
"""A day, YYYY-MM-DD."""

Time: TypeAlias = Annotated[str, "date-time"]
"""A time, ISO 8601 in UTC."""

Number: TypeAlias = JsonNumber | int
"""An exact number, an `int` where it has no decimals."""

SettingText: TypeAlias = Annotated[str, Setting]
"""Nonfacility or facility."""

BasisText: TypeAlias = Annotated[str, ("nonqp", "qp")]
"""Whose conversion factor of Medicare's."""

AnyBasisText: TypeAlias = Annotated[str, ("nonqp", "qp", PAYER)]
"""Whose conversion factor, Medicare's or another payer's."""


class NoteDict(TypedDict):
    """What a person should know about an answer."""

    code: str
    severity: Annotated[str, Severity]
    text: str
    source: str


class LocalityDict(TypedDict):
    """A payment locality."""

    mac: str
    locality: str
    state: str | None
    name: str


class ReleaseSourceDict(TypedDict):
    """The release that answered, and its file."""

    label: str
    effective_from: Day
    effective_to: Day
    sha256: str
    source: str


class SetAsideDict(TypedDict):
    """A check that was set aside."""

    name: str
    reason: str


class ReleaseDict(ReleaseSourceDict):
    """A release that is loaded or embedded."""

    loaded_at: Time | None
    embedded: bool
    checks_set_aside: list[SetAsideDict]


class EditionDict(TypedDict):
    """An edition of a dataset."""

    label: str
    effective_from: Day
    effective_to: Day
    sha256: str
    source: str
    loaded_at: Time | None
    rows: int | None


class ZipFileDict(TypedDict):
    """A file that gives ZIPs their localities."""

    kind: Annotated[str, (ZIP5, ZIP9)]
    year: int
    quarter: int
    rows: int
    source: str
    embedded: bool
