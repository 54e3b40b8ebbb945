"""Editions of what CMS publishes under one label: one is current, and supersedes those before it.

An edition is immutable: a label and the sha256 of its bytes. The same bytes again are no new
edition, and bytes that were superseded become current again only by force. The rule is the same for
every dataset. Out of scope: the rows of an edition, and its checks.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Outcome(StrEnum):
    """The outcome of loading an edition."""

    NEW = "new"
    """The first of its label."""

    REVISION = "revision"
    """It supersedes an edition that was loaded earlier."""

    UNCHANGED = "unchanged"
    """These bytes are current already."""

    SUPERSEDED = "superseded"
    """These bytes were loaded before and have been superseded; nothing was done."""

    RESTORED = "restored"
    """These bytes had been superseded, and were made current again."""

    REDATED = "redated"
    """Only the dates of effect changed."""


class Edition(NamedTuple):
    """A loaded edition: its number, and that of the one that superseded it, if any."""

    number: int
    superseded_by: int | None


@dataclass(frozen=True, slots=True)
class EditionTable:
    """The table of the editions of a dataset.

    Among its columns are a number, those of the label, `sha256` and `superseded_by`.

    Attributes:
        name: of the table.
        number: the column of the number.
        label: the columns that make up the label.
    """

    name: str
    number: str
    label: tuple[str, ...]

    def find(
        self, connection: sqlite3.Connection, label: tuple[str | int, ...], sha256: str
    ) -> Edition | None:
        """Return the edition with these bytes under a label, None where they were never loaded."""
        row = connection.execute(
            f"SELECT {self.number}, superseded_by FROM {self.name} "  # noqa: S608
            f"WHERE {self._has_label} AND sha256 = ?",
            (*label, sha256),
        ).fetchone()
        return Edition._make(row) if row else None

    def next_number(self, connection: sqlite3.Connection) -> int:
        """Return the number for the next edition."""
        query = f"SELECT coalesce(max({self.number}), 0) + 1 FROM {self.name}"  # noqa: S608
        number: int = connection.execute(query).fetchone()[0]
        return number

    def supersede(
        self, connection: sqlite3.Connection, label: tuple[str | int, ...], by: int
    ) -> Outcome:
        """Mark the current edition of a label as superseded by another, which the caller adds.

        Returns:
            The outcome for the other: REVISION, or NEW where there was no current one.
        """
        update = (
            f"UPDATE {self.name} SET superseded_by = ? "  # noqa: S608
            f"WHERE {self._has_label} AND superseded_by IS NULL"
        )
        found = connection.execute(update, (by, *label)).rowcount
        return Outcome.REVISION if found else Outcome.NEW

    def meet(
        self,
        connection: sqlite3.Connection,
        label: tuple[str | int, ...],
        known: Edition,
        *,
        force: bool,
    ) -> Outcome:
        """Decide about bytes that were loaded before: leave them, or make them current again.

        Args:
            connection: the database, in a transaction.
            label: their label.
            known: their edition.
            force: make them current again where they have been superseded.
        """
        if known.superseded_by is None:
            return Outcome.UNCHANGED
        if not force:
            return Outcome.SUPERSEDED
        self.supersede(connection, label, known.number)
        connection.execute(
            f"UPDATE {self.name} SET superseded_by = NULL WHERE {self.number} = ?",  # noqa: S608
            (known.number,),
        )
        return Outcome.RESTORED

    @property
    def _has_label(self) -> str:
        return " AND ".join(f"{column} = ?" for column in self.label)
