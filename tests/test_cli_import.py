import re

import pytest
from cms_files import GPCI, VALUES, changed, fixture, rvu25d, text_of, zip5_line, zip9_line, zip_of


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
        r"RVU25D from 2025\.zip: 80 relative value rows, 109 localities, 41 county rows, 230 OPPS "
        r"cap rows "
        r"\(218 caps equal; 12 caps name a locality that the GPCI file lacks\); new release, "
        r"\d+\.\d s\n",
        result.stdout,
    )
    again = feesync("import", path)
    assert (again.exit_code, again.stdout) == (
        0,
        "RVU25D from 2025.zip: nothing new, this is loaded\n",
    )


def test_a_revision_says_so_and_its_forerunner_does_nothing_unless_forced(feesync, put, sql):
    first, second = (
        put("a.zip", zip_of(rvu25d())),
        put("b.zip", zip_of(rvu25d(values=changed(fixture(VALUES), "64493", 22, "1")))),
    )
    assert feesync("import", first).exit_code == 0
    assert "new revision, supersedes the one loaded before" in feesync("import", second).stdout
    again = feesync("import", first)
    assert (again.exit_code, again.stdout) == (
        0,
        "RVU25D from a.zip: nothing done, these bytes have been superseded by a later revision; "
        "--force makes them current again\n",
    )
    forced = feesync("import", first, "--force")
    assert (forced.exit_code, forced.stdout) == (
        0,
        "RVU25D from a.zip: current again, the later revision is superseded\n",
    )
    assert sql("SELECT source FROM release WHERE superseded_by IS NULL") == [("a.zip",)]
    assert "nothing done" in feesync("import", second).stdout


def test_loose_files_as_one_set(feesync, put, sql):
    result = feesync("import", put(VALUES, fixture(VALUES)), put(GPCI, fixture(GPCI)))
    assert result.exit_code == 0
    assert result.stdout.startswith(
        f"RVU25D from {GPCI}, {VALUES}: 80 relative value rows, 109 localities (counties skipped"
    )
    assert sql("SELECT count(*) FROM source_file") == [(2,)]


def test_a_lone_loose_file_is_refused(feesync, put, database):
    result = feesync("import", put(VALUES, fixture(VALUES)))
    assert (result.exit_code, result.stderr) == (
        4,
        f"feesync: {VALUES}: holds no GPCI file (GPCI*.csv); give PPRRVU and GPCI in one command\n",
    )


def test_what_is_no_part_of_a_release_is_skipped_among_loose_files(feesync, put, sql):
    paths = [
        put(VALUES, fixture(VALUES)),
        put(GPCI, fixture(GPCI)),
        put("ANES2025.csv", b"x"),
        put("GPCI2025.txt", b"x"),
    ]
    result = feesync("import", *paths)
    assert result.exit_code == 0
    assert result.stderr == (
        "feesync: ANES2025.csv: feesync does not read this file of a release, skipped\n"
        "feesync: GPCI2025.txt: feesync does not read this file of a release, skipped\n"
    )
    assert "nothing to import" in feesync("import", paths[-1]).stderr


def test_loose_files_from_the_loaded_zip_are_nothing_new(feesync, put, sql):
    assert feesync("import", put("2025.zip", zip_of(rvu25d()))).exit_code == 0
    result = feesync("import", put(VALUES, fixture(VALUES)), put(GPCI, fixture(GPCI)))
    assert "nothing new, this is loaded" in result.stdout
    assert sql("SELECT count(*) FROM release") == [(1,)]


def test_one_bad_zip_does_not_stop_the_others(feesync, put, sql):
    result = feesync(
        "import",
        put("bad.zip", b"<html><title>Page not found</title>"),
        put("2025.zip", zip_of(rvu25d())),
    )
    assert (result.exit_code, result.stderr) == (
        4,
        "feesync: bad.zip: is an HTML page (Page not found), not a zip\n",
    )
    assert sql("SELECT label FROM release") == [("RVU25D",)]


def test_a_label_decides(feesync, put, sql):
    assert feesync("import", put("rvu25c.zip", zip_of(rvu25d()))).exit_code == 4
    result = feesync("import", put("rvu25c.zip", zip_of(rvu25d())), "--release", "25c")
    assert result.exit_code == 0
    assert "taken for RVU25C, though its title line says RVU25D" in result.stdout
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
    assert "go with one release" in feesync("import", *paths, "--release", "RVU25D").stderr
    assert (
        "go with one release"
        in feesync("import", *paths, "--effective", "2025-10-01:2025-12-31").stderr
    )


FIVE = text_of([zip5_line("94110", "01112", "05"), zip5_line("95023", "01112", "65", flag=1)])
NINE = text_of(
    [zip9_line("95023", "0001", "01112", "65"), zip9_line("95023", "0002", "01112", "09")]
)


ALLOWED = (
    "feesync: ZIP5 2025 Q4: allowed: ZIP5_OCT2025.txt: holds 2 ZIPs and lacks 42,954 of the 42,956 "
    "ZIPs of ZIP5 2025 Q4: it is cut\n"
    "feesync: ZIP5 2025 Q4: allowed: ZIP5_OCT2025.txt: has no ZIP in 01112-09, 01112-51, 01112-52, "
    "which have 42,696 in ZIP5 2025 Q4\n"
)
"""What is said of a ZIP5 of two ZIPs."""


def test_zip_files_of_a_zip_beside_a_release(feesync, put, sql):
    members = {"ZIP5_OCT2025.txt": FIVE, "ZIP9_OCT2025.txt": NINE, "ZIP5lyout.txt": b"x"}
    paths = [
        put("zip-code-carrier-locality-file.zip", zip_of(members)),
        put("2025.zip", zip_of(rvu25d())),
    ]
    result = feesync("import", *paths, "--allow-change")
    assert (result.exit_code, result.stderr) == (0, ALLOWED)
    first, second, third = result.stdout.splitlines()
    pattern = (
        r"ZIP5 2025 Q4 from ZIP5_OCT2025\.txt: 2 ZIPs, 1 of them in several localities; new "
        r"file, \d+\.\d s"
    )
    assert re.fullmatch(pattern, first)
    assert re.fullmatch(
        r"ZIP9 2025 Q4 from ZIP9_OCT2025\.txt: 2 ZIP\+4s; new file, \d+\.\d s", second
    )
    assert third.startswith("RVU25D from 2025.zip")
    assert feesync("import", paths[0]).stdout == (
        "ZIP5 2025 Q4 from ZIP5_OCT2025.txt: nothing new, this is loaded\n"
        "ZIP9 2025 Q4 from ZIP9_OCT2025.txt: nothing new, this is loaded\n"
    )
    estimate = feesync(
        "estimate", "64493", "--locality", "95023-0002", "--date", "2025-11-03", "--json"
    )
    assert '"01112"' in estimate.stdout
    assert '"09"' in estimate.stdout
    status = feesync("status").stdout
    assert (
        "ZIP to locality: ZIP5 2025 Q4 (ZIP5_OCT2025.txt), ZIP9 2025 Q4 (ZIP9_OCT2025.txt)\n"
        in status
    )


def test_loose_zip_files_under_any_name(feesync, put, sql):
    result = feesync(
        "import",
        put("zips.txt", NINE),
        put("ZIP5_OCT2025.txt", FIVE),
        put("ZIP9lyout.txt", b"x"),
        "--allow-change",
    )
    assert result.exit_code == 0
    assert result.stderr == (
        "feesync: ZIP9lyout.txt: feesync does not read this file of a release, skipped\n" + ALLOWED
    )
    assert sql("SELECT kind, source FROM zip_file ORDER BY kind") == [
        ("ZIP5", "ZIP5_OCT2025.txt"),
        ("ZIP9", "zips.txt"),
    ]


def test_zip_files_that_are_refused(feesync, put, sql):
    result = feesync("import", put("ZIP5_OCT2025.txt", FIVE))
    assert (result.exit_code, result.stdout) == (4, "")
    assert (
        "holds 2 ZIPs and lacks 42,954 of the 42,956 ZIPs of ZIP5 2025 Q4: it is cut "
        "(none of 42,956 ZIPs came or went in a quarter); 'feesync import --allow-change' takes it"
        in result.stderr
    )
    result = feesync("import", put("ZIP9_OCT2025.txt", NINE + b"x\r\n"))
    assert (result.exit_code, result.stderr) == (
        4, "feesync: ZIP9_OCT2025.txt, line 3: is no row of ZIP9: it has 1 characters, not 80\n",
    )  # fmt: skip
    assert sql("SELECT count(*) FROM zip_file") == [(0,)]
    assert (
        "go with one release"
        in feesync("import", put("ZIP5_OCT2025.txt", FIVE), "--release", "RVU25D").stderr
    )


def test_cms_own_zip5(cms, feesync, sql):
    result = feesync("import", cms / "zip/ZIP5_OCT2025.txt")
    assert result.stdout.startswith(
        "ZIP5 2025 Q4 from ZIP5_OCT2025.txt: 42,956 ZIPs, 580 of them in several localities; new "
        "file, "
    )
    assert sql(
        "SELECT count(*), sum(plus_four), count(DISTINCT mac || locality) FROM zip_locality"
    ) == [(42_956, 580, 109)]


def test_a_file_name_is_no_control_sequence(feesync, tmp_path, database):
    path = tmp_path / "rvu25d\x1b[31m\x07.zip"
    path.write_bytes(zip_of(rvu25d()))
    for _ in range(2):
        result = feesync("import", path)
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.startswith("RVU25D from rvu25d?[31m?.zip: ")
    assert "\x1b" not in feesync("status").stdout
    loose = tmp_path / "notes\x1b[31m.txt"
    loose.write_bytes(b"x")
    assert feesync("import", path, loose).stderr.startswith("feesync: notes?[31m.txt: ")
    zip5 = tmp_path / "ZIP5\x1b.txt"
    zip5.write_bytes(text_of([zip5_line("94110", "01112", "05")]))
    assert feesync("import", zip5, "--allow-change").stdout.startswith(
        "ZIP5 2025 Q4 from ZIP5?.txt: 1 ZIPs"
    )


@pytest.mark.parametrize("name", ["SAN\x1b[31m", "SAN\x07", "=HYPERLINK(A)", "@SUM(A)"])
def test_a_name_that_is_none_of_cms_is_refused_with_its_line(feesync, tmp_path, sql, name):
    gpci = fixture(GPCI).replace(b"ALASKA*,", name.encode() + b",")
    assert gpci != fixture(GPCI)
    path = tmp_path / "rvu25d.zip"
    path.write_bytes(zip_of(rvu25d(gpci=gpci)))
    result = feesync("import", path)
    assert (result.exit_code, result.stdout) == (4, "")
    assert re.fullmatch(
        rf"feesync: {GPCI}, line [0-9]+: the locality name .* is no name: .*\n", result.stderr
    )
    assert result.stderr[:-1].isprintable()
