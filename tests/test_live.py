"""A database file that appears, changes, is replaced or vanishes while it is open."""

import os
import shutil
import sqlite3
from contextlib import closing

import pytest

from feesync.errors import StoreError
from feesync.store.live import LiveDatabase


@pytest.fixture
def live(database):
    found = LiveDatabase(str(database))
    yield found
    found.forget()


def written(path, statement="UPDATE edition SET rows = coalesce(rows, 0) + 1"):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def begun(live):
    """Whether it says that the file has changed, and whether it has a source now."""
    changed = live.begin()
    found = changed, live.source is not None
    live.end()
    return found


def test_a_file_that_appears_and_vanishes(live, database, small_rvu25d):
    assert begun(live) == (False, False)
    shutil.copy(small_rvu25d, database)
    assert begun(live) == (True, True)
    assert begun(live) == (False, True)
    assert live.source.labels == {"RVU25D"}
    assert not live.source.embedded
    database.unlink()
    assert begun(live) == (True, False)


def test_what_another_process_writes_is_noticed_at_the_next_beginning(live, loaded):
    assert begun(live) == (True, True)
    first = live.source
    assert live.begin() is False
    written(loaded)
    assert live.source is first
    live.end()
    assert begun(live) == (True, True)
    assert live.source is not first
    assert begun(live) == (False, True)


def test_another_file_under_the_name_is_noticed(live, loaded, tmp_path):
    assert begun(live) == (True, True)
    first = live.source
    other = tmp_path / "other.db"
    shutil.copy(loaded, other)
    os.replace(other, loaded)
    assert begun(live) == (True, True)
    assert live.source is not first
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        first.connection.execute("SELECT 1")


def test_between_its_beginning_and_end_all_is_read_of_one_state(live, loaded):
    live.begin()
    connection = live.source.connection
    assert connection.in_transaction
    (before,) = connection.execute("SELECT count(*) FROM relative_value").fetchone()
    with closing(sqlite3.connect(loaded)) as other:
        other.execute("DELETE FROM relative_value WHERE hcpcs = '64493'")
        other.commit()
    assert connection.execute("SELECT count(*) FROM relative_value").fetchone() == (before,)
    live.end()
    assert not connection.in_transaction
    live.end()  # once more does no harm
    live.begin()
    assert live.source.connection.execute("SELECT count(*) FROM relative_value").fetchone() == (
        before - 1,
    )


def test_a_beginning_that_was_interrupted_is_no_transaction_of_before(live, loaded):
    live.begin()
    written(loaded)
    assert live.begin()  # without an end
    assert live.source.connection.in_transaction


def test_a_database_that_is_damaged_is_closed_and_read_anew(live, loaded):
    assert begun(live) == (True, True)
    written(loaded, "UPDATE edition SET effective_to = '2025-12-30'")
    for _ in range(2):
        with pytest.raises(StoreError, match="is damaged: its table of releases is not"):
            live.begin()
        assert live.source is None
    written(loaded, "UPDATE edition SET effective_to = '2025-12-31'")
    assert begun(live) == (True, True)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
         "is damaged: it holds text that is no UTF-8"),
        (sqlite3.DatabaseError("malformed"), "cannot be used: malformed"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_an_error_of_the_database(live, loaded, monkeypatch, error, says):
    def refuse(connection, *, embedded):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("feesync.store.live.Source", refuse)
        for _ in range(2):
            with pytest.raises(StoreError, match=f"^{loaded} {says}$"):
                live.begin()
    assert begun(live) == (True, True)


def test_what_is_no_file(tmp_path):
    folder = LiveDatabase(str(tmp_path))
    with pytest.raises(StoreError, match=f"^{tmp_path} is not a file$"):
        folder.begin()
    text = tmp_path / "text"
    text.write_text("x")
    assert begun(LiveDatabase(f"{text}/feesync.db")) == (False, False)  # no folder, so no file


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/" + "x" * 300, "'/" + "x" * 199 + "' cannot be read: File name too long"),
        ("a\0b", r"'a\\x00b' cannot be read: "),
    ],
)
def test_a_path_that_cannot_be(path, says):
    with pytest.raises(StoreError, match=f"^{says}"):
        LiveDatabase(path).begin()
