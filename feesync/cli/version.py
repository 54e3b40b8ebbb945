"""What `feesync --version` prints: feesync, Python, SQLite, and the data that answer."""

from __future__ import annotations

import platform
import sqlite3
from pathlib import Path

import click

from feesync.about import VERSION
from feesync.errors import FeesyncError
from feesync.paths import database_name
from feesync.schedule.threads import open_schedule
from feesync.text.cells import count_of


def print_version(database: str | None) -> None:
    """Print the versions; the first line is feesync's own."""
    click.echo(f"feesync {VERSION}")
    click.echo(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    click.echo(_data(database))


def _data(database: str | None) -> str:
    path = database_name(database)
    try:
        releases = open_schedule(database).releases()
    except FeesyncError as error:
        return f"Data: {error}"
    loaded = [release.label for release in releases if not release.embedded]
    if loaded:
        return f"Data: {count_of(len(loaded), 'release')}, the newest {loaded[-1]}, in {path}"
    state = "has no release" if Path(path).exists() else "is not there yet"
    return f"Data: {path} {state}; the embedded snapshot answers, up to {releases[-1].label}"
