"""The fee schedule of this thread over each database, opened on first use."""

from __future__ import annotations

import os
import threading

from feesync.paths import database_name
from feesync.schedule.rates import FeeSchedule

_local = threading.local()

_inherited: list[object] = []
"""What a forked process has of its parent, kept so that no connection of the parent is closed."""


def open_schedule(db: str | os.PathLike[str] | None = None) -> FeeSchedule:
    """Return this thread's fee schedule over a database, opened on first use.

    Args:
        db: path of the database; by default FEESYNC_DB, else the user's data folder. As long as
            there is no such file, the embedded snapshot answers.
    """
    path = database_name(db)
    schedules: dict[str, FeeSchedule] = _local.__dict__.setdefault("schedules", {})
    schedule = schedules.get(path)
    if schedule is None:
        schedule = schedules[path] = FeeSchedule(path)
    return schedule


def _forget_after_fork() -> None:
    """Forget the parent's connections: SQLite connections must not be used after a fork.

    The child opens its own, and does not close the parent's. A process that forks while another of
    its threads is inside SQLite cannot be helped: fork before, or spawn.
    """
    global _local
    _inherited.append(_local)
    _local = threading.local()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
