"""The workbook of `feesync rates --xlsx`.

What a spreadsheet program reads in it, and what its formulas come to.
"""

import re
import sys
import zipfile
from decimal import ROUND_HALF_UP, Decimal

import pytest
from python_calamine import CalamineWorkbook

from feesync import InvalidInputError
from feesync.writers import workbook

FORMULA = re.compile(r'<c r="([A-Z]+)([0-9]+)"[^>]*><f>([^<]*)</f><v>([^<]*)</v>')
DAY = ("--date", "2025-11-03")


@pytest.fixture
def book(feesync, tmp_path):
    """Write rates to a workbook; give its path."""

    def write(*arguments):
        path = tmp_path / "rates.xlsx"
        result = feesync("rates", *arguments, "--xlsx", path)
        assert (result.exit_code, result.stdout) == (0, ""), result.stderr
        return path

    return write


def rows(path, sheet="Rates"):
    header, *cells = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python()
    return [dict(zip(header, row, strict=True)) for row in cells]


def numbers(path):
    """Every number of the sheet as it is written there, by cell."""
    with zipfile.ZipFile(path) as parts:
        xml = parts.read("xl/worksheets/sheet1.xml").decode()
    return {
        cell: Decimal(value)
        for cell, value in re.findall(r'<c r="([A-Z]+[0-9]+)"(?: s="\d+")?><v>([^<]*)</v>', xml)
    }, xml


def recomputed(formula, cells):
    """What a formula comes to, its sums done in Decimal."""

    def rounded(value, places):
        return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)

    names = {"ROUND": rounded, "MIN": min, **cells}
    return eval(formula, {"__builtins__": {}}, names)


def test_the_inputs_stand_beside_the_amounts(book):
    national, alaska = rows(book("64493", "--locality", "national", "--locality", "AK-01", *DAY))
    assert (national["Nonfacility amount"], national["Facility amount"]) == (172.08, 88.31)  # CMS
    assert (alaska["Nonfacility amount"], alaska["Facility amount"]) == (
        204.09,
        113.53,
    )  # CMS, Alaska 2025
    assert (alaska["HCPCS"], alaska["MAC"], alaska["Locality"], alaska["State"]) == (
        "64493",
        "02102",
        "01",
        "AK",
    )
    assert [alaska[f"{part} RVU"] for part in ("Work", "Nonfacility PE", "Facility PE", "MP")] == [
        1.52,
        3.64,
        1.05,
        0.16,
    ]
    assert [alaska[f"{part} GPCI"] for part in ("Work", "PE", "MP")] == [1.5, 1.081, 0.592]
    assert (alaska["Conversion factor"], alaska["OPPS MP RVU"]) == (32.3465, "")


def test_the_formulas_come_to_the_amounts(book, loaded):
    # the cap, a code below the cap, therapy and the technical part of imaging in facilities, a code
    # that Medicare does not cover
    path = book(
        "64490-64636",
        "77063",
        "77067",
        "97110",
        "70450",
        "76145",
        "92015",
        "15824",
        "--state",
        "CA",
        *DAY,
    )
    cells, xml = numbers(path)
    found = FORMULA.findall(xml)
    assert len(found) > 29 * 25
    assert any("MIN(" in formula for _, _, formula, _ in found)
    for column, row, formula, shown in found:
        amount = cells[f"{chr(ord(column) - 1)}{row}"]
        assert set(re.findall(r"[A-Z]+([0-9]+)", formula)) == {row}
        assert recomputed(formula, cells) == amount == Decimal(shown), formula


def test_a_rate_without_a_price_has_no_formula(book, loaded):
    uncovered, x_ray = rows(book("92015", "71046", "--locality", "national", *DAY))[:2]
    assert {uncovered[name] for name in uncovered if "amount" in name or "recomputed" in name} == {
        ""
    }
    assert (
        x_ray["Nonfacility recomputed"],
        x_ray["Facility amount"],
        x_ray["Facility recomputed"],
    ) == (32.67, "", "")


def test_numbers_have_the_places_of_cms_and_the_header_stays(book):
    path = book("64493", "--locality", "national", *DAY)
    with zipfile.ZipFile(path) as parts:
        styles, sheet = (
            parts.read("xl/styles.xml").decode(),
            parts.read("xl/worksheets/sheet1.xml").decode(),
        )
    assert {"0.000", "0.0000"} <= set(
        re.findall(r'formatCode="([^"]*)"', styles)
    )  # 0.00 and #,##0.00 are built in
    assert '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' in sheet


def test_a_contract_has_its_percentage_and_formulas(book):
    path = book(
        "64493",
        "--locality",
        "AL",
        "--locality",
        "national",
        "--percent",
        "112.5",
        "--of-year",
        "2022",
    )
    cells, xml = numbers(path)
    formulas = FORMULA.findall(xml)
    found = [found for found in formulas if "/100" in found[2]]
    assert len(found) == 4
    for (
        column,
        row,
        formula,
        _,
    ) in formulas:  # the amounts are recomputed first, and what the contract makes of them follows
        cells.setdefault(
            f"{column}{row}", recomputed(formula, cells) if "/100" not in formula else None
        )
    for _, _, formula, shown in found:
        assert recomputed(formula, cells) == Decimal(shown), formula
    (_, national) = rows(path)
    # (1.52 + 3.56 + 0.14) x 34.6062 = 180.64; x 1.125
    assert (national["Contract percent"], national["Nonfacility contract amount"]) == (
        112.5,
        203.22,
    )
    said = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Source").to_python()
    contract = "112.5 % of what Medicare allows by the rates of 2022"
    assert ["Contract", contract] in said
    assert ["Rates of", "the newest loaded release of 2022"] in said


def test_where_it_is_from(book):
    path = book("64490-64495", "--state", "CA", *DAY)
    said = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Source").to_python()
    assert ["Codes", "64490-64495"] in said
    assert ["Date of service", "2025-11-03"] in said
    assert ["Release", "RVU25D"] in said
    assert ["In effect", "2025-10-01 to 2025-12-31"] in said
    assert ["sha256", "8af460f38bf982b79b07269fbc8b7256a8ef3bd3aa025a9c5cb71c1e52523c56"] in said
    assert any("before modifiers" in str(text) for name, text in said if name == "Note")


def test_a_sheet_has_room_for_so_many_and_a_file_that_cannot_be_finished_leaves_the_old_one(
    feesync, tmp_path, monkeypatch
):
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    path = tmp_path / "old.xlsx"
    path.write_bytes(b"old")
    result = feesync("rates", "64493", *DAY, "--xlsx", path, "--force")
    assert (result.exit_code, result.stdout) == (InvalidInputError.exit_status, "")
    assert (
        result.stderr
        == "feesync: a sheet has room for 3 rates: choose fewer codes or places, or CSV\n"
    )
    assert [(file.name, file.read_bytes()) for file in tmp_path.glob("*.xlsx*")] == [
        ("old.xlsx", b"old")
    ]


def test_without_the_package_the_extra_is_named(feesync, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    result = feesync("rates", "64493", *DAY, "--xlsx", tmp_path / "a.xlsx")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "feesync: writing a workbook needs a package that is not installed: pip install "
        "'feesync[xlsx]' brings it\n"
    )
