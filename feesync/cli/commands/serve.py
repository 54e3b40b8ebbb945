"""`feesync serve`: the page and the API, on this machine."""

from __future__ import annotations

import re
from pathlib import Path

import click

from feesync.cli.command import QuietReader
from feesync.cli.numbers import WholeNumber
from feesync.cli.options import db_option
from feesync.errors import BusyError
from feesync.model.reading import excerpt
from feesync.paths import database_name

_PORT = 8765
_HOSTS_VARIABLE = "FEESYNC_ALLOW_HOST"
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?")


def _read_hosts(
    ctx: click.Context, option: click.Parameter, names: tuple[str, ...]
) -> frozenset[str]:
    hosts = frozenset(map(str.lower, names))
    for host in hosts:
        if not _NAME.fullmatch(host):
            raise click.BadParameter(
                f"{excerpt(host)} is no name of a machine alone, such as fees.lan", ctx, option
            )
    return hosts


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
@click.option(
    "--allow-host",
    "hosts",
    metavar="NAME",
    multiple=True,
    envvar=_HOSTS_VARIABLE,
    callback=_read_hosts,
    help="Further name that a browser may call this machine by, such as fees.lan; repeatable.",
)
@click.option("--open", "is_to_open", is_flag=True, help="Open the page in a browser.")
@db_option
@click.pass_context
def command(
    ctx: click.Context, host: str, port: int, hosts: frozenset[str], is_to_open: bool
) -> None:
    """Serve a page for people and an API for programs, with the answers of the commands.

    \b
      feesync serve --open
      feesync serve --port 9000 --db rates.db
      feesync serve --host 0.0.0.0 --allow-host fees.lan

    Only this machine is served unless --host says otherwise; nothing is written, and no other
    address is asked. What a sync loads meanwhile is seen at once. Ctrl-C ends it.

    A request is answered where it is addressed to this machine: by localhost or an address in
    numbers, or by a name of --allow-host. Else a page of another site could ask in its reader's
    browser (DNS rebinding).
    """
    from feesync import web  # not at every start

    web.require()
    from feesync.cli.hints import server_error_text
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
    app = application(
        ctx.obj, error_text=server_error_text, names=LOOPBACK | hosts, numbers=not is_local
    )
    server.run(app, listener)
