"""The options that name places, and the place that a command has, given or by default.

Out of scope: other options (cli.options), and the file of defaults (feesync.defaults).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import Any

import click

from feesync import defaults
from feesync.cli.command import Option, refuse_several
from feesync.model.zip_code import place_of_zip

_OTHER_FORMS = ("as_json", "as_csv", "html")
"""Options of an answer that is no text on stdout."""


def _place_zip(text: str) -> str:
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


_ZIP_HELP = "ZIP or ZIP+4 of the place where the service is furnished"
one_locality_option: Option = click.option(
    "--locality", help="ZIP or ZIP+4, 01112-05, CA-05, an unambiguous name, or national."
)
one_zip_option: Option = click.option(
    "--zip",
    "zip_code",
    metavar="ZIP",
    callback=lambda ctx, param, value: None if value is None else _place_zip(value),
    help=f"{_ZIP_HELP}, in place of --locality.",
)


def one_place(locality: str | None, zip_code: str | None) -> str | None:
    """Return the place of two options, of which at most one is given."""
    refuse_several((("--locality", locality), ("--zip", zip_code)))
    return zip_code or locality


def locality_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that name one place; the command has it as `locality`."""

    @wraps(command)
    def with_place(*args: object, **kwargs: Any) -> None:  # noqa: ANN401 - of many types
        kwargs["locality"] = one_place(kwargs["locality"], kwargs.pop("zip_code"))
        with fill(kwargs, ("locality",)):
            kwargs["locality"] = required_place(kwargs["locality"])
            command(*args, **kwargs)

    return one_locality_option(one_zip_option(with_place))


def optional_locality_option(
    command: Callable[..., None], names: Sequence[str] = ("locality", "pos")
) -> Callable[..., None]:
    """Add the options that may name one place; the command has it, or None, as `locality`.

    Args:
        command: the command.
        names: what is the user's default where it is not given.
    """

    @wraps(command)
    def with_place(*args: object, **kwargs: Any) -> None:  # noqa: ANN401 - of many types
        kwargs["locality"] = one_place(kwargs["locality"], kwargs.pop("zip_code"))
        with fill(kwargs, names):
            command(*args, **kwargs)

    return one_locality_option(one_zip_option(with_place))


_each_locality = click.option(
    "--locality", "places", multiple=True, help="Locality, as for estimate; repeatable."
)
_each_zip = click.option(
    "--zip",
    "zips",
    multiple=True,
    metavar="ZIP",
    callback=lambda ctx, param, value: tuple(map(_place_zip, value)),
    help=f"{_ZIP_HELP}; repeatable.",
)


def localities_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that name places one by one; the command has them as `places`."""

    @wraps(command)
    def with_places(*args: object, **kwargs: Any) -> None:  # noqa: ANN401 - of many types
        kwargs["places"] = (*kwargs["places"], *kwargs.pop("zips"))
        command(*args, **kwargs)

    return _each_locality(_each_zip(with_places))


def _read_states(
    ctx: click.Context, param: click.Parameter, value: tuple[str, ...]
) -> tuple[str, ...]:
    if not value:
        return ()
    if not all(state.strip() for state in value):
        raise click.UsageError("--state is empty")
    from feesync.reference.states import read_states

    return read_states(value)


state_option: Option = click.option(
    "--state",
    "states",
    multiple=True,
    metavar="ST",
    callback=_read_states,
    help="All localities of a state, CA or California; repeatable.",
)


def place_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that name places in one way: some localities, those of states, or all.

    The command has them as `places` and `states`; both are empty for all. Where nothing is named,
    the user's default place is not meant, and a line says so.
    """
    everywhere = click.option(
        "--all", "everywhere", is_flag=True, help="All localities, which is the default."
    )

    @wraps(command)
    def with_one_choice(*args: object, **kwargs: Any) -> None:  # noqa: ANN401 - of many types
        options = (
            ("--locality", kwargs["places"]),
            ("--state", kwargs["states"]),
            ("--all", kwargs.pop("everywhere")),
        )
        refuse_several(options)
        if not any(value for _, value in options):
            say_default_place_is_unused()
        command(*args, **kwargs)

    return localities_option(state_option(everywhere(with_one_choice)))
