"""Codes that one release answers for, and their rows, read code by code from SQLite."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from feesync.model.locality import Locality
from feesync.model.release import Release
from feesync.schedule.columns import release_row
from feesync.store.source import Source
from feesync.writers.block import Row
from feesync.writers.grid import COLUMNS, DECIMALS, KEY

OF_VIEW = (*KEY, *DECIMALS)
"""The columns that are from the view; the others are of the release."""

UNROUNDED = (
    "CASE WHEN nonfacility_amount IS NOT NULL THEN nonfacility_capped_exact END",
    "CASE WHEN facility_amount IS NOT NULL THEN "
    "CASE WHEN facility_na THEN nonfacility_capped_exact ELSE facility_capped_exact END END",
)
"""The unrounded amounts: what therapy has in a facility is the nonfacility one."""

_FROM = " FROM revision_rate_cents WHERE release_id = ? AND basis = ? AND hcpcs = ?"
_SELECT = f"SELECT {', '.join(OF_VIEW)}{_FROM}"
_SELECT_EXACT = f"SELECT {', '.join((*OF_VIEW, *UNROUNDED))}{_FROM}"
_OF_PLACES = " AND mac || locality IN (SELECT value FROM json_each(?))"
_MODIFIER, _MAC, _LOCALITY = map(COLUMNS.index, ("modifier", "mac", "locality"))


@dataclass(frozen=True, slots=True)
class Part:
    """Codes that one release answers for.

    Attributes:
        source: the database or snapshot that has the release.
        release: the release.
        basis: whose conversion factor, `nonqp` or `qp`.
        codes: the HCPCS codes.
        places: the localities.
        day: date of service; None where the release itself was asked for.
        exact: whether the rows end with the unrounded amounts of both settings, in billionths of a
            dollar.
    """

    source: Source
    release: Release
    basis: str
    codes: tuple[str, ...]
    places: tuple[Locality, ...]
    day: date | None
    exact: bool = False

    @property
    def of_release(self) -> Row:
        """What the columns of the release have in each row."""
        return release_row(self.release, self.day)

    @property
    def row_count(self) -> int:
        """How many rows there are, counted without reading them."""
        rows_of = self.source.row_counts(self.release)
        return len(self.places) * sum(rows_of.get(code, 0) for code in self.codes)

    def whole(self, row: Row) -> Row:
        """Return a row of the view with the columns of the release in their place."""
        return row[: len(OF_VIEW)] + self.of_release + row[len(OF_VIEW) :]

    def codes_rows(self) -> Iterator[list[Row]]:
        """Yield the rows of each code, by row modifier and then in the order of the localities."""
        query, limit = _SELECT_EXACT if self.exact else _SELECT, []
        if len(self.places) < len(self.source.localities(self.release)):
            query, limit = (
                query + _OF_PLACES,
                [json.dumps([place.mac + place.locality for place in self.places])],
            )
        order: dict[tuple[object, object], int] = {
            (place.mac, place.locality): number for number, place in enumerate(self.places)
        }
        width, of_release = len(OF_VIEW), self.of_release
        for code in self.codes:
            self.source.check_code(self.release, code)
            rows = self.source.connection.execute(
                query, (self.release.release_id, self.basis, code, *limit)
            ).fetchall()
            rows.sort(key=lambda row: (row[_MODIFIER], order[row[_MAC], row[_LOCALITY]]))
            yield [row[:width] + of_release + row[width:] for row in rows]
