import pytest

from feesync.cms.cache import Remembered
from feesync.files import beside, read_as, read_json, write_json


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
    assert read_as(Remembered, good) == Remembered("u", "", "s", 9)
    assert read_as(Remembered, {**good, **changes}) is None
    assert read_as(Remembered, {"url": "u"}) is None
    assert read_as(Remembered, [good]) is None
