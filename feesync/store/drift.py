"""Is a release plausible beside what is loaded? Its localities and codes against the nearest loaded year.

A file whose rows all add up can still be the wrong file, or an invented one. From one year to the next CMS has never changed
more than a few localities of some 110, and never a fifth of the codes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Set
from datetime import date

from feesync.errors import ContentRefusedError
from feesync.formats.release import Release
from feesync.labels import effective_dates, label_year

MOST_LOCALITIES = 10
MOST_CODES = 20
"""Percent of the localities, and of the codes, that may be new or gone."""


def check(connection: sqlite3.Connection, release: Release, open_snapshot: Callable[[], sqlite3.Connection]) -> None:
    """Compare a parsed release with the nearest loaded one, or with the embedded snapshot where nothing is loaded.

    Raises:
        ContentRefusedError: too many localities or codes are new or gone.
    """
    nearest = _nearest(connection, release.label)
    if nearest is not None:
        _compare_codes(connection, *nearest, release)
        _compare_localities(connection, *nearest, release, "")
        return
    snapshot = open_snapshot()
    nearest = _nearest(snapshot, release.label)
    if nearest is not None:
        _compare_localities(snapshot, *nearest, release, " of the embedded snapshot")


def _nearest(connection: sqlite3.Connection, label: str) -> tuple[int, str] | None:
    dates = effective_dates(label)
    first = dates[0] if dates else date(label_year(label), 1, 1)
    row = connection.execute(
        "SELECT release_id, label FROM release WHERE superseded_by IS NULL "
        "ORDER BY abs(year - ?), abs(julianday(effective_from) - julianday(?)), release_id LIMIT 1",
        (label_year(label), first.isoformat()),
    ).fetchone()
    return (row[0], row[1]) if row else None


def _compare_localities(connection: sqlite3.Connection, release_id: int, label: str, release: Release, whose: str) -> None:
    known: set[tuple[str, ...]] = set(
        connection.execute("SELECT mac, locality FROM locality WHERE release_id = ? AND mac <> '00000'", (release_id,)).fetchall()
    )
    found = {(row.mac, row.locality) for row in release.gpci.rows}
    _refuse(known, found, MOST_LOCALITIES, "localities", label + whose, release.gpci.name)


def _compare_codes(connection: sqlite3.Connection, release_id: int, label: str, release: Release) -> None:
    known: set[tuple[str, ...]] = set(
        connection.execute("SELECT DISTINCT hcpcs FROM relative_value WHERE release_id = ?", (release_id,)).fetchall()
    )
    file = release.relative_values["nonqp"]
    _refuse(known, {(row.hcpcs,) for row in file.rows}, MOST_CODES, "codes", label, file.name)


def _refuse(known: Set[tuple[str, ...]], found: Set[tuple[str, ...]], most: int, what: str, label: str, file: str) -> None:
    new, gone = found - known, known - found
    if max(len(new), len(gone)) * 100 > most * len(known):
        examples = ", ".join("-".join(key) for key in sorted(new or gone)[:3])
        raise ContentRefusedError(
            f"{len(found)} {what}, of which {len(new)} are new and {len(gone)} gone beside the {len(known)} of {label} "
            f"(such as {examples}); more than {most} % is not believed without --allow-change",
            file=file,
        )
