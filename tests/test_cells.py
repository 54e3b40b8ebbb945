"""No cell of csv text is run by a spreadsheet."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_files import alaska

from feesync.writers.cells import inert


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "=HYPERLINK(1)",
        "+SUM(A)",
        "-A",
        "@SUM(A)",
        "\t=A",
        " =A",
        "\r=A",
        "\n@A",
        "+1+1",
        "-1|x",
        "+",
    ],
)
def test_what_begins_as_a_formula_stands_behind_an_apostrophe(text):
    assert inert(text) == "'" + text


@pytest.mark.parametrize(
    "value",
    [
        "",
        "SAN FRANCISCO",
        "64493",
        "01112-05",
        "-1.05",
        "+1,234.50",
        None,
        5,
        Decimal("-1.50"),
        "a=b",
    ],
)
def test_other_cells_are_as_they_are(value):
    assert inert(value) is value


@given(st.text(st.sampled_from("=+-@|! \t\r\nA1."), max_size=6))
def test_no_text_begins_as_a_formula(text):
    shown = inert(text)
    assert isinstance(shown, str)
    begins = shown.lstrip()[:1]
    assert begins not in set("=@")
    assert not shown.startswith(("\t", "\r", "\n"))
    assert begins not in set("+-") or not set(shown.strip()[1:]) - set("1.")


def test_a_file_name_is_no_formula_of_the_differences(feesync, tmp_path):
    path = tmp_path / "=HYPERLINK(A1).txt"
    path.write_text(alaska(c64494=("107.08", "65.13")))
    result = feesync("verify", path, "--release", "RVU25D", "--csv")
    assert result.stdout.splitlines()[1:] == [
        "'=HYPERLINK(A1).txt,RVU25D,64494,,02102,01,facility,65.13,65.12,-0.01"
    ]
