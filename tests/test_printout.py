"""The fee sheet for paper: a page that needs nothing else, a workbook that is ready to print."""

import re
import zipfile
from decimal import Decimal

import pytest
from lxml import html
from python_calamine import CalamineWorkbook

from feesync import sheet
from feesync.analysis.sheet_words import printout
from feesync.writers import html as pages
from feesync.writers import printout_book
from feesync.writers.printout import Printout, PrintoutRow, heads

DAY = ("--date", "2025-11-03")
HASH = "8af460f38bf982b79b07269fbc8b7256a8ef3bd3aa025a9c5cb71c1e52523c56"
HEADS = ["Medicare allows", "Medicare pays", "Patient owes"]
# CMS, October 2025, national: 172.08 and 88.31; both sides 150 %, then 80 % less 2 %
OFFICE, FACILITY = ["258.12", "202.37", "51.62"], ["132.47", "103.86", "26.49"]


@pytest.fixture
def written(feesync, tmp_path):
    """Write a fee sheet to a file of a kind; give its path."""

    def write(kind, *arguments):
        path = tmp_path / f"fees.{kind}"
        result = feesync("sheet", *arguments, f"--{kind}", path, "--force")
        assert (result.exit_code, result.stdout) == (0, ""), result.stderr
        assert "feesync: a fee sheet of" in result.stderr
        return path

    return write


def page_of(printed):
    return html.document_fromstring(pages.fee_html(printed).decode())


def made_up(columns, amounts=("Medicare allows",), rows=None):
    cells = tuple((Decimal("1.00"),) * len(amounts) for _ in columns)
    return Printout(
        "Title",
        ("place", "date", "release"),
        ("subject",),
        ("origin",),
        tuple(amounts),
        tuple(columns),
        rows or (PrintoutRow("64493", cells, ""),),
        ("note",),
    )


class TestThePage:
    def test_a_table_with_caption_and_scopes(self, written):
        path = written("html", "64493-50", "64493-22", "--locality", "national", *DAY)
        page = html.document_fromstring(path.read_text(encoding="utf-8"))
        (table,) = page.findall(".//table")
        assert table.findtext("caption").startswith("National, 2025-11-03, RVU25D")
        first, second = table.findall("thead/tr")
        assert [
            (cell.text, cell.get("scope"), cell.get("colspan"), cell.get("rowspan"))
            for cell in first
        ] == [
            ("Line", "col", None, "2"),
            ("Office", "colgroup", "3", None),
            ("ASC", "colgroup", "3", None),
            ("Hospital", "colgroup", "3", None),
        ]
        assert [(cell.text, cell.get("scope")) for cell in second] == [
            (name, "col") for name in HEADS * 3
        ]
        both, report = table.findall("tbody/tr")
        assert (both[0].tag, both[0].get("scope"), both[0].text) == ("th", "row", "64493-50")
        assert [cell.text for cell in both[1:]] == [*OFFICE, *FACILITY, *FACILITY]
        assert (report[0].text, report[1].get("colspan"), len(report)) == ("64493-22", "9", 2)
        assert report[1].text.startswith("no price: Modifier 22 is priced by report")

    def test_release_date_and_hash_are_on_it(self, written):
        path = written("html", "64493", "--locality", "94110", *DAY)
        text = html.document_fromstring(path.read_text(encoding="utf-8")).text_content()
        for part in (
            "01112-05 CA SAN FRANCISCO",
            "Date of service 2025-11-03; physician, participating",
            "RVU25D, in effect 2025-10-01 to 2025-12-31, conversion factor 32.3465 nonqp",
            HASH,
            "ASC, Hospital: the practitioner's fee, at the facility rate.",
            "ZIP 94110 by ZIP5 2025 Q4",
            "no determination of coverage or payment",
        ):
            assert part in text

    def test_it_needs_no_script_no_other_file_and_no_network(self, written):
        text = written("html", "64493", "--locality", "AL", *DAY).read_text(encoding="utf-8")
        page = html.document_fromstring(text)
        tags = {element.tag for element in page.iter()}
        assert tags.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "base"})
        attributes = {name for element in page.iter() for name in element.attrib}
        assert attributes <= {
            *("lang", "charset", "name", "content", "class", "scope", "colspan", "rowspan"),
        }
        assert not re.search(r"https?:|//|@import|url\(", text)
        assert text.startswith("<!DOCTYPE html>")
        assert page.get("lang") == "en"
        assert "@page { size: letter landscape" in text
        assert "@media print" in text

    def test_texts_are_escaped(self):
        hostile = "<script>alert('&amp;')</script>\x00\x1b\n"
        shown = "<script>alert('&amp;')</script>???"
        printed = made_up([("Office",)])._replace(
            title=hostile,
            running_head=(hostile, "", ""),
            subject=(hostile,),
            notes=(hostile,),
            rows=(PrintoutRow(hostile, ((None,),), hostile),),
        )
        assert b"<script" not in pages.fee_html(printed)
        page = page_of(printed)
        assert page.findtext(".//h1") == shown
        assert page.findtext(".//tbody/tr/th") == shown
        assert page.findtext(".//tbody/tr/td") == f"no price: {shown}"
        assert page.findtext(".//footer//li") == shown
        assert page.findtext(".//title").startswith(shown)

    def test_the_same_sheet_is_the_same_page(self, written):
        line = ("html", "64493", "--locality", "AL", *DAY)
        assert written(*line).read_bytes() == written(*line).read_bytes()

    def test_what_is_too_wide_for_paper_is_several_tables(self, written):
        line = ("64493-50", "--locality", "AL", "--locality", "national", *DAY)
        path = written("html", *line, "--date", "2026-08-01")
        page = html.document_fromstring(path.read_text(encoding="utf-8"))
        assert [caption.text for caption in page.findall(".//caption")] == [
            f"{place}, {day}: dollars for each line"
            for place in ("10112-00", "National")
            for day in ("2025-11-03", "2026-08-01")
        ]
        tables = page.findall(".//table")
        assert [len(table.findall("thead/tr")) for table in tables] == [2] * 4
        assert [cell.text for cell in tables[2].findall("tbody/tr/td")][:3] == OFFICE

    def test_dates_beside_each_other(self, written):
        line = ("64493", "--locality", "national", *DAY, "--settings", "office,asc")
        path = written("html", *line, "--date", "2026-08-01")
        page = html.document_fromstring(path.read_text(encoding="utf-8"))
        dates, sites, names = page.findall(".//thead/tr")
        assert [(cell.text, cell.get("colspan")) for cell in dates[1:]] == [
            ("2025-11-03", "6"),
            ("2026-08-01", "6"),
        ]
        assert dates[0].get("rowspan") == "3"
        assert [cell.text for cell in sites] == ["Office", "ASC"] * 2
        assert [cell.text for cell in names] == HEADS * 4


def parts_of(path):
    with zipfile.ZipFile(path) as parts:
        return {name: parts.read(name).decode() for name in parts.namelist()}


class TestTheWorkbook:
    def test_its_cells_are_numbers_and_texts(self, written):
        path = written("xlsx", "64493-50", "64493-22", "--locality", "national", *DAY)
        book = CalamineWorkbook.from_path(str(path))
        assert book.sheet_names == ["Fee sheet"]
        rows = book.get_sheet_by_index(0).to_python()
        at = next(number for number, row in enumerate(rows) if row[0] == "Line")
        assert rows[at - 1][1::3] == ["Office", "ASC", "Hospital"]
        assert rows[at][1:] == HEADS * 3
        assert rows[at + 1] == ["64493-50", *map(float, [*OFFICE, *FACILITY, *FACILITY])]
        assert str(rows[at + 2][1]).startswith("no price: Modifier 22 is priced by report")
        texts = [str(row[0]) for row in rows]
        assert any(HASH in text for text in texts[:at])
        assert any("at the facility rate" in text for text in texts[at:])

    def test_it_is_ready_to_print(self, written):
        path = written("xlsx", "64493-50", "64494", "--locality", "94110", *DAY)
        parts = parts_of(path)
        page = parts["xl/worksheets/sheet1.xml"]
        assert re.search(r'<pageSetup [^>]*orientation="landscape"', page)
        assert '<pageSetUpPr fitToPage="1"/>' in page
        assert "<oddHeader>&amp;L01112-05&amp;C2025-11-03&amp;RRVU25D</oddHeader>" in page
        assert "Page &amp;P of &amp;N" in page
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        at = 1 + next(number for number, row in enumerate(rows) if row[0] == "Line")
        assert f"'Fee sheet'!${at - 1}:${at}</definedName>" in parts["xl/workbook.xml"]

    def test_nothing_that_the_patient_owes_is_a_zero(self, written, loaded):
        path = written("xlsx", "77067", "--locality", "AL", *DAY, "--settings", "office")
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        row = next(row for row in rows if row[0] == "77067")
        assert row[3] == 0

    @pytest.mark.parametrize(("count", "height"), [(40, None), (41, "0")])
    def test_as_many_pages_as_it_needs_from_41_lines_on(self, written, tmp_path, count, height):
        codes = tmp_path / "codes.txt"
        codes.write_text("64493\n" * count)
        line = ("--codes", codes, "--locality", "AL", "--settings", "office", *DAY)
        page = parts_of(written("xlsx", *line))["xl/worksheets/sheet1.xml"]
        (setup,) = re.findall("<pageSetup [^>]*>", page)
        assert re.findall('fitToHeight="(.*?)"', setup) == ([height] if height else [])

    def test_no_text_is_a_formula_or_an_address(self, tmp_path):
        texts = ("=1+1", "https://example.org/")
        page = made_up([("=A1", "x"), ("=A1", "y")])._replace(title=texts[0], notes=texts)
        printout_book.write(tmp_path / "fees.xlsx", page)
        sheet_xml = parts_of(tmp_path / "fees.xlsx")["xl/worksheets/sheet1.xml"]
        assert "<f>" not in sheet_xml
        assert "hyperlink" not in sheet_xml

    def test_what_is_too_wide_for_paper_is_several_sheets(self, written):
        line = ("64493-50", "--locality", "AL", "--locality", "national", *DAY)
        book = CalamineWorkbook.from_path(str(written("xlsx", *line)))
        assert book.sheet_names == ["Fee sheet 1", "Fee sheet 2"]
        rows = book.get_sheet_by_index(1).to_python()
        at = next(number for number, row in enumerate(rows) if row[0] == "Line")
        assert rows[at - 2][1] == "National"
        assert rows[at + 1][1:4] == list(map(float, OFFICE))

    def test_one_column_and_no_price_in_some(self, written, loaded):
        line = ("70450", "64493-22", "--locality", "AL", *DAY, "--percent", "100")
        path = written("xlsx", *line, "--settings", "office,asc")
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        at = next(number for number, row in enumerate(rows) if row[0] == "Line")
        assert (rows[at][1:], rows[at + 1][2]) == (["Contract allows"] * 2, "no price")
        path = written("xlsx", *line, "--settings", "office")
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        assert str(rows[at + 2][1]).startswith("no price: Modifier 22")


def test_parts_have_whole_groups_where_they_fit():
    columns = [(day, site) for day in "abc" for site in ("Office", "ASC")]

    def sizes(most):
        return [len(part.columns) for part in made_up(columns).parts(most)]

    assert sizes(6) == sizes(100) == [6]
    assert sizes(5) == sizes(4) == [4, 2]
    assert sizes(3) == sizes(2) == [2, 2, 2]
    assert sizes(1) == sizes(0) == sizes(-3) == [1] * 6
    parts = made_up(columns).parts(4)
    assert [part.columns for part in parts] == [tuple(columns[:4]), tuple(columns[4:])]
    assert [len(part.rows[0].cells) for part in parts] == [4, 2]


def test_heads_are_together_only_under_the_same_head():
    columns = [("a", "x"), ("a", "x"), ("a", "y"), ("b", "y"), ("a", "y")]
    assert heads(columns, 0) == [("a", 3), ("b", 1), ("a", 1)]
    assert heads(columns, 1) == [("x", 2), ("y", 1), ("y", 1), ("y", 1)]


def test_words_of_who_bills_and_of_sequestration_by_date():
    printed = printout(
        sheet(["64493"], locality="AL", date=["2022-05-02", "2025-11-03"], practitioner="np")
    )
    assert printed.subject[-1] == (
        "Dates of service 2022-05-02 and 2025-11-03; nurse practitioner, participating"
    )
    text = "\n".join(printed.notes)
    assert "after 1 % sequestration on 2022-05-02, which" in text
    assert "after 2 % sequestration on 2025-11-03, which" in text
