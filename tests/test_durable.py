import errno
import os
import sys

import pytest

from feesync import files
from feesync.cms.cache import DownloadRecord
from feesync.files import (
    beside,
    read_as,
    read_json,
    remove_leftovers,
    replacing,
    scratch_folder,
    write_json,
)

if sys.platform != "win32":
    import fcntl

needs_locks = pytest.mark.skipif(sys.platform == "win32", reason="no locks to tell a dead one by")


def test_written_and_read(tmp_path):
    path = tmp_path / "x.json"
    write_json(path, {"a": [1, "é"]})
    write_json(path, {"a": 2})
    assert read_json(path) == {"a": 2}
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.json"]


def interrupted(path):
    with beside(path) as own:
        own.write_bytes(b"half")
        raise KeyboardInterrupt


def taken(path):
    with beside(path, new=True) as own:
        own.write_text("mine")
        path.write_text("precious")


def test_a_failure_leaves_the_old_one_and_nothing_beside(tmp_path):
    path = tmp_path / "x.json"
    path.mkdir()
    with pytest.raises(OSError, match="x.json"):
        write_json(path, {"a": 2})
    assert list(tmp_path.iterdir()) == [path]
    path.rmdir()
    write_json(path, {"a": 1})
    with pytest.raises(KeyboardInterrupt):
        interrupted(path)
    assert read_json(path) == {"a": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_written_beside_takes_no_file_of_another(tmp_path):
    path = tmp_path / "x.json"
    mine = tmp_path / "x.json.tmp"
    mine.write_text("mine")
    with beside(path) as one, beside(path) as other:
        assert one != other
        one.write_bytes(b"1")
        other.write_bytes(b"2")
    assert (path.read_bytes(), mine.read_text()) == (b"1", "mine")


def test_a_link_is_followed_and_a_mode_is_kept(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    with beside(link) as own:
        own.write_text("new")
    assert (link.is_symlink(), real.read_text(), real.stat().st_mode & 0o777) == (
        True,
        "new",
        0o640,
    )


def test_a_new_file_takes_no_name_that_was_taken_meanwhile(tmp_path):
    path = tmp_path / "x"
    with pytest.raises(FileExistsError):
        taken(path)
    assert (path.read_text(), list(tmp_path.iterdir())) == ("precious", [path])


@pytest.mark.parametrize(
    "content", [b"", b"[1]", b"{", b"\xff\xfe", b"null", b"[" * 100_000, b'{"a":' * 100_000]
)
def test_what_is_no_object_reads_as_empty(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    assert read_json(tmp_path / "x.json") == {}
    assert read_json(tmp_path / "none.json") == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"size": "9"},
        {"size": None},
        {"size": True},
        {"size": 9.0},
        {"url": 1},
        {"sha256": []},
        {"more": 1},
    ],
)
def test_fields_of_other_types_are_not_believed(changes):
    good = {"url": "u", "last_modified": "", "sha256": "s", "size": 9}
    assert read_as(DownloadRecord, good) == DownloadRecord("u", "", "s", 9)
    assert read_as(DownloadRecord, {**good, **changes}) is None
    assert read_as(DownloadRecord, {"url": "u"}) is None
    assert read_as(DownloadRecord, [good]) is None


def disturbed(monkeypatch, times, disturb):
    """Let something happen, some times, between the making of a file and its lock."""
    flock, left = fcntl.flock, [times]
    disturbing: list[bool] = []

    def lock(file, how):
        if left[0] and not disturbing:
            left[0] -= 1
            disturbing.append(True)
            disturb(file)
            disturbing.clear()
        return flock(file, how)

    monkeypatch.setattr(fcntl, "flock", lock)
    return left


@needs_locks
@pytest.mark.parametrize("times", [1, 3])
def test_what_another_process_removes_before_it_is_locked_is_made_anew(
    tmp_path, monkeypatch, times
):
    left = disturbed(monkeypatch, times, lambda file: remove_leftovers(tmp_path))
    with replacing(tmp_path / "x") as file:
        file.write(b"whole")
    assert left == [0]
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("x", b"whole")]


@needs_locks
def test_a_scratch_folder_that_another_process_removes_is_made_anew(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left = disturbed(monkeypatch, 3, lambda file: remove_leftovers(tmp_path))
    with scratch_folder() as own:
        (own / "x").write_bytes(b"1")
    assert (left, list(tmp_path.iterdir())) == ([0], [])


@needs_locks
def test_what_another_process_holds_is_left_to_it(tmp_path, monkeypatch):
    held = []

    def hold(file):
        (path,) = tmp_path.glob("*.tmp")
        held.append((os.open(path, os.O_RDONLY), path))
        fcntl.flock(held[0][0], fcntl.LOCK_EX | fcntl.LOCK_NB)

    disturbed(monkeypatch, 1, hold)
    with replacing(tmp_path / "x") as file:
        file.write(b"whole")
    ((lock, path),) = held
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / "x", path])
    os.close(lock)
    remove_leftovers(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


@needs_locks
def test_a_disk_without_locks_serves_and_removes_nothing(tmp_path, monkeypatch):
    def lock(file, how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", lock)
    old = tmp_path / f"y.1{files._SUFFIX}"
    old.write_bytes(b"of another")
    write_json(tmp_path / "x.json", {"a": 1})
    assert (read_json(tmp_path / "x.json"), old.exists()) == ({"a": 1}, True)


@needs_locks
def test_a_process_that_removes_every_file_is_told(tmp_path, monkeypatch):
    disturbed(monkeypatch, 10**6, lambda file: remove_leftovers(tmp_path))
    with pytest.raises(BlockingIOError, match="other processes remove"):
        write_json(tmp_path / "x.json", {"a": 1})
