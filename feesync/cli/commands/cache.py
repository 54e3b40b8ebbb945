"""`feesync cache`: what has been downloaded, and removing what is not needed."""

from __future__ import annotations

import click

from feesync.cli.command import QuietReader
from feesync.cli.options import csv_option, db_option, json_option, one_format
from feesync.cli.output import print_csv_rows, print_json, print_table
from feesync.cms.cache import CachedFile
from feesync.refresh.downloads import COLUMNS, Downloads, downloads


@click.command("cache", cls=QuietReader, short_help="What has been downloaded; remove it.")
@click.option(
    "--prune",
    is_flag=True,
    help="Remove the zips that the database does not refer to, and what was left unfinished.",
)
@click.option(
    "--clear",
    is_flag=True,
    help="Remove all zips. What is loaded answers on, and is not downloaded again.",
)
@csv_option
@json_option
@db_option
@click.pass_context
def command(ctx: click.Context, prune: bool, clear: bool, as_csv: bool, as_json: bool) -> None:
    """Show the zips that 'feesync sync' has downloaded, and which of them the database refers to.

    \b
      feesync cache
      feesync cache --prune
      feesync cache --clear
    """
    if prune and clear:
        raise click.UsageError("--prune and --clear exclude each other")
    one_format(as_json, as_csv)
    found = downloads(prune=prune, clear=clear, db=ctx.obj)
    if as_json:
        print_json(found.to_dict())
        return
    if as_csv:
        print_csv_rows(found.rows(), COLUMNS)
        return
    size = sum(file.size for file in found.files)
    click.echo(
        f"Cache {found.folder} " + (f"({size / 1e6:.1f} MB)" if found.exists else "(not there yet)")
    )
    if found.files:
        click.echo()
        rows = [
            (
                file.label,
                file.sha256[:12],
                f"{file.size / 1e6:.1f}",
                _fate(file, found),
            )
            for file in found.files
        ]
        print_table(("Release", "sha256", "MB", ""), rows, right=("MB",))
    for path in found.unfinished:
        click.echo(f"{path.name}: left unfinished{', removed' if prune or clear else ''}")


def _fate(file: CachedFile, found: Downloads) -> str:
    if found.cleared or (found.pruned and file not in found.needed):
        return "removed"
    return "" if file in found.needed else "not in the database"
