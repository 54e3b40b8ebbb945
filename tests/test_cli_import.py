import re

import pytest
from cms_files import GPCI, VALUES, changed, fixture, rvu25d, zip_of


@pytest.fixture
def put(tmp_path):
    def write(name, data):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def test_a_zip_and_again(feesync, put, sql):
    path = put("2025.zip", zip_of(rvu25d()))
    result = feesync("import", path)
    assert (result.exit_code, result.stderr) == (0, "")
    assert re.fullmatch(
        r"RVU25D from 2025\.zip: 63 relative value rows, 109 localities, 41 county rows, 230 OPPS cap rows "
        r"\(218 caps equal; 12 caps name a locality that the GPCI file lacks\); new release, \d+\.\d s\n",
        result.stdout,
    )
    again = feesync("import", path)
    assert (again.exit_code, again.stdout) == (0, "RVU25D from 2025.zip: nothing new, these bytes are loaded\n")


def test_a_revision_says_so_and_its_forerunner_does_nothing(feesync, put):
    first, second = put("a.zip", zip_of(rvu25d())), put("b.zip", zip_of(rvu25d(values=changed(fixture(VALUES), "64493", 22, "1"))))
    assert feesync("import", first).exit_code == 0
    assert "new revision, supersedes the one loaded before" in feesync("import", second).stdout
    again = feesync("import", first)
    assert (again.exit_code, again.stdout) == (
        0,
        "RVU25D from a.zip: nothing done, these bytes have been superseded by a later revision\n",
    )


def test_loose_files_as_one_set(feesync, put, sql):
    result = feesync("import", put(VALUES, fixture(VALUES)), put(GPCI, fixture(GPCI)))
    assert result.exit_code == 0
    assert result.stdout.startswith(f"RVU25D from {GPCI}, {VALUES}: 63 relative value rows, 109 localities (counties skipped")
    assert sql("SELECT count(*) FROM source_file") == [(2,)]


def test_a_lone_loose_file_is_refused(feesync, put, database):
    result = feesync("import", put(VALUES, fixture(VALUES)))
    assert (result.exit_code, result.stderr) == (4, f"feesync: {VALUES}: holds no GPCI file (GPCI*.csv)\n")


def test_one_bad_zip_does_not_stop_the_others(feesync, put, sql):
    result = feesync("import", put("bad.zip", b"<html><title>Page not found</title>"), put("2025.zip", zip_of(rvu25d())))
    assert (result.exit_code, result.stderr) == (4, "feesync: bad.zip: is an HTML page (Page not found), not a zip\n")
    assert sql("SELECT label FROM release") == [("RVU25D",)]


def test_a_label_decides(feesync, put, sql):
    assert feesync("import", put("rvu25c.zip", zip_of(rvu25d()))).exit_code == 4
    assert feesync("import", put("rvu25c.zip", zip_of(rvu25d())), "--release", "25c").exit_code == 0
    assert sql("SELECT label, effective_from FROM release") == [("RVU25C", "2025-07-01")]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--release", "latest"], "is not a release label"),
        (["--effective", "2025-01-01"], "YYYY-MM-DD:YYYY-MM-DD"),
        (["--effective", "2025-02-01:2025-01-01"], "two days of one year"),
        (["missing.zip"], "does not exist"),
    ],
)
def test_usage(feesync, put, options, says):
    result = feesync("import", put("2025.zip", zip_of(rvu25d())), *options)
    assert result.exit_code == 2
    assert says in result.stderr


def test_one_label_for_two_releases_is_a_mistake(feesync, put):
    paths = [put(name, zip_of(rvu25d())) for name in ("a.zip", "b.zip")]
    assert "--release goes with one release" in feesync("import", *paths, "--release", "RVU25D").stderr
