"""The view of the release in effect today: the amounts of `rate`, as text with all decimals."""

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal

import pytest
from cms_files import rvu26d, zip_of

from feesync import estimate
from feesync.datasets.rvu.load import load
from feesync.errors import StoreError
from feesync.formats.release import from_zip
from feesync.store import checksums

PLACES = {
    **dict.fromkeys(("work_gpci", "pe_gpci", "mp_gpci"), 3),
    "conversion_factor": 4,
    **dict.fromkeys(("work_rvu", "nonfacility_pe_rvu", "facility_pe_rvu", "mp_rvu"), 2),
    **dict.fromkeys(("nonfacility_amount", "facility_amount"), 2),
    **dict.fromkeys(("nonfacility_limiting_charge", "facility_limiting_charge"), 2),
}


@pytest.fixture
def two(loaded):
    """A database with RVU25D and RVU26D, whose days of effect a test sets."""
    load(loaded, from_zip(zip_of(rvu26d()), "rvu26d.zip"), allow_change=True)
    return loaded


def begin(path, **days):
    """Let releases begin so many days from today."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for label, number in days.items():
            first = (date.today() + timedelta(number)).isoformat()
            query = "UPDATE edition SET effective_from = ?, effective_to = '2099-12-31' "
            connection.execute(f"{query} WHERE label = ?", (first, label))


def rows(path, query, *values):
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query, values)]


def labels(path):
    return {row["release"] for row in rows(path, "SELECT DISTINCT release FROM current_rate")}


@pytest.mark.parametrize(
    ("days", "label"),
    [
        (dict(RVU25D=-30, RVU26D=1), "RVU25D"),
        (dict(RVU25D=-30, RVU26D=0), "RVU26D"),
        (dict(RVU25D=-1, RVU26D=-2), "RVU25D"),
        (dict(RVU25D=-1, RVU26D=-1), "RVU26D"),
    ],
)
def test_it_is_of_the_release_in_effect(two, days, label):
    begin(two, **days)
    assert labels(two) == {label}


def test_none_is_in_effect_before_the_first(two):
    begin(two, RVU25D=1, RVU26D=2)
    assert labels(two) == set()


def test_every_row_is_that_of_rate_with_all_its_decimals(two):
    begin(two, RVU25D=-30, RVU26D=1)
    current = rows(two, "SELECT * FROM current_rate")
    keys = "release, basis, hcpcs, modifier, mac, locality"
    of_rate = rows(two, "SELECT * FROM rate WHERE release = 'RVU25D'")
    assert len(current) == len(of_rate) > 8_000
    by_key = {tuple(row[name] for name in keys.split(", ")): row for row in of_rate}
    for row in current:
        same = by_key[tuple(row[name] for name in keys.split(", "))]
        for name, text in row.items():
            value = same[name]
            if name in PLACES and value is not None:
                value = f"{Decimal(repr(value)):.{PLACES[name]}f}"
            assert text == value, (name, row)
    assert {row["facility_amount"] is None for row in current} == {True, False}
    # an amount of a whole dollar, or of as many dimes, has its zeros
    assert any(str(row["nonfacility_amount"]).endswith("0") for row in current)


def test_it_has_what_cms_published(two):
    begin(two, RVU25D=-30, RVU26D=1)
    (row,) = rows(two, "SELECT * FROM current_rate WHERE hcpcs = '64493' AND mac = '01112' AND "
                       "locality = '05'")  # fmt: skip
    # CMS, 64493 in San Francisco, October 2025
    amounts = (row["nonfacility_amount"], row["facility_amount"], row["conversion_factor"])
    assert amounts == ("222.87", "103.99", "32.3465")
    assert row["work_gpci"] == "1.088"


def test_a_view_that_has_changed_is_told(loaded):
    with closing(sqlite3.connect(loaded)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = replace(sql, '10000', '10001') WHERE "
                           f"name = '{checksums.CURRENT_VIEW}'")  # fmt: skip
    with pytest.raises(StoreError, match="is damaged: its views are not what was loaded"):
        estimate("64493", locality="national", date="2025-11-03")
