"""Every answer is a dictionary for `json.dumps`, and what `--json` prints is that dictionary."""

import csv
import io
import json

import pytest
from cms_files import VALUES, changed, fixture, rvu25d, zip_of
from payment_files import alaska

import feesync as fs
from feesync import open_schedule
from feesync.cli.outcome import outcome_of
from feesync.datasets.registry import DATASETS
from feesync.datasets.report import LoadReport
from feesync.datasets.rvu.load import load
from feesync.errors import ExitStatus
from feesync.formats.release import from_zip
from feesync.model.release import ACCEPTED_CHANGE
from feesync.verification.report import RefusedFile, Verification

DAY = "2025-11-03"
PLACE = {"mac", "locality", "state", "locality_name"}
RELEASE = {"effective_from", "effective_to", "stand_in", "checks_set_aside"}


def rates(code, **named):
    return [quote.to_dict(DAY) for quote in open_schedule().rates(code, named["places"], None, DAY)]


ANSWERS = {
    f"estimate 64493 -m 50 --locality AL --date {DAY}": lambda: fs.estimate(
        "64493", locality="AL", modifiers=["50"], date=DAY
    ).to_dict(),
    f"claim 64493 64494 --locality AL --date {DAY}": lambda: fs.estimate_claim(
        ["64493", "64494"], locality="AL", date=DAY
    ).to_dict(),
    f"claim 64493 99999 --incomplete --locality AL --date {DAY}": lambda: fs.estimate_claim(
        ["64493", "99999"], locality="AL", date=DAY, incomplete=True
    ).to_dict(),
    f"coverage 64493 --locality AL --date {DAY}": lambda: fs.coverage_sheet(
        "64493", locality="AL", date=DAY
    ).to_dict(),
    f"rates 64493 --locality AL --locality 01112-05 --date {DAY}": lambda: rates(
        "64493", places=["AL", "01112-05"]
    ),
    f"compare 64493 --state CA --date {DAY}": lambda: fs.compare(
        "64493", state="CA", date=DAY
    ).to_dict()["rows"],
    f"compare 64493 -m 50 --setting both --locality AL --date {DAY}": lambda: fs.compare(
        "64493", ["AL"], modifiers=["50"], settings=["nonfacility", "facility"], date=DAY
    ).to_dict()["rows"],
    "history 64493 --locality AL -m 50": lambda: fs.history(
        "64493", "AL", modifiers=["50"]
    ).to_dict()["rows"],
    f"localities --date {DAY}": lambda: fs.localities(date=DAY).to_dict()["rows"],
    f"localities noridian --date {DAY}": lambda: fs.localities("noridian", date=DAY).rows(),
    "modifiers": fs.modifiers,
    "modifiers q": lambda: fs.modifiers("q"),
    "status": lambda: fs.status().to_dict(),
    "status --max-age 1d --need-current": lambda: fs.status(
        max_age="1d", need_current=True
    ).to_dict(),
    "cache": lambda: fs.downloads().to_dict(),
    "diff RVU25C RVU26C --locality CA-05": lambda: fs.diff(
        "RVU25C", "RVU26C", locality="CA-05"
    ).to_dict(),
}


@pytest.mark.parametrize("line", ANSWERS)
def test_the_json_of_a_command_is_the_dictionary_of_the_function(line, feesync, capsys):
    printed = feesync(*line.split(), "--json")
    answer = json.dumps(ANSWERS[line]())  # as Python's own encoder writes it
    assert json.loads(printed.stdout) == json.loads(answer)


def test_the_json_of_verify(feesync, tmp_path):
    path, other = tmp_path / "PFREV25D.txt", tmp_path / "README.txt"
    path.write_text(alaska(c64493=("1.00", "2.00")))
    other.write_text("nothing of CMS's")
    answer = fs.verify([path])
    assert json.loads(feesync("verify", path, "--json").stdout) == answer.to_dict()
    assert answer.status == ExitStatus.REFUSED
    both = json.loads(feesync("verify", path, other, "--json").stdout)
    with pytest.raises(fs.InvalidInputError) as refused:
        fs.verify([other])
    problem = RefusedFile(str(other), refused.value)
    assert both == Verification(answer.files, (problem,)).to_dict()


def test_the_json_of_sync(feesync, offered, november):
    printed = json.loads(feesync("sync", "--dry-run", "--json").stdout)
    answer = json.loads(json.dumps(fs.sync(dry_run=True).to_dict()))
    for both in (printed, answer):
        del both["started"], both["finished"]
    assert printed == answer


@pytest.mark.parametrize(
    "result",
    [
        lambda: open_schedule().releases()[-1],
        lambda: open_schedule().zip_files()[-1],
        lambda: open_schedule().localities(DAY)[1][1],
        lambda: open_schedule().rate("64493", "", "AL", DAY),
        lambda: fs.localities("95023", date=DAY),
        lambda: fs.compare("64493", date=DAY),
        lambda: fs.history("64493", "AL"),
        lambda: fs.RefusedLine(2, "why", fs.Hint(fs.HintKind.LIST_LOCALITIES)),
        lambda: fs.Note.info("code", "text", "source"),
        lambda: fs.estimate("64493", locality="AL", modifiers=["50"], date=DAY).steps[0],
        lambda: open_schedule().remedy(DAY),
        lambda: LoadReport("RVU25D", "rvu25d.zip"),
    ],
)
def test_every_result_is_a_dictionary_for_json(result):
    answer = result().to_dict()
    assert json.loads(json.dumps(answer)) == json.loads(json.dumps(answer)) != {}


@pytest.fixture
def doubtful(database):
    """RVU25D, loaded although a check of its files failed and although it differs much."""
    values = changed(fixture(VALUES), "20610", 17, "0.90")
    values = values.replace(b"32.3465", b"32.4465")
    load(
        database,
        from_zip(zip_of(rvu25d(values=values, caps=None)), "rvu25d.zip"),
        without_checks=frozenset({"global-shares"}),
        allow_change=True,
    )


ROWS = {
    f"rates 64493 --locality AL --date {DAY}": {"date", *PLACE, *RELEASE},
    f"rates 64493 --locality AL --date {DAY} --percent 110": {"date", *PLACE, *RELEASE},
    f"compare 64493 --locality AL --date {DAY}": {"date", "allowed", *PLACE, *RELEASE},
    f"compare 64493 --setting both --locality AL --date {DAY}": {"date", *PLACE, *RELEASE},
    "history 64493 --locality AL": PLACE | RELEASE,
}


@pytest.mark.parametrize("line", ROWS)
def test_rows_have_the_place_the_release_and_what_was_set_aside(line, feesync, doubtful):
    by_json = json.loads(feesync(*line.split(), "--json").stdout)
    by_csv = list(csv.DictReader(io.StringIO(feesync(*line.split(), "--csv").stdout)))
    assert len(by_json) == len(by_csv) > 0
    found = {}
    for row, cells in zip(by_json, by_csv, strict=True):
        assert list(row) == list(cells)
        assert ROWS[line] <= row.keys()
        assert cells["checks_set_aside"].split() == row["checks_set_aside"]
        found[row["release"]] = row["checks_set_aside"]
    assert found.pop("RVU25D") == [ACCEPTED_CHANGE, "global-shares"]
    assert not any(found.values())


def test_an_export_says_what_was_set_aside(feesync, doubtful):
    line = f"64493 --locality AL --date {DAY}".split()
    (row,) = csv.DictReader(io.StringIO(feesync("export", *line).stdout))
    (same,) = csv.DictReader(io.StringIO(feesync("rates", *line, "--csv").stdout))
    assert row == same
    assert row["checks_set_aside"] == f"{ACCEPTED_CHANGE} global-shares"


def test_a_workbook_says_what_was_set_aside(feesync, doubtful, tmp_path):
    calamine = pytest.importorskip("python_calamine")
    path = tmp_path / "rates.xlsx"
    feesync("rates", "64493", "--locality", "AL", "--date", DAY, "--xlsx", path)
    names, values = calamine.CalamineWorkbook.from_path(path).get_sheet_by_name("Rates").to_python()
    row = dict(zip(names, values, strict=True))
    assert row["Checks set aside"] == f"{ACCEPTED_CHANGE} global-shares"
    assert row["Date"] == DAY


def test_verify_says_what_was_set_aside(feesync, doubtful, tmp_path):
    path = tmp_path / "PFREV25D.txt"
    path.write_text(alaska())
    result = feesync("verify", path, "--json")
    (file,) = json.loads(result.stdout)["files"]
    assert file["checks_set_aside"] == [ACCEPTED_CHANGE, "global-shares"]
    assert [note["code"] for note in file["notes"]] == ["check-set-aside", ACCEPTED_CHANGE]
    assert (
        "feesync: warning: PFREV25D.txt: RVU25D failed a check of its own files that was set aside "
        "(global-shares)"
    ) in result.stderr


def test_every_outcome_has_words():
    for outcome in fs.Outcome:
        assert outcome_of(outcome, DATASETS[0])
