"""The width of the terminal, and tables that keep to it.

Out of scope: output to a pipe or a file, which is as wide as it needs to be (cli.output).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import zip_longest

_GAP = "  "
_PADDING = 2
"""How much wider than its name a column of an ordinary table is at least."""

_LEAST = 12
"""The narrowest that a column of text may be, unless its longest word is shorter."""

_LEAST_OF_ALL = 10
"""The same where the table is still too wide."""

_FURTHER = 4
"""How much further in the second line of a long one stands."""

_AMOUNT = r"( *\S.*[0-9]\.[0-9]{2}) {3}(\S.*)"
"""A line of an answer with an amount, and the reason for it."""

_DOTS = "..."
_SHORT_HEADS = {
    "Difference": "Diff.",
    "Facility": "Fac.",
    "Line": "#",
    "Nonfacility": "Nonfac.",
    "Percent": "%",
    "Sequestr.": "Seq.",
}
"""Short names of columns, for narrow terminals."""


def terminal_width() -> int | None:
    """Return the width of the terminal, by the variable COLUMNS or the terminal itself.

    None where stdout is no terminal and COLUMNS is not set: then nothing is wrapped.
    """
    if not (os.environ.get("COLUMNS") or sys.stdout.isatty()):
        return None
    import shutil

    return shutil.get_terminal_size((0, 0)).columns or None


def terminal_text(text: str) -> str:
    """Return a text whose long lines wrap to the terminal; without a terminal as it is.

    COLUMNS alone is none: it reaches the children of every program that has read a line, and those
    that read an answer look for its lines. What follows the first line of a long one stands further
    in. The reason of an amount moves below it as a whole.
    """
    width = terminal_width() if sys.stdout.isatty() else None
    if width is None:
        return text
    return "\n".join(part for line in text.split("\n") for part in _parts(line, width))


def _parts(line: str, width: int) -> list[str]:
    if len(line) <= width:
        return [line]
    import re
    import textwrap

    indent = " " * (len(line) - len(line.lstrip()) + _FURTHER)
    amount = re.fullmatch(_AMOUNT, line)
    above, rest, first = ([amount[1]], amount[2], indent) if amount else ([], line, "")
    return above + textwrap.wrap(
        rest,
        width,
        initial_indent=first,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=False,
    )


def narrow_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    right: Set[str] = frozenset(),
    widest: Mapping[str, int] | None = None,
    cut: Set[str] = frozenset(),
    common: Sequence[str] = (),
    otherwise: int | None = None,
) -> str | None:
    """Return a table that keeps to the terminal; None without a terminal, or where it fits anyway.

    Columns of numbers keep their width, and names of columns wrap. Columns of text become narrower,
    the widest first, down to their longest word or twelve characters.

    Args:
        columns: the names of the columns.
        rows: their cells; None is an empty one.
        right: the columns of numbers.
        widest: how wide a column may be at most.
        cut: the columns whose texts are cut, and not wrapped.
        common: the columns that may be printed above the table, in that order, where all rows have
            the same value and the table is still too wide.
        otherwise: the width to keep to where there is no terminal.
    """
    width = terminal_width() or otherwise
    if width is None:
        return None
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    by_column = [[row[at] for row in texts] for at in range(len(columns))]
    most = widest or {}
    widths = [
        min(max(_longest(cells), len(name) + _PADDING), most.get(name, sys.maxsize))
        for name, cells in zip(columns, by_column, strict=True)
    ]
    if _total(widths) <= width:
        return None
    return _fit(width, columns, texts, right, most, cut, common)


def _fit(
    width: int,
    columns: Sequence[str],
    texts: Sequence[Sequence[str]],
    right: Set[str],
    most: Mapping[str, int],
    cut: Set[str],
    common: Sequence[str],
) -> str:
    by_column = [[row[at] for row in texts] for at in range(len(columns))]
    heads = [_SHORT_HEADS.get(name, name) for name in columns]
    floors, lowest, widths = [], [], []
    for name, head, cells in zip(columns, heads, by_column, strict=True):
        words, longest, of_head = _longest(_words(cells)), _longest(cells), _longest(head.split())
        is_number = name in right
        floors.append(max(longest if is_number else min(words, _LEAST), of_head))
        lowest.append(max(longest if is_number else min(words, _LEAST_OF_ALL), of_head))
        widths.append(max(floors[-1], 0 if is_number else min(longest, most.get(name, width))))
    _narrow(widths, floors, width)
    _narrow(widths, lowest, width)
    for name in common if _total(widths) > width else ():
        at = columns.index(name)
        if len(set(by_column[at])) == 1:
            rows = [[*row[:at], *row[at + 1 :]] for row in texts]
            names = [*columns[:at], *columns[at + 1 :]]
            still_common = [other for other in common if other != name]
            table = _fit(width, names, rows, right, most, cut, still_common)
            return f"{name} {by_column[at][0]}\n{table}"
    lines = _lines([_fold(head, each) for head, each in zip(heads, widths, strict=True)])
    lines.append(["-" * each for each in widths])
    for row in texts:
        cells_lines = [
            [_cut(cell, each)] if name in cut else _fold(cell, each)
            for name, cell, each in zip(columns, row, widths, strict=True)
        ]
        lines += _lines(cells_lines)
    numbers = [name in right for name in columns]
    return "\n".join(
        _GAP.join(
            text.rjust(each) if is_number else text.ljust(each)
            for text, each, is_number in zip(line, widths, numbers, strict=True)
        ).rstrip()
        for line in lines
    )


def _narrow(widths: list[int], floors: Sequence[int], width: int) -> None:
    """Take from the widest columns until they fit, or all have come down to their floors."""
    while _total(widths) > width:
        wide = [at for at, each in enumerate(widths) if each > floors[at]]
        if not wide:
            break
        widths[max(wide, key=widths.__getitem__)] -= 1


def _lines(cells: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the lines of a row whose cells have several lines."""
    return [list(line) for line in zip_longest(*cells, fillvalue="")]


def _words(texts: Iterable[str]) -> list[str]:
    return [word for text in texts for word in text.split()]


def _longest(texts: Iterable[str]) -> int:
    return max(map(len, texts), default=0)


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _fold(text: str, width: int) -> list[str]:
    import textwrap

    width = max(width, 1)
    words = " ".join(part for word in text.split() for part in _pieces(word, width))
    return textwrap.wrap(words, width, break_on_hyphens=False) or [""]


def _pieces(word: str, width: int) -> list[str]:
    """Return the pieces of a word that is longer than a line: it breaks after - or / if it can.

    No two of them have room on one line.
    """
    if len(word) <= width:
        return [word]
    import re

    pieces = [""]
    for part in re.split("(?<=[-/])", word):
        if len(pieces[-1]) + len(part) <= width:
            pieces[-1] += part
        else:
            pieces += [part[at : at + width] for at in range(0, len(part), width)]
    return list(filter(None, pieces))


def _cut(text: str, width: int) -> str:
    """Return a text, cut where it is too long: an address at its beginning, others at the end."""
    if len(text) <= width:
        return text
    length = width - len(_DOTS)
    return _DOTS + text[-length:] if "://" in text else text[:length].rstrip() + _DOTS
