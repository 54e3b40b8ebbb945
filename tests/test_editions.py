"""What supersedes what: one label with three editions, in each table that has editions."""

from dataclasses import replace
from datetime import date

import pytest
from cms_files import rvu25d, text_of, zip5_line, zip_of

from feesync.datasets.editions import Editions, Outcome
from feesync.datasets.rvu.load import load
from feesync.datasets.zip_locality.load import load_zip_files
from feesync.formats.release import from_zip
from feesync.formats.zip_locality import parse
from feesync.store.schema import memory_database

WHOLE = (date(2029, 3, 10), date(2029, 3, 31))
LATER = (date(2029, 3, 11), date(2029, 3, 31))


@pytest.fixture
def load_release(database):
    """Load a release that differs by its sha256 alone, of a label whose dates are not known."""
    parsed = from_zip(zip_of(rvu25d(counties=None, caps=None)), "rvu25d.zip")

    def run(letter, dates=WHOLE, label="RVU29AR", **options):
        edition = replace(parsed, label=label, sha256=letter * 64)
        return load(database, edition, dates=dates, allow_change=True, **options).outcome

    return run


@pytest.fixture
def load_zip(database):
    def run(letter, **options):
        lines = [
            zip5_line("94110", "01112", "05"),
            zip5_line(f"9411{ord(letter) % 10}", "01112", "05"),
        ]
        (report,) = load_zip_files(
            database, [parse(text_of(lines), "ZIP5.txt")], allow_change=True, **options
        )
        return report.outcome

    return run


def superseded(sql, table):
    """By which edition each is superseded, in the order in which they were first loaded."""
    return [by for (by,) in sql(f"SELECT superseded_by FROM {table} ORDER BY {table}_id")]


@pytest.mark.parametrize("table", ["release", "zip_file"])
def test_each_edition_keeps_the_one_that_superseded_it(table, sql, load_release, load_zip):
    put = {"release": load_release, "zip_file": load_zip}[table]
    assert [put("a"), put("b"), put("c")] == ["new", "revision", "revision"]
    assert superseded(sql, table) == [2, 3, None]
    assert (put("a"), put("c")) == ("superseded", "unchanged")
    assert superseded(sql, table) == [2, 3, None]
    assert put("a", force=True) == "restored"
    assert superseded(sql, table) == [None, 3, 1]
    assert put("a", force=True) == "unchanged"
    assert superseded(sql, table) == [None, 3, 1]


def test_another_label_supersedes_nothing(load_release, sql):
    load_release("a")
    assert load_release("a", label="RVU29BR") == "new"
    assert superseded(sql, "release") == [None, None]


def test_dates_are_corrected_of_what_is_current_alone(load_release, sql):
    load_release("a")
    load_release("b")
    first = "SELECT effective_from FROM release ORDER BY release_id"
    assert load_release("a", LATER) == "superseded"
    assert sql(first) == [("2029-03-10",), ("2029-03-10",)]
    assert load_release("b", LATER) == "redated"
    assert sql(first) == [("2029-03-10",), ("2029-03-11",)]
    assert load_release("a", LATER, force=True) == "restored"
    assert sql(first) == [("2029-03-11",), ("2029-03-11",)]


def test_the_names_of_outcomes():
    """They stand in the JSON of `sync`: a name stays."""
    assert [outcome.value for outcome in Outcome] == [
        "new", "revision", "unchanged", "superseded", "restored", "repaired", "redated", "failed",
        "unknown", "would-load", "would-compare",
    ]  # fmt: skip


@pytest.mark.parametrize("dataset", ["rvu", "further"])
def test_an_edition_is_of_its_dataset_and_year(dataset):
    connection = memory_database()
    of_this, of_that = Editions(dataset), Editions("another")
    days = ("2025-12-01", "2026-01-31")
    added = [
        of_this.add(connection, "X", "a", "a.csv", days, 7),
        of_that.add(connection, "X", "b", "b.csv", days),
        of_this.add(connection, "X", "c", "c.csv", days),
        of_this.add(connection, "Y", "a", "d.csv", days),
    ]
    assert added == [(1, "new"), (2, "new"), (3, "revision"), (4, "new")]
    rows = connection.execute(
        "SELECT dataset, label, year, effective_from, effective_to, sha256, source, rows, "
        "superseded_by FROM edition ORDER BY edition_id"
    ).fetchall()
    assert rows == [
        (dataset, "X", 2025, *days, "a", "a.csv", 7, 3),
        ("another", "X", 2025, *days, "b", "b.csv", None, None),
        (dataset, "X", 2025, *days, "c", "c.csv", None, None),
        (dataset, "Y", 2025, *days, "a", "d.csv", None, None),
    ]
    known = of_this.find(connection, "X", "a")
    assert (known, of_this.find(connection, "X", "b")) == ((1, 3), None)
    assert known is not None
    assert of_this.meet(connection, "X", known, force=False) == "superseded"
    assert of_this.meet(connection, "X", known, force=True) == "restored"
    assert of_this.find(connection, "X", "a") == (1, None)
    assert of_this.find(connection, "X", "c") == (3, 1)
    assert of_that.find(connection, "X", "b") == (2, None)
    assert of_this.find(connection, "Y", "a") == (4, None)
