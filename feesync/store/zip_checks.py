"""Whether a ZIP5 or ZIP9 file that has just been inserted is believed: beside the embedded ZIP5, and the file that it supersedes.

A row by itself may be sound and yet all of them wrong: cut, without flags, or with localities that are not theirs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from feesync.errors import ContentRefusedError
from feesync.store.zip_tables import embedded_zip_table
from feesync.zips import ZIP5, ZipCode

_FEWEST = 0.9
"""Of the rows of the file before: from quarter to quarter CMS adds and drops a few."""

_FEWEST_FLAGS = 0.5
_MOST_MOVED = 0.1
"""Of the ZIPs that the embedded ZIP5 has too: from quarter to quarter few move."""


def check(connection: sqlite3.Connection, zip_file_id: int, kind: str, rows: int, flagged: int, name: str) -> None:
    """Refuse a file that differs much from what is known.

    Args:
        connection: the database, in the transaction that has inserted the rows.
        zip_file_id: the file.
        kind: `ZIP5` or `ZIP9`.
        rows: how many it has.
        flagged: how many of them with the +4 flag.
        name: what to call it.

    Raises:
        ContentRefusedError: it is cut, has lost its flags, has states that a MAC does not serve, or moves many ZIPs.
    """
    problems = [*_cut(connection, zip_file_id, rows), *_strange(connection, zip_file_id)]
    if kind == ZIP5:
        problems += _zip5(connection, zip_file_id, rows, flagged)
    if problems:
        raise ContentRefusedError(f"{problems[0]} (--allow-change takes it)", file=name)


def _cut(connection: sqlite3.Connection, zip_file_id: int, rows: int) -> Iterator[str]:
    before = connection.execute("SELECT max(rows) FROM zip_file WHERE superseded_by = ?", (zip_file_id,)).fetchone()[0] or 0
    if rows < before * _FEWEST:
        yield f"holds {rows:,} rows, of {before:,} in the file that it would supersede: it is cut"


def _strange(connection: sqlite3.Connection, zip_file_id: int) -> Iterator[str]:
    known = embedded_zip_table().states()
    found = connection.execute(
        "SELECT DISTINCT mac, state FROM zip_locality WHERE zip_file_id = ? ORDER BY mac, state", (zip_file_id,)
    )
    for mac, state in found:
        if mac not in known:
            yield f"has MAC {mac}, which is none of those that are known"
        elif state not in known[mac]:
            yield f"puts ZIPs of {state} under MAC {mac}, which is of {' and '.join(sorted(known[mac]))}"


def _zip5(connection: sqlite3.Connection, zip_file_id: int, rows: int, flagged: int) -> Iterator[str]:
    known = embedded_zip_table()
    if rows < known.file.rows * _FEWEST:
        yield f"holds {rows:,} ZIPs, of {known.file.rows:,} that there were in {known.file}: it is cut"
    if flagged < known.flagged() * _FEWEST_FLAGS:
        yield f"has the +4 flag on {flagged:,} ZIPs, of {known.flagged():,} in {known.file}"
    moved = 0
    for zip5, mac, locality in connection.execute(
        "SELECT zip, mac, locality FROM zip_locality WHERE zip_file_id = ?", (zip_file_id,)
    ):
        row = known.row(ZipCode(zip5, ""))
        moved += row is not None and (row.mac, row.locality) != (mac, locality)
    if moved > rows * _MOST_MOVED:
        yield f"gives {moved:,} of {rows:,} ZIPs another locality than {known.file}"
