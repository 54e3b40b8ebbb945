"""A file whose rows all add up can still be the wrong one."""

import pytest
from cms_files import GPCI, VALUES, csv_of, fixture, header_line, rows_of, rvu25d, rvu26d, zip_of

from feesync.datasets.rvu.load import load
from feesync.errors import ContentRefusedError
from feesync.formats.release import from_zip


def refused(database, members, reason, *, without=(), then=None):
    """A release is refused, and for `then` too with the checks set aside that speak first."""
    release = from_zip(zip_of(members), "2025.zip")
    with pytest.raises(ContentRefusedError, match=reason):
        load(database, release)
    if then:
        with pytest.raises(ContentRefusedError, match=then):
            load(database, release, without_checks=frozenset(without))
    allowed = load(
        database.with_name("allowed.db"),
        release,
        allow_change=True,
        without_checks=frozenset(without),
    )
    assert allowed.outcome == "new"


def rows_changed(change):
    rows = rows_of(fixture(VALUES))
    for row in rows[header_line(rows) + 1 :]:
        change(row)
    return csv_of(rows)


def swap(row, one, other):
    row[one], row[other] = row[other], row[one]


def test_another_conversion_factor_than_the_known_one(database):
    values = fixture(VALUES).replace(b"32.3465", b"33.3465")
    refused(
        database,
        rvu25d(values=values, caps=None),
        "has conversion factor 33.3465, that of RVU25D is 32.3465",
    )


def test_the_factors_of_2026_exchanged(database):
    nonqpp, qpp = "PPRRVU2026_Oct_nonQPP.csv", "PPRRVU2026_Oct_QPP.csv"
    exchanged = {
        nonqpp: fixture(nonqpp).replace(b"33.4009", b"33.5675"),
        qpp: fixture(qpp).replace(b"33.5675", b"33.4009"),
    }
    refused(
        database, rvu26d(**exchanged), "has conversion factor 33.5675, that of RVU26D is 33.4009"
    )
    with pytest.raises(ContentRefusedError, match=f"{qpp}: has the conversion factor of {nonqpp}"):
        from_zip(zip_of(rvu26d(**{qpp: exchanged[qpp]})), "rvu26d.zip")


def test_work_and_malpractice_swapped_though_every_total_holds(database):
    swapped = rvu25d(values=rows_changed(lambda row: swap(row, 5, 10)), caps=None)
    refused(
        database,
        swapped,
        r"70450-TC, 71046-TC, 73721-TC and 6 more have work RVUs: .* seem exchanged",
        without=["technical-work"],
        then="the work_rvu of the rows that RVU25D of the embedded snapshot has too sum to 1.60, "
        "there to 16.78 ",
    )


def test_values_that_are_all_zero(loaded):
    def zero(row):
        for column in (5, 6, 8, 10, 11, 12):
            row[column] = "0.00"

    refused(
        loaded,
        rvu25d(values=rows_changed(zero), caps=None),
        "72 rows of status A or T have no relative values",
        without=["active-rows"],
        then="lacks 73 of the 73 rows with a price of RVU25D: 20610, 27447, 43235 and 70 more ",
    )


def test_a_stub_that_lacks_the_codes_of_the_snapshot(database):
    rows = rows_of(fixture(VALUES))
    stub = [row for row in rows if not row[0].startswith("64")]
    refused(
        database,
        rvu25d(values=csv_of(stub), caps=None),
        "lacks 64490, 64491, 64492 and 7 more, which RVU25D of the embedded snapshot has",
    )


def test_gpci_columns_swapped(database):
    rows = rows_of(fixture(GPCI))
    for row in rows[3:-2]:
        swap(row, 5, 6)
    refused(
        database,
        rvu25d(gpci=csv_of(rows), caps=None),
        "the columns of PE and MP GPCI seem exchanged: the PE GPCIs are 0.182 lower",
    )


def of_year(year, gpci, **changes):
    """A release of another year than 2025, of the same numbers."""

    def renamed(data):
        return data.replace(b"2025", str(year).encode()).replace(b"32.3465", b"35.8887")

    return zip_of(
        rvu25d(
            values=renamed(changes.get("values", fixture(VALUES))),
            gpci=renamed(gpci),
            counties=None,
            caps=None,
        )
    )


def test_the_localities_of_years_before_2017_are_not_compared_with_later_ones(database):
    """CMS, CY 2017: California went from 9 localities to 32, so that there were 89 before."""
    rows = rows_of(fixture(GPCI))
    california = [index for index, row in enumerate(rows) if row[1:2] == ["CA"]]
    fewer = csv_of([row for index, row in enumerate(rows) if index not in california[9:]])
    assert len(california) > 20
    assert load(database, from_zip(of_year(2016, fewer), "rvu16d.zip")).outcome == "new"
    with pytest.raises(
        ContentRefusedError,
        match=r"109 localities, of which \d+ are new and 0 gone beside the \d+ of RVU16D",
    ):
        load(database, from_zip(of_year(2016, fixture(GPCI)), "rvu16c.zip", "RVU16C"))
    assert load(database, from_zip(of_year(2017, fixture(GPCI)), "rvu17d.zip")).outcome == "new"
    with pytest.raises(ContentRefusedError, match="localities, of which 0 are new"):
        load(database, from_zip(of_year(2017, fewer), "rvu17c.zip", "RVU17C"))
    swapped = of_year(2016, fewer, values=rows_changed(lambda row: swap(row, 5, 10)))
    with pytest.raises(ContentRefusedError, match="-TC and 6 more have work RVUs"):
        load(database.with_name("none.db"), from_zip(swapped, "rvu16d.zip"))


def test_a_locality_in_one_quoted_cell_is_not_taken_for_a_note(database):
    lines = fixture(GPCI).decode().splitlines()
    lines[3] = '"' + lines[3] + '",,,,,,'
    members = rvu25d(gpci="\r\n".join(lines).encode())
    with pytest.raises(ContentRefusedError, match=r"GPCI2025\.csv, line 4"):
        from_zip(zip_of(members), "rvu25d.zip")


def test_years_of_a_header_that_contradict_each_other():
    gpci = fixture(GPCI).replace(b"2025 MP GPCI", b"2024 MP GPCI")
    with pytest.raises(ContentRefusedError, match=r"columns of 2 years: \[2024, 2025\]"):
        from_zip(zip_of(rvu25d(gpci=gpci)), "rvu25d.zip")


def test_the_fixture_itself_is_believed(database):
    assert load(database, from_zip(zip_of(rvu25d()), "rvu25d.zip")).outcome == "new"
