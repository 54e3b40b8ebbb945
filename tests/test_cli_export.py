"""The exported grid against `rates --csv`, which reads another way, and CMS's own amounts."""

import csv
import io
import json
import shutil
import sqlite3
from contextlib import closing
from decimal import Decimal

import pytest
from cms_files import (
    VALUES,
    csv_of,
    fixture,
    header_line,
    quarter,
    repriced,
    rows_of,
    rvu25d,
    zip_of,
)

from feesync.datasets.rvu.load import load
from feesync.errors import Hint, HintKind, InvalidInputError
from feesync.formats.release import from_zip
from feesync.writers import csv_text, files
from feesync.writers.rows import open_grid

NOVEMBER = ("--date", "2025-11-03")


def put(database, data, name="rvu25d.zip"):
    return load(database, from_zip(data, name))


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


def query(path, text):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(text).fetchall()


@pytest.mark.parametrize(
    "places",
    [
        [],
        ["--state", "ca"],
        ["--locality", "CA-05", "--locality", "national", "--locality", "AK-01"],
    ],
)
def test_csv_has_the_rows_of_rates(feesync, loaded, places):
    codes = ["71046", "64493", "99213", "A0021"]
    exported = feesync("export", *codes, *places, *NOVEMBER)
    assert (exported.exit_code, exported.stderr) == (0, "")
    assert exported.stdout == feesync("rates", *codes, *places, *NOVEMBER, "--csv").stdout
    (row,) = (
        row
        for row in read(exported.stdout)
        if (row["hcpcs"], row["mac"], row["locality"]) == ("64493", "01112", "05")
    )
    assert (row["nonfacility_amount"], row["facility_amount"]) == (
        "222.87",
        "103.99",
    )  # published by CMS


def test_a_place_that_is_named_twice_is_there_once(feesync, loaded, tmp_path):
    path = tmp_path / "rates.db"
    places = ("--locality", "02102-01", "--locality", "national", "--locality", "AK-01")
    rows = read(feesync("export", "64493", *places, *NOVEMBER).stdout)
    assert [row["mac"] for row in rows] == ["02102", "00000"]
    assert feesync("export", "64493", *places, *NOVEMBER, "-o", path).exit_code == 0
    assert query(path, "SELECT mac FROM rate ORDER BY mac") == [("00000",), ("02102",)]


def test_all_codes_of_a_release_in_all_places_by_default(feesync, loaded):
    rows = read(feesync("export", "--release", "25d").stdout)
    values = rows_of(fixture(VALUES))
    listed = [tuple(row[:2]) for row in values[header_line(values) + 1 :] if len(row[0]) == 5]
    assert [(row["hcpcs"], row["modifier"]) for row in rows[::110]] == sorted(listed)
    assert len(rows) == 110 * len(listed)
    assert len(
        {(row["hcpcs"], row["modifier"], row["mac"], row["locality"]) for row in rows}
    ) == len(rows)
    assert (rows[0]["mac"], rows[1]["state"]) == ("00000", "AK")


def test_a_csv_file_is_what_stdout_would_be(feesync, loaded, tmp_path):
    path = tmp_path / "rates.csv"
    result = feesync("export", "64493", "71046", *NOVEMBER, "-o", path)
    rows = path.read_text(encoding="utf-8").splitlines()[1:]
    told = f"feesync: {len(rows)} rates of RVU25D in {path}\n"
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", told)
    assert path.read_bytes().decode() == feesync("export", "64493", "71046", *NOVEMBER).stdout
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith("rates.csv")] == [
        "rates.csv"
    ]


def test_sqlite_has_exact_integers_and_a_view_in_dollars(feesync, loaded, tmp_path, sql):
    path = tmp_path / "rates.db"
    assert feesync("export", "--release", "RVU25D", "-o", path).exit_code == 0
    where = "WHERE hcpcs = '64493' AND mac = '01112' AND locality = '05'"
    numbers = "nonfacility_amount, facility_amount, work_rvu, pe_gpci, conversion_factor"
    assert query(path, f"SELECT {numbers} FROM rate_cents {where}") == [
        (22287, 10399, 152, 1419, 323465)
    ]
    assert query(path, f"SELECT {numbers} FROM rate {where}") == [
        (222.87, 103.99, 1.52, 1.419, 32.3465)
    ]
    # the same question of feesync's own database
    columns = (
        "release, basis, hcpcs, modifier, status, mac, locality, state, nonfacility_fee, "
        "facility_amount, pe_gpci"
    )
    ordered = f"SELECT {columns} FROM rate ORDER BY hcpcs, modifier, mac, locality"
    assert query(path, ordered) == sql(ordered)
    assert query(path, "SELECT label, effective_from, sha256, source FROM release") == sql(
        "SELECT label, effective_from, sha256, source FROM release"
    )
    assert query(path, "PRAGMA integrity_check") == [("ok",)]


def test_parquet_has_exact_decimals(feesync, loaded, tmp_path, sql):
    parquet = pytest.importorskip("pyarrow.parquet")
    import pyarrow

    path = tmp_path / "rates.parquet"
    assert feesync("export", "64493", "71046", *NOVEMBER, "-o", path).exit_code == 0
    table = parquet.read_table(path)
    assert table.schema.field("nonfacility_amount").type == pyarrow.decimal128(12, 2)
    assert table.schema.field("conversion_factor").type == pyarrow.decimal128(12, 4)
    assert not [field.name for field in table.schema if pyarrow.types.is_floating(field.type)]
    rows = [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in table.to_pylist()
    ]
    assert rows == read(feesync("export", "64493", "71046", *NOVEMBER).stdout)
    assert (
        table.column("facility_amount").null_count == 2 * 110
    )  # 71046 and its TC have no price in a facility
    (release,) = json.loads(table.schema.metadata[b"feesync.releases"])
    assert [(release["label"], release["sha256"])] == sql("SELECT label, sha256 FROM release")


def test_parquet_without_pyarrow_names_the_extra(feesync, loaded, tmp_path, monkeypatch):
    monkeypatch.setattr("feesync.writers.files.find_spec", lambda name: None)
    result = feesync("export", "64493", *NOVEMBER, "-o", tmp_path / "rates.parquet")
    assert (result.exit_code, result.stdout) == (1, "")
    assert (
        result.stderr
        == "feesync: writing Parquet needs a package that is not installed: pip install "
        "'feesync[parquet]' brings it\n"
    )
    assert not (tmp_path / "rates.parquet").exists()


def test_an_existing_file_is_replaced_only_by_force(feesync, loaded, tmp_path):
    for name in ("rates.csv", "rates.sqlite"):
        path = tmp_path / name
        path.write_bytes(b"mine")
        refused = feesync("export", "64493", *NOVEMBER, "-o", path)
        assert (refused.exit_code, refused.stderr) == (
            2,
            f"feesync: {path} exists; --force replaces it\n",
        )
        assert path.read_bytes() == b"mine"
        assert feesync("export", "64493", *NOVEMBER, "-o", path, "--force").exit_code == 0
        assert path.read_bytes() != b"mine"
    assert query(tmp_path / "rates.sqlite", "SELECT count(*) FROM rate") == [(110,)]


def test_the_database_itself_and_databases_in_use_are_never_written_over(feesync, loaded, tmp_path):
    before = loaded.read_bytes()
    assert (
        "is the database itself"
        in feesync("export", "64493", *NOVEMBER, "-o", loaded, "--force").stderr
    )
    assert loaded.read_bytes() == before
    path = tmp_path / "open.db"
    (tmp_path / "open.db-wal").write_bytes(b"")
    assert "open.db-wal is there" in feesync("export", "64493", *NOVEMBER, "-o", path).stderr
    assert not path.exists()


@pytest.mark.parametrize("name", ["x.csv", "x.db", "x.parquet"])
def test_a_failure_halfway_leaves_what_was_there(loaded, tmp_path, name):
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    grid = open_grid(loaded, [], ["national"], None, "RVU25D", qp=False)
    path = tmp_path / name
    path.write_bytes(b"mine")

    def failing():
        yield next(grid.blocks())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        files.write(path, failing(), grid.releases, force=True)
    assert [
        (file.name, file.read_bytes()) for file in tmp_path.iterdir() if file.name.startswith("x.")
    ] == [(name, b"mine")]


def test_rows_are_written_code_by_code(loaded):
    grid = open_grid(loaded, [], [], None, "RVU25D", qp=False)
    written = io.StringIO()
    lines = [1]

    def watched():
        for block in grid.blocks():
            assert (
                written.getvalue().count("\n") == lines[0]
            )  # what was read before is written by now
            lines[0] += block.row_count
            yield block

    csv_text.write(written, watched())
    assert written.getvalue().count("\n") == lines[0] > 8_000


def test_a_revision_that_is_loaded_meanwhile_changes_nothing(loaded):
    grid = open_grid(loaded, ["64493", "64494", "99213"], ["national"], None, "RVU25D", qp=False)
    blocks = grid.blocks()
    first = next(blocks)
    put(loaded, zip_of(rvu25d(values=repriced("64493", "3.74", "5.42"))))
    rows = [row for block in (first, *blocks) for row in block.rows()]
    assert [row[2] for row in rows] == ["64493", "64494", "99213"]
    again = [*grid.rows()]
    assert again == rows
    assert (
        open_grid(loaded, ["64493"], ["national"], None, "RVU25D", qp=False).releases[0].sha256
        != grid.releases[0].sha256
    )


def test_without_a_database_the_snapshot_is_exported_and_said(feesync):
    result = feesync("export", "--locality", "national", "--year", "2025")
    assert result.stderr == (
        "feesync: warning: RVU25D is not loaded: the embedded snapshot's few codes are exported. "
        "'feesync sync' brings the rest.\n"
    )
    rows = read(result.stdout)
    assert len(rows) == 10
    assert next(row["nonfacility_amount"] for row in rows if row["hcpcs"] == "64493") == "172.08"


def test_each_code_comes_from_the_release_that_rates_takes(feesync, database):
    """On a day of July only the snapshot has the quarter, and only facet codes.

    The loaded October stands in for the others.
    """
    put(database, quarter("D"))
    for codes in (["99213", "64493", "99221", "64494"], []):
        exported = feesync("export", *codes, "--locality", "national", "--date", "2025-08-01")
        wanted = codes or sorted({row["hcpcs"] for row in read(exported.stdout)})
        given = feesync("rates", *wanted, "--locality", "national", "--date", "2025-08-01", "--csv")
        assert (exported.stdout, exported.stderr) == (given.stdout, given.stderr)
        assert {row["release"] for row in read(exported.stdout)} == {"RVU25C", "RVU25D"}
        assert "No loaded release covers 2025-08-01; RVU25D" in exported.stderr


def test_a_code_that_only_another_release_has(feesync, loaded):
    put(
        loaded,
        quarter("A", values=csv_of([row for row in rows_of(fixture(VALUES)) if row[0] != "99213"])),
        "rvu25a.zip",
    )
    refused = feesync("export", "99213", "--release", "RVU25A")
    assert (refused.exit_code, refused.stderr) == (6, "feesync: 99213 is not in RVU25A\n")


def test_the_factor_of_a_qualifying_participant(feesync):
    result = feesync("export", "64493", "--locality", "national", "--release", "RVU26C", "--qp")
    (row,) = read(result.stdout)
    assert (row["nonfacility_amount"], row["basis"]) == ("191.33", "qp")  # 5.70 x 33.5675
    assert "its qp conversion factor is feesync's reference data" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["64493", "--date", "2025-11-03", "--release", "RVU25D"], 2, "exclude each other"),
        (["64493", "--date", "2025-11-03", "--year", "2025"], 2, "exclude each other"),
        (["--state", "CA", "--locality", "CA-05"], 2, "exclude each other"),
        (
            ["--release", "RVU19A"],
            6,
            "RVU19A is not loaded: 'feesync sync --release RVU19A' brings it",
        ),
        (["--year", "2019"], 6, "no loaded release covers"),
        (["--release", "2025"], 2, "not a release label"),
        (["00000", "--release", "RVU25D"], 6, "00000 is not in RVU25D"),
        (
            ["99213", "--release", "RVU24A"],
            6,
            "99213 is not among the few codes of RVU24A in the embedded snapshot",
        ),
        (["99213", "--date", "2024-11-04"], 6, "'feesync sync --year 2024' brings RVU24D"),
        (["64493", "--release", "RVU25D", "--state", "ZZ"], 6, "no locality in state 'ZZ'"),
        (["64493", "--release", "RVU25D", "--locality", "ZZ-01"], 6, "no locality 'ZZ-01'"),
        (
            ["64493", "-o", "rates.pdf"],
            2,
            "rates.pdf does not end in .csv, .parquet, .db, .sqlite or .sqlite3",
        ),
        (["64493", "-o", "nowhere/rates.csv"], 2, "there is no folder nowhere"),
        (["64493", "--force"], 2, "--force goes with -o"),
        (["6449"], 2, "not a HCPCS code"),
    ],
)
def test_errors(feesync, loaded, arguments, status, says):
    result = feesync("export", *arguments)
    assert (result.exit_code, result.stdout) == (status, "")
    assert says in result.stderr


def test_amounts_that_cms_published(cms, of_releases, database, feesync, tmp_path):
    """76145 in all 109 localities, July 2025: CMS's payment file, nonfacility and facility."""
    shutil.copy(of_releases("rvu25c"), database)
    path = tmp_path / "july.sqlite"
    assert feesync("export", "76145", "--release", "RVU25C", "-o", path).exit_code == 0
    with (cms / "payments/PFREV25C.txt").open(newline="") as file:
        published = {
            (row[1], row[2]): (Decimal(row[5]), Decimal(row[6]))
            for row in csv.reader(file)
            if len(row) == 16 and row[3] == "76145"
        }
    rows = query(
        path,
        "SELECT mac, locality, nonfacility_fee, facility_fee FROM rate_cents WHERE mac <> '00000'",
    )
    assert {
        (mac, locality): (Decimal(one) / 100, Decimal(other) / 100)
        for mac, locality, one, other in rows
    } == published
    assert len(published) == 109


def test_a_place_by_its_zip(feesync):
    result = feesync("export", "64493", "--locality", "94110", "--release", "RVU25D")
    (row,) = read(result.stdout)
    assert (row["mac"], row["locality"], row["nonfacility_amount"]) == ("01112", "05", "222.87")
    assert result.stderr == "feesync: info: ZIP 94110 lies in 01112-05 by CMS's ZIP5 2025 Q4.\n"


def test_a_range_of_codes(feesync, loaded):
    result = feesync("export", "64493", "64490-64495", "--locality", "AL", "--release", "RVU25D")
    assert [row["hcpcs"] for row in read(result.stdout)] == [
        "64493",
        "64490",
        "64491",
        "64492",
        "64494",
        "64495",
    ]
    missing = feesync("export", "00200-00300", "--release", "RVU25D")
    assert (missing.exit_code, missing.stdout) == (6, "")
    assert "no code of 00200-00300 is in RVU25D" in missing.stderr


def test_a_range_that_the_snapshot_has_not_whole(feesync):
    assert (
        len(
            read(
                feesync("export", "64490-64495", "--locality", "AL", "--date", "2025-11-03").stdout
            )
        )
        == 6
    )
    missing = feesync("export", "64490-64496", "--locality", "AL", "--date", "2025-11-03")
    assert (missing.exit_code, missing.stdout) == (6, "")


def test_a_database_of_feesync_is_never_replaced(feesync, loaded, tmp_path):
    other = tmp_path / "other.db"
    other.write_bytes(loaded.read_bytes())
    result = feesync("export", "64493", "--release", "RVU25D", "-o", other, "--force")
    assert (result.exit_code, other.read_bytes()) == (2, loaded.read_bytes())
    assert "is a database of feesync, which is never replaced" in result.stderr


def test_a_file_that_appears_meanwhile_is_kept(loaded, tmp_path):
    grid = open_grid(loaded, [], ["national"], None, "RVU25D", qp=False)
    path = tmp_path / "x.csv"

    def blocks():
        yield next(grid.blocks())
        path.write_text("precious")

    with pytest.raises(InvalidInputError, match="exists now") as refused:
        files.write(path, blocks(), grid.releases, force=False)
    assert refused.value.hint == Hint(HintKind.REPLACE_FILE)
    assert path.read_text() == "precious"


def test_an_unknown_code_among_others_is_named_beside_their_rows(feesync, loaded, tmp_path):
    line = ("--locality", "AL", "--release", "RVU25D")
    alone, path = feesync("export", "64490", *line), tmp_path / "a.csv"
    result = feesync("export", "64490", "Q9999", *line)
    assert (result.exit_code, result.stdout) == (6, alone.stdout)
    assert result.stderr == "feesync: no price: Q9999 is not in RVU25D\n"
    result = feesync("export", "Q9999", "64490", *line, "-o", path)
    assert (result.exit_code, path.read_text()) == (6, alone.stdout)
    assert feesync("export", "Q9999", "Q9997", *line).stdout == ""
