"""rates(): many codes in many places, as rows, frames and files."""

import csv
import io
import json
import sqlite3
import sys
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import feesync as fs
from feesync import InvalidInputError, MissingExtraError, UnknownCodeError
from feesync.model.frame import frame

D = Decimal
DAY = "2025-11-03"
REMITTANCE = Path(__file__).parent / "fixtures" / "x12" / "base.835"
ALABAMA = (D("154.46"), D("81.66"))
"""CMS's amounts of 64493 in Alabama in November 2025, in PFREV25D."""


def amounts(row):
    return row["nonfacility_amount"].exact, row["facility_amount"].exact


def test_a_row_for_each_code_and_locality():
    answer = fs.rates(["64493", "64494"], locality=["AL", "01112-05"], date=DAY)
    rows = answer.rows()
    assert [(row["hcpcs"], row["mac"], row["locality"]) for row in rows] == [
        ("64493", "10112", "00"),
        ("64493", "01112", "05"),
        ("64494", "10112", "00"),
        ("64494", "01112", "05"),
    ]
    assert amounts(rows[0]) == ALABAMA
    assert amounts(rows[1]) == (D("222.87"), D("103.99"))
    assert rows == list(answer)
    assert {row["release"] for row in rows} == {"RVU25D"}
    assert [release.label for release in answer.releases] == ["RVU25D"]
    assert answer.unknown == ()


@pytest.mark.parametrize(
    ("named", "codes"),
    [
        ({"codes": "64493"}, ["64493"]),
        ({"codes": "64490-64492"}, ["64490", "64491", "64492"]),
        ({"codes": ("64493", "64493", "64492-64494")}, ["64493", "64492", "64494"]),
    ],
)
def test_codes_and_ranges(named, codes):
    assert [row["hcpcs"] for row in fs.rates(**named, locality="AL", date=DAY)] == codes


def test_places_and_days():
    assert {row["state"] for row in fs.rates("64493", state=["tx", "FL"], date=DAY)} == {"TX", "FL"}
    assert len(fs.rates("64493", date=DAY).rows()) == 110
    whens: list[Any] = [{"year": 2025}, {"release": "rvu25d"}, {"date": DAY}, {"of_year": 2025}]
    for when in whens:
        (row,) = fs.rates("64493", locality="AL", **when)
        assert (row["release"], *amounts(row)) == ("RVU25D", *ALABAMA)
    twice: list[Any] = [{"year": 2025, "date": DAY}, {"release": "RVU25D", "of_year": 2025}]
    for one in twice:
        with pytest.raises(InvalidInputError, match="exclude each other"):
            fs.rates("64493", **one)


def test_all_codes_of_a_release(loaded):
    codes = {row["hcpcs"] for row in fs.rates(locality="AL", date=DAY)}
    assert {"64493", "99213", "20610"} < codes
    with pytest.raises(InvalidInputError, match="codes is empty"):
        fs.rates([])


def test_an_unknown_code_among_others_is_beside_the_rows(loaded):
    answer = fs.rates(["Q9999", "64493", "Q9997-Q9998"], locality="AL", date=DAY)
    assert [row["hcpcs"] for row in answer] == ["64493"]
    assert [str(error) for error in answer.unknown] == [
        "Q9999 is not in RVU25D",
        "no code of Q9997-Q9998 is in RVU25D",
    ]
    assert [one["status"] for one in answer.to_dict()["unknown"]] == [6, 6]
    with pytest.raises(UnknownCodeError) as caught:
        fs.rates(["Q9999", "Q9997"], date=DAY)
    assert [str(error) for error in caught.value.others] == ["Q9997 is not in RVU25D"]


def test_a_contract_stands_beside(feesync):
    answer = fs.rates("64493", locality="AL", percent="112.5", of_year=2025)
    (row,) = answer.rows()
    assert amounts(row) == ALABAMA
    # 154.46 x 1.125 = 173.7675, 81.66 x 1.125 = 91.8675
    assert row["contract_percent"] == D("112.5")
    assert row["nonfacility_contract_amount"].exact == D("173.77")
    assert row["facility_contract_amount"].exact == D("91.87")
    printed = feesync("rates", "64493", "--locality", "AL", "--percent", "112.5", "--of-year",
                      "2025", "--csv").stdout  # fmt: skip
    (cells,) = csv.DictReader(io.StringIO(printed))
    assert list(cells) == list(row) == list(answer.columns)
    assert cells["nonfacility_contract_amount"] == "173.77"


FRAMES: dict[str, Any] = {
    "check": lambda: fs.check("64493-50", allowed="154.46", locality="AL", date=DAY),
    "check_prices": lambda: fs.check_prices(
        [{"hcpcs": "64493", "amount": "154.46"}], locality="AL", date=DAY
    ),
    "rates": lambda: fs.rates(["64493", "64635"], state="AL", date=DAY),
    "contract": lambda: fs.rates(["64493"], state="AL", percent=110, of_year=2025),
    "compare": lambda: fs.compare("64493", ["AL"], date=DAY),
    "history": lambda: fs.history("64493", "AL"),
    "localities": lambda: fs.localities("AL", date=DAY),
    "diff": lambda: fs.diff("RVU25D", "RVU26C", codes=["64493"]),
    "no rows": lambda: fs.diff("RVU25C", "RVU25D", codes=["64493"]),
}


def exact(value):
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    if isinstance(value, float | int) and not isinstance(value, bool):
        return D(str(value))
    return value


@pytest.mark.parametrize("library", ["pandas", "polars"])
@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.parametrize("arrow", [True, False])
def test_a_frame_has_the_rows(name, library, arrow, monkeypatch):
    answer = FRAMES[name]()
    if not arrow:
        monkeypatch.setattr("feesync.model.frame.find_spec", lambda name: name != "pyarrow")
        monkeypatch.setattr("importlib.util.find_spec", lambda name: name != "pyarrow")
    found = answer.to_frame(library)
    assert type(found).__module__.startswith(library)
    records = found.to_dicts() if library == "polars" else found.to_dict("records")
    assert len(records) == len(answer.rows())
    for record, row in zip(records, answer.rows(), strict=True):
        assert list(record) == list(row)
        for column, value in row.items():
            got = record[column]
            missing = got is None or got != got or str(got) == "<NA>"
            assert missing if value is None else exact(got) == exact(value), column
            assert not isinstance(got, float) or missing, column


def test_numbers_of_a_frame_are_decimals():
    import pandas
    import polars
    import pyarrow

    answer = fs.rates("64493", locality="AL", date=DAY)
    assert answer.to_frame()["nonfacility_amount"].sum() == ALABAMA[0]
    assert polars.DataFrame(answer)["nonfacility_amount"].dtype == polars.Decimal(12, 2)
    assert pyarrow.table(answer)["facility_amount"].to_pylist() == [ALABAMA[1]]
    assert pandas.DataFrame.from_arrow(answer).shape == (1, 28)
    compared = fs.compare("64493", ["AL"], date=DAY)
    assert ALABAMA[0] in pyarrow.table(compared)["amount"].to_pylist()


def test_a_library_that_is_missing_is_named(monkeypatch):
    answer = fs.compare("64493", ["AL"], date=DAY)
    with pytest.raises(InvalidInputError, match=r"library 'numpy' is neither pandas nor polars"):
        answer.to_frame("numpy")
    monkeypatch.setattr("feesync.model.frame.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pandas or polars .*feesync\[pandas\]"):
        answer.to_frame()
    with pytest.raises(MissingExtraError, match=r"polars .*feesync\[polars\]"):
        answer.to_frame("polars")
    streams: list[Any] = [answer, fs.rates("64493", date=DAY)]
    for one in streams:
        with pytest.raises(MissingExtraError, match=r"an Arrow stream .*feesync\[parquet\]"):
            one.__arrow_c_stream__()
    monkeypatch.setattr("feesync.model.frame.find_spec", lambda name: name == "polars")
    assert type(answer.to_frame()).__module__.startswith("polars")


def test_nothing_of_frames_is_imported_before_it_is_asked_for():
    import subprocess

    code = (
        "import sys, feesync; feesync.rates('64493', locality='AL', date='2025-11-03').rows();"
        "print({'pandas', 'polars', 'pyarrow', 'numpy'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_numbers_without_decimals_beside_others_are_decimals_too():
    gpci = fs.rates("64493", date=DAY).rows()[0]["work_gpci"]
    rows: list[dict[str, Any]] = [{"a": 1, "b": True}, {"a": gpci, "b": 2}]
    assert frame(rows[:1], ("a",), "polars")["a"].to_list() == [1]
    assert frame(rows, ("a",), "polars")["a"].to_list() == [D("1.000"), D("1.000")]


def test_rates_are_written_to_a_file(tmp_path, feesync):
    answer, path = fs.rates("64493", state="CA", date=DAY), tmp_path / "ca.csv"
    assert answer.write(path) == len(answer.rows()) > 20
    printed = feesync("rates", "64493", "--state", "CA", "--date", DAY, "--csv").stdout
    assert path.read_text(encoding="utf-8") == printed
    with pytest.raises(InvalidInputError, match="exists"):
        answer.write(path)
    assert answer.write(str(path), force=True) == len(answer.rows())
    with pytest.raises(InvalidInputError, match="no columns for a contract"):
        fs.rates("64493", percent=110, date=DAY).write(tmp_path / "a.csv")


def test_an_export_has_the_rows_of_the_command_and_of_its_file(loaded, tmp_path, feesync):
    line: dict[str, Any] = {"locality": ["AL", "01112-05"], "release": "RVU25D"}
    answer = fs.export(["64493", "71046"], output=tmp_path / "a.csv", **line)
    given = ("64493", "71046", "--locality", "AL", "--locality", "01112-05", "--release", "RVU25D")
    printed = feesync("export", *given).stdout
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == printed
    read = list(csv.DictReader(io.StringIO(printed)))
    texts = [
        {name: "" if cell is None else str(cell) for name, cell in zip(read[0], cells, strict=True)}
        for cells in answer.cells()
    ]
    assert texts == read
    assert len(read) == 8  # 71046 has rows of its own for 26 and TC
    assert (*amounts(next(iter(answer))),) == ALABAMA
    assert fs.export(["64493", "71046"], **line).rows() == answer.rows()
    assert fs.rates(["64493", "71046"], **line).rows() == answer.rows()
    assert fs.export("64493", output=str(tmp_path / "a.db"), state="AL", date=DAY).releases
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        cents = "SELECT nonfacility_amount, facility_amount FROM rate_cents WHERE state = 'AL'"
        assert connection.execute(cents).fetchall() == [(15446, 8166)]


def test_an_export_refuses_a_file_before_it_looks_for_rates(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("mine")
    for name, words in (
        ("a.csv", "exists"),
        ("a.pdf", "does not end in"),
        ("b/a.csv", "no folder"),
        ("a\n.csv", "unprintable"),
    ):
        with pytest.raises(InvalidInputError, match=words):
            fs.export("Q9999", output=tmp_path / name, date=DAY)
    with pytest.raises(UnknownCodeError):
        fs.export("Q9999", output=path, force=True, date=DAY)
    assert path.read_text() == "mine"
    with pytest.raises(InvalidInputError, match="force goes with output"):
        fs.export("64493", force=True, date=DAY)
    fs.export("64493", output=path, force=True, date=DAY)
    assert len(path.read_text(encoding="utf-8").splitlines()) == 111
    assert [file.name for file in tmp_path.iterdir()] == ["a.csv"]


RESULTS: dict[str, Any] = {
    "estimate": lambda: fs.estimate("64493", locality="AL", modifiers=["50"], date=DAY),
    "estimate_claim": lambda: fs.estimate_claim(
        ["64493", "Q9999"], locality="AL", date=DAY, incomplete=True
    ),
    "coverage_sheet": lambda: fs.coverage_sheet("64493", locality="AL", pos=22, date=DAY),
    "status": fs.status,
    "downloads": fs.downloads,
    "sync": lambda: fs.sync(offline=True),
    "release": lambda: fs.open_schedule().releases()[-1],
    "quote": lambda: fs.open_schedule().rate("64493", "", "AL", DAY),
    "verify": lambda: fs.Verification((), ()),
    "sheet": lambda: fs.sheet(["64493-50"], locality="AL", date=DAY),
    "reprice": lambda: fs.reprice(fs.rates("64493", locality="AL", date=DAY)),
    "audit": lambda: fs.audit(REMITTANCE, locality="AL"),
    **FRAMES,
}


@pytest.mark.parametrize("name", RESULTS)
def test_every_result_is_json_and_html(name):
    answer = RESULTS[name]()
    assert json.loads(json.dumps(answer.to_dict())) == answer.to_dict()
    html = answer._repr_html_()
    assert html.startswith("<table>")
    assert html.count("<table>") == html.count("</table>")


def test_every_class_of_results_is_here():
    answers = {type(RESULTS[name]()).__name__ for name in RESULTS}
    results = {
        name
        for name in fs.__all__
        if isinstance(one := getattr(fs, name), type) and hasattr(one, "_repr_html_")
    }
    assert results == answers


def test_html_is_escaped_and_cut():
    from feesync.model.html import answer_html, rows_html

    html = answer_html(
        {"<b>": None, "a": {"x&y": [1, "<i>"]}, "rows": [{"<u>": "</td>"}], "no": []}
    )
    assert html == (
        "<table><tbody><tr><td>&lt;b&gt;</td><td></td></tr>"
        "<tr><td>a</td><td>x&amp;y 1; &lt;i&gt;</td></tr></tbody></table>\n"
        "<table><caption>rows</caption><thead><tr><th>&lt;u&gt;</th></tr></thead>"
        "<tbody><tr><td>&lt;/td&gt;</td></tr></tbody></table>"
    )
    rows = [{"a": number} for number in range(61)]
    assert rows_html(rows[:60], 60).count("<tr>") == 61
    assert "first" not in rows_html(rows[:60], 60)
    assert rows_html(rows, 61).count("<tr>") == 61
    assert rows_html(rows, 61).endswith("<p>The first 60 rows of 61.</p>")
    assert rows_html(iter(rows), None).endswith("<p>The first 60 rows.</p>")


def test_equal_numbers_keep_their_own_places(loaded):
    """An RVU of 0.42 and a GPCI of 0.420, whichever comes first."""
    rows = fs.rates(release="RVU25D", state=["AL", "AR", "CA", "LA"], db=loaded).rows()
    numbers = {
        end: {str(value) for row in rows for name, value in row.items() if name.endswith(end)}
        for end in ("_rvu", "_gpci")
    }
    places = {end: {len(text.partition(".")[2]) for text in numbers[end]} for end in numbers}
    assert places == {"_rvu": {2}, "_gpci": {3}}
    assert {f"{text}0" for text in numbers["_rvu"]} & numbers["_gpci"]
