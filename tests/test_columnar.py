"""DuckDB computes the cents that SQLite computes, from the same text of the formula."""

import re
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from cms_files import rvu26d, zip_of

import feesync
from feesync.datasets.rvu.load import load
from feesync.errors import StoreError
from feesync.formats.release import from_zip
from feesync.model.rate import Rate
from feesync.store import columnar
from feesync.store.formula import DUCKDB, SPARK, VIEWS, formula_views
from feesync.store.schema import memory_database
from feesync.store.snapshot import open_snapshot
from feesync.store.source import Source

pytest.importorskip("duckdb")

PACKAGE = Path(feesync.__file__).parent
KEY = ("basis", "hcpcs", "modifier", "mac", "locality")
FLAGS = [Rate._fields.index(name) + 1 + len(KEY) for name in ("nonfacility_na", "facility_na")]


def rows_of(connection, release_id, where="true"):
    """Every rate of a release: its key, whether it is current, and its columns."""
    names = ", ".join((*KEY, "is_current", *Rate._fields))
    rows = connection.execute(
        f"SELECT {names} FROM revision_rate_cents WHERE release_id = {release_id} AND {where} "
        "ORDER BY 1, 2, 3, 4, 5"
    ).fetchall()
    return [
        tuple(bool(cell) if at in (len(KEY), *FLAGS) else cell for at, cell in enumerate(row))
        for row in rows
    ]


def compare(*answers, where="true"):
    """Compare the rates of releases, and return how many there are."""
    count = 0
    with columnar.open_duckdb() as duck:
        columnar.give_releases(duck, answers)
        for number, (source, release) in enumerate(answers, start=1):
            expected = rows_of(source.connection, release.release_id, where)
            assert rows_of(duck, number, where) == expected
            count += len(expected)
        every = duck.execute(f"SELECT count(*) FROM revision_rate_cents WHERE {where}").fetchone()
    assert every == (count,)
    return count


def test_releases_of_a_database_and_of_the_snapshot(loaded):
    """Both bases, the cap, therapy, NA flags; a number of a release that both have."""
    load(loaded, from_zip(zip_of(rvu26d()), "rvu26d.zip"), allow_change=True)
    with closing(sqlite3.connect(loaded)) as connection, closing(open_snapshot()) as embedded:
        own, other = Source(connection, embedded=False), Source(embedded, embedded=True)
        answers = [(own, release) for release in own.releases]
        answers += [(other, release) for release in other.releases[:2]]
        assert {release.release_id for _, release in answers} == {1, 2}
        assert compare(*answers) > 1_000


def test_a_superseded_revision_is_not_current(loaded):
    with closing(sqlite3.connect(loaded)) as connection:
        source = Source(connection, embedded=False)
        connection.execute("UPDATE edition SET superseded_by = 1")
        assert compare((source, source.releases[0]))
        with columnar.open_duckdb() as duck:
            columnar.give_releases(duck, [(source, source.releases[0])])
            assert duck.execute("SELECT count(*) FROM rate_cents").fetchone() == (0,)


@pytest.mark.parametrize("version", ["0.2.0", "0.5.0"])
def test_a_database_of_before(version):
    dump = Path(__file__).parent / f"databases/{version}.sql"
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(dump.read_text())
        source = Source(connection, embedded=False)
        assert compare(*((source, release) for release in source.releases))


@pytest.mark.slow
def test_every_row_of_cms_own_releases(of_releases):
    """Each row in some localities; the last release has two bases."""
    for name in ("rvu25d", "rvu26c"):
        with closing(sqlite3.connect(of_releases(name))) as connection:
            source = Source(connection, embedded=False)
            keys = [place.key for place in source.localities(source.releases[0])][::40]
            chosen = ", ".join(f"'{key}'" for key in keys)
            where = f"mac || '-' || locality IN ({chosen})"
            assert compare((source, source.releases[0]), where=where) > 17_000 * len(keys)


def test_a_damaged_row_is_not_used(loaded):
    with closing(sqlite3.connect(loaded)) as connection:
        source = Source(connection, embedded=False)
        connection.execute("UPDATE relative_value SET work_rvu = 153 WHERE hcpcs = '64493'")
        with pytest.raises(StoreError, match="64493 in RVU25D"):
            columnar.release_tables([(source, source.releases[0])])


def test_of_some_codes_only_their_rows_and_the_localities_are_compared(loaded):
    damage = "UPDATE relative_value SET work_rvu = 153 WHERE hcpcs = '64493'"
    with closing(sqlite3.connect(loaded)) as connection:
        connection.execute(damage)
        source = Source(connection, embedded=False)
        answers = [(source, source.releases[0])]
        tables = columnar.release_tables(answers, ["71046", "64490"])
        values = tables["relative_value"]
        keys = zip(values["hcpcs"][1], values["modifier"][1], strict=True)
        assert sorted(keys) == [("64490", ""), ("71046", ""), ("71046", "26"), ("71046", "TC")]
        assert {*tables["opps_relative_value"]["hcpcs"][1]} <= {"64490", "71046"}
        with pytest.raises(StoreError, match="64493 in RVU25D"):
            columnar.release_tables(answers, ["71046", "64493"])
        connection.execute("UPDATE locality SET pe_gpci = pe_gpci + 1 WHERE mac = '01112'")
        source = Source(connection, embedded=False)
        with pytest.raises(StoreError, match="the localities of RVU25D are not what"):
            columnar.release_tables([(source, source.releases[0])], ["71046"])


def test_the_formula_is_that_of_the_database(loaded):
    """64493 in San Francisco, October 2025: 222.87 by CMS; a cent more by another view.

    Of several databases it is that of the first.
    """
    query = (
        "SELECT nonfacility_fee FROM rate_cents WHERE hcpcs = '64493' AND mac = '01112' "
        "AND locality = '05' AND release_id = 1"
    )
    with closing(sqlite3.connect(loaded)) as connection, closing(open_snapshot()) as embedded:
        source, other = Source(connection, embedded=False), Source(embedded, embedded=True)
        answers = [(source, source.releases[0]), (other, other.releases[0])]
        ((view,),) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'revision_rate_cents'"
        ).fetchall()
        for before, cents in (("5000000", 22287), ("5000000 + 10000000", 22288)):
            connection.execute("DROP VIEW revision_rate_cents")
            connection.execute(view.replace("5000000", before))
            with columnar.open_duckdb() as duck:
                columnar.give_releases(duck, answers)
                assert duck.execute(query).fetchall() == [(cents,)]


def test_the_text_for_spark():
    """Its quotients of integers are `div`, and `min` is no aggregate of a column."""
    with closing(memory_database()) as connection:
        views = formula_views(connection, SPARK)
        assert tuple(views) == VIEWS
        assert all(text.startswith("SELECT") for text in views.values())
        text = " ".join(views.values())
        assert " div 10000000 AS nonfacility_fee" in text
        assert "/" not in text
        assert "min(" not in text
        assert text.count("least(") == 2
        own = " ".join(formula_views(connection, DUCKDB).values())
        assert own == text.replace(" div ", " // ")
        connection.execute("DROP VIEW rate_cents")
        with pytest.raises(sqlite3.DatabaseError, match="^the view rate_cents is missing$"):
            formula_views(connection, DUCKDB)


def test_the_formula_is_written_once():
    """Nothing but the views multiplies the work RVU by its GPCI, or has their constants.

    A workbook has it for a spreadsheet program, beside the amounts of the database.
    """
    texts = {
        path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8")
        for path in PACKAGE.rglob("*")
        if path.suffix in (".py", ".sql")
    }
    product = re.compile(r"work_?rvu\W{0,4}\*|\* ?(?:\w+\.)?work_?gpci", re.IGNORECASE)
    assert {name for name, text in texts.items() if product.search(text)} == {
        "store/views.sql",
        "writers/workbook.py",
    }
    constants = re.compile(r"\b(?:437|4_?000_?000_?000|999_?999_?999_?999)\b")
    assert {name for name, text in texts.items() if constants.search(text)} == {"store/views.sql"}


def test_duckdb_reads_no_variable_and_leaves_no_file(tmp_path, monkeypatch):
    import duckdb

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    frame = [(1,)]
    with columnar.open_duckdb("100MB") as duck:
        assert duck.execute("SELECT current_setting('threads')").fetchone()[0] >= 1
        assert duck.execute("SELECT current_setting('memory_limit')").fetchone() == ("95.3 MiB",)
        with pytest.raises(duckdb.CatalogException):
            duck.execute("SELECT * FROM frame")
        duck.execute(
            "CREATE TABLE large AS SELECT range AS n, md5(n::TEXT) AS t FROM range(3000000)"
        )
        assert [*tmp_path.iterdir()] != []
    assert [*tmp_path.iterdir()] == []
    assert frame == [(1,)]


def test_columns_become_a_table_of_their_types():
    import duckdb

    day = date(2025, 11, 3)
    columns: dict[str, tuple[str, list[object]]] = {
        "big": ("BIGINT", [2**40, None]),
        "small": ("INTEGER", [1, None]),
        "text": ("VARCHAR", ["05", None]),
        "word": ("STRING", ["05", None]),
        "flag": ("BOOLEAN", [True, None]),
        "day": ("DATE", [day, None]),
    }
    with columnar.open_duckdb() as duck:
        columnar.give(duck, "made", columns)
        assert duck.execute("SELECT column_name, column_type FROM (DESCRIBE made)").fetchall() == [
            ("big", "BIGINT"), ("small", "INTEGER"), ("text", "VARCHAR"), ("word", "VARCHAR"),
            ("flag", "BOOLEAN"), ("day", "DATE"),
        ]  # fmt: skip
        rows = duck.execute("SELECT * FROM made").fetchall()
        assert rows == [(2**40, 1, "05", "05", True, day), (None,) * 6]
        with pytest.raises(duckdb.CatalogException):
            duck.execute("SELECT * FROM given")


def test_duckdb_downloads_nothing_and_prints_nothing(tmp_path):
    settings = {
        "autoinstall_known_extensions": False, "autoload_known_extensions": False,
        "enable_progress_bar": False, "python_enable_replacements": False,
        "temp_directory": str(tmp_path), "memory_limit": "810.6 MiB", "threads": 3,
        "checkpoint_threshold": "931.3 GiB",
    }  # fmt: skip
    with closing(columnar.connect(tmp_path, threads=3)) as duck:
        found = {
            name: duck.execute(f"SELECT current_setting('{name}')").fetchone()[0]
            for name in settings
        }
    assert found == settings


@pytest.mark.parametrize("missing", [(), ("duckdb",), ("pyarrow",), ("duckdb", "pyarrow")])
def test_duckdb_serves_where_pyarrow_is_too(monkeypatch, missing):
    monkeypatch.setattr(columnar, "find_spec", lambda name: None if name in missing else name)
    assert columnar.is_installed() is (not missing)


def test_too_little_memory_and_disk_is_one_line():
    def fill():
        with columnar.open_duckdb("20MB") as duck:
            duck.execute("SET max_temp_directory_size = '1MB'")
            duck.execute("CREATE TABLE large AS SELECT md5(range::TEXT) AS t FROM range(3000000)")

    with pytest.raises(
        OSError, match=r"^DuckDB has too little memory \(20MB\), or too little room"
    ):
        fill()
