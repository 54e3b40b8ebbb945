"""The payments of a file in a temporary table, beside the rates of a release.

SQLite keeps the table in a file of its own, so that a million records take little memory; it finds
keys that are there twice, and compares the payments with the rates a locality at a time. Out of
scope: reading the payments (formats.payment_file).
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
"""Localities of a file; CMS has some 110."""

_RATES = (
    "FROM temp.payment AS p CROSS JOIN revision_rate_cents AS r "
    "ON r.hcpcs = p.hcpcs AND r.modifier = p.modifier "
    "WHERE p.mac = ? AND p.locality = ? "
    "AND r.release_id = ? AND r.basis = ? AND r.mac = ? AND r.locality = ?"
)
"""Each payment of a locality is looked up in the rates, and not each rate in the payments: most
files are small. The release stays the same even where another process supersedes it meanwhile."""


class Contradiction(NamedTuple):
    """A key that is in a file twice with different amounts, and the two lines."""

    mac: str
    locality: str
    hcpcs: str
    modifier: str
    first_line: int
    second_line: int


class UnequalPayment(NamedTuple):
    """A payment that differs from the computed one in one setting or both; in cents."""

    hcpcs: str
    modifier: str
    nonfacility_published: int
    nonfacility_computed: int
    facility_published: int
    facility_computed: int


class PublishedPayments:
    """The payments of a file, each key once; a context manager, which removes them at its end."""

    def __init__(self, source: Source, release: Release, basis: str) -> None:
        self._connection = source.connection
        self._release_id, self._basis = release.release_id, basis

    def __enter__(self) -> PublishedPayments:
        self._connection.execute(f"PRAGMA temp.cache_size = -{_CACHE_KIBIBYTES}")
        self._connection.execute("DROP TABLE IF EXISTS temp.payment")
        self._connection.execute(
            "CREATE TEMP TABLE payment (mac TEXT, locality TEXT, hcpcs TEXT, modifier TEXT, "
            "nonfacility_fee INTEGER, facility_fee INTEGER, line INTEGER, other_line INTEGER, "
            "PRIMARY KEY (mac, locality, hcpcs, modifier)) WITHOUT ROWID"
        )
        self._connection.execute("BEGIN")
        # the first read fixes what the transaction sees, whatever another process loads later
        self._connection.execute("SELECT 1 FROM release").fetchone()
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
        """Add payments, and return how many there were.

        A payment whose key is there already is compared with the first one, and not added.
        """
        number = count()  # after the last payment, its next value is how many there were
        self._connection.executemany(
            "INSERT INTO temp.payment VALUES (?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT DO UPDATE "
            "SET other_line = coalesce(other_line, excluded.line) "
            "WHERE nonfacility_fee <> excluded.nonfacility_fee "
            "OR facility_fee <> excluded.facility_fee",
            (payment for payment, _ in zip(payments, number, strict=False)),
        )
        return next(number)

    def contradiction(self) -> Contradiction | None:
        """Return the first key that is there twice with different amounts, or None."""
        row = self._connection.execute(
            "SELECT mac, locality, hcpcs, modifier, line, other_line FROM temp.payment "
            "WHERE other_line IS NOT NULL ORDER BY other_line LIMIT 1"
        ).fetchone()
        return Contradiction._make(row) if row else None

    def localities(self) -> list[tuple[str, str, int]]:
        """Return MAC, number and count of keys of each locality, at most MOST_LOCALITIES + 1."""
        query = "SELECT mac, locality, count(*) FROM temp.payment GROUP BY mac, locality LIMIT ?"
        return self._connection.execute(query, (MOST_LOCALITIES + 1,)).fetchall()

    def counts(self, mac: str, locality: str) -> tuple[int, int]:
        """Return how many keys of a locality have a rate, and how many of their amounts are equal.

        Each key has two amounts.
        """
        rates, equal = self._connection.execute(
            "SELECT count(*), sum((p.nonfacility_fee = r.nonfacility_fee) "
            "+ (p.facility_fee = r.facility_fee)) " + _RATES,
            self._parameters(mac, locality),
        ).fetchone()
        return rates, equal or 0

    def unequal(self, mac: str, locality: str) -> Iterator[UnequalPayment]:
        """Yield the payments of a locality that differ from the rates, by code and modifier."""
        rows = self._connection.execute(
            "SELECT p.hcpcs, p.modifier, p.nonfacility_fee, r.nonfacility_fee, p.facility_fee, "
            "r.facility_fee "
            + _RATES
            + " AND (p.nonfacility_fee <> r.nonfacility_fee OR p.facility_fee <> r.facility_fee) "
            "ORDER BY p.hcpcs, p.modifier",
            self._parameters(mac, locality),
        )
        return map(UnequalPayment._make, rows)

    def unknown_localities(self, most: int) -> tuple[int, list[tuple[str, str]]]:
        """Return how many localities of the file the release lacks, and the first of them."""
        return self._unknown(
            "SELECT mac, locality FROM temp.payment EXCEPT SELECT mac, locality FROM locality "
            "WHERE release_id = ?",
            most,
        )

    def unknown_codes(self, most: int) -> tuple[int, list[tuple[str, str]]]:
        """Return how many codes, with row modifiers, the release lacks, and the first of them."""
        return self._unknown(
            "SELECT hcpcs, modifier FROM temp.payment "
            "EXCEPT SELECT hcpcs, modifier FROM relative_value WHERE release_id = ?",
            most,
        )

    def _unknown(self, query: str, most: int) -> tuple[int, list[tuple[str, str]]]:
        release = (self._release_id,)
        count = f"SELECT count(*) FROM ({query})"  # noqa: S608 - the query is one of this class
        total = self._connection.execute(count, release).fetchone()[0]
        return total, self._connection.execute(
            f"{query} ORDER BY 1, 2 LIMIT {most}", release
        ).fetchall()

    def _parameters(self, mac: str, locality: str) -> tuple[object, ...]:
        return (mac, locality, self._release_id, self._basis, mac, locality)
