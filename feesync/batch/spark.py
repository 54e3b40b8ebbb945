"""`feesync.batch.spark.reprice`: a DataFrame of claims in Spark, with what Medicare allows.

Out of scope: the session, files of claims (spark_files), and the plan.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date as Date
from decimal import Decimal
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from feesync.batch import plan
from feesync.batch.columns import read_columns
from feesync.batch.intake import Intake
from feesync.batch.job import Group, check_group, read_mapping, read_request
from feesync.batch.output import answer_names
from feesync.batch.request import Request
from feesync.batch.spark_engine import Spark, without_rows
from feesync.batch.together import price
from feesync.claims.arguments import Percent
from feesync.errors import InvalidInputError, MissingExtraError
from feesync.files import scratch_folder
from feesync.model.rate import Setting
from feesync.pricing.practitioner import PHYSICIAN

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_STAGED, _INPUT, _FLAW = "staged", "input", "flaw"


def reprice(
    dataframe: DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    group: str = Group.CLAIM,
    locality: str | None = None,
    setting: Setting | str = Setting.NONFACILITY,
    pos: str | int | None = None,
    practitioner: str = PHYSICIAN,
    nonpar: bool = False,
    qp: bool = False,
    date: Date | str | None = None,
    percent: Percent | None = None,
    of_year: int | None = None,
    conversion_factor: Decimal | int | str | None = None,
    db: str | os.PathLike[str] | None = None,
) -> DataFrame:
    """Price a DataFrame of claims in Spark: its rows come out with what Medicare allows.

    The amounts, the columns that are known and those that are added are those of
    `feesync.reprice`; money is decimal(14, 2). Spark runs the same tables and the same formula as
    DuckDB does; lines that touch others are priced in Python by the executors, which need the same
    version of feesync with the extra `spark`. They are sent a copy of the database.

    The lines are priced when this is called, and the executors keep them, with the claims, as long
    as the answer is in use; where the session has a folder for checkpoints, it has them. The
    distinct texts of each column that is read (days, codes, modifiers, places, odd charges) come to
    the driver.

    Rows have no order in Spark. One thing depends on it, as on the order of a file: of lines that
    stand twice in a claim under one number, the first in the order of the partitions is priced, and
    of lines that tie, it has the lower rank.

    Args:
        dataframe: a row for each line of a claim, in a session of Spark 4 that is no Spark Connect.
        columns: names of columns of the claims that are not known, and ours: `{"svc_dt": "date"}`.
        group: which lines are priced together, as for `feesync.reprice`.
        locality: the place of lines that name none, as for `estimate`.
        setting: of lines that have neither a place of service nor a setting.
        pos: the place of service of such lines.
        practitioner: who bills lines that do not say.
        nonpar: whether practitioners do not participate, where lines do not say.
        qp: whether they are qualifying APM participants, where lines do not say.
        date: date of service of lines that have none; there is no default.
        percent: of a contract that pays all lines in the place of Medicare, its percentage of what
            Medicare allows, or those of codes and ranges of codes, as for `estimate`.
        of_year: the year whose rates it names: those of its newest loaded release.
        conversion_factor: the payer's own, in place of Medicare's.
        db: path of the database, on this machine.

    Returns:
        A DataFrame of the same session: the columns as they came, and those of the answer.

    Raises:
        InvalidInputError: an argument cannot be read, or the claims lack a column that is needed.
        LocalityError: the place of lines that name none is unknown or ambiguous.
        NoReleaseError: no release of a contract's year is loaded.
        MissingExtraError: a package that it needs is not installed.
        StoreError: the database cannot be read, or an executor has another feesync.
    """
    check_packages()
    _check_frame(dataframe)
    request = read_request(
        group=group,
        locality=locality,
        setting=setting,
        pos=pos,
        practitioner=practitioner,
        nonpar=nonpar,
        qp=qp,
        date=date,
        percent=percent,
        of_year=of_year,
        conversion_factor=conversion_factor,
        db=db,
    )
    mapping = read_mapping(columns)
    with open_engine(dataframe.sparkSession) as engine:
        return price_frame(engine, dataframe, request, mapping).frame


class PricedFrame(NamedTuple):
    """A DataFrame that has been priced.

    Attributes:
        frame: its rows, with the columns of the answer.
        run: the run.
        intake: what was read.
    """

    frame: DataFrame
    run: plan.Run
    intake: Intake


def check_packages() -> None:
    """Raise MissingExtraError where a package that Spark needs is not installed."""
    if not all(map(find_spec, ("pyspark", "pandas", "pyarrow"))):
        raise MissingExtraError("pricing claims in Spark", "spark")


def _check_frame(dataframe: object) -> None:
    from pyspark.sql import DataFrame
    from pyspark.sql.classic.dataframe import DataFrame as ClassicDataFrame

    if not isinstance(dataframe, DataFrame):
        raise InvalidInputError("dataframe is no DataFrame of Spark")
    if not isinstance(dataframe, ClassicDataFrame):
        raise InvalidInputError("the DataFrame is one of Spark Connect; a classic one is needed")
    if dataframe.isStreaming:
        raise InvalidInputError(
            "the DataFrame is a stream; its batches can be priced (foreachBatch)"
        )


@contextmanager
def open_engine(session: SparkSession) -> Iterator[Spark]:
    """Give the block an engine of tables, of which what an answer has outlasts the block."""
    with scratch_folder() as folder:
        engine = Spark(session, folder)
        try:
            yield engine
        finally:
            engine.close(_STAGED, "result")


def price_frame(
    engine: Spark,
    dataframe: DataFrame,
    request: Request,
    mapping: Mapping[str, str],
    flaw: str | None = None,
    order: str = "",
) -> PricedFrame:
    """Price the rows of a DataFrame.

    Args:
        engine: of the session of the DataFrame.
        dataframe: the claims.
        request: what is asked, without the columns.
        mapping: their names of columns to ours.
        flaw: the column with the reason of rows that cannot be read; it does not come out.
        order: the SQL of the order of the rows, such as `ORDER BY s.row`.

    Raises:
        InvalidInputError: a column that is needed is missing.
        StoreError: the database cannot be read, or an executor has another feesync.
    """
    from pyspark.sql.functions import monotonically_increasing_id

    fields = [field for field in dataframe.schema.fields if field.name != flaw]
    given = {name for name in ("date", "locality") if getattr(request, name) is not None}
    names = [field.name for field in fields]
    columns = read_columns([("the DataFrame", names)], mapping, given)
    check_group(request, columns.meanings)
    answers = answer_names(columns)
    own = iter(range(len(fields)))
    staged = [_FLAW if name == flaw else f"c{next(own)}" for name in dataframe.columns]
    with without_rows():
        renamed = dataframe.toDF(*staged)
        engine.keep(_STAGED, renamed.withColumn("row", monotonically_increasing_id()))
    texts = [_text(f"c{at}", field.dataType.simpleString()) for at, field in enumerate(fields)]
    flaws = [] if flaw is None else [_FLAW]
    engine.view(_INPUT, f"SELECT row, {', '.join([*flaws, *texts])} FROM {_STAGED}")  # noqa: S608
    intake = Intake(columns, engine.rows(f"SELECT count(*) FROM {_STAGED}")[0][0])  # noqa: S608
    asked = replace(request, columns=intake.columns_of())
    run = plan.run(engine, asked, price, flaws=flaw is not None)
    out = [f"s.c{at} AS {_quoted(name)}" for at, name in enumerate(columns.names)]
    out += [f"a.{name} AS {_quoted(chosen)}" for name, chosen in answers.items()]
    with without_rows():
        frame = engine.frame(
            f"SELECT {', '.join(out)} FROM {_STAGED} AS s JOIN answer AS a ON a.row = s.row "  # noqa: S608
            f"{order}"
        )
    return PricedFrame(frame, run, intake)


def _text(column: str, kind: str) -> str:
    """Return the SQL of a column as text, as files and frames are read elsewhere (intake).

    NULL is an empty cell. A number has no exponent, and a whole one no fraction; a day has no hour.
    """
    text = f"CAST({column} AS STRING)"
    if kind == "string":
        text = f"nullif({column}, '')"
    elif kind in ("double", "float"):
        exact = f"CAST(try_cast({text} AS DECIMAL(38, 12)) AS STRING)"
        short = f"regexp_replace({exact}, '[.]?0+$', '')"
        text = f"CASE WHEN NOT isnan({column}) THEN coalesce({short}, {text}) END"
    elif kind.startswith("timestamp"):
        text = f"regexp_replace({text}, ' 00:00:00$', '')"
    return f"{text} AS {column}"


def _quoted(name: str) -> str:
    """Return a name of a column in SQL."""
    return "`" + name.replace("`", "``") + "`"
