"""Spark as the engine of tables: for claims that a cluster holds.

A table is rows that Spark keeps once they have been computed, under a name of this run only, so
that nothing of the session is hidden or replaced. Out of scope: the plan, which is the same for
every engine, and which columns the claims have (spark).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from feesync.about import VERSION
from feesync.batch.engine import Columns, Work
from feesync.batch.processes import whole_groups
from feesync.errors import FeesyncError, StoreError
from feesync.paths import database_path
from feesync.store.columnar import arrow_type
from feesync.store.copy import copy_database
from feesync.store.formula import SPARK

if TYPE_CHECKING:
    from pyarrow import RecordBatch
    from pyspark.sql import DataFrame, SparkSession

CHUNK = 20_000
"""How many rows an executor works on at a time, at least."""

_WORD = re.compile(r"\w+")
_FAILURE = re.compile(r"feesync-failure<(.*?)>")
_MISSING = re.compile(r"ModuleNotFoundError: No module named '(\w+)")


@contextmanager
def without_rows() -> Iterator[None]:
    """Turn an error of Spark, which may quote rows, into one that does not.

    Raises:
        StoreError: an executor cannot use the database, or lacks a package, or has another feesync.
        FeesyncError: anything else.
    """
    try:
        yield
    except FeesyncError:
        raise
    except Exception as error:
        text = str(error)
        if failure := _FAILURE.search(text):
            raise StoreError(failure[1]) from None
        if missing := _MISSING.search(text):
            raise StoreError(
                f"an executor of Spark lacks the package {missing[1]}: install 'feesync[spark]' on "
                "all machines of the cluster"
            ) from None
        kind = type(error).__name__
        raise FeesyncError(f"Spark could not price the lines ({kind}); its log says why") from None


class Spark:
    """An engine of tables in a session of Spark.

    Attributes:
        session: the session.
        dialect: how it spells the formula.
        wide: its type of integers with 38 digits.
    """

    dialect = SPARK
    wide = "DECIMAL(38, 0)"

    def __init__(self, session: SparkSession, folder: Path) -> None:
        """Begin a run.

        Args:
            session: the session.
            folder: of this machine, for temporary files.
        """
        self.session = session
        self._folder = folder
        self._own = f"feesync_{uuid4().hex}"
        self._names: set[str] = set()
        self._kept: dict[str, DataFrame] = {}
        self._shipped: ShippedFile | None = None

    def give(self, name: str, columns: Columns) -> None:
        """Make a table of a few rows."""
        import pyarrow

        arrays = {
            column: pyarrow.array(values, arrow_type(kind))
            for column, (kind, values) in columns.items()
        }
        with without_rows():
            self._name(name, self.session.createDataFrame(pyarrow.table(arrays)))

    def make(self, name: str, select: str) -> None:
        """Make a table of what a SELECT returns now."""
        with without_rows():
            self.keep(name, self.frame(select))

    def keep(self, name: str, frame: DataFrame) -> None:
        """Make a table of a frame, whose rows are computed now and kept.

        They are kept by the executors; where the session has a folder for checkpoints, in it.
        """
        if self.session.sparkContext.getCheckpointDir():
            kept = frame.checkpoint()
        else:
            kept = self._kept[name] = frame.localCheckpoint()
        self._name(name, kept)

    def view(self, name: str, select: str) -> None:
        """Make a name for a SELECT."""
        with without_rows():
            self._name(name, self.frame(select))

    def frame(self, select: str) -> DataFrame:
        """Return what a SELECT from the tables of this run returns."""
        names = sorted(self._names.intersection(_WORD.findall(select)))
        tables = ", ".join(f"{name} AS (TABLE {self._own}_{name})" for name in names)
        return self.session.sql(f"WITH {tables} {select}" if names else select)

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT that has few."""
        with without_rows():
            return [tuple(row) for row in self.frame(select).collect()]

    def drop(self, *names: str) -> None:
        """Drop tables."""
        for name in names:
            self._names.remove(name)
            self.session.catalog.dropTempView(f"{self._own}_{name}")
            if kept := self._kept.pop(name, None):
                kept._jdf.queryExecution().analyzed().rdd().unpersist(False)

    def shipped(self, path: str | os.PathLike[str] | None) -> os.PathLike[str]:
        """Return the path of a database as executors find it: of a copy that goes to them."""
        if self._shipped is None:
            copy = self._folder / "copy.db"
            copy_database(database_path(path), copy)
            with copy.open("rb") as file:
                name = f"feesync-{hashlib.file_digest(file, 'sha256').hexdigest()}.db"
            with without_rows():
                self._ship(copy, name)
            self._shipped = ShippedFile(name)
        return self._shipped

    def _ship(self, copy: Path, name: str) -> None:
        """Send a file to all executors, which may also begin later: it stays while Spark does."""
        from pyspark import SparkFiles

        path = Path(SparkFiles.getRootDirectory()) / name
        if not path.exists():
            shutil.move(copy, path)
            self.session.sparkContext.addFile(str(path))

    def through(
        self, name: str, select: str, work: Work, columns: Mapping[str, str], workers: int
    ) -> None:
        """Make a table of what executors return for the rows of a SELECT."""
        schema = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        with without_rows():
            grouped = self.frame(select).repartition("grp").sortWithinPartitions("grp", "row")
            self.keep(name, grouped.mapInArrow(_Executor(work, columns), schema))

    def close(self, *keep: str) -> None:
        """Forget the names of all tables, and let go of their rows but those of some tables."""
        for name in keep:
            self._kept.pop(name, None)
        self.drop(*self._names.copy())

    def _name(self, name: str, frame: DataFrame) -> None:
        frame.createOrReplaceTempView(f"{self._own}_{name}")
        self._names.add(name)


class ShippedFile:
    """The path of a file that was sent to all executors, on the one where it is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __fspath__(self) -> str:
        from pyspark import SparkFiles

        return str(SparkFiles.get(self._name))


class _Executor:
    """What an executor does with the rows of a partition.

    Its feesync must be of the version that made the plan.
    """

    def __init__(self, work: Work, columns: Mapping[str, str]) -> None:
        self._work, self._columns, self._version = work, dict(columns), VERSION

    def __call__(self, rows: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
        """Yield what the work makes of rows that are sorted by their groups."""
        import pyarrow

        if self._version != VERSION:
            raise _failure(
                f"an executor of Spark has feesync {VERSION}, and this machine {self._version}: "
                "install the same on all"
            )
        fields = [(column, arrow_type(kind)) for column, kind in self._columns.items()]
        schema = pyarrow.schema(fields)
        try:
            for chunk in whole_groups(rows, CHUNK):
                yield pyarrow.RecordBatch.from_pydict(self._work(chunk.to_pydict()), schema=schema)
        except StoreError as error:
            raise _failure(str(error)) from None


def _failure(text: str) -> RuntimeError:
    """Return an error of an executor, whose text is found again among what Spark says of it."""
    return RuntimeError(f"feesync-failure<{text}>")
