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
from itertools import groupby
from zlib import crc32

from feesync.errors import StoreError

_OF_NONE = 0
"""The release number of checksums that belong to no single release."""

_VIEWS = ("rate", "rate_cents", "revision_rate_cents", "revision_rate_exact")
_SHARED = {
    "releases": (
        "SELECT * FROM release NOT INDEXED ORDER BY release_id",
        "SELECT * FROM conversion_factor ORDER BY release_id, basis",
        "SELECT * FROM check_set_aside ORDER BY release_id, name",
    ),
    "views": (
        "SELECT name, sql FROM sqlite_master "  # noqa: S608 - names of this module
        f"WHERE type = 'view' AND name IN {_VIEWS} ORDER BY name",
    ),
    "ZIP files": ("SELECT * FROM zip_file NOT INDEXED ORDER BY zip_file_id",),
}
_OF_RELEASE = {
    "localities": "SELECT * FROM locality WHERE release_id = ? ORDER BY mac, locality",
    "counties": (
        "SELECT * FROM locality_counties WHERE release_id = ? ORDER BY mac, locality, state_name, "
        "area, counties"
    ),
    "source files": "SELECT * FROM source_file WHERE release_id = ? ORDER BY name",
}
_VALUES = "SELECT * FROM relative_value WHERE release_id = ?"
_OPPS = "SELECT * FROM opps_relative_value WHERE release_id = ?"
_OF_CODE = " AND hcpcs = ?"
_BASES = " AND basis IN ('nonqp', 'qp')"
"""Names both bases, so that SQLite looks the code up by the index and does not scan the table."""

_CODE_LENGTH = 5
_CODE_COLUMN = 1
_OPPS_CODE_COLUMN = 2
_ZIP_ROWS = (
    "SELECT zip, group_concat(zip || plus4 || mac || locality || state || plus_four, '') FROM "
    "zip_locality "
    "WHERE zip_file_id = ? AND zip BETWEEN ? AND ? GROUP BY zip"
)

_Row = tuple[object, ...]


_FIRST_VERSION = 5
"""The first version of the database that has checksums."""


class DamageError(StoreError):
    """The database no longer has what was loaded: a disk, or another program, has changed it."""


def seal_release(
    connection: sqlite3.Connection, release_id: int, values: Iterable[_Row], opps: Iterable[_Row]
) -> None:
    """Store the checksums of a release's rows.

    Args:
        connection: the database, which has the rows already.
        release_id: the release.
        values: its rows of `relative_value`, by code and modifier.
        opps: its rows of `opps_relative_value`, by basis, code and modifier.
    """
    sums = {
        part: _rows_sum(connection.execute(query, (release_id,)))
        for part, query in _OF_RELEASE.items()
    }
    sums |= _code_sums(values, opps)
    connection.executemany(
        "INSERT OR REPLACE INTO checksum VALUES (?, ?, ?)",
        ((release_id, part, value) for part, value in sums.items()),
    )


def seal_zip_file(connection: sqlite3.Connection, zip_file_id: int, kind: str) -> None:
    """Store the checksums of a ZIP file's rows in the database."""
    sums = _zip_sums(connection, zip_file_id, kind)
    connection.executemany(
        "INSERT OR REPLACE INTO zip_checksum VALUES (?, ?, ?)",
        ((zip_file_id, part, value) for part, value in sums.items()),
    )


def seal_shared(connection: sqlite3.Connection) -> None:
    """Store the checksums of tables and views that belong to no release, where they changed."""
    for part in _SHARED:
        value = _shared_sum(connection, part)
        if value != _stored(connection, _OF_NONE, part):
            connection.execute(
                "INSERT OR REPLACE INTO checksum VALUES (?, ?, ?)", (_OF_NONE, part, value)
            )


def seal(connection: sqlite3.Connection) -> None:
    """Store the checksums of everything in a database that has none yet; it is taken as it is."""
    if _stored(connection, _OF_NONE, "releases") is None:
        for (release_id,) in connection.execute("SELECT release_id FROM release").fetchall():
            seal_release(connection, release_id, *_rows_of(connection, release_id))
        for zip_file_id, kind in connection.execute(
            "SELECT zip_file_id, kind FROM zip_file"
        ).fetchall():
            seal_zip_file(connection, zip_file_id, kind)
    seal_shared(connection)


def are_kept(connection: sqlite3.Connection) -> bool:
    """Tell whether a database has checksums; one of an older feesync may not.

    Raises:
        DamageError: the database is of a version that has checksums, and they are gone.
    """
    query = "SELECT 1 FROM sqlite_master WHERE name = 'checksum'"
    if connection.execute(query).fetchone():
        return True
    if connection.execute("PRAGMA user_version").fetchone()[0] >= _FIRST_VERSION:
        raise _damage(connection, "its table of checksums")
    return False


def check_shared(connection: sqlite3.Connection, *parts: str) -> None:
    """Compare 'releases', 'views' or 'ZIP files' with their checksums, or all three by default.

    Raises:
        DamageError: they differ.
    """
    for part in parts or _SHARED:
        if _shared_sum(connection, part) != _stored(connection, _OF_NONE, part):
            raise _damage(connection, f"its {'table of ' if part != 'views' else ''}{part}")


def check_code(connection: sqlite3.Connection, release_id: int, label: str, hcpcs: str) -> bool:
    """Compare the rows of a code with its checksum, and tell whether the release has the code.

    Raises:
        DamageError: they differ.
    """
    values = connection.execute(
        _VALUES + _OF_CODE + " ORDER BY modifier", (release_id, hcpcs)
    ).fetchall()
    opps = connection.execute(
        _OPPS + _BASES + _OF_CODE + " ORDER BY basis, modifier", (release_id, hcpcs)
    ).fetchall()
    stored = _stored(connection, release_id, hcpcs)
    if stored is None and not values and not opps:
        return False
    if stored != _code_sum(values, opps):
        raise _damage(connection, f"{hcpcs} in {label}")
    return True


def check_part(connection: sqlite3.Connection, release_id: int, label: str, part: str) -> None:
    """Compare the 'localities', 'counties' or 'source files' of a release with their checksum.

    Raises:
        DamageError: they differ.
    """
    if _rows_sum(connection.execute(_OF_RELEASE[part], (release_id,))) != _stored(
        connection, release_id, part
    ):
        raise _damage(connection, f"the {part} of {label}")


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
        (release_id, first, last, _CODE_LENGTH),
    )
    wrong = {code for (code,) in rows} ^ set(codes)
    if wrong:
        raise _damage(connection, f"{min(wrong)} in {label}")


def check_release(connection: sqlite3.Connection, release_id: int, label: str) -> None:
    """Compare every row of a release with its checksums.

    Raises:
        DamageError: a row differs.
    """
    wrong = _wrong_parts(connection, release_id)
    if wrong:
        raise _damage(connection, _named(wrong, label))


def check_zips(connection: sqlite3.Connection, zip_file_id: int, kind: str, zip5: str) -> None:
    """Compare the group of a ZIP file's rows that a ZIP is in with its checksum.

    Raises:
        DamageError: they differ.
    """
    part = _zip_part(kind, zip5)
    stored = connection.execute(
        "SELECT crc32 FROM zip_checksum WHERE zip_file_id = ? AND part = ?", (zip_file_id, part)
    ).fetchone()
    found = _zip_sums(connection, zip_file_id, kind, part)
    if found != ({part: stored[0]} if stored else {}):
        raise _damage(connection, f"the {kind} rows of {part}")


def check_zip_file(connection: sqlite3.Connection, zip_file_id: int, kind: str) -> None:
    """Compare every row of a ZIP file with its checksums.

    Raises:
        DamageError: a row differs.
    """
    wrong = _wrong_zip_parts(connection, zip_file_id, kind)
    if wrong:
        raise _damage(connection, f"the {kind} rows of {', '.join(wrong[:3])}")


def damages(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield a line for each part of a database that differs from its checksum.

    All releases and ZIP files are compared, superseded ones too.
    """
    try:
        check_shared(connection)
    except DamageError as error:
        yield str(error)
    for release_id, label in connection.execute(
        "SELECT release_id, label FROM release NOT INDEXED"
    ).fetchall():
        if wrong := _wrong_parts(connection, release_id):
            yield str(_damage(connection, _named(wrong, label)))
    for zip_file_id, kind in connection.execute(
        "SELECT zip_file_id, kind FROM zip_file NOT INDEXED"
    ).fetchall():
        try:
            check_zip_file(connection, zip_file_id, kind)
        except DamageError as error:
            yield str(error)


def _wrong_zip_parts(connection: sqlite3.Connection, zip_file_id: int, kind: str) -> list[str]:
    stored = dict(
        connection.execute(
            "SELECT part, crc32 FROM zip_checksum WHERE zip_file_id = ?", (zip_file_id,)
        )
    )
    return _different(stored, _zip_sums(connection, zip_file_id, kind))


def _wrong_parts(connection: sqlite3.Connection, release_id: int) -> list[str]:
    stored = dict(
        connection.execute("SELECT part, crc32 FROM checksum WHERE release_id = ?", (release_id,))
    )
    found = {
        part: _rows_sum(connection.execute(query, (release_id,)))
        for part, query in _OF_RELEASE.items()
    }
    return _different(stored, found | _code_sums(*_rows_of(connection, release_id)))


def _different(stored: dict[str, int], found: dict[str, int]) -> list[str]:
    return sorted(
        (part for part in stored.keys() | found.keys() if stored.get(part) != found.get(part)),
        key=str,
    )


def _named(wrong: list[str], label: str) -> str:
    more = f" and {len(wrong) - 3:,} more" if len(wrong) > 3 else ""
    return f"{', '.join(map(str, wrong[:3]))}{more} in {label}"


def _damage(connection: sqlite3.Connection, what: str) -> DamageError:
    from feesync.hints import Hint, HintKind  # where something is damaged, not at every start

    path = connection.execute("PRAGMA database_list").fetchone()[2]
    text = f"{path} is damaged: {what} is not what was loaded"
    return DamageError(text, hint=Hint(HintKind.LOAD_ANEW))


def _stored(connection: sqlite3.Connection, release_id: int, part: str) -> int | None:
    row = connection.execute(
        "SELECT crc32 FROM checksum WHERE release_id = ? AND part = ?", (release_id, part)
    ).fetchone()
    return row[0] if row else None


def _shared_sum(connection: sqlite3.Connection, part: str) -> int:
    value = 0
    for query in _SHARED[part]:
        value = _rows_sum(connection.execute(query), value)
    return value


def _bytes(value: object) -> bytes:
    """Return rows as bytes, the same in every version of Python.

    `repr` would not do: which characters it escapes depends on Python's version of Unicode.
    """
    return ascii(value).encode("ascii")


def _rows_sum(rows: Iterable[_Row], value: int = 0) -> int:
    return crc32(_bytes(list(rows)), value)


def _code_sum(values: list[_Row], opps: list[_Row]) -> int:
    return crc32(_bytes((values, opps)))


def _rows_of(
    connection: sqlite3.Connection, release_id: int
) -> tuple[Iterable[_Row], Iterable[_Row]]:
    values = connection.execute(_VALUES + " ORDER BY hcpcs, modifier", (release_id,))
    return values, connection.execute(_OPPS + " ORDER BY basis, hcpcs, modifier", (release_id,))


def _code_sums(values: Iterable[_Row], opps: Iterable[_Row]) -> dict[str, int]:
    """Return the checksum of every code of a release."""
    capped: dict[str, list[_Row]] = {}
    for row in opps:
        capped.setdefault(str(row[_OPPS_CODE_COLUMN]), []).append(row)
    groups = groupby(values, key=lambda row: str(row[_CODE_COLUMN]))
    sums = {code: _code_sum(list(own), capped.pop(code, [])) for code, own in groups}
    return sums | {code: _code_sum([], own) for code, own in capped.items()}


def _zip_part(kind: str, zip5: str) -> str:
    return zip5 if kind == "ZIP9" else zip5[:3]


def _zip_sums(
    connection: sqlite3.Connection, zip_file_id: int, kind: str, part: str = ""
) -> dict[str, int]:
    """Return the checksums of a ZIP file's parts, or of one of them."""
    sums: dict[str, int] = {}
    for zip5, text in connection.execute(
        _ZIP_ROWS, (zip_file_id, part.ljust(_CODE_LENGTH, "0"), part.ljust(_CODE_LENGTH, "9"))
    ):
        own = _zip_part(kind, zip5)
        sums[own] = crc32(text.encode(), sums.get(own, 0))
    return sums
