"""Editions of what CMS publishes under one label: one is current, later bytes supersede earlier.

An edition is immutable: a label and the sha256 of its bytes. The same bytes again are no new one,
and bytes that were superseded come back by force only. One rule for every dataset. Out of scope:
the rows of an edition, and whether it is believed.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Outcome(StrEnum):
    """What loading an edition did."""

    NEW = "new"
    """The first of its label."""

    REVISION = "revision"
    """It supersedes what was loaded earlier."""

    UNCHANGED = "unchanged"
    """These bytes are current already."""

    SUPERSEDED = "superseded"
    """These bytes were loaded before and have been superseded; nothing was done."""

    RESTORED = "restored"
    """Such bytes were made current again."""

    REDATED = "redated"
    """Only the dates of effect changed."""


class Edition(NamedTuple):
    """An edition that was loaded: its number, and that of the one that superseded it, if any."""

    number: int
    superseded_by: int | None


@dataclass(frozen=True, slots=True)
class EditionTable:
    """The table of the editions of a dataset.

    Its columns are a number, those of the label, `sha256` and `superseded_by`, among others.

    Attributes:
        name: of the table.
        number: the column of the number.
        label: the columns that make the label.
    """

    name: str
    number: str
    label: tuple[str, ...]

    def find(
        self, connection: sqlite3.Connection, label: tuple[str | int, ...], sha256: str
    ) -> Edition | None:
        """Return the edition of these bytes under a label, None where they were never loaded."""
        row = connection.execute(
            f"SELECT {self.number}, superseded_by FROM {self.name} "  # noqa: S608 - names of datasets
            f"WHERE {self._has_label} AND sha256 = ?",
            (*label, sha256),
        ).fetchone()
        return Edition._make(row) if row else None

    def next_number(self, connection: sqlite3.Connection) -> int:
        """Return the number that the next edition gets."""
        query = f"SELECT coalesce(max({self.number}), 0) + 1 FROM {self.name}"  # noqa: S608
        number: int = connection.execute(query).fetchone()[0]
        return number

    def supersede(
        self, connection: sqlite3.Connection, label: tuple[str | int, ...], by: int
    ) -> Outcome:
        """Note that the current edition of a label is superseded by another, which is to be added.

        Return what the other is: a revision, or new where there was none.
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
        """Meet bytes that were loaded before: leave them, or make them current again.

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
