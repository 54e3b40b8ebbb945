"""Dry runs, and runs without a connection: against a loopback server, in this process."""

import hashlib
import socket

import pytest
from cms_files import quarter, repriced
from fake_cms import REPOSTED

from feesync.cms.cache import Cache
from feesync.errors import ExitStatus, InvalidInputError
from feesync.refresh.sync import sync
from feesync.store.freshness import read_freshness

pytestmark = pytest.mark.usefixtures("november")
OCTOBER = quarter("D")
DEARER = quarter("D", values=repriced("64493", "3.74", "5.42"))


def outcomes(report):
    return [(release.label, release.outcome) for release in report.releases]


def bytes_of(folder):
    return {
        path.name: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.iterdir()
        if path.is_file()
    }


@pytest.mark.parametrize("options", [{}, {"releases": ["RVU25D"]}, {"force": True}])
def test_a_dry_run_changes_nothing(offered, database, options):
    assert outcomes(sync(dry_run=True, **options))[-1] == ("RVU25D", "would-load")
    assert list(database.parent.iterdir()) == []
    sync()
    offered.offer("RVU25D", DEARER, last_modified=REPOSTED)
    before = bytes_of(database.parent), bytes_of(database.parent / "cache")
    report = sync(dry_run=True, **options)
    assert outcomes(report)[-1] == ("RVU25D", "would-compare")
    assert (report.changed, report.dry_run) == (False, True)
    assert (bytes_of(database.parent), bytes_of(database.parent / "cache")) == before


def test_offline_opens_no_socket_and_loads_what_the_cache_holds(offered, tmp_path, monkeypatch):
    sync()
    last = read_freshness(tmp_path / "feesync.db")

    def forbidden(*args, **options):
        raise AssertionError("a socket")

    monkeypatch.setattr(socket.socket, "connect", forbidden)
    monkeypatch.setattr(socket, "create_connection", forbidden)
    report = sync(offline=True)
    assert (outcomes(report), report.catalogue) == (
        [("RVU25C", "unchanged"), ("RVU25D", "unchanged")],
        "cache",
    )
    report = sync(offline=True, db=tmp_path / "other.db")
    assert outcomes(report) == [("RVU25C", "new"), ("RVU25D", "new")]
    assert report.last_success is None
    assert read_freshness(tmp_path / "feesync.db") == last
    with pytest.raises(InvalidInputError, match="the cache has nothing of RVU25A"):
        sync(offline=True, releases=["RVU25A"])


def test_offline_with_nothing_cached(database):
    report = sync(offline=True)
    assert (report.status, report.releases) == (ExitStatus.OK, ())


@pytest.mark.parametrize("offline", [False, True])
def test_a_dry_run_decides_as_the_run_does(offered, database, tmp_path, offline):
    """Where nothing has changed at CMS, what it had is compared with the database asked for."""
    sync()
    offered.offer("RVU25D", DEARER, last_modified=REPOSTED)
    older = tmp_path / "older.db"
    older.write_bytes(database.read_bytes())
    sync()
    ahead = tmp_path / "ahead.db"
    ahead.write_bytes(database.read_bytes())
    offered.offer("RVU25D", OCTOBER, last_modified=REPOSTED.replace("03 Oct", "04 Oct"))
    sync(db=tmp_path / "back.db")  # what CMS is now remembered to have is superseded in ahead.db

    def everything():
        return {path.name: path.read_bytes() for path in tmp_path.glob("*.db")}, bytes_of(
            tmp_path / "cache"
        )

    before = everything()
    told = {
        name: sync(db=tmp_path / name, dry_run=True, offline=offline)
        for name in ("older.db", "ahead.db", "none.db")
    }
    assert {name: outcomes(report)[-1][1] for name, report in told.items()} == {
        "older.db": "unchanged", "ahead.db": "superseded", "none.db": "would-load",
    }  # fmt: skip
    assert outcomes(sync(db=ahead, dry_run=True, offline=offline, force=True))[-1] == (
        "RVU25D",
        "would-compare",
    )
    assert not any(report.changed for report in told.values())
    assert everything() == before
    assert outcomes(sync(db=ahead, offline=offline))[-1] == ("RVU25D", "superseded")


def test_offline_a_damaged_zip_is_the_failure_of_its_release(offered, cache, tmp_path):
    sync()
    (kept,) = [kept for kept in Cache(cache).files() if kept.label == "RVU25C"]
    kept.path.write_bytes(DEARER)
    report = sync(offline=True, db=tmp_path / "other.db")
    assert (report.status, outcomes(report)) == (
        ExitStatus.UNEXPECTED,
        [("RVU25C", "failed"), ("RVU25D", "new")],
    )
    assert [str(problem) for problem in report.problems] == [
        f"RVU25C: {kept.path} was damaged on disk"
    ]
    kept.path.unlink()
    kept.path.mkdir()
    report = sync(offline=True, db=tmp_path / "other.db")
    assert outcomes(report) == [("RVU25C", "failed"), ("RVU25D", "unchanged")]
    assert report.problems[0].text == f"{kept.path} cannot be read: Is a directory"


def test_offline_without_a_memory_of_downloads_the_only_zip_of_a_release_is_loaded(
    offered, cache, tmp_path
):
    sync()
    offered.offer("RVU25D", DEARER, last_modified=REPOSTED)
    sync()
    (cache / "remembered.json").unlink()
    assert outcomes(sync(offline=True)) == [("RVU25C", "unchanged"), ("RVU25D", "unchanged")]
    report = sync(offline=True, db=tmp_path / "other.db")
    assert (report.status, outcomes(report)) == (
        ExitStatus.UNEXPECTED,
        [("RVU25C", "new"), ("RVU25D", "failed")],
    )
    assert report.problems[0].text.startswith("which of several zips CMS last had is not known: ")
    assert hashlib.sha256(DEARER).hexdigest() in report.problems[0].text
