"""The answers of a run beside the rows as they came, in their order: a SELECT for DuckDB.

DuckDB keeps the order of a table that it scans on several threads, but not that of a join. So the
answers are no table of a join: a function returns those of the rows that are scanned, from blocks
of `result`. Out of scope: the file (output).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Future
from threading import Lock
from typing import TYPE_CHECKING, Any

from feesync.batch.answer import AMOUNTS, COLUMNS
from feesync.batch.duckdb_engine import DuckDB

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BLOCK = 122_880
_MORE_BLOCKS = 2
"""How many blocks stay in memory beside one for each thread."""

_FUNCTION = "answer_of_row"
_MONEY = (*AMOUNTS, "variance")
_TYPES = {
    **dict.fromkeys(COLUMNS, "VARCHAR"),
    **dict.fromkeys(_MONEY, "DECIMAL(14, 2)"),
    "rank": "INTEGER",
    "stand_in": "BOOLEAN",
}
_PLAIN = ("rank", "stand_in")
_NUMBERS = ("steps_id", "release_id", "place_id", "status_id", "reason_id")


def output_select(engine: DuckDB, own: str, names: Mapping[str, str]) -> str:
    """Return the SELECT of the rows of `staged` with their answers, in their order.

    Args:
        engine: has `staged`, and `result` of the run.
        own: the SQL of the columns to be carried, of `staged AS s`.
        names: the columns of answers that are wanted, each with its name in the output.
    """
    import duckdb
    from duckdb.func import PythonUDFType

    fields = ", ".join(f"{name} {kind}" for name, kind in _TYPES.items())
    blocks = _Blocks(engine)
    engine.connection.create_function(
        _FUNCTION,
        blocks.answers,
        [duckdb.sqltype("BIGINT")],
        duckdb.sqltype(f"STRUCT({fields})"),
        type=PythonUDFType.ARROW,
    )
    answers = "".join(
        f', a.{name} AS "{chosen.replace(chr(34), 2 * chr(34))}"' for name, chosen in names.items()
    )
    return (
        f"SELECT {own}{answers} "  # noqa: S608
        f"FROM (SELECT *, {_FUNCTION}(rowid) AS a FROM staged) AS s"
    )


class _Blocks:
    """The answers of blocks of rows; the last few stay in memory."""

    def __init__(self, engine: DuckDB) -> None:
        import pyarrow

        self._connection: DuckDBPyConnection = engine.connection
        self._blocks: OrderedDict[int, Future[Any]] = OrderedDict()
        self._lock = Lock()
        ((threads,),) = engine.rows("SELECT current_setting('threads')")
        self._most = int(threads) + _MORE_BLOCKS
        texts = pyarrow.array([text for (text,) in _in_order(engine, "text", "text_id", "text")])
        labels = [label for (label,) in _in_order(engine, "release_label", "release_id", "release")]
        places = _in_order(engine, "place", "place_id", "mac, locality")
        self._words = {
            **dict.fromkeys(("steps", "status", "reason"), texts),
            "release": pyarrow.array([None, *labels], pyarrow.string()),
            "mac": pyarrow.array([mac for mac, _ in places], pyarrow.string()),
            "locality": pyarrow.array([locality for _, locality in places], pyarrow.string()),
        }

    def answers(self, rows: Any) -> Any:  # noqa: ANN401 - arrays of pyarrow
        """Return the answers of rows that follow one another."""
        import pyarrow

        first, count = rows[0].as_py(), len(rows)
        if rows[count - 1].as_py() != first + count - 1:
            raise AssertionError("rows that do not follow one another")
        number, start = divmod(first, _BLOCK)
        parts = []
        while count:
            part = self._block(number).slice(start, count)
            parts.append(part)
            count -= len(part)
            number, start = number + 1, 0
        return parts[0] if len(parts) == 1 else pyarrow.concat_arrays(parts)

    def _block(self, number: int) -> Any:  # noqa: ANN401
        """Return the answers of a block; of two threads that want it, one reads it."""
        with self._lock:
            block = self._blocks.get(number)
            is_new = block is None
            if block is None:
                while len(self._blocks) >= self._most:
                    self._blocks.popitem(last=False)
                block = self._blocks[number] = Future()
        if is_new:
            try:
                block.set_result(self._read(number))
            except BaseException as error:  # the other thread's too
                block.set_exception(error)
        return block.result()

    def _read(self, number: int) -> Any:  # noqa: ANN401
        import pyarrow

        numbers = self._numbers(number)
        money = pyarrow.decimal64(14, 2)
        columns: dict[str, Any] = {name: numbers[name].view(money) for name in _MONEY}
        columns |= {name: numbers[name] for name in _PLAIN}
        for name, words in self._words.items():
            of_place = name in ("mac", "locality")
            ids = numbers["place_id" if of_place else f"{name}_id"]
            columns[name] = pyarrow.DictionaryArray.from_arrays(ids.cast(pyarrow.int32()), words)
        return pyarrow.StructArray.from_arrays(
            [columns[name] for name in COLUMNS], names=list(COLUMNS)
        )

    def _numbers(self, number: int) -> dict[str, Any]:
        """Return the columns of `result` for the rows of a block, in their order."""
        import numpy

        first, names = number * _BLOCK, (*_MONEY, *_PLAIN, *_NUMBERS)
        select = (
            f"SELECT row - {first} AS place, {', '.join(names)} FROM result "  # noqa: S608
            f"WHERE row >= {first} AND row < {first + _BLOCK} ORDER BY row"
        )
        table = self._connection.cursor().sql(select).to_arrow_table().combine_chunks()
        places = table.column("place").to_numpy()
        if not numpy.array_equal(places, numpy.arange(len(places))):
            raise AssertionError("a row has no answer, or several")
        return {name: table.column(name).chunk(0) for name in names}


def _in_order(engine: DuckDB, table: str, key: str, columns: str) -> list[tuple[Any, ...]]:
    return engine.rows(f"SELECT {columns} FROM {table} ORDER BY {key}")  # noqa: S608
