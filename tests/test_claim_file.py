"""Claim files: what names a column, what a cell means, what is refused, word for word.

How a whole file is priced is in test_cli_claim.
"""

import json
from decimal import Decimal
from typing import Any

import pytest

from feesync import InvalidInputError
from feesync.claims.file import FileLine, read_lines
from feesync.claims.line import ClaimLine

SPELLINGS = {
    "units": "units unit qty quantity|service units|units of service|days or units",
    "charge": "charge charges billed|charge amount|amount charged|line charge|billed amount|"
    "amount billed|billed charge|billed charges|submitted charge",
    "postop_days": "postop_days postop|postoperative days|days of care",
}
"""Columns of practice exports, each beside a code and modifiers."""


def names(text):
    first, *others = text.split("|")
    return [*first.split(), *others]


def read(text, name="a.csv"):
    return read_lines(text.encode(), name)


@pytest.mark.parametrize(
    ("column", "spelling"), [(key, name) for key, text in SPELLINGS.items() for name in names(text)]
)
def test_spellings_of_columns(column, spelling):
    for name in (spelling, spelling.upper(), spelling.replace(" ", "_")):
        (line,) = read(f"hcpcs,modifiers,{name}\n66984,55-RT,7\n")
        cells: dict[str, Any] = {"units": 1, "charge": None, "postop_days": None}
        value = "7" if column == "charge" else 7
        assert line == FileLine(
            "a.csv, row 2", ClaimLine("66984", ("55", "RT"), **{**cells, column: value})
        )


@pytest.mark.parametrize(
    ("cell", "modifiers"),
    [
        ("26.0", ("26",)),
        ("50.00 59.0", ("50", "59")),
        ("26.5", ("<modifiers>",)),
        ("5.0", ("5.0",)),
    ],
)
def test_modifiers_that_a_spreadsheet_took_for_numbers(cell, modifiers):
    (line,) = read(f"hcpcs,modifiers\n64493,{cell}\n")
    assert line.line == ClaimLine("64493", modifiers)


REMARKS = "line|line number|line no|no|description|desc|procedure description|note|notes|comment|" \
    "comments|remark|remarks"  # fmt: skip


@pytest.mark.parametrize("name", names(REMARKS))
def test_columns_that_say_nothing_of_a_price(name):
    assert read(f"{name},hcpcs\nx,64493\n") == [FileLine("a.csv, row 2", ClaimLine("64493", ()))]


@pytest.mark.parametrize(
    ("cell", "units"),
    [
        ("", 1),
        ("3", 3),
        ("3.", 3),
        ("3.00", 3),
        ("999999999", 999_999_999),
        ("3.5", "3.5"),
        ("1000000000", "1000000000"),
        ("-1", "-1"),
        ("two", "<units>"),
    ],
)
def test_a_count_is_a_whole_number_or_the_text_as_it_stands(cell, units):
    """What is no count is refused with its line, and not here."""
    (line,) = read(f"hcpcs,units,charge\n64493,{cell},9\n")
    assert (line.line.units, line.line.charge) == (units, "9")


def test_a_file_without_a_header_has_lines_in_the_short_form():
    found = read("64493-50@250.00 64494\n\nG0260x2\n", "a.txt")
    assert found == [
        FileLine("a.txt, row 1", "64493-50@250.00"),
        FileLine("a.txt, row 1", "64494"),
        FileLine("a.txt, row 3", "G0260x2"),
    ]


@pytest.mark.parametrize("name", ["a.json", "A.JSON", "no-suffix"])
def test_json_is_a_list_of_lines_in_any_form(name):
    lines = [{"hcpcs": "64493", "charge": 250.25}, "64494-50"]
    text = json.dumps(lines)
    own = [{"hcpcs": "64493", "charge": Decimal("250.25")}, "64494-50"]
    for written in (text, f"\n {text}"):
        assert read(written, name) == [FileLine("", line) for line in own]


WRONG = [
    ("a.json", "7", "a.json holds no list of claim lines"),
    ("a.csv", "{}", "a.csv holds no list of claim lines"),
    ("a.json", "", "a.json is not JSON: Expecting value: line 1 column 1 (char 0)"),
    ("a.json", '[{"hcpcs": "64493", "units": 1, "units": 2}]',
     "a.json is not JSON: 'units' appears twice in an object"),
    ("a.json", f'[{{"{"u" * 40}": 1, "{"u" * 40}": 2}}]', None),
    ("a.csv", "hcpcs,payer\n64493,x\n",
     "a.csv: the column 'payer' is none of a claim line: those are hcpcs, modifiers (or mod1 to "
     "mod4), units, charge and postop_days"),
    ("a.csv", "hcpcs,payer,plan\n64493,x,y\n",
     "a.csv: the columns 'payer', 'plan' are none of a claim line: those are hcpcs, modifiers (or "
     "mod1 to mod4), units, charge and postop_days"),
    ("a.csv", "units,charge\n1,2\n",
     "a.csv has no column of codes: name it hcpcs, cpt or code in the first row"),
    ("a.csv", "64493,50,1\n", "a.csv: the first row names no columns; put a row above it, such as "
     "hcpcs,modifiers,units,charge"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "says"), WRONG)
def test_what_is_refused(name, text, says):
    with pytest.raises(InvalidInputError) as refused:
        read(text, name)
    if says is None:
        assert len(str(refused.value)) < 130
    else:
        assert str(refused.value) == says


def test_what_is_no_text_is_refused():
    with pytest.raises(InvalidInputError) as refused:
        read_lines(b'["\xff"]', "a.json")
    assert str(refused.value) == "a.json cannot be read: it is not UTF-8 text"
    with pytest.raises(InvalidInputError) as refused:
        read_lines(b"[" * 100_000, "a.json")
    assert str(refused.value) == "a.json holds no list of claim lines: it nests too deep"
    assert read_lines('\ufeff["64493"]'.encode(), "a.json") == [FileLine("", "64493")]
