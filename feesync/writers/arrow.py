"""The rows of a grid as batches of Arrow: text and exact decimals.

Dollars are decimal128(12, 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from feesync.model.money import decimal
from feesync.writers.grid import COLUMNS, DECIMALS, FLAGS

if TYPE_CHECKING:
    import pyarrow

DIGITS = 12
"""The digits of every number."""

_exact = lru_cache(maxsize=1 << 16)(decimal)


def arrow_schema() -> pyarrow.Schema:
    """Return the Arrow types of the grid's columns."""
    import pyarrow

    texts = {name: pyarrow.bool_() if name in FLAGS else pyarrow.string() for name in COLUMNS}
    types = texts | {name: pyarrow.decimal128(DIGITS, places) for name, places in DECIMALS.items()}
    return pyarrow.schema(types.items())


def record_batch(
    rows: Sequence[Sequence[str | int | None]], schema: pyarrow.Schema
) -> pyarrow.RecordBatch:
    """Return rows, of which there is one at least, as a batch."""
    import pyarrow

    columns = zip(COLUMNS, zip(*rows, strict=True), strict=True)
    arrays = [
        pyarrow.array(_values(name, column), schema.field(name).type) for name, column in columns
    ]
    return pyarrow.record_batch(arrays, schema=schema)


def _values(name: str, column: tuple[str | int | None, ...]) -> list[object]:
    places = DECIMALS.get(name)
    if places is None:
        return list(column)
    return [None if value is None else _exact(value, places) for value in column]
