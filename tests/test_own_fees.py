"""The sheet for fees of one's own: what it holds, and what its formulas come to for a fee."""

import ast
import re
import zipfile
from decimal import ROUND_HALF_UP, Decimal
from html import unescape

import pytest
from python_calamine import CalamineWorkbook

from feesync.writers.own_fees import COLUMNS, FIRST

DAY = ("--date", "2025-11-03")
CELL = re.compile(r'<c r="([A-Z]+)(\d+)"[^>]*><f>([^<]*)</f>')


@pytest.fixture
def book(feesync, tmp_path):
    """Write a fee sheet with the sheet for own fees; give its path."""

    def write(*arguments):
        path = tmp_path / "fees.xlsx"
        result = feesync("sheet", *arguments, *DAY, "--xlsx", path, "--own-fees")
        assert (result.exit_code, result.stdout) == (0, ""), result.stderr
        return path

    return write


def cells(path):
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Own fees").to_python()


def rows(path):
    return [dict(zip(COLUMNS, row, strict=True)) for row in cells(path)[FIRST:]]


def formulas(path):
    """The formulas of the sheet, by cell."""
    with zipfile.ZipFile(path) as parts:
        names = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        text = parts.read(max(names)).decode()
    return {f"{column}{row}": unescape(formula) for column, row, formula in CELL.findall(text)}


class Lazy(ast.NodeTransformer):
    """A formula as Python: IF reads one of its branches alone, as a spreadsheet does."""

    def visit_Call(self, node):
        self.generic_visit(node)
        args, name = node.args, node.func.id
        if name == "IF":
            return ast.IfExp(*args)
        if name == "AND":
            return ast.BoolOp(ast.And(), args)
        return ast.UnaryOp(ast.Not(), *args) if name == "NOT" else node


def recomputed(formula, known):
    """What a formula comes to, in Decimal."""
    functions = {
        "ISNUMBER": lambda value: isinstance(value, Decimal),
        "ROUND": lambda value, places: value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP),
    }
    tree = ast.fix_missing_locations(Lazy().visit(ast.parse(formula.replace("$", ""), mode="eval")))
    return eval(compile(tree, "", "eval"), {"__builtins__": {}}, {**functions, **known})


def of_a_fee(path, fee, number=FIRST + 1, limits=(100, 300)):
    """The percentage and the flag of a fee in a row, whose cells hold what was written there."""
    allowed = cells(path)[number - 1][COLUMNS.index("Allowed")]
    known = {
        f"G{number}": Decimal(str(allowed)) if allowed != "" else "",
        f"H{number}": Decimal(fee) if fee else "",
        "B3": Decimal(limits[0]),
        "B4": Decimal(limits[1]),
    }
    texts = formulas(path)
    known[f"I{number}"] = recomputed(texts[f"I{number}"], known)
    return known[f"I{number}"], recomputed(texts[f"J{number}"], known)


def test_a_row_for_each_line_and_column(book):
    path = book("64493-50", "64494x2", "64493-22", "--locality", "AL", "--settings", "office,asc")
    found = rows(path)
    assert [(row["HCPCS"], row["Modifiers"], row["Units"], row["Setting"]) for row in found] == [
        ("64493", "50", 1, "Office"),
        ("64493", "50", 1, "ASC"),
        ("64494", "", 2, "Office"),
        ("64494", "", 2, "ASC"),
        ("64493", "22", 1, "Office"),
        ("64493", "22", 1, "ASC"),
    ]
    # CMS, Alabama 2025: 154.46 and 81.66, x 1.5; 79.74 and 46.01, of which 64494 is an add-on
    assert [row["Allowed"] for row in found[:4]] == [231.69, 122.49, 159.48, 92.02]
    assert {(row["Locality"], row["Date"]) for row in found} == {("10112-00", "2025-11-03")}
    assert found[4]["Allowed"] == ""
    assert found[4]["No price because"].startswith("Modifier 22 is priced by report")
    assert {row["Own fee"] for row in found} == {""}
    assert (cells(path)[0][0], cells(path)[2][1], cells(path)[3][1]) == (
        "Own fees, beside what Medicare allows", 100, 300,
    )  # fmt: skip
    names = CalamineWorkbook.from_path(str(path)).sheet_names
    assert names == ["Fee sheet", "Own fees"]


@pytest.mark.parametrize(
    ("fee", "percent", "flag"),
    [
        ("172.08", "100.00", ""),  # CMS, national 2025
        ("172.07", "99.99", "below"),
        ("516.24", "300.00", ""),
        ("516.25", "300.01", "above"),
        ("258.12", "150.00", ""),
        ("0", "0.00", "below"),
    ],
)
def test_a_fee_in_percent_and_its_flag(book, fee, percent, flag):
    path = book("64493", "--locality", "national", "--settings", "office")
    assert of_a_fee(path, fee) == (Decimal(percent), flag)


def test_the_limits_are_cells(book):
    path = book("64493", "--locality", "national", "--settings", "office")
    assert of_a_fee(path, "258.12", limits=(151, 200))[1] == "below"
    assert of_a_fee(path, "258.12", limits=(50, 149))[1] == "above"


def test_without_a_fee_or_a_price_there_is_no_percentage(book):
    path = book("64493", "64493-22", "--locality", "national", "--settings", "office")
    assert of_a_fee(path, "") == ("", "")
    assert of_a_fee(path, "100", FIRST + 2) == ("", "no price")
    assert of_a_fee(path, "", FIRST + 2) == ("", "")


def test_every_row_has_formulas_of_its_own_cells(book):
    path = book("64490-64495", "--locality", "AL", "--locality", "CA-05")
    texts = formulas(path)
    assert len(texts) == 2 * 6 * 3 * 2
    for cell, formula in texts.items():
        assert set(re.findall(r"\b[GH](\d+)", formula)) == {cell[1:]}


def test_a_contract_and_what_it_is_for(book, feesync, tmp_path):
    path = book("64493", "--locality", "national", "--percent", "110", "--settings", "office")
    assert cells(path)[0][0] == "Own fees, beside what the contract allows"
    assert rows(path)[0]["Allowed"] == 189.29  # 172.08 x 1.1
    line = ("sheet", "64493", "--locality", "AL", "--own-fees")
    refused = feesync(*line, "--html", tmp_path / "a.html")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "--own-fees goes with --xlsx" in refused.stderr
    plain = feesync(*line[:-1], "--xlsx", tmp_path / "plain.xlsx")
    assert plain.exit_code == 0
    names = CalamineWorkbook.from_path(str(tmp_path / "plain.xlsx")).sheet_names
    assert names == ["Fee sheet"]
