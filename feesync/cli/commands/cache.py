"""`feesync cache`: what has been downloaded, and removing what is not needed."""

from __future__ import annotations

import click

from feesync.cli.command import QuietReader
from feesync.cli.options import db_option, json_option
from feesync.cli.output import print_json, print_table
from feesync.refresh.downloads import downloads


@click.command("cache", cls=QuietReader, short_help="What has been downloaded; prune it.")
@click.option(
    "--prune",
    is_flag=True,
    help="Remove the zips that the database does not refer to, and what was left unfinished.",
)
@json_option
@db_option
@click.pass_context
def command(ctx: click.Context, prune: bool, as_json: bool) -> None:
    """Show the zips that 'feesync sync' has downloaded, and which of them the database refers to.

    \b
      feesync cache
      feesync cache --prune
    """
    found = downloads(prune=prune, db=ctx.obj)
    if as_json:
        print_json(found.to_dict())
        return
    size = sum(file.size for file in found.files)
    click.echo(
        f"Cache {found.folder} "
        + (f"({size / 1e6:.1f} MB)\n" if found.exists else "(not there yet)")
    )
    if found.files:
        rows = [
            (
                file.label,
                file.sha256[:12],
                f"{file.size / 1e6:.1f}",
                "" if file in found.needed else "removed" if prune else "not in the database",
            )
            for file in found.files
        ]
        print_table(("Release", "sha256", "MB", ""), rows, right=("MB",))
    for path in found.unfinished:
        click.echo(f"{path.name}: left unfinished{', removed' if prune else ''}")
