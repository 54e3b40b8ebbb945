"""Another payer's conversion factor, and a contract's percentages by codes.

Against sums done here from CMS's relative values and GPCIs of November 2025 and August 2026.
"""

import csv
import io
import json
import shutil
import zipfile
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
import workbooks

import feesync as fs
from feesync import InvalidInputError, estimate, estimate_claim
from feesync.claims.percentages import percentages_of, read_percentages
from feesync.model.hcpcs import CodeRange

D = Decimal
DAY = "2025-11-03"
# CMS, PPRRVU2025_Oct and GPCI2025: work, nonfacility and facility practice expense, malpractice
FACET = {
    "64493": (D("1.52"), D("3.64"), D("1.05"), D("0.16")),
    "64494": (D("1.00"), D("1.62"), D("0.42"), D("0.10")),
}
GPCI = {
    "national": (D(1), D(1), D(1)),
    "10112-00": (D("1.000"), D("0.869"), D("0.575")),
    "01112-05": (D("1.088"), D("1.419"), D("0.445")),
}


def cents(value):
    return value.quantize(D("0.01"), ROUND_HALF_UP)


def fee(code, place, factor, setting="nonfacility"):
    work, nonfacility, facility, mp = FACET[code]
    gpci, pe = GPCI[place], nonfacility if setting == "nonfacility" else facility
    return cents((work * gpci[0] + pe * gpci[1] + mp * gpci[2]) * D(factor))


def paid(code="64493", place="national", **more):
    return estimate(code, locality=place, date=DAY, **more)


@pytest.mark.parametrize("place", GPCI)
@pytest.mark.parametrize("setting", ["nonfacility", "facility"])
@pytest.mark.parametrize("factor", ["45.00", "32.3465", 45, "0.0001", "1000", D("67.8905")])
def test_the_fee_by_another_factor(place, setting, factor):
    answer = paid(place=place, setting=setting, conversion_factor=factor)
    assert answer.fee == answer.allowed == fee("64493", place, factor, setting)
    assert (answer.rate.conversion_factor, answer.rate.basis) == (D(factor), "payer")
    assert answer.rate.work_rvu == D("1.52")


def test_medicares_rules_decide_the_rest():
    answer = paid(modifiers=["50"], conversion_factor="45", charge="10000")
    own = fee("64493", "national", 45)  # 5.32 x 45 = 239.40
    assert (own, answer.allowed) == (D("239.40"), D("359.10"))
    assert [step.name for step in answer.steps] == ["bilateral"]
    assert paid(conversion_factor="45", charge="200").allowed == D("200.00")
    claim = estimate_claim(
        ["64493", "64494-50"], locality="national", date=DAY, conversion_factor="45"
    )
    second = cents(fee("64494", "national", 45) * D("1.5"))
    assert claim.allowed == own + second


def test_medicare_pays_nothing_of_it():
    answer = paid(conversion_factor="45.00", nonpar=True)
    who = (answer.medicare_payment, answer.sequestration, answer.patient_responsibility)
    assert (who, answer.deductible, answer.limiting_charge) == ((None,) * 3, None, None)
    assert answer.sequestration_rate is None
    for text in (answer.explain(), answer.summary()):
        assert "Medicare pays" not in text
        assert "conversion factor 45.0000 of the payer\n" in text


@pytest.mark.parametrize(
    "line", [["claim", "64493"], ["check", "64493", "--allowed", "1"], ["sheet", "64493"]]
)
def test_whose_factor_it_is_is_said_alike(feesync, line):
    shown = feesync(*line, "--locality", "AL", "--date", DAY, "--conversion-factor", "45").stdout
    assert "conversion factor 45.0000 of the payer" in " ".join(shown.split())


def test_every_answer_says_so(feesync):
    code, text = "payer-conversion-factor", "The conversion factor is 45.00, another payer's, in"
    answer = paid(conversion_factor="45")
    assert [note.code for note in answer.notes] == ["contract", code]
    assert answer.notes[1].text.startswith(text)
    assert answer.to_dict()["contract"] == {
        "percent": 100, "of_year": None, "conversion_factor": 45.0,
    }  # fmt: skip
    assert (
        paid(conversion_factor="45.125")
        .notes[1]
        .text.startswith("The conversion factor is 45.125, another payer's")
    )
    rates = fs.rates("64493", locality="AL", date=DAY, conversion_factor="45")
    assert [note.code for note in rates.notes] == [code]
    line = ("--locality", "AL", "--date", DAY, "--conversion-factor", "45")
    assert text in feesync("estimate", "64493", *line).stdout
    assert text in feesync("claim", "64493", *line).stdout
    for form in ([], ["--csv"], ["--json"]):
        assert text in feesync("rates", "64493", *line, *form).stderr
    printed = json.loads(feesync("estimate", "64493", *line, "--json").stdout)
    assert (printed["rate"]["conversion_factor"], printed["rate"]["basis"]) == (45, "payer")


def test_a_percentage_of_it():
    answer = paid(conversion_factor="45", percent="112.5")
    assert [(step.name, step.amount, step.reason) for step in answer.steps] == [
        ("contract", D("269.33"), "112.5 % of what its own factor gives")
    ]  # 239.40 x 1.125 = 269.325


def test_by_the_rates_of_a_year():
    # CMS, 2022: (1.52 + 3.56 + 0.14) x 45 = 234.90
    answer = paid(conversion_factor="45", of_year=2022)
    assert (answer.allowed, answer.release.label) == (D("234.90"), "RVU22D")


NO_FACTORS: tuple[Any, ...] = (
    0, "0", -45, "-45", "45.00001", D("1000.0001"), 1001, "x", "", True, [], D("NaN"), D("sNaN"),
    D("Infinity"), D("1e-30"), "4٥", "1" * 50,
)  # fmt: skip


@pytest.mark.parametrize("factor", NO_FACTORS)
def test_what_is_no_conversion_factor(factor):
    with pytest.raises(InvalidInputError, match="conversion_factor: .* is not a conversion factor"):
        paid(conversion_factor=factor)
    with pytest.raises(InvalidInputError, match="text or Decimal, not as a float"):
        paid(conversion_factor=45.0)


def test_what_contradicts_it():
    with pytest.raises(InvalidInputError, match="qp is about Medicare's conversion factor"):
        paid(conversion_factor="45", qp=True)
    with pytest.raises(InvalidInputError, match="the Part B deductible is Medicare's"):
        paid(conversion_factor="45", deductible=100)


def test_rows_have_medicares_amounts_and_the_payers(loaded, feesync):
    answer = fs.rates(["64493", "64494"], locality=["AL"], date=DAY, conversion_factor="45")
    for row in answer:
        code = row["hcpcs"]
        assert row["nonfacility_amount"].exact == fee(code, "10112-00", "32.3465")
        assert row["nonfacility_contract_amount"].exact == fee(code, "10112-00", 45)
        assert row["facility_contract_amount"].exact == fee(code, "10112-00", 45, "facility")
        assert row["contract_conversion_factor"].exact == D("45.0000")
    frame = answer.to_frame("polars")
    assert frame["nonfacility_contract_amount"][0] == fee("64493", "10112-00", 45)
    printed = feesync("rates", "64493", "--locality", "AL", "--date", DAY, "--conversion-factor",
                      "45", "--csv").stdout  # fmt: skip
    (cells,) = csv.DictReader(io.StringIO(printed))
    assert tuple(cells) == answer.columns


@pytest.mark.parametrize("code", ["93990", "97110", "64493", "99213"])
def test_rows_equal_estimates(loaded, code):
    """The OPPS cap holds by any factor, and therapy has its nonfacility amount in a facility."""
    rates = fs.rates(code, locality="01112-05", date=DAY, conversion_factor="61.2345")
    rows: Any = rates.rows()
    assert rows
    for row in rows:
        for setting in ("nonfacility", "facility"):
            answer = estimate(code, locality="01112-05", date=DAY, conversion_factor="61.2345",
                              modifiers=[row["modifier"]], setting=setting)  # fmt: skip
            expected = row[f"{setting}_contract_amount"]
            assert answer.allowed == (expected and expected.exact)
            own = row[f"{setting}_amount"]
            assert (own is None) == (expected is None)


def test_the_cap_by_another_factor(loaded):
    line: dict[str, Any] = {"locality": "01112-05", "date": DAY, "modifiers": ["TC"]}
    by_medicare = estimate("93990", **line)
    answer = estimate("93990", conversion_factor="64.693", **line)
    assert "opps-cap" in {note.code for note in by_medicare.notes}
    for one, factor in ((by_medicare, D("32.3465")), (answer, D("64.693"))):
        columns = one.rate
        exact = columns.work_rvu * columns.work_gpci + columns.pe_rvu * columns.pe_gpci
        assert one.fee == cents((exact + columns.mp_rvu * columns.mp_gpci) * factor)
        (note,) = (note for note in one.notes if note.code == "opps-cap")
        rate = one.quote.rate
        whole = (
            D(rate.work_rvu) * rate.work_gpci
            + rate.nonfacility_pe_rvu * rate.pe_gpci
            + rate.mp_rvu * rate.mp_gpci
        )
        assert f"uncapped it is {cents(whole / 100_000 * factor)}." in note.text


def test_a_workbook_recomputes_the_payers_amounts(feesync, tmp_path):
    path = tmp_path / "a.xlsx"
    line = ("rates", "64493", "--locality", "AL", "--date", DAY, "--conversion-factor", "45")
    assert feesync(*line, "--percent", "110", "--xlsx", path).exit_code == 0
    sheet = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    # 214.88 x 1.1 = 236.368
    assert "<v>236.37</v>" in sheet
    assert "Contract conversion factor" in sheet
    source = zipfile.ZipFile(path).read("xl/worksheets/sheet2.xml").decode()
    assert "110 % by a conversion factor of 45.0000" in source
    assert feesync(*line[:-2], "--percent", "110", "--xlsx", path, "--force").exit_code == 0
    sheet = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    assert "Contract conversion factor" not in sheet


PERCENTAGES: Any = {"64490-64495": 110, "64493": "120", "all": D("95.5")}
FILE = "From;To;Percent\n64490;64495;110\n64493;;120\nALL;;95.5%\n"


def test_percentages_by_codes():
    medicare = {code: fee(code, "national", "32.3465") for code in FACET}
    for code, share in (("64493", "1.2"), ("64494", "1.1")):
        answer = paid(code, percent=PERCENTAGES)
        assert answer.allowed == cents(medicare[code] * D(share))
        assert answer.to_dict()["contract"]["percent"] == float(D(share) * 100)
    answer = paid("64635", percent=PERCENTAGES)  # CMS: 420.50
    assert answer.allowed == D("401.58")  # 420.50 x 0.955 = 401.5775
    claim = estimate_claim(["64493", "64494"], locality="national", date=DAY, percent=PERCENTAGES)
    assert [line.allowed for line in claim.lines] == [
        cents(medicare["64493"] * D("1.2")),
        cents(medicare["64494"] * D("1.1")),
    ]


def test_a_code_without_a_percentage(loaded):
    with pytest.raises(InvalidInputError, match="the contract has no percentage for 99213"):
        paid("99213", percent={"64490-64495": 110})
    with pytest.raises(InvalidInputError, match=r"line 2: the contract has no percentage"):
        estimate_claim(["64493", "99213"], locality="AL", date=DAY, percent={"64493": 110})
    rows = fs.rates(["64493", "99213"], locality="AL", date=DAY, percent={"64493": 110}).rows()
    assert rows[0]["nonfacility_contract_amount"].exact == cents(
        fee("64493", "10112-00", "32.3465") * D("1.1")
    )
    assert rows[1]["contract_percent"] is rows[1]["nonfacility_contract_amount"] is None


@pytest.mark.parametrize(
    ("percentages", "says"),
    [
        ({"all": 110, "ALL": 120}, "percent has all twice"),
        ({}, "percent has no codes"),
        ({"64490-64495": 110, "64494-64499": 120}, "ranges 64494-64499 and 64490-64495 overlap"),
        ({"64494-64499": 110, "64490-64494": 120}, "ranges 64490-64494 and 64494-64499 overlap"),
        ({"64493": 110, " 64493 ": 120}, "percent has 64493 twice"),
        ({"64493-64493": 110, "64493": 120}, "percent has 64493 twice"),
        ({"64493": 1.5}, "1.5 is a float"),
        ({"64493": "1.1"}, "1.1 means 1.1 % of Medicare's amounts"),
        ({64493: 110}, "percent: codes 64493 is not text"),
        ({"6449": 110}, "'6449' is not a HCPCS code"),
    ],
)
def test_percentages_that_are_refused(percentages, says):
    with pytest.raises(InvalidInputError) as caught:
        paid(percent=percentages)
    assert says in str(caught.value)


def test_a_percentage_of_all_others_stands_anywhere():
    for name in ("all", "ALL", " All "):
        ranges = (CodeRange("64493", "64493"), 12_000), (CodeRange("64635", "64636"), 11_000)
        given: dict[str, Any] = {name: "95.5", "64493": 120, "64635-64636": 110}
        assert read_percentages(given) == (9_550, ranges)
        assert read_percentages(dict(reversed(given.items()))) == (9_550, ranges[::-1])
        assert read_percentages({name: 110}) == (11_000, ())


def test_a_range_holds_its_ends_and_no_code_of_another_form():
    contract = {"64490-64494": 110, "G0101-G0105": 120, "0213T-0218T": 130}
    _, ranges = read_percentages(contract)
    held = {code: [str(span) for span, _ in ranges if span.holds(code)] for code in CODES}
    assert {code: spans for code, spans in held.items() if spans} == {
        "64490": ["64490-64494"], "64494": ["64490-64494"], "G0101": ["G0101-G0105"],
        "G0105": ["G0101-G0105"], "0213T": ["0213T-0218T"], "0218T": ["0213T-0218T"],
    }  # fmt: skip


CODES = (
    "64489", "64490", "64494", "64495", "6449T", "G0100", "G0101", "G0105", "G0106", "0212T",
    "0213T", "0218T", "0219T", "0215U",
)  # fmt: skip


def test_the_smallest_range_decides_at_its_ends():
    contract = {"64490-64499": 110, "64492-64494": 120, "64494": 130}
    found = {code: paid(code, percent=contract).contract.percent for code in FACET_CODES}
    assert found == {"64490": 110, "64491": 110, "64492": 120, "64493": 120, "64494": 130,
                     "64495": 110}  # fmt: skip


FACET_CODES = ("64490", "64491", "64492", "64493", "64494", "64495")


OVERLAP = "percent: the ranges {} and {} overlap, and neither holds the other: which decides?"


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ("64490-64494", "64494-64499", True),  # one code is in both
        ("64490-64494", "64495-64499", False),
        ("64490-64499", "64490-64494", False),  # within, with the same first code
        ("64490-64499", "64495-64499", False),
        ("64490-64499", "64494", False),
        ("64490-64499", "64500", False),
        ("G0101-G0105", "64490-64499", False),
        ("0213T-0218T", "0215U-0220U", False),
    ],
)
def test_ranges_that_overlap(one, other, overlap):
    for first, second in ((one, other), (other, one)):
        given = {first: 110, second: 120}
        if overlap:
            with pytest.raises(InvalidInputError) as refused:
                read_percentages(given)
            assert str(refused.value) == OVERLAP.format(second, first)
        else:
            assert [factor for _, factor in read_percentages(given)[1]] == [11_000, 12_000]


@pytest.mark.parametrize(
    "header",
    [
        *(f"{first},to,percent" for first in ("From", "first", "START", "code", "codes", "hcpcs",
                                              "CPT", "range")),
        *(f"from,{last},percent" for last in ("To", "last", "end", "Through", "thru")),
        *(f"from,to,{percent}" for percent in ("pct", "Percentage", "percent of Medicare", "rate")),
    ],
)  # fmt: skip
def test_columns_of_a_file_of_percentages(header):
    rows = "64490,64495,110\n,,\n\n64493,64493,120\n99213,,90%\nall,,95.5\n"
    assert percentages_of(f"{header}\n{rows}".encode(), "a.csv") == {
        "64490-64495": "110", "64493": "120", "99213": "90%", "all": "95.5",
    }  # fmt: skip


def test_what_a_file_of_percentages_has_twice_or_not_at_all():
    for text, says in (
        ("x\n1\n", "a.csv has no column from and no column percent; a contract has the columns "
         "from, to and percent"),
        ("from,to,percent\n64493,,110\n64493,64493,120\n",
         "a.csv, row 3: 64493 has a percentage already"),
        ("from,to,percent\nall,,110\nall,,110\n", "a.csv, row 3: all has a percentage already"),
    ):  # fmt: skip
        with pytest.raises(InvalidInputError) as refused:
            percentages_of(text.encode(), "a.csv")
        assert str(refused.value) == says


def test_ranges_within_ranges_and_beside_each_other():
    nested = {"64000-69999": 105, "64490-64495": 110, "64493-64494": 115, "G0101-G0105": 90}
    assert paid("64493", percent=nested).contract.percent == 115
    assert paid("64495", percent=nested).contract.percent == 110
    assert paid("64635", percent=dict(reversed(nested.items()))).contract.percent == 105


def test_percentages_of_a_file(feesync, tmp_path):
    path = tmp_path / "contract.csv"
    path.write_text(FILE)
    line = ("--locality", "national", "--date", DAY, "--percent", path)
    claim = json.loads(feesync("claim", "64493", "64494", "64635", *line, "--json").stdout)
    assert [line["contract"]["percent"] for line in claim["lines"]] == [120, 110, 95.5]
    printed = feesync("rates", "64493", "64635", *line, "--csv").stdout
    assert [row["contract_percent"] for row in csv.DictReader(io.StringIO(printed))] == [
        "120", "95.5",
    ]  # fmt: skip
    assert "Contract nonfac." in feesync("rates", "64493", *line).stdout
    book = tmp_path / "contract.xlsx"
    book.write_bytes(workbooks.workbook([["CPT", "Pct"], ["64490-64495", 110], [64493, 120]]))
    with_macros = shutil.copy(book, tmp_path / "contract.xlsm")
    for workbook in (book, with_macros):
        answer = json.loads(feesync("estimate", "64493", *line[:-1], workbook, "--json").stdout)
        assert answer["contract"]["percent"] == 120


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("from,to\n64493,\n", ["a.csv has no column percent; a contract has the columns from, to"]),
        ("percent\n", ["a.csv has no column from; a contract"]),
        (
            "from,to,percent\n64493,,1.1\n64494,64490,110\n64495,,110\n64495,,120\n,,110\n",
            [
                "a.csv, row 2: percent: 1.1 means",
                "a.csv, row 3: 64494-64490 is no range",
                "a.csv, row 5: 64495 has a percentage already",
                "a.csv, row 6: '' is not a HCPCS code",
            ],
        ),
        ("from,percent\n64493,\n", ["a.csv, row 2: percent: '' is not a percentage"]),
        (
            "from,to,percent\n64490,64495,110\n64494,64499,110\n",
            ["percent: the ranges 64494-64499"],
        ),
        ("from,to,percent\n", ["percent has no codes"]),
    ],
)
def test_files_of_percentages_that_cannot_be_read(text, says):
    with pytest.raises(InvalidInputError) as caught:
        percentages_of(text.encode(), "a.csv")
    errors = [str(error) for error in (caught.value, *caught.value.others)]
    assert len(errors) == len(says)
    for error, beginning in zip(errors, says, strict=True):
        assert error.startswith(beginning)


@pytest.mark.parametrize("code", ["64493-50", "70450-TC"])
def test_a_comparison_by_another_factor(loaded, feesync, code):
    places = ("01112-05", "10112-00", "national")
    options = [word for place in places[:2] for word in ("--locality", place)]
    result = feesync(
        *("compare", code, *options, "--date", "2025-11-03", "--setting", "both"),
        *("--conversion-factor", "45.00", "--json"),
    )
    rows = {(row["mac"], row["locality"]): row for row in json.loads(result.stdout)}
    assert len(rows) == 3
    for place in places:
        for setting in ("nonfacility", "facility"):
            asked: dict[str, Any] = {"locality": place, "date": "2025-11-03", "setting": setting}
            right = estimate(code, **asked, conversion_factor="45.00")
            row = rows[right.locality.mac, right.locality.locality]
            amount = row[f"{setting}_amount"]
            assert (amount and D(str(amount)), row["basis"]) == (right.allowed, "payer")
    assert "another payer's, in place of Medicare's" in result.stderr
    table = feesync("compare", code, *options, "--date", "2025-11-03", "--conversion-factor", 45)
    assert "conversion factor 45.0000 payer" in table.stdout
    assert feesync("compare", code, "--qp", "--conversion-factor", 45).exit_code == 2


def test_a_sheet_by_another_factor(feesync):
    line = ("sheet", "64493-50", "--locality", "AL", "--date", DAY)
    shown = feesync(*line, "--conversion-factor", "45", "--percent", "110").stdout
    assert shown.startswith("Fee sheet: 110 % by a conversion factor of 45.0000\n")
    both = cents(fee("64493", "10112-00", 45) * D("1.5"))  # 322.32
    assert str(cents(both * D("1.1"))) in shown
    sheet = fs.sheet(["64493"], locality="AL", date=DAY, percent={"64490-64495": 110})
    assert sheet.to_dict()["contract"] == {"percent": None, "of_year": None}
