"""`feesync status`: what is loaded, from where, since when, and whether it is fresh."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from datetime import date as Date

import click

from feesync.cli.options import db_option, json_option
from feesync.cli.output import print_json, print_table
from feesync.cms.cooldown import CoolDown
from feesync.cms.site import Site
from feesync.dates import read_age
from feesync.errors import ExitStatus, one_line, worst
from feesync.money import decimal
from feesync.paths import cache_path, database_path
from feesync.refresh.freshness import Freshness, read_freshness
from feesync.schedule import open_schedule
from feesync.store.source import Release
from feesync.zips import ZipFile


@click.command("status", short_help="What is loaded, from where, how fresh.")
@click.option("--max-age", metavar="AGE", help="Exit with 7 where the last successful sync is older, such as 30d, 12h or 4w.")
@json_option
@db_option
@click.pass_context
def command(ctx: click.Context, max_age: str | None, as_json: bool) -> None:
    """Show the releases that answer, their dates of effect and sources, and when they were last compared with CMS.

    \b
      feesync status
      feesync status --max-age 30d
      feesync status --json

    Every row is compared with the checksum that was stored when it was loaded; what differs ends the command with 1.

    The schedule is stale, with --max-age, where no 'feesync sync' has succeeded within that age, or no loaded release
    answers for today.
    """
    most = read_age(max_age) if max_age is not None else None
    path, site, now = database_path(ctx.obj), Site.from_environment(), datetime.now(UTC)
    schedule = open_schedule(ctx.obj)
    today = Date.today()
    with schedule.held():
        releases, label, zip_files = schedule.releases(), schedule.answering(today), schedule.zip_files()
        damages = schedule.damages()
    answering = next((release for release in releases if release.label == label and not release.embedded), None)
    fresh, cool_until = read_freshness(path), CoolDown(cache_path()).until(site.host)
    stale = _stale(fresh, most, now, label) if most else None
    if as_json:
        print_json(
            {
                "database": str(path),
                "exists": path.exists(),
                "last_success": _iso(fresh.last_success),
                "last_run": _iso(fresh.last_run),
                "last_status": fresh.last_status,
                "last_problems": list(fresh.problems),
                "cool_down_until": _iso(cool_until),
                "answering": label,
                "answering_covers_today": answering.covers(today) if answering else None,
                "zip_files": [_zip_to_dict(file) for file in zip_files],
                "damages": damages,
                "stale": None if most is None else stale is not None,
                "stale_because": stale,
                "releases": [_to_dict(release) for release in releases],
            }
        )
    else:
        size = f"{path.stat().st_size / 1e6:.1f} MB" if path.exists() else "not there yet: the embedded snapshot answers"
        click.echo(f"Database {path} ({size})")
        _print_freshness(fresh, now)
        click.echo(_answering(answering, today))
        if cool_until:
            click.echo(f"{site.host} has forbidden requests (403): it is not asked before {_minute(cool_until)}")
        click.echo("ZIP to locality: " + ", ".join(f"{file} ({_where(file)})" for file in zip_files))
        click.echo()
        _print_releases(releases)
        for release in releases:
            for name, reason in release.checks_set_aside.items():
                click.echo(f"{release.label} was loaded with check {name} set aside: {reason}")
    for damage in damages:
        click.echo(f"feesync: {one_line(damage)}", err=True)
    if stale:
        click.echo(f"feesync: stale: {stale}", err=True)
    ctx.exit(worst([*([ExitStatus.UNEXPECTED] if damages else []), *([ExitStatus.STALE] if stale else [])]))


def _stale(fresh: Freshness, most: timedelta, now: datetime, answering: str | None) -> str | None:
    return fresh.stale_because(most, now) or (None if answering else f"no loaded release answers for today, {Date.today()}")


def _answering(release: Release | None, today: Date) -> str:
    if release is None:
        return "No loaded release answers for today"
    if release.covers(today):
        return f"{release.label} answers for today"
    over = today > release.effective_to
    when = f"to {release.effective_to}" if over else f"from {release.effective_from}"
    return f"{release.label}, in effect {when}, stands in for today"


def _print_freshness(fresh: Freshness, now: datetime) -> None:
    if fresh.last_success:
        click.echo(f"Last successful sync {_minute(fresh.last_success)} ({_ago(now - fresh.last_success)})")
    else:
        click.echo("No sync has succeeded yet")
    if fresh.last_run and fresh.last_status:
        click.echo(f"The last run, {_minute(fresh.last_run)}, failed with status {fresh.last_status}: {'; '.join(fresh.problems)}")


def _print_releases(releases: list[Release]) -> None:
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


def _where(file: ZipFile) -> str:
    return "embedded" if file.embedded else file.source


def _zip_to_dict(file: ZipFile) -> dict[str, object]:
    return {name: getattr(file, name) for name in ("kind", "year", "quarter", "rows", "source", "embedded")}


def _ago(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    if hours < 0:
        return "in the future"
    if hours < 1:
        return "less than an hour ago"
    return f"{hours:.0f} hours ago" if hours < 48 else f"{age.days} days ago"


def _minute(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None


def _to_dict(release: Release) -> dict[str, object]:
    return {
        "label": release.label,
        "effective_from": release.effective_from.isoformat(),
        "effective_to": release.effective_to.isoformat(),
        "loaded_at": release.loaded_at,
        "sha256": release.sha256,
        "source": release.source,
        "embedded": release.embedded,
        "checks_set_aside": [{"name": name, "reason": reason} for name, reason in release.checks_set_aside.items()],
    }
