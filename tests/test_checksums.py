"""What has changed on disk is told.

By `feesync status`, and by the first answer that would use it.
"""

import random
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from zlib import crc32

import pytest
from cms_files import (
    VALUES,
    changed,
    fixture,
    rvu25d,
    rvu26d,
    text_of,
    zip5_lines,
    zip9_line,
    zip_of,
)

from feesync import StoreError, compare, diff, estimate, history, open_schedule, verify
from feesync.datasets.rvu.load import load
from feesync.datasets.zip_locality.load import load_zip_files
from feesync.formats import zip_locality
from feesync.formats.release import from_zip
from feesync.model.zip_code import ZipCode
from feesync.store import checksums, schema, sums
from feesync.store.schema import open_for_reading
from feesync.store.source import Source

DAY = "2025-11-03"
PRICED = ("edition", "conversion_factor", "relative_value", "opps_relative_value", "locality")


ZIP9 = [zip9_line("94110", f"{plus4:04}", "01112", "05", "CA") for plus4 in range(1, 99)]


def content(database):
    """Every row of every table."""
    with closing(sqlite3.connect(database)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for (name,) in names
        }


def columns(database, table):
    connection = sqlite3.connect(database)
    try:
        return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    finally:
        connection.close()


def tamper(database, statement, *values):
    """Change the database behind feesync's back."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute(statement, values)
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def flip_cell(database, table, column, where):
    """Flip the lowest bit of a cell: of the number, or of the last character of the text."""
    connection = sqlite3.connect(database)
    (cell,) = connection.execute(f"SELECT {column} FROM {table} WHERE {where}").fetchone()
    connection.close()
    other = (
        cell ^ 1
        if isinstance(cell, int)
        else "1"
        if not cell
        else cell[:-1] + chr(ord(cell[-1]) ^ 1)
    )
    tamper(database, f"UPDATE {table} SET {column} = ? WHERE {where}", other)


WHERE = {
    "edition": "edition_id = 1",
    "conversion_factor": "basis = 'nonqp'",
    "relative_value": "hcpcs = '71046' AND modifier = ''",
    "opps_relative_value": "basis = 'nonqp' AND hcpcs = '71046' AND modifier = ''",
    "locality": "mac = '01112' AND locality = '05'",
}
CELLS = [
    (table, row[1])
    for table in PRICED
    for row in schema.memory_database().execute(f"PRAGMA table_info({table})")
    if row[1] not in ("loaded_at", "superseded_by", "rows")
]


@pytest.mark.parametrize(("table", "column"), CELLS)
def test_a_flipped_bit_in_any_cell_is_told_by_status_and_by_an_answer(
    feesync, loaded, table, column
):
    before = feesync("estimate", "71046", "--locality", "01112-05", "--date", DAY)
    assert before.exit_code == 0
    assert feesync("status").exit_code == 0
    flip_cell(loaded, table, column, WHERE[table])
    result = feesync("estimate", "71046", "--locality", "01112-05", "--date", DAY)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"feesync: {loaded} is damaged: " in result.stderr
    assert result.stderr.count("\n") == 1
    told = feesync("status")
    assert (told.exit_code, "is damaged" in told.stderr) == (1, True)


@pytest.mark.parametrize("table", PRICED)
def test_a_row_that_is_gone_is_told(feesync, loaded, table):
    tamper(loaded, f"DELETE FROM {table} WHERE {WHERE[table]}")
    result = feesync("estimate", "71046", "--locality", "01112-05", "--date", DAY)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is damaged" in result.stderr


def test_the_national_row_that_is_gone_is_told(feesync, loaded):
    tamper(loaded, "DELETE FROM locality WHERE mac = '00000'")
    for line in (
        ("compare", "64493"),
        ("rates", "64493"),
        ("localities",),
        ("estimate", "64493", "--locality", "national"),
    ):
        result = feesync(*line, "--date", DAY)
        assert (result.exit_code, "is damaged: the localities of RVU25D" in result.stderr) == (
            1,
            True,
        )


def test_a_code_that_is_gone_is_missed_in_a_range_and_in_an_export(feesync, loaded, tmp_path):
    tamper(loaded, "DELETE FROM relative_value WHERE hcpcs = '64494'")
    for line in (
        ("rates", "64490-64495"),
        ("export",),
        ("export", "64490-64495"),
        ("export", "-o", tmp_path / "x.csv"),
    ):
        result = feesync(*line, "--date", DAY)
        told = "is damaged: 64494 in RVU25D is not what was loaded" in result.stderr
        assert (result.exit_code, told) == (1, True)
    assert not (tmp_path / "x.csv").exists()


def test_a_formula_that_has_changed_in_the_views_is_told(loaded):
    connection = sqlite3.connect(loaded)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_master SET sql = replace(sql, '5000000', '5000001') WHERE name = "
        "'revision_rate_cents'"
    )
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="is damaged: its views are not what was loaded"):
        estimate("64493", locality="national", date=DAY)


def test_every_public_answer_tells(feesync, loaded, tmp_path):
    load(loaded, from_zip(zip_of(rvu26d()), "rvu26d.zip"), dates=None, allow_change=True)
    tamper(
        loaded,
        "UPDATE relative_value SET work_rvu = work_rvu + 1 WHERE hcpcs = '64493' AND release_id = "
        "1",
    )
    payments = tmp_path / "PFREV25D.txt"
    payments.write_text("not read: the release is checked before")
    for ask in (
        lambda: estimate("64493", locality="AL", date=DAY),
        lambda: compare("64493", date=DAY),
        lambda: history("64493", "AL"),
        lambda: diff("RVU25D", "RVU26D"),
        lambda: verify([payments]),
        lambda: open_schedule().rates(
            "64493", [], "AL", estimate("99213", locality="AL", date=DAY).date
        ),
    ):
        with pytest.raises(
            StoreError,
            match=r"is damaged: 64493 in RVU25D is not what was loaded\nMove the file away",
        ):
            ask()
    assert estimate("99213", locality="national", date=DAY).allowed is not None
    result = feesync("rates", "99213", "64493", "--date", DAY, "--csv")
    assert (result.exit_code, "64493" in result.stdout) == (1, False)


def test_a_database_without_its_checksums_is_damaged(feesync, loaded):
    tamper(loaded, "DROP TABLE checksum")
    with pytest.raises(StoreError, match="is damaged: its table of checksums is not what"):
        estimate("64493", locality="national", date=DAY)
    assert feesync("status").exit_code == 1


def test_status_says_it_as_data(feesync, loaded):
    assert '"damages": []' in feesync("status", "--json").stdout
    tamper(
        loaded, "UPDATE locality SET pe_gpci = pe_gpci + 1 WHERE mac = '01112' AND locality = '05'"
    )
    result = feesync("status", "--json", "--max-age", "1d")
    assert (result.exit_code, "is damaged: localities in RVU25D" in result.stdout) == (1, True)


def test_an_import_does_not_bless_what_is_damaged(feesync, loaded, tmp_path):
    tamper(loaded, "UPDATE edition SET effective_to = '2025-12-30'")
    path = tmp_path / "rvu26d.zip"
    path.write_bytes(zip_of(rvu26d()))
    result = feesync("import", path, "--allow-change")
    assert (result.exit_code, "is damaged: its table of releases" in result.stderr) == (1, True)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE relative_value SET work_rvu = work_rvu + 1 WHERE hcpcs = '64493'",
        "DELETE FROM relative_value WHERE hcpcs = '64493'",
        "UPDATE locality SET pe_gpci = pe_gpci + 1 WHERE mac = '01112' AND locality = '05'",
        "DELETE FROM opps_relative_value",
        "UPDATE locality_counties SET counties = 'NOWHERE'",
        "UPDATE source_file SET rows = 1",
        "DELETE FROM checksum WHERE part = '64493'",
    ],
)
def test_the_same_bytes_again_repair_what_is_damaged(feesync, loaded, tmp_path, change):
    before = content(loaded)
    path = tmp_path / "rvu25d.zip"
    path.write_bytes(zip_of(rvu25d()))
    tamper(loaded, change)
    assert feesync("status").exit_code == 1
    result = feesync("import", path)
    assert (result.exit_code, result.stdout) == (
        0, "RVU25D from rvu25d.zip: its damaged rows are loaded anew\n",
    )  # fmt: skip
    assert content(loaded) == before
    assert feesync("status").exit_code == 0
    assert feesync("import", path).stdout == (
        "RVU25D from rvu25d.zip: nothing new, this is loaded\n"
    )


def test_a_superseded_revision_is_repaired_and_stays_superseded(feesync, loaded, tmp_path, sql):
    dearer = rvu25d(values=changed(fixture(VALUES), "64493", 22, "1"))
    for name, data in (("a.zip", dearer), ("rvu25d.zip", rvu25d())):
        (tmp_path / name).write_bytes(zip_of(data))
    assert feesync("import", tmp_path / "a.zip").exit_code == 0
    tamper(loaded, "UPDATE relative_value SET work_rvu = work_rvu + 1 WHERE release_id = 1")
    assert "damaged rows" in feesync("import", tmp_path / "rvu25d.zip").stdout
    assert feesync("status").exit_code == 0
    assert sql("SELECT superseded_by FROM edition ORDER BY 1") == [(None,), (2,)]


@pytest.mark.slow
def test_the_same_zip_file_again_repairs_it(feesync, zips, tmp_path):
    before = content(zips)
    path = tmp_path / "ZIP9_OCT2025.txt"
    path.write_bytes(text_of(ZIP9))
    tamper(zips, "UPDATE zip_locality SET locality = '06' WHERE plus4 = '0007'")
    assert feesync("status").exit_code == 1
    assert feesync("import", path).stdout == (
        "ZIP9 2025 Q4 from ZIP9_OCT2025.txt: its damaged rows are loaded anew\n"
    )
    assert content(zips) == before
    assert feesync("status").exit_code == 0


def test_what_an_older_version_holds_is_trusted_as_it_stands(feesync, database):
    dump = Path(__file__).parent / "databases" / "0.4.0.sql"
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(dump.read_text(encoding="utf-8"))
    change = "UPDATE relative_value SET work_rvu = work_rvu + 1 WHERE hcpcs = '64493'"
    tamper(database, change)
    assert feesync("status").exit_code == 0
    assert estimate("64493", locality="national", date=DAY).allowed is not None
    tamper(database, change)
    with pytest.raises(StoreError, match="is damaged: 64493 in RVU25D"):
        estimate("64493", locality="national", date=DAY)


def test_a_migration_makes_views_anew_that_are_damaged_and_trusts_no_damaged_table(database):
    dump = Path(__file__).parent / "databases" / "0.5.0.sql"
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(dump.read_text(encoding="utf-8"))
        connection.execute("PRAGMA writable_schema = ON")
        views = "UPDATE sqlite_master SET sql = replace(sql, '5000000', '5000001')"
        assert connection.execute(views + " WHERE name = 'revision_rate_cents'").rowcount == 1
        connection.commit()
    damaged = database.with_name("damaged.db")
    shutil.copy(database, damaged)
    answer = estimate("64493", locality="01112-05", date=DAY)
    assert str(answer.fee) == "222.87"  # CMS, October 2025
    tamper(damaged, "UPDATE release SET source = 'x'")
    with pytest.raises(StoreError, match="is damaged: its table of releases is not what"):
        schema.open_for_writing(damaged)


def test_status_compares_every_column_of_the_editions(feesync, zips):
    for column, value in (("rows", 1), ("dataset", "x"), ("year", 2024)):
        with closing(sqlite3.connect(zips)) as connection:
            query = f"SELECT {column} FROM edition WHERE label LIKE 'ZIP9%'"
            (before,) = connection.execute(query).fetchone()
        change = f"UPDATE edition SET {column} = ? WHERE edition_id = 3"
        tamper(zips, change, value)
        result = feesync("status")
        assert (result.exit_code, "is damaged" in result.stderr) == (1, True)
        tamper(zips, change, before)
    assert feesync("status").exit_code == 0


@pytest.fixture(scope="module")
def loaded_with_zips(small_rvu25d, tmp_path_factory):
    path = Path(shutil.copy(small_rvu25d, tmp_path_factory.mktemp("zips")))
    flag = lambda code, *row: (*row[:3], 1) if code == "94110" else row  # noqa: E731
    files = [
        zip_locality.parse(text_of(zip5_lines(flag)), "ZIP5_OCT2025.txt"),
        zip_locality.parse(text_of(ZIP9), "ZIP9_OCT2025.txt"),
    ]
    load_zip_files(path, files, allow_change=True)
    return path


@pytest.fixture
def zips(database, loaded_with_zips):
    """The small RVU25D and both files of ZIPs."""
    shutil.copy(loaded_with_zips, database)
    return database


@pytest.mark.parametrize(
    ("place", "statement"),
    [
        ("94107", "UPDATE zip_locality SET locality = '06' WHERE zip = '94107' AND plus4 = ''"),
        ("94107", "UPDATE zip_locality SET plus_four = 1 WHERE zip = '94107' AND plus4 = ''"),
        ("94107", "DELETE FROM zip_locality WHERE zip = '94107' AND plus4 = ''"),
        (
            "94110-0007",
            "UPDATE zip_locality SET locality = '06' WHERE zip = '94110' AND plus4 = '0007'",
        ),
        ("94110-0007", "DELETE FROM zip_locality WHERE zip = '94110' AND plus4 = '0007'"),
        ("94107", "UPDATE edition SET source = 'x' WHERE label LIKE 'ZIP5%'"),
    ],
)
def test_a_zip_that_has_changed_is_told(feesync, zips, place, statement):
    assert feesync("status").exit_code == 0
    assert feesync("estimate", "64493", "--locality", place, "--date", DAY).exit_code == 0
    tamper(zips, statement)
    result = feesync("estimate", "64493", "--locality", place, "--date", DAY)
    part = "the ZIP5 rows of 941 are" if place == "94107" else "the ZIP9 rows of 94110 are"
    if "edition" in statement:
        part = "its table of ZIP files is"
    assert result.exit_code == 1
    assert f"{zips} is damaged: {part} not what was loaded" in result.stderr
    assert feesync("estimate", "64493", "--locality", "01112-05", "--date", DAY).exit_code == 0
    assert feesync("status").exit_code == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE zip_locality SET locality = '06' WHERE zip = '94107' AND plus4 = ''",
        "DELETE FROM zip_locality WHERE zip = '94107' AND plus4 = ''",
    ],
)
def test_counts_and_localities_of_a_whole_zip5_that_has_changed_are_told(zips, statement):
    def tables():
        return Source(open_for_reading(zips), embedded=False).zip_tables

    (zip5,) = (table for table in tables() if table.file.kind == "ZIP5")
    assert sum(zip5.counts().values()) == 42_956
    assert ("01112", "05") in zip5.pairs()
    tamper(zips, statement)
    for answer in ("counts", "pairs"):
        (zip5,) = (table for table in tables() if table.file.kind == "ZIP5")
        with pytest.raises(StoreError, match="is damaged: the ZIP5 rows of 941 are not"):
            getattr(zip5, answer)()


def test_a_checksum_is_the_same_in_every_edition_of_unicode():
    """U+1FAE9 is a character since Unicode 16, which Python has known since 3.14."""
    rows = [("\U0001fae9", "\xe9", "a\\'", 1, None)]
    stands = b"[('\\U0001fae9', '\\xe9', \"a\\\\'\", 1, None)]"
    assert sums.rows_sum(rows) == crc32(stands)


def answers(database, codes):
    """What each code is worth; None where the database is said to be damaged."""
    found = {}
    for code, modifier in codes:
        try:
            answer = estimate(
                code,
                locality="01112-05",
                modifiers=[modifier] if modifier else [],
                date=DAY,
                db=database,
            )
            found[code, modifier] = (answer.allowed, answer.fee, answer.release.label)
        except StoreError:
            found[code, modifier] = None
    return found


def flipped(database, trial, where):
    """A copy of a database with one bit flipped."""
    data = bytearray(database.read_bytes())
    data[where // 8] ^= 1 << where % 8
    trial.write_bytes(data)


def all_rows(database):
    connection = sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)
    try:
        return [
            connection.execute(f"SELECT * FROM {table} NOT INDEXED").fetchall() for table in PRICED
        ]
    except (sqlite3.Error, UnicodeDecodeError):
        return None
    finally:
        connection.close()


def flip_at_random(feesync, database, trial, count, codes):
    sound, rows, told = answers(database, codes), all_rows(database), 0
    assert None not in sound.values()
    random_bit = random.Random(64493).randrange
    size = 8 * database.stat().st_size
    for number in range(count):
        own = trial.with_name(f"{number}.db")
        flipped(database, own, random_bit(size))
        found = answers(own, codes)
        assert all(answer in (None, sound[key]) for key, answer in found.items())
        if all_rows(own) != rows or None in found.values():
            result = feesync("--db", own, "status")
            assert (result.exit_code, result.stderr.startswith("feesync: ")) == (1, True)
            told += 1
        open_schedule(own)._live.forget()
        own.unlink()
    return told


@pytest.mark.slow
def test_bits_flipped_at_random(feesync, loaded, tmp_path, sql):
    codes = sql("SELECT hcpcs, modifier FROM relative_value WHERE status IN ('A', 'R', 'T')")
    assert flip_at_random(feesync, loaded, tmp_path / "x.db", 60, codes[::4]) >= 5


@pytest.mark.slow
def test_bits_flipped_at_random_in_a_real_release(of_releases, feesync, database, tmp_path, sql):
    shutil.copy(of_releases("rvu25d"), database)
    codes = [
        pair
        for pair in sql("SELECT hcpcs, modifier FROM relative_value WHERE status = 'A'")
        if pair[0] in ("64493", "71046")
    ]
    assert flip_at_random(feesync, database, tmp_path / "x.db", 40, codes) > 20


def test_the_checks_of_an_answer_cost_well_under_a_millisecond(of_releases):
    connection = schema.open_for_reading(of_releases("rvu25d"))
    lapses = []
    for _ in range(20):
        started = time.process_time()
        checksums.check_shared(connection, "releases", "views")
        checksums.check_part(connection, 1, "RVU25D", "localities")
        checksums.check_code(connection, 1, "RVU25D", "64493")
        lapses.append(time.process_time() - started)
    assert min(lapses) < 0.001


def lines_of(database):
    """What a database's damages are said to be, without its path."""
    with closing(open_for_reading(database)) as connection:
        lines = Source(connection, embedded=False).damages()
    start, end = f"{database} is damaged: ", " not what was loaded"
    assert all(line.startswith(start) and line.endswith(end) for line in lines)
    return [line.removeprefix(start).removesuffix(end) for line in lines]


def test_every_damaged_part_has_a_line(zips):
    """A release, a file of ZIPs, an edition of another dataset, and a table of all."""
    dearer = rvu25d(values=changed(fixture(VALUES), "64493", 22, "1"))
    load(zips, from_zip(zip_of(dearer), "b.zip"), allow_change=True)
    with closing(sqlite3.connect(zips)) as connection:
        connection.execute("CREATE TABLE further (edition_id INTEGER, number INTEGER)")
        for number, label in ((90, "X 1"), (91, "X 2"), (92, "X 3")):
            connection.execute(
                "INSERT INTO edition (edition_id, dataset, label, year, effective_from, "
                "effective_to, sha256, source) "
                "VALUES (?, 'x', ?, 2025, '2025-01-01', '2025-12-31', ?, '')",
                (number, label, f"{number:064}"),
            )
            connection.execute("INSERT INTO further VALUES (?, ?)", (number, number))
            checksums.seal_edition(connection, number, ["further"])
        checksums.seal_shared(connection)
        connection.commit()
    assert lines_of(zips) == []
    tamper(zips, "UPDATE zip_locality SET locality = '06' WHERE zip = '94107' AND plus4 = ''")
    tamper(zips, "UPDATE zip_locality SET locality = '06' WHERE plus4 = '0007'")
    tamper(zips, "UPDATE relative_value SET work_rvu = work_rvu + 1 WHERE hcpcs = '64493'")
    tamper(zips, "UPDATE further SET number = 0 WHERE edition_id IN (90, 92)")
    found = [
        "64493 in RVU25D is",
        "64493 in RVU25D is",  # the superseded revision too
        "the ZIP5 rows of 941 are",
        "the ZIP9 rows of 94110 are",
        "further in X 1 are",
        "further in X 3 are",
    ]
    assert lines_of(zips) == found
    tamper(zips, "DELETE FROM checksum WHERE release_id = 91")
    found.insert(-1, "the rows in X 2 are")
    assert lines_of(zips) == found
    tamper(zips, "UPDATE edition SET rows = 7 WHERE edition_id = 92")
    assert lines_of(zips) == ["its table of editions is", *found]


def test_the_order_in_which_rows_were_stored_changes_no_checksum():
    found = []
    for numbers in ((1, 2, 3), (3, 1, 2)):
        connection = schema.memory_database()
        connection.execute("CREATE TABLE further (number INTEGER, edition_id INTEGER)")
        connection.executemany("INSERT INTO further VALUES (?, 7)", [(one,) for one in numbers])
        connection.execute("INSERT INTO further VALUES (9, 8)")
        found.append(sums.edition_sums(connection, 7, ["further", "nowhere"]))
    rows = [(1, 7), (2, 7), (3, 7)]
    assert found == [{"further": crc32(ascii(rows).encode())}] * 2


def test_of_many_damaged_parts_three_are_named(zips):
    def change(*codes):
        marks = ", ".join("?" * len(codes))
        query = f"UPDATE relative_value SET mp_rvu = mp_rvu + 1 WHERE hcpcs IN ({marks})"
        tamper(zips, query, *codes)

    change("64490", "64491")
    assert lines_of(zips) == ["64490, 64491 in RVU25D are"]
    change("64492")
    assert lines_of(zips) == ["64490, 64491, 64492 in RVU25D are"]
    change("64493", "64494")
    assert lines_of(zips) == ["64490, 64491, 64492 and 2 more in RVU25D are"]
    tamper(zips, "UPDATE zip_locality SET locality = '06' WHERE zip IN (SELECT zip FROM "
                 "zip_locality WHERE zip LIKE '94%0' AND plus4 = '') AND plus4 = ''")  # fmt: skip
    assert lines_of(zips)[1] == "the ZIP5 rows of 940, 941, 942 are"


def test_a_row_of_a_file_of_zips_is_as_it_was_loaded(zips):
    tables = {
        table.file.kind: table
        for table in Source(open_for_reading(zips), embedded=False).zip_tables
    }
    zip5, zip9 = tables["ZIP5"], tables["ZIP9"]
    assert zip5.row(ZipCode("94110", "")) == ("01112", "05", "CA", True)
    assert zip5.row(ZipCode("94107", "")) == ("01112", "05", "CA", False)
    assert zip5.row(ZipCode("10001", "")) == ("13202", "01", "NY", False)
    assert zip9.row(ZipCode("94110", "0007")) == ("01112", "05", "CA", True)
    assert zip9.row(ZipCode("94110", "0000")) is None
    assert dict(zip5.rows())["10001"] == ("13202", "01", "NY", False)
    assert zip5.localities("10001") == [("13202", "01")]
    assert zip5.localities("00000") == []
