"""A run of Spark from files of claims to a folder of answers, as Spark reads and writes them.

Out of scope: the session (spark_session), and the answers (spark).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feesync.batch.output import answer_names
from feesync.batch.reasons import Reason
from feesync.batch.repricing import Repricing
from feesync.batch.request import Request
from feesync.batch.spark import open_engine, price_frame
from feesync.batch.spark_engine import without_rows
from feesync.batch.summary import summarize
from feesync.errors import Hint, HintKind, InvalidInputError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_PARQUET, _CSV = (".parquet",), (".csv", ".csv.gz", ".csv.bz2")
_FLAW, _DONE = "feesync_flaw", "_SUCCESS"
_IN_ORDER = "ORDER BY s.row"


@dataclass(frozen=True, slots=True)
class SparkJob:
    """What a run of Spark is to do.

    Attributes:
        claims: paths, patterns or addresses of the claims, as Spark takes them.
        output: path or address of the folder of the answers.
        force: whether an existing one is replaced.
        mapping: their names of columns to ours.
        request: what is asked, without the columns.
    """

    claims: tuple[str, ...]
    output: str
    force: bool
    mapping: Mapping[str, str]
    request: Request

    def check(self) -> None:
        """Refuse, before anything is begun, what Spark cannot read or must not write.

        Raises:
            InvalidInputError: a name says no kind of file; the output exists and may not be
                replaced, or is no folder of answers.
        """
        kind = _kind(self.claims[0])
        if any(_kind(one) != kind for one in self.claims):
            raise InvalidInputError("the files of claims are of several kinds; Spark reads one")
        if _kind(self.output) != _PARQUET and not self.output.endswith(_CSV[:2]):
            raise InvalidInputError(f"{self.output} does not end in .csv, .csv.gz or .parquet")
        path = Path(self.output)
        if "://" in self.output or not path.exists():
            return
        if any(_is_within(Path(one), path) for one in self.claims):
            raise InvalidInputError(f"{self.output} has the claims themselves: name another")
        if not self.force:
            raise InvalidInputError(f"{path} exists", hint=Hint(HintKind.REPLACE_FILE))
        if not (path / _DONE).exists():
            raise InvalidInputError(f"{path} is no folder that Spark has written: name another")

    def run(self, session: SparkSession) -> Repricing:
        """Read the claims, price them, and write the rows in their order.

        Raises:
            InvalidInputError: a file is not there, or lacks a column that is needed.
            StoreError: the database cannot be read.
            FeesyncError: Spark failed.
        """
        with without_rows(), open_engine(session) as engine:
            frame, flaw = _read(session, self.claims)
            priced = price_frame(engine, frame, self.request, self.mapping, flaw, _IN_ORDER)
            mode = "overwrite" if self.force else "errorifexists"
            if _kind(self.output) == _PARQUET:
                priced.frame.write.mode(mode).parquet(self.output)
            else:
                answers = _with_words(priced.frame, answer_names(priced.intake.columns))
                zipped = "gzip" if self.output.endswith(".gz") else "none"
                answers.write.mode(mode).csv(self.output, compression=zipped, **_WRITTEN)
            return summarize(priced.run, priced.intake, Path(self.output))


_QUOTED: Mapping[str, Any] = {"header": True, "quote": '"', "escape": '"'}
_READ = {**_QUOTED, "multiLine": True, "inferSchema": False}
_WRITTEN = {
    **_QUOTED,
    "emptyValue": "",
    "ignoreLeadingWhiteSpace": False,
    "ignoreTrailingWhiteSpace": False,
}


def _kind(name: str) -> Sequence[str]:
    """Return what files of a kind end in, by the name of one."""
    for kind in (_PARQUET, _CSV):
        if name.rstrip("/").lower().endswith(kind):
            return kind
    raise InvalidInputError(
        f"{name} ends in none of {', '.join((*_CSV, *_PARQUET))}, which Spark reads; without "
        "Spark, feesync reads others too"
    )


def _with_words(answers: DataFrame, names: Mapping[str, str]) -> DataFrame:
    """Return answers whose flag is True or False, as in the csv of every command."""
    from pyspark.sql.functions import col, initcap

    flag = names["stand_in"]
    return answers.withColumn(flag, initcap(col(flag).cast("string")))


def _is_within(claims: Path, folder: Path) -> bool:
    return folder.resolve() in (claims.resolve(), *claims.resolve().parents)


def _read(session: SparkSession, claims: Sequence[str]) -> tuple[DataFrame, str | None]:
    """Return the claims, and the column that says why a row cannot be read, if there is one."""
    from pyspark.errors import AnalysisException
    from pyspark.sql.functions import col, lit, when

    try:
        if _kind(claims[0]) == _PARQUET:
            return session.read.option("mergeSchema", True).parquet(*claims), None
        names = session.read.csv([*claims], **_READ).columns
        schema = ", ".join(f"`{name.replace('`', '``')}` STRING" for name in [*names, _FLAW])
        frame = session.read.csv(
            [*claims],
            schema=schema,
            columnNameOfCorruptRecord=_FLAW,
            enforceSchema=False,
            **_READ,
        )
    except AnalysisException as error:
        if error.getCondition() != "PATH_NOT_FOUND":
            raise
        raise InvalidInputError(f"Spark finds no file {', '.join(claims)}") from None
    ragged = when(col(_FLAW).isNotNull(), lit(Reason.RAGGED_ROW.value))
    return frame.withColumn(_FLAW, ragged), _FLAW
