"""The geometry of two pictures: a place among all, and a code over the years.

A picture is drawn in a frame of fixed size, with amounts from zero, and scales with the page. The
templates have the elements, the style sheet has the colours; floats say only where to draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from feesync.model.rate import Setting

if TYPE_CHECKING:
    from feesync.analysis.comparison import Comparison
    from feesync.analysis.history import History

WIDTH, HEIGHT = 360.0, 150.0
_TOP, _BOTTOM = 22.0, 18.0
_BASE = HEIGHT - _BOTTOM
_GAP = 0.25
_HEADROOM = 1.06
_TEXT = 110
"""The width of the text of an amount with its setting."""

_FEWEST_YEARS = 7
"""So many years at most have a label each."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of a picture with a text.

    Attributes:
        x: from the left.
        y: from the top.
        text: what stands there.
        anchor: which end of the text is at the point: `start`, `middle` or `end`.
    """

    x: float
    y: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Bars:
    """Places in the order of their amounts, the lowest first.

    Attributes:
        others: the bars of all other places, as a path.
        here: the bar of the place, as a path.
        national: the height of the national amount.
        mark: the place's own amount.
        marks: texts: the lowest, the highest, the nation.
    """

    others: str
    here: str
    national: float
    mark: Mark
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Steps:
    """Amounts over time, one path for each setting.

    Attributes:
        paths: for each setting its name, its path, and whether it is that of the question.
        day: where the day of the question is, None where it is outside.
        marks: the last amount of each setting.
        years: the years of the axis.
    """

    paths: tuple[tuple[str, str, bool], ...]
    day: float | None
    marks: tuple[Mark, ...]
    years: tuple[Mark, ...]


def bars(comparison: Comparison, key: str) -> Bars | None:
    """Return a place among all others; None where it is not among them, or has no amount.

    Args:
        comparison: the places, in one setting.
        key: the key of the place, such as `01112-05`.
    """
    setting = comparison.settings[0]
    amounts = {
        place.locality.key: amount
        for place in reversed(comparison.places)
        if (amount := place.amounts[setting]) is not None and not place.locality.is_national
    }
    national = comparison.national.amounts[setting]
    if key not in amounts or national is None:
        return None
    highest = max(*amounts.values(), national) * _HEADROOM
    width = WIDTH / len(amounts)
    found = {
        each: _bar(number * width, _y(amount, highest), width)
        for number, (each, amount) in enumerate(amounts.items())
    }
    here = (list(amounts).index(key) + 0.5) * width
    lowest, *_, top = amounts.values()
    return Bars(
        "".join(path for each, path in found.items() if each != key),
        found[key],
        _y(national, highest),
        Mark(here, _y(amounts[key], highest) - 5, _dollars(amounts[key]), _anchor(here)),
        (
            Mark(0, HEIGHT - 4, f"lowest {_dollars(lowest)}", "start"),
            Mark(WIDTH / 2, HEIGHT - 4, f"national {_dollars(national)}"),
            Mark(WIDTH, HEIGHT - 4, f"highest {_dollars(top)}", "end"),
        ),
    )


def steps(history: History, setting: Setting, day: date) -> Steps | None:
    """Return a line over the releases; None where no setting has an amount.

    Args:
        history: the amounts.
        setting: that of the question.
        day: that of the question.
    """
    moments = history.moments
    known = [amount for each in moments for amount in each.amounts.values() if amount is not None]
    if not known:
        return None
    first, last = moments[0].release.effective_from, moments[-1].release.effective_to
    span, highest = (last - first).days or 1, max(known) * _HEADROOM

    def x(when: date) -> float:
        return round(WIDTH * (when - first).days / span, 1)

    paths, marks = [], []
    for each in Setting:
        path, is_drawing = "", False
        for number, moment in enumerate(moments):
            amount = moment.amounts[each]
            begin = x(moment.release.effective_from)
            if amount is not None:
                y = _y(amount, highest)
                following = moments[number + 1 : number + 2]
                end = x(following[0].release.effective_from) if following else WIDTH
                path += f"V{y:.1f}H{end:g}" if is_drawing else f"M{begin:g} {y:.1f}H{end:g}"
            is_drawing = amount is not None
        newest = moments[-1].amounts[each]
        if path:
            paths.append((each.value, path, each is setting))
        if newest is not None:
            above = max(  # the text stands above all of the line that it is over
                amount
                for moment in moments
                if (amount := moment.amounts[each]) is not None
                and x(moment.release.effective_to) > WIDTH - _TEXT
            )
            y = _y(above, highest)
            marks.append(Mark(WIDTH, y - 5, f"{each.value} {_dollars(newest)}", "end"))
    years = range(first.year, last.year + 1)
    every = -(-len(years) // _FEWEST_YEARS)
    return Steps(
        tuple(paths),
        x(day) if first <= day <= last else None,
        tuple(_apart(marks)),
        tuple(
            Mark(max(x(max(date(year, 1, 1), first)), 0), HEIGHT - 4, str(year), "start")
            for year in years[::every]
        ),
    )


def _apart(marks: list[Mark]) -> list[Mark]:
    """Return two marks so that their texts do not stand on each other."""
    least = 12.0
    if len(marks) > 1 and abs(marks[0].y - marks[1].y) < least:
        lower = max(marks, key=lambda mark: mark.y)
        marks = [
            Mark(mark.x, mark.y + least + 4, mark.text, mark.anchor) if mark is lower else mark
            for mark in marks
        ]
    return marks


def _bar(x: float, y: float, width: float) -> str:
    return f"M{x:.1f} {_BASE:g}V{y:.1f}h{width * (1 - _GAP):.2f}V{_BASE:g}z"


def _y(amount: int, highest: float) -> float:
    return round(_BASE - (_BASE - _TOP) * amount / highest, 1)


def _anchor(x: float) -> str:
    edge = 40
    return "start" if x < edge else "end" if x > WIDTH - edge else "middle"


def _dollars(amount: int) -> str:
    return f"${amount / 100:,.2f}"
