import os

import pytest

from feesync.cms.cache import Remembered
from feesync.durable import read_as, read_json, write_json


def test_written_and_read(tmp_path):
    path = tmp_path / "x.json"
    write_json(path, {"a": [1, "é"]})
    write_json(path, {"a": 2})
    assert read_json(path) == {"a": 2}
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.json"]


def test_a_failure_leaves_the_old_one_and_nothing_beside(tmp_path):
    path = tmp_path / "x.json"
    write_json(path, {"a": 1})
    own = tmp_path / f"x.json.{os.getpid()}.tmp"
    own.mkdir()
    with pytest.raises(OSError, match="x.json"):
        write_json(path, {"a": 2})
    assert read_json(path) == {"a": 1}


@pytest.mark.parametrize("content", [b"", b"[1]", b"{", b"\xff\xfe", b"null", b"[" * 100_000, b'{"a":' * 100_000])
def test_what_is_no_object_reads_as_empty(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    assert read_json(tmp_path / "x.json") == {}
    assert read_json(tmp_path / "none.json") == {}


@pytest.mark.parametrize(
    "changes", [{"size": "9"}, {"size": None}, {"size": True}, {"size": 9.0}, {"url": 1}, {"sha256": []}, {"more": 1}]
)
def test_fields_of_other_types_are_not_believed(changes):
    good = {"url": "u", "last_modified": "", "sha256": "s", "size": 9}
    assert read_as(Remembered, good) == Remembered("u", "", "s", 9)
    assert read_as(Remembered, {**good, **changes}) is None
    assert read_as(Remembered, {"url": "u"}) is None
    assert read_as(Remembered, [good]) is None
