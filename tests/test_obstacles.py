"""What of a user's own in a database of before keeps it from a migration, and what does not."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from cms_files import quarter

from feesync import estimate
from feesync.errors import StoreError
from feesync.store import checksums, schema
from feesync.store.damage import DamageError

DAY = "2025-11-03"


@pytest.fixture
def of_version(database):
    """Make a database of an earlier feesync, from its dump, and change it."""

    def make(version, *changes):
        dump = Path(__file__).parent / "databases" / f"{version}.sql"
        with closing(sqlite3.connect(database)) as connection:
            connection.executescript(dump.read_text(encoding="utf-8"))
            for change in changes:
                connection.execute(change)
            connection.commit()
        return database

    return make


def lines(database):
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("PRAGMA user_version").fetchone(), list(connection.iterdump())


def is_newest(database):
    return lines(database)[0] == (len(schema.migrations()),)


def answers(place="01112-05"):
    """CMS's amount of 64493 in San Francisco, October 2025."""
    answer = estimate("64493", locality=place, date=DAY)
    return (str(answer.fee), answer.release.source) == ("222.87", "rvu25d_2.zip")


@pytest.mark.parametrize(
    ("version", "change", "what", "undo"),
    [
        ("0.2.0", "CREATE TABLE edition (a)", "edition, which a table",
         "ALTER TABLE edition RENAME TO x"),
        ("0.5.0", "CREATE TABLE Edition (a)", "Edition, which a table", "DROP TABLE edition"),
        ("0.5.0", "CREATE VIEW edition AS SELECT 1 AS a", "edition, which a view",
         "DROP VIEW edition"),
        ("0.5.0", "CREATE VIEW current_rate AS SELECT 1 AS a", "current_rate, which a view",
         "DROP VIEW current_rate"),
        ("0.4.0", "CREATE INDEX current_edition ON release (year)",
         "current_edition, which an index", "DROP INDEX current_edition"),
    ],
)  # fmt: skip
def test_a_name_in_use_is_said_at_loading_and_answers_go_on(
    of_version, feesync, tmp_path, version, change, what, undo
):
    path = of_version(version, change)
    before = lines(path)
    assert answers()
    assert feesync("status").exit_code == 0
    zipped = tmp_path / "rvu25c.zip"
    zipped.write_bytes(quarter("C"))
    refused = feesync("import", zipped)
    assert (refused.exit_code, refused.stderr) == (
        1,
        f"feesync: {path} cannot be brought to the form of this feesync, which needs the name "
        f"{what} of yours has: rename or drop it, and load again\n",
    )
    assert lines(path) == before
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(undo)
    schema.open_for_writing(path).close()
    assert is_newest(path)
    assert answers()


def test_a_migration_that_fails_is_rolled_back_and_the_connection_goes_on(
    of_version, tmp_path, monkeypatch
):
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    path = of_version("0.5.0", "CREATE TABLE edition (a)")
    before = lines(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        with pytest.raises(StoreError, match="the name edition, which a table of yours has"):
            schema.migrate(connection)
        assert not connection.in_transaction
        assert list(connection.iterdump()) == before[1]
        connection.execute("DROP TABLE edition")
        schema.migrate(connection)
    assert is_newest(path)
    assert [*Path().iterdir()] == []  # what is compared with is in memory


@pytest.mark.parametrize(("target", "rows"), [("zip_file (zip_file_id)", 1), ("ZIP_FILE", 0)])
def test_a_foreign_key_to_renumbered_rows_is_said(of_version, feesync, tmp_path, rows, target):
    key = f"CREATE TABLE mine (file INTEGER REFERENCES {target})"
    path = of_version("0.5.0", key, *["INSERT INTO mine VALUES (1)"] * rows)
    before = lines(path)
    assert answers()
    assert answers("94111")
    zipped = tmp_path / "rvu25c.zip"
    zipped.write_bytes(quarter("C"))
    refused = feesync("import", zipped)
    assert refused.exit_code == 1
    assert refused.stderr == (
        f"feesync: {path} cannot be brought to the form of this feesync, which needs to number the "
        f"rows of {target.partition(' ')[0]} anew, to which your table mine has a foreign key: "
        "make it without that key, and load again\n"
    )
    assert lines(path) == before


MINE = {
    "zip_locality_of_edition": "CREATE TABLE zip_locality_of_edition (a)",
    "my editions": 'CREATE TABLE "my editions" (edition_id INTEGER, "a ""b""" TEXT)',
    "of_release": "CREATE TABLE of_release (id INTEGER REFERENCES release (release_id))",
    "plain": "CREATE TABLE plain (zip_file_id INTEGER)",
}


def test_other_tables_stand_with_their_rows(of_version):
    fill = [f'INSERT INTO "{name}" SELECT 1{", 2" * (name[0] == "m")}' for name in MINE]
    path = of_version("0.5.0", *MINE.values(), *fill)
    assert answers("94111")
    assert is_newest(path)
    with closing(sqlite3.connect(path)) as connection:
        assert [connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in MINE] == [
            [(1,)], [(1, "2")], [(1,)], [(1,)],
        ]  # fmt: skip
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("INSERT INTO of_release VALUES (2)")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("INSERT INTO of_release VALUES (99)")


@pytest.mark.parametrize("name", ["zip_file", "check_set_aside", "checksum"])
def test_a_table_of_the_name_of_a_later_one_is_not_read(of_version, name):
    of_version("0.2.0", f"CREATE TABLE {name} (a)", f"INSERT INTO {name} VALUES (1)")
    assert answers()
    assert answers("94110")


def test_a_damaged_table_of_zip_files_is_of_no_concern_to_a_release(of_version, feesync, tmp_path):
    path = of_version("0.5.0", "UPDATE zip_file SET quarter = quarter - 1 WHERE kind = 'ZIP9'")
    before = lines(path)
    damage = f"{path} is damaged: its table of ZIP files is not what was loaded"
    assert answers()
    with pytest.raises(DamageError) as caught:
        answers("94111")
    assert str(caught.value) == damage
    shown = feesync("status")
    assert (shown.exit_code, damage in shown.stderr) == (1, True)
    zipped = tmp_path / "rvu25c.zip"
    zipped.write_bytes(quarter("C"))
    refused = feesync("import", zipped)
    assert (refused.exit_code, damage in refused.stderr) == (1, True)
    assert lines(path) == before


def test_a_damaged_table_of_releases_answers_nothing(of_version):
    of_version("0.5.0", "UPDATE conversion_factor SET factor = factor + 1")
    with pytest.raises(StoreError, match="its table of releases is not what was loaded"):
        answers()


@pytest.mark.parametrize(
    ("version", "editions", "current"), [(5, False, False), (6, True, False), (7, True, True)]
)
def test_what_is_feesync_s_own_of_a_version(version, editions, current):
    connection = schema.memory_database()
    connection.execute(f"PRAGMA user_version = {version}")
    assert checksums.has_editions(connection) is editions
    assert schema.table_of_editions(connection) == ("edition" if editions else "release")
    assert ("current_rate" in checksums.views_of(connection)) is current


def test_checksums_of_an_edition_are_of_the_tables_of_its_dataset(database):
    with closing(schema.open_for_writing(database)) as connection:
        connection.execute("CREATE TABLE abc (edition_id INTEGER, amount INTEGER)")
        connection.execute('CREATE TABLE "my own" (edition_id INTEGER, note TEXT)')
        connection.execute("INSERT INTO abc VALUES (1, 100), (2, 200)")
        connection.execute("INSERT INTO \"my own\" VALUES (1, 'x')")
        checksums.seal_edition(connection, 1, ["abc"])
        connection.execute("UPDATE \"my own\" SET note = 'y'")
        connection.execute("UPDATE abc SET amount = 201 WHERE edition_id = 2")
        checksums.check_edition(connection, 1, "ABC 2026")
        for change in (
            "UPDATE abc SET amount = 101 WHERE edition_id = 1",
            "DELETE FROM abc WHERE edition_id = 1",
            "UPDATE checksum SET part = 'abd' WHERE release_id = 1",
            "UPDATE checksum SET release_id = 9 WHERE release_id = 1",
        ):
            connection.execute("BEGIN")
            connection.execute(change)
            with pytest.raises(DamageError, match="ABC 2026 (is|are) not what was loaded"):
                checksums.check_edition(connection, 1, "ABC 2026")
            connection.execute("ROLLBACK")
        checksums.check_edition(connection, 1, "ABC 2026")
