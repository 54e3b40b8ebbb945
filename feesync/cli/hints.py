"""The words of the command line for what helps against an error: its own commands and options."""

from __future__ import annotations

from collections.abc import Mapping

from feesync.errors import FeesyncError, Hint, HintKind

_WORDS = {
    HintKind.LOAD_RELEASE: "'feesync sync --release {label}' brings it, or 'feesync import' of "
    "its zip from cms.gov",
    HintKind.LOAD_QUARTER: "'feesync sync{years}' brings {label}, or 'feesync import' of a zip "
    "from cms.gov",
    HintKind.LOAD_ZIPS: "'feesync sync --zips' brings CMS's ZIP9 file, or 'feesync import' of its "
    "Zip Code to Carrier Locality File",
    HintKind.NOTHING_YET: "{reason}",
    HintKind.LIST_LOCALITIES: "'feesync localities' lists all",
    HintKind.LIST_MODIFIERS: "'feesync modifiers' lists all",
    HintKind.IMPORT_FILE: "'feesync import' loads it",
    HintKind.DOWNLOAD_BY_HAND: "download the zip in a browser from {page}, then "
    "'feesync import FILE' loads it",
    HintKind.IMPORT_AS_LABEL: "'feesync import FILE --release LABEL' decides",
    HintKind.NAME_RELEASE: "'feesync verify FILE --release LABEL' decides",
    HintKind.GIVE_DATES: "--release {label} --effective FIRST:LAST gives them",
    HintKind.ACCEPT_CHANGE: "'feesync import --allow-change' takes it",
    HintKind.SET_CHECK_ASIDE: "--without-check {check} sets this check aside",
    HintKind.RESTORE: "--force goes back to it",
    HintKind.ASK_ANYWAY: "unless by --force",
    HintKind.WAIT: "--wait S waits for it",
    HintKind.REPLACE_FILE: "--force replaces it",
    HintKind.LOAD_ANEW: "Move the file away; 'feesync sync', or 'feesync import' of CMS's zips, "
    "loads it anew",
    HintKind.MAP_COLUMN: "--map {mapping} says which it is",
    HintKind.MAP_COLUMN_OR_GIVE: "--map {mapping} says which it is; --{meaning} is for lines "
    "without one",
    HintKind.GIVE_MEMORY: "--memory 4GB gives it more",
}

_STOPS = {
    HintKind.LOAD_RELEASE: ": ",
    HintKind.LOAD_QUARTER: ". ",
    HintKind.LOAD_ZIPS: ". ",
    HintKind.NOTHING_YET: ". ",
    HintKind.ASK_ANYWAY: ", ",
    HintKind.LOAD_ANEW: ". ",
}
"""What is between a text and a hint, where it is no semicolon."""


_OF_SERVER = {
    HintKind.LIST_LOCALITIES: "/localities, and /api/localities for programs, list all",
    HintKind.LIST_MODIFIERS: "/api/modifiers lists all",
    HintKind.MAP_COLUMN: "map={mapping} says which it is",
    HintKind.MAP_COLUMN_OR_GIVE: "map={mapping} says which it is; {meaning} is for lines without "
    "one",
    HintKind.GIVE_MEMORY: "'feesync reprice' on the command line can be given more",
}
_OF_TOOLS = {HintKind.LIST_LOCALITIES: "the tool localities lists all"}


def with_hint(text: str, hint: Hint | None, own: Mapping[HintKind, str] = _WORDS) -> str:
    """Return a text followed by what helps.

    Args:
        text: the text.
        hint: what helps; None for nothing.
        own: what another front end says in its own words.
    """
    return f"{text}{_STOPS.get(hint.kind, '; ')}{words(hint, own)}" if hint else text


def words(hint: Hint, own: Mapping[HintKind, str] = _WORDS) -> str:
    """Return what helps, in the words of the command line, or in a front end's own."""
    years = "" if hint.year is None else f" --year {hint.year}"
    mapping = f"{hint.column or 'THEIRS'}={hint.meaning}"
    if hint.column and own is _WORDS:
        from shlex import quote

        mapping = quote(mapping)
    text = own.get(hint.kind, _WORDS[hint.kind])
    return text.format(**hint._asdict(), years=years, mapping=mapping)


def error_text(error: FeesyncError) -> str:
    """Return what the command line prints for an error."""
    return with_hint(str(error), error.hint)


def server_error_text(error: FeesyncError) -> str:
    """Return what the page and the API say of an error: by parameters, and what a person runs."""
    return with_hint(str(error), error.hint, _OF_SERVER)


def tool_words(hint: Hint) -> str:
    """Return what helps, in the words of an assistant's tools."""
    return words(hint, _OF_TOOLS)


def tool_with_hint(text: str, hint: Hint | None) -> str:
    """Return a text followed by what helps, in the words of an assistant's tools."""
    return with_hint(text, hint, _OF_TOOLS)
