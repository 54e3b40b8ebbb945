"""What every command has in common: no option of one value twice, and which database it reads.

Out of scope: what the options are (options), and how errors become exit statuses (the package).
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import click

from feesync.errors import InvalidInputError
from feesync.paths import database_name


class Once(click.Command):
    """A command, or a group of them, that refuses an option of one value twice.

    The last would win, and nobody be told.
    """

    def make_parser(self, ctx: click.Context) -> click.parser._OptionParser:
        """Return the parser, which counts what it is given.

        Shell completion asks with a line that is not yet whole, and takes no error for an answer.
        """
        parser = super().make_parser(ctx)
        if not ctx.resilient_parsing:
            parse = parser.parse_args

            def counted(args: list[str]) -> tuple[dict[str, Any], list[str], list[click.Parameter]]:
                options, rest, given = parse(args)
                _refuse_twice(ctx, given)
                return options, rest, given

            parser.parse_args = counted  # type: ignore[method-assign]
        return parser


class Reader(Once):
    """A command that only reads: it takes no name of a database for a wish to have one.

    Where `--db` names no file, it is refused. Where FEESYNC_DB or the default names none yet, the
    embedded snapshot answers, and that is said once it has.
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
    """A command that only reads, and prints by itself that there is no database yet, or needs none."""

    says_snapshot = False


SNAPSHOT = "feesync: info: there is no database {path} yet: the embedded snapshot answered"


def _refuse_twice(ctx: click.Context, given: list[click.Parameter]) -> None:
    for param, count in Counter(given).items():
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
