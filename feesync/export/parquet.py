"""The grid as Parquet: text and exact decimals, dollars as decimal128(12, 2).

The file's metadata names the releases.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from feesync.export.grid import COLUMNS, DECIMALS, FLAGS
from feesync.export.rows import Row
from feesync.model.money import decimal
from feesync.model.release import Release

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
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    texts = {name: pyarrow.bool_() if name in FLAGS else pyarrow.string() for name in COLUMNS}
    types = texts | {name: pyarrow.decimal128(_DIGITS, places) for name, places in DECIMALS.items()}
    metadata = {METADATA_KEY: json.dumps([release.source_dict() for release in releases]).encode()}
    schema = pyarrow.schema(types.items(), metadata=metadata)
    with ParquetWriter(path, schema) as writer:
        for rows in _groups(blocks):
            columns = zip(COLUMNS, zip(*rows, strict=True), strict=True)
            arrays = [pyarrow.array(_values(name, column), types[name]) for name, column in columns]
            writer.write_batch(
                pyarrow.record_batch(arrays, schema=schema), row_group_size=_GROUP_ROWS
            )


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
