"""The `feesync` command: parse, call, print. stdout carries data only; everything else goes to stderr."""

from __future__ import annotations

import importlib
import signal
import sys
from collections.abc import Sequence

import click

from feesync import __version__
from feesync.cli.options import db_option
from feesync.errors import ExitStatus, FeesyncError

_COMMANDS = {
    "estimate": "feesync.cli.estimate",
    "claim": "feesync.cli.claim",
    "coverage": "feesync.cli.coverage",
    "rates": "feesync.cli.rates",
    "compare": "feesync.cli.compare",
    "history": "feesync.cli.history",
    "diff": "feesync.cli.diff",
    "export": "feesync.cli.export",
    "localities": "feesync.cli.localities",
    "modifiers": "feesync.cli.modifiers",
    "sync": "feesync.cli.sync",
    "import": "feesync.cli.import_",
    "verify": "feesync.cli.verify",
    "status": "feesync.cli.status",
    "cache": "feesync.cli.cache",
}
"""Each command is imported when it is used: start-up is a feature."""


class _Commands(click.Group):
    """The commands, in the order in which a newcomer meets them, and the one place where errors become exit statuses."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = importlib.import_module(module).command
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except FeesyncError as error:
            click.echo(f"feesync: {error}", err=True)
            ctx.exit(error.exit_status)


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@db_option
@click.version_option(__version__, prog_name="feesync", message="%(prog)s %(version)s")
def cli() -> None:
    """Medicare Physician Fee Schedule rates and estimates, to the cent, from CMS's own files.

    \b
      feesync estimate 64493 --locality 01112-05 -m 50 --date 2025-11-03
      feesync claim 64493-50 64494-50 --locality 01112-05 --date 2025-11-03
      feesync coverage 64493 --pos 22 --locality 01112-05
      feesync rates 64493 --state CA --date 2025-11-03
      feesync compare 64493 --state CA --date 2025-11-03
      feesync history 64493 --locality 02102-01
      feesync localities "santa clara"
      feesync sync
      feesync import rvu25d.zip
      feesync verify PFREV25D.txt

    \b
    Exit status: 0 done; 1 unexpected; 2 usage, or a modifier that does not apply; 3 CMS could not be reached; 4 CMS's
    content was refused, or differs; 5 another process is writing; 6 no price (unknown code, locality or date, or a line
    that is not payable); 7 stale.
    """


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and exit; asked to end, it leaves nothing half written behind."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        status = cli.main(args=list(args) if args is not None else None, prog_name="feesync", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except OSError as error:
        click.echo(f"feesync: {error}", err=True)
        sys.exit(ExitStatus.UNEXPECTED)
    except (click.Abort, KeyboardInterrupt):
        click.echo("feesync: interrupted", err=True)
        sys.exit(ExitStatus.UNEXPECTED)
    sys.exit(status if isinstance(status, int) else ExitStatus.OK)
