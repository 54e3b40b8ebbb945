"""What public results have in common: HTML for notebooks, frames of rows, several as one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from feesync.model.note import Note


class Result:
    """An answer of a public function."""

    __slots__ = ()

    @abstractmethod
    def to_dict(self) -> Mapping[str, Any]:
        """Return the answer for `json.dumps`."""

    def _repr_html_(self) -> str:
        from feesync.model.html import answer_html

        return answer_html(self.to_dict())


class RowResult(Result):
    """An answer of rows that all have the same names."""

    __slots__ = ()

    @abstractmethod
    def rows(self) -> Sequence[Mapping[str, Any]]:
        """Return the rows, for `json.dumps`."""

    def to_frame(self, library: str | None = None) -> Any:  # noqa: ANN401 - of another library
        """Return the rows as a `DataFrame`; its numbers are exact decimals.

        Any library that reads the Arrow C stream interface also takes the answer itself, where
        pyarrow is installed: `polars.DataFrame(answer)`, `pyarrow.table(answer)`.

        Args:
            library: `pandas` or `polars`; by default the one that is installed, pandas first.

        Raises:
            InvalidInputError: the library is neither.
            MissingExtraError: the library is not installed.
        """
        from feesync.model.frame import frame

        rows = self.rows()
        return frame(rows, self._columns(rows), library)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the rows as an Arrow stream.

        Raises:
            MissingExtraError: pyarrow is not installed.
        """
        from feesync.model.frame import arrow_stream

        rows = self.rows()
        return arrow_stream(rows, self._columns(rows), requested_schema)

    def _columns(self, rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
        """Return the names of the rows, in order."""
        return tuple(rows[0]) if rows else ()


class ResultWithNotes(Protocol):
    """An answer with notes."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a person should know about it."""


def one_or_list(results: Sequence[Result], *, several: bool) -> Any:  # noqa: ANN401 - for JSON
    """Return the first of some answers for `json.dumps`, or a list of all."""
    answers = [each.to_dict() for each in results]
    return answers if several else answers[0]


def rows_of(results: Iterable[RowResult]) -> list[Mapping[str, Any]]:
    """Return the rows of some answers, one answer after the other."""
    return [row for each in results for row in each.rows()]


def notes_of(results: Iterable[ResultWithNotes]) -> tuple[Note, ...]:
    """Return the notes on some answers, each once."""
    return tuple(dict.fromkeys(note for each in results for note in each.notes))
