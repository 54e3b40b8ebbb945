"""The copy of a database for other machines has what the database has, in one file."""

import sqlite3
from contextlib import closing

from feesync.store.copy import copy_database

RATES = "SELECT * FROM rate ORDER BY release, basis, hcpcs, modifier, mac, locality"


def rates(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(RATES).fetchall()


def test_a_copy_has_all_rates_in_one_file(loaded, tmp_path):
    copy_database(loaded, tmp_path / "copy.db")
    assert rates(tmp_path / "copy.db") == rates(loaded) != []
    assert [path.name for path in tmp_path.glob("copy.db*")] == ["copy.db"]


def test_where_there_is_no_database_the_copy_is_empty(tmp_path):
    copy_database(tmp_path / "none.db", tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_bytes() == b""
    assert not (tmp_path / "none.db").exists()
