"""A check of a release's own files that is set aside by its name is stored and told.

So is what a re-post corrects.
"""

import json
from dataclasses import replace

import pytest
from cms_files import CAPS, VALUES, changed, fixture, rows_of, rvu25d, zip_of
from cms_files import csv_of as csv
from fake_cms import REPOSTED

from feesync import estimate, sync
from feesync.datasets.registry import read_checks
from feesync.datasets.rvu.checks import suite
from feesync.datasets.rvu.load import load
from feesync.errors import ContentRefusedError, Hint, HintKind, InvalidInputError
from feesync.formats.release import from_zip

WRONG = zip_of(rvu25d(values=changed(fixture(VALUES), "20610", 17, "0.90"), caps=None))
"""The postoperative share of 20610 is not what is left."""

NAMES = (
    "row-minimum, setting-order, text-twin, qpp-rows, global-shares, postoperative-shares, "
    "technical-work, active-rows, opps-columns, opps-cap-localities, opps-cap-codes, "
    "opps-cap-amounts"
)
NOTE = (
    "RVU25D failed a check of its own files that was set aside (global-shares); 'feesync "
    "status' says what it found."
)
REASON = "PPRRVU2025_Oct.csv: pre, intra and post do not add up to 1.00 in 1 row (20610)"


@pytest.fixture
def put(tmp_path):
    path = tmp_path / "rvu25d.zip"
    path.write_bytes(WRONG)
    return path


@pytest.fixture
def aside(feesync, put):
    result = feesync("import", put, "--without-check", "global-shares")
    assert result.exit_code == 0
    assert result.stderr == f"feesync: RVU25D: check global-shares is set aside: {REASON}\n"


def test_it_is_refused_by_the_name_that_sets_it_aside(feesync, put, sql):
    result = feesync("import", put)
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr == (
        f"feesync: {REASON} (in all rows of CMS's releases that have shares they add up to 1.00); "
        "--without-check global-shares sets this check aside\n"
    )
    assert sql("SELECT count(*) FROM release") == [(0,)]
    assert feesync("import", put, "--allow-change").exit_code == 4
    assert feesync("import", put, "--without-check", "text-twin").exit_code == 4


def test_status_says_so(aside, feesync):
    assert (
        f"\nRVU25D was loaded with check global-shares set aside: {REASON}\n"
        in feesync("status").stdout
    )
    releases = json.loads(feesync("status", "--json").stdout)["releases"]
    found = {
        release["label"]: release["checks_set_aside"]
        for release in releases
        if not release["embedded"]
    }
    assert found == {"RVU25D": [{"name": "global-shares", "reason": REASON}]}


@pytest.mark.parametrize(
    "command",
    ["estimate 64493 --locality national", "claim 64493 64494 --locality national",
     "rates 64493 --locality national", "localities 10001", "compare 64493 --locality national",
     "history 64493 --locality national", "diff RVU25C RVU25D"],
)  # fmt: skip
def test_every_answer_says_so(aside, feesync, command):
    dated = [] if command.startswith(("history", "diff")) else ["--date", "2025-11-03"]
    result = feesync(*command.split(), *dated)
    assert result.exit_code == 0
    assert NOTE in result.output


def test_an_export_says_so(aside, feesync, tmp_path):
    result = feesync("export", "--release", "RVU25D", "64493", "-o", tmp_path / "out.csv")
    assert (result.exit_code, NOTE in result.stderr) == (0, True)


def test_the_note_in_json(aside, feesync):
    answer = estimate("64493", locality="national", date="2025-11-03")
    assert [(note.code, note.severity.value, note.text) for note in answer.notes][:1] == [
        ("check-set-aside", "warning", NOTE)
    ]
    assert not [
        note
        for note in estimate("64493", locality="national", date="2025-08-01").notes
        if note.code == "check-set-aside"
    ]


def test_a_check_that_passes_is_not_recorded(database, sql):
    report = load(
        database,
        from_zip(zip_of(rvu25d()), "rvu25d.zip"),
        without_checks=read_checks(["text-twin", "opps-cap-amounts"]),
    )
    assert report.warnings == []
    assert report.notes[-2:] == [
        f"check {name} passed, nothing was set aside" for name in ("opps-cap-amounts", "text-twin")
    ]
    assert sql("SELECT * FROM check_set_aside") == []


def test_an_unknown_name_is_a_usage_error_that_lists_the_names(feesync, put, database):
    result = feesync("import", put, "--without-check", "nothing")
    assert (result.exit_code, result.stderr) == (
        2,
        f"feesync: 'nothing' is no check that can be set aside; there are {NAMES}\n",
    )
    assert feesync("sync", "--without-check", "gpci-moves").exit_code == 2
    for ask in (
        lambda: sync(without_checks=["x"]),
        lambda: read_checks(["text-twin", "x"]),
    ):
        with pytest.raises(InvalidInputError, match=NAMES):
            ask()
    with pytest.raises(InvalidInputError, match="without_checks is a list"):
        sync(without_checks="text-twin")
    assert suite.names() == NAMES.split(", ")


def test_an_amount_that_differs_can_be_set_aside_too(database, sql):
    rows = rows_of(fixture(CAPS))
    row = next(row for row in rows if row[0] == "93990" and row[3:5] == ["15202", "00"])
    row[6] = "1.00"
    release = from_zip(zip_of(rvu25d(caps=csv(rows))), "rvu25d.zip")
    with pytest.raises(ContentRefusedError, match="CMS prints .*") as refused:
        load(database, release)
    assert refused.value.hint == Hint(HintKind.SET_CHECK_ASIDE, check="opps-cap-amounts")
    (warning,) = load(database, release, without_checks=frozenset({"opps-cap-amounts"})).warnings
    assert warning.startswith("check opps-cap-amounts is set aside: OPPSCAP_Oct.csv: 93990")
    assert sql("SELECT release_id, name FROM check_set_aside") == [(1, "opps-cap-amounts")]


def test_a_refresh_sets_it_aside(server, november, naps, feesync):
    server.offer("RVU25D", WRONG, last_modified=REPOSTED)
    refused = feesync("sync", "--quiet", "--release", "RVU25D")
    assert (refused.exit_code, "--without-check global-shares" in refused.stderr) == (4, True)
    result = feesync("sync", "--quiet", "--release", "RVU25D", "--without-check", "global-shares")
    assert (result.exit_code, result.stderr) == (
        0,
        f"feesync: RVU25D: check global-shares is set aside: {REASON}\n",
    )


def repost(*codes):
    values = fixture(VALUES)
    for code in codes:
        row = next(row for row in rows_of(values) if row[:2] == [code, ""])
        values = changed(values, code, 6, f"{float(row[6]) + 0.06:.2f}")
        values = changed(values, code, 11, f"{float(row[11]) + 0.06:.2f}")
    return zip_of(rvu25d(values=values))


@pytest.mark.parametrize(
    ("codes", "more"),
    [
        (["64493"], ""),
        (["64493", "64494"], ", and 1 more code"),
        (["64493", "64494", "99213"], ", and 2 more codes"),
    ],
)
def test_what_a_repost_corrects_is_said_aloud(loaded, feesync, tmp_path, codes, more):
    path = tmp_path / "rvu25d.zip"
    path.write_bytes(repost(*codes))
    result = feesync("import", path)
    said = (
        "feesync: RVU25D: corrects what was known of RVU25D: 64493 nonfacility PE RVU 3.64 -> "
        f"3.70{more}\n"
    )
    assert (result.exit_code, result.stderr) == (0, said)


def test_the_first_load_of_a_label_that_the_snapshot_knows_otherwise(database):
    (warning,) = load(database, from_zip(repost("64493"), "rvu25d.zip")).warnings
    assert (
        warning
        == "corrects what was known of RVU25D of the embedded snapshot: 64493 nonfacility PE RVU "
        "3.64 -> 3.70"
    )


def test_half_of_the_snapshots_codes_may_be_corrected(database, feesync):
    facet = ["64490", "64491", "64492", "64493", "64494", "64495"]
    assert (
        load(database.with_name("five.db"), from_zip(repost(*facet[:5]), "rvu25d.zip")).outcome
        == "new"
    )
    with pytest.raises(
        ContentRefusedError,
        match="6 rows have other RVUs than RVU25D of the embedded snapshot: 64490 nonfacility",
    ):
        load(database, from_zip(repost(*facet), "rvu25d.zip"))
    allowed = load(database, from_zip(repost(*facet), "rvu25d.zip"), allow_change=True)
    assert allowed.warnings[0].startswith(
        "allowed: PPRRVU2025_Oct.csv: 6 rows have other RVUs than RVU25D"
    )
    assert ("accepted-change", "warning") in [
        (note.code, note.severity.value)
        for note in estimate("64493", locality="national", date="2025-11-03").notes
    ]
    assert (
        "RVU25D was loaded with a change accepted: PPRRVU2025_Oct.csv: 6 rows have other RVUs "
        in (feesync("status").stdout)
    )
    assert allowed.warnings[1:] == [
        "corrects what was known of RVU25D of the embedded snapshot: 64490 nonfacility PE RVU "
        "3.77 -> 3.83, and 5 more codes"
    ]


@pytest.mark.parametrize(
    ("codes", "says"),
    [
        (
            ["64493"],
            "1 row has other RVUs (64493 nonfacility PE RVU 3.64 -> 3.70)",
        ),
        (
            ["64490", "64493", "64494", "64495"],
            "4 rows have other RVUs (64490 nonfacility PE RVU 3.77 -> 3.83, "
            "64493 nonfacility PE RVU 3.64 -> 3.70, 64494 nonfacility PE RVU 1.62 -> 1.68 and 1 "
            "more)",
        ),
    ],
)
def test_what_differs_from_a_release_of_the_same_year_is_said_in_one_line(loaded, codes, says):
    release = replace(from_zip(repost(*codes), "rvu25d.zip"), label="RVU25C")
    (own, warning) = load(loaded, release).warnings
    assert own.startswith("corrects what was known of RVU25C of the embedded snapshot: 6449")
    assert warning == f"differs from RVU25D, of the same year: {says}"


def test_what_an_earlier_quarter_loaded_later_changes_is_said_of_one_neighbour(loaded):
    """20610 is none of the snapshot's codes."""
    load(loaded, replace(from_zip(repost("20610"), "rvu25d.zip"), label="RVU25A"))
    (warning,) = load(
        loaded, replace(from_zip(repost("20610"), "rvu25d.zip"), label="RVU25C")
    ).warnings
    assert warning.startswith("differs from RVU25D, of the same year: 1 row has other RVUs")
    assert (
        load(loaded, replace(from_zip(repost(), "rvu25d.zip"), label="RVU25B"))
        .warnings[0]
        .startswith("differs from RVU25A, of the same year: 1 row has other RVUs (20610 ")
    )


def test_rvus_are_told_before_payment_policies(loaded):
    release = from_zip(repost("20610"), "rvu25d.zip")
    file = release.relative_values["nonqp"]
    rows = [row._replace(status="R") if row.hcpcs == "99213" else row for row in file.rows]
    values = {"nonqp": replace(file, rows=rows)}
    parsed = replace(release, label="RVU25C", relative_values=values)
    assert load(loaded, parsed).warnings[-1] == (
        "differs from RVU25D, of the same year: 1 row has other RVUs (20610 nonfacility PE RVU "
        "1.04 -> 1.10); 1 row has another payment policy (99213 status A -> R)"
    )
