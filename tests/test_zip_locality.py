import io

import pytest
import xlsxwriter
from cms_files import text_of, zip5_line, zip9_line, zip_of

from feesync.errors import ContentRefusedError
from feesync.formats import xlsx, zip_locality

FIVE = [
    zip5_line("94110", "01112", "05"),
    zip5_line("95023", "01112", "65", flag=1),
    zip5_line("66012", "05202", "00", "EK"),
]
NINE = [zip9_line("95023", "0001", "01112", "65"), zip9_line("95023", "0002", "01112", "09")]
HEADER = ["STATE", "ZIP CODE", "CARRIER", "LOCALITY", "RURAL IND", "LAB CB LOCALITY", "RURAL IND2",
          "PLUS 4 FLAG", "PART B DRUG INDICATOR", "YEAR/QTR"]  # fmt: skip
CELLS = [
    ["CA", "94110", "01112", "05", "", "Z9", "", 0, "A", 20254],
    ["WK", 67001, 5202, 0, "R", "Z9", "R", 1, "A", 20254],
]


def workbook(rows, header=HEADER):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        written = book.add_worksheet()
        for number, row in enumerate([header, *rows]):
            written.write_row(number, 0, row)
    return buffer.getvalue()


def test_zip5_as_text():
    file = zip_locality.parse(text_of(FIVE), "ZIP5_OCT2025.txt")
    assert (file.label, file.kind, file.year, file.quarter) == ("ZIP5 2025 Q4", "ZIP5", 2025, 4)
    assert list(file.records()) == [
        ("94110", "", "01112", "05", "CA", 0), ("95023", "", "01112", "65", "CA", 1),
        ("66012", "", "05202", "00", "KS", 0),
    ]  # fmt: skip


def test_zip9_as_text():
    file = zip_locality.parse(text_of(NINE), "whatever.txt")
    assert file.label == "ZIP9 2025 Q4"
    assert list(file.records()) == [
        ("95023", "0001", "01112", "65", "CA", 1),
        ("95023", "0002", "01112", "09", "CA", 1),
    ]


@pytest.mark.parametrize(
    ("code", "state"),
    [("EK", "KS"), ("WK", "KS"), ("EM", "MO"), ("WM", "MO"), ("GU", "GU"), ("DC", "DC")],
)
def test_states(code, state):
    ((*_, read, _flag),) = zip_locality.parse(
        text_of([zip5_line("66012", "05202", "00", code)]), "a"
    ).records()
    assert read == state


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_blank_lines_and_the_end_of_file_mark(end):
    data = end.join([*FIVE, "", "\x1a"]).encode()
    assert len(list(zip_locality.parse(data, "a").records())) == 3


def test_the_layouts_of_cms_are_the_ones_written_here(cms):
    with (cms / "zip/ZIP5_OCT2025.txt").open(newline="") as file:
        first = next(file).rstrip("\r\n")
    assert first == zip5_line(first[2:7], first[7:12], first[12:14], first[:2])


def test_zip5_as_xlsx_with_numbers_that_lost_their_zeros():
    file = zip_locality.parse(workbook(CELLS), "ZIP5_OCT2025.xlsx")
    assert file.label == "ZIP5 2025 Q4"
    assert list(file.records()) == [
        ("94110", "", "01112", "05", "CA", 0),
        ("67001", "", "05202", "00", "KS", 1),
    ]


def test_xlsx_needs_the_extra(monkeypatch):
    monkeypatch.setattr(xlsx, "can_read", lambda: False)
    with pytest.raises(ContentRefusedError, match=r"needs pip install 'feesync\[xlsx\]'"):
        zip_locality.parse(workbook(CELLS), "ZIP5_OCT2025.xlsx")


def broken(line, start, text):
    return line[:start] + text + line[start + len(text) :]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([FIVE[0][:79]], "line 1: is in no layout .* 79 characters, not 80"),
        ([*FIVE, FIVE[0] + " "], "line 4: is no row of ZIP5: it has 81 characters"),
        ([*FIVE, broken(FIVE[0], 7, "0111x")], r"line 4: .* the carrier \(8-12\) is '0111x'"),
        ([*FIVE, broken(FIVE[0], 7, "00000")], r"line 4: .* the carrier \(8-12\) is '00000'"),
        ([*FIVE, broken(FIVE[0], 12, " 5")], r"line 4: .* the locality \(13-14\) is ' 5'"),
        ([*FIVE, broken(FIVE[0], 2, "9411 ")], r"line 4: .* the ZIP \(3-7\) is '9411 '"),
        ([*FIVE, broken(FIVE[0], 20, "2")], r"line 4: .* the plus four flag \(21\) is '2'"),
        ([*FIVE, broken(FIVE[0], 14, "X")], r"line 4: .* the rural indicator \(15\) is 'X'"),
        (
            [*FIVE, broken(FIVE[0], 75, "20255")],
            r"line 4: .* year and quarter \(76-80\) is '20255'",
        ),
        (
            [*FIVE, zip5_line("94111", "01112", "05", quarter="20261")],
            "line 4: is of 20261, the rows before it are of 20254",
        ),
        ([*FIVE, zip5_line("94111", "01112", "05", "XX")], "line 4: 'XX' is no state"),
        ([*FIVE, NINE[0]], "line 4: is no row of ZIP5: plus four"),
        ([*NINE, FIVE[0]], "line 3: is no row of ZIP9: plus four"),
        ([], "line 1: is in no layout"),
        (["STATE ZIP"], "line 1: is in no layout"),
    ],
)
def test_what_is_refused(lines, says):
    with pytest.raises(ContentRefusedError, match=rf"ZIP5\.txt, {says}"):
        list(zip_locality.parse(text_of(lines), "ZIP5.txt").records())


@pytest.mark.parametrize(
    ("rows", "header", "says"),
    [
        (CELLS, [*HEADER[:-1], "WHEN"], "line 1: has a header without 'YEAR/QTR'"),
        ([], HEADER, "has no row under a header"),
        ([[*CELLS[0][:-1], "20259"]], HEADER, "line 2: YEAR/QTR is '20259'"),
        (
            [CELLS[0], [*CELLS[1][:-1], 20261]],
            HEADER,
            "line 3: is of 20261, the rows before it are of 20254",
        ),
        ([CELLS[0], ["XX", *CELLS[1][1:]]], HEADER, "line 3: 'XX' is no state"),
        ([CELLS[0], ["CA", "9411x", *CELLS[1][2:]]], HEADER, "line 3: ZIP '9411x'"),
        ([CELLS[0], [*CELLS[1][:2], 0, *CELLS[1][3:]]], HEADER, "line 3: carrier 00000"),
        ([CELLS[0], [*CELLS[1][:7], "", *CELLS[1][8:]]], HEADER, "line 3: the plus 4 flag is ''"),
    ],
)
def test_what_is_refused_as_xlsx(rows, header, says):
    with pytest.raises(ContentRefusedError, match=says):
        list(zip_locality.parse(workbook(rows, header), "ZIP5_OCT2025.xlsx").records())


def test_of_one_zip_the_text_is_read_and_the_layouts_are_not():
    members = {"ZIP5_OCT2025.txt": text_of(FIVE), "ZIP5_OCT2025.xlsx": workbook(CELLS),
               "ZIP9_OCT2025.txt": text_of(NINE), "ZIP5lyout.txt": b"Zip5 Record Layout",
               "ZIP9lyout.txt": b"Zip9 Record Layout"}  # fmt: skip
    files = zip_locality.from_zip(zip_of(members), "a.zip")
    assert [(file.kind, file.name) for file in files] == [
        ("ZIP5", "ZIP5_OCT2025.txt"),
        ("ZIP9", "ZIP9_OCT2025.txt"),
    ]
    del members["ZIP5_OCT2025.txt"]
    assert [file.name for file in zip_locality.from_zip(zip_of(members), "a.zip")] == [
        "ZIP5_OCT2025.xlsx",
        "ZIP9_OCT2025.txt",
    ]
    assert zip_locality.from_zip(zip_of({"PPRRVU.csv": b"a"}), "a.zip") == []
    twice = {"ZIP5_JUL2025.txt": text_of(FIVE), "ZIP5_OCT2025.txt": text_of(FIVE)}
    with pytest.raises(
        ContentRefusedError, match="holds two ZIP5 files: ZIP5_JUL2025.txt and ZIP5_OCT2025.txt"
    ):
        zip_locality.from_zip(zip_of(twice), "a.zip")


def test_a_file_is_known_by_its_name_or_its_first_row():
    assert zip_locality.has_name("ZIP9_OCT2025.txt")
    assert zip_locality.has_name("zip5_apr2026.XLSX")
    assert not zip_locality.has_name("ZIP5lyout.txt")
    assert zip_locality.has_form(text_of(NINE)[:400])
    assert not zip_locality.has_form(b"CY 2025 OPPSCAP")
