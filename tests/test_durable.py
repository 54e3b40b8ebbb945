import pytest

from feesync.durable import read_json, write_json


def test_written_and_read(tmp_path):
    path = tmp_path / "x.json"
    write_json(path, {"a": [1, "é"]})
    write_json(path, {"a": 2})
    assert read_json(path) == {"a": 2}
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.json"]


def test_a_failure_leaves_the_old_one_and_nothing_beside(tmp_path):
    path = tmp_path / "x.json"
    write_json(path, {"a": 1})
    (tmp_path / "x.json.tmp").mkdir()
    with pytest.raises(OSError, match="x.json.tmp"):
        write_json(path, {"a": 2})
    assert read_json(path) == {"a": 1}


@pytest.mark.parametrize("content", [b"", b"[1]", b"{", b"\xff\xfe", b"null"])
def test_what_is_no_object_reads_as_empty(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    assert read_json(tmp_path / "x.json") == {}
    assert read_json(tmp_path / "none.json") == {}
