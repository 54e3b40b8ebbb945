import pytest
from cms_files import VALUES, changed, csv_of, fixture, header_line, rows_of

from feesync.errors import ContentRefusedError
from feesync.formats import relative_values

QPP, NONQPP = "PPRRVU2026_Oct_QPP.csv", "PPRRVU2026_Oct_nonQPP.csv"


def parse(data=None, name=VALUES):
    return relative_values.parse(fixture(name) if data is None else data, name)


def refused(data, reason, line=None, name=VALUES):
    with pytest.raises(ContentRefusedError, match=reason) as error:
        parse(data, name)
    assert error.value.file == name
    if line is not None:
        assert error.value.line == line


def row(file, hcpcs, modifier=""):
    return next(row for row in file.rows if (row.hcpcs, row.modifier) == (hcpcs, modifier))


def test_31_columns_of_2025():
    file = parse()
    assert (file.basis, file.conversion_factor, file.year, file.month, len(file.rows)) == (
        "nonqp",
        323_465,
        2025,
        "October",
        80,
    )
    # CMS, RVU25D: 64493 work 1.52, PE 3.64 and 1.05, MP 0.16
    facet = row(file, "64493")
    assert facet[:7] == ("64493", "", "A", 152, 364, 105, 16)
    assert (
        facet.global_days,
        facet.multiple_procedure,
        facet.bilateral,
        facet.assistant_surgeon,
    ) == ("000", "2", "1", "2")
    assert (
        row(file, "64635").preoperative,
        row(file, "64635").intraoperative,
        row(file, "64635").postoperative,
    ) == (10, 80, 10)
    assert row(file, "27447").nonfacility_na == 1
    assert row(file, "71046", "TC").facility_na == 1


@pytest.mark.parametrize(
    ("name", "basis", "factor", "opps"),
    [(NONQPP, "nonqp", 334_009, (270, 270, 5)), (QPP, "qp", 335_675, (269, 269, 5))],
)
def test_32_columns_of_2026(name, basis, factor, opps):
    file = parse(name=name)
    assert (file.basis, file.conversion_factor, file.year) == (basis, factor, 2026)
    assert row(file, "71046").opps == opps


def test_the_basis_comes_from_the_column_where_the_name_does_not_say():
    assert relative_values.parse(fixture(QPP), "PPRRVU.csv").basis == "qp"


def test_a_name_that_contradicts_the_column():
    refused(fixture(QPP), "the name says nonqp, the PRIC IND column says qp", name=NONQPP)
    rows = rows_of(fixture(NONQPP))
    rows[-1][23] = "1"
    refused(csv_of(rows), "PRIC IND is not 9 or 1 throughout", name=NONQPP)


@pytest.mark.parametrize("end", ["\n", "\r"])
def test_line_ends_marks_and_blank_rows_change_nothing(end):
    rows = rows_of(fixture(VALUES))
    rows += [[""] * 31, ["\x1a"] + [""] * 30]
    assert parse(b"\xef\xbb\xbf" + csv_of(rows, end)).rows == parse().rows


def test_notes_below_the_rows_and_a_mark_glued_to_the_last_are_not_rows():
    rows = [*rows_of(fixture(VALUES)), ["", "", "End of file", *[""] * 28]]
    assert parse(csv_of(rows).rstrip() + b"\x1a").rows == parse().rows
    refused(
        csv_of([*rows, ["64999", *[""] * 30]]),
        "is not one that CMS documents|is not a number",
        len(rows) + 1,
    )


def test_descriptors_in_latin_1_do_not_matter_and_are_not_kept():
    data = changed(fixture(VALUES), "64493", 2, "caf\xe9")
    assert parse(data).rows == parse().rows


def test_every_row_is_checked_with_its_line():
    rows = rows_of(fixture(VALUES))
    line = next(index for index, row in enumerate(rows, start=1) if row[0] == "64493")
    for column in (5, 6, 8, 10, 11, 12):
        refused(changed(fixture(VALUES), "64493", column, "9.99"), "is not the total", line)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        (0, "6449", "lost its leading zeros"),
        (0, "6449!", "is not a HCPCS code"),
        (0, "", "is not a HCPCS code"),
        (0, "64494", "64494 appears twice"),
        (1, "2", "is not a HCPCS code"),
        (1, "  ", "is not a HCPCS code"),
        (1, "tc", "is not a HCPCS code"),
        (5, "١.٥٢", "at most 2 decimals"),
        (3, "", "status code ''"),
        (3, "AA", "status code 'AA'"),
        (5, "1.525", "at most 2 decimals"),
        (5, "-1.52", "at most 2 decimals"),
        (5, "", "at most 2 decimals"),
        (5, "1000.00", "over the limit"),
        (7, "N", "NA indicator"),
        (14, "0", "global days '0': zeros are lost, a spreadsheet"),
        (14, "10", "global days '10': zeros are lost, a spreadsheet"),
        (14, "005", "global days"),
        (16, "1.10", "over the limit"),
        (19, "4", "bilateral indicator"),
        (24, "32.3466", "differs from the rows above"),
        (24, "", "is not a number"),
        (25, "9", "physician supervision indicator '9': zeros are lost"),
        (25, "", "physician supervision indicator ''"),
        (25, "6a", "physician supervision indicator '6a'"),
        (25, "A6", "physician supervision indicator 'A6'"),
        (25, "\x1b[", "physician supervision indicator"),
        (25, "0" * 3_000, "physician supervision indicator '0{39}[^0]"),
        (27, "", "imaging family indicator ''"),
        (27, "099", "imaging family indicator '099'"),
        (27, "=9", "imaging family indicator '=9'"),
        (27, "9" * 50_000, "a row of more than 4,000 characters"),
    ],
)
def test_cells_that_cannot_be(column, value, reason):
    refused(changed(fixture(VALUES), "64493", column, value), reason)


def test_a_row_that_is_too_short_or_too_long():
    rows = rows_of(fixture(VALUES))
    refused(csv_of([*rows[:-1], rows[-1][:30]]), "has 30 cells, the header has 31", len(rows))
    refused(csv_of([*rows[:-1], [*rows[-1], "x"]]), "has 32 cells")


def test_no_rows():
    rows = rows_of(fixture(VALUES))
    refused(csv_of(rows[: header_line(rows) + 1]), "holds no relative values")


def test_a_one_row_header_cannot_tell_its_columns_apart():
    rows = rows_of(fixture(VALUES))
    refused(csv_of(rows[header_line(rows) :]), "columns cannot be told apart")


def test_no_header_at_all():
    rows = rows_of(fixture(VALUES))
    refused(csv_of(rows[header_line(rows) + 1 :]), "has no header")
    refused(b"a,b\nc,d\n", "has no header")
    refused(b"", "has no header")


def test_columns_are_found_by_name_not_by_place():
    rows = rows_of(fixture(VALUES))
    swapped = [[*row[:5], row[6], row[5], *row[7:]] for row in rows]
    assert parse(csv_of(swapped)).rows == parse().rows


def test_an_unknown_or_missing_column_is_named():
    rows = rows_of(fixture(VALUES))
    head = header_line(rows)
    rows[head] = [cell.replace("SURG", "NEW") for cell in rows[head]]
    refused(csv_of(rows), "no column 'ASST SURG'.*unknown 'ASST NEW'", head + 1)


def test_37_columns_of_2014_and_before_are_refused_by_name():
    rows = [[*row, *[""] * 6] for row in rows_of(fixture(VALUES))]
    rows[header_line(rows)][31:] = ["FULLY IMPLEMENTED", "A", "B", "C", "D", "E"]
    refused(csv_of(rows), "2014 and before")


def test_a_row_that_is_its_own_endoscopic_base():
    rows = rows_of(fixture(VALUES))
    line = next(number for number, row in enumerate(rows) if row[0] == "64493")
    column = next(
        number for number, name in enumerate(rows[header_line(rows)]) if name.strip() == "BASE"
    )
    rows[line][column] = "64493"
    refused(csv_of(rows), "64493 is the endoscopic base of itself", line + 1)
    rows[line][column] = "64490"
    assert row(parse(csv_of(rows)), "64493").endoscopic_base == "64490"
