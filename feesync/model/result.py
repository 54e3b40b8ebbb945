"""What public results have in common: HTML for notebooks, and frames where they are rows."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any


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
