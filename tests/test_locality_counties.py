import io

import pytest
import xlsxwriter
from cms_files import COUNTIES, csv_of, fixture, rows_of, zip_of

from feesync.errors import ContentRefusedError
from feesync.formats import locality_counties


def test_state_stands_on_the_first_row_of_a_block_and_zeros_are_padded():
    file = locality_counties.parse(fixture(COUNTIES), COUNTIES)
    by_key = {(row.mac, row.locality): row for row in file.rows}
    assert by_key["01112", "05"].counties == "SAN FRANCISCO/ALAMEDA/CONTRA COSTA/SAN MATEO"
    assert by_key["13292", "04"][2:] == ("NEW YORK", "QUEENS", "QUEENS")
    assert by_key["05202", "00"].area == "STATEWIDE"


def test_missouri_stands_twice_and_is_one():
    file = locality_counties.parse(fixture(COUNTIES), COUNTIES)
    assert [row[2:] for row in file.rows if (row.mac, row.locality) == ("05302", "99")] == [
        ("MISSOURI", "REST OF STATE", "ALL OTHER COUNTIES")
    ]


def test_xlsx_reads_as_csv_does():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows_of(fixture(COUNTIES))):
            for column, cell in enumerate(row):
                sheet.write(number, column, int(cell) if cell.isdigit() else cell)
    expected = locality_counties.parse(fixture(COUNTIES), COUNTIES).rows
    assert locality_counties.parse(buffer.getvalue(), "26LOCCO.xlsx").rows == expected


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([["MAC", "Locality Number", "State", "Area"]], "order that is not known"),
        (
            [
                ["MAC", "Locality Number", "State", "Area", "Counties"],
                ["1112", "x", "CA", "A", "B"],
            ],
            "locality number 'x'",
        ),
        (
            [["MAC", "Locality Number", "State", "Area", "Counties"], ["1112", "5", "CA", "A", ""]],
            "no counties",
        ),
        (
            [
                ["MAC", "Locality Number", "State", "Area", "Counties"],
                ["1112", "5", "CA", "A", "@SUM(A)"],
            ],
            "line 2: the counties '@SUM.* is no name",
        ),
        (
            [
                ["MAC", "Locality Number", "State", "Area", "Counties"],
                ["1112", "5", "CA", "A\x07", "B"],
            ],
            "line 2: the fee schedule area .* is no name",
        ),
        (
            [
                ["MAC", "Locality Number", "State", "Area", "Counties"],
                ["1112", "5", "-CA", "A", "B"],
            ],
            "line 2: the state '-CA' is no name",
        ),
        (
            [["MAC", "Locality Number", "State", "Area", "Counties"], ["1112", "5", "", "A", "B"]],
            "line 2: has no state",
        ),
        ([["a", "b"]], "no header"),
    ],
)
def test_what_is_refused(rows, reason):
    with pytest.raises(ContentRefusedError, match=reason):
        locality_counties.parse(csv_of(rows), COUNTIES)


def test_what_is_no_xlsx_is_refused():
    with pytest.raises(ContentRefusedError, match=r"26LOCCO\.xlsx: is a cut or damaged zip"):
        locality_counties.parse(b"PK\x03\x04 no", "26LOCCO.xlsx")
    with pytest.raises(ContentRefusedError, match=r"26LOCCO\.xlsx: is not readable as xlsx"):
        locality_counties.parse(zip_of({"a.xml": b"<a/>"}), "26LOCCO.xlsx")


@pytest.mark.parametrize("cell", [(0, 16_383), (1_048_575, 0)])
def test_a_cell_far_out_is_refused_before_room_is_made_for_it(cell):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet().write(*cell, "x")
    with pytest.raises(ContentRefusedError, match="outside any table of its kind"):
        locality_counties.parse(buffer.getvalue(), "26LOCCO.xlsx")
