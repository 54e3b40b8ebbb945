"""The SELECTs of one rate give the columns that the view gives, of every row and place."""

import sqlite3
from contextlib import closing

import pytest
from cms_files import rvu26d, zip_of

from feesync.datasets.rvu.load import load
from feesync.formats.release import from_zip
from feesync.model.rate import Rate
from feesync.store import source
from feesync.store.one_rate import STORED, select_one
from feesync.store.schema import memory_database

KEY = ("release_id", "basis", "hcpcs", "modifier", "mac", "locality")


def pairs(connection, limit):
    """Rates of every n-th row of the view, as the view has them and as the SELECT has them."""
    columns = ", ".join((*KEY, *Rate._fields))
    every = connection.execute(f"SELECT {columns} FROM rate_cents ORDER BY 1, 2, 3, 4, 5, 6")
    rows = every.fetchall()
    query, beside = select_one(connection)
    for row in rows[:: max(1, len(rows) // limit)]:
        key, rate = row[: len(KEY)], row[len(KEY) :]
        yield connection.execute(query, key).fetchall(), [rate]
        yield connection.execute(beside, key).fetchall(), [rate[len(STORED) :]]


def test_both_bases_of_a_loaded_release(loaded):
    load(loaded, from_zip(zip_of(rvu26d()), "rvu26d.zip"), allow_change=True)
    with closing(sqlite3.connect(loaded)) as connection:
        found = list(pairs(connection, 400))
        assert all(one == expected for one, expected in found)
        assert len(found) >= 800


@pytest.mark.parametrize("most", [1, 2, 1_000])
def test_a_rate_is_the_view_s_however_much_is_remembered(loaded, monkeypatch, most):
    monkeypatch.setattr(source, "_MOST_ROWS", most)
    columns = ", ".join(("mac", "locality", *Rate._fields))
    with closing(sqlite3.connect(loaded)) as connection:
        rows = connection.execute(f"SELECT {columns} FROM rate_cents ORDER BY 1, 2, 3, 4")
        rates = {row[:4]: row[2:] for row in rows}
        database = source.Source(connection, embedded=False)
        (release,) = database.releases
        places = database.localities(release)[:4]
        codes = dict.fromkeys(key[2:] for key in rates)
        for place in places:
            for hcpcs, modifier in [*codes, ("64493", "26"), ("64999", "")]:
                key = (place.mac, place.locality, hcpcs, modifier)
                rate = database.rate(release, hcpcs, modifier, place, qp=False)
                assert rate == rates.get(key)
                assert len(database._stored) <= most
        assert len(database._stored) == min(most, len(codes))


def test_a_superseded_revision_and_what_is_not_there_have_none(loaded):
    with closing(sqlite3.connect(loaded)) as connection:
        query, _ = select_one(connection)
        key = [1, "nonqp", "64493", "", "01112", "05"]
        assert len(connection.execute(query, key).fetchall()) == 1
        for at, other in enumerate((2, "qp", "64999", "26", "01113", "06")):
            assert connection.execute(query, [*key[:at], other, *key[at + 1 :]]).fetchall() == []
        connection.execute("UPDATE edition SET superseded_by = 1")
        assert connection.execute(query, key).fetchall() == []


def test_the_formula_is_that_of_the_database(loaded):
    """CMS, 64493 in San Francisco, October 2025: 222.87 before the view is another."""
    key = (1, "nonqp", "64493", "", "01112", "05")
    with closing(sqlite3.connect(loaded)) as connection:
        at = Rate._fields.index("nonfacility_fee")
        assert connection.execute(select_one(connection)[0], key).fetchone()[at] == 22287
        ((view,),) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'revision_rate_cents'"
        ).fetchall()
        connection.execute("DROP VIEW revision_rate_cents")
        connection.execute(view.replace("5000000", "5000000 + 10000000"))
        assert connection.execute(select_one(connection)[0], key).fetchone()[at] == 22288


def test_without_the_view_there_is_no_rate():
    connection = memory_database()
    connection.execute("DROP VIEW rate_cents")
    connection.execute("DROP VIEW revision_rate_cents")
    with pytest.raises(sqlite3.DatabaseError, match="^the view revision_rate_cents is missing$"):
        select_one(connection)


def test_the_formula_is_computed_once(loaded):
    """SQLite multiplies less than half as often as through the view, which it flattens."""
    key = (1, "nonqp", "64493", "", "01112", "05")
    where = " AND ".join(f"{name} = ?" for name in KEY)
    view = f"SELECT {', '.join(Rate._fields)} FROM rate_cents WHERE {where}"
    with closing(sqlite3.connect(loaded)) as connection:
        one, beside, through_view = (
            sum(row[1] == "Multiply" for row in connection.execute(f"EXPLAIN {query}", key))
            for query in (*select_one(connection), view)
        )
    assert 0 < 2 * one < through_view
    assert one == beside
