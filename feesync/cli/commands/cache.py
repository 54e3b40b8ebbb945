"""`feesync cache`: what has been downloaded, and removing what is not needed."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import click

from feesync.cli.command import QuietReader
from feesync.cli.options import db_option, json_option
from feesync.cli.output import print_json, print_table
from feesync.cms.cache import Cache, CachedFile
from feesync.datasets.registry import owner
from feesync.errors import InvalidInputError
from feesync.paths import cache_path, database_path
from feesync.store.revisions import read_revisions


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
    cache = Cache(cache_path())
    exists = cache.folder.is_dir()
    with cache.lock(0) if prune and exists else nullcontext():
        database = database_path(ctx.obj)
        if prune and exists and not database.exists():
            raise InvalidInputError(
                f"there is no database {database} to say what is needed: nothing is removed"
            )
        loaded = read_revisions(database)
        files, unfinished = (cache.files(), cache.unfinished()) if exists else ([], [])
        zips = [entry for entry in files if owner(entry.label).owns(entry.label)]
        needed = [
            entry
            for entry in zips
            if owner(entry.label).is_needed(entry, loaded, cache.record(entry.label))
        ]
        spare = [entry for entry in zips if entry not in needed]
        if prune:
            for path in [*(entry.path for entry in spare), *unfinished]:
                cache.remove(path)
    if as_json:
        print_json(_to_dict(cache.folder, needed, spare, unfinished, prune))
        return
    click.echo(
        f"Cache {cache.folder} "
        + (f"({sum(entry.size for entry in zips) / 1e6:.1f} MB)\n" if exists else "(not there yet)")
    )
    if zips:
        print_table(
            ("Release", "sha256", "MB", ""),
            [
                (
                    entry.label,
                    entry.sha256[:12],
                    f"{entry.size / 1e6:.1f}",
                    _remark(entry in needed, prune),
                )
                for entry in zips
            ],
            right=("MB",),
        )
    for path in unfinished:
        click.echo(f"{path.name}: left unfinished{', removed' if prune else ''}")


def _remark(is_needed: bool, prune: bool) -> str:
    return "" if is_needed else "removed" if prune else "not in the database"


def _to_dict(
    folder: Path,
    needed: list[CachedFile],
    spare: list[CachedFile],
    unfinished: list[Path],
    prune: bool,
) -> dict[str, object]:
    def entries(zips: list[CachedFile]) -> list[dict[str, object]]:
        return [
            {
                "label": entry.label,
                "sha256": entry.sha256,
                "bytes": entry.size,
                "file": entry.path.name,
            }
            for entry in zips
        ]

    return {
        "cache": str(folder),
        "referred": entries(needed),
        "not_referred": entries(spare),
        "unfinished": [path.name for path in unfinished],
        "pruned": prune,
    }
