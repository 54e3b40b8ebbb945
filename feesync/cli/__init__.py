"""The `feesync` command: parse, call, print.

stdout carries data only; everything else goes to stderr.
"""

from __future__ import annotations

import errno
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import click

from feesync.cli.command import COMPLETE, Once
from feesync.cli.options import db_option
from feesync.errors import ExitStatus, FeesyncError, one_line, worst

_STDOUT = 1
_EXTRA = "Got unexpected extra argument"
"""How Click begins to say that a command does not take a word."""

_MOST_ERRORS = 100
_LONGEST_VALUE = 60
_LONGEST_PATH = 200
_LONGEST_MESSAGE = 2_000
_COMMANDS = {
    "estimate": "feesync.cli.commands.estimate",
    "claim": "feesync.cli.commands.claim",
    "check": "feesync.cli.commands.check",
    "sheet": "feesync.cli.commands.sheet",
    "coverage": "feesync.cli.commands.coverage",
    "rates": "feesync.cli.commands.rates",
    "compare": "feesync.cli.commands.compare",
    "history": "feesync.cli.commands.history",
    "diff": "feesync.cli.commands.diff",
    "export": "feesync.cli.commands.export",
    "reprice": "feesync.cli.commands.reprice",
    "localities": "feesync.cli.commands.localities",
    "modifiers": "feesync.cli.commands.modifiers",
    "sync": "feesync.cli.commands.sync",
    "import": "feesync.cli.commands.import_",
    "audit": "feesync.cli.commands.audit",
    "verify": "feesync.cli.commands.verify",
    "status": "feesync.cli.commands.status",
    "cache": "feesync.cli.commands.cache",
    "config": "feesync.cli.commands.config",
    "serve": "feesync.cli.commands.serve",
    "mcp": "feesync.cli.commands.mcp",
    "schema": "feesync.cli.commands.schema",
    "help": "feesync.cli.commands.help",
    "completion": "feesync.cli.commands.completion",
}
"""Each command is imported when it is used: start-up is a feature."""


class _Commands(Once, click.Group):
    """The commands, in the order of the help; here errors become messages and exit statuses."""

    typed: Sequence[str] = ()
    """The line as typed, without `feesync`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = importlib.import_module(module).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in _COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            from feesync.cli.near import no_command

            raise click.UsageError(no_command(args[0], self.typed, _COMMANDS), ctx)
        return super().resolve_command(ctx, args)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - Click's
    ) -> click.Context:
        self.typed = list(args)
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.ClickException as error:
            self._word(error)
            raise
        except KeyboardInterrupt:
            raise click.Abort from None

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            self._word(error)
            raise
        except FeesyncError as error:
            from feesync.cli.hints import error_text  # where something is wrong

            errors = (error, *error.others)
            for one in errors[:_MOST_ERRORS]:
                click.echo(f"feesync: {self._with_short_values(error_text(one))}", err=True)
            if len(errors) > _MOST_ERRORS:
                click.echo(f"feesync: and {len(errors) - _MOST_ERRORS:,} more", err=True)
            ctx.exit(worst(one.exit_status for one in errors))
        except BrokenPipeError:
            raise
        except OSError as error:
            click.echo(f"feesync: {self._with_short_values(_reason(error))}", err=True)
            ctx.exit(ExitStatus.UNEXPECTED)
        except KeyboardInterrupt:  # Click would print an empty line for it
            raise click.Abort from None

    def _word(self, error: click.ClickException) -> None:
        """Give a usage error its words: what may have been meant, and long arguments cut."""
        message = error.message
        if isinstance(error, click.MissingParameter) and not message:
            from feesync.cli.near import missing_argument

            message = missing_argument(error)
        elif isinstance(error, click.UsageError) and message.startswith(_EXTRA):
            from feesync.cli.near import extra_words

            message = extra_words(error, message.removeprefix(_EXTRA).strip("s() ").split())
        elif isinstance(error, click.NoSuchOption):
            from feesync.cli.near import no_option

            message, error.possibilities = no_option(error, self.typed), None  # type: ignore[misc]
        error.message = self._with_short_values(message)  # type: ignore[misc]

    def _with_short_values(self, message: str) -> str:
        """Return a message in which long arguments are cut; a path may be longer than a value."""
        for argument in self.typed:
            for value in {argument, argument.partition("=")[2]}:
                if len(value) > (_LONGEST_PATH if os.sep in value else _LONGEST_VALUE):
                    for form in {value, repr(value)[1:-1], value.upper(), value.lower()}:
                        message = _cut(message, form)
        return one_line(message, _LONGEST_MESSAGE)


def _cut(message: str, value: str) -> str:
    """Return a message in which a long value, or the beginning of one, is cut."""
    at = message.find(value[:_LONGEST_VALUE])
    while at >= 0:
        end = at + _LONGEST_VALUE
        while message[end : end + 1] == value[end - at : end - at + 1] != "":
            end += 1
        message = f"{message[: at + _LONGEST_VALUE - 3]}...{message[end:]}"
        at = message.find(value[:_LONGEST_VALUE], at + _LONGEST_VALUE)
    return message


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from feesync.cli.version import print_version  # not at every start

        print_version(ctx.obj)
        ctx.exit()


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@db_option
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    callback=_print_version,
    help="Show the versions of feesync, Python, SQLite and the data, and exit.",
)
def cli() -> None:
    """Medicare Physician Fee Schedule rates and estimates, to the cent, from CMS's own files.

    \b
      feesync estimate 64493-50 --zip 33612 --pos office --date 11/03/2025
      feesync claim 64493-50 64494-50 --locality 01112-05 --date 2025-11-03
      feesync check 64493-50 --allowed 222.87 --zip 94110 --date 11/03/2025
      feesync coverage 64493 --pos 22 --locality 01112-05
      feesync rates 64493 --state CA --date 2025-11-03
      feesync compare 64493 --state CA --date 2025-11-03
      feesync history 64493 --locality 02102-01
      feesync localities "santa clara"
      feesync sync
      feesync import rvu25d.zip
      feesync verify PFREV25D.txt
      feesync reprice claims.csv -o priced.csv

    Exit status: 0 done; 1 unexpected; 2 usage, or a modifier that does not apply; 3 CMS could not
    be reached; 4 CMS's content was refused, or differs; 5 another process is writing; 6 no price
    (unknown code, locality or date, or a line that is not payable); 7 stale; 130 interrupted.
    """


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and exit; SIGTERM interrupts it as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if sys.stdout is None:
        _replace_closed_stdout()
    status = _run(args)
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        _discard_stdout()
    sys.exit(status)


def _run(args: Sequence[str] | None) -> int:
    if COMPLETE in os.environ:
        import feesync.cli.completion  # noqa: F401 - Click takes the values from it
    try:
        status = cli.main(
            args=list(args) if args is not None else None,
            prog_name="feesync",
            standalone_mode=False,
        )
        if status != ExitStatus.UNEXPECTED:  # its message has been printed
            sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:  # the reader of the pipe, such as head, has ended
        return ExitStatus.UNEXPECTED
    except OSError as error:
        click.echo(f"feesync: {_reason(error)}", err=True)
        return ExitStatus.UNEXPECTED
    except (click.Abort, KeyboardInterrupt):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        click.echo("feesync: interrupted", err=True)
        return ExitStatus.INTERRUPTED
    return status if isinstance(status, int) else ExitStatus.OK


def _reason(error: OSError) -> str:
    if error.errno == errno.EBADF and not error.filename:
        return "standard output is closed"
    name = f"{one_line(str(error.filename))}: " if error.filename else ""
    return name + (error.strerror or one_line(str(error)))


def _replace_closed_stdout() -> None:
    """Put a file that cannot be written in the place of a closed stdout.

    Printing then fails, and no file that is opened later gets the number of stdout.
    """
    nothing = os.open(os.devnull, os.O_RDONLY)
    if nothing != _STDOUT:
        os.dup2(nothing, _STDOUT)
    sys.stdout = os.fdopen(_STDOUT, "w", encoding="utf-8", closefd=False)


def _discard_stdout() -> None:
    """Discard what could not be printed, so that the interpreter does not fail on it at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.stdout.flush()
