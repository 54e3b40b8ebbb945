"""Which questions are the same, so that a remembered answer, or a header, can be returned.

The schedule that an answer is from keeps it, and drops it when its database changes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import date
from itertools import count
from typing import Any

from feesync.claims.arguments import EarlierLines
from feesync.claims.estimate import Estimate
from feesync.claims.header import Header, read_header
from feesync.model import reading
from feesync.model.rate import Setting
from feesync.model.tuples import tuple_of
from feesync.schedule.rates import FeeSchedule

MOST_ANSWERS = 20_480
"""How many answers a schedule keeps, some 40 MB; then it forgets all of them."""

MOST_HEADERS = 4_096
"""How many headers a process keeps, without their places; then it forgets all of them."""

_count = count()
_types: dict[tuple[type, ...], int] = {}
"""Numbers of the types of plain values, which take less memory in a question than the types."""

_numbers: dict[Hashable, int] = {}
_headers: dict[int, tuple[Any, ...]] = {}
"""Headers without their places, by the numbers of their arguments."""

_PLAIN = frozenset((str, int, bool, type(None), date, Setting))


def plain(*values: object) -> tuple[object, ...] | None:
    """Return a value that only equal values share, or None where that cannot be guaranteed.

    Equal values may mean different things, such as 1 and True, so that their types count too. Of a
    type that is not plain, equality is no guarantee.
    """
    types = tuple(map(type, values))
    number = _types.get(types)
    if number is None:
        if not _PLAIN.issuperset(types):
            return None
        number = _types.setdefault(types, next(_count))
    return (*values, number)


def number_of(shared: Mapping[str, object]) -> int | None:
    """Return a number that only equal arguments of a header share, None where they are not plain.

    Args:
        shared: arguments of `read_header` but for place and history, always in the same order.
    """
    key = plain(*shared.values())
    if key is None:
        return None
    number = _numbers.get(key)
    if number is None:
        if len(_numbers) >= MOST_HEADERS:
            _numbers.clear()
            _headers.clear()
        number = _numbers.setdefault(key, next(_count))
    return number


def header_of(
    locality: object, history: EarlierLines, shared: Mapping[str, object], number: int | None
) -> Header:
    """Return the header of arguments of `read_header`; of plain ones, as it was read before.

    Args:
        locality: the place, which is no part of what is remembered.
        history: earlier lines; with any, the header is read anew.
        shared: the other arguments by their names.
        number: that of `number_of`.
    """
    if number is None or type(history) is not tuple or history:
        return read_header(locality=locality, history=history, **shared)  # type: ignore[arg-type]
    rest = _headers.get(number)
    if rest is None:
        header = read_header(locality=locality, **shared)  # type: ignore[arg-type]
        rest = _headers[number] = header[1:]
    return tuple_of(Header, (reading.text("locality", locality), *rest))


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
    with schedule.hold():
        earlier = schedule.answers.get(key) if key else None
        if isinstance(earlier, Estimate):
            return earlier
        latest = answer()
        if key and latest.quote.exact:
            remember(schedule.answers, key, latest)
        return latest


def remember(memory: dict[Hashable, object], key: Hashable, value: object) -> None:
    """Keep a value under a key, of at most MOST_ANSWERS."""
    if len(memory) >= MOST_ANSWERS:
        memory.clear()
    memory[key] = value
