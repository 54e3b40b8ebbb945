"""The rows of a large grid, computed by DuckDB, a slice of codes after the other.

DuckDB computes the formula and puts the rows in order; what is the same in all rows of a code, or
of a place, is made once. So the text of two million rows is put together from pieces, and no row
passes through Python. Out of scope: small grids, for which DuckDB starts too slowly (part).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from typing import TYPE_CHECKING, NamedTuple

from feesync.store import columnar
from feesync.writers.arrow import DIGITS
from feesync.writers.block import ROWS, Row, TextForm
from feesync.writers.grid import COLUMNS, DECIMALS
from feesync.writers.part import OF_VIEW, UNROUNDED, Part

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection


_GROUPS = 4
"""How many batches are computed together."""

_FETCH_ROWS = 1 << 13
_FEWEST = 10_000
"""Of a smaller grid, with a code counted as four rows, SQLite has the rows before DuckDB starts."""

_OF_PLACE = ("mac", "locality", "state", "locality_name", "work_gpci", "pe_gpci", "mp_gpci")
_COMPUTED = (
    *("nonfacility_amount", "facility_amount"),
    *("nonfacility_limiting_charge", "facility_limiting_charge"),
    *("nonfacility_fee", "facility_fee"),
)


def _kind(name: str) -> str:
    return "computed" if name in _COMPUTED else "place" if name in _OF_PLACE else "code"


_RUNS = tuple((kind, tuple(names)) for kind, names in groupby(COLUMNS, _kind))
"""The columns beside each other that are computed, or of the place, or of the code."""

_CODES = """
CREATE TABLE code_row AS
SELECT
    row_number() OVER (ORDER BY c.part, c.position, v.modifier) AS number,
    c.part, c.position, c.release_id, c.basis, v.hcpcs, v.modifier
FROM code_of_part AS c JOIN relative_value AS v ON v.release_id = c.release_id AND v.hcpcs = c.hcpcs
ORDER BY number
"""
_OTHER_CODES = """
DELETE FROM relative_value AS v WHERE NOT EXISTS (
    SELECT 1 FROM code_row AS c WHERE c.release_id = v.release_id AND c.hcpcs = v.hcpcs
)
"""
_OTHER_PLACES = """
DELETE FROM locality AS l WHERE NOT EXISTS (
    SELECT 1 FROM place_row AS p
    WHERE p.release_id = l.release_id AND p.mac = l.mac AND p.locality = l.locality
)
"""
_COUNTS = """
SELECT part, any_value(hcpcs), max(number), count(*) FROM code_row GROUP BY part, position
ORDER BY part, position
"""
_FROM = """
FROM revision_rate_cents AS r
JOIN {codes} AS c
    ON c.release_id = r.release_id AND c.basis = r.basis AND c.hcpcs = r.hcpcs
    AND c.modifier = r.modifier
JOIN {places} AS p ON p.part = c.part AND p.mac = r.mac AND p.locality = r.locality
WHERE {which} ORDER BY c.number, p.place
"""


def are_large(parts: Sequence[Part]) -> bool:
    """Tell whether DuckDB has the rows of a grid sooner than SQLite, and is installed."""
    work = sum(len(part.codes) * (4 + len(part.places)) for part in parts)
    return work >= 4 * _FEWEST and columnar.is_installed()


class _Code(NamedTuple):
    """A code: the number of its part, its text, the number of its last row, how many rates."""

    part: int
    hcpcs: str
    last: int
    rates: int


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of some codes, computed when they are asked for: a Block.

    Attributes:
        tables: what they are computed from.
        codes: the codes.
        first: the number of the first row of a code.
    """

    tables: Tables
    codes: tuple[_Code, ...]
    first: int

    @property
    def code_count(self) -> int:
        """How many codes they are of."""
        return len(self.codes)

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return sum(code.rates for code in self.codes)

    @property
    def _which(self) -> str:
        """The condition of the rows; the range of codes keeps DuckDB from computing others."""
        names = [code.hcpcs for code in self.codes]
        return (
            f"c.number BETWEEN {self.first} AND {self.codes[-1].last} "
            f"AND r.hcpcs BETWEEN '{min(names)}' AND '{max(names)}'"
        )

    def rows(self) -> Iterator[Row]:
        """Yield the rows."""
        return self.tables.rows(self._which)

    def text(self, form: TextForm) -> Iterator[str]:
        """Yield the rows as text."""
        return self.tables.text(form, self._which)

    def batches(self, schema: pyarrow.Schema) -> Iterator[pyarrow.RecordBatch]:
        """Yield the rows as batches, each of which ends with the code that reaches ROWS."""
        import pyarrow

        names = [
            f"CAST({_decimal(name)} AS DECIMAL({DIGITS}, {DECIMALS[name]})) AS {name}"
            if name in DECIMALS
            else f"r.{name} AS {name}"
            for name in OF_VIEW
        ]
        columns = self.tables.arrow(", ".join(names), self._which).read_all().columns
        for at, name in enumerate(COLUMNS[len(OF_VIEW) :]):
            kind = schema.field(name).type
            runs = [
                pyarrow.repeat(
                    pyarrow.scalar(self.tables.of_releases[part][at], kind),
                    sum(code.rates for code in codes),
                )
                for part, codes in groupby(self.codes, key=lambda code: code.part)
            ]
            columns.append(pyarrow.chunked_array(runs, kind))
        table = pyarrow.table(columns, schema=schema)
        begin = 0
        for group in _in_groups(self.codes, ROWS):
            count = sum(code.rates for code in group)
            yield table.slice(begin, count).combine_chunks().to_batches()[0]
            begin += count


class Tables:
    """The releases, codes and places of a grid in DuckDB."""

    def __init__(self, connection: DuckDBPyConnection, parts: Sequence[Part]) -> None:
        """Give DuckDB what the rows are computed from.

        Raises:
            DamageError: a row of a release differs from its checksum.
        """
        self._connection, self._parts = connection, parts
        self._texts: dict[TextForm, tuple[str, str]] = {}
        self.of_releases: list[Row] = [part.of_release for part in parts]
        """What the columns of the release have in the rows of each part."""

        answers = {_key(part): (part.source, part.release) for part in parts}
        columnar.give_releases(connection, [*answers.values()])
        release_ids = {key: number for number, key in enumerate(answers, start=1)}
        codes = [
            (number, position, release_ids[_key(part)], part.basis, code)
            for number, part in enumerate(parts)
            for position, code in enumerate(part.codes)
        ]
        places = [
            (number, part, position, release_id, mac, locality)
            for number, (part, position, release_id, mac, locality) in enumerate(
                (
                    (number, position, release_ids[_key(part)], place.mac, place.locality)
                    for number, part in enumerate(parts)
                    for position, place in enumerate(part.places)
                ),
                start=1,
            )
        ]
        self._give("code_of_part", "part position release_id basis hcpcs", codes)
        self._give("place_row", "number part place release_id mac locality", places)
        for statement in (_CODES, _OTHER_CODES, _OTHER_PLACES):
            connection.execute(statement)

    def slices(self) -> Iterator[Slice]:
        """Yield the rows, in their order."""
        codes = [
            _Code(part, hcpcs, last, rows * len(self._parts[part].places))
            for part, hcpcs, last, rows in self._connection.execute(_COUNTS).fetchall()
        ]
        groups = [*_in_groups(codes, ROWS)]
        first = 1
        for begin in range(0, len(groups), _GROUPS):
            own = tuple(chain.from_iterable(groups[begin : begin + _GROUPS]))
            yield Slice(self, own, first)
            first = own[-1].last + 1

    def rows(self, which: str) -> Iterator[Row]:
        """Yield the rows of a condition."""
        unrounded = UNROUNDED if self._parts[0].exact else ()
        names = ", ".join((*(f"r.{name}" for name in OF_VIEW), *unrounded, "c.part"))
        width = len(OF_VIEW)
        for batch in self.arrow(names, which):
            for begin in range(0, batch.num_rows, _FETCH_ROWS):
                columns = [cells.to_pylist() for cells in batch.slice(begin, _FETCH_ROWS).columns]
                for row in zip(*columns, strict=True):
                    yield row[:width] + self.of_releases[row[-1]] + row[width:-1]

    def arrow(
        self, names: str, which: str, tables: tuple[str, str] = ("code_row", "place_row")
    ) -> pyarrow.RecordBatchReader:
        """Return the rows of a condition as Arrow.

        Args:
            names: what is selected.
            which: the condition.
            tables: of the codes and of the places.
        """
        import pyarrow

        query = f"SELECT {names}{_from(which, tables)}"
        return pyarrow.RecordBatchReader.from_stream(self._connection.sql(query))

    def text(self, form: TextForm, which: str) -> Iterator[str]:
        """Yield the text of the rows of a condition."""
        if form not in self._texts:
            self._texts[form] = self._give_texts(form)
        parts: list[str] = []
        for number, (kind, names) in enumerate(_RUNS):
            if kind != "computed":
                parts.append(f"{kind[0]}.run_{number}")
                continue
            for name in names:
                text = f"coalesce(CAST({_decimal(name)} AS VARCHAR), {_literal(form.none)})"
                parts += (_literal(form.label(name)), text, _literal(form.between))
        for batch in self.arrow(f"concat({', '.join(parts)}) AS line", which, self._texts[form]):
            for begin in range(0, batch.num_rows, _FETCH_ROWS):
                yield _joined(batch.column(0).slice(begin, _FETCH_ROWS))

    def _give_texts(self, form: TextForm) -> tuple[str, str]:
        """Make tables of the codes and of the places with their texts in each run of columns.

        Return their names. The cells are from the view, of one place and of one code.
        """
        names = []
        for kind, which in (
            ("code", "p.place = 0"),
            ("place", "c.number IN (SELECT min(number) FROM code_row GROUP BY part)"),
        ):
            rows = [*self.rows(which)]
            runs = {
                f"run_{number}": ("VARCHAR", [_run(form, number, columns, row) for row in rows])
                for number, (own, columns) in enumerate(_RUNS)
                if own == kind
            }
            names.append(f"{kind}_text_{len(self._texts)}")
            columnar.give(
                self._connection, "run", {"number": ("BIGINT", [*range(1, len(rows) + 1)]), **runs}
            )
            self._connection.execute(
                f"CREATE TABLE {names[-1]} AS "  # noqa: S608 - names of this module
                f"SELECT * FROM {kind}_row JOIN run USING (number) ORDER BY number"
            )
            self._connection.execute("DROP TABLE run")
        return names[0], names[1]

    def _give(self, table: str, names: str, rows: Sequence[tuple[str | int, ...]]) -> None:
        kinds = ["BIGINT" if isinstance(cell, int) else "VARCHAR" for cell in rows[0]]
        columns = zip(names.split(), kinds, zip(*rows, strict=True), strict=True)
        columnar.give(self._connection, table, {name: (kind, own) for name, kind, own in columns})


def _run(form: TextForm, number: int, names: Sequence[str], row: Row) -> str:
    """Return the text of a row's cells in a run of columns."""
    text = form.piece(names, [row[COLUMNS.index(name)] for name in names])
    if number == 0:
        text = form.begin + text
    if number == len(_RUNS) - 1:
        text = text.removesuffix(form.between) + form.end
    return text


def _key(part: Part) -> tuple[int, int]:
    return id(part.source), part.release.release_id


def _from(which: str, tables: tuple[str, str] = ("code_row", "place_row")) -> str:
    return _FROM.format(codes=tables[0], places=tables[1], which=which)


def _decimal(name: str) -> str:
    """Return an expression of a number as an exact decimal."""
    places = DECIMALS[name]
    return f"CAST(r.{name} AS DECIMAL({DIGITS}, 0)) * {1 / 10**places:.{places}f}"


def _literal(text: str) -> str:
    return "'{}'".format(text.replace("'", "''"))


def _joined(column: pyarrow.StringArray) -> str:
    """Return the texts of a column in one, which they are in memory already."""
    _, ends, characters = column.buffers()
    offsets = memoryview(ends).cast("i")
    begin, end = offsets[column.offset], offsets[column.offset + len(column)]
    return str(memoryview(characters)[begin:end], "utf-8")


def _in_groups(codes: Sequence[_Code], rows: int) -> Iterator[list[_Code]]:
    """Yield codes in groups, each of which ends with the code that reaches a number of rows."""
    group: list[_Code] = []
    count = 0
    for code in codes:
        group.append(code)
        count += code.rates
        if count >= rows:
            yield group
            group, count = [], 0
    if group:
        yield group
