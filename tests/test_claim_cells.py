"""A cell of a caller's file is in no error unless it looks like what its column has."""

import json
import re

import pytest

from feesync.claims.cells import is_like_code, safe_cells, safe_modifiers

NAMES = (
    *("JOHN SMITH", "SMITH", "Smith, John", "QQQQQ"),
    *("123-45-6789", "1EG4-TE5-MK73", "A1B2C3D4E5"),
)
"""What stands in a column of codes where columns are shifted."""

DAY = ("--locality", "AL", "--date", "2025-11-03")
COLUMNS = ("hcpcs", "mod", "units", "charge")
ROW = ("64493", "50", "1", "100.00")
PRICE_COLUMNS = ("cpt", "mod", "fee", "zip", "date", "pos")
PRICE = ("64493", "50", "231.69", "36104", "2025-11-03", "11")


@pytest.mark.parametrize("text", NAMES)
def test_what_is_no_code_is_not_like_one(text):
    assert not is_like_code(text)


@pytest.mark.parametrize(
    "text",
    [
        *("64493", "g0439", "0200T", "0002M", "64493-50", "64493-50x1@250.00", "66984-55d30"),
        *("64493 50 KX", "64493-50-KX@$1,250.25", "644", "64493.0", "6449350", "CPT 64493"),
        *("64493,64494", "64490-64495", "64493/50", "64493x2", "64493-50x"),
    ],
)
def test_a_code_in_any_form_is_like_one(text):
    assert is_like_code(text)


@pytest.mark.parametrize(
    ("column", "cells"),
    {
        "units": ("1", "1.0", "9999", "-1", "12345"),
        "charge": ("1200", "$1,200.00", "10,000,000.000000", "99.999", "-5.00"),
        "date": ("2025-11-03", "11/3/2025", "Nov 3 2025", "today", "20251103", "2025-13-45"),
        "pos": ("11", "office", "asc", "999"),
        "setting": ("facility", "Nonfacility", "office"),
        "zip": ("36104", "36104-1234", "361041234", "501"),
        "mac": ("01112", "1112"),
        "locality": ("San Francisco", "01112-05"),
        "percent": ("110", "110 %", "1.255"),
        "from": ("64490", "all", "ALL", "64490-64495"),
        "description": ("anything at all",),
    }.items(),
)
def test_a_cell_that_looks_like_its_column_stays(column, cells):
    for cell in cells:
        assert safe_cells({column: cell}) == {column: cell}


@pytest.mark.parametrize(
    "column",
    ["hcpcs", "units", "charge", "amount", "date", "pos", "setting", "zip", "mac", "from", "to"],
)
@pytest.mark.parametrize("cell", ["JOHN SMITH", "Smith", "1EG4-TE5-MK73", "DOB 1950-02-03"])
def test_another_is_its_column(column, cell):
    assert safe_cells({column: cell}) == {column: f"<{column}>"}


def test_a_modifier_has_two_characters():
    given = ("50", "kx", "SMITH", "5", "501", "50.0")
    assert safe_modifiers(given) == ("50", "kx", "<modifiers>", "5", "<modifiers>", "50.0")


def is_silent(result):
    text = result.stderr + result.stdout
    return not re.search("SMITH|John|6789|MK73|D4E5|QQQQQ", text, re.IGNORECASE)


@pytest.mark.parametrize("at", range(len(COLUMNS)))
@pytest.mark.parametrize("name", NAMES)
def test_no_error_of_a_claim_has_a_cell(feesync, tmp_path, at, name):
    path = tmp_path / "shifted.csv"
    row = [*ROW[:at], f'"{name}"', *ROW[at + 1 :]]
    path.write_text(f"{','.join(COLUMNS)}\n{','.join(row)}\n")
    result = feesync("claim", path, *DAY)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "shifted.csv, row 2): " in result.stderr
    assert is_silent(result), result.stderr


@pytest.mark.parametrize("at", range(len(PRICE_COLUMNS)))
def test_no_error_of_a_price_has_a_cell(feesync, tmp_path, at):
    path = tmp_path / "shifted.csv"
    row = [*PRICE[:at], "JOHN SMITH", *PRICE[at + 1 :]]
    good = ",".join(PRICE)
    path.write_text(f"{','.join(PRICE_COLUMNS)}\n{','.join(row)}\n{good}\n")
    result = feesync("check", path)
    assert result.exit_code in (2, 6)
    assert "row 2: " in result.stderr
    assert "1 equal" in result.stdout
    assert is_silent(result), result.stderr


@pytest.mark.parametrize(
    "line",
    ["JOHN SMITH", {"hcpcs": "JOHN SMITH"}, {"hcpcs": "64493", "modifiers": "SMITH"},
     {"hcpcs": "64493", "modifiers": ["SMITH"]}, {"hcpcs": "64493", "units": "JOHN"},
     {"hcpcs": "64493", "charge": "JOHN SMITH"}],
)  # fmt: skip
def test_no_error_of_json_has_a_value(feesync, tmp_path, line):
    path = tmp_path / "claim.json"
    path.write_text(json.dumps([line]))
    result = feesync("claim", path, *DAY)
    assert result.exit_code == 2
    assert is_silent(result), result.stderr


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (("claim",), "JOHN SMITH,ST MARY\n64493,50\n"),
        (("claim",), "SMITH,SMITH\n64493,50\n"),
        (("claim",), "64493-50\nSMITH\n"),
        (("check",), "JOHN SMITH,12\n64493,50\n"),
        (("check",), "SMITH,SMITH\n64493,50\n"),
        (("claim", "64493", "--percent"), "from,to,percent\nSMITH,JOHN,110\n"),
        (("claim", "64493", "--percent"), "from,to,percent\n64493,,SMITH\n"),
        (("rates", "--codes"), "64493\nJOHN SMITH\n"),
        (("sheet", "--codes"), "64493\nSMITH\n"),
        (("export", "--codes"), "64493\nSMITH\n"),
    ],
)
def test_no_error_of_another_file_has_a_cell(feesync, tmp_path, command, text):
    path = tmp_path / "own.csv"
    path.write_text(text)
    more = () if command[0] == "export" else DAY
    result = feesync(*command, path, *more)
    assert result.exit_code == 2
    assert "own.csv" in result.stderr
    assert is_silent(result), result.stderr
