from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feesync.errors import ContentRefusedError
from feesync.formats.text import ExactNumbers, csv_rows, is_footer


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_any_line_end_with_and_without_a_byte_order_mark(end, start):
    data = start + end.join(["a,b", "", ",", '"c, d",e', "\x1a,", "\x1a"]).encode()
    assert [row for _, row in csv_rows(data, "x.csv")] == [["a", "b"], ["c, d", "e"]]


def test_latin_1_bytes_and_the_line_numbers():
    assert list(csv_rows(b"a\n\ncaf\xe9\n\xc2\x85x\n", "x.csv")) == [(1, ["a"]), (3, ["café"]), (4, ["Â\x85x"])]


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


@pytest.mark.parametrize(("text", "value"), [("0", 0), (".5", 50), ("1.", 100), ("1.500", 150), (" 2.10 ", 210)])
def test_spellings_of_a_number(text, value):
    assert ExactNumbers(2, 99_999)[text] == value


@pytest.mark.parametrize("text", ["", " ", ".", "-1", "+1", "1e2", "1.234", "1,000", "NA", "nan", "1000.00", "٣"])
def test_what_is_no_such_number(text):
    with pytest.raises(ValueError, match="."):
        ExactNumbers(2, 99_999)[text]
