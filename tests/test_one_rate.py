"""One rate is read by the text of the view, and equals the row of the view."""

import sqlite3
from contextlib import closing

import pytest

from feesync.model.rate import Rate
from feesync.store.one_rate import select_one

COLUMNS = ", ".join(Rate._fields)
KEY = "release_id, basis, hcpcs, modifier, mac, locality"


def test_every_rate_is_the_row_of_the_view(loaded):
    with closing(sqlite3.connect(loaded)) as connection:
        rows = connection.execute(f"SELECT {KEY}, {COLUMNS} FROM rate_cents").fetchall()
        one = select_one(connection)
        assert len(rows) > 1000
        for row in rows:
            assert connection.execute(one, row[:6]).fetchall() == [row[6:]]
        assert connection.execute(one, (*rows[0][:5], "zz")).fetchone() is None


def test_a_revision_that_was_superseded_has_no_rate(loaded):
    with closing(sqlite3.connect(loaded)) as connection:
        key = connection.execute(f"SELECT {KEY} FROM rate_cents").fetchone()
        connection.execute("UPDATE edition SET superseded_by = edition_id")
        assert connection.execute(select_one(connection), key).fetchone() is None


def test_the_formula_is_computed_once(loaded):
    """SQLite multiplies less than half as often as through the view, which it flattens."""

    def products(query):
        return sum(row[1] == "Multiply" for row in connection.execute(f"EXPLAIN {query}", key))

    with closing(sqlite3.connect(loaded)) as connection:
        key = connection.execute(f"SELECT {KEY} FROM rate_cents").fetchone()
        where = " AND ".join(f"{name} = ?" for name in KEY.split(", "))
        view = f"SELECT {COLUMNS} FROM rate_cents WHERE {where}"
        assert products(select_one(connection)) * 2 < products(view)


def test_a_database_without_the_view_is_refused(loaded):
    with closing(sqlite3.connect(loaded)) as connection:
        connection.execute("DROP VIEW revision_rate_cents")
        with pytest.raises(sqlite3.DatabaseError, match="revision_rate_cents is missing"):
            select_one(connection)
