import csv
import io
import json
import re
import shutil
import zipfile
from datetime import date
from decimal import Decimal

import pytest
import simplejson

from feesync import FeeSchedule, open_schedule
from feesync.model.hcpcs import CodeRange
from feesync.writers import grid


def test_table(feesync):
    result = feesync(
        "rates", "64493", "--locality", "national", "--locality", "AK-01", "--date", "2025-11-03"
    )
    assert result.stdout == (
        "Code    Status    Locality    State    Name        Nonfacility    Facility    Limit nonfac.    Limit fac.  Basis    Release\n"  # noqa: E501
        "------  --------  ----------  -------  --------  -------------  ----------  ---------------  ------------  -------  ---------\n"  # noqa: E501
        "64493   A         00000-00             National         172.08       88.31           188.00         96.47  nonqp    RVU25D\n"  # noqa: E501
        "64493   A         02102-01    AK       ALASKA           204.09      113.53           222.97        124.03  nonqp    RVU25D\n"  # noqa: E501
    )
    assert (result.exit_code, result.stderr) == (0, "")


def test_csv_of_a_state(feesync):
    result = feesync("rates", "64493", "64494", "--state", "ca", "--date", "2025-11-03", "--csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(rows) == 2 * 29
    san_francisco = next(row for row in rows if row["locality"] == "05" and row["hcpcs"] == "64493")
    assert (
        san_francisco["nonfacility_amount"],
        san_francisco["facility_amount"],
        san_francisco["pe_gpci"],
    ) == (
        "222.87",
        "103.99",
        "1.419",
    )


def test_json_of_all_localities_and_the_year(feesync):
    rows = json.loads(feesync("rates", "64493", "--year", "2024", "--json").stdout)
    assert len(rows) == 110
    assert {row["release"] for row in rows} == {"RVU24C"}
    assert rows[0]["nonfacility_amount"] == 177.42  # CMS, national from March 9, 2024


def test_the_parts_of_a_code_and_no_price_where_a_facility_has_none(feesync, loaded):
    rows = json.loads(
        feesync("rates", "71046", "--locality", "national", "--date", "2025-11-03", "--json").stdout
    )
    assert [(row["modifier"], row["facility_amount"] is None) for row in rows] == [
        ("", True),
        ("26", False),
        ("TC", True),
    ]


def test_a_near_release_is_said(feesync):
    result = feesync("rates", "64493", "--locality", "national", "--date", "2026-11-03")
    assert result.stderr == (
        "feesync: warning: No loaded release covers 2026-11-03; RVU26C of the same year and "
        "conversion factor answers. "
        "'feesync sync' brings the exact one, or 'feesync import' of a zip from cms.gov.\n"
    )


def test_one_near_code_among_exact_ones_is_said(feesync, loaded):
    result = feesync("rates", "64493", "99213", "--locality", "national", "--date", "2025-08-01")
    assert result.stderr.startswith(
        "feesync: warning: No loaded release covers 2025-08-01; RVU25D of the same year"
    )
    assert result.stderr.count("\n") == 1


def test_whose_conversion_factor_it_is(feesync):
    result = feesync("rates", "64493", "--locality", "national", "--date", "2026-08-01", "--qp")
    assert " 191.33 " in result.stdout  # 5.70 x 33.5675
    assert " qp " in result.stdout
    assert "its qp conversion factor is feesync's reference data" in result.stderr
    before = feesync("rates", "64493", "--locality", "national", "--date", "2025-11-03", "--qp")
    assert before.stderr == "feesync: info: Before 2026 there is one conversion factor for all.\n"


def codes(result):
    return list(dict.fromkeys(row["hcpcs"] for row in csv.DictReader(io.StringIO(result.stdout))))


def test_a_range_is_every_code_of_the_release_between(feesync, loaded):
    line = ("--locality", "national", "--date", "2025-11-03", "--csv")
    assert codes(feesync("rates", "64495-64635", *line)) == ["64495", "64633", "64634", "64635"]
    assert codes(feesync("rates", "g0100-g0200", *line)) == ["G0105", "G0127"]
    # codes of another form lie between as text: A0021 < F0000 < G0105
    assert codes(feesync("rates", "99221-99999", *line)) == ["99221"]
    result = feesync("rates", "G0105-G0127", *line)
    assert [row["modifier"] for row in csv.DictReader(io.StringIO(result.stdout))] == ["", "53", ""]


def test_codes_and_ranges_each_code_once_in_the_order_given(feesync):
    result = feesync(
        "rates",
        "64493",
        "64490-64494",
        "64492-64495",
        "64490",
        "--locality",
        "AL",
        "--year",
        "2025",
        "--csv",
    )
    assert codes(result) == ["64493", "64490", "64491", "64492", "64494", "64495"]


def test_the_snapshot_answers_for_a_range_that_it_holds_wholly(feesync):
    line = ("--locality", "national", "--date", "2025-11-03", "--csv")
    assert len(codes(feesync("rates", "64490-64495", "64633-64636", *line))) == 10
    result = feesync("rates", "64490-64496", *line)
    assert (result.exit_code, result.stdout) == (6, "")
    assert "64490-64496 on 2025-11-03 needs a release that is not loaded" in result.stderr


def test_a_range_of_a_day_that_the_snapshot_covers_has_the_codes_of_a_near_release_too(
    feesync, loaded
):
    result = feesync(
        "rates", "64495-64633", "99213", "--locality", "national", "--date", "2025-08-01", "--csv"
    )
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [(row["hcpcs"], row["release"]) for row in rows] == [
        ("64495", "RVU25C"),
        ("64633", "RVU25C"),
        ("99213", "RVU25D"),
    ]


def test_a_range_of_a_whole_release_is_what_stands_in_its_file(cms, of_releases, feesync, database):
    archive = zipfile.ZipFile(cms / "releases/rvu25d.zip")
    name = next(
        name for name in archive.namelist() if name.startswith("PPRRVU") and name.endswith(".csv")
    )
    rows = csv.reader(archive.read(name).decode("latin-1").splitlines())
    between = {
        (row[0], row[1])
        for row in rows
        if row and re.fullmatch("992[0-9]{2}|G01[0-4][0-9]", row[0])
    }
    shutil.copy(of_releases("rvu25d"), database)
    line = ("--locality", "national", "--date", "2025-11-03", "--csv")
    result = feesync("rates", "99200-99299", "G0100-G0149", *line)
    printed = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(printed) > 60
    assert {(row["hcpcs"], row["modifier"]) for row in printed} == between


def test_all_is_the_default(feesync):
    line = ("rates", "64493", "--date", "2025-11-03", "--json")
    assert feesync(*line, "--all").stdout == feesync(*line).stdout


def test_json_has_the_form_of_one_document(feesync):
    result = feesync("rates", "64490-64491", "--locality", "AL", "--date", "2025-11-03", "--json")
    rows = simplejson.loads(result.stdout, use_decimal=True)
    assert result.stdout == simplejson.dumps(rows, indent=2, use_decimal=True) + "\n"
    # (1.82 + 3.77 x 0.869 + 0.17 x 0.575) x 32.3465 = 168.004, (1.16 + 1.64 x 0.869 + 0.13 x 0.575)
    # x 32.3465 = 86.039
    assert [row["nonfacility_amount"] for row in rows] == [Decimal("168.00"), Decimal("86.04")]


def test_rates_of_a_range_are_printed_as_they_come(loaded, monkeypatch):
    schedule = open_schedule(loaded)
    asked = []
    rates = FeeSchedule.rates

    def watched(self, code, *args, **more):
        asked.append(code)
        return rates(self, code, *args, **more)

    monkeypatch.setattr(FeeSchedule, "rates", watched)
    quotes = grid.quotes(
        schedule,
        [CodeRange("64490", "64495")],
        ["national"],
        None,
        date(2025, 11, 3),
        qp=False,
        unknown=[],
    )
    assert next(quotes).rate.hcpcs == "64490"
    assert asked == ["64490"]
    assert [quote.rate.hcpcs for quote in quotes] == ["64491", "64492", "64493", "64494", "64495"]


@pytest.mark.parametrize("form", ["--csv", "--json", ""])
def test_an_unknown_code_among_others_is_named_beside_their_rows(feesync, loaded, form):
    line = [*("--locality", "AL", "--date", "2025-11-03"), *([form] if form else [])]
    alone = feesync("rates", "64490", *line)
    result = feesync("rates", "00001", "64490", "00001-00002", *line)
    assert (alone.exit_code, result.exit_code, result.stdout) == (0, 6, alone.stdout)
    named = [text.partition("feesync: no price: ")[2] for text in result.stderr.splitlines()]
    assert [text.split()[0] for text in named] in (["00001", "no"], ["00001", "00001-00002"])
    assert feesync("rates", "00001", "00001-00002", *line).stdout == ""


def test_an_unknown_code_beside_a_workbook(feesync, loaded, tmp_path):
    path = tmp_path / "a.xlsx"
    result = feesync(
        "rates", "64490", "Q9999", "--locality", "AL", "--date", "2025-11-03", "--xlsx", path
    )
    assert (result.exit_code, path.exists()) == (6, True)
    assert "feesync: no price: Q9999 is not in" in result.stderr


@pytest.mark.parametrize("form", ["--csv", "--json"])
def test_what_is_not_found_is_told_before_anything_is_printed(feesync, loaded, form):
    result = feesync("rates", "64490-64495", "--locality", "nowhere", "--date", "2025-11-03", form)
    assert (result.exit_code, result.stdout) == (6, "")


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["99213", "--date", "2025-11-03"], 6, "feesync sync"),
        (["64493", "--date", "2025-11-03", "--state", "ZZ"], 6, "no locality in state 'ZZ'"),
        (["64493", "--year", "2019"], 6, "no loaded release covers"),
        (["64493", "--year", "0"], 2, "year"),
        (["6449"], 2, "not a HCPCS code"),
        (["64493-50"], 2, "a code alone is wanted: give 64493"),
        (["64493", "--date", "2025-11-03", "--year", "2025"], 2, "exclude each other"),
        (["64493", "--locality", "AK-01", "--state", "AK"], 2, "exclude each other"),
        (["64493", "--locality", "AK-01", "--all"], 2, "exclude each other"),
        (["64493", "--csv", "--json"], 2, "exclude each other"),
        (["64493", "--csv", "--xlsx", "a.xlsx"], 2, "exclude each other"),
        (["64493", "--xlsx", "a.csv"], 2, "does not end in .xlsx"),
        (["64495-64490"], 2, "its first code comes after its last"),
        (["64490-G0105"], 2, "its codes differ in form"),
        (["0001T-0005U"], 2, "its codes differ in form"),
        ([], 2, "Missing argument"),
    ],
)
def test_errors(feesync, arguments, status, says):
    result = feesync("rates", *arguments)
    assert (result.exit_code, result.stdout) == (status, "")
    assert says in result.stderr


def test_a_release_that_is_loaded_meanwhile_is_not_mixed_in(loaded):
    from cms_files import repriced, rvu25d, zip_of

    from feesync import open_schedule
    from feesync.datasets.rvu.load import load
    from feesync.formats.release import from_zip

    schedule, day = open_schedule(loaded), date(2025, 11, 3)
    dearer = from_zip(zip_of(rvu25d(values=repriced("64493", "3.74", "5.42"))), "rvu25d.zip")
    with schedule.hold():
        first = schedule.rates("64494", ["national"], None, day)
        assert load(loaded, dearer).outcome == "revision"
        second = schedule.rates("64493", ["national"], None, day)
    assert first[0].release == second[0].release
    assert second[0].rate.nonfacility_amount == 17208
    assert (
        schedule.rates("64493", ["national"], None, day)[0].rate.nonfacility_amount == 17532
    )  # (1.52 + 3.74 + 0.16) x 32.3465


def test_a_code_without_a_price_is_an_answer_with_its_reason_once(feesync, loaded):
    result = feesync("rates", "15824", "64493", "--state", "AL", "--date", "2025-11-03")
    assert (result.exit_code, result.stderr) == (
        0,
        "feesync: no price: 15824 has status R and no relative values: the MAC sets the amount.\n",
    )
    assert [line.split()[0] for line in result.stdout.splitlines()[2:]] == ["15824", "64493"]
    as_csv = feesync("rates", "15824", "--state", "AL", "--date", "2025-11-03", "--csv")
    assert (as_csv.exit_code, as_csv.stderr) == (0, "")  # its column of the status says it
