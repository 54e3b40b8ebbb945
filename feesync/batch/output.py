"""The answer as a file or an Arrow table: the input's columns as they came, then the answer's.

Out of scope: what the answer is (plan), and its sums (summary).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feesync.batch.answer import COLUMNS
from feesync.batch.columns import Columns
from feesync.batch.duckdb_engine import DuckDB
from feesync.batch.duckdb_output import output_select
from feesync.batch.intake import STAGED, TEXT, literal
from feesync.errors import InvalidInputError
from feesync.files import beside
from feesync.model.release import Release
from feesync.writers import target
from feesync.writers.parquet import METADATA_KEY

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KINDS: Mapping[str, str] = {
    ".csv": "none",
    ".csv.gz": "gzip",
    ".csv.zst": "zstd",
    ".parquet": "",
}
"""How the name of a file of answers ends, and how a csv file is compressed."""

_OWN, _VARIANCE = "feesync_", "variance"


def answer_names(columns: Columns) -> dict[str, str]:
    """Return the names of the columns of the answer as they come out.

    Where the input has a column of that name, such as `locality` or `status`, both are kept: the
    input's own under its name, the answer's as `feesync_locality`.

    Raises:
        InvalidInputError: the input has that one too.
    """
    there = {name.casefold(): name for name in columns.names}
    names = [name for name in COLUMNS if name != _VARIANCE or "paid_allowed" in columns.meanings]
    result = {name: _OWN + name if name in there else name for name in names}
    for name in result.values():
        if name in there:
            raise InvalidInputError(
                f"the claims have the column {there[name]}, which is one of the answer's: leave "
                "out what an earlier answer has added"
            )
    return result


def check(path: Path, inputs: Iterable[Path], database: Path, *, force: bool) -> None:
    """Refuse, before anything is read, a file that cannot or must not be written.

    Args:
        path: the file to write.
        inputs: the files that are read, none of which is ever replaced.
        database: the database that is read.
        force: whether an existing file may be replaced.

    Raises:
        InvalidInputError: feesync writes no kind of file that ends so, it exists already or is one
            that is read, or its folder does not exist.
    """
    target.check_kind(path, tuple(KINDS))
    if path.exists() and any(one.exists() and path.samefile(one) for one in inputs):
        raise InvalidInputError(f"{path} is a file of the claims themselves: name another")
    target.check(path, database, force=force)


def _own(connection: DuckDBPyConnection, columns: Columns, *, plain: bool) -> str:
    """Return the SQL of the input's own columns as they come out.

    Args:
        connection: has STAGED.
        columns: of the input.
        plain: whether empty texts come out as cells without text, as csv has them.
    """
    described = connection.execute(f"DESCRIBE {STAGED}").fetchall()
    types = {name: kind for name, kind, *_ in described}
    own = []
    for position, name in enumerate(columns.names):
        value = f"s.c{position}"
        if plain and types[f"c{position}"] == TEXT:
            value = f"nullif({value}, '')"
        own.append(f"{value} AS {_quoted(name)}")
    return ", ".join(own)


def write(
    engine: DuckDB,
    columns: Columns,
    names: Mapping[str, str],
    path: Path,
    releases: Iterable[Release],
    *,
    force: bool,
) -> None:
    """Write the rows to a file that `check` has accepted, whole or not at all.

    They are health information: nobody but the file's owner may read it.

    Raises:
        InvalidInputError: another process has made the file meanwhile.
        OSError: the file cannot be written; an old one stays.
    """
    kind = kind_of(path)
    is_csv = bool(KINDS[kind])
    if is_csv:
        options = (
            "FORMAT csv, HEADER, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR '', "
            f"COMPRESSION '{KINDS[kind]}'"
        )
    else:
        about = json.dumps([release.source_dict() for release in releases])
        key = METADATA_KEY.decode()
        options = f"FORMAT parquet, KV_METADATA {{{_quoted(key)}: {literal(about)}}}"
    own_columns = _own(engine.connection, columns, plain=is_csv)
    select = output_select(engine, own_columns, names)
    if is_csv:  # a flag is True or False there, as in the csv of every command
        flag = _quoted(names["stand_in"])
        texts = f"CASE {flag} WHEN TRUE THEN 'True' WHEN FALSE THEN 'False' END AS {flag}"
        select = f"SELECT * REPLACE ({texts}) FROM ({select})"  # noqa: S608
    with target.existence_errors(path), beside(path, new=not force, private=True) as own:
        engine.connection.execute(
            f"COPY ({select}) TO {literal(str(own))} ({options}, USE_TMP_FILE false)"
        )


def kind_of(path: Path) -> str:
    """Return how the name of a file of answers ends."""
    return next(kind for kind in KINDS if path.name.lower().endswith(kind))


def arrow_table(engine: DuckDB, columns: Columns, names: Mapping[str, str]) -> Any:  # noqa: ANN401
    """Return the rows as an Arrow table."""
    select = output_select(engine, _own(engine.connection, columns, plain=False), names)
    return engine.connection.sql(select).to_arrow_table()


def _quoted(name: str) -> str:
    """Return a name of a column in SQL."""
    return '"' + name.replace('"', '""') + '"'
