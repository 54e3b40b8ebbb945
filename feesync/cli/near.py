"""What a person may have meant by a command or an option that does not exist."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from difflib import get_close_matches
from shlex import join

import click

_COMMANDS = {
    **dict.fromkeys(("price", "calculate", "calc", "allowed", "quote", "line"), "estimate"),
    **dict.fromkeys(("fee", "fees", "lookup", "search", "code"), "rates"),
    **dict.fromkeys(("lines", "claims"), "claim"),
    **dict.fromkeys(("zip", "zips", "place", "locality", "county", "where"), "localities"),
    **dict.fromkeys(("update", "refresh", "download", "fetch", "upgrade"), "sync"),
    **dict.fromkeys(("load", "add"), "import"),
    **dict.fromkeys(("policy", "lcd", "prior-auth"), "coverage"),
    **dict.fromkeys(("default", "defaults", "settings", "set"), "config"),
    "info": "status",
    **dict.fromkeys(("version", "-v", "-V"), "--version"),
    "changes": "diff",
    "mods": "modifiers",
    "modifier": "modifiers",
}
"""What people call a command, where its name is not spelt nearly so."""

_OPTIONS = {
    **dict.fromkeys(("--zipcode", "--zip-code", "--city", "--postal"), "--zip"),
    **dict.fromkeys(("--place", "--county", "--mac", "--state", "--where", "--loc"), "--locality"),
    **dict.fromkeys(("--day", "--service-date", "--date-of-service"), "--date"),
    **dict.fromkeys(("--mod", "--mods", "--modifiers"), "--modifier"),
    **dict.fromkeys(("--qty", "--quantity", "--count"), "--units"),
    **dict.fromkeys(("--billed", "--amount", "--price"), "--charge"),
    **dict.fromkeys(("--provider", "--specialty", "--who"), "--practitioner"),
    **dict.fromkeys(
        ("--office", "--facility", "--hospital", "--asc", "--place-of-service"), "--pos"
    ),
    **dict.fromkeys(("--non-par", "--nonparticipating", "--non-participating"), "--nonpar"),
}
_PLACES = ("--zip", "--locality")
_LIKE = 0.7
"""How like an option must be to what was typed: from 0 to 1."""

_LINE = re.compile(r"(?=.*[0-9]{3})[0-9A-Z]{5}(?:[-x@].*)?", re.IGNORECASE)
"""A code, or the short form of a claim line."""


def no_command(name: str, arguments: Sequence[str], commands: Collection[str]) -> str:
    """Return what to say of a command that does not exist.

    Args:
        name: as typed.
        arguments: the whole line, without `feesync`.
        commands: the names of all commands.
    """
    text = f"No such command {name!r}."
    if _LINE.fullmatch(name):
        return f"{text} Did you mean 'feesync estimate {join(arguments)}'?"
    word = name.lower()
    near = _COMMANDS.get(word) or next(iter(get_close_matches(word, commands)), "")
    if near:
        return f"{text} Did you mean '{near}'?"
    return f"{text} There are {', '.join(commands)}."


def no_option(error: click.NoSuchOption, typed: Sequence[str]) -> str:
    """Return what to say of an option that the command does not have.

    Args:
        error: Click's.
        typed: the whole line, without `feesync`.
    """
    command = error.ctx.command if error.ctx else None
    options = [name for param in (command.params if command else ()) for name in param.opts]
    if "-help" in typed:
        near = "--help"
    elif error.option_name in ("-v", "-V") and "--version" in options:
        near = "--version"
    else:
        near = _OPTIONS.get(error.option_name, error.option_name)
    if command and any(param.name == "query" for param in command.params) and near in _PLACES:
        return f"{error.message} A place stands alone, as in: feesync {command.name} FL"
    if near not in (*options, "--help"):
        near = next(iter(get_close_matches(error.option_name, options, cutoff=_LIKE)), "")
    if near:
        return f"{error.message} Did you mean '{near}'?"
    return error.message
