"""Editions of what CMS publishes under one label: one is current, and supersedes those before it.

An edition is immutable: a label and the sha256 of its bytes. The same bytes again are no new
edition, and bytes that were superseded become current again only by force. The rule is the same for
every dataset. Out of scope: the rows of an edition, and its checks.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple


class Outcome(StrEnum):
    """What became of an edition that was to be loaded, in every command.

    The last four are of a refresh alone.
    """

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

    REPAIRED = "repaired"
    """Their rows had been damaged in the database, and were loaded anew."""

    REDATED = "redated"
    """Only the dates of effect changed."""

    FAILED = "failed"
    """It could not be had or was refused; what was loaded before is kept."""

    UNKNOWN = "unknown"
    """CMS lists it, but its dates of effect are not known, and it was not loaded."""

    WOULD_LOAD = "would-load"
    """It would be downloaded and loaded, were this no dry run."""

    WOULD_COMPARE = "would-compare"
    """It would be downloaded and compared with what is loaded, were this no dry run."""


class KnownEdition(NamedTuple):
    """A loaded edition: its number, and that of the one that superseded it, if any."""

    number: int
    superseded_by: int | None


@dataclass(frozen=True, slots=True)
class Editions:
    """The editions of one dataset, in the table of all.

    Attributes:
        dataset: its name.
    """

    dataset: str

    def find(self, connection: sqlite3.Connection, label: str, sha256: str) -> KnownEdition | None:
        """Return the edition with these bytes under a label, None where they were never loaded."""
        row = connection.execute(
            "SELECT edition_id, superseded_by FROM edition "
            "WHERE dataset = ? AND label = ? AND sha256 = ?",
            (self.dataset, label, sha256),
        ).fetchone()
        return KnownEdition._make(row) if row else None

    def add(
        self,
        connection: sqlite3.Connection,
        label: str,
        sha256: str,
        source: str,
        effective: tuple[str, str],
        rows: int | None = None,
    ) -> tuple[int, Outcome]:
        """Add an edition, current from now on.

        Args:
            connection: the database, in a transaction.
            label: its label.
            sha256: hash of its bytes.
            source: name of its file.
            effective: first and last day of effect, YYYY-MM-DD.
            rows: its number of rows, where it is known by now.

        Returns:
            Its number, and what it is: a revision, or new where its label had no edition.
        """
        query = "SELECT coalesce(max(edition_id), 0) + 1 FROM edition"
        number: int = connection.execute(query).fetchone()[0]
        outcome = self._supersede(connection, label, number)
        connection.execute(
            "INSERT INTO edition (edition_id, dataset, label, year, effective_from, effective_to, "
            "sha256, source, loaded_at, rows) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                self.dataset,
                label,
                int(effective[0][:4]),
                *effective,
                sha256,
                source,
                datetime.now(UTC).isoformat(timespec="seconds"),
                rows,
            ),
        )
        return number, outcome

    def meet(
        self, connection: sqlite3.Connection, label: str, known: KnownEdition, *, force: bool
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
        self._supersede(connection, label, known.number)
        connection.execute(
            "UPDATE edition SET superseded_by = NULL WHERE edition_id = ?", (known.number,)
        )
        return Outcome.RESTORED

    def _supersede(self, connection: sqlite3.Connection, label: str, by: int) -> Outcome:
        """Mark the current edition of a label as superseded by another, which the caller adds."""
        superseded = connection.execute(
            "UPDATE edition SET superseded_by = ? "
            "WHERE dataset = ? AND label = ? AND superseded_by IS NULL",
            (by, self.dataset, label),
        ).rowcount
        return Outcome.REVISION if superseded else Outcome.NEW
