import json

import pytest

SUMMARY = """\
64493-50, nonfacility, 2025-11-03
01112-05 CA SAN FRANCISCO-OAKLAND-BERKELEY (SAN FRANCISCO/SAN MATEO/ALAMEDA/CONTRA COSTA CNTY)
RVU25D, in effect 2025-10-01 to 2025-12-31, conversion factor 32.3465 nonqp
from embedded snapshot (PPRRVU2025_Oct.csv, GPCI2025.csv)

  Fee schedule amount                               222.87
  bilateral x 1.5                                   334.31   modifier 50, indicator 1: 150 % of the fee for both sides
  Medicare allows                                   334.31
  Medicare pays                                     262.10   80 %: 267.45, less 2 % sequestration
  Sequestration takes                                 5.35
  Patient owes                                       66.86
"""  # noqa: E501
LINE = ("estimate", "64493", "--locality", "01112-05", "--date", "2025-11-03")


def test_summary(feesync):
    result = feesync(*LINE, "-m", "50")
    assert (result.exit_code, result.stdout, result.stderr) == (0, SUMMARY, "")


def test_explain_shows_the_formula_with_its_numbers(feesync):
    result = feesync(*LINE, "-m", "50", "--explain")
    assert (
        "  Practice expense (nonfacility)     3.64 RVU x 1.419 GPCI =    5.16516\n" in result.stdout
    )
    assert (
        "  x conversion factor 32.3465 = 222.871266580, rounded half up to 222.87\n"
        in result.stdout
    )
    assert (
        "sha256 8af460f38bf982b79b07269fbc8b7256a8ef3bd3aa025a9c5cb71c1e52523c56\n" in result.stdout
    )


def test_the_deductible_and_whose_factor_it_is_are_printed(feesync):
    result = feesync(
        "estimate",
        "64493",
        "--locality",
        "national",
        "--date",
        "2026-08-01",
        "--qp",
        "--deductible",
        "50",
    )
    assert "conversion factor 33.5675 qualifying APM participant (qp)\n" in result.stdout
    # 191.33 - 50 = 141.33; x 0.8 = 113.064, 113.06; x 2 % = 2.2612, 2.26
    assert "  Deductible takes                                   50.00\n" in result.stdout
    assert (
        "  Medicare pays                                     110.80   80 % of the rest: 113.06, "
        "less 2 % sequestration\n" in result.stdout
    )


def test_json(feesync):
    result = feesync(*LINE, "-m", "50", "--json")
    answer = json.loads(result.stdout)
    assert (answer["fee"], answer["allowed"], answer["limiting_charge"]) == (222.87, 334.31, None)
    assert answer["steps"] == [
        {
            "name": "bilateral",
            "factor": 1.5,
            "amount": 334.31,
            "reason": "modifier 50, indicator 1: 150 % of the fee for both sides",
        }
    ]
    assert answer["locality"]["mac"] == "01112"
    assert result.stderr == ""


def test_dollars_in_json_have_two_decimals(feesync):
    result = feesync(
        "estimate",
        "64493",
        "--locality",
        "01112-05",
        "--date",
        "2025-11-03",
        "--deductible",
        "999",
        "--json",
    )
    assert '"medicare_payment": 0.00,' in result.stdout
    assert '"work_gpci": 1.088,' in result.stdout


@pytest.mark.parametrize(
    ("locality", "day", "options", "fee"),
    [
        ("national", "2025-11-03", [], 172.08),
        ("national", "2025-11-03", ["--setting", "facility"], 88.31),
        ("national", "2025-11-03", ["--pos", "24"], 88.31),
        ("02102-01", "2025-11-03", [], 204.09),
        ("15202-00", "2020-05-01", ["--pos", "22"], 90.49),
        ("01182-18", "2026-08-01", [], 215.78),
    ],
)
def test_published_fees(feesync, locality, day, options, fee):
    result = feesync("estimate", "64493", "--locality", locality, "--date", day, "--json", *options)
    assert (result.exit_code, json.loads(result.stdout)["fee"]) == (0, fee)


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["64493", "--locality", "01112-05", "--date", "2027-01-01"], 6, "feesync sync"),
        (["99213", "--locality", "01112-05", "--date", "2025-11-03"], 6, "feesync sync"),
        (["64493", "--locality", "San Francisco", "--date", "2025-11-03"], 6, "01112-52"),
        (
            ["64493", "--locality", "95023", "--date", "2025-11-03"],
            6,
            "or name the locality, 01112-65 where that is right. 'feesync sync --zips' brings",
        ),
        (
            ["64493", "--locality", "00001", "--date", "2025-11-03"],
            6,
            "00001 is no ZIP of ZIP5 2025 Q4",
        ),
        (["64493", "--locality", "national", "-m", "54"], 2, "modifier 54"),
        (["64493", "--locality", "national", "-m", "50", "-m", "RT"], 2, "50 means both sides"),
        (["64493", "--locality", "national", "--date", "x"], 2, "YYYY-MM-DD"),
        (["64493", "--locality", "national", "--pos", "77"], 2, "place of service"),
        (
            ["64493", "--locality", "national", "--pos", "11", "--setting", "facility"],
            2,
            "exclude each other",
        ),
        (["64493", "--locality", "national", "--units", "0"], 2, "units 0"),
        (["64493", "--locality", "national", "--charge", "1.234"], 2, "more than two decimals"),
        (["64493", "--locality", "national", "--json", "--explain"], 2, "exclude each other"),
    ],
)
def test_errors_are_one_clear_line_and_a_status(feesync, arguments, status, says):
    result = feesync("estimate", *arguments)
    assert result.exit_code == status
    assert result.stdout == ""
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert (
        len(
            [
                line
                for line in result.stderr.splitlines()
                if "rror" in line or line.startswith("feesync:")
            ]
        )
        == 1
    )


def test_a_line_without_a_price_prints_its_json_and_exits_6(feesync, loaded):
    result = feesync(
        "estimate", "15824", "--locality", "national", "--date", "2025-11-03", "--json"
    )
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["allowed"], answer["notes"][0]["severity"]) == (
        6,
        None,
        "denial",
    )
    assert (
        result.stderr
        == "feesync: no price: 15824 has status R and no relative values: the MAC sets the "
        "amount.\n"
    )


def test_history_of_a_later_day_is_not_ignored_silently(feesync, loaded):
    line = ("estimate", "64493", "--locality", "national", "--date", "2025-11-03")
    later = feesync(*line, "--history", "2026-01-01:64493").stdout
    assert (
        "  warning: History of 2026-01-01 is after 2025-11-03, and not counted. [feesync]\n"
        in later
    )
    assert "is after" not in feesync(*line, "--history", "2025-11-03:64493").stdout


def test_csv_is_one_row(feesync):
    line = ("64493", "-m", "50", "--locality", "AL", "--date", "2025-11-03")
    result = feesync("estimate", *line, "--csv")
    header, cells = (row.split(",") for row in result.stdout.splitlines())
    row = dict(zip(header, cells, strict=True))
    # CMS: 154.46; x 1.5 = 231.69
    assert (row["fee"], row["allowed"], row["steps"]) == ("154.46", "231.69", "bilateral x 1.5")
    denied = feesync("estimate", "64635", "-m", "80", *line[3:], "--csv")
    assert (denied.exit_code, len(denied.stdout.splitlines())) == (6, 2)
    assert denied.stderr.startswith("feesync: no price: ")
    both = feesync("estimate", *line, "--csv", "--explain")
    assert (both.exit_code, "--csv and --explain exclude each other" in both.stderr) == (2, True)
