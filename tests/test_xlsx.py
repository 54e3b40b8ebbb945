"""Workbooks: CMS's own are read, whatever lies in them unread.

Hostile ones are refused before room is made for their cells.
"""

import contextlib
import random
import zipfile

import pytest
from cms_files import COUNTIES, fixture, rows_of
from hypothesis import given, settings
from hypothesis import strategies as st
from workbooks import PRINTER_SETTINGS, by_hand, package, parts_of, printed, workbook

from feesync.errors import ContentRefusedError
from feesync.formats import locality_counties, xlsx, xlsx_parts, zip_locality

ROWS = [["Code", "Name"], ["01112", "SAN FRANCISCO"]]
CELL = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
MOST = 9_999


def read(data, most=MOST):
    return [row for _, row in xlsx.rows(data, "a.xlsx", most=most)]


def refused(parts, says):
    data = parts if isinstance(parts, bytes) else package(parts)
    with pytest.raises(ContentRefusedError, match=says) as error:
        read(data)
    assert str(error.value).startswith("a.xlsx: ")


def test_printer_settings_are_left_out_unread():
    data = printed(workbook(ROWS))
    assert PRINTER_SETTINGS in parts_of(data)
    assert read(data) == ROWS
    assert PRINTER_SETTINGS not in parts_of(xlsx_parts.xml_parts(data, "a.xlsx", MOST))


@pytest.mark.parametrize(
    "part",
    ["xl/media/image1.png", "docProps/thumbnail.jpeg", "xl/vbaProject.bin", "xl/drawings/d.vml"],
)
def test_no_part_but_xml_is_judged(part):
    assert read(package({**parts_of(workbook(ROWS)), part: b"\0\xff" * 40})) == ROWS


def test_a_sheet_that_goes_by_another_name_is_not_read_unchecked():
    parts = by_hand(CELL, "<si><t>x</t></si>", name="xl/worksheets/sheet{}.bin")
    refused(parts, "is not readable as xlsx")
    assert read(package(by_hand(CELL, "<si><t>x</t></si>", name="xl/worksheets/SHEET{}.XML"))) == [
        ["x"]
    ]


def test_every_locality_county_workbook_of_cms_says_what_its_csv_says(cms):
    compared = 0
    for path in sorted((cms / "releases").glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            for name in names:
                if "LOCCO" in name and name.endswith(".xlsx"):
                    twin = name.replace(".xlsx", ".csv")
                    found = locality_counties.parse(archive.read(name), name).rows
                    assert found == locality_counties.parse(archive.read(twin), twin).rows
                    assert len(found) == 109
                    compared += 1
    assert compared == 5


def test_every_gpci_workbook_of_cms_is_readable(cms):
    counted = []
    for path in sorted((cms / "releases").glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.startswith("GPCI") and name.endswith(".xlsx"):
                    rows = read(archive.read(name))
                    counted.append(sum(row[0].strip().isdigit() for row in rows))
    assert counted == [112, 109, 109, 109, 109, 109]


def test_zip5_of_january_2026(cms):
    file = zip_locality.parse((cms / "zip/ZIP5_JAN2026.xlsx").read_bytes(), "ZIP5_JAN2026.xlsx")
    records = list(file.records())
    assert (file.label, len(records), sum(flag for *_, flag in records)) == (
        "ZIP5 2026 Q1",
        42_956,
        581,
    )
    assert ("94110", "", "01112", "05", "CA", 0) in records


@pytest.mark.parametrize(
    ("sheet", "says"),
    [
        ('<row r="1"><c r="AA1"><v>1</v></c></row>', 'a cell at "AA1", outside'),
        ('<row r="1"><c r="A10000"><v>1</v></c></row>', 'a cell at "A10000", outside'),
        ('<row r="10000"/>', 'a cell at "10000", outside'),
        ('<row r="1"><c><v>1</v></c></row>', 'a cell at "", outside'),
        ('<row r="x"><c r="A1"><v>1</v></c></row>', 'a cell at "x", outside'),
        ("<row><c r='a1'/></row>", 'a cell at "a1", outside'),
        ('<x:row xmlns:x="y"><x:c r="ZZ9"/></x:row>', 'a cell at "ZZ9", outside'),
        ('<row r="1"><c r="A1">', "mismatched tag"),
        ("<row>\x01</row>", "not well-formed"),
    ],
)
def test_a_cell_far_out_or_without_a_place(sheet, says):
    refused(by_hand(sheet), says)


def test_the_last_row_and_column_that_are_believed():
    assert read(package(by_hand('<row r="9999"><c r="Z9999"><v>1</v></c></row>'))) == [
        [""] * 25 + ["1"]
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_a_part_that_is_not_utf_8(encoding):
    parts = by_hand(CELL)
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].encode(encoding)
    refused(parts, "is not readable as xlsx")


def test_a_document_type_is_refused_and_with_it_entities():
    parts = by_hand(CELL)
    parts["xl/sharedStrings.xml"] = (
        '<!DOCTYPE s [<!ENTITY a "aaaa">]><sst><si><t>&a;</t></si></sst>'
    )
    refused(parts, "sharedStrings.xml has a document type")


BOUND = xlsx_parts.MAX_TEXT_BYTES


def cells(count, inside, kind=""):
    return "".join(
        f'<row r="{row}">'
        + "".join(f'<c r="{column}{row}"{kind}>{inside}</c>' for column in "ABCDEFGHIJ")
        + "</row>"
        for row in range(1, count // 10 + 1)
    )


@pytest.mark.parametrize(
    "parts",
    [
        by_hand(cells(10_000, "<v>0</v>", ' t="s"'), f"<si><t>{'x' * (BOUND // 9_999)}</t></si>"),
        by_hand(
            cells(10_000, "<v>0</v>", ' t="s"'),
            f"<si>{'<r><t>xxxxxxxx</t></r>' * (BOUND // 9_999 // 8 + 1)}</si>",
        ),
        by_hand(
            cells(10_000, "<v>0</v>", ' t="s"'),
            f"<si/><si><t>{'é' * (BOUND // 9_999 // 4 + 1)}</t></si>",
        ),
        by_hand(
            cells(1_000, "<v>0</v>", ' t="s"'),
            f"<si><t>{'x' * (BOUND // 9_999)}</t></si>",
            sheets=10,
        ),
    ],
    ids=["shared", "rich text", "wide characters", "many sheets"],
)
def test_cells_times_the_text_that_they_name(parts):
    refused(parts, "has cells of more than 32 MiB of text")


def test_as_many_cells_of_as_long_a_text_as_is_believed():
    parts = by_hand(
        cells(10_000, "<v>0</v>", ' t="s"'), f"<si><t>{'x' * (BOUND // 10_000 - 1)}</t></si>"
    )
    assert len(read(package(parts))) == 1_000


@pytest.mark.parametrize(
    "inside", ["<is><t>{}</t></is>", "<f>{}</f>", "<v>{}</v>"], ids=["inline", "formulas", "values"]
)
def test_text_within_the_cells(inside, monkeypatch):
    monkeypatch.setattr(xlsx_parts, "MAX_TEXT_BYTES", 100_000)
    read(package(by_hand(cells(1_000, inside.format("x" * 100), ' t="str"'))))
    refused(
        by_hand(cells(1_000, inside.format("x" * 101), ' t="str"')),
        "has cells of more than 0 MiB of text",
    )


@pytest.mark.parametrize(
    "parts",
    [
        by_hand(CELL, "<si/>" * 1_000),
        by_hand('<row r="1"><c r="A1"/></row>' * 500),
        by_hand(cells(250, "<v>1</v>"), sheets=2),
    ],
    ids=["shared strings without text", "one cell many times", "many sheets"],
)
def test_elements_are_counted_over_all_parts(parts, monkeypatch):
    monkeypatch.setattr(xlsx_parts, "MAX_ELEMENTS", 1_000)
    refused(parts, "has more than 1,000 elements")


@pytest.mark.parametrize(
    ("part", "size"),
    [("xl/theme/theme1.xml", 2**20), ("xl/b.xml", 2**20), ("xl/worksheets/s.xml", 2**25)],
)
def test_more_xml_than_any_workbook_of_cms_has(part, size, monkeypatch):
    monkeypatch.setattr(
        "feesync.formats.archive.MAX_RATIO", 10_000
    )  # so that the bound itself is met, not that of the zip
    parts = by_hand(CELL, "<si><t>x</t></si>")
    fill = "<a>" + " " * (size - 7) + "</a>"
    if size < 2**25:  # the largest part is not within the bound beside the others
        read(package({**parts, part: fill}))
    refused({**parts, part: fill + " "}, "has more XML than any|is larger than 32 MiB")


def test_a_workbook_of_more_bytes_than_any_of_cms():
    refused(b"PK\3\4" + b"x" * xlsx_parts.MAX_BYTES, "is larger than 16 MiB")


def test_a_zip_within_a_workbook():
    refused(
        package({**by_hand(CELL), "xl/more.zip": package(by_hand(CELL))}),
        "holds a zip within a workbook",
    )


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 12))
def test_a_workbook_with_wrong_bytes_is_read_or_refused_and_nothing_else(seed, count):
    chance = random.Random(seed)
    parts = parts_of(workbook(ROWS))
    name = chance.choice(sorted(parts))
    content = bytearray(parts[name])
    for _ in range(count):
        content[chance.randrange(len(content))] = chance.choice(b'<>"/= 09azAZ:\xc3&;')
    with contextlib.suppress(ContentRefusedError):
        read(package({**parts, name: bytes(content)}))


def test_counties_of_a_printed_workbook_are_those_of_the_csv():
    data = printed(
        workbook(
            [
                [int(cell) if cell.isdigit() else cell for cell in row]
                for row in rows_of(fixture(COUNTIES))
            ]
        )
    )
    assert (
        locality_counties.parse(data, "25LOCCO.xlsx").rows
        == locality_counties.parse(fixture(COUNTIES), COUNTIES).rows
    )
