from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feesync.errors import ContentRefusedError
from feesync.formats import text
from feesync.formats.text import ExactNumbers, csv_rows, is_footer, name_of


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_any_line_end_with_and_without_a_byte_order_mark(end, start):
    data = start + end.join(["a,b", "", ",", '"c, d",e', "\x1a,", "\x1a"]).encode()
    assert [row for _, row in csv_rows(data, "x.csv")] == [["a", "b"], ["c, d", "e"]]


def test_latin_1_bytes_and_the_line_numbers():
    assert list(csv_rows(b"a\n\ncaf\xe9\n\xc2\x85x\n", "x.csv")) == [
        (1, ["a"]),
        (3, ["café"]),
        (4, ["Â\x85x"]),
    ]


@pytest.mark.parametrize("data", [b"\xff\xfea\x00", b'a,"b\n', b'a,"b"c\n'])
def test_what_is_no_csv_is_refused(data):
    with pytest.raises(ContentRefusedError, match=r"x\.csv"):
        list(csv_rows(data, "x.csv"))


def test_a_footer_is_one_cell_of_text():
    assert is_footer(["", "Note: this", " "])
    assert not is_footer(["a", "b"])


@given(st.decimals(0, Decimal("999.99"), places=2))
def test_decimals_become_integers_of_their_last_place(value):
    assert ExactNumbers(2, 99_999)[str(value)] == int(value * 100)


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), (".5", 50), ("1.", 100), ("1.500", 150), (" 2.10 ", 210)]
)
def test_spellings_of_a_number(text, value):
    assert ExactNumbers(2, 99_999)[text] == value


@pytest.mark.parametrize(
    "text", ["", " ", ".", "-1", "+1", "1e2", "1.234", "1,000", "NA", "nan", "1000.00", "٣"]
)
def test_what_is_no_such_number(text):
    with pytest.raises(ValueError, match="."):
        ExactNumbers(2, 99_999)[text]


MANY_CELLS = b'"\n' + b'","\n' * (text.MOST_CHARACTERS // 4 - 1)
"""The beginning of a row of many lines, each of which ends a cell and begins the next."""


@pytest.mark.parametrize(
    ("begin", "fill", "end"),
    [(b"x", b"x", b"x"), (b"x", b",", b"x"), (b'"a\n', b"b", b'"'), (MANY_CELLS, b"b", b'"')],
    ids=["one cell", "commas", "a cell of two lines", "cells of many lines"],
)
def test_a_row_is_bounded_whether_of_one_line_or_of_several(begin, fill, end):
    row = begin + fill * (text.MOST_CHARACTERS - len(begin) - len(end)) + end
    assert len(list(csv_rows(b"a\n" + row, "x.csv"))) == 2
    for end_of_file in (b"", b"\n1,2\n"):
        with pytest.raises(
            ContentRefusedError,
            match=r"x\.csv, line [0-9]+: has a row of more than 4,000 characters",
        ):
            list(csv_rows(b"a\n" + row[: -len(end)] + fill + end + end_of_file, "x.csv"))


def test_the_bound_is_of_each_row_not_of_all():
    assert len(list(csv_rows(b'"a\nb",c\n' * 5_000, "x.csv"))) == 5_000


def test_rows_are_counted(monkeypatch):
    monkeypatch.setattr(text, "MOST_ROWS", 3)
    assert len(list(csv_rows(b"a\n\n" * 3, "x.csv"))) == 3
    with pytest.raises(ContentRefusedError, match=r"x\.csv, line 7: has more than 3 rows"):
        list(csv_rows(b"a\n\n" * 4, "x.csv"))


def test_utf_8_is_told_whole_though_a_character_lies_across_two_chunks():
    data = b"a" * (2**16 - 1) + "é".encode()
    assert text._is_utf_8(data)
    assert not text._is_utf_8(data[:-1])


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("ALABAMA", "ALABAMA"), (" SAN  FRANCISCO\t", "SAN FRANCISCO"),
        ("REST OF STATE***", "REST OF STATE"), ("A * ", "A"),
        ("DC + MD/VA SUBURBS", "DC + MD/VA SUBURBS"),
        ("BALTIMORE/SURR. CNTYS", "BALTIMORE/SURR. CNTYS"),
        ("ST. LOUIS (KING CNTY)", "ST. LOUIS (KING CNTY)"), ("HAWAII, GUAM", "HAWAII, GUAM"),
        ("HANFORD-CORCORAN", "HANFORD-CORCORAN"),
        ("COLUMBIA; ALEXANDRIA CITY,ARLINGTON; PRINCE GEORGE'S",
         "COLUMBIA; ALEXANDRIA CITY,ARLINGTON; PRINCE GEORGE'S"),
        ("A" * 250, "A" * 250), ("Alabama", "Alabama"),
    ],
)  # fmt: skip
def test_names_of_places(cell, name):
    assert name_of(cell, "name") == name


@pytest.mark.parametrize(
    "cell",
    [
        "", " ", "*", "A" * 251, "A\x1b[2J", "A\x07", "A\x9b31m", "A\x7f", "A\u202eB", "=A",
        "=HYPERLINK(A)", "+A", "-A", "@SUM(A)", "'=A",
        "(A)", "A=B", "A@B", "A;=B", "A;+B", "A; +B", "A;-B", "A,-B", "A;;B",
        "A+B", "A +B", "A, ", "1A", "A1", "A|B", "A!B", 'A"B', "A&B", "É",
    ],
)  # fmt: skip
def test_what_is_no_name_of_a_place(cell):
    with pytest.raises(ValueError, match="the name|has no name"):
        name_of(cell, "name")


@given(st.text(st.sampled_from("AZaz '()+,-./;=@\t\r\n\x1b\x9b|\"0*"), max_size=12))
def test_no_name_that_is_accepted_is_live_in_a_terminal_or_a_spreadsheet(cell):
    try:
        name = name_of(cell, "name")
    except ValueError:
        return
    assert name.isprintable()
    assert not set(name) - set("AZaz '()+,-./;")
    for separator in ",;\t":  # a spreadsheet may cut a line of csv at any of them
        for part in name.split(separator):
            assert part.strip()[:1] not in set("=+-@|'")
