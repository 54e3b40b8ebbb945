import hashlib
import random

import pytest
from cms_files import (
    CAPS,
    COUNTIES,
    GPCI,
    VALUES,
    changed,
    csv_of,
    fixture,
    rows_of,
    rvu25d,
    rvu26d,
    zip_of,
)
from workbooks import printed, workbook

from feesync.datasets.rvu.checks.rows import QppRows
from feesync.errors import ContentRefusedError
from feesync.formats import archive, locality_counties, xlsx
from feesync.formats.release import from_files, from_zip


def refused(members, reason, name="2025.zip", label=None):
    with pytest.raises(ContentRefusedError, match=reason):
        from_zip(zip_of(members), name, label)


def test_a_zip_with_all_its_files():
    data = zip_of(
        rvu25d(
            **{
                "RVU25D.pdf": b"not read",
                "ANES2025.csv": b"not read",
                "PPRRVU2025_Oct.txt": b"not read",
            }
        )
    )
    release = from_zip(data, "rvu25d.zip")
    assert (release.label, release.source, release.sha256) == (
        "RVU25D",
        "rvu25d.zip",
        hashlib.sha256(data).hexdigest(),
    )
    assert [(file.name, file.kind, file.rows) for file in release.files] == [
        (VALUES, "relative values", 80),
        (GPCI, "GPCI", 109),
        (COUNTIES, "locality counties", 41),
        (CAPS, "OPPS cap", 230),
    ]
    assert release.files[0].sha256 == hashlib.sha256(fixture(VALUES)).hexdigest()


def test_a_browsers_name_says_nothing_and_the_title_line_decides():
    assert from_zip(zip_of(rvu25d()), "2025.zip").label == "RVU25D"
    assert from_zip(zip_of(rvu25d()), "rvu25d-updated-09/11/2025.zip").label == "RVU25D"


def test_name_and_title_that_disagree_are_refused_until_a_label_decides():
    refused(
        rvu25d(),
        "the name says RVU25C, the title line of PPRRVU2025_Oct.csv says RVU25D",
        "rvu25c.zip",
    )
    assert from_zip(zip_of(rvu25d()), "rvu25c.zip", "RVU25C").label == "RVU25C"


def test_without_a_title_line_the_name_decides_and_without_both_nothing():
    untitled = csv_of(rows_of(fixture(VALUES))[1:])
    assert from_zip(zip_of(rvu25d(values=untitled)), "rvu25d.zip").label == "RVU25D"
    refused(rvu25d(values=untitled), "which release this is")


@pytest.mark.parametrize(("factor", "label"), [("32.7442", "RVU24A"), ("33.2875", "RVU24AR")])
def test_the_factor_tells_the_reissued_january_of_2024(factor, label):
    title = b"2024 National Physician Fee Schedule Relative Value File January Release"
    values = fixture(VALUES).replace(
        b"2025 National Physician Fee Schedule Relative Value File October Release", title
    )
    values = values.replace(b"32.3465", factor.encode())
    gpci = fixture(GPCI).replace(b"2025 P", b"2024 P").replace(b"2025 M", b"2024 M")
    assert from_zip(zip_of(rvu25d(values=values, gpci=gpci, caps=None)), "2024.zip").label == label


@pytest.mark.parametrize("name", ["rvu18c1.zip", "2018.zip"])
def test_a_quarter_that_cms_published_under_another_label(name):
    title = b"2018 National Physician Fee Schedule Relative Value File July Release"
    values = fixture(VALUES).replace(
        b"2025 National Physician Fee Schedule Relative Value File October Release", title
    )
    gpci = fixture(GPCI).replace(b"2025 P", b"2018 P").replace(b"2025 M", b"2018 M")
    assert from_zip(zip_of(rvu25d(values=values, gpci=gpci, caps=None)), name).label == "RVU18C1"


def test_gpcis_of_another_year_are_refused():
    refused(
        rvu25d(gpci=fixture(GPCI).replace(b"2025", b"2024")),
        "GPCI2025.csv: is of 2024, the release is RVU25D",
    )


@pytest.mark.parametrize(
    ("missing", "reason"), [("values", "no relative values file"), ("gpci", "no GPCI file")]
)
def test_without_one_of_the_two_it_is_no_release(missing, reason):
    refused(rvu25d(**{missing: None}), reason)


def test_two_files_of_a_kind():
    refused(rvu25d(**{"GPCI2025b.csv": fixture(GPCI)}), "2 GPCI files")
    refused(rvu25d(**{"PPRRVU2025_b.csv": fixture(VALUES)}), "two nonqp files")


def test_both_conversion_factors_of_2026():
    release = from_zip(zip_of(rvu26d()), "rvu26d.zip")
    assert {basis: file.conversion_factor for basis, file in release.relative_values.items()} == {
        "nonqp": 334_009,
        "qp": 335_675,
    }


def test_the_qpp_file_must_equal_the_other():
    name = "PPRRVU2026_Oct_QPP.csv"
    rows = rows_of(fixture(name))
    more = [
        [*row[:5], "2.04", *row[6:11], "3.60", "2.47", *row[13:]] if row[0] == "99213" else row
        for row in rows
    ]
    for row in more:
        if row[0] == "99213":
            row[11] = f"{2.04 + float(row[6]) + float(row[10]):.2f}"
            row[12] = f"{2.04 + float(row[8]) + float(row[10]):.2f}"
    fault = QppRows()(from_zip(zip_of(rvu26d(**{name: csv_of(more)})), "rvu26d.zip"))
    assert fault == ("99213 differs from PPRRVU2026_Oct_nonQPP.csv", name)
    fewer = [row for row in rows if row[0] != "27447"]
    fault = QppRows()(from_zip(zip_of(rvu26d(**{name: csv_of(fewer)})), "rvu26d.zip"))
    assert fault == ("lacks 27447, payable in PPRRVU2026_Oct_nonQPP.csv", name)
    assert QppRows()(from_zip(zip_of(rvu26d()), "rvu26d.zip")) is None
    refused(rvu26d(**{"PPRRVU2026_Oct_nonQPP.csv": None}), "holds the QPP file alone", "rvu26d.zip")


def test_without_the_xlsx_extra_the_counties_are_skipped_and_said_so(monkeypatch):
    monkeypatch.setattr(xlsx, "can_read", lambda: False)
    release = from_zip(zip_of(rvu25d(counties=None, **{"25LOCCO.xlsx": b"x"})), "rvu25d.zip")
    assert release.counties is None
    assert release.notes == ["counties skipped (25LOCCO.xlsx needs pip install 'feesync[xlsx]')"]


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"25LOCCO.xlsx": b"PK\3\4 no"},
         "25LOCCO.xlsx: is a cut or damaged zip: its directory cannot be read"),
        ({"25LOCCO.xlsx": workbook([["a", "b"]])},
         "25LOCCO.xlsx: has no header with a locality number column, or no row under it"),
        ({COUNTIES: b"MAC,Locality Number,State,Area,Counties\r\n1112,x,CA,A,B"},
         "25LOCCO.csv, line 2: locality number 'x' is not a number of at most 2 digits"),
        ({COUNTIES: fixture(COUNTIES), "24LOCCO.csv": b""},
         "2 locality county files: 24LOCCO.csv, 25LOCCO.csv"),
    ],
)  # fmt: skip
def test_a_county_list_that_cannot_be_read_is_a_note(members, says):
    release = from_zip(zip_of(rvu25d(counties=None, **members)), "rvu25d.zip")
    assert release.counties is None
    assert release.notes == [f"counties skipped ({says})"]
    assert [file.kind for file in release.files] == ["relative values", "GPCI", "OPPS cap"]


@pytest.mark.parametrize(
    ("more", "note"),
    [
        ({}, "counties skipped (25LOCCO.csv is larger than 16 MiB)"),
        (
            {"25LOCCO_b.csv": fixture("25LOCCO.csv")},
            "counties are those of 25LOCCO_b.csv (25LOCCO.csv is larger than 16 MiB)",
        ),
    ],
)
def test_a_county_file_above_the_cap_takes_no_price_with_it(more, note):
    large = random.Random(1).randbytes(archive.MAX_MEMBER_BYTES + 1)
    release = from_zip(zip_of({**rvu25d(counties=large, caps=None), **more}), "rvu25d.zip")
    assert note in release.notes
    assert len(release.gpci.rows) == 109
    assert (release.counties is None) == (not more)


def test_a_file_of_prices_above_the_cap_is_refused():
    large = random.Random(1).randbytes(archive.MAX_MEMBER_BYTES + 1)
    with pytest.raises(ContentRefusedError, match="25.csv is larger than 16 MiB"):
        from_zip(zip_of(rvu25d(gpci=large)), "rvu25d.zip")


def test_where_the_csv_of_the_counties_cannot_be_read_the_workbook_is():
    counties = printed(workbook(rows_of(fixture(COUNTIES))))
    release = from_zip(
        zip_of(rvu25d(counties=b"a,b\r\n", **{"25LOCCO.xlsx": counties})), "rvu25d.zip"
    )
    assert release.counties.rows == locality_counties.parse(fixture(COUNTIES), COUNTIES).rows
    says = (
        "counties are those of 25LOCCO.xlsx (25LOCCO.csv: has no header with a locality number "
        "column, or no row under it)"
    )
    assert release.notes == [says]


def test_without_a_county_file_that_is_said():
    assert from_zip(zip_of(rvu25d(counties=None)), "rvu25d.zip").notes == [
        "counties skipped (no locality county file)"
    ]


def test_loose_files_as_a_set():
    release = from_files({VALUES: fixture(VALUES), GPCI: fixture(GPCI)})
    assert (release.label, release.source) == ("RVU25D", f"{GPCI}, {VALUES}")
    lines = "".join(
        f"{hashlib.sha256(fixture(name)).hexdigest()}  {name}\n" for name in (GPCI, VALUES)
    )
    assert release.sha256 == hashlib.sha256(lines.encode()).hexdigest()
    with pytest.raises(ContentRefusedError, match="no GPCI file"):
        from_files({VALUES: fixture(VALUES)})


def test_a_bad_row_names_its_file_and_line():
    members = rvu25d(values=changed(fixture(VALUES), "64493", 5, "1.53"))
    with pytest.raises(ContentRefusedError) as error:
        from_zip(zip_of(members), "rvu25d.zip")
    assert str(error.value).startswith(f"{VALUES}, line ")
