"""Files of claims, or a frame, as one relation of the engine: every cell as it came, and as text.

The engine's own reader takes what it can read strictly as it is; Python's takes the rest, row by
row (plain). Out of scope: what the cells mean (words), and the answer's file (output).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feesync.batch import plain
from feesync.batch.claim_file import LONGEST_LINE, ClaimFile, Kind, read_claim_file
from feesync.batch.columns import Columns, read_columns
from feesync.batch.row_count import has_rows
from feesync.errors import InvalidInputError
from feesync.model.reading import excerpt

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from feesync.x12.records import Finding

STAGED, INPUT = "staged", "input"
"""The table of the cells as they came, and the view of them as texts, with the number of the row.

Their columns are c0, c1 and so on: a file may call its columns anything.
"""

TEXT = "VARCHAR"
_FRAME = "frame_of_claims"
_MIXED = re.compile("Conversion failed for column (.*) with type .*")
_BLOCK = 50_000
_MOST_COLUMNS = 10_000


@dataclass(frozen=True, slots=True)
class Intake:
    """What has been read.

    Attributes:
        columns: of the files, and which is which.
        rows: how many there are.
        findings: what is wrong in X12 files, each with the name of its file.
    """

    columns: Columns
    rows: int
    findings: tuple[tuple[str, Finding], ...] = ()

    def columns_of(self) -> dict[str, tuple[str, ...]]:
        """Return our names, each with the names that its columns have in INPUT."""
        return {
            name: tuple(f"c{position}" for position in positions)
            for name, positions in self.columns.meanings.items()
        }


def read_files(
    connection: DuckDBPyConnection,
    files: Sequence[tuple[Path, str]],
    mapping: Mapping[str, str] | None = None,
    given: Iterable[str] = (),
) -> Intake:
    """Read files of claims into STAGED and INPUT, in their order.

    Args:
        connection: of the engine.
        files: their paths, and their names for errors.
        mapping: their names of columns to ours, for `read_columns`.
        given: what every line has without a column, for `read_columns`.

    Raises:
        InvalidInputError: a file cannot be read, or lacks a column that is needed.
        MissingExtraError: a package that reads it is not installed.
    """
    claim_files = [read_claim_file(path, name) for path, name in files]
    readers = [_READERS[file.kind](connection, file) for file in claim_files]
    return _read(connection, readers, mapping, given)


def read_frame(
    connection: DuckDBPyConnection,
    frame: Any,  # noqa: ANN401 - of any library
    mapping: Mapping[str, str] | None = None,
    given: Iterable[str] = (),
) -> Intake:
    """Read what has an Arrow stream into STAGED and INPUT, in its order.

    Raises:
        InvalidInputError: it lacks a column that is needed.
    """
    return _read(connection, [_Frame(connection, frame)], mapping, given)


def _read(
    connection: DuckDBPyConnection,
    readers: Sequence[_Reader],
    mapping: Mapping[str, str] | None,
    given: Iterable[str],
) -> Intake:
    columns = read_columns(((one.name, one.header) for one in readers), mapping, given)
    types: list[set[str]] = [set() for _ in columns.names]
    for reader, positions in zip(readers, columns.of_files, strict=True):
        for position, kind in zip(positions, reader.types, strict=True):
            types[position].add(kind)
    kinds = [each.pop() if len(each) == 1 else TEXT for each in types]
    staged = ", ".join(f"c{position} {kind}" for position, kind in enumerate(kinds))
    connection.execute(f"CREATE TABLE {STAGED} (flaw {TEXT}, {staged})")
    for reader, positions in zip(readers, columns.of_files, strict=True):
        reader.read(positions)
    texts = ", ".join(_text(f"c{position}", kind) for position, kind in enumerate(kinds))
    connection.execute(
        f"CREATE VIEW {INPUT} AS SELECT rowid AS row, flaw, {texts} FROM {STAGED}"  # noqa: S608
    )
    ((rows,),) = connection.execute(f"SELECT count(*) FROM {STAGED}").fetchall()  # noqa: S608
    found = ((reader.name, finding) for reader in readers for finding in reader.findings)
    return Intake(columns, rows, tuple(found))


def _text(column: str, kind: str) -> str:
    """Return the SQL of a column as text, with NULL for an empty cell.

    A whole number of a column of fractions is text without them, since a frame has such a column
    where a cell is empty; a day is text without its hour.
    """
    text = f"CAST({column} AS {TEXT})"
    if kind in ("DOUBLE", "FLOAT"):
        text = f"CASE WHEN NOT isnan({column}) THEN regexp_replace({text}, '\\.0$', '') END"
    elif kind.startswith("TIMESTAMP"):
        text = f"regexp_replace({text}, ' 00:00:00([+]00)?$', '')"
    elif kind == TEXT:
        text = f"nullif({column}, '')"
    return f"{text} AS {column}"


class _Reader:
    """Something that claims are read from.

    Attributes:
        name: for errors.
        header: the names of its columns.
        types: their types in the engine.
        findings: what is wrong in it, where it is X12; known when it has been read.
    """

    def __init__(self, connection: DuckDBPyConnection, name: str) -> None:
        self.connection = connection
        self.name = name
        self.header: Sequence[str] = ()
        self.types: Sequence[str] = ()
        self.findings: list[Finding] = []

    def read(self, positions: Sequence[int]) -> None:
        """Append the rows to STAGED, each column under its position."""
        raise NotImplementedError

    def _count(self) -> int:
        """Return how many rows STAGED has."""
        ((count,),) = self.connection.execute(f"SELECT count(*) FROM {STAGED}").fetchall()  # noqa: S608
        return int(count)

    def _describe(self, relation: str) -> None:
        """Take names and types of columns from a relation of the engine."""
        described = self.connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()  # noqa: S608
        self.header = [name for name, *_ in described]
        self.types = [TEXT if kind == '"NULL"' else kind for _, kind, *_ in described]

    def _insert(self, positions: Sequence[int], relation: str, *, flaws: bool = False) -> None:
        """Append the rows of a relation whose columns stand in the order of the header.

        Args:
            positions: of the columns in STAGED.
            relation: has the rows.
            flaws: whether its last column has the flaws of rows, and its empty cells are texts.
        """
        own = [f"f{number}" for number in range(len(positions))]
        values = [f"nullif({name}, '')" if flaws else name for name in own]
        names = [*own, "own_flaw"] if flaws else own
        into = ", ".join(f"c{position}" for position in positions)
        self.connection.execute(
            f"INSERT INTO {STAGED} ({into}, flaw) "  # noqa: S608
            f"SELECT {', '.join(values)}, {'own_flaw' if flaws else 'NULL'} "
            f"FROM {relation} AS f({', '.join(names)})"
        )


class _Text(_Reader):
    """A text."""

    def __init__(self, connection: DuckDBPyConnection, file: ClaimFile) -> None:
        super().__init__(connection, file.name)
        self._file = file
        self.header = file.header
        self.types = [TEXT] * len(file.header)
        if len(self.header) > _MOST_COLUMNS:
            raise InvalidInputError(f"{file.name} has more than {_MOST_COLUMNS:,} columns")

    def read(self, positions: Sequence[int]) -> None:
        """Append the rows; by Python where the engine refuses one."""
        import duckdb

        file, before = self._file, self._count()
        if file.encoding == "utf-8-sig" and len(positions) > 1 and file.height == 1:
            try:
                self.connection.execute("BEGIN")
                self._insert(positions, self._relation())
                is_whole = has_rows(file, self._count() - before)
            except (duckdb.InterruptException, duckdb.OutOfMemoryException):
                raise
            except duckdb.Error:
                is_whole = False
            self.connection.execute("COMMIT" if is_whole else "ROLLBACK")
            if is_whole:
                return
        _insert_blocks(self, positions, plain.rows(file))

    def _relation(self) -> str:
        """Return the engine's reader of the text, which refuses what it cannot read strictly."""
        file = self._file
        columns = ", ".join(f"'f{number}': '{TEXT}'" for number in range(len(file.header)))
        return (
            f"read_csv({literal(str(file.path))}, auto_detect = false, header = false, "
            f"skip = {file.before + 1}, delim = {literal(file.delimiter)}, quote = '\"', "
            f"escape = '\"', columns = {{{columns}}}, strict_mode = true, null_padding = false, "
            "ignore_errors = false, nullstr = '', comment = '', encoding = 'utf-8', "
            f"max_line_size = {LONGEST_LINE}, compression = '{file.compression or 'none'}')"
        )


class _Workbook(_Reader):
    """The first sheet of a workbook."""

    def __init__(self, connection: DuckDBPyConnection, file: ClaimFile) -> None:
        from feesync.formats.table import read_rows

        super().__init__(connection, file.name)
        rows = read_rows(file.path.read_bytes(), file.name)
        if not rows:
            raise InvalidInputError(f"{file.name} is empty: its first row is to name the columns")
        (_, header), *self._rows = rows
        while header and not header[-1]:
            header.pop()
        self.header = header
        self.types = [TEXT] * len(header)

    def read(self, positions: Sequence[int]) -> None:
        """Append the rows, except blank ones."""
        width = len(positions)
        _insert_blocks(self, positions, (plain.of_width(cells, width) for _, cells in self._rows))


class _Parquet(_Reader):
    """A Parquet file."""

    def __init__(self, connection: DuckDBPyConnection, file: ClaimFile) -> None:
        super().__init__(connection, file.name)
        self._relation = f"read_parquet({literal(str(file.path))}, binary_as_string = true)"
        with self._errors():
            self._describe(self._relation)

    def read(self, positions: Sequence[int]) -> None:
        """Append the rows."""
        with self._errors():
            self._insert(positions, self._relation)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        import duckdb

        try:
            yield
        except (duckdb.InterruptException, duckdb.OutOfMemoryException):
            raise
        except duckdb.Error:
            raise InvalidInputError(
                f"{self.name} cannot be read as Parquet: it is cut short or damaged"
            ) from None


class _Frame(_Reader):
    """What has an Arrow stream."""

    def __init__(self, connection: DuckDBPyConnection, frame: Any) -> None:  # noqa: ANN401
        import pyarrow

        super().__init__(connection, "the frame")
        try:
            stream = pyarrow.RecordBatchReader.from_stream(frame)
        except MemoryError:
            raise
        except Exception as error:  # of any library, whose text may have a cell
            raise _no_table(frame, error) from None
        if not stream.schema.names:
            raise InvalidInputError("the frame has no columns")
        self.header = [str(name) for name in stream.schema.names]
        names = [f"f{number}" for number in range(len(self.header))]
        fields = [field.with_name(name) for field, name in zip(stream.schema, names, strict=True)]
        schema = pyarrow.schema(fields)
        batches = (batch.rename_columns(names) for batch in stream)
        connection.register(_FRAME, pyarrow.RecordBatchReader.from_batches(schema, batches))
        described = connection.execute(f"DESCRIBE SELECT * FROM {_FRAME}").fetchall()  # noqa: S608
        self.types = [TEXT if kind == '"NULL"' else kind for _, kind, *_ in described]

    def read(self, positions: Sequence[int]) -> None:
        """Append the rows."""
        self._insert(positions, _FRAME)
        self.connection.unregister(_FRAME)


def _no_table(frame: Any, error: Exception) -> InvalidInputError:  # noqa: ANN401 - of any library
    """Return why a frame is no table, without a cell of it."""
    for text in error.args[1:]:  # of pandas, pyarrow adds the name of the column
        if found := _MIXED.fullmatch(str(text)):
            return InvalidInputError(
                f"the frame: the column {excerpt(found[1])} has values of several types: make it "
                "text"
            )
    return InvalidInputError(
        f"a {type(frame).__name__} cannot be read as a table ({type(error).__name__}): give a "
        "DataFrame whose columns have different names"
    )


class _Submission(_Reader):
    """Professional claims as X12 837P."""

    def __init__(self, connection: DuckDBPyConnection, file: ClaimFile) -> None:
        from feesync.x12.submitted_rows import COLUMNS, submitted_rows

        super().__init__(connection, file.name)
        self.header = COLUMNS
        self.types = [TEXT] * len(COLUMNS)
        self._rows = submitted_rows(file.path, self.findings, file.name)

    def read(self, positions: Sequence[int]) -> None:
        """Append the lines of the claims, and a row for each claim that cannot be read."""
        _insert_blocks(self, positions, (plain.Row(cells, flaw) for cells, flaw in self._rows))


_READERS: Mapping[Kind, Callable[[DuckDBPyConnection, ClaimFile], _Reader]] = {
    Kind.TEXT: _Text,
    Kind.PARQUET: _Parquet,
    Kind.WORKBOOK: _Workbook,
    Kind.SUBMISSION: _Submission,
}


def _insert_blocks(reader: _Reader, positions: Sequence[int], rows: Iterator[plain.Row]) -> None:
    """Append rows that Python has read, some thousands at a time; check that none is lost.

    Raises:
        InvalidInputError: the engine has other rows than were read.
    """
    import pyarrow

    connection = reader.connection
    names = [*(f"f{number}" for number in range(len(positions))), "own_flaw"]
    before = reader._count()
    while block := list(islice(rows, _BLOCK)):
        cells, flaws = zip(*block, strict=True)
        columns = (*zip(*cells, strict=True), flaws)
        arrays = [pyarrow.array(column, pyarrow.string()) for column in columns]
        connection.register(_FRAME, pyarrow.table(dict(zip(names, arrays, strict=True))))
        reader._insert(positions, _FRAME, flaws=True)
        connection.unregister(_FRAME)
        before += len(block)
    if reader._count() != before:
        raise InvalidInputError(f"{reader.name} cannot be read whole")


def literal(text: str) -> str:
    """Return a text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"
