"""feesync sync --zips.

The Zip Code to Carrier Locality File, from a loopback server, from its page to an answer.
"""

import json
from functools import cache

import pytest
from cms_files import quarter, text_of, zip5_lines, zip9_line, zip_of
from fake_cms import FEE_SCHEDULES, REPOSTED, html, status

from feesync.store.zip_tables import embedded_zip_table

pytestmark = pytest.mark.usefixtures("november", "naps")
NINE = [zip9_line("95023", "0001", "01112", "65"), zip9_line("95023", "0002", "01112", "09")]


@cache
def five(moved=()):
    """CMS's ZIP5, in which `moved` ZIPs lie in San Jose."""
    return text_of(
        zip5_lines(lambda code, *row: (row[0], "09", *row[2:]) if code in moved else row)
    )


@cache
def file(moved=()):
    return zip_of(
        {
            "ZIP5_OCT2025.txt": five(moved),
            "ZIP9_OCT2025.txt": text_of(NINE),
            "ZIP5lyout.txt": b"layout",
        }
    )


@pytest.fixture
def offered(server):
    server.offer("RVU25D", quarter("D"))
    server.offer_zips(file())
    return server


def place(feesync, code):
    result = feesync("estimate", "64493", "--locality", code, "--date", "2025-11-03", "--json")
    answer = json.loads(result.stdout)
    return answer["locality"]["mac"], answer["locality"]["locality"]


@pytest.mark.slow
def test_filling_then_nothing_new_then_a_repost(feesync, offered):
    result = feesync("sync", "--zips")
    assert (result.exit_code, result.stderr) == (0, "")
    rows = embedded_zip_table().file.rows
    assert result.stdout.splitlines()[1].endswith(
        f"): new file; {rows:,} rows of ZIP5 2025 Q4, 2 rows of ZIP9 2025 Q4"
    )
    assert place(feesync, "94110") == ("01112", "05")
    assert place(feesync, "95023-0001") == ("01112", "65")
    offered.paths()
    again = feesync("sync", "--zips")
    assert (again.exit_code, again.stdout) == (0, "nothing new: RVU25D, ZIPS as CMS has them\n")
    assert [code for path, _, code in offered.asked if "carrier" in path] == [304]
    offered.zips.clear()
    offered.offer_zips(
        file(moved=("94110",)),
        path="/files/zip/zip-code-carrier-locality-file-updated-10-03-2025.zip",
        last_modified=REPOSTED,
    )
    repost = feesync("sync", "--zips")
    assert "new revision, supersedes the one loaded before" in repost.stdout
    assert place(feesync, "94110") == ("01112", "09")


def test_they_are_not_asked_for_by_default(feesync, offered):
    feesync("sync")
    assert not [path for path in offered.paths() if path == FEE_SCHEDULES or "carrier" in path]


@pytest.mark.slow
def test_of_several_the_newest_is_taken(feesync, offered):
    offered.offer_zips(
        file(moved=("94110",)),
        path="/files/zip/zip-code-carrier-locality-file-revised-11/01/2025.zip",
    )
    feesync("sync", "--zips")
    assert place(feesync, "94110") == ("01112", "09")


@pytest.mark.parametrize(
    ("break_it", "code", "says"),
    [
        (lambda server: server.zips.clear(), 4,
         "no download of the Zip Code to Carrier Locality File; its title is 'Fee"),
        (lambda server: server.faults.update({FEE_SCHEDULES: status(503)}), 3, "503"),
        (lambda server: server.faults.update(
            {server.zips[0].path: html("<html><title>Sorry</title>")}), 4, "an HTML page (Sorry)"),
        (lambda server: (server.zips.clear(), server.offer_zips(zip_of({"a.txt": b"x"}))), 4,
         "holds no ZIP5 or ZIP9 file"),
        (lambda server: (server.zips.clear(), server.offer_zips(file()[:-90])), 4,
         "its directory cannot be read"),
    ],
)  # fmt: skip
def test_what_goes_wrong_leaves_the_releases_loaded(feesync, offered, break_it, code, says):
    break_it(offered)
    result = feesync("sync", "--zips")
    assert result.exit_code == code
    assert says in result.stderr
    assert "RVU25D (0.0 MB): new release" in result.stdout
    assert "ZIPS: failed, what was loaded before is kept" in result.stdout
    assert place(feesync, "94110") == ("01112", "05")  # by the embedded table


def test_a_dry_run_changes_nothing(feesync, offered, database):
    assert "ZIPS: would be downloaded and loaded" in feesync("sync", "--zips", "--dry-run").stdout
    assert not database.exists()


@pytest.mark.slow
def test_offline_loads_what_the_cache_holds(feesync, offered, database):
    feesync("sync", "--zips")
    offered.stop()
    database.unlink()
    result = feesync("sync", "--zips", "--offline")
    assert (result.exit_code, "new file" in result.stdout) == (0, True)
    assert place(feesync, "95023-0002") == ("01112", "09")


@pytest.mark.slow
def test_the_cache_keeps_it_when_it_is_pruned(feesync, offered, cache):
    feesync("sync", "--zips")
    assert len(list(cache.glob("ZIPS-*.zip"))) == 1
    assert feesync("cache", "--prune").exit_code == 0
    assert len(list(cache.glob("ZIPS-*.zip"))) == 1


@pytest.mark.slow
def test_one_file_superseded_and_another_new_is_a_change(feesync, offered):
    feesync("sync", "--zips")
    offered.zips.clear()
    offered.offer_zips(
        file(moved=("94110",)),
        path="/files/zip/zip-code-carrier-locality-file-revised-10/03/2025.zip",
    )
    feesync("sync", "--zips")
    offered.zips.clear()
    old_and_new = zip_of(
        {
            "ZIP5_OCT2025.txt": five(),
            "ZIP9_JAN2026.txt": text_of(
                [zip9_line("95023", "0001", "01112", "65", quarter="20261")]
            ),
        }
    )
    offered.offer_zips(
        old_and_new, path="/files/zip/zip-code-carrier-locality-file-revised-12/01/2025.zip"
    )
    result = feesync("sync", "--zips", "--json")
    (zips,) = [
        release for release in json.loads(result.stdout)["releases"] if release["label"] == "ZIPS"
    ]
    assert (zips["outcome"], zips["rows"]) == ("new", {"ZIP9 2026 Q1": 1})
    assert "ZIP5 2025 Q4 has been superseded by a later file" in zips["notes"][0]
    assert json.loads(result.stdout)["changed"] is True
