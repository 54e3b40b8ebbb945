import json

import pytest
from cms_files import quarter, repriced
from fake_cms import REPOSTED

from feesync.cms.cache import Cache
from feesync.errors import CacheError

pytestmark = pytest.mark.usefixtures("november")
DEARER = quarter("D", values=repriced("64493", "3.74", "5.42"))


@pytest.fixture
def filled(feesync, server, naps, cache):
    """A cache with two revisions of RVU25D, RVU25C of no database, and something unfinished."""
    server.offer("RVU25D", quarter("D"))
    assert feesync("sync").exit_code == 0
    server.offer("RVU25D", DEARER, last_modified=REPOSTED)
    assert feesync("sync").exit_code == 0
    server.offer("RVU25C", quarter("C"))
    assert feesync("--db", cache.parent / "other.db", "sync", "--release", "RVU25C").exit_code == 0
    (cache / "RVU25A.part").write_bytes(b"PK")
    return cache


def test_before_anything_is_downloaded(feesync, cache):
    assert feesync("cache").stdout == f"Cache {cache} (not there yet)\n"
    assert feesync("cache", "--prune").exit_code == 0
    assert json.loads(feesync("cache", "--json").stdout) == {
        "cache": str(cache), "referred": [], "not_referred": [], "unfinished": [], "pruned": False,
        "cleared": False,
    }  # fmt: skip
    assert not cache.exists()


def test_what_is_there(feesync, filled):
    lines = feesync("cache").stdout.splitlines()
    assert lines[0] == f"Cache {filled} (0.0 MB)"
    assert [(line.split()[0], line.endswith("not in the database")) for line in lines[4:-1]] == [
        ("RVU25C", True), ("RVU25D", False), ("RVU25D", False),
    ]  # fmt: skip
    assert lines[-1] == "RVU25A.part: left unfinished"
    told = json.loads(feesync("cache", "--json").stdout)
    assert [kept["label"] for kept in told["referred"]] == ["RVU25D", "RVU25D"]
    assert [kept["label"] for kept in told["not_referred"]] == ["RVU25C"]
    assert len(Cache(filled).files()) == 3


def test_pruning_keeps_what_the_database_refers_to(feesync, filled, sql):
    result = feesync("cache", "--prune")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "RVU25A.part: left unfinished, removed"
    assert {(kept.label, kept.sha256) for kept in Cache(filled).files()} == set(
        sql("SELECT label, sha256 FROM release")
    )
    assert Cache(filled).unfinished() == []
    assert feesync("sync").stdout.startswith("RVU25C (0.0 MB): new release; ")


def test_pruning_without_a_database_removes_nothing(feesync, filled, monkeypatch):
    nowhere = filled.parent / "typo.db"
    result = feesync("--db", nowhere, "cache", "--prune")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"feesync: --db '{nowhere}' names no file; ")
    monkeypatch.setenv("FEESYNC_DB", str(nowhere))
    result = feesync("cache", "--prune")
    assert (result.exit_code, result.stdout) == (2, "")
    assert (
        result.stderr
        == f"feesync: there is no database {nowhere} to say what is needed: nothing is removed\n"
    )
    assert len(Cache(filled).files()) == 3


def test_pruning_waits_for_no_refresh(feesync, filled):
    with Cache(filled).lock(0):
        assert feesync("cache").exit_code == 0
        result = feesync("cache", "--prune")
    assert (result.exit_code, result.stdout) == (5, "")
    assert len(Cache(filled).files()) == 3


def test_a_folder_that_cannot_be_read_is_not_an_empty_one(cache, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("os.scandir", refuse)  # root, as whom the tests may run, reads every folder
    for ask in (Cache(cache).files, Cache(cache).unfinished):
        with pytest.raises(
            CacheError, match=r"cannot be used: Permission denied; FEESYNC_CACHE names another$"
        ):
            ask()


def test_clearing_removes_all_downloads_and_nothing_that_is_loaded(feesync, filled, server):
    both = feesync("cache", "--prune", "--clear")
    assert (both.exit_code, both.stdout) == (2, "")
    assert "--prune and --clear exclude each other" in both.stderr
    result = feesync("cache", "--clear")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines if line.endswith("removed")] == [
        "RVU25C", "RVU25D", "RVU25D", "RVU25A.part:",
    ]  # fmt: skip
    assert (Cache(filled).files(), Cache(filled).unfinished()) == ([], [])
    assert feesync("cache").stdout == f"Cache {filled} (0.0 MB)\n"
    server.asked.clear()
    again = feesync("sync", "--release", "RVU25D")
    assert again.stdout == "nothing new: RVU25D as CMS has them\n"
    assert json.loads(feesync("cache", "--json").stdout)["cleared"] is False


def test_a_cache_that_is_not_there_can_be_cleared(feesync, cache):
    assert feesync("cache", "--clear").stdout == f"Cache {cache} (not there yet)\n"
    assert not cache.exists()


def test_csv_of_an_empty_cache(feesync):
    assert feesync("cache", "--csv").stdout == "label,sha256,bytes,file,referred\n"
    assert feesync("cache", "--csv", "--json").exit_code == 2
