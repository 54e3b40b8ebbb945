"""Two releases, or two revisions of one, in one database, so that SQL can compare them.

A release is named by its label, `RVU25D`, or a revision of it by the label and the beginning of its
sha256, `RVU25D@1a2b3c`. Out of scope: the comparison (changes).
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from feesync.errors import Hint, InvalidInputError, NoReleaseError
from feesync.model.label import parse_label
from feesync.model.release import Release
from feesync.store.schema import memory_database
from feesync.store.source import Source

_HASH = re.compile(r"[0-9a-f]{1,64}")
_HASH_SHOWN = 12
_OF_RELEASE = ("conversion_factor", "locality")
_COLUMNS = "label, year, effective_from, effective_to, sha256, source, loaded_at"
_OF_CODES = ("relative_value", "opps_relative_value")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two releases of one open database.

    Attributes:
        source: the database; one in memory where either release is the embedded snapshot's.
        before: the first release.
        after: the second release.
        embedded: which of them are the snapshot's; where any is, both have only the snapshot's
            codes.
    """

    source: Source
    before: Release
    after: Release
    embedded: tuple[Release, ...]


def revision_name(release: Release) -> str:
    """Return the name of a revision, label and beginning of its hash: `RVU25D@1a2b3c4d5e6f`."""
    return f"{release.label}@{release.sha256[:_HASH_SHOWN]}"


@contextmanager
def open_pair(
    database: Source | None,
    snapshot: Source,
    before: str,
    after: str,
    remedy: Callable[[str], Hint],
) -> Iterator[Pair]:
    """Open two releases to compare.

    A release is of the database, or of the embedded snapshot where the database lacks its label.

    Args:
        database: the database; None where there is none.
        snapshot: the embedded snapshot.
        before: name of the first release or revision.
        after: name of the second.
        remedy: returns what brings a label that is not loaded.

    Raises:
        InvalidInputError: a name cannot be read, or both name the same revision.
        NoReleaseError: there is no such release, no such revision of it, or several.
        StoreError: the database is damaged.
    """
    answers = [_find(name, database, snapshot, remedy) for name in (before, after)]
    if answers[0] == answers[1]:
        raise _same(before, after, answers[0][0].revisions(answers[0][1].label))
    for source, release in answers:
        source.check_release(release)
    with closing(memory_database()) as both:
        yield _beside(answers[0], answers[1], both)


def _find(
    name: str, database: Source | None, snapshot: Source, remedy: Callable[[str], Hint]
) -> tuple[Source, Release]:
    text, at, beginning = name.partition("@")
    label, beginning = parse_label(text), beginning.strip().lower()
    if at and not _HASH.fullmatch(beginning):
        raise InvalidInputError(
            f"{name!r:.60} is not LABEL@HASH, a label and the beginning of a sha256, such as "
            "RVU25D@1a2b3c"
        )
    source = database if database and label in database.labels else snapshot
    revisions = source.revisions(label)
    if not revisions:
        raise NoReleaseError(_unknown(label, database, snapshot), hint=remedy(label))
    if not at:
        return source, revisions[0]
    matches = [release for release in revisions if release.sha256.startswith(beginning)]
    if len(matches) == 1:
        return source, matches[0]
    many = f"may be {len(matches)} revisions" if matches else "is no revision that is loaded"
    raise NoReleaseError(
        f"{label}@{beginning} {many}; there {_revision_texts(matches or revisions)}"
    )


def _unknown(label: str, database: Source | None, snapshot: Source) -> str:
    loaded = ", ".join(release.label for release in database.releases) if database else ""
    embedded = ", ".join(release.label for release in snapshot.releases)
    return (
        f"{label} is not loaded (loaded: {loaded or 'none'}; in the embedded snapshot: {embedded})"
    )


def _same(before: str, after: str, revisions: list[Release]) -> InvalidInputError:
    names = before if before == after else f"{before} and {after}"
    return InvalidInputError(
        f"{names}: this is one revision, compared with itself; there {_revision_texts(revisions)}"
    )


def _revision_texts(revisions: list[Release]) -> str:
    texts = [
        f"{revision_name(release)} "
        f"({release.source}{', loaded ' + release.loaded_at if release.loaded_at else ''})"
        for release in revisions
    ]
    return ("is " if len(texts) == 1 else "are ") + "; ".join(texts)


def _beside(
    before: tuple[Source, Release], after: tuple[Source, Release], both: sqlite3.Connection
) -> Pair:
    """Return two releases in one source: their own, or a new database with the snapshot's codes."""
    embedded = tuple(release for source, release in (before, after) if source.embedded)
    if before[0] is after[0]:
        return Pair(before[0], before[1], after[1], embedded)
    (snapshot,) = (source for source, _ in (before, after) if source.embedded)
    for number, (source, release) in enumerate((before, after), start=1):
        _copy(source.connection, release.release_id, both, number, sorted(snapshot.codes))
    copy = Source(both, embedded=True)
    releases = [
        copy.revisions(release.label)[0]._replace(checks_set_aside=release.checks_set_aside)
        for _, release in (before, after)
    ]
    return Pair(copy, releases[0], releases[1], embedded)


def _copy(
    source: sqlite3.Connection,
    release_id: int,
    target: sqlite3.Connection,
    number: int,
    codes: list[str],
) -> None:
    edition = source.execute(
        f"SELECT {_COLUMNS} FROM release WHERE release_id = ?",  # noqa: S608 - names of this module
        (release_id,),
    ).fetchone()
    target.execute(  # current, whatever superseded it
        f"INSERT INTO edition (edition_id, dataset, {_COLUMNS}) "  # noqa: S608
        "VALUES (?, 'rvu', ?, ?, ?, ?, ?, ?, ?)",
        (number, *edition),
    )
    for table in (*_OF_RELEASE, *_OF_CODES):
        limit = " AND hcpcs IN (SELECT value FROM json_each(?))" if table in _OF_CODES else ""
        rows = source.execute(
            f"SELECT * FROM {table} WHERE release_id = ?{limit}",  # noqa: S608
            (release_id, json.dumps(codes)) if limit else (release_id,),
        )
        _insert(target, table, [(number, *row[1:]) for row in rows])


def _insert(target: sqlite3.Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        target.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608
