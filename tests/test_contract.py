"""A contract's percentage of Medicare, by the rates of a year.

Against sums done here from CMS's relative values and GPCIs.
"""

import json
import shutil
import zipfile
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy
import pytest

from feesync import InvalidInputError, NoReleaseError, estimate, estimate_claim
from feesync.errors import Hint, HintKind

D = Decimal
DAY = "2025-11-03"
FACTOR_2022 = D("34.6062")
# CMS, PPRRVU22 and GPCI2022: work, nonfacility and facility practice expense, malpractice
FACET_2022 = {
    "64493": (D("1.52"), D("3.56"), D("0.97"), D("0.14")),
    "64494": (D("1.00"), D("1.60"), D("0.40"), D("0.10")),
}
GPCI_2022 = {"national": (D(1), D(1), D(1)), "10112-00": (D("1.000"), D("0.888"), D("0.921"))}


def cents(value):
    return value.quantize(D("0.01"), ROUND_HALF_UP)


def fee(code, place, setting="nonfacility"):
    work, nonfacility, facility, mp = FACET_2022[code]
    gpci = GPCI_2022[place]
    pe = nonfacility if setting == "nonfacility" else facility
    return cents((work * gpci[0] + pe * gpci[1] + mp * gpci[2]) * FACTOR_2022)


def paid(code="64493", place="national", **more):
    return estimate(code, locality=place, date=DAY, **more)


@pytest.mark.parametrize("place", GPCI_2022)
@pytest.mark.parametrize("setting", ["nonfacility", "facility"])
def test_110_percent_of_2022(place, setting):
    answer = paid(place=place, setting=setting, percent=110, of_year=2022)
    assert answer.fee == fee("64493", place, setting)
    assert answer.allowed == cents(fee("64493", place, setting) * D("1.1"))
    assert (answer.release.label, answer.date.isoformat()) == ("RVU22D", DAY)


def test_modifiers_come_first_and_each_step_is_rounded():
    answer = paid(modifiers=["50"], percent="112.5", of_year=2022)
    both = cents(fee("64493", "national") * D("1.5"))  # 180.64, 270.96
    assert [(step.name, step.factor, step.amount) for step in answer.steps] == [
        ("bilateral", D("1.5"), both),
        ("contract", D("1.125"), cents(both * D("1.125"))),
    ]
    assert answer.allowed == D("304.83")  # 270.96 x 1.125 = 304.83
    assert answer.steps[1].reason == "112.5 % of what Medicare allows by the rates of 2022"


def test_a_percentage_alone_is_of_the_rates_of_the_date_and_a_year_alone_is_100_percent():
    percent = paid(percent=110)
    assert (percent.fee, percent.allowed, percent.release.label) == (
        D("172.08"),
        D("189.29"),
        "RVU25D",
    )  # CMS: 172.08; 189.288
    year = paid(of_year=2022)
    assert (year.allowed, year.steps[0].name, year.steps[0].factor) == (
        fee("64493", "national"),
        "contract",
        D(1),
    )
    # CMS changed the factor on 2024-03-09: the newest release of 2024 has the later one
    assert paid(of_year=2024).allowed == D("177.42")


def test_half_a_cent_is_rounded_up():
    assert paid("64494", percent="50.05", of_year=2022).allowed == cents(
        fee("64494", "national") * D("0.5005")
    )
    # CMS: 190.39; x 50 % = 95.195
    assert estimate("64493", locality="national", date="2026-08-01", percent=50).allowed == D(
        "95.20"
    )


def test_who_pays_is_the_plans_to_say():
    answer = paid(percent=110, nonpar=True)
    assert (
        answer.medicare_payment,
        answer.sequestration,
        answer.patient_responsibility,
        answer.deductible,
    ) == (None,) * 4
    assert (answer.limiting_charge, answer.sequestration_rate) == (None, None)
    assert [(note.code, note.severity.value) for note in answer.notes] == [("contract", "info")]
    # 172.08 x 0.95 = 163.476, 163.48; x 1.1 = 179.828
    assert answer.allowed == D("179.83")
    assert "Medicare pays" not in answer.explain()
    assert "Contract allows" in answer.explain()


def test_the_charge_is_compared_with_what_the_contract_allows():
    assert paid(percent=110, charge="189.29").allowed == D("189.29")
    lower = paid(percent=110, charge="189.28")
    assert [(step.name, step.amount) for step in lower.steps] == [
        ("contract", D("189.29")),
        ("charge", D("189.28")),
    ]


def test_the_rules_of_the_date_stay_where_the_rates_are_those_of_a_year(loaded):
    # a marriage and family therapist is paid since 2024, and CQ reduces since 2022
    assert paid(practitioner="mft", percent=100, of_year=2022).allowed == cents(
        fee("64493", "national") * D("0.75")
    )
    with pytest.raises(InvalidInputError, match="pays a marriage"):
        estimate(
            "64493",
            locality="national",
            date="2023-05-01",
            practitioner="mft",
            percent=100,
            of_year=2025,
        )
    assert (
        estimate("97110", locality="national", date="2021-05-01", modifiers=["CQ"], of_year=2025)
        .steps[0]
        .name
        == "contract"
    )


def test_the_place_is_one_of_that_year():
    assert (
        paid(place="01112-06", of_year=2022).locality.key == "01112-06"
    )  # San Mateo county, until 2023


def test_a_code_of_cms_own_file_of_2022(cms, of_releases, database):
    text = zipfile.ZipFile(cms / "releases/rvu22a.zip").read("PPRRVU22_JAN.csv").decode("latin-1")
    values = next(line.split(",") for line in text.splitlines() if line.startswith("99213,"))
    work, nonfacility, mp = (D(values[column]) for column in (5, 6, 10))
    shutil.copy(of_releases("rvu22a"), database)
    answer = paid("99213", percent=110, of_year=2022)
    # 92.05 x 1.1 is 101.255
    assert (answer.fee, answer.allowed) == (
        cents((work + nonfacility + mp) * FACTOR_2022),
        D("101.26"),
    )
    # the database's own release of 2022 is taken, though the snapshot has a later one
    assert (answer.release.label, [note.code for note in answer.notes]) == ("RVU22A", ["contract"])


def test_a_claim_adds_up():
    claim = estimate_claim(
        ["64493-50", "64494-50", "64493-59@50"], locality="national", date=DAY, percent=110,
        of_year=2022,
    )  # fmt: skip
    first, add_on, second = claim.lines
    one = fee("64493", "national")
    assert first.allowed == cents(cents(one * D("1.5")) * D("1.1"))
    assert add_on.allowed == cents(cents(fee("64494", "national") * D("1.5")) * D("1.1"))
    assert second.steps[-2].amount == cents(cents(one / 2) * D("1.1"))
    assert second.allowed == D("50.00")
    assert claim.allowed == first.allowed + add_on.allowed + D("50.00")
    assert (claim.medicare_payment, claim.sequestration, claim.patient_responsibility) == (
        None,
        None,
        None,
    )


def test_a_pair_of_lines_is_paid_as_the_pair():
    claim = estimate_claim(
        ["64493-RT", "64493-LT"], locality="national", date=DAY, percent=110, of_year=2022
    )
    assert claim.allowed == cents(cents(fee("64493", "national") * D("1.5")) * D("1.1"))
    assert [step.name for step in claim.lines[1].steps] == ["bilateral", "contract"]


def test_a_line_that_medicare_does_not_price_has_no_amount_by_a_contract(loaded):
    answer = paid("15824", percent=110)
    assert (answer.allowed, [note.severity.value for note in answer.notes]) == (None, ["denial"])


NO_PERCENTAGES: tuple[Any, ...] = (
    0,
    "0",
    -110,
    "-110",
    "1000.01",
    1001,
    "110.255",
    "x",
    "$110",
    "1e2",
    True,
    D("NaN"),
    "",
    [],
)


@pytest.mark.parametrize("percent", NO_PERCENTAGES)
def test_what_is_no_percentage(percent):
    with pytest.raises(
        InvalidInputError, match="percent: .* is not a percentage above 0 and at most 1000"
    ):
        paid(percent=percent)


@pytest.mark.parametrize(
    ("percent", "instead"), [("1.2", "120"), (1, "100"), (D("0.95"), "95"), ("9.99 %", "999")]
)
def test_a_number_of_times_is_no_percentage(percent, instead, feesync):
    text = (
        f"percent: {{0}} means {{0}} % of Medicare's amounts; for {{0}} times them, give {instead}"
    )
    with pytest.raises(InvalidInputError) as caught:
        paid(percent=percent)
    assert str(caught.value) == text.format(str(percent).removesuffix(" %"))
    line = ("estimate", "64493", "--locality", "AL", "--percent", str(percent))
    assert feesync(*line).stderr == f"feesync: {caught.value}\n"


@pytest.mark.parametrize("percent", [1.1, 110.0, numpy.float64(110), numpy.float32(110)])
def test_a_float_is_no_percentage(percent):
    with pytest.raises(InvalidInputError, match="is a float; give a percentage as Decimal, int or"):
        paid(percent=percent)


@pytest.mark.parametrize("percent", [10, 1000, "10.00", "110 %", "110%", D("110.00"), " 99.5 "])
def test_what_is_one(percent):
    assert paid(percent=percent).steps[0].name == "contract"


def test_years_and_a_deductible():
    for year in (22, "2022", 2022.5, True):
        with pytest.raises(InvalidInputError, match="is not a year from 2000 to 2099"):
            paid(of_year=year)
    with pytest.raises(NoReleaseError, match="no loaded release covers 2019") as error:
        paid(of_year=2019)
    assert error.value.hint == Hint(HintKind.LOAD_QUARTER, "RVU19A", 2019)
    with pytest.raises(InvalidInputError, match="the plan decides its own"):
        paid(percent=110, deductible=50)
    with pytest.raises(InvalidInputError, match="the plan decides its own"):
        estimate_claim(["64493"], locality="national", date=DAY, of_year=2022, deductible="0.01")
    assert paid(percent=110, deductible=0).allowed == D("189.29")


def test_the_command_line(feesync):
    line = (
        "estimate",
        "64493",
        "--locality",
        "national",
        "--date",
        DAY,
        "--percent",
        "110",
        "--of-year",
        "2022",
    )
    shown = feesync(*line)
    assert shown.exit_code == 0
    # (1.52 + 3.56 + 0.14) x 34.6062 = 180.644; 180.64 x 1.1 = 198.704
    assert (
        "  contract x 1.1                                    198.70   110 % of what Medicare "
        "allows by the rates of 2022\n" in shown.stdout
    )
    assert "  Contract allows                                   198.70\n" in shown.stdout
    answer = json.loads(feesync(*line, "--json").stdout)
    assert (answer["fee"], answer["allowed"], answer["medicare_payment"]) == (180.64, 198.70, None)
    assert answer["contract"] == {"percent": 110, "of_year": 2022}
    assert "contract" not in json.loads(feesync(*line[:6], "--json").stdout)


def test_a_claim_on_the_command_line(feesync):
    line = (
        "claim",
        "64493",
        "64494",
        "--locality",
        "national",
        "--date",
        DAY,
        "--percent",
        "110",
        "--of-year",
        "2022",
    )
    total = cents(fee("64493", "national") * D("1.1")) + cents(fee("64494", "national") * D("1.1"))
    table = feesync(*line).stdout
    assert "Allowed\n" in table
    assert "Medicare  " not in table
    assert table.splitlines()[8].split() == ["Total", str(total)]
    assert f"  {'Claim: Contract allows':<44}{total:>12}\n" in feesync(*line, "--explain").stdout
    assert json.loads(feesync(*line, "--json").stdout, parse_float=D)["allowed"] == total


def test_rates_by_a_contract(feesync):
    line = ("rates", "64493", "--locality", "AL", "--percent", "110", "--of-year", "2022")
    (row,) = json.loads(feesync(*line, "--json").stdout, parse_float=D)
    nonfacility, facility = (
        fee("64493", "10112-00", setting) for setting in ("nonfacility", "facility")
    )
    assert (row["nonfacility_amount"], row["facility_amount"]) == (nonfacility, facility)
    assert row["nonfacility_contract_amount"] == cents(nonfacility * D("1.1"))
    assert (row["facility_contract_amount"], row["contract_percent"]) == (
        cents(facility * D("1.1")),
        110,
    )
    table = feesync(*line).stdout
    assert "110 % nonfac." in table
    assert "Limit" not in table
    assert table.split()[-4:-2] == [
        str(cents(nonfacility * D("1.1"))),
        str(cents(facility * D("1.1"))),
    ]


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["rates", "64493", "--year", "2022", "--of-year", "2022"], 2, "exclude each other"),
        (["rates", "64493", "--date", DAY, "--of-year", "2022"], 2, "exclude each other"),
        (["rates", "64493", "--percent", "0"], 2, "not a percentage"),
        (["rates", "64493", "--of-year", "2019"], 6, "no loaded release covers 2019"),
        (["estimate", "64493", "--locality", "AL", "--percent", "1.234"], 2, "not a percentage"),
        (
            ["estimate", "64493", "--locality", "AL", "--percent", "110", "--deductible", "50"],
            2,
            "the plan decides",
        ),
        (
            ["claim", "64493", "--locality", "AL", "--of-year", "2019"],
            6,
            "no loaded release covers 2019",
        ),
    ],
)
def test_errors(feesync, arguments, status, says):
    result = feesync(*arguments)
    assert (result.exit_code, result.stdout) == (status, "")
    assert says in result.stderr
