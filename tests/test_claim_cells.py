"""A cell of a caller's file is in no error unless it looks like what its column has."""

import json
import re

import pytest
from remits import X12

from feesync import InvalidInputError, LocalityError
from feesync.claims.cells import error_text, is_like_code, safe_cells, safe_modifiers

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
        *("64493,64494", "64490-64495", "64493/50", "64493x2", "64493-50x", "", "X", "XX", " XX "),
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


@pytest.mark.parametrize("cell", ["501", "JOE", "J1 2"])
def test_three_characters_may_name_somebody(cell):
    assert safe_cells({"setting": cell}) == {"setting": "<setting>"}
    assert safe_cells({"setting": cell[:2]}) == {"setting": cell[:2]}


@pytest.mark.parametrize(
    "column",
    [
        *("hcpcs", "units", "charge", "postop_days", "percent", "amount", "nonfacility_amount"),
        *("facility_amount", "date", "pos", "setting", "zip", "mac", "from", "to"),
    ],
)
@pytest.mark.parametrize("cell", ["JOHN SMITH", "Smith", "1EG4-TE5-MK73", "DOB 1950-02-03", "Joe"])
def test_another_is_its_column(column, cell):
    assert safe_cells({column: cell}) == {column: f"<{column}>"}


def test_a_modifier_has_two_characters():
    given = ("50", "kx", "SMITH", "5", "501", "50.0")
    assert safe_modifiers(given) == ("50", "kx", "<modifiers>", "5", "<modifiers>", "50.0")


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        *[(place, repr(place)) for place in ("01112-05", "CA05", "94110", "94110-1234", "XX", "7")],
        *[(place, "<locality>") for place in ("JOHN SMITH", "Joe", "O'Hara", "94110 Smith")],
    ],
)
def test_an_error_of_a_place_shows_keys_alone(place, shown):
    error = LocalityError(f"no locality {place!r}; a ZIP is enough")
    assert error_text(error, {"locality": place}) == f"no locality {shown}; a ZIP is enough"
    # however much of the place it has
    for length in range(3, len(place)):
        error = LocalityError(f"no locality {place[:length]!r}...")
        part = "<locality>" if shown == "<locality>" else repr(place[:length])
        assert error_text(error, {"locality": place}) == f"no locality {part}..."
    bare = LocalityError(f"{place} is no ZIP")
    assert error_text(bare, {"locality": place}) == f"{shown.strip(chr(39))} is no ZIP"


@pytest.mark.parametrize(
    ("error", "cells"),
    [
        (InvalidInputError("charge 'JOHN SMITH'"), {"locality": "JOHN SMITH"}),
        (LocalityError("no locality 'JOHN SMITH'"), {"locality": None}),
        (LocalityError("no locality 'JOHN SMITH'"), {}),
    ],
)
def test_an_error_of_something_else_has_no_place_in_it(error, cells):
    assert error_text(error, cells) == str(error)


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


AUDIT = ("audit", X12 / "base.835")
PROVIDER = {
    **{"npi": "1234567893", "locality": "01112-05", "pos": "11"},
    **{"practitioner": "np", "nonpar": "no"},
}
BILLED = {"claim_id": "MADE0001", "line": "1", **PROVIDER}
BY_ZIP = {"npi": "1234567893", "zip": "94110"}
BY_MAC = {"npi": "1234567893", "mac": "01112", "locality": "05"}
CLAIM = {
    **{"claim_id": "A", "line": "1", "date": "2025-11-03", "hcpcs": "64493", "modifiers": "50"},
    **{"locality": "AL", "pos": "11", "units": "1", "charge": "500", "practitioner": "np"},
    **{"nonpar": "no", "qp": "no", "deductible": "0", "paid_allowed": "3", "npi": "1234567893"},
}


def shifted(kind, row, *words, daily=1):
    """A command on a table, one column of which has a name in it; one in some is every day."""
    return [
        pytest.param(
            *(words, row, at),
            id=f"{kind}-{column}",
            marks=() if at % daily == 0 else pytest.mark.slow,
        )
        for at, column in enumerate(row)
    ]


@pytest.mark.parametrize(
    ("words", "row", "at"),
    [
        *shifted("providers", PROVIDER, *AUDIT, "--providers"),
        *shifted("zips", BY_ZIP, *AUDIT, "--providers"),
        *shifted("macs", BY_MAC, *AUDIT, "--providers"),
        *shifted("billed", BILLED, *AUDIT, "--claims"),
        *shifted("billed-macs", {"claim_id": "A", **BY_MAC}, *AUDIT, "--claims"),
        *shifted("reprice", CLAIM, "reprice", "--workers", "1", "-o", "-", daily=3),
    ],
)
def test_no_stream_has_a_cell_of_a_table(feesync, tmp_path, words, row, at):
    """What `reprice` writes has the cells, and is the user's own."""
    out = tmp_path / "out.csv"
    path = tmp_path / "shifted.csv"
    cells = [*row.values()]
    cells[at] = '"JOHN SMITH"'
    path.write_text(f"{','.join(row)}\n{','.join(cells)}\n")
    command = [out if word == "-" else word for word in words]
    result = feesync(*command, path)
    assert is_silent(result), result.stdout + result.stderr
    if result.exit_code == 2:
        assert "shifted.csv, row 2: " in result.stderr


def test_a_place_of_practitioners_has_its_row(feesync, tmp_path):
    path = tmp_path / "npi.csv"
    path.write_text(
        "npi,place\n1234567893,01112-05\n1999999984,JOHN SMITH\n\n1999999976,99999-99\nx,AL\n"
    )
    result = feesync(*AUDIT, "--providers", path)
    assert (result.exit_code, result.stdout) == (2, "")
    first, second, third = result.stderr.splitlines()
    assert first.startswith("feesync: npi.csv, row 3: no locality <locality>; ")
    assert second.startswith("feesync: npi.csv, row 5: no locality '99999-99'; ")
    assert third == "feesync: npi.csv, row 6: column npi: it has no NPI, which is ten digits"


def test_a_filing_indicator_has_two_characters(feesync, tmp_path):
    path = tmp_path / "shifted.835"
    path.write_text(AUDIT[1].read_text().replace("*MB*", "*JOHN SMITH*", 1))
    result = feesync("audit", path, "--locality", "01112-05")
    assert "filing indicator not given" in result.stdout
    assert is_silent(result), result.stdout
