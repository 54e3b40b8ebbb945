"""A refresh loads anew what a database no longer has as it was loaded, and says so."""

import sqlite3
from contextlib import closing
from decimal import Decimal

import pytest
from cms_files import quarter, text_of, zip9_line, zip_of

from feesync import estimate
from feesync.cms.cache import Cache

pytestmark = pytest.mark.usefixtures("november", "naps")
NINE = [zip9_line("95023", "0001", "01112", "65"), zip9_line("95023", "0002", "01112", "09")]
PATH = "/files/zip/rvu25d-updated-09/11/2025.zip"
ZIPS = "/files/zip/zip-code-carrier-locality-file-revised-08/14/2025.zip"
REPAIRED = "its damaged rows are loaded anew"


def flip(database, change):
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute(change).rowcount
        connection.commit()


FLIPPED = "UPDATE relative_value SET nonfacility_pe_rvu = 363 WHERE hcpcs = '64493'"


def asked(server, path):
    """The statuses of the answers to what was asked since the last call."""
    codes = [code for asked, _, code in server.asked if asked == path]
    server.asked = []
    return codes


def test_a_damaged_release_is_loaded_anew_from_the_cache(offered, feesync, database):
    feesync("sync")
    flip(database, f"{FLIPPED} AND release_id = 2")
    asked(offered, PATH)
    again = feesync("sync")
    assert (again.exit_code, again.stderr) == (0, "")
    assert again.stdout.splitlines() == [
        "RVU25C: nothing new, this is loaded",
        f"RVU25D: {REPAIRED}",
    ]
    assert asked(offered, PATH) == [304]
    assert feesync("status").exit_code == 0
    # CMS's national amount, October 2025
    assert estimate("64493", locality="national", date="2025-11-03").fee == Decimal("172.08")
    assert feesync("sync").stdout.startswith("nothing new: ")


def test_it_is_downloaded_again_where_the_cache_lacks_it(offered, feesync, database, cache):
    feesync("sync")
    flip(database, f"{FLIPPED} AND release_id = 2")
    (entry,) = [entry for entry in Cache(cache).files() if entry.label == "RVU25D"]
    entry.path.unlink()
    asked(offered, PATH)
    assert "would be downloaded" in feesync("sync", "--dry-run").stdout
    assert f"MB): {REPAIRED}" in feesync("sync", "--quiet").stdout
    assert asked(offered, PATH)[-1] == 200
    assert feesync("status").exit_code == 0


def test_without_a_connection_too(offered, feesync, database):
    feesync("sync")
    flip(database, f"{FLIPPED} AND release_id = 2")
    assert f"RVU25D: {REPAIRED}" in feesync("sync", "--offline").stdout
    assert feesync("status").exit_code == 0


def test_what_is_not_asked_for_is_left_as_it_is(offered, feesync, database):
    feesync("sync")
    flip(database, f"{FLIPPED} AND release_id = 1")
    assert feesync("sync", "--release", "RVU25D").stdout.startswith("nothing new: RVU25D as")
    assert feesync("status").exit_code == 1


@pytest.mark.parametrize("flipped", ["mac = '01182'", "locality = '05'"])
def test_a_damaged_zip_file(server, feesync, database, flipped):
    server.offer("RVU25D", quarter("D"))
    server.offer_zips(zip_of({"ZIP9_OCT2025.txt": text_of(NINE)}))
    feesync("sync", "--zips")
    flip(database, f"UPDATE zip_locality SET {flipped} WHERE plus4 = '0001'")
    assert feesync("status").exit_code == 1
    assert feesync("sync").stdout == "nothing new: RVU25D as CMS has them\n"
    again = feesync("sync", "--zips")
    assert (again.exit_code, again.stdout.splitlines()[-1]) == (0, f"ZIPS: {REPAIRED}")
    assert feesync("status").exit_code == 0


def test_a_damaged_table_of_all_is_said(offered, feesync, database):
    feesync("sync")
    flip(database, "UPDATE conversion_factor SET factor = factor + 1")
    again = feesync("sync")
    assert again.exit_code == 1
    assert "is damaged: its table of releases is not what was loaded. Move the file" in again.stderr
    assert "nothing new" not in again.stdout


def test_a_broken_off_download_of_what_is_not_asked_for_stays(offered, feesync, cache):
    feesync("sync")
    kept = ["ZIPS.part", "ZIPS.part.json"]
    for name in [*kept, "RVU24A.part", "RVU24A.part.json"]:
        (cache / name).write_text("x")
    feesync("sync")
    assert sorted(path.name for path in Cache(cache).unfinished()) == kept
