"""Read one database of the schema, on disk or in memory: its releases, localities and rates.

Out of scope: which database and which release answer for a date (library).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from feesync.errors import NoPriceError
from feesync.model.hcpcs import CodeRange
from feesync.model.label import FIRST_QP_YEAR
from feesync.model.locality import NATIONAL, Locality
from feesync.model.rate import Rate
from feesync.model.release import Release
from feesync.model.tuples import tuple_of
from feesync.store import checksums
from feesync.store.one_rate import GPCIS, STORED, select_one
from feesync.store.schema import REFERENCE_FACTOR, table_of_editions

if TYPE_CHECKING:
    from feesync.model.edition import Edition
    from feesync.store.zip_tables import StoredZipTable

_SELECT = f"SELECT {', '.join(Rate._fields)} FROM rate_cents"  # noqa: S608 - names of a NamedTuple
_SELECT_ALL = (
    f"{_SELECT.replace('SELECT', 'SELECT mac, locality,', 1)} WHERE release_id = ? AND "
    "basis = ? AND hcpcs = ?"
)
_OF_PLACES = " AND mac || locality IN (SELECT value FROM json_each(?))"

_GPCIS = Locality._fields.index("work_gpci")

_MOST_ROWS = 20_480
"""How many rows of codes are remembered, some 13 MB; a release has 19,000."""

_FIRST_SET_ASIDE = 4
"""The first version of the database that records the checks that were set aside."""


class Source:
    """An open database, and what has been read of it.

    Where the database changes, a new Source is needed. Rows are compared with their checksums
    before they are first used, except for those of the embedded snapshot. The caller has begun a
    transaction where other processes may write to the database.
    """

    def __init__(self, connection: sqlite3.Connection, *, embedded: bool) -> None:
        self.connection: sqlite3.Connection = connection
        self.embedded: bool = embedded
        self._are_checked = not embedded and checksums.are_kept(connection)
        self._sound: set[tuple[int, str]] = set()
        self._sound_releases: set[int] = set()
        if self._are_checked:
            checksums.check_shared(connection, "releases", "views")
        self._revisions = _read_releases(connection, embedded=embedded)
        current = [release for release, superseded_by in self._revisions if superseded_by is None]
        self.releases: list[Release] = sorted(current, key=lambda release: release.effective_from)
        self.labels: frozenset[str] = frozenset(release.label for release in self.releases)
        self._localities: dict[int, list[Locality]] = {}
        self._places: dict[int, dict[str, Locality]] = {}
        self.meanings: dict[tuple[int, str], Locality] = {}
        """The localities that texts mean, by release and text."""

        self._select_one = self._select_computed = ""
        self._stored: dict[tuple[int, str, str, str], tuple[tuple[Any, ...], tuple[Any, ...]]] = {}
        """The stored columns of rates before and after GPCIs, by release, basis and row."""

        self.execute: Callable[..., sqlite3.Cursor] = connection.cursor().execute
        """Executes on one cursor; the rows of the statement before are to have been fetched."""

        self._codes: frozenset[str] | None = None
        self._zip_tables: list[StoredZipTable] | None = None
        self._damages: list[str] | None = None

    @property
    def zip_tables(self) -> list[StoredZipTable]:
        """The ZIP5 and ZIP9 files."""
        if self._zip_tables is None:
            from feesync.store.zip_tables import stored_zip_tables

            if self._are_checked:
                checksums.check_shared(self.connection, "ZIP files")
            self._zip_tables = stored_zip_tables(self.connection, checked=self._are_checked)
        return self._zip_tables

    def editions(self, dataset: str) -> list[Edition]:
        """Return the current editions of a dataset, by first day of effect.

        None of a database that was made before there was one table of editions.
        """
        from feesync.model.edition import Edition  # of a status, not of every start

        if table_of_editions(self.connection) != "edition":
            return []
        if self._are_checked:
            checksums.check_shared(self.connection, "editions")
        rows = self.connection.execute(
            "SELECT label, effective_from, effective_to, sha256, source, loaded_at, rows "
            "FROM edition NOT INDEXED WHERE dataset = ? AND superseded_by IS NULL "
            "ORDER BY effective_from, label",
            (dataset,),
        )
        return [Edition(*row) for row in rows]

    @property
    def codes(self) -> frozenset[str]:
        """Every HCPCS code of every release."""
        if self._codes is None:
            self._codes = frozenset(
                code
                for (code,) in self.connection.execute("SELECT DISTINCT hcpcs FROM relative_value")
            )
        return self._codes

    def damages(self) -> list[str]:
        """Return a line for each part of the database that differs from its checksum."""
        if self._damages is None:
            self._damages = list(checksums.damages(self.connection)) if self._are_checked else []
        return self._damages

    def localities(self, release: Release) -> list[Locality]:
        """Return the localities of a release, the national row first, then by state."""
        if release.release_id not in self._localities:
            if self._are_checked:
                checksums.check_part(
                    self.connection, release.release_id, release.label, "localities"
                )
            rows = self.connection.execute(
                "SELECT mac, locality, state, name, work_gpci, pe_gpci, mp_gpci FROM locality "
                "WHERE release_id = ? "
                "ORDER BY mac <> ?, state, mac, locality",
                (release.release_id, NATIONAL[0]),
            )
            self._localities[release.release_id] = [Locality(*row) for row in rows]
        return self._localities[release.release_id]

    def places(self, release: Release) -> dict[str, Locality]:
        """Return the localities of a release by key, such as `01112-05`."""
        by_key = self._places.get(release.release_id)
        if by_key is None:
            by_key = {place.key: place for place in self.localities(release)}
            self._places[release.release_id] = by_key
        return by_key

    def rate(
        self, release: Release, hcpcs: str, modifier: str, place: Locality, *, qp: bool
    ) -> Rate | None:
        """Return the rate of a code and row modifier in a locality, or None where there is none."""
        basis = basis_of(release, qp=qp) if qp else "nonqp"
        row = release.release_id, basis, hcpcs, modifier
        stored = self._stored.get(row)
        if stored is None:
            return self._first_rate(release, row, place)
        values = self.execute(self._select_computed, (*row, place.mac, place.locality)).fetchone()
        if not values:
            return None
        of_code, of_basis = stored
        return tuple_of(Rate, of_code + place[_GPCIS:] + of_basis + values)

    def _first_rate(
        self, release: Release, row: tuple[int, str, str, str], place: Locality
    ) -> Rate | None:
        """Return the first rate of a row, and remember what it has in common with the others."""
        self.check_code(release, row[2])
        if not self._select_one:
            self._select_one, self._select_computed = select_one(self.connection)
        key = (*row, place.mac, place.locality)
        values = self.execute(self._select_one, key).fetchone()
        if not values:
            return None
        if len(self._stored) >= _MOST_ROWS:
            self._stored.clear()
        self._stored[row] = values[: GPCIS.start], values[GPCIS.stop : len(STORED)]
        return tuple_of(Rate, values)

    def rates(
        self, release: Release, hcpcs: str, places: Iterable[Locality], *, qp: bool
    ) -> list[tuple[Locality, Rate]]:
        """Return every row of a code (26, TC and 53 too) in localities.

        They are ordered by row modifier, and then as the localities are.
        """
        self.check_code(release, hcpcs)
        places = list(places)
        query, key = _SELECT_ALL, [release.release_id, basis_of(release, qp=qp), hcpcs]
        if len(places) < len(self.localities(release)):
            import json  # not at every start

            query += _OF_PLACES
            key.append(json.dumps([place.mac + place.locality for place in places]))
        rows = self.connection.execute(query, key).fetchall()
        by_key = {(mac, locality, rate[1]): Rate._make(rate) for mac, locality, *rate in rows}
        modifiers = sorted({modifier for _, _, modifier in by_key})
        return [
            (place, by_key[place.mac, place.locality, modifier])
            for modifier in modifiers
            for place in places
        ]

    def codes_of(self, release: Release) -> list[str]:
        """Return the HCPCS codes of one release, in order."""
        rows = self.connection.execute(
            "SELECT DISTINCT hcpcs FROM relative_value WHERE release_id = ? ORDER BY hcpcs",
            (release.release_id,),
        )
        return self._checked_codes(release, [code for (code,) in rows], "", "~")

    def codes_in(self, release: Release, span: CodeRange) -> list[str]:
        """Return the codes of a range that a release has, in order."""
        rows = self.connection.execute(
            "SELECT DISTINCT hcpcs FROM relative_value WHERE release_id = ? AND hcpcs BETWEEN ? "
            "AND ? ORDER BY hcpcs",
            (release.release_id, *span),
        )
        return [
            code
            for code in self._checked_codes(release, [code for (code,) in rows], *span)
            if span.holds(code)
        ]

    def _checked_codes(
        self, release: Release, codes: list[str], first: str, last: str
    ) -> list[str]:
        if self._are_checked:
            checksums.check_codes(
                self.connection, release.release_id, release.label, codes, first, last
            )
        return codes

    def check_code(self, release: Release, hcpcs: str) -> None:
        """Compare the rows of a code with its checksum, before they are first used.

        Raises:
            DamageError: they differ.
        """
        key = (release.release_id, hcpcs)
        unchecked = self._are_checked and key not in self._sound
        if unchecked and checksums.check_code(
            self.connection, release.release_id, release.label, hcpcs
        ):
            self._sound.add(key)

    def check_release(self, release: Release) -> None:
        """Compare every row of a release with its checksums, before it is used as a whole.

        Raises:
            DamageError: a row differs.
        """
        if self._are_checked and release.release_id not in self._sound_releases:
            checksums.check_release(self.connection, release.release_id, release.label)
            self._sound_releases.add(release.release_id)

    def modifiers(self, release: Release, hcpcs: str) -> list[str]:
        """Return the row modifiers of a code in a release; the empty one is the code itself."""
        self.check_code(release, hcpcs)
        rows = self.connection.execute(
            "SELECT modifier FROM relative_value WHERE release_id = ? AND hcpcs = ? ORDER BY "
            "modifier",
            (release.release_id, hcpcs),
        )
        return [modifier for (modifier,) in rows]

    def row_counts(self, release: Release) -> dict[str, int]:
        """Return how many row modifiers each code of a release has."""
        rows = self.connection.execute(
            "SELECT hcpcs, count(*) FROM relative_value WHERE release_id = ? GROUP BY hcpcs",
            (release.release_id,),
        )
        return dict(rows.fetchall())

    def counties(self, day: date) -> dict[tuple[str, str], str]:
        """Return the counties of localities, as CMS words them.

        They are from the release nearest to a day that has them.
        """
        nearest = self.connection.execute(
            "SELECT release_id FROM release "
            "WHERE superseded_by IS NULL AND release_id IN (SELECT release_id FROM "
            "locality_counties) "
            "ORDER BY abs(julianday(effective_from) - julianday(?)) LIMIT 1",
            (day.isoformat(),),
        ).fetchone()
        if nearest and self._are_checked:
            checksums.check_part(self.connection, nearest[0], "the nearest release", "counties")
        rows = self.connection.execute(
            "SELECT mac, locality, group_concat(counties, '; ') FROM "
            "(SELECT DISTINCT mac, locality, counties FROM locality_counties WHERE release_id = ?) "
            "GROUP BY mac, locality",
            nearest or (None,),
        )
        return {(mac, locality): counties for mac, locality, counties in rows}

    def revisions(self, label: str) -> list[Release]:
        """Return every revision of a label that was ever loaded.

        The current one comes first, then the superseded ones, the latest first.
        """
        revisions = [
            (release, superseded_by)
            for release, superseded_by in self._revisions
            if release.label == label
        ]
        return [
            release
            for release, _ in sorted(
                revisions, key=lambda item: (item[1] is not None, -item[0].release_id)
            )
        ]


def _read_releases(
    connection: sqlite3.Connection, *, embedded: bool
) -> list[tuple[Release, int | None]]:
    """Return every release that was ever loaded, with the number of the one that superseded it."""
    factors: dict[int, dict[str, int]] = {}
    reference: dict[int, set[str]] = {}
    for release_id, basis, factor, source in connection.execute("SELECT * FROM conversion_factor"):
        factors.setdefault(release_id, {})[basis] = factor
        if source == REFERENCE_FACTOR:
            reference.setdefault(release_id, set()).add(basis)
    aside = _checks_set_aside(connection)
    rows = connection.execute(
        "SELECT release_id, label, year, effective_from, effective_to, sha256, source, loaded_at, "
        "superseded_by "
        "FROM release NOT INDEXED ORDER BY release_id"
    )
    return [
        (
            Release(
                release_id,
                label,
                year,
                date.fromisoformat(first),
                date.fromisoformat(last),
                sha256,
                source,
                loaded_at,
                factors[release_id],
                frozenset(reference.get(release_id, ())),
                embedded,
                aside.get(release_id, {}),
            ),
            superseded_by,
        )
        for release_id, label, year, first, last, sha256, source, loaded_at, superseded_by in rows
    ]


def _checks_set_aside(connection: sqlite3.Connection) -> dict[int, dict[str, str]]:
    """Return the checks that were set aside and what they found, by release.

    A database of an older feesync may have no record of them.
    """
    if checksums.schema_version(connection) < _FIRST_SET_ASIDE:
        return {}
    by_release: dict[int, dict[str, str]] = {}
    for release_id, name, reason in connection.execute(
        "SELECT release_id, name, reason FROM check_set_aside ORDER BY 1, 2"
    ):
        by_release.setdefault(release_id, {})[name] = reason
    return by_release


def basis_of(release: Release, *, qp: bool) -> str:
    """Return the basis of a release; before 2026 `nonqp` is for everyone.

    Raises:
        NoPriceError: the release has no factor for qualifying APM participants.
    """
    if not qp or release.year < FIRST_QP_YEAR:
        return "nonqp"
    if "qp" not in release.factors:
        raise NoPriceError(
            f"{release.label} was loaded without its QPP file: there is no qp conversion factor"
        )
    return "qp"
