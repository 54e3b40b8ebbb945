import pytest
from cms_files import CAPS, csv_of, fixture, rows_of

from feesync.errors import ContentRefusedError
from feesync.formats import opps_cap


def test_facility_stands_before_nonfacility():
    rows = rows_of(fixture(CAPS))
    rows[1][5:] = ["1.00", "2.00"]
    first = opps_cap.parse(csv_of(rows), CAPS).rows[0]
    assert (first.facility_price, first.nonfacility_price) == (100, 200)


def test_the_basis_is_in_the_name():
    assert [
        opps_cap.parse(fixture(CAPS), name).basis
        for name in ("OPPSCAP_Oct_QPP.csv", "OPPSCAP_nonQPP.csv", "OPPSCAP.csv")
    ] == [
        "qp",
        "nonqp",
        "nonqp",
    ]


@pytest.mark.parametrize("column", range(7))
def test_a_cell_or_a_column_that_cannot_be(column):
    rows = rows_of(fixture(CAPS))
    with pytest.raises(ContentRefusedError, match="header that is not known"):
        opps_cap.parse(csv_of([[*row[:column], *row[column + 1 :]] for row in rows]), CAPS)
    if column >= 3:
        rows[5][column] = "x"
        with pytest.raises(ContentRefusedError, match="'x'") as error:
            opps_cap.parse(csv_of(rows), CAPS)
        assert error.value.line == 6
