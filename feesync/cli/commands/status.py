"""`feesync status`: what is loaded, from which files, since when, and whether it is fresh."""

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
from feesync.datasets.dataset import Table
from feesync.datasets.registry import DATASETS
from feesync.errors import ExitStatus, one_line, worst
from feesync.hints import Hint, HintKind
from feesync.model.dates import read_age
from feesync.paths import cache_path, database_path
from feesync.refresh.standing import Standing, standing
from feesync.schedule.threads import open_schedule
from feesync.store.freshness import Freshness, read_freshness


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
    """Show the loaded releases, their sources, and when they were last compared with CMS.

    \b
      feesync status
      feesync status --max-age 30d --need-current
      feesync status --json

    Every row is compared with the checksum that was stored when it was loaded; where one differs,
    the exit status is 1.

    With --max-age, the schedule is stale where no 'feesync sync' has succeeded within that age, or
    no loaded release answers for today. With --need-current, it is stale where no loaded release is
    in effect today, even if one of another quarter stands in because CMS has nothing newer yet.
    """
    oldest = read_age(max_age) if max_age is not None else None
    path, site, now = database_path(ctx.obj), Site.from_environment(), datetime.now(UTC)
    schedule = open_schedule(ctx.obj)
    fresh, cool_until = read_freshness(path), CoolDown(cache_path()).until(site.host)
    with schedule.held():
        library, damages = schedule.library(), schedule.damages()
        described = [dataset.describe(library) for dataset in DATASETS]
        today = standing(path, Date.today(), fresh.listing)
    stale = (fresh.stale_because(oldest, now) if oldest else None) or _lack(
        today, need_current, oldest is not None
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
                "answering": today.label,
                "answering_covers_today": today.is_current if today.answering else None,
                "today_is_listed": today.is_listed,
                "last_listing": _iso(fresh.listing.asked if fresh.listing else None),
                **{one.key: one.items for one in described if not one.table},
                "damages": damages,
                "stale": stale is not None if oldest or need_current else None,
                "stale_because": stale,
                **{one.key: one.items for one in described if one.table},
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
        print_prose(_today(today))
        if cool_until:
            print_prose(
                f"{site.host} has forbidden requests (403): it is not asked before "
                f"{_minute(cool_until)}"
            )
        for line in filter(None, (one.line for one in described)):
            print_prose(line)
        for table in filter(None, (one.table for one in described)):
            click.echo()
            _print_table(table)
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


def _lack(today: Standing, need_current: bool, need_any: bool) -> str | None:
    """Return why the loaded releases do not answer for today as needed, None where they do."""
    is_needed = need_current or (need_any and today.answering is None)
    return f"{today.lack}; {words(today.remedy)}" if is_needed and today.lack else None


def _today(today: Standing) -> str:
    if today.lack is None:
        return f"{today.label} answers for today"
    return f"{today.lack[0].upper()}{today.lack[1:]}; {words(today.remedy)}"


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


def _print_table(table: Table) -> None:
    if table.rows:
        print_table(table.columns, table.rows, cut=table.cut)
        click.echo()
    for remark in table.remarks:
        print_prose(remark)


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
