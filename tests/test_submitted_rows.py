"""Professional claims come out as rows of texts, each line as it is or as one that is refused."""

from pathlib import Path

import pytest

from feesync.x12.submitted_rows import COLUMNS, submitted_rows

BASE = (Path(__file__).parent / "fixtures/x12/base.837").read_bytes()
NPI = "1234567893"
OFFICE = ["MADE0001", "1", "2025-11-03", "64493", "50", "94110", "11", "1", "500.00", NPI]
SECOND = ["MADE0001", "2", "2025-11-03", "64494", "50", "94110", "11", "1", "400.00", NPI]
SURGERY_CENTER = [
    "MADE0002",
    "1",
    "2025-11-03",
    "64493",
    "RT,KX",
    "90001",
    "24",
    "1",
    "300.00",
    NPI,
]


def rows(content, tmp_path):
    path = tmp_path / "claims.837"
    path.write_bytes(content)
    return [(row.cells, row.flaw) for row in submitted_rows(path, [])]


def test_each_line_is_a_row(tmp_path):
    assert len(COLUMNS) == len(OFFICE)
    assert rows(BASE, tmp_path) == [(cells, None) for cells in (OFFICE, SECOND, SURGERY_CENTER)]


@pytest.mark.parametrize(
    ("old", "new", "column", "cell"),
    [
        (b"*RD8*20251103-20251103~", b"*RD8*20251103-20251104~", 2, "2025-11-03/2025-11-04"),
        (b"DTP*472*RD8*20251103-20251103~\n", b"", 2, ""),
        (b"CA*900010000~", b"CA*900011234~", 5, "900011234"),
        (b"CA*900010000~", b"CA*900019998~", 5, "90001"),
        (b"CA*900010000~", b"CA*90001~", 5, "90001"),
        (b"300*UN*1*", b"300*MJ*45*", 7, "45 MJ"),
        (b"300*UN*1*", b"300*UN*10.00*", 7, "10"),
        (b"300*UN*1*", b"300*UN*1.50*", 7, "1.5"),
        (b"300*UN*1*", b"300***", 7, ""),
        (b"RT:KX*300*", b"RT*300.5*", 8, "300.50"),
        (b"HC:64493:RT:KX", b"HC:64493", 4, ""),
    ],
)
def test_what_a_cell_is(tmp_path, old, new, column, cell):
    assert old in BASE
    *_, (cells, flaw) = rows(BASE.replace(old, new), tmp_path)
    assert cells[column] == cell
    assert flaw is None


def test_lines_are_numbered_where_the_provider_does_not_number_each(tmp_path):
    for old, new in ((b"REF*6R*1~\n", b""), (b"REF*6R*1~", b"REF*6R*2~"), (b"REF*6R*2~\n", b"")):
        found = rows(BASE.replace(old, new, 1), tmp_path)
        assert [cells[1] for cells, _ in found] == ["1", "2", "1"]
    found = rows(BASE.replace(b"REF*6R*", b"REF*6R*A"), tmp_path)
    assert [cells[1] for cells, _ in found] == ["A1", "A2", "A1"]


def test_a_claim_that_is_left_out_is_a_row_without_cells(tmp_path):
    empty = [""] * len(COLUMNS)
    assert rows(BASE.replace(b"MADE0001*900*", b"MADE0001*9x*"), tmp_path) == [
        (SURGERY_CENTER, None),
        (empty, "x12"),
    ]
    # one row for the claim at the end of a file that is cut, wherever the cut is
    for end in (BASE.index(b"SE*39"), BASE.index(b"SE*39") - 9):
        found = rows(BASE[:end], tmp_path)
        assert found == [(OFFICE, None), (SECOND, None), (empty, "x12")]
