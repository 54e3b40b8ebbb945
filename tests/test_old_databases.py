"""A database of every feesync before this one opens, loses nothing, and answers the same dollars.

The dumps in databases/ were made by those versions, of the fixtures: RVU25D, which supersedes an
earlier revision of itself with another practice expense of 20610, and RVU26D; since 0.4.0 ZIP5,
superseded too, and ZIP9.
"""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import pandas
import pytest
from everyday import one_in

from feesync import diff, estimate, reprice
from feesync.errors import StoreError
from feesync.store import schema
from feesync.store.revisions import read_revisions
from feesync.store.source import Source

DUMPS = sorted((Path(__file__).parent / "databases").glob("*.sql"))
DAY = "2025-11-03"
MIGRATE = """
import os, signal, sys
from pathlib import Path
from feesync.store import checksums, schema

left, statements, seal = [int(sys.argv[2])], schema._statements, checksums.seal

def step():
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)

def watched(script):
    for statement in statements(script):
        step()
        yield statement

def sealed(connection):
    step()
    seal(connection)
    step()

schema._statements, checksums.seal = watched, sealed
schema.open_for_writing(Path(sys.argv[1])).close()
print(int(sys.argv[2]) - left[0])
"""


@pytest.fixture(params=DUMPS, ids=lambda path: path.stem)
def old(request, database):
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(request.param.read_text(encoding="utf-8"))
    return database


BY_HASH = {
    "zip_file": "SELECT f.kind, f.year, f.quarter, f.sha256, f.source, f.rows, f.loaded_at, "
    "n.sha256 FROM zip_file AS f LEFT JOIN zip_file AS n ON n.zip_file_id = f.superseded_by",
    "zip_locality": "SELECT f.sha256, zip, plus4, mac, locality, state, plus_four "
    "FROM zip_locality JOIN zip_file AS f USING (zip_file_id)",
    "zip_checksum": "SELECT f.sha256, part, crc32 "
    "FROM zip_checksum JOIN zip_file AS f USING (zip_file_id)",
    "checksum": "SELECT * FROM checksum WHERE release_id > 0",
}
"""What has other numbers since all editions are in one table; and checksums of one edition."""


def content(database, tables=None):
    """Every row of every table; of those in BY_HASH, whatever the numbers of their files are."""
    with closing(sqlite3.connect(database)) as connection:
        if tables is None:
            tables = [
                name
                for (name,) in connection.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
                )
            ]
        return {
            table: sorted(
                connection.execute(BY_HASH.get(table, f"SELECT * FROM {table}")), key=repr
            )
            for table in tables
        }


def dump(database):
    with closing(sqlite3.connect(database)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()
        return version, list(connection.iterdump())


def cents(exact):
    return int(exact + Fraction(1, 2))


def recomputed(database):
    """The fee of every row in every locality, from what the tables of the old database hold."""
    with closing(sqlite3.connect(database)) as connection:
        return {
            (release, basis, hcpcs, modifier, mac, locality): tuple(
                cents(
                    Fraction(work * work_gpci + pe * pe_gpci + mp * mp_gpci, 10**5)
                    * Fraction(factor, 10**4)
                    * 100
                )
                for pe in (nonfacility_pe, facility_pe)
            )
            for release, basis, hcpcs, modifier, mac, locality, work, nonfacility_pe, facility_pe,
            mp, work_gpci, pe_gpci, mp_gpci, factor in connection.execute(
                "SELECT label, basis, hcpcs, modifier, mac, locality, work_rvu, "
                "nonfacility_pe_rvu, "
                "facility_pe_rvu, mp_rvu, work_gpci, pe_gpci, mp_gpci, factor FROM release "
                "JOIN conversion_factor USING (release_id) JOIN relative_value USING (release_id) "
                "JOIN locality USING (release_id) WHERE superseded_by IS NULL"
            )
        }  # fmt: skip


def test_there_is_a_database_of_every_version():
    assert [path.stem for path in DUMPS] == ["0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.5.0"]


def test_an_old_database_loses_nothing_and_answers_the_same_dollars(old):
    before, fees = content(old), recomputed(old)
    assert len(fees) > 8_000
    # CMS, 64493 in San Francisco, October 2025
    answer = estimate("64493", locality="01112-05", date=DAY)
    assert (str(answer.fee), answer.release.label) == ("222.87", "RVU25D")
    assert answer.release.source == "rvu25d_2.zip"
    facility = estimate("64493", locality="01112-05", date=DAY, setting="facility")
    assert str(facility.fee) == "103.99"
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(schema.migrations()),)
        found = connection.execute(
            "SELECT release, basis, hcpcs, modifier, mac, locality, nonfacility_fee, facility_fee "
            "FROM rate_cents"
        )
        assert {tuple(row[:6]): tuple(row[6:]) for row in found} == fees
    assert content(old, before) == before


def test_the_revisions_of_an_old_database_stand_and_compare(old):
    with closing(schema.open_for_reading(old)) as connection:
        source = Source(connection, embedded=False)
        assert source.damages() == []
        current, superseded = source.revisions("RVU25D")
        assert (current.source, superseded.source) == ("rvu25d_2.zip", "rvu25d.zip")
    found = diff(f"RVU25D@{superseded.sha256[:12]}", f"RVU25D@{current.sha256[:12]}")
    assert {change.hcpcs for change in found.codes} == {"20610"}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_migration_that_is_killed_leaves_the_database_as_it_was(old):
    before = dump(old)

    def run(after):
        command = [sys.executable, "-c", MIGRATE, str(old), str(after)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    point, killed = 0, 0
    while (done := run(point)).returncode == -signal.SIGKILL:
        assert dump(old) == before
        killed, point = killed + 1, 2 * point + 1
    assert done.returncode == 0, done.stderr
    steps = int(done.stdout)
    assert killed > 3
    assert steps > 10
    assert dump(old)[0] == (len(schema.migrations()),)
    with closing(schema.open_for_reading(old)) as connection:
        assert Source(connection, embedded=False).damages() == []


@pytest.fixture
def unwritable(old, monkeypatch):
    """An old database that is read as it is, since nothing can be written."""
    with closing(sqlite3.connect(old)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version < schema._OLDEST_READ:
        pytest.skip("a database of 0.1.0 is migrated, or not read")

    def refuse(path):
        error = StoreError(f"{path} cannot be used")
        error.__cause__ = sqlite3.OperationalError("readonly")
        error.__cause__.sqlite_errorcode = sqlite3.SQLITE_READONLY
        raise error

    monkeypatch.setattr(schema, "open_for_writing", refuse)
    return old


def test_an_old_database_where_nothing_can_be_written_answers_the_same(unwritable):
    before = dump(unwritable)
    answer = estimate("64493", locality="01112-05", date=DAY)
    assert (str(answer.fee), answer.release.source) == ("222.87", "rvu25d_2.zip")
    assert has_sound_zips(unwritable)
    with closing(schema.open_for_reading(unwritable)) as connection:
        assert Source(connection, embedded=False).damages() == []
    assert read_revisions(unwritable)["RVU25D"].current == answer.release.sha256
    assert dump(unwritable) == before


@pytest.mark.parametrize("old", one_in(4, DUMPS), indirect=True, ids=lambda path: path.stem)
def test_a_file_is_repriced_by_an_old_database_and_the_snapshot_beside_it(unwritable):
    for days in ([DAY, "2021-05-03"], ["2021-05-03", DAY]):
        claims = pandas.DataFrame({"date": days, "hcpcs": "64493", "locality": "01112-05"})
        found = reprice(claims, workers=1).to_frame("pandas")
        single = [estimate("64493", locality="01112-05", date=day) for day in days]
        assert [*found["allowed"]] == [answer.allowed for answer in single]
        assert [*found["release"]] == [answer.release.label for answer in single]


def has_sound_zips(database):
    """Whether ZIPs lie where the files of the dump put them; before 0.4.0 it has none."""
    with closing(sqlite3.connect(database)) as connection:
        query = "SELECT count(*) FROM sqlite_master WHERE name = 'zip_locality'"
        if connection.execute(query).fetchone() == (0,):
            return True
    places = [
        estimate("64493", locality=code, date=DAY).locality for code in ("95023-0007", "94111")
    ]
    return [(place.mac, place.locality) for place in places] == [("01112", "09"), ("01112", "05")]


def test_zips_of_an_old_database_stand(old):
    if old.stat().st_size and "zip_file" not in content(old):
        pytest.skip("ZIP files are loaded since 0.4.0")
    assert has_sound_zips(old)
    assert sorted(row[5] for row in content(old, ["zip_file"])["zip_file"]) == [2, 3, 10]
