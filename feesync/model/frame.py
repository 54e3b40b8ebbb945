"""Rows as a frame of pandas or polars, or as an Arrow stream for any library that reads one.

Money and other numbers stay exact decimals, and a list is text, as in csv. None of the libraries is
needed for anything else, so that each is imported when a frame is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from importlib.util import find_spec
from typing import Any

from feesync.errors import InvalidInputError, MissingExtraError
from feesync.model.money import JsonNumber
from feesync.model.reading import excerpt

LIBRARIES = ("pandas", "polars")


def library_of(name: str | None) -> str:
    """Return the library that makes a frame: the one that is named, else one that is installed.

    Raises:
        InvalidInputError: the name is of neither.
        MissingExtraError: it is not installed, or none is.
    """
    if name is not None and name not in LIBRARIES:
        raise InvalidInputError(f"library {excerpt(name)} is neither pandas nor polars")
    for library in LIBRARIES if name is None else (name,):
        if find_spec(library):
            return library
    raise MissingExtraError(f"a frame of {name or 'pandas or polars'}", name or "pandas")


def frame(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], library: str | None) -> Any:  # noqa: ANN401
    """Return rows as a `DataFrame`.

    Args:
        rows: each under the names of `columns`; numbers are exact (`money.JsonNumber`).
        columns: the names, also where there are no rows.
        library: `pandas` or `polars`; by default the one that is installed, pandas first.

    Raises:
        InvalidInputError, MissingExtraError: as `library_of` does.
    """
    name = library_of(library)
    lists = _columns(rows, columns)
    if find_spec("pyarrow"):
        return frame_of_table(arrow_table(lists), name)
    if name == "polars":
        import polars

        return polars.DataFrame(lists, infer_schema_length=None)
    import pandas

    return pandas.DataFrame(lists)


def frame_of_table(table: Any, library: str) -> Any:  # noqa: ANN401 - of libraries
    """Return an Arrow table as a `DataFrame`; the columns of pandas keep Arrow's types."""
    if library == "polars":
        import polars

        return polars.DataFrame(table)
    import pandas

    return table.to_pandas(types_mapper=pandas.ArrowDtype)


def arrow_stream(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], schema: object = None
) -> object:
    """Return rows as the PyCapsule of an Arrow stream, which other libraries read without a copy.

    Args:
        rows: as for `frame`.
        columns: as for `frame`.
        schema: the schema that the reader asks for, as a PyCapsule.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    check_arrow()
    return arrow_table(_columns(rows, columns)).__arrow_c_stream__(schema)


def check_arrow() -> None:
    """Raise MissingExtraError where pyarrow is not installed."""
    if not find_spec("pyarrow"):
        raise MissingExtraError("an Arrow stream", "parquet")


def arrow_table(lists: Mapping[str, Sequence[Any]]) -> Any:  # noqa: ANN401
    """Return columns as an Arrow table."""
    import pyarrow

    return pyarrow.table({name: pyarrow.array(values) for name, values in lists.items()})


def _columns(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> dict[str, list[Any]]:
    lists: dict[str, list[Any]] = {name: [] for name in columns}
    for row in rows:
        for name, values in lists.items():
            values.append(_cell(row.get(name)))
    return {name: _of_one_type(values) for name, values in lists.items()}


def _of_one_type(values: list[Any]) -> list[Any]:
    """Return the cells of a column; a number without decimals beside others is a Decimal too."""
    if not any(isinstance(value, Decimal) for value in values):
        return values
    return [Decimal(value) if type(value) is int else value for value in values]


def _cell(value: object) -> object:
    if isinstance(value, JsonNumber):
        return value.exact
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else value
