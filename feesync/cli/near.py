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
    **dict.fromkeys(("batch", "bulk", "file", "files"), "reprice"),
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
_SETTINGS = ("--pos", "--setting")
_PLACES = ("--zip", "--locality")
_LIKE = 0.7
"""How like an option must be to what was typed: from 0 to 1."""

_MODIFIER = 2
"""The characters of a modifier."""

_FORMS = {
    "--zip": "[0-9]{5}(?:-?[0-9]{4})?",
    "--allowed": r"\$?[0-9][0-9,]*\.[0-9]{2}",
    "--paid": r"\$?[0-9][0-9,]*\.[0-9]{2}",
    "--year": "20[0-9]{2}",
    "--release": "RVU[0-9]{2}[A-D]R?",
}
"""Options, and the form of their values."""

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


def missing_argument(error: click.MissingParameter) -> str:
    """Return what to say besides of an argument that is not there: the command's first example."""
    is_choice = error.param is not None and isinstance(error.param.type, click.Choice)
    example = "" if is_choice else _example(error.ctx)
    return f"As in: {example}" if example else ""


def extra_words(error: click.UsageError, words: Sequence[str]) -> str:
    """Return what to say of words that a command does not take.

    Args:
        error: Click's.
        words: the words.
    """
    context = error.ctx
    params = context.params if context else {}
    line = params.get("line") or params.get("hcpcs")
    if not context:
        return error.message
    is_of_line = isinstance(line, str)
    if is_of_line and all(len(word) == _MODIFIER for word in words):
        return f"modifiers stand with the code: give {'-'.join((str(line), *words))}"
    absent = {
        name
        for param in context.command.params
        if not params.get(str(param.name))
        for name in param.opts
    }
    meant = [
        f"{option} {words[0]}"
        for option, form in _FORMS.items()
        if option in absent and re.fullmatch(form, words[0], re.IGNORECASE)
    ]
    text = error.message
    if is_of_line:
        noun = "line" if "line" in params else "code"
        text += f": {context.command.name} takes one {noun}"
    if meant:
        return f"{text}. Is {' or '.join(meant)} meant?"
    return text if is_of_line else f"{text}, as in: {_example(context)}"


def _example(context: click.Context | None) -> str:
    """Return the first example of a command's help."""
    text = (context.command.help if context else None) or ""
    lines = (line.strip() for line in text.splitlines())
    return next((line for line in lines if line.startswith("feesync ")), "feesync help")


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
    if near in _SETTINGS and near not in options and "--settings" in options:
        near = "--settings"
    if near == "--pos" and near not in options:  # which no other option is like
        return (
            f"{error.message} Did you mean '--setting'?"
            if "--setting" in options
            else error.message
        )
    if command and any(param.name == "query" for param in command.params) and near in _PLACES:
        return f"{error.message} A place stands alone, as in: feesync {command.name} FL"
    if near not in (*options, "--help"):
        near = next(iter(get_close_matches(error.option_name, options, cutoff=_LIKE)), "")
    if near:
        return f"{error.message} Did you mean '{near}'?"
    return error.message
