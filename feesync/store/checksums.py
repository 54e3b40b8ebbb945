"""Checksums of a database's rows, so that a bit that flips on disk is an error and not a price.

SQLite does not notice such a change. A checksum is stored for each code of a release, for its
localities, for the table of releases with the factors, for the views, and for groups of ZIPs of a
ZIP file. It is compared where an answer first uses these rows, and for all of them by
`feesync status`. CRC-32 finds every change of up to 32 bits in a row. Out of scope: a change that
is made on purpose.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from feesync.store import sums

if TYPE_CHECKING:
    from feesync.store.damage import DamageError

_OF_NONE = 0
"""The release number of checksums that belong to no single release."""

VIEWS = ("rate", "rate_cents", "release", "revision_rate_cents", "revision_rate_exact", "zip_file")
"""Those of feesync; a database of before has tables in the place of some."""

CURRENT_VIEW = "current_rate"
"""A view that feesync has had since a later version: before, one of that name is a user's own."""

_FIRST_OF_CURRENT = 7

_SHARED = {
    "releases": (
        "SELECT * FROM release NOT INDEXED ORDER BY release_id",
        "SELECT * FROM conversion_factor ORDER BY release_id, basis",
        "SELECT * FROM check_set_aside ORDER BY release_id, name",
    ),
    "views": (
        "SELECT name, sql FROM sqlite_master "  # noqa: S608 - names of this module
        f"WHERE type = 'view' AND (name IN {VIEWS} OR name = '{CURRENT_VIEW}' AND "
        f"(SELECT user_version FROM pragma_user_version) >= {_FIRST_OF_CURRENT}) ORDER BY name",
    ),
    "ZIP files": ("SELECT * FROM zip_file NOT INDEXED ORDER BY zip_file_id",),
    "editions": ("SELECT * FROM edition NOT INDEXED ORDER BY edition_id",),
}
_OF_RELEASE = {
    "localities": "SELECT * FROM locality WHERE release_id = ? ORDER BY mac, locality",
    "counties": (
        "SELECT * FROM locality_counties WHERE release_id = ? ORDER BY mac, locality, state_name, "
        "area, counties"
    ),
    "source files": "SELECT * FROM source_file WHERE release_id = ? ORDER BY name",
}
_OF_CODE = " AND hcpcs = ?"
_BASES = " AND basis IN ('nonqp', 'qp')"
"""Names both bases, so that SQLite looks the code up by the index and does not scan the table."""

_FURTHER = (
    "SELECT edition_id, label FROM edition NOT INDEXED WHERE dataset NOT IN ('rvu', 'zip-locality')"
)

_FIRST_VERSION = 5
"""The first version of the database that has checksums."""

_FIRST_OF_EDITIONS = 6
"""The first version of the database that has one table of all editions."""


def seal_release(
    connection: sqlite3.Connection,
    release_id: int,
    values: Iterable[sums.Row],
    opps: Iterable[sums.Row],
) -> None:
    """Store the checksums of a release's rows.

    Args:
        connection: the database, which has the rows already.
        release_id: the release.
        values: its rows of `relative_value`, by code and modifier.
        opps: its rows of `opps_relative_value`, by basis, code and modifier.
    """
    actual = {
        part: sums.rows_sum(connection.execute(query, (release_id,)))
        for part, query in _OF_RELEASE.items()
    }
    actual |= sums.code_sums(values, opps)
    connection.executemany(
        "INSERT OR REPLACE INTO checksum VALUES (?, ?, ?)",
        ((release_id, part, value) for part, value in actual.items()),
    )


def seal_zip_file(connection: sqlite3.Connection, zip_file_id: int, kind: str) -> None:
    """Store the checksums of a ZIP file's rows in the database."""
    actual = sums.zip_sums(connection, zip_file_id, kind)
    connection.executemany(
        "INSERT OR REPLACE INTO zip_checksum VALUES (?, ?, ?)",
        ((zip_file_id, part, value) for part, value in actual.items()),
    )


def seal_edition(connection: sqlite3.Connection, edition_id: int, tables: Iterable[str]) -> None:
    """Store the checksums of the rows of an edition.

    Args:
        connection: the database, which has the rows already.
        edition_id: the edition.
        tables: the tables of its dataset, each with a column `edition_id`.
    """
    actual = sums.edition_sums(connection, edition_id, tables)
    connection.executemany(
        "INSERT OR REPLACE INTO checksum VALUES (?, ?, ?)",
        ((edition_id, table, value) for table, value in actual.items()),
    )


def seal_shared(connection: sqlite3.Connection) -> None:
    """Store the checksums of tables and views that belong to no release, where they changed."""
    for part in _SHARED:
        value = _shared_sum(connection, part)
        if value != _stored_sum(connection, _OF_NONE, part):
            connection.execute(
                "INSERT OR REPLACE INTO checksum VALUES (?, ?, ?)", (_OF_NONE, part, value)
            )


def seal(connection: sqlite3.Connection) -> None:
    """Store the checksums of everything in a database that has none yet; it is taken as it is."""
    if _stored_sum(connection, _OF_NONE, "releases") is None:
        for (release_id,) in connection.execute("SELECT release_id FROM release").fetchall():
            seal_release(connection, release_id, *sums.rows_of(connection, release_id))
        for zip_file_id, kind in connection.execute(
            "SELECT zip_file_id, kind FROM zip_file"
        ).fetchall():
            seal_zip_file(connection, zip_file_id, kind)
    seal_shared(connection)


def schema_version(connection: sqlite3.Connection) -> int:
    """Return the version of a database: how many migrations it has had."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def are_kept(connection: sqlite3.Connection) -> bool:
    """Tell whether a database has checksums; one of an older feesync may not.

    Raises:
        DamageError: the database is of a version that has checksums, and they are gone.
    """
    if schema_version(connection) < _FIRST_VERSION:
        return False
    query = "SELECT 1 FROM sqlite_master WHERE name = 'checksum' AND type = 'table'"
    if connection.execute(query).fetchone():
        return True
    raise _damage(connection, "its table of checksums", "is")


def has_editions(connection: sqlite3.Connection) -> bool:
    """Tell whether a database has one table of all editions; a user's own of that name is none."""
    return schema_version(connection) >= _FIRST_OF_EDITIONS


def views_of(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the names of the views that are feesync's own in a database of its version."""
    is_new = schema_version(connection) >= _FIRST_OF_CURRENT
    return (*VIEWS, CURRENT_VIEW) if is_new else VIEWS


def check_shared(connection: sqlite3.Connection, *parts: str) -> None:
    """Compare 'releases', 'views', 'ZIP files' or 'editions' with their checksums; by default all.

    Raises:
        DamageError: they differ.
    """
    for part in parts or _parts(connection):
        if _shared_sum(connection, part) != _stored_sum(connection, _OF_NONE, part):
            what, is_are = (
                ("its views", "are") if part == "views" else (f"its table of {part}", "is")
            )
            raise _damage(connection, what, is_are)


def check_tables(connection: sqlite3.Connection) -> None:
    """Compare what is of no one release, but for the views, which a migration makes anew.

    Raises:
        DamageError: it is not what was stored.
    """
    check_shared(connection, *(part for part in _parts(connection) if part != "views"))


def check_code(connection: sqlite3.Connection, release_id: int, label: str, hcpcs: str) -> bool:
    """Compare the rows of a code with its checksum, and tell whether the release has the code.

    Raises:
        DamageError: they differ.
    """
    values = connection.execute(
        sums.VALUES + _OF_CODE + " ORDER BY modifier", (release_id, hcpcs)
    ).fetchall()
    opps = connection.execute(
        sums.OPPS + _BASES + _OF_CODE + " ORDER BY basis, modifier", (release_id, hcpcs)
    ).fetchall()
    expected = _stored_sum(connection, release_id, hcpcs)
    if expected is None and not values and not opps:
        return False
    if expected != sums.code_sum(values, opps):
        raise _damage(connection, f"{hcpcs} in {label}", "is")
    return True


def check_part(connection: sqlite3.Connection, release_id: int, label: str, part: str) -> None:
    """Compare the 'localities', 'counties' or 'source files' of a release with their checksum.

    Raises:
        DamageError: they differ.
    """
    if sums.rows_sum(connection.execute(_OF_RELEASE[part], (release_id,))) != _stored_sum(
        connection, release_id, part
    ):
        raise _damage(connection, f"the {part} of {label}", "are")


def check_codes(
    connection: sqlite3.Connection,
    release_id: int,
    label: str,
    codes: Iterable[str],
    first: str,
    last: str,
) -> None:
    """Compare the codes of a release in a range with those that have checksums.

    Raises:
        DamageError: a code is missing, or there is one too many.
    """
    rows = connection.execute(
        "SELECT part FROM checksum WHERE release_id = ? AND part BETWEEN ? AND ? AND length(part) "
        "= ?",
        (release_id, first, last, sums.CODE_LENGTH),
    )
    wrong = {code for (code,) in rows} ^ set(codes)
    if wrong:
        raise _damage(connection, f"{min(wrong)} in {label}", "is")


def check_release(connection: sqlite3.Connection, release_id: int, label: str) -> None:
    """Compare every row of a release with its checksums.

    Raises:
        DamageError: a row differs.
    """
    wrong = _wrong_parts(connection, release_id)
    if wrong:
        raise _damage(connection, *_part_names(wrong, label))


def check_edition(connection: sqlite3.Connection, edition_id: int, label: str) -> None:
    """Compare the rows of an edition with the checksums of its tables.

    Raises:
        DamageError: they differ, or there are none.
    """
    expected = _stored_sums(connection, edition_id)
    wrong = _different(expected, sums.edition_sums(connection, edition_id, expected))
    if wrong or not expected:
        raise _damage(connection, *_part_names(wrong or ["the rows"], label))


def check_zips(connection: sqlite3.Connection, zip_file_id: int, kind: str, zip5: str) -> None:
    """Compare the group of a ZIP file's rows that a ZIP is in with its checksum.

    Raises:
        DamageError: they differ.
    """
    part = sums.zip_part(kind, zip5)
    expected = connection.execute(
        "SELECT crc32 FROM zip_checksum WHERE zip_file_id = ? AND part = ?", (zip_file_id, part)
    ).fetchone()
    actual = sums.zip_sums(connection, zip_file_id, kind, part)
    if actual != ({part: expected[0]} if expected else {}):
        raise _damage(connection, f"the {kind} rows of {part}", "are")


def check_zip_file(connection: sqlite3.Connection, zip_file_id: int, kind: str) -> None:
    """Compare every row of a ZIP file with its checksums.

    Raises:
        DamageError: a row differs.
    """
    wrong = _wrong_zip_parts(connection, zip_file_id, kind)
    if wrong:
        raise _damage(connection, f"the {kind} rows of {', '.join(wrong[:3])}", "are")


def damages(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield a line for each part of a database that differs from its checksum.

    All editions of all datasets are compared, superseded ones too.
    """
    from feesync.store.damage import DamageError

    try:
        check_shared(connection)
    except DamageError as error:
        yield str(error)
    for release_id, label in connection.execute(
        "SELECT release_id, label FROM release NOT INDEXED"
    ).fetchall():
        if wrong := _wrong_parts(connection, release_id):
            yield str(_damage(connection, *_part_names(wrong, label)))
    for zip_file_id, kind in connection.execute(
        "SELECT zip_file_id, kind FROM zip_file NOT INDEXED"
    ).fetchall():
        try:
            check_zip_file(connection, zip_file_id, kind)
        except DamageError as error:
            yield str(error)
    further = connection.execute(_FURTHER).fetchall() if "editions" in _parts(connection) else []
    for edition_id, label in further:
        try:
            check_edition(connection, edition_id, label)
        except DamageError as error:
            yield str(error)


def _wrong_zip_parts(connection: sqlite3.Connection, zip_file_id: int, kind: str) -> list[str]:
    expected = dict(
        connection.execute(
            "SELECT part, crc32 FROM zip_checksum WHERE zip_file_id = ?", (zip_file_id,)
        )
    )
    return _different(expected, sums.zip_sums(connection, zip_file_id, kind))


def _parts(connection: sqlite3.Connection) -> list[str]:
    """Return what a database has of _SHARED: one of before has no table of all editions."""
    there = has_editions(connection)
    return [part for part in _SHARED if there or part != "editions"]


def _stored_sums(connection: sqlite3.Connection, release_id: int) -> dict[str, int]:
    query = "SELECT part, crc32 FROM checksum WHERE release_id = ?"
    return dict(connection.execute(query, (release_id,)))


def _wrong_parts(connection: sqlite3.Connection, release_id: int) -> list[str]:
    expected = _stored_sums(connection, release_id)
    actual = {
        part: sums.rows_sum(connection.execute(query, (release_id,)))
        for part, query in _OF_RELEASE.items()
    }
    return _different(expected, actual | sums.code_sums(*sums.rows_of(connection, release_id)))


def _different(expected: dict[str, int], actual: dict[str, int]) -> list[str]:
    return sorted(
        (
            part
            for part in expected.keys() | actual.keys()
            if expected.get(part) != actual.get(part)
        ),
        key=str,
    )


def _damage(connection: sqlite3.Connection, what: str, is_are: str) -> DamageError:
    """Return the error for what is damaged; `is_are` is its verb."""
    from feesync.store.damage import damage  # where something is damaged, not at every start

    return damage(connection, what, is_are)


def _part_names(wrong: list[str], label: str) -> tuple[str, str]:
    """Return what differs of an edition, codes or tables, in words, and its verb."""
    more = f" and {len(wrong) - 3:,} more" if len(wrong) > 3 else ""
    is_code = len(wrong) == 1 and len(wrong[0]) == sums.CODE_LENGTH
    return f"{', '.join(wrong[:3])}{more} in {label}", "is" if is_code else "are"


def _stored_sum(connection: sqlite3.Connection, release_id: int, part: str) -> int | None:
    row = connection.execute(
        "SELECT crc32 FROM checksum WHERE release_id = ? AND part = ?", (release_id, part)
    ).fetchone()
    return row[0] if row else None


def _shared_sum(connection: sqlite3.Connection, part: str) -> int:
    value = 0
    for query in _SHARED[part]:
        value = sums.rows_sum(connection.execute(query), value)
    return value
