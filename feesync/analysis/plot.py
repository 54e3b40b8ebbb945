"""Charts of amounts as SVG or PNG: bars of many places, steps of one place over time.

The texts of a chart are exact Decimals; floats say only where to draw. The same values make the
same file. Out of scope: where the amounts come from, and charts on a screen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feesync.errors import MissingExtraError
from feesync.files import replacing
from feesync.writers.target import existence_errors

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BLUE, _PALE, _ORANGE, _GREY, _INK = "#2b6cb0", "#b3cde8", "#c05621", "#e8e8e8", "#222222"
_MUTED = "#555555"
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "feesync",
    "font.family": "sans-serif",
    "font.size": 9,
    "text.parse_math": False,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.edgecolor": "#888888",
}
_LINE: dict[str, Any] = {"color": _ORANGE, "linewidth": 1.2, "linestyle": (0, (4, 2))}
_DPI = 144
_HEAD, _FOOT = 1.05, 0.35
"""Inches for title, subtitle and legend, and for the source."""


@dataclass(frozen=True, slots=True)
class Caption:
    """The texts and the file of a chart.

    Attributes:
        title: what is shown, such as a code and its setting.
        subtitle: such as the release and the date.
        source: who published the numbers, and who drew them.
        path: the file that the chart is written to; its suffix is `.svg` or `.png`.
        force: whether an existing file is replaced.
    """

    title: str
    subtitle: str
    source: str
    path: Path
    force: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A place and its amounts.

    Attributes:
        label: the place.
        amounts: dollars, one for each series; None where there is none.
        note: a text after the amounts, such as a difference.
        marked: whether the others are compared with it; if so, a line at its amount crosses the
            chart.
    """

    label: str
    amounts: tuple[Decimal | None, ...]
    note: str = ""
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """A period and its amounts.

    Attributes:
        label: the release.
        first: its first day.
        last: its last day.
        amounts: dollars, one for each series; None where there is none.
    """

    label: str
    first: date
    last: date
    amounts: tuple[Decimal | None, ...]


def bars(caption: Caption, series: Sequence[str], note_head: str, rows: Sequence[Bar]) -> None:
    """Draw horizontal bars from zero, one row for each place, in their order from the top.

    The figure is as tall as the rows need.

    Args:
        caption: texts and file.
        series: the names of one or two series; the second is drawn within the first.
        note_head: the heading of the notes.
        rows: the places.

    Raises:
        MissingExtraError: matplotlib is not installed.
        InvalidInputError: the file exists, and may not be replaced.
        OSError: the file cannot be written.
    """
    height = 0.19 * max(len(rows), 3) + 2.2
    colors = (_BLUE,) if len(series) == 1 else (_PALE, _BLUE)
    with _figure(caption, 11, height) as (figure, axes):
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch

        handles: list[Artist] = [
            Patch(color=color, label=name) for color, name in zip(colors, series, strict=True)
        ]
        for number, (name, color) in enumerate(zip(series, colors, strict=True)):
            shades = [_ORANGE if row.marked and len(series) == 1 else color for row in rows]
            axes.barh(
                range(len(rows)),
                [float(row.amounts[number] or 0) for row in rows],
                0.74,
                color=shades,
                zorder=2,
            )
            for row in rows:
                amount = row.amounts[number]
                if row.marked and amount is not None:
                    axes.axvline(float(amount), zorder=3, **_LINE)
                    label = row.label if len(series) == 1 else f"{row.label}, {name}"
                    handles.append(Line2D([], [], label=f"{label}: ${amount:,.2f}", **_LINE))
        _columns(axes, series, note_head, rows)
        axes.set_yticks(range(len(rows)), [row.label for row in rows], fontsize=8)
        for tick, row in zip(axes.get_yticklabels(), rows, strict=True):
            tick.set_fontweight("bold" if row.marked else "normal")
        tall = len(rows) > 30
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlim(0, 1.02 * _highest(rows))
        axes.tick_params(axis="y", length=0)
        axes.tick_params(axis="x", top=tall, labeltop=tall)
        axes.xaxis.set_major_formatter("${x:,.0f}")
        axes.set_xlabel("US dollars allowed")
        axes.grid(axis="x", color="#dddddd", linewidth=0.6, zorder=0)
        axes.spines[["left", "right"]].set_visible(False)
        axes.spines["top"].set_visible(tall)
        _legend(figure, handles)


def steps(caption: Caption, series: Sequence[str], periods: Sequence[Period]) -> None:
    """Draw amounts over time as steps, one line for each series; days without an amount are shaded.

    Args:
        caption: texts and file.
        series: the names of the series.
        periods: in order of time.

    Raises:
        MissingExtraError: matplotlib is not installed.
        InvalidInputError: the file exists, and may not be replaced.
        OSError: the file cannot be written.
    """
    first, last = periods[0].first, periods[-1].last + timedelta(days=1)
    width = min(max(2.1 * (last - first).days / 365 + 2, 9), 40)
    height = 6.4
    with _figure(caption, width, height) as (figure, axes):
        from matplotlib.lines import Line2D

        colors = (_BLUE, _ORANGE)
        for number, color in zip(range(len(series)), colors, strict=False):
            _steps(axes, number, periods, color, room=0.55 * (last - first).days / width)
        for start, end, why in _gaps(periods):
            axes.axvspan(start.toordinal(), end.toordinal(), color=_GREY, linewidth=0, zorder=0)
            axes.annotate(
                why,
                ((start.toordinal() + end.toordinal()) / 2, 0.02),
                xycoords=axes.get_xaxis_transform(),
                ha="center",
                va="bottom",
                fontsize=7.5,
                rotation=90,
                color=_MUTED,
            )
        axes.set_xticks(
            [period.first.toordinal() for period in periods],
            [f"{period.label}  {period.first}" for period in periods],
            rotation=90,
            fontsize=7.5,
            family="monospace",
        )
        axes.set_xlim(first.toordinal(), last.toordinal() + (last - first).days * 0.02)
        axes.set_ylim(0, 1.12 * _highest(periods))
        axes.yaxis.set_major_formatter("${x:,.0f}")
        axes.set_ylabel("US dollars allowed")
        axes.set_xlabel("release and its first day")
        axes.grid(axis="y", color="#dddddd", linewidth=0.6, zorder=0)
        axes.spines[["top", "right"]].set_visible(False)
        _legend(
            figure,
            [
                Line2D([], [], color=color, linewidth=2.2, label=name)
                for color, name in zip(colors, series, strict=False)
            ],
        )


@contextmanager
def _figure(caption: Caption, width: float, height: float) -> Iterator[tuple[Figure, Axes]]:
    """Give the block a figure to draw in, and write it with its texts afterwards."""
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError("drawing a chart", "plot") from None

    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # whatever style a person's own matplotlibrc sets
        matplotlib.rcParams.update(_STYLE)
        figure = Figure((width, height), facecolor="white")
        inner = (0.1 / width, _FOOT / height, 1 - 0.2 / width, 1 - (_HEAD + _FOOT) / height)
        figure.set_layout_engine("constrained", rect=inner)
        axes = figure.add_subplot()
        yield figure, axes
        top = height - 0.32
        figure.text(
            0.2 / width, top / height, caption.title, fontsize=14, fontweight="bold", va="center"
        )
        figure.text(0.2 / width, (top - 0.29) / height, caption.subtitle, fontsize=10, va="center")
        figure.text(
            0.2 / width, 0.16 / height, caption.source, fontsize=7.5, color=_MUTED, va="center"
        )
        kind = caption.path.suffix.lower()[1:]
        metadata = (
            {"Date": None, "Creator": "feesync", "Title": caption.title}
            if kind == "svg"
            else {"Software": "feesync"}
        )
        with existence_errors(caption.path), replacing(caption.path, new=not caption.force) as file:
            figure.savefig(file, format=kind, dpi=_DPI, metadata=metadata)


def _legend(figure: Figure, handles: Sequence[Artist]) -> None:
    """Add the legend below the subtitle."""
    width, height = figure.get_size_inches()
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.17 / width, 1 - 0.76 / height),
        ncols=len(handles),
        frameon=False,
        borderpad=0.2,
        borderaxespad=0,
        handlelength=1.8,
        columnspacing=1.6,
    )


def _columns(axes: Axes, series: Sequence[str], note_head: str, rows: Sequence[Bar]) -> None:
    """Print the amounts and the note of each row in columns to the right of the bars."""
    heads = ["dollars"] if len(series) == 1 else [*series]
    for column, head in enumerate([*heads, note_head]):
        texts = [
            row.note
            if column == len(heads)
            else "no price"
            if (amount := row.amounts[column]) is None
            else f"{amount:,.2f}"
            for row in rows
        ]
        for position, text in enumerate([head, *texts], start=-1):
            marked = position >= 0 and rows[position].marked
            axes.annotate(
                text,
                (1, position),
                (52 + 58 * column, 0),
                xycoords=axes.get_yaxis_transform(),
                textcoords="offset points",
                ha="right",
                va="center_baseline",
                fontsize=8,
                fontweight="bold" if marked else "normal",
                color=_MUTED if position < 0 else _INK,
                annotation_clip=False,
            )


def _highest(rows: Sequence[Bar] | Sequence[Period]) -> float:
    return max((float(amount) for row in rows for amount in row.amounts if amount), default=1.0)


def _steps(axes: Axes, number: int, periods: Sequence[Period], color: str, room: float) -> None:
    """Draw a series: a level for each period, and the amount as text where it changes.

    The levels of consecutive periods are joined. The text of an amount needs `room` days; with less
    room to the text before it, it is printed higher.
    """
    before: Period | None = None
    last, is_raised = -room, False
    for period in periods:
        amount = period.amounts[number]
        if amount is None:
            before = None
            continue
        start, end = period.first.toordinal(), period.last.toordinal() + 1
        is_joined = before is not None and before.last.toordinal() + 1 == start
        earlier = before.amounts[number] if before is not None and is_joined else None
        xs, ys = [start, end], [float(amount)] * 2
        if earlier is not None:
            xs, ys = [start, *xs], [float(earlier), *ys]
        axes.plot(
            xs,
            ys,
            color=color,
            linewidth=2.2,
            solid_capstyle="butt",
            solid_joinstyle="miter",
            zorder=3,
        )
        if amount != earlier:
            is_raised = start - last < room and not is_raised
            axes.annotate(
                f"{amount:,.2f}",
                (start, float(amount)),
                (2, 13 if is_raised else 4),
                textcoords="offset points",
                fontsize=8,
                color=color,
                zorder=4,
            )
            last = start
        before = period


def _gaps(periods: Sequence[Period]) -> list[tuple[date, date, str]]:
    """Return the spans of days without an amount: first day, day after the last, and reason."""
    gaps: list[tuple[date, date, str]] = []
    end = periods[0].first
    for period in periods:
        after = period.last + timedelta(days=1)
        if period.first > end:
            gaps.append((end, period.first, "not loaded"))
        if all(amount is None for amount in period.amounts):
            since = (
                gaps.pop()[0]
                if gaps and gaps[-1][1:] == (period.first, "no amount")
                else period.first
            )
            gaps.append((since, after, "no amount"))
        end = after
    return gaps
