"""The grid as Parquet, or as batches of Arrow: text and exact decimals.

Dollars are decimal128(12, 2). The file's metadata names the releases.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from feesync.model.money import decimal
from feesync.model.release import Release
from feesync.writers.grid import COLUMNS, DECIMALS, FLAGS
from feesync.writers.rows import Row

if TYPE_CHECKING:
    import pyarrow

METADATA_KEY = b"feesync.releases"
"""The key of the metadata whose JSON has label, dates of effect, sha256 and source of releases."""

_DIGITS = 12
_GROUP_ROWS = 1 << 15
_exact = lru_cache(maxsize=1 << 16)(decimal)


def write(path: Path, blocks: Iterable[list[Row]], releases: list[Release]) -> None:
    """Write rows to a Parquet file, one row group after the other.

    Raises:
        OSError: the file cannot be written.
    """
    from pyarrow.parquet import ParquetWriter

    metadata = {METADATA_KEY: json.dumps([release.source_dict() for release in releases]).encode()}
    schema = arrow_schema().with_metadata(metadata)
    with ParquetWriter(path, schema) as writer:
        for batch in record_batches(blocks, schema):
            writer.write_batch(batch, row_group_size=_GROUP_ROWS)


def arrow_schema() -> pyarrow.Schema:
    """Return the Arrow types of the grid's columns."""
    import pyarrow

    texts = {name: pyarrow.bool_() if name in FLAGS else pyarrow.string() for name in COLUMNS}
    types = texts | {name: pyarrow.decimal128(_DIGITS, places) for name, places in DECIMALS.items()}
    return pyarrow.schema(types.items())


def record_batches(
    blocks: Iterable[list[Row]], schema: pyarrow.Schema
) -> Iterator[pyarrow.RecordBatch]:
    """Yield rows as Arrow batches."""
    import pyarrow

    for rows in _groups(blocks):
        columns = zip(COLUMNS, zip(*rows, strict=True), strict=True)
        arrays = [
            pyarrow.array(_values(name, column), schema.field(name).type)
            for name, column in columns
        ]
        yield pyarrow.record_batch(arrays, schema=schema)


def _values(name: str, column: tuple[str | int | None, ...]) -> list[object]:
    places = DECIMALS.get(name)
    if places is None:
        return list(column)
    return [None if value is None else _exact(value, places) for value in column]


def _groups(blocks: Iterable[list[Row]]) -> Iterator[list[Row]]:
    group: list[Row] = []
    for block in blocks:
        group += block
        if len(group) >= _GROUP_ROWS:
            yield group
            group = []
    if group:
        yield group
