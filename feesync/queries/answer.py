"""The answer to a query: the public result, its JSON and CSV, and what is said beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from feesync.errors import ExitStatus, FeesyncError
from feesync.model.money import json_text
from feesync.model.note import Note
from feesync.queries.command import words

if TYPE_CHECKING:
    from feesync.queries.query import Query
    from feesync.writers.rates import Rates


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a query.

    Attributes:
        query: the query.
        values: what was given, checked.
        result: what the public function returns; a tuple of results where several are asked for.
        to_json: returns what the command prints as JSON.
        rows: returns the rows of the command's CSV.
        columns: the names of the rows; empty where those of the first row are.
        status: the exit status of the command.
        notes: what the command says beside rows; in an object they are in the JSON.
        refused: why some codes among others are unknown.
        remark: what is uncertain about the whole, with what makes it certain; empty for nothing.
    """

    query: Query
    values: Mapping[str, Any]
    result: Any
    to_json: Callable[[], Any] = field(repr=False)
    rows: Callable[[], Sequence[Mapping[str, Any]]] = field(repr=False)
    columns: tuple[str, ...] = ()
    status: ExitStatus = ExitStatus.OK
    notes: tuple[Note, ...] = ()
    refused: tuple[FeesyncError, ...] = ()
    remark: str = ""

    @property
    def is_large(self) -> bool:
        """Whether it is to be sent as it is made, and is too large to be in memory whole."""
        return False

    @property
    def json(self) -> Any:  # noqa: ANN401 - an object or a list
        """What the command prints with `--json`."""
        return self.to_json()

    def json_text(self) -> Iterator[str]:
        """Yield the text that the command prints with `--json`, piece by piece."""
        yield json_text(self.json) + "\n"

    def csv_text(self) -> Iterator[str]:
        """Yield the text that the command prints with `--csv`, piece by piece."""
        from feesync.writers.cells import rows_csv

        return rows_csv(self.rows(), self.columns or None)

    def bounded(self, most: int) -> tuple[Any, int]:
        """Return the JSON with at most so many rows, and how many are left out."""
        whole = self.json
        table = self.query.table
        rows = whole.get(table) if isinstance(whole, dict) else whole
        left = max(0, len(rows) - most) if isinstance(rows, list) else 0
        if rows is None or not left:
            return whole, 0
        first = rows[:most]
        return ({**whole, table: first} if isinstance(whole, dict) else first), left

    def command_line(self) -> list[str]:
        """Return the words of the command that asks the same."""
        return words(self.query.name, self.query.parameters, self.values)


class RatesAnswer(Answer):
    """The answer of rates, whose rows may be many and are read as they are asked for."""

    __slots__ = ()

    result: Rates

    @property
    def is_large(self) -> bool:
        """Whether it is to be sent as it is made, and is too large to be in memory whole."""
        return self.result.grid.is_large

    def json_text(self) -> Iterator[str]:
        """Yield the text of JSON, row after row."""
        from feesync.writers import json_text as form

        if self.result.contract:
            return form.rows_text(self.result)
        return form.text(self.result.grid.blocks())

    def csv_text(self) -> Iterator[str]:
        """Yield the text of CSV, row after row."""
        from feesync.writers.cells import csv_text

        if self.result.contract:
            return csv_text(self.result.columns, self.result.cells())
        from feesync.writers import csv_text as form

        return form.text(self.result.grid.blocks())

    def bounded(self, most: int) -> tuple[Any, int]:
        """Return the first rows as JSON, and how many others there are."""
        first = self.result.first(most)
        return first, self.result.grid.row_count - len(first)
