"""The parts of an answer in text: lines, sentences and tables, as wide as they need to be.

Out of scope: the width of a terminal, to which `cli.output` fits the same parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from feesync.text.bar import Bar


class Line(NamedTuple):
    """A line that stays as it is, or several; an empty one is a gap."""

    text: str = ""


class LongLine(NamedTuple):
    """Lines of which a terminal wraps the long ones, each further in."""

    text: str


class Prose(NamedTuple):
    """A sentence, which a terminal wraps."""

    text: str


class Paragraph(NamedTuple):
    """A text that is folded to a width everywhere.

    Attributes:
        text: the text.
        width: the longest line, unless a terminal is narrower.
        first: what its first line begins with.
        others: what its other lines begin with.
    """

    text: str
    width: int
    first: str
    others: str

    def folded(self, width: int) -> str:
        """Return the lines, of at most so many characters."""
        from textwrap import fill

        return fill(self.text, width, initial_indent=self.first, subsequent_indent=self.others)


class Table(NamedTuple):
    """A table.

    Attributes:
        columns: the names of the columns.
        rows: their cells; None is an empty one.
        right: the columns that are aligned to the right.
        widest: how wide a column may be at most.
        cut: the columns whose texts are cut, and not wrapped, on a narrow terminal.
        common: the columns that, on a narrow terminal, may stand above the table where all rows
            have the same value.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    right: Sequence[str] = ()
    widest: Mapping[str, int] | None = None
    cut: Sequence[str] = ()
    common: Sequence[str] = ()


Block = Line | LongLine | Prose | Paragraph | Table


def table_text(table: Table) -> str:
    """Return a table that is as wide as its cells."""
    from tabulate import tabulate

    right, widest = set(table.right), table.widest
    text = tabulate(
        [[str(cell) if isinstance(cell, Bar) else cell for cell in row] for row in table.rows],
        headers=table.columns,
        tablefmt="simple",
        colalign=["right" if column in right else "left" for column in table.columns],
        disable_numparse=True,
        maxcolwidths=[widest.get(column) for column in table.columns] if widest else None,
    )
    return "\n".join(line.rstrip() for line in text.splitlines()) if widest else text


def plain_text(blocks: Iterable[Block]) -> str:
    """Return the text of an answer as a pipe or a file gets it."""
    return "\n".join(map(_text, blocks))


def _text(block: Block) -> str:
    if isinstance(block, Table):
        return table_text(block)
    return block.folded(block.width) if isinstance(block, Paragraph) else block.text
