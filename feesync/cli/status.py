"""`feesync status`: what is loaded, from where, and since when."""

from __future__ import annotations

import click

from feesync.cli.options import db_option, json_option
from feesync.cli.output import print_json, print_table
from feesync.money import decimal
from feesync.paths import database_path
from feesync.schedule import open_schedule
from feesync.store.source import Release


@click.command("status", short_help="What is loaded, from where.")
@json_option
@db_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Show the releases that answer, their dates of effect and sources.

    \b
      feesync status
      feesync status --json
    """
    path = database_path(ctx.obj)
    releases = open_schedule(ctx.obj).releases()
    there = path.exists()
    if as_json:
        print_json({"database": str(path), "exists": there, "releases": [_to_dict(release) for release in releases]})
        return
    size = f"{path.stat().st_size / 1e6:.1f} MB" if there else "not there yet: the embedded snapshot answers"
    click.echo(f"Database {path} ({size})\n")
    rows = [
        (
            release.label, release.effective_from, release.effective_to, decimal(release.factors["nonqp"], 4), release.loaded_at,
            release.sha256[:12], release.source,
        )
        for release in releases
        if not release.embedded
    ]  # fmt: skip
    if rows:
        print_table(("Release", "From", "To", "Factor", "Loaded (UTC)", "sha256", "Source"), rows)
        click.echo()
    embedded = [release.label for release in releases if release.embedded]
    click.echo(f"Embedded snapshot, for the facet joint codes: {', '.join(embedded)}")


def _to_dict(release: Release) -> dict[str, object]:
    return {
        "label": release.label,
        "effective_from": release.effective_from.isoformat(),
        "effective_to": release.effective_to.isoformat(),
        "loaded_at": release.loaded_at,
        "sha256": release.sha256,
        "source": release.source,
        "embedded": release.embedded,
    }
