import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from feesync import estimate
from feesync.errors import BusyError, StoreError
from feesync.reference.tables import data_folder
from feesync.store import schema
from feesync.store.source import Source
from feesync.store.transaction import writing


def test_a_new_database_has_every_migration_and_waits_in_wal_mode(tmp_path):
    connection = schema.open_for_writing(tmp_path / "new" / "x.db")
    assert connection.execute("PRAGMA user_version").fetchone() == (len(schema.migrations()),)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA busy_timeout").fetchone() == (10_000,)
    tables = connection.execute(
        "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
    ).fetchall()
    assert len([name for name, strict in tables if strict]) == 11
    assert [name for name, strict in tables if not strict] == ["sqlite_schema"]


def test_a_database_of_a_newer_feesync_is_refused(loaded):
    connection = sqlite3.connect(loaded)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    for opened in (schema.open_for_reading, schema.open_for_writing):
        with pytest.raises(StoreError, match="made by a newer feesync"):
            opened(loaded)


def test_what_is_no_feesync_database_is_refused(tmp_path):
    path = tmp_path / "x.db"
    path.write_bytes(b"this is text, not a database" * 100)
    with pytest.raises(StoreError, match="is not a feesync database"):
        schema.open_for_reading(path)


def test_an_empty_file_is_a_database_that_is_not_there_yet(database):
    database.write_bytes(b"")
    assert schema.open_for_reading(database) is None
    assert estimate("64493", locality="national", date="2025-11-03").release.embedded
    schema.open_for_writing(database).close()
    assert schema.open_for_reading(database) is not None


def test_another_programs_database_is_never_written_to(tmp_path):
    path = tmp_path / "x.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE mine (a)")
    other.close()
    before = path.read_bytes()
    for opened in (schema.open_for_reading, schema.open_for_writing):
        with pytest.raises(StoreError, match="is not a feesync database"):
            opened(path)
    assert path.read_bytes() == before


def test_an_older_database_is_migrated_in_one_transaction(loaded, tmp_path, monkeypatch):
    newer = tmp_path / "migrations"
    newer.mkdir()
    for file in map(Path, schema.migrations()):
        (newer / file.name).write_text(file.read_text())
    had = len(schema.migrations())
    (newer / "9999_more.sql").write_text(
        "CREATE TABLE more (a INTEGER) STRICT;\nCREATE TABLE broken (;\n"
    )
    monkeypatch.setattr(schema, "_MIGRATIONS", newer)
    with pytest.raises(StoreError, match="syntax error"):
        schema.open_for_reading(loaded)
    raw = sqlite3.connect(loaded)
    assert raw.execute("PRAGMA user_version").fetchone() == (had,)
    assert raw.execute("SELECT count(*) FROM sqlite_master WHERE name = 'more'").fetchone() == (0,)
    raw.close()
    (newer / "9999_more.sql").write_text(
        "CREATE TABLE more (a INTEGER) STRICT;\nINSERT INTO more SELECT count(*) FROM edition;\n"
    )
    connection = schema.open_for_reading(loaded)
    assert connection.execute("SELECT a FROM more").fetchone() == (1,)
    assert connection.execute("PRAGMA user_version").fetchone() == (had + 1,)


@pytest.fixture
def of_version(database):
    """Make a database of an earlier feesync, from its dump."""

    def make(version):
        dump = Path(__file__).parent / "databases" / f"{version}.sql"
        with closing(sqlite3.connect(database)) as connection:
            connection.executescript(dump.read_text(encoding="utf-8"))
        return database

    return make


def views(path):
    with closing(schema.open_for_reading(path)) as connection:
        return dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'"))


def test_the_views_of_the_first_version_give_way(of_version):
    path = of_version("0.1.0")
    assert views(path).keys() == {
        "current_rate", "rate", "rate_cents", "release", "revision_rate_cents",
        "revision_rate_exact", "zip_file",
    }  # fmt: skip


def test_views_that_are_not_of_feesync_stand_as_they_were(of_version):
    path = of_version("0.4.0")
    mine = {
        "labels": "CREATE VIEW labels AS SELECT release_id, label FROM release",
        'a "view" of files': 'CREATE VIEW "a ""view"" of files" AS SELECT kind FROM zip_file',
        "broken": "CREATE VIEW broken AS SELECT * FROM nowhere",
    }
    with closing(sqlite3.connect(path)) as connection:
        for view in mine.values():
            connection.execute(view)
        before = connection.execute("SELECT * FROM labels ORDER BY 1").fetchall()
    assert {name: sql for name, sql in views(path).items() if name in mine} == mine
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT * FROM labels ORDER BY 1").fetchall() == before
        assert len(connection.execute('SELECT * FROM "a ""view"" of files"').fetchall()) == 3


def test_an_old_sqlite_gets_one_clear_line(loaded, monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.36.0")
    with pytest.raises(
        StoreError, match=r"^feesync needs SQLite 3\.37 or newer; this Python has 3\.36\.0$"
    ):
        schema.open_for_reading(loaded)


def test_a_look_up_searches_and_never_scans(loaded):
    connection = schema.open_for_reading(loaded)
    plan = connection.execute(
        "EXPLAIN QUERY PLAN SELECT * FROM rate WHERE release = 'RVU25D' AND basis = 'nonqp' AND "
        "hcpcs = '64493' AND modifier = '' "
        "AND mac = '01112' AND locality = '05'"
    ).fetchall()
    assert len(plan) == 5
    assert all(step[3].startswith("SEARCH") for step in plan)


@pytest.mark.parametrize(
    ("version", "source"),
    [("0.2.0", "rvu25d_2.zip"), ("0.3.0", None), ("0.4.0", None), ("0.5.0", None)],
)
def test_an_older_database_where_nothing_can_be_written_is_read_as_it_is(
    of_version, monkeypatch, version, source
):
    path = of_version(version)

    def refuse(path):
        try:
            connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
            connection.execute("CREATE TABLE x (y)")
        except sqlite3.Error as error:
            raise schema.store_error(path, error) from error

    monkeypatch.setattr(schema, "open_for_writing", refuse)
    answer = estimate("64493", locality="94110", date="2025-11-03", db=path)
    assert (answer.allowed, answer.release.embedded) == (Decimal("222.87"), False)
    assert source in (None, answer.release.source)
    with closing(schema.open_for_reading(path)) as connection:
        found = Source(connection, embedded=False)
        assert found.editions("rvu") == []
        assert found.damages() == []
        assert {type(release.checks_set_aside) for release in found.releases} == {dict}
        kinds = {"ZIP5", "ZIP9"} if version >= "0.4.0" else set()
        assert {table.file.kind for table in found.zip_tables} == kinds


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), StoreError,
         "x.db is damaged: it holds text that is no UTF-8"),
        (sqlite3.OperationalError("database is locked"), BusyError,
         "another process is writing to x.db; try again when it is done"),
        (sqlite3.OperationalError("the table is busy"), BusyError,
         "another process is writing to x.db; try again when it is done"),
        (sqlite3.DatabaseError("file is not a database"), StoreError,
         "x.db is not a feesync database"),
        (sqlite3.OperationalError("disk I/O error"), StoreError,
         "x.db cannot be used: disk I/O error"),
    ],
)  # fmt: skip
def test_an_error_of_sqlite_is_one_line(error, kind, says):
    found = schema.store_error(Path("x.db"), error)
    assert (type(found), str(found)) == (kind, says)


def test_a_file_is_a_database_by_its_first_bytes(loaded, tmp_path):
    assert schema.is_database(loaded)
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE mine (a)")
    text = tmp_path / "text.db"
    text.write_bytes(b"x" * 68 + schema.APPLICATION_ID.to_bytes(4, "big"))
    assert not schema.is_database(other)
    assert not schema.is_database(text)


def test_an_old_sqlite_is_refused(monkeypatch, tmp_path):
    path = tmp_path / "x.db"
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 99))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.36.99")
    for opened in (
        schema.memory_database,
        lambda: schema.open_for_reading(path),
        lambda: schema.open_for_writing(path),
        lambda: schema.open_unchanging(path),
    ):
        with pytest.raises(
            StoreError,
            match=r"^feesync needs SQLite 3\.37 or newer; this Python has 3\.36\.99$",
        ):
            opened()
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 37, 0))
    connection = schema.memory_database()
    assert connection.execute("SELECT count(*) FROM release").fetchone() == (0,)


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("/data/feesync.db", "file:///data/feesync.db?mode=ro"),
        ("/a b/50%/x?y=1#z.db", "file:///a%20b/50%25/x%3Fy%3D1%23z.db?mode=ro"),
        ("/Gebühr/~x_1-2.db", "file:///Geb%C3%BChr/~x_1-2.db?mode=ro"),
        ("x.db", "file:///where/it/is/x.db?mode=ro"),
    ],
)
def test_the_uri_of_a_file(path, uri, monkeypatch):
    monkeypatch.setattr("os.getcwd", lambda: "/where/it/is")
    assert schema._uri(path, "mode=ro") == uri
    assert schema._uri(Path(path), "mode=ro") == uri


def test_the_uri_of_a_file_of_windows(monkeypatch):
    monkeypatch.setattr("os.getcwd", lambda: "C:/data")
    assert schema._uri("x.db", "mode=ro") == "file:///C:/data/x.db?mode=ro"


def test_what_stands_as_it_is_is_not_opened_for_writing(loaded, monkeypatch):
    def refuse(path):
        raise AssertionError

    monkeypatch.setattr(schema, "open_for_writing", refuse)
    with closing(schema.open_for_reading(loaded)) as connection:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM edition")
        assert connection.execute("SELECT label FROM release").fetchall() == [("RVU25D",)]


@pytest.mark.parametrize("error", [BusyError, StoreError])
@pytest.mark.parametrize(
    ("code", "is_read"),
    [("SQLITE_BUSY", True), ("SQLITE_READONLY_DIRECTORY", True), ("SQLITE_IOERR_WRITE", True),
     ("SQLITE_FULL", True), ("SQLITE_CANTOPEN", True), ("SQLITE_LOCKED", True),
     ("SQLITE_ERROR", False), ("SQLITE_CORRUPT", False), (None, False)],
)  # fmt: skip
def test_which_errors_leave_an_older_database_as_it_is(
    of_version, monkeypatch, error, code, is_read
):
    def refuse(path):
        cause = sqlite3.OperationalError("no")
        if code:
            cause.sqlite_errorcode = getattr(sqlite3, code)
        raise error("it cannot be") from cause

    monkeypatch.setattr(schema, "open_for_writing", refuse)
    path = of_version("0.2.0")
    if is_read:
        schema.open_for_reading(path).close()
    else:
        with pytest.raises(error, match="it cannot be"):
            schema.open_for_reading(path)


def test_the_oldest_version_cannot_be_read_as_it_is(of_version, monkeypatch):
    """That of 0.1.0 has its revisions in a table of another form."""
    path = of_version("0.1.0")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)

    def refuse(path):
        cause = sqlite3.OperationalError("no")
        cause.sqlite_errorcode = sqlite3.SQLITE_READONLY
        raise StoreError("it cannot be written") from cause

    monkeypatch.setattr(schema, "open_for_writing", refuse)
    with pytest.raises(StoreError, match="it cannot be written"):
        schema.open_for_reading(path)


def test_an_error_of_sqlite_in_a_transaction_is_one_of_feesync(loaded):
    def fail():
        with writing(loaded) as connection:
            connection.execute("UPDATE edition SET source = 'another'")
            connection.execute("DELETE FROM nowhere")

    with pytest.raises(StoreError, match=f"^{loaded} cannot be used: no such table: nowhere$"):
        fail()
    with closing(schema.open_for_reading(loaded)) as connection:
        assert connection.execute("SELECT source FROM edition").fetchall() == [("rvu25d.zip",)]


def test_after_a_transaction_the_file_can_be_copied_alone(loaded, tmp_path):
    with writing(loaded) as connection:
        connection.execute("UPDATE edition SET source = 'another'")
    with closing(sqlite3.connect(f"file:{loaded}?immutable=1", uri=True)) as alone:
        assert alone.execute("SELECT source FROM edition").fetchall() == [("another",)]


def test_the_first_version_with_checks_that_were_set_aside(of_version):
    with closing(sqlite3.connect(of_version("0.4.0"))) as connection:
        connection.executescript(Path(schema.migrations()[3]).read_text(encoding="utf-8"))
        connection.execute("PRAGMA user_version = 4")
        ((number,),) = connection.execute("SELECT max(release_id) FROM release").fetchall()
        connection.execute("INSERT INTO check_set_aside VALUES (?, 'text-twin', 'why')", (number,))
        found = Source(connection, embedded=False).releases
        assert [release.checks_set_aside for release in found if release.checks_set_aside] == [
            {"text-twin": "why"}
        ]


def test_foreign_keys_are_kept(loaded):
    for opened in (schema.open_for_reading, schema.open_for_writing):
        with closing(opened(loaded)) as connection:
            assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_a_database_that_nothing_writes_to_may_be_read_by_any_thread(loaded):
    for connection in (schema.memory_database(), schema.open_unchanging(loaded)):
        with ThreadPoolExecutor(1) as threads:
            rows = threads.submit(connection.execute, "SELECT count(*) FROM edition").result()
            found = threads.submit(rows.fetchone).result()
        assert found == connection.execute("SELECT count(*) FROM edition").fetchone()
        connection.close()


def test_the_source_of_a_factor_that_no_file_of_a_release_has_is_one_of_the_repository():
    path = Path(schema.REFERENCE_FACTOR)
    assert path.parts[0] == "data"
    assert Path(data_folder(), *path.parts[1:]).is_file()
