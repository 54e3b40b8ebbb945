"""`feesync status`: what is loaded, from which files, since when, and whether it is fresh."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from feesync.cli.command import QuietReader
from feesync.cli.hints import with_hint, words
from feesync.cli.options import csv_option, db_option, json_option, one_format
from feesync.cli.output import print_csv_rows, print_json, print_prose, print_table
from feesync.datasets.dataset import Table
from feesync.errors import Hint, HintKind, one_line
from feesync.refresh.standing import Standing
from feesync.refresh.status import Status
from feesync.refresh.status import status as refresh_status
from feesync.store.freshness import Freshness


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
@csv_option
@json_option
@db_option
@click.pass_context
def command(
    ctx: click.Context, max_age: str | None, need_current: bool, as_csv: bool, as_json: bool
) -> None:
    """Show the loaded releases, their sources, and when they were last compared with CMS.

    \b
      feesync status
      feesync status --max-age 30d --need-current
      feesync status --csv

    Every row is compared with the checksum that was stored when it was loaded; where one differs,
    the exit status is 1.

    With --max-age, the schedule is stale where no 'feesync sync' has succeeded within that age, or
    no loaded release answers for today. With --need-current, it is stale where no loaded release is
    in effect today, even if one of another quarter stands in because CMS has nothing newer yet.
    """
    one_format(as_json, as_csv)
    result = refresh_status(max_age=max_age, need_current=need_current, db=ctx.obj)
    if as_json:
        print_json(result.to_dict())
    elif as_csv:
        print_csv_rows(result.rows())
    else:
        _print(result)
    for damage in result.damages:
        text = with_hint(one_line(damage), Hint(HintKind.LOAD_ANEW))
        click.echo(f"feesync: {text}", err=True)
    if result.stale_because:
        stale = result.stale_because
        stale += f"; {words(result.stale_hint)}" if result.stale_hint else ""
        click.echo(f"feesync: stale: {stale}", err=True)
    ctx.exit(result.status)


def _print(result: Status) -> None:
    size = (
        f"{result.database.stat().st_size / 1e6:.1f} MB"
        if result.exists
        else "not there yet: the embedded snapshot answers"
    )
    print_prose(f"Database {result.database} ({size})")
    _print_freshness(result.freshness, result.now)
    print_prose(_today(result.today))
    if result.cool_down_until:
        print_prose(
            f"{result.site} has forbidden requests (403): it is not asked before "
            f"{_minute(result.cool_down_until)}"
        )
    for line in filter(None, (one.line for one in result.datasets)):
        print_prose(line)
    print_prose(f"Cache {result.cache}")
    print_prose(f"Settings {result.settings}" + ("" if result.settings.exists() else " (none yet)"))
    print_prose(f"feesync {result.version}")
    for table in filter(None, (one.table for one in result.datasets)):
        click.echo()
        _print_table(table)


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
        problems = (with_hint(problem, hint) for problem, hint in fresh.hinted)
        print_prose(
            f"The last run, {_minute(fresh.last_run)}, failed with status {fresh.last_status}: "
            f"{'; '.join(problems)}"
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
