import pytest
from cms_files import GPCI, csv_of, fixture, rows_of

from feesync.errors import ContentRefusedError
from feesync.formats import gpci

HEAD = 2


def refused(rows, reason):
    with pytest.raises(ContentRefusedError, match=reason):
        gpci.parse(csv_of(rows), GPCI)


def test_2025():
    file = gpci.parse(fixture(GPCI), GPCI)
    assert (file.year, len(file.rows)) == (2025, 109)
    by_key = {(row.mac, row.locality): row for row in file.rows}
    # CMS, GPCI2025: San Francisco 1.088, 1.419, 0.445; Alaska, whose name carries a star, 1.5,
    # 1.081, 0.592
    assert by_key["01112", "05"][4:] == (1088, 1419, 445)
    assert by_key["02102", "01"] == ("02102", "01", "AK", "ALASKA", 1500, 1081, 592)


def test_lost_zeros_are_padded():
    rows = [
        [row[0].lstrip("0"), row[1], row[2].lstrip("0") or "0", *row[3:]]
        for row in rows_of(fixture(GPCI))[HEAD + 1 : -2]
    ]
    assert (
        gpci.parse(csv_of(rows_of(fixture(GPCI))[: HEAD + 1] + rows), GPCI).rows
        == gpci.parse(fixture(GPCI), GPCI).rows
    )


def test_without_a_state_column():
    rows = [[row[0], *row[2:]] for row in rows_of(fixture(GPCI))]
    file = gpci.parse(csv_of(rows), GPCI)
    assert len(file.rows) == 109
    assert {row.state for row in file.rows} == {None}


def test_of_two_work_columns_the_one_with_the_floor_is_taken():
    rows = rows_of(fixture(GPCI))
    rows[HEAD] = [
        *rows[HEAD][:4],
        "2025 PW GPCI (without 1.0 Floor)",
        "2025 PW GPCI (with 1.0 Floor)***",
        *rows[HEAD][5:],
    ]
    rows[HEAD + 1 : -2] = [[*row[:4], "0.500", *row[4:]] for row in rows[HEAD + 1 : -2]]
    file = gpci.parse(csv_of(rows), GPCI)
    assert file.rows == gpci.parse(fixture(GPCI), GPCI).rows


def test_a_lone_column_without_the_floor_is_refused():
    rows = rows_of(fixture(GPCI))
    rows[HEAD][4] = "2026 PW GPCI (without 1.0 Floor)"
    refused(rows, "no column for work GPCI")


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        (0, "1O112", "MAC '1O112'"),
        (0, "010112", "MAC"),
        (2, "", "locality number"),
        (2, "123", "locality number"),
        (3, "", "has no locality name"),
        (3, "***", "has no locality name"),
        (3, "SAN\x1b[31m", "locality name .* is no name"),
        (3, "=HYPERLINK(A)", "locality name .* is no name"),
        (1, "C", "'C' is not the two letters of a state"),
        (1, "C1", "'C1' is not the two letters of a state"),
        (1, "=A", "'=A' is not the two letters of a state"),
        (4, "", "is not a number"),
        (5, "1.0885", "at most 3 decimals"),
        (5, "4.000", "over the limit"),
        (6, "0", "a GPCI is 0"),
    ],
)
def test_cells_that_cannot_be(column, value, reason):
    rows = rows_of(fixture(GPCI))
    rows[HEAD + 3][column] = value
    with pytest.raises(ContentRefusedError, match=reason) as error:
        gpci.parse(csv_of(rows), GPCI)
    assert error.value.line == HEAD + 4


def test_a_locality_twice_a_short_row_and_no_header():
    rows = rows_of(fixture(GPCI))
    refused([*rows, rows[HEAD + 1]], "10112-00 appears twice")
    refused([*rows, ["10112", "AL"]], "fewer than the header")
    refused(rows[HEAD + 1 :], "no header with a PE GPCI column")
    refused(rows[: HEAD + 1], "no locality under it")
