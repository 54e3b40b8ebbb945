"""A fee sheet in words: what its table, its page and its workbook have in common.

Out of scope: the amounts (analysis.sheet), the words (analysis.sheet_words), and each of the three
forms (cli, html, printout_book).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

NO_PRICE = "no price"

MOST_AMOUNTS = 12
"""How many amounts of a line are readable beside each other on paper."""


class PrintoutRow(NamedTuple):
    """A line of a printout.

    Attributes:
        label: the code with its modifiers.
        cells: for each column its amounts in dollars; None is no amount.
        reason: why no column has an amount; empty where one has.
    """

    label: str
    cells: tuple[tuple[Decimal | None, ...], ...]
    reason: str


class Printout(NamedTuple):
    """A fee sheet in words.

    Attributes:
        title: what it shows.
        running_head: place, date and release in short, for the head of every page.
        subject: where, when and for whom.
        origin: the releases, each with its dates, factors, file and hash.
        amounts: the names of the amounts in each column.
        columns: the heads of each column, the outermost first; all have equally many.
        rows: the lines.
        notes: what a person should know.
    """

    title: str
    running_head: tuple[str, str, str]
    subject: tuple[str, ...]
    origin: tuple[str, ...]
    amounts: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    rows: tuple[PrintoutRow, ...]
    notes: tuple[str, ...]

    def parts(self, most: int) -> list[Printout]:
        """Return the printout in parts that have at most so many columns each, and at least one.

        Where all columns are too many, a part has whole groups of them, such as the settings of a
        date, as far as a group is not too many by itself.
        """
        first, count = self.columns[0], len(self.columns)
        group = sum(column[:-1] == first[:-1] for column in self.columns)
        size = max(1, most - most % group if most > group else most)
        return [self._part(slice(begin, begin + size)) for begin in range(0, count, size)]

    def _part(self, part: slice) -> Printout:
        rows = tuple(row._replace(cells=row.cells[part]) for row in self.rows)
        return self._replace(columns=self.columns[part], rows=rows)


def heads(columns: Sequence[tuple[str, ...]], level: int) -> list[tuple[str, int]]:
    """Return the heads of a level, each with how many columns it is above.

    Neighbours whose heads are the same down to that level have one head together.
    """
    return [
        (above[-1], len(list(group)))
        for above, group in groupby(columns, key=lambda column: column[: level + 1])
    ]


def amount_texts(amounts: Sequence[Decimal | None]) -> list[str]:
    """Return the amounts of a column as they are printed; no price is said in the first."""
    if amounts[0] is None:
        return [NO_PRICE, *[""] * (len(amounts) - 1)]
    return ["" if amount is None else f"{amount:,.2f}" for amount in amounts]
