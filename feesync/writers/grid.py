"""The grid of rates that `feesync rates` and `feesync export` print: its columns, and its rates.

Out of scope: what each column is, and which release answers (schedule), and the files that a grid
is written to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from feesync.errors import UnknownCodeError, together
from feesync.model.hcpcs import CodeRange
from feesync.schedule import columns
from feesync.schedule.quote import Quote
from feesync.schedule.rates import FeeSchedule

KEY = tuple(
    column.name for column in columns.COLUMNS if column.places is None and not column.of_release
)
"""The columns of text that say what a row is about."""

DECIMALS = {column.name: column.places for column in columns.COLUMNS if column.places is not None}
"""The columns of numbers and their decimal places; an integer counts the last place."""

OPTIONAL = frozenset(column.name for column in columns.COLUMNS if column.is_optional)
"""The columns that may be empty."""

FLAGS = frozenset(column.name for column in columns.COLUMNS if column.is_flag)
"""The columns that are true or false."""

COLUMNS = (*KEY, *DECIMALS, *columns.OF_RELEASE)
"""Every column, in order, as the rows of an export have them."""


def quotes(
    schedule: FeeSchedule,
    codes: Sequence[str | CodeRange],
    places: Sequence[str],
    states: Sequence[str],
    day: date,
    *,
    qp: bool,
    unknown: list[UnknownCodeError],
) -> Iterator[Quote]:
    """Return the rates of codes and ranges of codes, code after code, each code once.

    Errors are raised before this returns, so that a caller may print the rates as they come. So the
    codes of every range, and the rates of every single code and of the first code of every range,
    are looked up at once; the other rates are looked up when they are asked for.

    Args:
        schedule: the rates.
        codes: codes and ranges.
        places: localities in any form; where there are none, all of `states`.
        states: in capitals; where there are none, all.
        day: date of service.
        qp: whether the conversion factor is that of a qualifying APM participant.
        unknown: gets why a code, or a range, has no rates, where others have.

    Raises:
        NoPriceError: for the reasons of FeeSchedule.rates and FeeSchedule.codes; an
            UnknownCodeError only where no code is known.
    """
    done: set[str] = set()
    groups: list[tuple[list[Quote], list[str]]] = []
    for item in codes:
        try:
            group = [item] if isinstance(item, str) else schedule.codes(item, day)
            new = [code for code in group if code not in done]
            done.update(new)
            if new:
                groups.append((schedule.rates(new[0], places, states, day, qp=qp), new[1:]))
        except UnknownCodeError as error:
            unknown.append(error)
    if unknown and not groups:
        raise together(unknown)
    return _group_quotes(schedule, groups, places, states, day, qp)


def _group_quotes(
    schedule: FeeSchedule,
    groups: list[tuple[list[Quote], list[str]]],
    places: Sequence[str],
    states: Sequence[str],
    day: date,
    qp: bool,
) -> Iterator[Quote]:
    for first, others in groups:
        yield from first
        for code in others:
            yield from schedule.rates(code, places, states, day, qp=qp)
