"""`feesync help`: what `--help` prints, for those who ask so."""

from __future__ import annotations

import click

from feesync.cli.command import Once


@click.command("help", cls=Once, short_help="The help of a command.")
@click.argument("name", required=False, metavar="[COMMAND]")
@click.pass_context
def command(ctx: click.Context, name: str | None) -> None:
    """Print the help of a command, as its --help does; without a COMMAND, that of feesync.

    \b
      feesync help
      feesync help estimate
    """
    root = ctx.find_root()
    if name is None:
        click.echo(root.get_help())
        return
    assert isinstance(root.command, click.Group)
    _, found, _ = root.command.resolve_command(root, [name])
    assert found is not None
    click.echo(found.get_help(click.Context(found, info_name=name, parent=root)))
