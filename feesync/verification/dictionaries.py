"""The types of what verifications are in JSON; nothing that runs imports them."""

from typing import TypedDict

from feesync.errors.dictionaries import ErrorDict
from feesync.model.dictionaries import BasisText, NoteDict, SettingText
from feesync.model.money import JsonNumber


class CountsDict(TypedDict):
    """How many amounts there are."""

    amounts: int
    equal: int
    different: int
    not_loaded: int


class MissingDict(TypedDict):
    """What a release lacks."""

    count: int
    first: list[str]


class PublishedDifferenceDict(TypedDict):
    """An amount that is not CMS's."""

    hcpcs: str
    modifier: str
    mac: str
    locality: str
    setting: SettingText
    published: JsonNumber
    computed: JsonNumber


class FileVerificationDict(CountsDict):
    """A payment file beside its release."""

    file: str
    release: str
    basis: BasisText
    embedded: bool
    records: int
    has_trailer: bool
    keys: int
    missing_codes: MissingDict
    missing_localities: MissingDict
    differences: list[PublishedDifferenceDict]
    checks_set_aside: list[str]
    notes: list[NoteDict]


class RefusedFileDict(ErrorDict):
    """A file that was refused."""

    file: str


class VerificationDict(CountsDict):
    """CMS's payment files, recomputed."""

    files: list[FileVerificationDict]
    problems: list[RefusedFileDict]
