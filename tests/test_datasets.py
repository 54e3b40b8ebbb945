"""A dataset is added in its own place alone.

A file that CMS does not have is listed, downloaded, checked, loaded, shown, imported and pruned, by
commands that know no dataset by name.
"""

import json
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from abc_dataset import MIGRATION, Abc
from cms_files import quarter
from fake_cms import REPOSTED, Release

from feesync.cms.cache import Cache
from feesync.datasets import registry
from feesync.store import schema, snapshot

pytestmark = pytest.mark.usefixtures("november", "naps", "abc")
ROWS = b"code,amount\r\n64493,10.00\r\n99213,20.50\r\n"
DEARER = ROWS.replace(b"10.00", b"11.00")


@pytest.fixture
def abc(monkeypatch, tmp_path):
    """The dataset is registered, and its migration is among those of feesync."""
    snapshot.open_snapshot()  # once a process: other tests must not have the migration in theirs
    folder = tmp_path / "migrations"
    shutil.copytree(schema._MIGRATIONS, folder)
    (folder / "9999_abc.sql").write_text(MIGRATION)
    monkeypatch.setattr(schema, "_MIGRATIONS", str(folder))
    before = registry.DATASETS
    for module in list(sys.modules.values()):
        if getattr(module, "DATASETS", None) is before:
            monkeypatch.setattr(module, "DATASETS", (*before, Abc()))
    monkeypatch.setattr("valid.SCHEMAS", ())  # that of status does not have it


def offer(server, data, **more):
    server.zips[:] = [Release("ABC", data, "/files/document/ABC2026.csv", **more)]


@pytest.fixture
def listed(server):
    server.offer("RVU25D", quarter("D"))
    offer(server, ROWS)
    return server


def abc_of(result):
    (report,) = (one for one in json.loads(result.stdout)["releases"] if one["label"] == "ABC")
    return report["outcome"], report["rows"], report["downloaded"]


def shown(feesync):
    lines = feesync("status").stdout.splitlines()
    return next(line for line in lines if line.startswith("the ABC file"))


def amounts(sql):
    return sql(
        "SELECT hcpcs, amount FROM abc JOIN edition USING (edition_id) "
        "WHERE superseded_by IS NULL ORDER BY hcpcs"
    )


def test_it_is_listed_downloaded_checked_loaded_and_shown(feesync, listed, sql):
    assert "ABC: would be downloaded and loaded" in feesync("sync", "--dry-run").stdout
    result = feesync("sync")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[-1] == "ABC (0.0 MB): new file; 2 rows of ABC 2026"
    assert amounts(sql) == [("64493", 1000), ("99213", 2050)]
    assert shown(feesync) == "the ABC file: ABC 2026 (ABC2026.csv)"
    told = json.loads(feesync("status", "--json").stdout)["abc_files"]
    (edition,) = told
    assert (edition["label"], edition["effective_from"], edition["rows"]) == (
        "ABC 2026", "2026-01-01", 2,
    )  # fmt: skip
    again = feesync("sync")
    assert again.stdout == "nothing new: RVU25D, ABC as CMS has them\n"
    assert abc_of(feesync("sync", "--json")) == ("unchanged", {}, False)


def test_a_repost_supersedes_and_the_old_bytes_come_back_by_force(feesync, listed, sql):
    feesync("sync")
    offer(listed, DEARER, last_modified=REPOSTED)
    assert abc_of(feesync("sync", "--json")) == ("revision", {"ABC 2026": 2}, True)
    assert amounts(sql)[0] == ("64493", 1100)
    offer(listed, ROWS)
    assert abc_of(feesync("sync", "--json")) == ("superseded", {}, True)
    assert amounts(sql)[0] == ("64493", 1100)
    assert abc_of(feesync("sync", "--force", "--json"))[0] == "restored"
    assert amounts(sql)[0] == ("64493", 1000)


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"<html>", "does not begin with code,amount"), (ROWS + b"1,x\r\n", "is no code and amount")],
)
def test_what_is_no_such_file_is_refused_and_the_others_are_loaded(feesync, listed, data, says):
    offer(listed, data)
    result = feesync("sync")
    assert (result.exit_code, says in result.stderr) == (4, True)
    assert "RVU25D (0.0 MB): new release" in result.stdout
    assert "ABC: failed, what was loaded before is kept" in result.stdout
    assert shown(feesync) == "the ABC file: none"


def test_it_is_loaded_from_the_cache_and_pruned(feesync, listed, database, cache):
    feesync("sync")
    offer(listed, DEARER, last_modified=REPOSTED)
    feesync("sync")
    (cache / "ABC.part").write_bytes(b"code")
    (cache / f"XYZ-{'0' * 64}.csv").write_bytes(b"of no dataset")
    assert len([kept for kept in Cache(cache).files() if kept.label == "ABC"]) == 2
    assert feesync("cache", "--prune").exit_code == 0
    assert len(list(cache.glob("ABC-*.csv"))) == 2
    assert not (cache / "ABC.part").exists()
    database.unlink()
    result = feesync("sync", "--offline", "--json")
    assert abc_of(result) == ("new", {"ABC 2026": 2}, False)
    assert feesync("cache", "--prune").exit_code == 0
    assert len(list(cache.glob("ABC-*.csv"))) == 1
    assert len(list(cache.glob("XYZ-*"))) == 1


def test_it_is_imported_and_its_damage_is_told(feesync, tmp_path, database):
    path = tmp_path / "ABC2026.csv"
    path.write_bytes(ROWS)
    result = feesync("import", path)
    assert result.stdout.startswith("ABC 2026 from ABC2026.csv: 2 rows of ABC 2026; new file, ")
    assert feesync("import", path).stdout == (
        "ABC 2026 from ABC2026.csv: nothing new, this is loaded\n"
    )
    assert feesync("status").exit_code == 0
    for change in ("UPDATE abc SET amount = 1 WHERE hcpcs = '64493'", "DELETE FROM abc"):
        with closing(sqlite3.connect(database)) as connection:
            connection.execute(change)
            connection.commit()
        result = feesync("status")
        assert (result.exit_code, "is damaged: abc in ABC 2026 are" in result.stderr) == (1, True)


def test_the_commands_and_the_refresh_know_no_dataset_by_name():
    folder = Path(registry.__file__).parents[1]
    names = ("datasets.rvu", "datasets.zip_locality")
    for path in [*(folder / "refresh").rglob("*.py"), *(folder / "cli").rglob("*.py")]:
        assert not [name for name in names if name in path.read_text(encoding="utf-8")], path
