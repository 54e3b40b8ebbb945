"""`feesync status`: what is loaded, from where, since when, and whether it is fresh."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from datetime import date as Date

import click

from feesync.cli.command import QuietReader
from feesync.cli.hints import with_hint, words
from feesync.cli.options import db_option, json_option
from feesync.cli.output import print_json, print_prose, print_table
from feesync.cms.cooldown import CoolDown
from feesync.cms.site import Site
from feesync.errors import ExitStatus, one_line, worst
from feesync.hints import Hint, HintKind
from feesync.model.dates import read_age
from feesync.model.money import decimal
from feesync.model.release import ACCEPTED_CHANGE, Release
from feesync.model.zip_code import ZipFile
from feesync.paths import cache_path, database_path
from feesync.refresh.standing import Standing, standing
from feesync.schedule.threads import open_schedule
from feesync.store.freshness import Freshness, read_freshness

_COLUMNS = ("Release", "From", "To", "Factor", "Loaded (UTC)", "sha256", "Source")


@click.command("status", cls=QuietReader, short_help="What is loaded, from where, how fresh.")
@click.option(
    "--max-age",
    metavar="AGE",
    help="Exit with 7 where the last successful sync is older, such as 30d, 12h or 4w.",
)
@click.option(
    "--need-current",
    is_flag=True,
    help="Exit with 7 where no loaded release is of today's quarter.",
)
@json_option
@db_option
@click.pass_context
def command(ctx: click.Context, max_age: str | None, need_current: bool, as_json: bool) -> None:
    """Show the releases that answer, their dates of effect and sources, and when they were last compared with CMS.

    \b
      feesync status
      feesync status --max-age 30d --need-current
      feesync status --json

    Every row is compared with the checksum that was stored when it was loaded; what differs ends
    the command with 1.

    The schedule is stale, with --max-age, where no 'feesync sync' has succeeded within that age, or
    no loaded release answers for today; with --need-current, where none is in effect today, though
    one of another quarter may stand in: CMS may have nothing newer yet.
    """
    most = read_age(max_age) if max_age is not None else None
    path, site, now = database_path(ctx.obj), Site.from_environment(), datetime.now(UTC)
    schedule = open_schedule(ctx.obj)
    fresh, cool_until = read_freshness(path), CoolDown(cache_path()).until(site.host)
    with schedule.held():
        releases, zip_files, damages = schedule.releases(), schedule.zip_files(), schedule.damages()
        stands = standing(path, Date.today(), fresh.listing)
    stale = (fresh.stale_because(most, now) if most else None) or _lack(
        stands, need_current, most is not None
    )
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
                "answering": stands.label,
                "answering_covers_today": stands.is_current if stands.answering else None,
                "today_is_listed": stands.is_listed,
                "last_listing": _iso(fresh.listing.asked if fresh.listing else None),
                "zip_files": [_zip_to_dict(file) for file in zip_files],
                "damages": damages,
                "stale": stale is not None if most or need_current else None,
                "stale_because": stale,
                "releases": [_to_dict(release) for release in releases],
            }
        )
    else:
        size = (
            f"{path.stat().st_size / 1e6:.1f} MB"
            if path.exists()
            else "not there yet: the embedded snapshot answers"
        )
        print_prose(f"Database {path} ({size})")
        _print_freshness(fresh, now)
        print_prose(_standing(stands))
        if cool_until:
            print_prose(
                f"{site.host} has forbidden requests (403): it is not asked before "
                f"{_minute(cool_until)}"
            )
        print_prose(
            "ZIP to locality: " + ", ".join(f"{file} ({_where(file)})" for file in zip_files)
        )
        click.echo()
        _print_releases(releases)
        for release in releases:
            for name, reason in release.checks_set_aside.items():
                how = "a change accepted" if name == ACCEPTED_CHANGE else f"check {name} set aside"
                print_prose(f"{release.label} was loaded with {how}: {reason}")
    for damage in damages:
        text = with_hint(one_line(damage), Hint(HintKind.LOAD_ANEW))
        click.echo(f"feesync: {text}", err=True)
    if stale:
        click.echo(f"feesync: stale: {stale}", err=True)
    ctx.exit(
        worst(
            [*([ExitStatus.UNEXPECTED] if damages else []), *([ExitStatus.STALE] if stale else [])]
        )
    )


def _lack(stands: Standing, need_current: bool, need_any: bool) -> str | None:
    """Return why the loaded releases do not do for today, None where they do."""
    lacking = need_current or (need_any and stands.answering is None)
    return f"{stands.lack}; {words(stands.remedy)}" if lacking and stands.lack else None


def _standing(stands: Standing) -> str:
    if stands.lack is None:
        return f"{stands.label} answers for today"
    return f"{stands.lack[0].upper()}{stands.lack[1:]}; {words(stands.remedy)}"


def _print_freshness(fresh: Freshness, now: datetime) -> None:
    if fresh.last_success:
        click.echo(
            f"Last successful sync {_minute(fresh.last_success)} ({_ago(now - fresh.last_success)})"
        )
    else:
        click.echo("No sync has succeeded yet")
    if fresh.last_run and fresh.last_status:
        print_prose(
            f"The last run, {_minute(fresh.last_run)}, failed with status {fresh.last_status}: "
            f"{'; '.join(fresh.problems)}"
        )


def _print_releases(releases: list[Release]) -> None:
    rows = [
        (
            release.label,
            release.effective_from,
            release.effective_to,
            decimal(release.factors["nonqp"], 4),
            (release.loaded_at or "")[:16].replace("T", " "),
            release.sha256[:12],
            release.source,
        )
        for release in releases
        if not release.embedded
    ]
    if rows:
        print_table(_COLUMNS, rows, cut=("Source",))
        click.echo()
    embedded = [release.label for release in releases if release.embedded]
    print_prose(f"Embedded snapshot, for the facet joint codes: {', '.join(embedded)}")


def _where(file: ZipFile) -> str:
    return "embedded" if file.embedded else file.source


def _zip_to_dict(file: ZipFile) -> dict[str, object]:
    return {
        name: getattr(file, name)
        for name in ("kind", "year", "quarter", "rows", "source", "embedded")
    }


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
        "checks_set_aside": [
            {"name": name, "reason": reason} for name, reason in release.checks_set_aside.items()
        ],
    }
