"""`feesync.reprice`: frames and files in, rows or a file out, each line as its claim is priced."""

import csv
import random
from decimal import Decimal

import duckdb
import pandas
import polars
import pyarrow
import pytest

import feesync
from feesync import InvalidInputError, LocalityError, MissingExtraError, estimate_claim, reprice
from feesync.batch import engine_errors
from feesync.store import columnar

CLAIMS = pandas.DataFrame(
    {
        "claim": [7, 7, 8],
        "dos": pandas.to_datetime(["2025-11-03", "2025-11-03", "2025-11-04"]),
        "cpt": ["64493", "64635", "64493"],
        "mod": ["50", None, ""],
        "zip": [36104.0, 36104.0, None],
        "qty": [1.0, 1.0, 2.0],
        "billed": [100.1, 500.0, None],
        "ward": ["00123", "1.10", None],
    }
)


def test_a_frame_comes_back_with_its_types_and_the_answer():
    answer = reprice(CLAIMS, workers=1)
    assert (answer.lines, answer.priced, answer.refused) == (3, 2, 1)
    frame = answer.to_frame("pandas")
    assert list(frame.columns[:8]) == list(CLAIMS.columns)
    for name in ("claim", "qty", "zip", "ward", "dos"):
        assert frame[name].astype(object).where(frame[name].notna(), None).tolist() == (
            CLAIMS[name].astype(object).where(CLAIMS[name].notna(), None).tolist()
        )
    claim = estimate_claim(
        [
            {"hcpcs": "64493", "modifiers": "50", "charge": "100.10"},
            {"hcpcs": "64635", "charge": "500"},
        ],
        locality="AL", date="2025-11-03", coverage=False,
    )  # fmt: skip
    assert frame["allowed"].tolist()[:2] == [line.allowed for line in claim.lines]
    assert frame["rank"].tolist()[:2] == [line.rank for line in claim.lines]
    assert frame["reason"].tolist()[2] == "missing-locality"
    assert answer.allowed == claim.allowed
    assert reprice(CLAIMS, locality="AL", workers=1).priced == 3


def test_whatever_reads_arrow_reads_the_answer():
    tables = [reprice(kind, workers=1) for kind in (CLAIMS, polars.from_pandas(CLAIMS))]
    one, other = (pyarrow.table(table) for table in tables)
    assert one.column_names == other.column_names
    assert one["allowed"].type == pyarrow.decimal128(14, 2)
    assert one["allowed"].equals(other["allowed"])
    assert polars.DataFrame(tables[1])["claim"].to_list() == [7, 7, 8]
    assert "Decimal" not in tables[0]._repr_html_()
    assert "medicare_payment" in tables[0]._repr_html_()


def test_the_rows_are_in_the_file_where_there_is_one(tmp_path):
    answer = reprice(CLAIMS, tmp_path / "o.csv", workers=1)
    assert answer.output == tmp_path / "o.csv"
    with pytest.raises(InvalidInputError, match="^the rows are in .*o.csv$"):
        answer.to_frame()
    with pytest.raises(InvalidInputError, match="^the rows are in .*o.csv$"):
        pyarrow.table(answer)
    with (tmp_path / "o.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["ward"] for row in rows] == ["00123", "1.10", ""]
    assert [row["claim"] for row in rows] == ["7", "7", "8"]
    assert rows[0]["zip"] == "36104.0"
    assert sum(Decimal(row["allowed"] or 0) for row in rows) == answer.allowed


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"group": "house"}, "group 'house' is none of claim, patient, tin, line"),
        ({"group": "tin"}, "the claims have no column tin, by which lines are to be grouped"),
        ({"columns": {"ward": "when"}}, "'when' is no column of a claim line"),
        ({"columns": ["ward"]}, "columns maps names of the file to names of feesync, such as {"),
        ({"force": True}, "force goes with output"),
        ({"pos": "the moon"}, "place of service 'the moon' is"),
        ({"practitioner": "wizard"}, "'wizard'"),
        ({"memory": "0GB"}, "memory '0GB' is no size such as 1GB or 500MB"),
        ({"claims": []}, "claims names no file"),
        ({"claims": polars.LazyFrame({"cpt": ["64493"]})}, "a LazyFrame has no rows yet: give its"),
        ({"claims": 5}, "claims is a list, such as ['claims.csv'], not int"),
        ({"claims": ["a.csv", 5]}, "a file is a path, not int"),
    ],
)
def test_an_argument_that_cannot_hold_is_refused_before_anything_is_read(changed, text):
    with pytest.raises(InvalidInputError) as refused:
        reprice(**{"claims": CLAIMS, "workers": 1} | changed)
    assert text in str(refused.value)


def test_an_unknown_place_of_all_lines_is_refused():
    with pytest.raises(LocalityError, match="no locality 'Atlantis'"):
        reprice(CLAIMS, locality="Atlantis")


def test_without_duckdb_it_says_what_brings_it(monkeypatch):
    monkeypatch.setattr(columnar, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'feesync\[batch\]' brings it"):
        reprice(CLAIMS)


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (duckdb.InterruptException, KeyboardInterrupt, ""),
        (duckdb.OutOfMemoryException, feesync.FeesyncError, "the memory that DuckDB may take is"),
        (duckdb.ConversionException, feesync.FeesyncError, "DuckDB failed: ConversionException"),
        (duckdb.IOException, OSError, "Input/output error"),
    ],
)
def test_no_error_of_the_engine_quotes_a_row(error, kind, text):
    with pytest.raises(kind) as refused, engine_errors.without_cells():
        raise error("SECRET could not be read")
    assert text in str(refused.value)
    assert "SECRET" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__
    with pytest.raises(OSError, match="No space left on device"), engine_errors.without_cells():
        raise duckdb.IOException("Could not write SECRET: No space left on device")


def test_little_memory_goes_to_temporary_files_or_is_said(tmp_path):
    """Whatever the memory, the answer is whole, or one line says that it was too little."""
    table = pyarrow.table(
        {
            "claim": [str(n) for n in range(30_000)],
            "cpt": ["64493"] * 30_000,
            "dos": ["2025-11-03"] * 30_000,
            "place": ["AL"] * 30_000,
            "note": ["x" * 500] * 30_000,
        }
    )
    answer = reprice(table, tmp_path / "o.parquet", memory="100MB", workers=1)
    assert answer.allowed == 30_000 * Decimal("154.46")
    with pytest.raises(feesync.FeesyncError, match="memory that DuckDB may take is not"):
        reprice(table, memory="1MB", workers=1)


@pytest.mark.slow
def test_permuted_rows_and_other_workers_are_the_same():
    draw = random.Random(2)
    codes = ["64493", "64494", "64635", "64636"]
    claims = [draw.sample(codes, 3) for _ in range(1000)]  # equal lines are told by their order
    rows = [
        {"claim": str(number), "cpt": code, "mod": draw.choice(["", "50", "RT", "LT", "KX"]),
         "dos": "2025-11-03", "place": "AL", "qty": draw.choice(["1", "2"])}
        for number, codes in enumerate(claims) for code in codes
    ]  # fmt: skip
    frame = pandas.DataFrame(rows).reset_index(names="row")
    whole = reprice(frame, workers=1).to_frame("pandas")
    moved = reprice(frame.sample(frac=1, random_state=1, ignore_index=True), workers=2).to_frame(
        "pandas"
    )
    moved = moved.sort_values("row").reset_index(drop=True)
    for name in whole.columns:
        assert moved[name].tolist() == whole[name].tolist(), name
    assert whole["rank"].notna().sum() > 100
