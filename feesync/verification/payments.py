"""Published payments beside the rates of a release.

A temporary table that the view is compared with, a locality at a time.

SQLite keeps the table in a file of its own as it grows, so that a million records take little
memory, finds the keys that stand twice, and reads the rates where they are. Out of scope: where the
payments come from (formats.payment_file).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from types import TracebackType
from typing import NamedTuple

from feesync.formats.payment_file import Payment
from feesync.model.release import Release
from feesync.store.source import Source

_CACHE_KIBIBYTES = 16 * 1024
MOST_LOCALITIES = 1_000
"""Of a file; CMS has some 110."""

_RATES = (
    "FROM temp.payment AS p CROSS JOIN revision_rate_cents AS r ON r.hcpcs = p.hcpcs AND "
    "r.modifier = p.modifier "
    "WHERE p.mac = ? AND p.locality = ? AND r.release_id = ? AND r.basis = ? AND r.mac = ? AND "
    "r.locality = ?"
)
"""The payments of a locality are looked up one by one in the rates, never the other way.

Most files are small. The rates are those
of the release that was chosen, even where another process has superseded it since."""


class Contradiction(NamedTuple):
    """A key that stands twice with different amounts, and where."""

    mac: str
    locality: str
    hcpcs: str
    modifier: str
    first_line: int
    second_line: int


class UnequalPayment(NamedTuple):
    """A payment that is not the computed one, in one setting or both; in cents."""

    hcpcs: str
    modifier: str
    nonfacility_published: int
    nonfacility_computed: int
    facility_published: int
    facility_computed: int


class PublishedPayments:
    """The payments of one file, each key once; a context manager, at whose end they are gone."""

    def __init__(self, source: Source, release: Release, basis: str) -> None:
        self._connection = source.connection
        self._release_id, self._basis = release.release_id, basis

    def __enter__(self) -> PublishedPayments:
        self._connection.execute(f"PRAGMA temp.cache_size = -{_CACHE_KIBIBYTES}")
        self._connection.execute("DROP TABLE IF EXISTS temp.payment")
        self._connection.execute(
            "CREATE TEMP TABLE payment (mac TEXT, locality TEXT, hcpcs TEXT, modifier TEXT, "
            "nonfacility_fee INTEGER, "
            "facility_fee INTEGER, line INTEGER, other_line INTEGER, PRIMARY KEY (mac, locality, "
            "hcpcs, modifier)) WITHOUT ROWID"
        )
        self._connection.execute("BEGIN")
        self._connection.execute(
            "SELECT 1 FROM release"
        ).fetchone()  # from here on, what another process loads is not seen
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._connection.execute("DROP TABLE IF EXISTS temp.payment")

    def add(self, payments: Iterable[Payment]) -> int:
        """Take payments up and return their number.

        One whose key is there already is compared with what is there, and left out.
        """
        number = count()  # the next one's, counted from 0: at the end, how many there were
        self._connection.executemany(
            "INSERT INTO temp.payment VALUES (?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT DO UPDATE "
            "SET other_line = coalesce(other_line, excluded.line) "
            "WHERE nonfacility_fee <> excluded.nonfacility_fee OR facility_fee <> "
            "excluded.facility_fee",
            (payment for payment, _ in zip(payments, number, strict=False)),
        )
        return next(number)

    def contradiction(self) -> Contradiction | None:
        """Return the first key that stands twice with different amounts, or None."""
        row = self._connection.execute(
            "SELECT mac, locality, hcpcs, modifier, line, other_line FROM temp.payment WHERE "
            "other_line IS NOT NULL "
            "ORDER BY other_line LIMIT 1"
        ).fetchone()
        return Contradiction._make(row) if row else None

    def localities(self) -> list[tuple[str, str, int]]:
        """Return MAC, locality and number of keys of each locality, of one more than MOST_LOCALITIES at most."""
        query = "SELECT mac, locality, count(*) FROM temp.payment GROUP BY mac, locality LIMIT ?"
        return self._connection.execute(query, (MOST_LOCALITIES + 1,)).fetchall()

    def compared(self, mac: str, locality: str) -> tuple[int, int]:
        """Return how many keys of a locality have a rate, and how many of their amounts (two a key) are equal."""
        known, equal = self._connection.execute(
            "SELECT count(*), sum((p.nonfacility_fee = r.nonfacility_fee) + (p.facility_fee = "
            "r.facility_fee)) " + _RATES,
            self._place(mac, locality),
        ).fetchone()
        return known, equal or 0

    def unequal(self, mac: str, locality: str) -> Iterator[UnequalPayment]:
        """Yield the payments of a locality that differ from the rates, by code and modifier."""
        rows = self._connection.execute(
            "SELECT p.hcpcs, p.modifier, p.nonfacility_fee, r.nonfacility_fee, p.facility_fee, "
            "r.facility_fee "
            + _RATES
            + " AND (p.nonfacility_fee <> r.nonfacility_fee OR p.facility_fee <> r.facility_fee) "
            "ORDER BY p.hcpcs, p.modifier",
            self._place(mac, locality),
        )
        return map(UnequalPayment._make, rows)

    def unknown_localities(self, most: int) -> tuple[int, list[tuple[str, str]]]:
        """Return how many localities the release has not, and the first of them."""
        return self._unknown(
            "SELECT mac, locality FROM temp.payment EXCEPT SELECT mac, locality FROM locality "
            "WHERE release_id = ?",
            most,
        )

    def unknown_codes(self, most: int) -> tuple[int, list[tuple[str, str]]]:
        """Return how many codes, with row modifiers, the release has not, and the first of them."""
        return self._unknown(
            "SELECT hcpcs, modifier FROM temp.payment EXCEPT SELECT hcpcs, modifier FROM "
            "relative_value WHERE release_id = ?",
            most,
        )

    def _unknown(self, query: str, most: int) -> tuple[int, list[tuple[str, str]]]:
        release = (self._release_id,)
        total = self._connection.execute(f"SELECT count(*) FROM ({query})", release).fetchone()[0]  # noqa: S608 - ours
        return total, self._connection.execute(
            f"{query} ORDER BY 1, 2 LIMIT {most}", release
        ).fetchall()

    def _place(self, mac: str, locality: str) -> tuple[object, ...]:
        return (mac, locality, self._release_id, self._basis, mac, locality)
