"""rates(): what Medicare allows for many codes in many places, as rows, a frame or a file.

The rows are those of `feesync rates` and `feesync export`. They are read as they are asked for, so
that all codes of a release in all places need no memory. Out of scope: which release answers
(schedule), and the files (files).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date as Date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from feesync.claims import arguments
from feesync.errors import InvalidInputError, UnknownCodeError
from feesync.model import reading
from feesync.model.dates import read_day
from feesync.model.hcpcs import read_codes
from feesync.model.label import parse_label
from feesync.model.money import JsonNumber, decimal
from feesync.model.note import Note
from feesync.model.rate import fee_by_factor
from feesync.model.release import Release
from feesync.model.result import RowResult
from feesync.paths import database_path, file_path
from feesync.pricing.contract import factor_notes
from feesync.pricing.line import Contract
from feesync.reference.states import read_states
from feesync.schedule.columns import contract_names, contract_row
from feesync.writers.block import Row
from feesync.writers.grid import COLUMNS, DECIMALS, KEY
from feesync.writers.rows import Grid, open_grid

if TYPE_CHECKING:
    from feesync.schedule.dictionaries import RateDict
    from feesync.writers.dictionaries import RatesDict

_AMOUNTS = tuple(map(COLUMNS.index, ("nonfacility_amount", "facility_amount")))
_CODE, _FACTOR = COLUMNS.index("hcpcs"), COLUMNS.index("conversion_factor")
_WIDTH = len(COLUMNS)
_TEXTS, _NUMBERS = len(KEY), len(KEY) + len(DECIMALS)
_PLACES = tuple(DECIMALS.values())
_exact = lru_cache(maxsize=1 << 16)(decimal)


@dataclass(frozen=True, slots=True)
class Rates(RowResult):
    """The rates of codes in places, a row for each code, its row modifier and place.

    Iterating reads row after row from the database, each a dictionary; `rows` has them all at once.

    Attributes:
        grid: where the rows are read.
        contract: the contract whose amounts stand beside Medicare's, None without one.
    """

    grid: Grid
    contract: Contract | None

    @property
    def releases(self) -> list[Release]:
        """The releases that answer, each once."""
        return self.grid.releases

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a person should know about the releases."""
        own = factor_notes(self.contract) if self.contract else []
        return (*own, *self.grid.notes)

    @property
    def unknown(self) -> tuple[UnknownCodeError, ...]:
        """Why codes, or ranges of them, are not among the rows; each names its code."""
        return self.grid.unknown

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return (*COLUMNS, *contract_names(self.contract))

    def cells(self) -> Iterator[list[Any]]:
        """Yield the values of each row in the order of `columns`; numbers are exact Decimals.

        Raises:
            StoreError: the database can no longer be read.
        """
        return map(self._cells, self.grid.rows())

    def __iter__(self) -> Iterator[RateDict]:
        names = self.columns
        for cells in self.cells():
            yield _row(names, cells)

    def first(self, most: int) -> list[RateDict]:
        """Return at most so many rows, the first ones, as `rows` does; few others are read.

        Raises:
            StoreError: the database can no longer be read.
        """
        return [_row(self.columns, self._cells(row)) for row in self.grid.first(most)]

    def rows(self) -> list[RateDict]:
        """Return every row under the names of `feesync rates --json`, for `json.dumps`."""
        return list(self)

    def to_dict(self) -> RatesDict:
        """Return the releases, the rows, unknown codes and the notes, for `json.dumps`."""
        return {
            "releases": [release.source_dict() for release in self.releases],
            "rows": self.rows(),
            "unknown": [error.to_dict() for error in self.unknown],
            "notes": [note.to_dict() for note in self.notes],
        }

    def write(self, path: str | os.PathLike[str], *, force: bool = False) -> int:
        """Write the rows to a file, which appears whole or not at all.

        Args:
            path: a file that ends in .csv, .parquet, .db or .sqlite.
            force: whether an existing file is replaced.

        Returns:
            How many rows were written.

        Raises:
            InvalidInputError: the file exists, or ends otherwise; or there is a contract, whose
                columns such files do not have.
            MissingExtraError: Parquet was asked for without pyarrow.
            OSError: the file cannot be written.
        """
        from feesync.writers import files

        if self.contract:
            raise InvalidInputError("a file of rates has no columns for a contract")
        file, force = file_path(path), reading.flag("force", force)
        files.check(file, self.grid.database, force=force)
        return files.write(file, self.grid.blocks(), self.releases, force=force)

    def to_frame(self, library: str | None = None) -> Any:  # noqa: ANN401 - of another library
        """Return the rows as a `DataFrame`; its numbers are exact decimals.

        Any library that reads the Arrow C stream interface also takes the answer itself, where
        pyarrow is installed: `polars.DataFrame(answer)`, `pyarrow.table(answer)`.

        Args:
            library: `pandas` or `polars`; by default the one that is installed, pandas first.

        Raises:
            InvalidInputError: the library is neither.
            MissingExtraError: the library is not installed.
        """
        from importlib.util import find_spec

        from feesync.model import frame

        name = frame.library_of(library)
        if not find_spec("pyarrow"):
            return frame.frame(self, self.columns, name)
        return frame.frame_of_table(self._reader().read_all(), name)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the rows as an Arrow stream, batch after batch.

        Raises:
            MissingExtraError: pyarrow is not installed.
        """
        from feesync.model.frame import check_arrow

        check_arrow()
        return self._reader().__arrow_c_stream__(requested_schema)

    def _reader(self) -> Any:  # noqa: ANN401 - pyarrow's
        """Return the rows as a reader of Arrow batches."""
        import pyarrow

        from feesync.writers.arrow import arrow_schema

        schema, contract = arrow_schema(), self.contract
        if contract is None:
            batches = (batch for block in self.grid.blocks() for batch in block.batches(schema))
            return pyarrow.RecordBatchReader.from_batches(schema, batches)
        names = self.columns
        types = [*schema.types, *(pyarrow.decimal128(12, 4) for _ in contract_names(contract))]
        whole = pyarrow.schema(zip(names, types, strict=True))
        arrays = zip(*self.cells(), strict=True)
        columns = [pyarrow.array(cells, kind) for cells, kind in zip(arrays, types, strict=True)]
        return pyarrow.table(columns, schema=whole).to_reader()

    def _repr_html_(self) -> str:
        from feesync.model.html import rows_html

        return rows_html(iter(self), None)

    def _cells(self, row: Row) -> list[Any]:
        return [
            *row[:_TEXTS],
            *map(_number, row[_TEXTS:_NUMBERS], _PLACES),
            *row[_NUMBERS:_WIDTH],
            *self._contract_cells(row),
        ]

    def _contract_cells(self, row: Row) -> list[Any]:
        contract = self.contract
        if contract is None:
            return []
        amounts = [_integer(row[index]) for index in _AMOUNTS]
        if contract.conversion_factor:
            factors = int(row[_FACTOR] or 0), contract.conversion_factor
            amounts = [
                None if exact is None else fee_by_factor(int(exact), *factors)
                for exact in row[_WIDTH:]
            ]
        return contract_row(contract, str(row[_CODE]), amounts)


def _row(names: Sequence[str], cells: Sequence[Any]) -> RateDict:
    row: dict[str, Any] = {name: _json(cell) for name, cell in zip(names, cells, strict=True)}
    row["checks_set_aside"] = row["checks_set_aside"].split()
    return cast("RateDict", row)


def _integer(value: str | int | None) -> int | None:
    return None if value is None else int(value)


def _number(value: str | int | None, places: int) -> Decimal | None:
    return None if value is None else _exact(int(value), places)


@lru_cache(maxsize=1 << 16)
def _json_number(value: Decimal, exponent: int) -> JsonNumber | int:
    return int(value) if exponent == 0 else JsonNumber(value)


def _json(cell: object) -> object:
    """Return a cell for `json.dumps`; 0.42 and 0.420 are equal, and remembered apart."""
    return _json_number(cell, int(cell.as_tuple().exponent)) if isinstance(cell, Decimal) else cell


def rates(
    codes: str | Iterable[str] | None = None,
    *,
    locality: str | Iterable[str] | None = None,
    state: str | Iterable[str] | None = None,
    date: Date | str | None = None,
    year: int | None = None,
    release: str | None = None,
    qp: bool = False,
    percent: arguments.Percent | None = None,
    of_year: int | None = None,
    conversion_factor: Decimal | int | str | None = None,
    db: str | os.PathLike[str] | None = None,
) -> Rates:
    """Return what Medicare allows for codes in places: a row for each code and locality.

    Amounts are before modifiers, in both settings.

    Args:
        codes: a HCPCS code or a range of codes such as `64490-64495`, or a list of them; by default
            all codes of the release.
        locality: a place as for `estimate`, or a list of places; by default all.
        state: where no place is named, the state, or several, whose localities are meant.
        date: date of service, as for `estimate`; today by default.
        year: in place of a date, a year, whose newest loaded release answers.
        release: in place of a date, the label of a release, such as `RVU25D`.
        qp: whether the conversion factor is that of a qualifying APM participant.
        percent: what a commercial contract pays of Medicare's amounts, in percent, as for
            `estimate`; its amounts stand beside Medicare's.
        of_year: the year whose rates a contract names, in place of a date.
        conversion_factor: of a payer that uses Medicare's relative values and GPCIs, in dollars;
            its amounts stand beside Medicare's.
        db: path of the database.

    Returns:
        The rates. A code that the release lacks is among `unknown` of the answer, where there are
        others.

    Raises:
        InvalidInputError: an argument cannot be read, or contradicts another.
        UnknownCodeError: the release has none of the codes.
        NoReleaseError: no release answers.
        LocalityError: a place is unknown or ambiguous.
        StoreError: the database cannot be read.
    """
    whens = {
        name: reading.value_or_none(value)
        for name, value in (
            *(("date", date), ("year", year)),
            *(("release", release), ("of_year", of_year)),
        )
    }
    given = [name for name, value in whens.items() if value is not None]
    if len(given) > 1:
        raise InvalidInputError(
            f"{' and '.join(given)} exclude each other: each says which release's rates are meant"
        )
    contract = arguments.contract(percent, of_year, conversion_factor)
    when: Date | str | int = Date.today()
    if date is not None:
        when = read_day("date", date)
    elif release is not None:
        when = parse_label(reading.text("release", release))
    elif given:
        when = reading.whole(given[0], whens[given[0]], 2000, 2099, "a year")
    items = reading.one_or_several("codes", codes, "64493")
    if codes is not None and not items:
        raise InvalidInputError("codes is empty; None means all codes of the release")
    places = reading.one_or_several("locality", locality, "01112-05")
    grid = open_grid(
        database_path(db),
        [read_codes(code) for code in items],
        [reading.text("locality", place) for place in places],
        read_states(state),
        when,
        qp=reading.flag("qp", qp),
        exact=bool(contract and contract.conversion_factor),
    )
    return Rates(grid, contract)
