import csv
import io
import json
import shutil
from typing import Any

import pytest
from cms_files import repriced, rvu25d, zip_of
from payment_files import TRAILER, alaska, record

from feesync import verify
from feesync.datasets.rvu.load import load
from feesync.formats.release import from_zip


@pytest.fixture
def put(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


HEAD = (
    "File          Release    Basis      Keys    Equal    Different    Not loaded\n"
    "------------  ---------  -------  ------  -------  -----------  ------------\n"
)


def test_equal(feesync, put):
    result = feesync("verify", put("PFREV25D.txt", alaska()))
    assert result.stdout == (
        HEAD
        + "PFREV25D.txt  RVU25D     nonqp         3        6            0             0\n"
        + "\n6 of 6 equal\n"
    )
    assert (result.exit_code, result.stderr) == (0, "")


def test_different(feesync, put):
    result = feesync(
        "verify",
        put("PFREV25D.txt", alaska(c64493=("1204.10", "113.53"), c64495=("106.34", "65.79"))),
    )
    assert result.stdout == (
        HEAD
        + "PFREV25D.txt  RVU25D     nonqp         3        4            2             0\n"
        + "\n"
        + "Code    Locality    Setting           CMS    feesync    feesync - CMS\n"
        + "------  ----------  -----------  --------  ---------  ---------------\n"
        + "64493   02102-01    nonfacility  1,204.10     204.09        -1,000.01\n"
        + "64495   02102-01    nonfacility    106.34     106.35            +0.01\n"
        + "\n4 of 6 equal, 2 different\n"
    )
    assert (result.exit_code, result.stderr) == (4, "")


def test_the_first_differences_of_two_files(feesync, put):
    first = put("PFREV25D.txt", alaska(c64493=("1.00", "2.00")))
    second = put("ak.zip", zip_of({"PFREV25C.txt": alaska(c64494=("3.00", "65.12")).encode()}))
    result = feesync("verify", first, second, "--most", "1")
    assert result.stdout.split("\n\n")[1:] == [
        "File                   Code    Locality    Setting        CMS    feesync    feesync - "
        "CMS\n"
        "---------------------  ------  ----------  -----------  -----  ---------  "
        "---------------\n"
        "PFREV25D.txt           64493   02102-01    nonfacility   1.00     204.09          "
        "+203.09\n"
        "ak.zip > PFREV25C.txt  64494   02102-01    nonfacility   3.00     107.08          +104.08",
        "1 more difference; --most 0 prints all, as --csv does",
        "9 of 12 equal, 3 different\n",
    ]
    everything = feesync("verify", first, "--most", "0").stdout
    assert everything.count("64493") == 2
    assert everything.endswith("\n\n4 of 6 equal, 2 different\n")


def test_csv_has_all_differences(feesync, put):
    path = put("PFREV25D.txt", alaska(c64493=("1.00", "2.00")))
    result = feesync("verify", path, "--csv", "--most", "1")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [
        (
            row["hcpcs"],
            row["mac"],
            row["locality"],
            row["setting"],
            row["published"],
            row["computed"],
        )
        for row in rows
    ] == [
        ("64493", "02102", "01", "nonfacility", "1.00", "204.09"),
        ("64493", "02102", "01", "facility", "2.00", "113.53"),
    ]
    assert {(row["file"], row["release"]) for row in rows} == {("PFREV25D.txt", "RVU25D")}
    assert rows[1]["difference"] == "111.53"
    assert (result.exit_code, result.stderr) == (4, "feesync: 4 of 6 equal, 2 different\n")
    equal = feesync("verify", put("PFREV25D.txt", alaska()), "--csv")
    assert (
        equal.stdout
        == "file,release,hcpcs,modifier,mac,locality,setting,published,computed,difference\n"
    )
    assert (equal.exit_code, equal.stderr) == (0, "feesync: 6 of 6 equal\n")


def test_json(feesync, put):
    first = put(
        "PFREV25D.txt",
        alaska(c64493=("1.00", "113.53")) + record("02102-01", "71046", "1.00", "1.00") + TRAILER,
    )
    second = put("PFREV26B.txt", alaska())
    result = feesync("verify", first, second, "--json")
    told = json.loads(result.stdout)
    assert told == {
        "amounts": 8, "equal": 5, "different": 1, "not_loaded": 2,
        "files": [{
            "file": "PFREV25D.txt", "release": "RVU25D", "basis": "nonqp", "embedded": True,
            "records": 4, "has_trailer": True, "keys": 4, "amounts": 8,
            "equal": 5, "different": 1, "not_loaded": 2,
            "missing_codes": {"count": 1, "first": ["71046"]},
            "missing_localities": {"count": 0, "first": []}, "differences": [{
                "hcpcs": "64493", "modifier": "", "mac": "02102", "locality": "01",
                "setting": "nonfacility", "published": 1.00, "computed": 204.09,
            }], "checks_set_aside": [], "notes": [],
        }],
        "problems": [{"file": str(second), "status": 6, "text": (
            "PFREV26B.txt: RVU26B is not loaded"
        ), "hint": {"kind": "load-release", "label": "RVU26B"}}],
    }  # fmt: skip
    assert '"published": 1.00,' in result.stdout
    assert result.exit_code == 4


def test_what_the_snapshot_lacks_is_said_with_what_brings_it(feesync, put):
    text = (
        alaska()
        + "".join(record("02102-01", f"A{n:04d}", "1.00", "1.00") for n in range(12))
        + TRAILER
    )
    result = feesync("verify", put("PFREV25D.txt", text))
    assert result.stdout.endswith("\n6 of 30 equal, 24 not loaded\n")
    assert (result.exit_code, result.stderr) == (6, (
        "feesync: warning: PFREV25D.txt: RVU25D lacks 12 codes (A0000, A0001, A0002, A0003, A0004, "
        "A0005, A0006, A0007, A0008, "
        "A0009 and 2 more): 24 amounts not compared. It is the embedded snapshot's; 'feesync sync "
        "--release RVU25D' brings the "
        "whole release, or 'feesync import' of its zip from cms.gov\n"
    ))  # fmt: skip


def test_what_a_loaded_release_lacks(feesync, put, loaded):
    text = (
        alaska()
        + record("01112-17", "64493", "1.00", "1.00")
        + record("02102-01", "71046", "1.00", "1.00", modifier="53")
        + TRAILER
    )
    result = feesync("verify", put("PFREV25D.txt", text))
    assert (result.exit_code, result.stderr) == (6, (
        "feesync: warning: PFREV25D.txt: RVU25D lacks 1 code (71046-53) and 1 locality (01112-17): "
        "4 amounts not compared\n"
    ))  # fmt: skip


def test_a_basis_that_the_name_does_not_say_is_told_where_amounts_differ(feesync, put):
    result = feesync(
        "verify",
        put("PFALL26C.txt", record("00000-00", "64493", "191.33", "81.90", year=2026) + TRAILER),
    )
    assert (result.exit_code, result.stderr) == (4, (
        "feesync: warning: PFALL26C.txt: the name does not say whose conversion factor it has; "
        "nonqp was taken, "
        "--qp takes the other\n"
    ))  # fmt: skip
    text = record("00000-00", "64493", "191.33", "81.90", year=2026) + TRAILER
    assert feesync("verify", "--qp", put("PFALL26C.txt", text)).exit_code == 0


def test_a_refused_file_does_not_stop_the_others(feesync, put):
    refused, equal = put("PFREV25A.txt", "PK or not\n"), put("PFREV25D.txt", alaska())
    result = feesync("verify", refused, equal)
    assert result.stdout.endswith("\n6 of 6 equal\n")
    assert (result.exit_code, result.stderr) == (
        4,
        "feesync: PFREV25A.txt, line 1: has 1 fields; a payment record has 16\n",
    )


@pytest.mark.parametrize(
    ("name", "options", "status", "says"),
    [
        (
            "ALASKA.txt",
            [],
            2,
            "ALASKA.txt: the name does not say which release this is; 'feesync verify FILE "
            "--release LABEL' decides",
        ),
        ("PFREV26B.txt", [], 6, "'feesync sync --release RVU26B' brings it"),
        (
            "PFREV25D.txt",
            ["--release", "RVU24C"],
            4,
            "line 1: the record is of '2025', the release of 2024",
        ),
        ("PFREV25D.txt", ["--release", "2025"], 2, "not a release label"),
        ("PFREV25D.txt", ["--csv", "--json"], 2, "exclude each other"),
        ("PFREV25D.txt", ["--most", "-1"], 2, "-1"),
    ],
)
def test_errors(feesync, put, name, options, status, says):
    result = feesync("verify", put(name, alaska()), *options)
    assert (result.exit_code, result.stdout) == (status, "")
    assert says in result.stderr


def test_a_zip_of_a_release_is_no_payment_file(feesync, put):
    result = feesync("verify", put("rvu25d.zip", zip_of(rvu25d())))
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_bar_on_a_terminal_only(feesync, put, monkeypatch):
    monkeypatch.setattr("feesync.cli.commands.verify._on_terminal", lambda: True)
    result = feesync("verify", put("PFREV25D.txt", alaska()))
    assert "PFREV25D.txt" in result.stderr
    assert result.stdout.endswith("\n6 of 6 equal\n")


def test_the_july_2025_revision_file_equals_its_release(cms, of_releases, feesync):
    result = feesync("--db", of_releases("rvu25c"), "verify", cms / "payments/PFREV25C.txt")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.endswith("\n218 of 218 equal\n")


def test_the_january_2026_file_equals_the_formula(of_releases, database, feesync, put):
    # records of CMS's PFALL26AR.txt (nonQP); RVU26C has the same relative values of this code
    records = [
        record("01112-05", "99213", "117.58", "64.37", year=2026),
        record("01112-09", "99213", "119.71", "65.29", year=2026),
    ]
    shutil.copy(of_releases("rvu26c"), database)
    result = feesync(
        "verify", put("PFALL26AR.txt", "".join(records) + TRAILER), "--release", "RVU26C"
    )
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "4 of 4 equal")


def test_a_file_without_its_trailer_may_have_been_cut(feesync, put):
    result = feesync("verify", put("PFREV25D.txt", alaska().replace(TRAILER, "")))
    assert (result.exit_code, result.stderr) == (
        6, "feesync: PFREV25D.txt: ends without CMS's trailer lines: it may have been cut, and "
           "what is cut off was not compared\n",
    )  # fmt: skip
    disguised = alaska().replace('"2025","02102","01","64494"', '"TRL-","02102","01","64494"')
    assert (
        "line 2: is a record and a trailer"
        in feesync("verify", put("PFREV25D.txt", disguised)).stderr
    )


def test_a_member_that_is_refused_takes_nothing_from_the_one_before(feesync, put):
    members = {
        "PFREV25D.txt": alaska(c64493=("1.00", "113.53")).encode(),
        "PFREV25D_more.txt": b"no record\n",
    }
    result = feesync("verify", put("ak.zip", zip_of(members)), "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["different"], len(told["problems"])) == (4, 1, 1)


def test_a_release_that_is_superseded_while_a_file_is_read(put, loaded):
    def superseded(name, share):
        if not done:
            done.append(
                load(
                    loaded,
                    from_zip(
                        zip_of(rvu25d(values=repriced("64493", "3.74", "5.42"))), "rvu25d.zip"
                    ),
                ).outcome
            )

    done: list[Any] = []
    path = put("PFREV25D.txt", alaska())
    report = verify([path], db=loaded, progress=superseded)
    assert done == ["revision"]
    assert (report.equal, report.amounts) == (6, 6)


def test_a_refused_file_was_answered_by_nothing(feesync_whole, tmp_path, database):
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"")
    result = feesync_whole("verify", path)
    assert result.stderr == (
        f"feesync: {path.name}: the name does not say which release this is; 'feesync verify FILE "
        "--release LABEL' decides\n"
    )
