"""How much a question may ask: what is computed whole is bounded before it is computed.

A server answers few questions at a time, so that one of a million amounts would keep the others
waiting for minutes. The commands and functions have no such bound, and rates need none: they are
read as they are sent. Out of scope: how many rows are shown (answer).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date as Date
from math import prod
from typing import Any

from feesync.errors import FeesyncError, InvalidInputError
from feesync.model.hcpcs import CodeRange, read_codes
from feesync.queries.query import Database
from feesync.schedule.threads import open_schedule
from feesync.text.cells import count_of

MOST = 10_000
"""How many amounts are computed for one question: some seconds."""

MOST_CODES = 60_000
"""How many codes in places are compared of two releases: all codes in three places."""

_ALL_PLACES = 120
"""More than a release has."""


class TooLargeError(InvalidInputError):
    """A question asks for more than is computed at once."""


def check(name: str, parts: Mapping[str, int], most: int, less: str) -> None:
    """Refuse a question that asks for too much.

    Args:
        name: of the query, and of the command.
        parts: how many there are of each, by its noun: code, place, setting.
        most: how many amounts may be computed, one for each code in each place and setting.
        less: what may be given less of.

    Raises:
        TooLargeError: there are more.
    """
    number = prod(parts.values())
    if number > most:
        words = " in ".join(count_of(count, noun) for noun, count in parts.items())
        raise TooLargeError(
            f"{name} of {words} is {number:,} amounts, and at most {most:,} are computed at once: "
            f"give {less}; 'feesync {name}' on the command line has no such bound"
        )


def place_count(values: Mapping[str, Any], db: Database) -> int:
    """Return how many places a question has: those that are named, else those of states, or all."""
    if named := len({*values.get("locality", ())}) + len({*values.get("zip", ())}):
        return named
    try:
        _, places = open_schedule(db).localities(values.get("date") or Date.today())
    except FeesyncError:  # the answer says what is wrong
        return _ALL_PLACES
    states = values.get("state")
    return sum(place.state in states for place in places) if states else len(places)


def code_count(texts: Iterable[object], day: Date, db: Database) -> int:
    """Return how many codes texts mean on a day; a text that cannot be read is one."""
    return sum(_codes_of(text, day, db) for text in texts)


def most_codes(texts: Sequence[str], name: str, db: Database) -> int:
    """Return how many codes texts mean at most; where there are none, all of a release.

    Args:
        texts: codes and ranges.
        name: of the release, a label or a year.
        db: path of the database.
    """
    spans = [span.size if (span := _span(text)) else 1 for text in texts]
    schedule, label = open_schedule(db), name.partition("@")[0]
    try:
        with schedule.hold():
            when = schedule.newest_day(int(label)) if label.isdecimal() else label
            source, release = schedule.sources(when)[0]
            whole = len(source.row_counts(release))
    except FeesyncError:  # the answer says what is wrong
        whole = 1
    return min(sum(spans), whole) if spans else whole


def _codes_of(text: object, day: Date, db: Database) -> int:
    span = _span(text)
    if span is None:
        return 1
    try:
        return len(open_schedule(db).codes(span, day))
    except FeesyncError:  # the answer says what is wrong
        return 1


def _span(text: object) -> CodeRange | None:
    """Return the range of codes that a text means; None where it is none."""
    try:
        codes = read_codes(text) if isinstance(text, str) else None
    except InvalidInputError:
        return None
    return codes if isinstance(codes, CodeRange) else None
