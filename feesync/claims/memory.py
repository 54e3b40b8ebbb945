"""Which questions are the same, so that a remembered answer, or a header, can be returned.

The schedule that an answer is from keeps it, and drops it when its database changes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import date
from functools import lru_cache

from feesync.claims.arguments import History
from feesync.claims.estimate import Estimate
from feesync.claims.header import Header, read_header
from feesync.model.rate import Setting
from feesync.schedule.rates import FeeSchedule

MOST_ANSWERS = 20_480
"""How many answers a schedule keeps, some 40 MB; then it forgets all of them."""

MOST_HEADERS = 4_096

_PLAIN = frozenset((str, int, bool, type(None), date, Setting))


def question(modifiers: object, *others: object) -> Hashable | None:
    """Return a value that only equal questions share, or None where that cannot be guaranteed.

    Equal values may mean different things, such as 1 and True, so that their types count too. Of a
    type that is not plain, equality is no guarantee.

    Args:
        modifiers: a list or a tuple; with anything else there is no such value.
        others: the other arguments, always in the same order.
    """
    if type(modifiers) not in (list, tuple):
        return None
    values = (*others, *modifiers)  # type: ignore[misc]
    types = tuple(map(type, values))
    return (values, types) if _PLAIN.issuperset(types) else None


def header_of(history: History, day: object, **others: object) -> Header:
    """Return the header of arguments of `read_header`; of plain ones, the remembered header.

    Args:
        history: earlier lines; with any, the header is read anew.
        day: date of service.
        others: the other arguments by their names.
    """
    plain = _PLAIN.issuperset(map(type, (day, *others.values())))
    if plain and type(history) is tuple and not history:
        return _header(date=day, **others)
    return read_header(date=day, history=history, **others)  # type: ignore[arg-type]


@lru_cache(maxsize=MOST_HEADERS, typed=True)
def _header(**others: object) -> Header:
    return read_header(**others)  # type: ignore[arg-type]


def answer_of(
    schedule: FeeSchedule, key: Hashable | None, answer: Callable[[], Estimate]
) -> Estimate:
    """Return the answer to a question, the one of before where the database is still the same.

    What a stand-in release says is asked for anew: it depends on what CMS has listed since.

    Args:
        schedule: what answers.
        key: the question, None where it is not to be remembered.
        answer: finds the answer.
    """
    with schedule.held():
        earlier = schedule.answers.get(key) if key else None
        if isinstance(earlier, Estimate):
            return earlier
        latest = answer()
        if key and latest.quote.exact:
            if len(schedule.answers) >= MOST_ANSWERS:
                schedule.answers.clear()
            schedule.answers[key] = latest
        return latest
