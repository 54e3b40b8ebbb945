import csv
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from feesync.errors import StoreError
from feesync.model.zip_code import ZipCode, ZipFile, ZipRow
from feesync.reference.tables import data_folder
from feesync.store import checksums, schema
from feesync.store.zip_tables import embedded_zip_table, stored_zip_tables, table_on


@pytest.fixture(scope="module")
def real(cms):
    """ZIP5 of October 2025, cut up here by its record layout."""
    states = {"EK": "KS", "WK": "KS", "EM": "MO", "WM": "MO"}
    with (cms / "zip/ZIP5_OCT2025.txt").open(encoding="latin-1") as lines:
        return {
            line[2:7]: ZipRow(
                line[7:12], line[12:14], states.get(line[:2], line[:2]), line[20] == "1"
            )
            for line in lines
        }


def test_the_embedded_table_is_cms_file(real):
    table = embedded_zip_table()
    assert len(real) == 42_956 == table.file.rows
    every = (f"{number:05}" for number in range(100_000))
    assert {code: row for code in every if (row := table.row(ZipCode(code, "")))} == real
    assert table.counts() == Counter((row.mac, row.locality) for row in real.values())


def test_580_zips_span_localities(real):
    assert sum(row.plus_four for row in real.values()) == 580


def test_every_pair_is_a_locality_of_the_quarter(cms, real):
    from feesync.formats.release import from_zip

    localities = {
        (row.mac, row.locality)
        for row in from_zip((cms / "releases/rvu25d.zip").read_bytes(), "rvu25d.zip").gpci.rows
    }
    assert {(row.mac, row.locality) for row in real.values()} == localities


def test_the_embedded_table_without_cms_file():
    table = embedded_zip_table()
    assert str(table.file) == "ZIP5 2025 Q4"
    assert table.file.embedded
    assert table.states()["01112"] == {"CA"}
    assert table.states()["12202"] == {"DC", "MD", "VA"}
    assert dict(table.rows())["95023"] == ("01112", "65", "CA", True)
    assert sum(1 for _ in table.rows()) == 42_956
    assert sum(table.counts().values()) == 42_956
    assert table.counts().keys() == table.pairs()
    assert len(table.pairs()) == 109
    assert table.row(ZipCode("94110", "")) == ("01112", "05", "CA", False)
    assert table.row(ZipCode("10001", "")) == ("13202", "01", "NY", False)
    assert table.row(ZipCode("95023", "")) == ("01112", "65", "CA", True)
    assert table.row(ZipCode("66012", "")) == ("05202", "00", "KS", False)
    assert [table.row(ZipCode(code, "")) for code in ("00000", "00209", "99999")] == [
        None,
        None,
        None,
    ]
    assert table.localities("94110") == [("01112", "05")]
    assert table.localities("00000") == []


class Table:
    def __init__(self, kind, year, quarter, embedded=False):
        self.file = ZipFile(kind, year, quarter, "", 0, embedded)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 11, 3), "ZIP5 2025 Q4"),
        (date(2026, 2, 1), "ZIP5 2025 Q4"),  # the newest that is not after the day
        (date(2026, 8, 1), "ZIP5 2026 Q3"),
        (date(2029, 1, 1), "ZIP5 2026 Q3"),
        (date(2020, 1, 1), "ZIP5 2025 Q1"),  # none is as old: the nearest
    ],
)
def test_the_day_picks_a_file(day, expected):
    tables: list[Any] = [
        Table("ZIP5", 2026, 3),
        Table("ZIP5", 2025, 1),
        Table("ZIP9", 2025, 2),
        Table("ZIP5", 2025, 4, True),
    ]
    assert str(table_on(tables, "ZIP5", day).file) == expected
    assert str(table_on(tables, "ZIP9", day).file) == "ZIP9 2025 Q2"
    assert table_on(tables[:2], "ZIP9", day) is None


@pytest.mark.parametrize("day", [date(2025, 11, 3), date(2026, 11, 3), date(2020, 1, 1)])
def test_of_one_quarter_the_loaded_file_answers_not_the_embedded(day):
    loaded: Any = Table("ZIP5", 2025, 4)
    embedded: Any = Table("ZIP5", 2025, 4, True)
    assert table_on([loaded, embedded], "ZIP5", day) is loaded
    assert table_on([embedded, loaded], "ZIP5", day) is loaded


def test_each_line_of_the_embedded_table_is_found_by_its_first_and_its_last_zip():
    with (Path(data_folder()) / "snapshot/zip_localities.csv").open(newline="") as file:
        _, *lines = csv.reader(file)
    table, known = embedded_zip_table(), set()
    for first, last, mac, locality, state, flag in lines:
        row = (mac, locality, state, flag == "1")
        assert table.row(ZipCode(first, "")) == table.row(ZipCode(last, "")) == row
        known |= {int(first), int(last)}
    for first, last, *_ in lines:
        for number in (int(first) - 1, int(last) + 1):
            row = table.row(ZipCode(f"{number:05}", ""))
            assert (row is not None) == (number in known)


EDITIONS = (
    (1, "ZIP5 2025 Q3", 2025, "2025-07-01", "2025-09-30", "a" * 64, "ZIP5_JUL2025.txt", 2),
    (2, "ZIP5 2025 Q3", 2025, "2025-07-01", "2025-09-30", "b" * 64, "ZIP5_JUL2025.txt", None),
    (3, "ZIP9 2025 Q3", 2025, "2025-07-01", "2025-09-30", "c" * 64, "ZIP9_JUL2025.txt", None),
)
STORED = (
    (1, "10001", "", "13202", "02", "NY", 0),
    (2, "10001", "", "13202", "01", "NY", 0),
    (2, "10002", "", "13202", "01", "NY", 0),
    (2, "94110", "", "01112", "05", "CA", 1),
    (3, "94110", "0001", "01112", "52", "CA", 1),
    (3, "94110", "0002", "01112", "05", "CA", 1),
)


@pytest.fixture
def stored():
    """A database with two revisions of a small ZIP5, and a ZIP9."""
    connection = schema.memory_database()
    connection.executemany(
        "INSERT INTO edition (dataset, rows, loaded_at, edition_id, label, year, effective_from, "
        "effective_to, sha256, source, superseded_by) "
        "VALUES ('zip-locality', 3, '2025-07-02T00:00:00', ?, ?, ?, ?, ?, ?, ?, ?)",
        EDITIONS,
    )
    connection.executemany("INSERT INTO zip_locality VALUES (?, ?, ?, ?, ?, ?, ?)", STORED)
    for number, label, *_ in EDITIONS:
        checksums.seal_zip_file(connection, number, label[:4])
    return connection


def test_the_current_files_of_a_database_are_its_tables(stored):
    zip5, zip9 = stored_zip_tables(stored, checked=True)
    assert zip5.file == ("ZIP5", 2025, 3, "ZIP5_JUL2025.txt", 3, False)
    assert zip9.file == ("ZIP9", 2025, 3, "ZIP9_JUL2025.txt", 3, False)
    assert dict(zip5.rows()) == {
        "10001": ("13202", "01", "NY", False),
        "10002": ("13202", "01", "NY", False),
        "94110": ("01112", "05", "CA", True),
    }
    assert zip5.counts() == {("13202", "01"): 2, ("01112", "05"): 1}
    assert zip5.pairs() == {("13202", "01"), ("01112", "05")}
    assert zip5.localities("10001") == [("13202", "01")]
    assert zip5.localities("10003") == []
    assert zip5.row(ZipCode("10003", "")) is None
    assert zip9.row(ZipCode("94110", "0002")) == ("01112", "05", "CA", True)
    assert zip9.localities("94110") == [("01112", "05"), ("01112", "52")]


@pytest.mark.parametrize(
    "answer",
    [
        lambda table: table.row(ZipCode("10001", "")),
        lambda table: list(table.rows()),
        lambda table: table.counts(),
        lambda table: table.pairs(),
        lambda table: table.localities("10001"),
    ],
)
def test_each_answer_of_a_stored_table_compares_its_rows_with_their_checksums(stored, answer):
    stored.execute("UPDATE zip_locality SET locality = '03' WHERE zip_file_id = 2 AND zip = 10001")
    zip5, _ = stored_zip_tables(stored, checked=True)
    with pytest.raises(StoreError, match="is damaged: the ZIP5 rows of 100 are not what"):
        answer(zip5)
    unchecked, _ = stored_zip_tables(stored)  # as of a database without checksums
    assert "03" in str(answer(unchecked))


def test_a_damaged_group_of_zips_keeps_no_other_from_its_answer(stored):
    stored.execute("UPDATE zip_locality SET locality = '06' WHERE zip_file_id = 2 AND zip = 94110")
    zip5, _ = stored_zip_tables(stored, checked=True)
    assert zip5.row(ZipCode("10001", "")) == ("13202", "01", "NY", False)
    assert zip5.localities("10001") == [("13202", "01")]


def test_a_database_has_files_of_zips_since_version_3(stored):
    for version, count in ((2, 0), (3, 2)):
        stored.execute(f"PRAGMA user_version = {version}")
        assert len(stored_zip_tables(stored)) == count
