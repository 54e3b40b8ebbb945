"""Every row of a database against its checksum, in a process that answers many questions.

Comparing takes seconds, so it runs in a thread beside the answers, once for each state of the
database: what it found is known until the database changes (store.source, store.live). Out of
scope: how a row is compared (store.checksums).
"""

from __future__ import annotations

import os
from concurrent.futures import Future
from functools import cache
from queue import SimpleQueue
from threading import Thread

from feesync.paths import database_name
from feesync.schedule.threads import open_schedule

_SECONDS = 0.2
"""How long an answer waits for what is found: a small database is compared meanwhile."""

_Questions = SimpleQueue[tuple[str, Future[list[str]]]]


def known_damages(db: str | os.PathLike[str] | None) -> list[str] | None:
    """Return what is known of the damages of a database as it is now.

    Args:
        db: path of the database; by default FEESYNC_DB, else the user's data folder.

    Returns:
        A line for each part that differs from its checksum; None where rows are still compared, and
        asking again later brings it.

    Raises:
        StoreError: the database cannot be read.
    """
    question: Future[list[str]] = Future()
    _questions().put((database_name(db), question))
    try:
        return question.result(_SECONDS)
    except TimeoutError:
        question.cancel()
        return None


@cache
def _questions() -> _Questions:
    """Return the questions of the thread that compares, which runs until the process ends."""
    questions: _Questions = SimpleQueue()
    Thread(target=_answer, args=(questions,), name="feesync inspection", daemon=True).start()
    return questions


def _answer(questions: _Questions) -> None:
    while True:
        path, question = questions.get()
        if not question.set_running_or_notify_cancel():
            continue
        try:
            question.set_result(open_schedule(path).damages())
        except BaseException as error:
            question.set_exception(error)
