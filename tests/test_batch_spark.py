"""Claims in Spark: the same answers as by DuckDB and by `estimate_claim`, in the same columns."""

import doctest
import json
import os
import random
import subprocess
import sys
from contextlib import nullcontext
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from batches import NAMES, differences, repriced, rows_of
from documents import blocks
from test_batch_together import by_what_they_say, claims_of

from feesync import FeesyncError, InvalidInputError, StoreError
from feesync.batch import spark as batch
from feesync.batch import spark_engine, spark_session
from feesync.batch.answer import COLUMNS

LINE = {"date": "2025-11-03", "hcpcs": "64493", "locality": "01112-05"}


def frame_of(spark, rows):
    """Rows as a DataFrame of texts, in their order, each with its number."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [(at, *(row.get(name) for name in names)) for at, row in enumerate(rows)]
    return spark.createDataFrame(
        cells, ", ".join(["at int", *(f"{name} string" for name in names)])
    )


def answers_of(frame, names=NAMES):
    """The answers to rows, in the order of their numbers."""
    rows = sorted(frame.collect(), key=lambda row: row["at"])
    apart = {name: f"feesync_{name}" for name in names if f"feesync_{name}" in frame.columns}
    return [{name: row[apart.get(name, name)] for name in names} for row in rows]


def test_random_claims(spark, loaded, tmp_path, small_book):
    claims = claims_of(small_book, 11, 250)
    rows = rows_of(claims)
    spark.range(3).createOrReplaceTempView("line")
    kept = spark.sparkContext._jsc.getPersistentRDDs().size()
    found = answers_of(batch.reprice(frame_of(spark, rows)))
    assert found == repriced(tmp_path, rows)
    assert not differences(claims, found)
    # nothing of the session is replaced, and of the run the claims and the answers are kept
    assert [view.viewName for view in spark.sql("SHOW VIEWS").collect()] == ["line"]
    assert spark.table("line").count() == 3
    assert spark.sparkContext._jsc.getPersistentRDDs().size() <= kept + 2


def test_a_contract(spark, loaded, tmp_path, small_book):
    contract: dict[str, Any] = {
        "percent": {"10000-69999": "150", "70000-99999": 120},
        "of_year": 2025,
        "conversion_factor": "45.00",
    }
    claims = claims_of(small_book, 13, 100)
    found = answers_of(batch.reprice(frame_of(spark, rows_of(claims)), **contract))
    assert not differences(claims, found, **contract)


@pytest.mark.slow
def test_random_claims_of_a_release(spark, cms, of_releases, tmp_path, whole_book):
    claims = claims_of(whole_book, 26, 2_000)
    rows = rows_of(claims)
    frame = batch.reprice(frame_of(spark, rows), db=of_releases("rvu25d"))
    assert answers_of(frame) == repriced(tmp_path, rows, db=of_releases("rvu25d"))


def test_partitions_in_another_order(spark, loaded, tmp_path, small_book):
    rows = rows_of(claims_of(small_book, 12, 100))
    order = random.Random(1).sample(range(len(rows)), len(rows))
    frame = frame_of(spark, [rows[at] for at in order]).repartition(5, "charge")
    turned = dict(zip(order, answers_of(batch.reprice(frame)), strict=True))
    found = [turned[at] for at in range(len(rows))]
    assert by_what_they_say(rows, found) == by_what_they_say(rows, repriced(tmp_path, rows))


CELLS = {
    "date": ["2025-11-03", "11/3/2025", "20251103", "2025-13-01", "yesterday", "", "1999-01-01"],
    "hcpcs": ["64493", "64494", "64635", "64493", " 97110 ", "g0283", "70450", "1234", "99999", ""],
    "modifiers": ["", "", "50", "26", "50 59", "LT,RT", "zz", "5", "59;51"],
    "locality": ["01112-05", "01112-05", "national", "CA", "nowhere", ""],
    "pos": ["11", "11", "24", "office", "", "99x"],
    "units": ["1", "1", "2", "0", "-1", "1.0", "one", "", "999999"],
    "charge": ["", "500.00", "$1,200.50", "1e3", "-5", " 90 ", "12.345", "+7.00", "abc"],
    "paid_allowed": ["", "118.40", "n/a", "0"],
    "deductible": ["", "0", "40.00", "x"],
    "practitioner": ["", "physician", "np", "wizard"],
    "nonpar": ["", "y", "no", "maybe"],
    "line": ["", "1", "2", "3"],
    "patient": ["", "p1", "p2", "p3", "p4"],
    "tin": ["", "t1", "t2"],
    "npi": ["", "1", "2"],
}


def test_cells_of_any_kind(spark, loaded, tmp_path):
    chance = random.Random(5)
    rows = [
        {name: chance.choice(cells[:3] * 3 + cells) for name, cells in CELLS.items()}
        | {"claim_id": chance.choice(["", *map(str, range(90))])}
        for _ in range(500)
    ]
    rows += [LINE | {"claim_id": "long"} for _ in range(51)]
    found = answers_of(batch.reprice(frame_of(spark, rows), group="tin"))
    assert found == repriced(tmp_path, rows, group="tin")
    assert len({answer["reason"] for answer in found}) > 10


def test_columns_come_out_as_they_came(spark):
    # without a database the snapshot answers, to the driver and to the executors
    frame = spark.createDataFrame(
        [
            (1, "a", datetime(2025, 11, 3), "64493", ["x"], 2.0, Decimal("500.00"), True, "o", 1.5),
            (2, "a", datetime(2025, 11, 3), "64635", None, float("nan"), None, False, "p", 240.0),
            (3, "b", datetime(2025, 11, 3, 8), "64493", [], 1.5, Decimal("1.00"), None, "", None),
        ],
        "at int, `Claim ID` string, dos timestamp, cpt string, `a ``name` array<string>, units "
        "double, billed decimal(9, 2), nonpar boolean, status string, payer double",
    )
    answer = batch.reprice(
        frame, columns={"payer": "paid_allowed"}, locality="01112-05", pos=11, group="claim"
    )
    names = [f"feesync_{name}" if name == "status" else name for name in COLUMNS]
    assert answer.columns == [*frame.columns, *names]
    assert answer.schema.fields[: len(frame.columns)] == frame.schema.fields
    assert dict(answer.dtypes)["allowed"] == dict(answer.dtypes)["variance"] == "decimal(14,2)"
    own = answer.select(
        [f"`{name.replace('`', '``')}`" for name in frame.columns if name != "units"]
    )
    kept = frame.select(
        [f"`{name.replace('`', '``')}`" for name in frame.columns if name != "units"]
    )
    assert sorted(own.collect()) == sorted(kept.collect())
    first, second, third = answers_of(answer, COLUMNS)
    assert (first["status"], second["status"], third["reason"]) == (
        *("priced", "priced", "unreadable-date"),
    )
    assert second["rank"] == 1
    assert second["variance"] == 240 - second["allowed"]
    assert first["release"] == "RVU25D"
    assert first["reason"] == "claim-incomplete" or first["reason"] is None


def test_what_is_no_dataframe_of_claims_is_refused(spark):
    rows: Any = [LINE]
    with pytest.raises(InvalidInputError, match="dataframe is no DataFrame of Spark"):
        batch.reprice(rows)
    stream = spark.readStream.format("rate").load()
    with pytest.raises(InvalidInputError, match="is a stream; its batches can be priced"):
        batch.reprice(stream)
    frame = frame_of(spark, [LINE])
    with pytest.raises(InvalidInputError, match="the DataFrame has no column of codes"):
        batch.reprice(frame.drop("hcpcs"))
    with pytest.raises(InvalidInputError, match="no column patient, by which"):
        batch.reprice(frame, group="patient")


def test_a_failure_of_an_executor_says_nothing_of_rows(spark, monkeypatch):
    def quoting(chunk):
        raise ValueError(chunk["cell"])

    def changed(chunk):
        raise StoreError("the database has changed")

    with batch.open_engine(spark) as engine:

        def through(work):
            columns = {"grp": "BIGINT"}
            engine.through("done", "SELECT 1 AS grp, 2 AS row, 'secret' AS cell", work, columns, 1)

        with pytest.raises(FeesyncError) as failure:
            through(quoting)
        assert "secret" not in str(failure.value)
        with pytest.raises(StoreError, match=r"^the database has changed$"):
            through(changed)
        monkeypatch.setattr(spark_engine, "VERSION", "0.0.1")
        with pytest.raises(StoreError, match=r"has feesync .*, and this machine 0\.0\.1: install"):
            through(changed)


FILE = """claim_id,line,date,hcpcs,modifiers,locality,pos,charge,note
A1,1,2025-11-03,64493,50,AL,11,500.00,"x, y"
A1,2,2025-11-03,64494,,AL,11,,"two
lines"
A2,1,11/3/2025,99213,,CA-05,22,1.10,00123
A3,1,2025-11-04,71046,26,01112-05,,," say ""no"" "
A4,1,2025-11-04,71046,26,01112-05,,
A5,1,2025-11-04,71046,GY,01112-05,,,1.10
"""


@pytest.fixture
def reprice(spark, feesync, loaded, tmp_path, monkeypatch):
    """Run the command on files, with Spark or without; its result."""
    monkeypatch.setattr(spark_session, "open_session", lambda master: nullcontext(spark))

    def run(claims, output, *options):
        return feesync("reprice", tmp_path / claims, "-o", tmp_path / output, *options)

    return run


def test_the_command_writes_what_duckdb_does(reprice, tmp_path):
    (tmp_path / "claims.csv").write_text(FILE)
    alone = reprice("claims.csv", "alone.csv", "--json")
    result = reprice("claims.csv", "priced.csv", "--engine", "spark", "--json")
    assert (result.exit_code, result.stderr) == (0, f"feesync: 6 lines in {tmp_path}/priced.csv\n")
    assert json.loads(result.stdout) | {"output": ""} == json.loads(alone.stdout) | {"output": ""}
    assert (tmp_path / "priced.csv/_SUCCESS").exists()
    parts = [part.read_text() for part in sorted((tmp_path / "priced.csv").glob("part-*"))]
    rows = [parts[0], *(part.split("\n", 1)[1] for part in parts[1:])]
    assert "".join(rows) == (tmp_path / "alone.csv").read_text()
    assert "ragged-row" in rows[0]


def test_parquet_goes_in_and_comes_out(reprice, spark, tmp_path):
    rows = [LINE | {"units": units} for units in ("1", "two")]
    frame = frame_of(spark, rows).coalesce(1)
    frame.write.parquet(str(tmp_path / "claims.parquet"))
    (tmp_path / "priced.parquet").mkdir()
    (tmp_path / "priced.parquet/_SUCCESS").touch()
    options = "--engine", "spark", "--force"
    result = reprice("claims.parquet", "priced.parquet", *options)
    assert (result.exit_code, result.stdout.split("\n")[0]) == (0, "2 lines, by claim")
    found = spark.read.parquet(str(tmp_path / "priced.parquet"))
    assert [row["allowed"] for row in found.collect()] == [Decimal("222.87"), None]
    assert found.columns == ["at", *LINE, "units", *answer_columns(LINE)]
    result = reprice("claims.parquet", "claims.parquet", *options)
    assert (result.exit_code, "has the claims themselves" in result.stderr) == (2, True)


def answer_columns(own):
    return [f"feesync_{name}" if name in own else name for name in COLUMNS if name != "variance"]


def test_what_spark_must_not_write_is_refused(reprice, tmp_path):
    def refusal(claims, output, *options):
        result = reprice(claims, output, "--engine", "spark", *options)
        assert (result.exit_code, result.stdout) == (2, "")
        return result.stderr

    (tmp_path / "mine.csv").mkdir()
    assert "mine.csv exists" in refusal("claims.csv", "mine.csv")
    assert "is no folder that Spark has written" in refusal("claims.csv", "mine.csv", "--force")
    assert "ends in none of .csv, .csv.gz" in refusal("claims.xlsx", "priced.csv")
    assert "does not end in .csv, .csv.gz or" in refusal("claims.csv", "priced.csv.bz2")
    assert "Spark finds no file" in refusal("none.csv", "priced.csv")
    assert "--workers is of DuckDB" in refusal("claims.csv", "priced.csv", "--workers", "2")
    assert (tmp_path / "mine.csv").is_dir()


def test_a_session_of_the_command_is_quiet(spark, tmp_path):
    command = ["reprice", "none.csv", "-o", "priced.csv", "--engine", "spark", "--master"]
    feesync = [sys.executable, "-m", "feesync", *command, "local[1]"]
    result = subprocess.run(feesync, cwd=tmp_path, capture_output=True, text=True, env=os.environ)
    assert result.stdout == ""
    assert result.stderr == "feesync: Spark finds no file none.csv\n"
    assert result.returncode == 2


def test_the_guide(spark, loaded, tmp_path):
    (tmp_path / "claims.csv").write_text(claims_of_the_guide())
    (block,) = [block for block in blocks("python") if block.file == "spark"]
    code = block.text.replace('"claims.csv"', repr(str(tmp_path / "claims.csv")))
    example = doctest.DocTestParser().get_doctest(code, {"spark": spark}, "guide", None, 0)
    assert doctest.DocTestRunner().run(example).failed == 0


def claims_of_the_guide():
    (text,) = {block.text for block in blocks("csv") if block.file == "claims.csv"}
    return text
