"""Load ZIP5 and ZIP9 files into the database: the files of a zip in one transaction, or none."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from feesync.datasets.editions import Editions, Outcome
from feesync.datasets.report import LoadReport
from feesync.datasets.zip_locality.checks import check
from feesync.errors import ContentRefusedError
from feesync.formats.zip_locality import Record, ZipLocalityFile
from feesync.model.zip_code import ZIP5, ZipFile, days_of
from feesync.store import checksums
from feesync.store.damage import DamageError
from feesync.store.transaction import writing

ZIP_FILES = Editions("zip-locality")
_INSERT = "INSERT INTO zip_locality VALUES (?, ?, ?, ?, ?, ?, ?)"


def load_zip_files(
    path: Path, files: Sequence[ZipLocalityFile], *, allow_change: bool = False, force: bool = False
) -> list[LoadReport]:
    """Load ZIP5 and ZIP9 files into the database at a path.

    Args:
        path: the database; created and migrated as needed.
        files: of one zip, or loose.
        allow_change: accept a file that differs much from earlier ones.
        force: make bytes current again that a later file of the same quarter has superseded.

    Raises:
        ContentRefusedError: a row or a check failed; the database is unchanged.
        BusyError: another process is writing.
        StoreError: the database cannot be used.
    """
    with writing(path) as connection:
        checksums.check_shared(connection)
        reports = [_load(connection, file, allow_change, force) for file in files]
        checksums.seal_shared(connection)
        return reports


def _load(
    connection: sqlite3.Connection, file: ZipLocalityFile, allow_change: bool, force: bool
) -> LoadReport:
    known = ZIP_FILES.find(connection, file.label, file.sha256)
    if known:
        is_repaired = _repair(connection, file, known.number)
        outcome = ZIP_FILES.meet(connection, file.label, known, force=force)
        if is_repaired and outcome is not Outcome.RESTORED:
            outcome = Outcome.REPAIRED
        return LoadReport(file.label, file.name, outcome)
    first, last = days_of(file.year, file.quarter)
    effective = (first.isoformat(), last.isoformat())
    new_id, outcome = ZIP_FILES.add(connection, file.label, file.sha256, file.name, effective, 0)
    rows = _insert(connection, file, new_id)
    count = "SELECT count(*) FROM zip_locality WHERE zip_file_id = ? AND plus_four"
    flagged: int = connection.execute(count, (new_id,)).fetchone()[0]
    stored = ZipFile(file.kind, file.year, file.quarter, file.name, rows, embedded=False)
    warnings = check(connection, new_id, stored, file.name, allow_change=allow_change)
    connection.execute("UPDATE edition SET rows = ? WHERE edition_id = ?", (rows, new_id))
    checksums.seal_zip_file(connection, new_id, file.kind)
    return LoadReport(
        file.label,
        file.name,
        outcome,
        {file.label: rows},
        warnings=list(warnings),
        contents=f"{rows:,} ZIPs, {flagged:,} of them in several localities"
        if file.kind == ZIP5
        else f"{rows:,} ZIP+4s",
    )


def _repair(connection: sqlite3.Connection, file: ZipLocalityFile, zip_file_id: int) -> bool:
    """Load the rows of known bytes anew where the database has others; tell whether it had."""
    try:
        checksums.check_zip_file(connection, zip_file_id, file.kind)
    except DamageError:
        connection.execute("DELETE FROM zip_locality WHERE zip_file_id = ?", (zip_file_id,))
        connection.execute("DELETE FROM zip_checksum WHERE zip_file_id = ?", (zip_file_id,))
        _insert(connection, file, zip_file_id)
        checksums.seal_zip_file(connection, zip_file_id, file.kind)
        return True
    return False


def _insert(connection: sqlite3.Connection, file: ZipLocalityFile, zip_file_id: int) -> int:
    """Insert the rows of a file, and return how many there are."""
    latest: Record | None = None

    def rows() -> Iterator[tuple[object, ...]]:
        nonlocal latest
        for latest in file.records():
            yield zip_file_id, *latest

    try:
        return connection.executemany(_INSERT, rows()).rowcount
    except sqlite3.IntegrityError:
        assert latest  # the row that the database had before
        code = "-".join(filter(None, latest[:2]))
        raise ContentRefusedError(f"has {code} twice", file=file.name) from None
