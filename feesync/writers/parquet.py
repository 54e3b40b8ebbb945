"""The grid as Parquet: text and exact decimals. The file's metadata names the releases."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from feesync.model.release import Release
from feesync.writers.arrow import arrow_schema
from feesync.writers.block import ROWS, Block

METADATA_KEY = b"feesync.releases"
"""The key of the metadata whose JSON has label, dates of effect, sha256 and source of releases."""


def write(path: Path, blocks: Iterable[Block], releases: list[Release]) -> None:
    """Write rows to a Parquet file, one row group after the other.

    Raises:
        OSError: the file cannot be written.
    """
    from pyarrow.parquet import ParquetWriter

    metadata = {METADATA_KEY: json.dumps([release.source_dict() for release in releases]).encode()}
    schema = arrow_schema().with_metadata(metadata)
    with ParquetWriter(path, schema) as writer:
        for block in blocks:
            for batch in block.batches(schema):
                writer.write_batch(batch, row_group_size=ROWS)
