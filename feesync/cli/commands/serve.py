"""`feesync serve`: the page and the API, on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from feesync.cli.command import QuietReader
from feesync.cli.numbers import WholeNumber
from feesync.cli.options import db_option
from feesync.errors import BusyError
from feesync.paths import database_name

_PORT = 8765


@click.command("serve", cls=QuietReader, short_help="Open the page and the API, on this machine.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to serve at; 0.0.0.0 serves other machines too.",
)
@click.option(
    "--port",
    type=WholeNumber(0, 65_535),
    default=_PORT,
    show_default=True,
    help="Port to serve at; 0 takes any that is free.",
)
@click.option("--open", "is_to_open", is_flag=True, help="Open the page in a browser.")
@db_option
@click.pass_context
def command(ctx: click.Context, host: str, port: int, is_to_open: bool) -> None:
    """Serve a page for people and an API for programs, with the answers of the commands.

    \b
      feesync serve --open
      feesync serve --port 9000 --db rates.db

    Only this machine is served unless --host says otherwise; nothing is written, and no other
    address is asked. What a sync loads meanwhile is seen at once. Ctrl-C ends it.
    """
    from feesync import web  # not at every start

    web.require()
    from feesync.cli.hints import error_text
    from feesync.web import server
    from feesync.web.app import application
    from feesync.web.guard import LOOPBACK

    try:
        listener = server.listen(host, port)
    except BusyError as error:
        raise BusyError(f"{error}; --port 0 takes any that is free") from None
    shown, port = listener.getsockname()[:2]
    is_local = server.is_loopback(shown)
    if not is_local:
        click.echo(
            f"feesync: warning: other machines can read this page at {shown}; it has no password",
            err=True,
        )
    if not Path(path := database_name(ctx.obj)).exists():
        click.echo(
            f"feesync: info: there is no database {path} yet: the embedded snapshot answers",
            err=True,
        )
    url = server.url(shown, port)
    click.echo(url)
    click.echo("feesync: info: Ctrl-C ends it", err=True)
    if is_to_open:
        click.launch(url)
    names = LOOPBACK if is_local else None
    server.run(application(ctx.obj, error_text=error_text, names=names), listener)
