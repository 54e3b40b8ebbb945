"""The payments of a large file beside the rates of a release, joined by DuckDB.

Only a file that is as CMS writes it comes through here, each key once or with the same amounts. Of
any other one, `PublishedPayments` says what is wrong, record by record. Out of scope: small files,
for which DuckDB starts too slowly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from feesync.formats.payment_file import FIELDS, LONGEST_LINE, PATTERNS, TRAILER, PaymentFile
from feesync.model.release import Release
from feesync.store import columnar
from feesync.store.source import Source
from feesync.verification.payments import MOST_LOCALITIES, UnequalPayment

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection

MEMORY = "400MB"
"""What DuckDB may take; a million records fit, more go to temporary files."""

_LEAST_BYTES = 32 << 20
"""A file of 250,000 records; SQLite compares a smaller one before DuckDB has begun."""

_ROWS = 1 << 13
_KEY = "mac, locality, hcpcs, modifier"
_FEES = ("nonfacility_fee", "facility_fee")
_TRAILER = f'"{TRAILER}'
_JOIN = """
FROM payment AS p JOIN revision_rate_cents AS r
    ON r.hcpcs = p.hcpcs AND r.modifier = p.modifier AND r.mac = p.mac AND r.locality = p.locality
WHERE r.basis = ?
"""
_EQUAL = (
    "(p.nonfacility_fee = r.nonfacility_fee)::INTEGER + (p.facility_fee = r.facility_fee)::INTEGER"
)


def is_large(file: PaymentFile) -> bool:
    """Tell whether DuckDB compares a file sooner than SQLite, and is installed."""
    return file.size >= _LEAST_BYTES and columnar.is_installed()


class Counts(NamedTuple):
    """How many records and keys there are, how many keys have a rate, how many amounts are equal.

    Each key has two amounts.
    """

    records: int
    keys: int
    rates: int
    equal: int


class PaymentJoin:
    """The payments of a file, each key once, in a database of DuckDB."""

    def __init__(self, connection: DuckDBPyConnection, source: Source, release: Release) -> None:
        """Give DuckDB the tables of a release.

        Raises:
            DamageError: a row of it differs from its checksum.
        """
        self._connection = connection
        columnar.give_releases(connection, [(source, release)])
        columns = ", ".join(
            f"{name} {'INTEGER' if name in _FEES else 'VARCHAR'}" for name in PATTERNS
        )
        connection.execute(f"CREATE TABLE record ({columns})")

    def add(
        self, file: PaymentFile, year: int, basis: str, progress: Callable[[], None]
    ) -> Counts | None:
        """Add the payments of a file, and return the counts.

        None where the file is not as CMS writes it, has no record, has a key twice with other
        amounts, or has more than MOST_LOCALITIES.

        Raises:
            ContentRefusedError: the zip that it is in is damaged.
        """
        records = 0
        for chunk in file.chunks():
            own = _records(chunk)
            if own is None or not self._add(own, year):
                return None
            records += own.num_rows
            last = chunk[-2 * LONGEST_LINE :].rstrip(b"\r\n").rpartition(b"\n")[2]
            file.has_trailer = last.startswith(_TRAILER.encode())
            progress()
        self._connection.execute(
            f"CREATE TABLE payment AS SELECT {_KEY}, min(nonfacility_fee) AS nonfacility_fee, "  # noqa: S608
            "min(facility_fee) AS facility_fee, max(nonfacility_fee) AS other_nonfacility_fee, "
            f"max(facility_fee) AS other_facility_fee FROM record GROUP BY {_KEY}"
        )
        self._connection.execute("DROP TABLE record")
        keys, several = self._one(
            "SELECT count(*), count(*) FILTER (nonfacility_fee <> other_nonfacility_fee OR "
            "facility_fee <> other_facility_fee) FROM payment"
        )
        rates, equal = self._one(f"SELECT count(*), coalesce(sum({_EQUAL}), 0) {_JOIN}", basis)
        sound = records and not several and (rates == keys or self._are_keys())
        return Counts(records, keys, rates, int(equal)) if sound else None

    def _add(self, records: pyarrow.Table, year: int) -> bool:
        """Add records, and tell whether all are of the year and have fees as CMS writes them."""
        fields = (
            f"CAST(replace({name}, '.', '') AS INTEGER)"
            if name in _FEES
            else f"trim({name})"
            if name == "modifier"
            else name
            for name in PATTERNS
        )
        are_fees = " AND ".join(f"regexp_full_match({name}, '{PATTERNS[name]}')" for name in _FEES)
        self._connection.register("given", records)
        try:
            (count,) = self._one(
                f"INSERT INTO record SELECT {', '.join(fields)} FROM given "  # noqa: S608
                f"WHERE year = '{year}' AND {are_fees}"
            )
        finally:
            self._connection.unregister("given")
        return bool(count == records.num_rows)

    def _are_keys(self) -> bool:
        """Tell whether every key is as CMS writes it; one that has a rate is."""
        (localities,) = self._one("SELECT count(DISTINCT mac || locality) FROM payment")
        return localities <= MOST_LOCALITIES and not any(
            self._one(
                f"SELECT count(*) FROM (SELECT DISTINCT {name} FROM payment) "  # noqa: S608
                f"WHERE NOT regexp_full_match({name}, '{pattern.replace('  ', '')}')"
            )[0]
            for name, pattern in PATTERNS.items()
            if name not in _FEES
        )

    def unequal(self, basis: str) -> Iterator[tuple[str, str, UnequalPayment]]:
        """Yield the payments that differ from the rates, each after its MAC and locality.

        They are ordered by MAC, locality, code and modifier.
        """
        import pyarrow

        query = (
            "SELECT p.mac, p.locality, p.hcpcs, p.modifier, p.nonfacility_fee, r.nonfacility_fee, "
            f"p.facility_fee, r.facility_fee {_JOIN} AND {_EQUAL} < 2 ORDER BY 1, 2, 3, 4"
        )
        answer = self._connection.sql(query, params=[basis])
        for batch in pyarrow.RecordBatchReader.from_stream(answer):
            for begin in range(0, batch.num_rows, _ROWS):
                columns = [cells.to_pylist() for cells in batch.slice(begin, _ROWS).columns]
                for mac, locality, *payment in zip(*columns, strict=True):
                    yield mac, locality, UnequalPayment._make(payment)

    def unknown_localities(self, most: int) -> tuple[int, list[tuple[str, str]]]:
        """Return how many localities of the file the release lacks, and the first of them."""
        return self._unknown("mac, locality", "locality", most)

    def unknown_codes(self, most: int) -> tuple[int, list[tuple[str, str]]]:
        """Return how many codes, with row modifiers, the release lacks, and the first of them."""
        return self._unknown("hcpcs, modifier", "relative_value", most)

    def _unknown(self, names: str, table: str, most: int) -> tuple[int, list[tuple[str, str]]]:
        query = f"SELECT {names} FROM payment EXCEPT SELECT {names} FROM {table}"  # noqa: S608
        (total,) = self._one(f"SELECT count(*) FROM ({query})")  # noqa: S608
        rows = self._connection.execute(f"{query} ORDER BY 1, 2 LIMIT {most}").fetchall()
        return total, rows

    def _one(self, query: str, *values: object) -> tuple[int, ...]:
        rows: list[tuple[int, ...]] = self._connection.execute(query, [*values]).fetchall()
        return rows[0]


def _records(chunk: bytes) -> pyarrow.Table | None:
    """Return the read fields of records; None where a line is no record and no trailer.

    Every field is in quotes, and there are no other quotes, so that there is one way to read them.
    """
    import pyarrow
    from pyarrow import csv

    if not chunk.isascii():
        return None
    trailers = 0

    def other(row: csv.InvalidRow) -> str:
        nonlocal trailers
        trailers += row.text.startswith(_TRAILER) and row.text.count('"') == 2
        return "skip"

    names = ["year", *PATTERNS, *(f"field_{number}" for number in range(len(PATTERNS) + 1, FIELDS))]
    texts = {name: pyarrow.string() for name in names[: len(PATTERNS) + 1]}
    try:
        table = csv.read_csv(
            pyarrow.BufferReader(chunk),
            read_options=csv.ReadOptions(column_names=names, use_threads=False),
            parse_options=csv.ParseOptions(ignore_empty_lines=False, invalid_row_handler=other),
            convert_options=csv.ConvertOptions(column_types=texts, include_columns=[*texts]),
        )
    except pyarrow.ArrowInvalid:
        return None
    is_plain = (
        chunk.count(b"\n") + (not chunk.endswith(b"\n")) == table.num_rows + trailers
        and _has_short_lines(chunk)
        and chunk.count(b'"') == 2 * FIELDS * table.num_rows + 2 * trailers
        and chunk.count(b'","') == (FIELDS - 1) * table.num_rows
    )
    return table if is_plain else None


def _has_short_lines(chunk: bytes) -> bool:
    """Tell whether there is an end of a line in every stretch of LONGEST_LINE bytes."""
    begin = 0
    while len(chunk) - begin >= LONGEST_LINE:
        begin = chunk.rfind(b"\n", begin, begin + LONGEST_LINE) + 1
        if not begin:
            return False
    return True
