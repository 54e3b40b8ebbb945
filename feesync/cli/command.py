"""What commands have in common: which options exclude each other, and when the snapshot answers.

Out of scope: the options themselves (cli.options), and exit statuses (feesync.cli).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import click

from feesync.errors import InvalidInputError
from feesync.paths import database_name

COMPLETE = "_FEESYNC_COMPLETE"
"""The variable by which a shell asks for completions."""


_Command = TypeVar("_Command", bound=Callable[..., Any] | click.Command)


class Option(Protocol):
    """A decorator that gives a command an option."""

    def __call__(self, command: _Command, /) -> _Command:
        """Return the command with the option."""


class Once(click.Command):
    """A command, or a group, that refuses an option twice where it takes one value.

    Click would silently use the last value.
    """

    def make_parser(self, ctx: click.Context) -> Any:  # noqa: ANN401 - private to Click
        """Return the parser, which counts the options.

        It does not count them for shell completion, which parses unfinished lines and cannot show
        an error.
        """
        parser = super().make_parser(ctx)
        if not ctx.resilient_parsing:
            parse = parser.parse_args

            def parse_once(
                args: list[str],
            ) -> tuple[dict[str, Any], list[str], list[click.Parameter]]:
                values, rest, order = parse(args)
                _refuse_twice(ctx, order)
                return values, rest, order

            parser.parse_args = parse_once  # type: ignore[method-assign]
        return parser


class Reader(Once):
    """A command that only reads, and never creates a database.

    A file named by `--db` must exist. Where the file of FEESYNC_DB, or the default one, does not
    exist yet, the embedded snapshot answers, and a line on stderr says so afterwards.
    """

    says_snapshot = True

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        path = database_name(ctx.obj)
        missing = not os.path.exists(path)
        if missing and ctx.obj is not None:
            raise InvalidInputError(
                f"--db {path!r} names no file; 'feesync sync --db FILE' makes one, or "
                "'feesync import'"
            )
        try:
            result: object = super().invoke(ctx)
        except click.exceptions.Exit:
            self._tell(path, missing)
            raise
        self._tell(path, missing)
        return result

    def _tell(self, path: str, missing: bool) -> None:
        if missing and self.says_snapshot:
            click.echo(SNAPSHOT.format(path=path), err=True)


class QuietReader(Reader):
    """A command that only reads, and has no need of that line."""

    says_snapshot = False


def refuse_several(options: tuple[tuple[str, object], ...]) -> None:
    """Refuse more than one of some options, each with its value."""
    names = [name for name, value in options if value]
    if len(names) > 1:
        raise click.UsageError(f"{' and '.join(names)} exclude each other")


SNAPSHOT = "feesync: info: there is no database {path} yet: the embedded snapshot answered"


def _refuse_twice(ctx: click.Context, params: list[click.Parameter]) -> None:
    for param, count in Counter(params).items():
        if (
            count > 1
            and isinstance(param, click.Option)
            and not (param.multiple or param.count)
            and _has_value(param)
        ):
            raise click.UsageError(
                f"{'/'.join(_long(param))} is given {count} times, and takes one value", ctx
            )


def _has_value(param: click.Option) -> bool:
    return not param.is_flag or bool(param.secondary_opts)


def _long(param: click.Option) -> list[str]:
    spellings = [names for names in (param.opts, param.secondary_opts) if names]
    return [
        next((name for name in names if name.startswith("--")), names[0]) for names in spellings
    ]
