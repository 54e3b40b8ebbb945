"""A large grid, which DuckDB computes, has the rows and the bytes that SQLite's has."""

import csv
import io
import sqlite3
from contextlib import closing
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
import simplejson
from cms_files import rvu26d, zip_of
from everyday import one_in

from feesync import export, rates
from feesync.datasets.rvu.load import load
from feesync.errors import StoreError
from feesync.formats.release import from_zip
from feesync.model import money
from feesync.model.hcpcs import read_codes
from feesync.store import checksums, columnar, sums
from feesync.writers import block, csv_text, files, json_text, slices
from feesync.writers.arrow import arrow_schema
from feesync.writers.cells import inert
from feesync.writers.rows import open_grid

pytest.importorskip("duckdb")

DAY = date(2025, 11, 3)


@pytest.fixture
def by(monkeypatch):
    """Return what a function returns where DuckDB computes all, and where it computes nothing.

    The blocks are small, so that there are several of them.
    """
    for module in (block, slices):
        monkeypatch.setattr(module, "ROWS", 1_500)
    monkeypatch.setattr(slices, "_GROUPS", 2)

    def answers(function):
        found = []
        for fewest in (0, 1 << 60):
            monkeypatch.setattr(slices, "_FEWEST", fewest)
            found.append(function())
        return found

    return answers


@pytest.fixture
def names(loaded):
    """Names of localities that csv quotes, and that a spreadsheet would run; a release of 2026."""
    load(loaded, from_zip(zip_of(rvu26d()), "rvu26d.zip"), allow_change=True)
    with closing(sqlite3.connect(loaded)) as connection, connection:
        for key, name in (
            ("01112", '=SUM("a", b)'),
            ("10112", "O'Brien's, and \\ others"),
            ("13202", "São\nPaulo é"),
            ("02102", "{codes} {} % 50 --"),
        ):
            connection.execute("UPDATE locality SET name = ? WHERE mac = ?", (name, key))
        for release_id in (1, 2):
            checksums.seal_release(connection, release_id, *sums.rows_of(connection, release_id))
    return loaded


GRIDS = {
    "all": ([], [], []),
    "a state": ([], [], ["CA"]),
    "as typed": (["99213", "64490-64495", "71046", "64493"], ["13202-01", "national", "CA-05"], []),
    "one row": (["99213"], ["01112-05"], []),
}


@pytest.mark.parametrize(
    ("codes", "places", "states"),
    [
        pytest.param(
            *grid, id=name, marks=() if name in ("a state", "as typed") else pytest.mark.slow
        )
        for name, grid in GRIDS.items()
    ],
)
@pytest.mark.parametrize(
    ("when", "qp"),
    [
        pytest.param("RVU25D", False, marks=pytest.mark.slow),
        pytest.param(DAY, False, marks=pytest.mark.slow),
        ("RVU26D", True),
    ],
)
def test_rows_text_and_batches(names, by, codes, places, states, when, qp):
    grid = open_grid(names, [*map(read_codes, codes)], places, states, when, qp=qp)

    def contents():
        text = io.StringIO()
        csv_text.write(text, grid.blocks())
        json_text.write(text, grid.blocks())
        schema = arrow_schema()
        batches = [batch for own in grid.blocks() for batch in own.batches(schema)]
        assert all(batch.schema == schema for batch in batches)
        counts = [
            sum(getattr(own, name) for own in grid.blocks()) for name in ("row_count", "code_count")
        ]
        return [*grid.rows()], text.getvalue(), batches, counts

    duckdb, sqlite = by(contents)
    assert duckdb == sqlite
    assert duckdb[3] == [len(duckdb[0]), grid.code_count]
    assert len(duckdb[2]) == 1 or len(duckdb[0]) > 1_500


@pytest.mark.slow
def test_unrounded_amounts(names, by):
    """They are in the rows of a payer's conversion factor."""
    found = by(lambda: rates(release="RVU25D", conversion_factor="40.25", db=names).rows())
    assert found[0] == found[1]
    assert len(found[0]) > 8_000


@pytest.mark.parametrize("ending", one_in(3, ["csv", "parquet", "db"]))
def test_files_are_the_same_bytes(names, by, tmp_path, ending):
    def content():
        path = tmp_path / f"x.{ending}"
        assert len(list(export(release="RVU25D", output=path, force=True, db=names).rows())) > 8_000
        return path.read_bytes()

    duckdb, sqlite = by(content)
    assert duckdb == sqlite


@pytest.mark.slow
def test_codes_of_the_database_and_of_the_snapshot(loaded, by):
    """In August RVU25C answers, from the snapshot for its codes, else the near RVU25D."""
    grid = open_grid(loaded, [], [], [], date(2025, 8, 1), qp=False)
    assert len(grid.parts) > 2
    assert {part.source.embedded for part in grid.parts} == {True, False}

    def contents():
        text = io.StringIO()
        csv_text.write(text, grid.blocks())
        json_text.write(text, grid.blocks())
        batches = [batch for own in grid.blocks() for batch in own.batches(arrow_schema())]
        return [*grid.rows()], text.getvalue(), batches

    duckdb, sqlite = by(contents)
    assert duckdb == sqlite


def test_what_is_damaged(loaded, by):
    """The rows before it come out, and then the error, as code by code."""
    with closing(sqlite3.connect(loaded)) as connection, connection:
        connection.execute("UPDATE relative_value SET work_rvu = 153 WHERE hcpcs = '71046'")
    grid = open_grid(loaded, [], [], ["CA"], "RVU25D", qp=False)

    def outcome():
        rows: list[object] = []
        with pytest.raises(StoreError) as error:
            rows.extend(grid.rows())
        return rows, str(error.value)

    duckdb, sqlite = by(outcome)
    assert duckdb == sqlite
    assert "71046 in RVU25D" in duckdb[1]


def test_the_texts_are_those_of_the_rows(names, by):
    """CSV by Python's writer, JSON by its encoder, of rows that `rates` returns."""
    answer = rates("71045-71046", release="RVU26D", qp=True, db=names)
    lines, objects = io.StringIO(), io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerows([answer.columns, *(map(inert, cells) for cells in answer.cells())])
    own = [money.json_exact(row) for row in answer.rows()]
    simplejson.dump(own, objects, indent=2, ensure_ascii=False, use_decimal=True)

    def texts():
        found = io.StringIO(), io.StringIO()
        csv_text.write(found[0], answer.grid.blocks())
        json_text.write(found[1], answer.grid.blocks())
        return [text.getvalue() for text in found]

    expected = [lines.getvalue(), objects.getvalue() + "\n"]
    assert by(texts) == [expected, expected]
    assert len(own) > 100
    nothing = io.StringIO()
    json_text.write(nothing, [])
    assert nothing.getvalue() == "[]\n"


@pytest.mark.parametrize("missing", ["duckdb", "pyarrow"])
def test_without_duckdb_or_pyarrow(loaded, monkeypatch, missing):
    monkeypatch.setattr(slices, "_FEWEST", 0)
    grid = open_grid(loaded, [], [], [], "RVU25D", qp=False)
    assert slices.are_large(grid.parts)
    monkeypatch.setattr(columnar, "find_spec", lambda name: None if name == missing else name)
    assert not slices.are_large(grid.parts)


def test_a_small_grid_is_sqlites():
    """10,000 codes in one place, a code counted as four rows: 50,000 of 40,000."""

    def part(codes, places) -> Any:
        return SimpleNamespace(codes=range(codes), places=range(places))

    assert slices.are_large([part(8_000, 1)])
    assert not slices.are_large([part(7_999, 1)])
    assert slices.are_large([part(200, 96), part(200, 96)])
    assert not slices.are_large([part(200, 96), part(199, 96)])


def test_a_failure_halfway_ends_duckdb(loaded, monkeypatch, tmp_path):
    monkeypatch.setattr(slices, "_FEWEST", 0)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    grid = open_grid(loaded, [], ["national"], [], "RVU25D", qp=False)

    def failing():
        for own in grid.blocks():
            assert [*folder.iterdir()] != []
            yield own
            raise KeyboardInterrupt

    path = tmp_path / "x.csv"
    path.write_text("mine")
    with pytest.raises(KeyboardInterrupt):
        files.write(path, failing(), grid.releases, force=True)
    assert path.read_text() == "mine"
    assert [*folder.iterdir()] == []


@pytest.mark.slow
def test_cms_own_release(of_releases, by, tmp_path, monkeypatch):
    """Every code of RVU25D in two states, to every kind of file."""
    monkeypatch.undo()
    database = of_releases("rvu25d")
    for ending in ("csv", "parquet", "db"):
        path = tmp_path / f"x.{ending}"
        found = []
        for fewest in (0, 1 << 60):
            monkeypatch.setattr(slices, "_FEWEST", fewest)
            export(release="RVU25D", state=["AL", "WA"], output=path, force=True, db=database)
            found.append(path.read_bytes())
        assert found[0] == found[1]
        assert len(found[0]) > 500_000
