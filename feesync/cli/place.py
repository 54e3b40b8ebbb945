"""The place and the defaults that a command has, however they were given.

Out of scope: the options themselves (cli.options), and the file of defaults (feesync.defaults).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import click

from feesync import defaults
from feesync.model.zip_code import place_of_zip

_OTHER_FORMS = ("as_json", "as_csv", "html")
"""Options of an answer that is no text on stdout."""


def read_place_zip(text: str) -> str:
    """Return a ZIP as a text that means no MAC; its five digits alone may mean both."""
    place = place_of_zip(text)
    if place is None:
        raise click.UsageError(
            f"--zip {text[:40]!r} is not a ZIP, such as 33612 or 33612-9497; --locality takes a "
            "name or a key"
        )
    return place


def required_place(place: str | None) -> str:
    """Return a place, or say that a ZIP is enough, with the line to type."""
    if place is None:
        from shlex import join

        typed = getattr(click.get_current_context().find_root().command, "typed", ())
        line = join(["feesync", *typed, "--zip", "33612"])
        raise click.UsageError(
            f"Missing option '--locality' or '--zip'. The ZIP of the place where the service is "
            f"furnished is enough: {line}"
        )
    return place


def say_default_place_is_unused() -> None:
    """Say on stderr, where the user has a default place, that an answer has all localities."""
    if not defaults.may_exist():
        return
    place, source = defaults.read().get("locality", (None, ""))
    if place is not None:
        click.echo(
            f"feesync: info: all localities, not the default {place} ({source}) alone: "
            "--locality names some, --all leaves this out",
            err=True,
        )


def fill(
    values: dict[str, Any], names: Sequence[str], others: Mapping[str, Any] | None = None
) -> AbstractContextManager[None]:
    """Fill what is not given with the user's defaults; the block, once done, says which.

    Args:
        values: the values of a command's options by name; None where one is not given.
        names: the options to fill.
        others: the values of its other options, where they are apart.
    """
    if not defaults.may_exist():
        return nullcontext()
    found = defaults.read()
    used = {name: found[name] for name in names if values[name] is None and name in found}
    if not used:
        return nullcontext()
    from feesync.cli.defaults import defaults_line  # where there are any

    values.update((name, value) for name, (value, _) in used.items())
    form = values if others is None else others
    return defaults_line(used, as_text=not any(map(form.get, _OTHER_FORMS)))
