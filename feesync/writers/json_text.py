"""The grid as JSON: the text of `feesync rates --json`. Numbers have all their places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TextIO

from feesync.model.money import decimal, json_text
from feesync.writers.block import Block, Row
from feesync.writers.grid import COLUMNS, DECIMALS

_LISTS = frozenset(("checks_set_aside",))


def write(file: TextIO, blocks: Iterable[Block]) -> None:
    """Write a list of rows to a text file, each an object; where there is no price, it is null."""
    file.writelines(text(blocks))


def text(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the text that `write` writes, piece by piece."""
    form = JsonForm()
    opening = "["
    for block in blocks:
        for piece in block.text(form):
            yield opening + piece[len(opening) :] if opening else piece
            opening = ""
    yield "[]\n" if opening else "\n]\n"


def rows_text(rows: Iterable[Mapping[str, object]]) -> Iterator[str]:
    """Yield rows as a JSON list of objects, each as it comes, in the form of `money.json_text`."""
    before = "["
    for row in rows:
        yield before + "\n  " + json_text(row).replace("\n", "\n  ")
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


class JsonForm:
    """The text of rows, each after a comma: a TextForm."""

    begin: str = ",\n  {\n"
    between: str = ",\n"
    end: str = "\n  }"
    none: str = "null"

    def rows(self, rows: Sequence[Row]) -> str:
        """Return the objects of rows."""
        return "".join(
            f"{self.begin}{self.piece(COLUMNS, row).removesuffix(self.between)}{self.end}"
            for row in rows
        )

    def piece(self, names: Sequence[str], cells: Sequence[str | int | None]) -> str:
        """Return names and cells, a comma after each."""
        return "".join(map(_member, names, cells))

    def label(self, name: str) -> str:
        """Return what stands before a cell: its name."""
        return f'    "{name}": '


@lru_cache(maxsize=1 << 16, typed=True)
def _member(name: str, cell: str | int | None) -> str:
    import simplejson

    value: object = cell
    if name in DECIMALS:
        value = None if cell is None else decimal(int(cell), DECIMALS[name])
    elif name in _LISTS:
        value = str(cell).split()
    whole = simplejson.dumps(value, indent=2, ensure_ascii=False, use_decimal=True)
    indented = whole.replace("\n", "\n    ")
    return f'    "{name}": {indented},\n'
