"""Every row is compared beside the answers, once for each state of the database."""

import sqlite3
from threading import Event

import pytest

import feesync
from feesync.refresh import inspection
from feesync.refresh.status import status_at_once
from feesync.store import checksums


@pytest.fixture
def counted(monkeypatch):
    """How often all rows were compared."""
    calls = []
    compare = checksums.damages

    def damages(connection):
        calls.append(1)
        return compare(connection)

    monkeypatch.setattr(checksums, "damages", damages)
    return calls


def damage(path):
    with sqlite3.connect(path) as connection:
        connection.execute(
            "UPDATE relative_value SET work_rvu = work_rvu + 1 WHERE hcpcs = '64493'"
        )
    connection.close()


def test_a_database_is_compared_once_until_it_changes(loaded, counted, monkeypatch):
    monkeypatch.setattr(inspection, "_SECONDS", 20)
    for _ in range(3):
        found = status_at_once(db=loaded)
        assert (found.damages, found.is_compared, found.status) == ((), True, 0)
    assert len(counted) == 1
    damage(loaded)
    found = status_at_once(db=loaded)
    assert len(counted) == 2
    assert "64493" in found.damages[0]
    assert found.status == 1
    assert found.damages == feesync.status(db=loaded).damages


def test_an_answer_does_not_wait_and_says_what_is_not_known(loaded, monkeypatch):
    go_on, compare = Event(), checksums.damages

    def slow(connection):
        assert go_on.wait(20)
        yield from compare(connection)

    monkeypatch.setattr(checksums, "damages", slow)
    monkeypatch.setattr(inspection, "_SECONDS", 0.01)
    damage(loaded)
    for _ in range(3):
        found = status_at_once(db=loaded)
        assert (found.damages, found.is_compared, found.to_dict()["compared"]) == ((), False, False)
    go_on.set()
    monkeypatch.setattr(inspection, "_SECONDS", 20)
    found = status_at_once(db=loaded)
    assert found.is_compared
    assert "64493" in found.damages[0]


def test_what_cannot_be_read_is_an_error_each_time(database):
    database.write_bytes(b"no database" * 100)
    for _ in range(2):
        with pytest.raises(feesync.StoreError):
            status_at_once(db=database)


def test_without_a_database_nothing_is_to_be_compared(database):
    found = status_at_once(db=database)
    assert (found.damages, found.is_compared) == ((), True)
