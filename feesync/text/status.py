"""The status in text: the database, how fresh it is, and what is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from feesync.text.block import Block, Line, Prose, Table

if TYPE_CHECKING:
    from feesync.datasets.dataset import Table as Contents
    from feesync.errors import Hint
    from feesync.refresh.status import Status
    from feesync.refresh.today import Today
    from feesync.store.freshness import Freshness


def status_blocks(
    result: Status,
    words: Callable[[Hint], str],
    with_hint: Callable[[str, Hint | None], str],
) -> Iterator[Block]:
    """Yield a status in text.

    Args:
        result: the status.
        words: returns what helps, as the front end words it.
        with_hint: returns a text followed by what helps.
    """
    size = (
        f"{result.database.stat().st_size / 1e6:.1f} MB"
        if result.exists
        else "not there yet: the embedded snapshot answers"
    )
    yield Prose(f"Database {result.database} ({size})")
    yield from _freshness(result.freshness, result.now, with_hint)
    yield Prose(_today(result.today, words))
    if result.cool_down_until:
        yield Prose(
            f"{result.site} has forbidden requests (403): it is not asked before "
            f"{_minute(result.cool_down_until)}"
        )
    if not result.is_compared:
        yield Prose(
            "Every row is being compared with its checksum: ask again in some seconds for the "
            "result"
        )
    for line in filter(None, (one.line for one in result.datasets)):
        yield Prose(line)
    yield Prose(f"Cache {result.cache}")
    yield Prose(f"Settings {result.settings}" + ("" if result.settings.exists() else " (none yet)"))
    yield Prose(f"feesync {result.version}")
    for table in filter(None, (one.table for one in result.datasets)):
        yield Line()
        yield from _contents(table)


def _today(today: Today, words: Callable[[Hint], str]) -> str:
    if today.lack is None:
        return f"{today.label} answers for today"
    return f"{today.lack[0].upper()}{today.lack[1:]}; {words(today.remedy)}"


def _freshness(
    fresh: Freshness, now: datetime, with_hint: Callable[[str, Hint | None], str]
) -> Iterator[Block]:
    if fresh.last_success:
        yield Line(
            f"Last successful sync {_minute(fresh.last_success)} ({_ago(now - fresh.last_success)})"
        )
    else:
        yield Line("No sync has succeeded yet")
    if fresh.last_run and fresh.last_status:
        problems = (with_hint(problem, hint) for problem, hint in fresh.hinted)
        yield Prose(
            f"The last run, {_minute(fresh.last_run)}, failed with status {fresh.last_status}: "
            f"{'; '.join(problems)}"
        )


def _contents(table: Contents) -> Iterator[Block]:
    if table.rows:
        yield Table(table.columns, table.rows, cut=table.cut)
        yield Line()
    for remark in table.remarks:
        yield Prose(remark)


def _ago(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    if hours < 0:
        return "in the future"
    if hours < 1:
        return "less than an hour ago"
    return f"{hours:.0f} hours ago" if hours < 48 else f"{age.days} days ago"


def _minute(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
