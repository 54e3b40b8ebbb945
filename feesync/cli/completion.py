"""Completion of commands, options and values in bash, zsh, fish and PowerShell.

Click completes commands and options; the values of places, releases, places of service and
modifiers are here. Importing this module makes Click use it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

from feesync.errors import FeesyncError

_Pairs = Iterable[tuple[str, str]]
"""Values, each with what it means."""


def _localities() -> _Pairs:
    from feesync.schedule.directory import localities

    places = localities().localities
    yield from ((f"{place.mac}-{place.locality}", place.name) for place in places)
    yield from ((f"{place.state}-{place.locality}", place.name) for place in places)
    yield "national", "without a locality"


def _states() -> _Pairs:
    from feesync.schedule.directory import localities

    states = {place.state for place in localities().localities if place.state}
    return ((state, "") for state in sorted(states))


def _labels() -> _Pairs:
    from feesync.schedule.threads import open_schedule

    for release in open_schedule().releases():
        yield release.label, f"{release.effective_from} to {release.effective_to}"


def _places_of_service() -> _Pairs:
    from feesync.reference.place_of_service import places_of_service

    return ((place.pos, place.name) for place in places_of_service().values())


def _modifiers() -> _Pairs:
    from feesync.reference.modifiers import modifiers

    return ((str(row["modifier"]), str(row["words"])) for row in modifiers())


VALUES: dict[str, Callable[[], _Pairs]] = {
    "--locality": _localities,
    "--state": _states,
    "--pos": _places_of_service,
    "--modifier": _modifiers,
    "--release": _labels,
}
"""The options whose values are completed."""


class _Values(ShellComplete):
    """Completes the values of VALUES, and leaves all else to Click."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """Return what may come next; nothing where the data cannot be read."""
        option = args[-1] if args else ""
        name, is_joined, start = incomplete.partition("=")
        if is_joined:
            option, incomplete = name, start
        values = VALUES.get("--modifier" if option == "-m" else option)
        if values is None:
            return super().get_completions(args, incomplete)
        start = incomplete.casefold()
        try:
            pairs = dict(values())
        except FeesyncError:
            return []
        return [
            CompletionItem(value, help=meaning[:60])
            for value, meaning in pairs.items()
            if value.casefold().startswith(start)
        ]


class _Bash(_Values, BashComplete):
    pass


class _Zsh(_Values, ZshComplete):
    pass


class _Fish(_Values, FishComplete):
    pass


class PowerShell(_Values):
    """Completion in PowerShell, which Click lacks."""

    name = "powershell"
    source_template = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $env:%(complete_var)s = "powershell_complete"
    $env:COMP_WORDS = $commandAst.ToString()
    $env:COMP_CWORD = $wordToComplete
    try {
        %(prog_name)s | ForEach-Object {
            $value, $meaning = $_ -split "`t", 2
            if (-not $meaning) { $meaning = $value }
            [System.Management.Automation.CompletionResult]::new(
                $value, $value, 'ParameterValue', $meaning)
        }
    } finally {
        Remove-Item Env:%(complete_var)s, Env:COMP_WORDS, Env:COMP_CWORD
    }
}
"""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one to complete, and its beginning."""
        incomplete = os.environ["COMP_CWORD"]
        args = split_arg_string(os.environ["COMP_WORDS"])[1:]
        if incomplete and args and args[-1] == incomplete:
            args.pop()
        return args, incomplete

    def format_completion(self, item: CompletionItem) -> str:
        """Return a line: the value, a tab, and what it means."""
        return f"{item.value}\t{item.help or ''}"


SHELLS: dict[str, type[ShellComplete]] = {
    "bash": _Bash,
    "zsh": _Zsh,
    "fish": _Fish,
    "powershell": PowerShell,
}
for _name, _class in SHELLS.items():
    add_completion_class(_class, _name)


def script(cli: click.Command, shell: str, variable: str) -> str:
    """Return what a shell must run so that it completes `feesync`."""
    return SHELLS[shell](cli, {}, "feesync", variable).source()
