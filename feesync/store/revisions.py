"""The revisions in a database, of releases and of other files, by label and hash.

They are what a refresh needs to tell new bytes from known ones.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from feesync.errors import StoreError
from feesync.store import checksums
from feesync.store.damage import DamageError
from feesync.store.schema import open_for_reading, store_error, table_of_editions

EditionCheck = Callable[[sqlite3.Connection, int, str], None]
"""Compares the rows of an edition, by its number and its label, with their checksums."""

_EDITIONS = "SELECT label, sha256, effective_from, effective_to, superseded_by IS NULL FROM "

_CURRENT = (
    "SELECT edition_id, label FROM edition NOT INDEXED "
    "WHERE dataset = ? AND superseded_by IS NULL AND label = coalesce(?, label)"
)


@dataclass(frozen=True, slots=True)
class Revisions:
    """The revisions of one label.

    Attributes:
        current: sha256 of the revision that answers.
        effective: its first and last day of effect.
        superseded: sha256 of the other revisions.
    """

    current: str
    effective: tuple[date, date]
    superseded: frozenset[str]


def read_revisions(path: Path) -> dict[str, Revisions]:
    """Return the revisions of every label in a database; none where there is no database yet.

    Raises:
        StoreError: the database cannot be read.
    """
    try:
        connection = open_for_reading(path) if path.exists() else None
    except OSError as error:
        raise StoreError(f"{str(path)[:200]!r} cannot be read: {error.strerror}") from error
    if connection is None:
        return {}
    try:
        with closing(connection):
            rows = connection.execute(_EDITIONS + table_of_editions(connection)).fetchall()
    except sqlite3.Error as error:
        raise store_error(path, error) from error
    superseded: dict[str, set[str]] = {}
    for label, sha256, _, _, is_current in rows:
        if not is_current:
            superseded.setdefault(label, set()).add(sha256)
    return {
        label: Revisions(
            sha256,
            (date.fromisoformat(first), date.fromisoformat(last)),
            frozenset(superseded.get(label, ())),
        )
        for label, sha256, first, last, is_current in rows
        if is_current
    }


def are_sound(path: Path, dataset: str, check: EditionCheck, label: str | None = None) -> bool:
    """Tell whether the current editions of a dataset are in a database as they were loaded.

    Args:
        path: the database.
        dataset: the name of the dataset.
        check: compares the rows of an edition with their checksums, and raises DamageError.
        label: the one edition that is meant; None for all of them.

    Raises:
        DamageError: a table that all editions share is damaged.
        StoreError: the database cannot be read.
    """
    connection = open_for_reading(path)
    if connection is None:
        return False
    try:
        with closing(connection):
            if checksums.has_editions(connection):
                checksums.check_shared(connection)
                return all(
                    _is_sound(check, connection, *edition)
                    for edition in connection.execute(_CURRENT, (dataset, label)).fetchall()
                )
    except sqlite3.Error as error:
        raise store_error(path, error) from error
    return True  # it could not be migrated, and nothing can be loaded either


def _is_sound(
    check: EditionCheck, connection: sqlite3.Connection, edition_id: int, label: str
) -> bool:
    try:
        check(connection, edition_id, label)
    except DamageError:
        return False
    return True
