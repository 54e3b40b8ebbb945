"""The fee sheet: lines by settings, places and dates, each as `estimate` prices it alone."""

import csv
import io
import json
from decimal import Decimal
from itertools import product

import pytest
import workbooks
from click.testing import CliRunner

from feesync import (
    Estimate,
    InvalidInputError,
    LocalityError,
    ModifierError,
    NoReleaseError,
    UnknownCodeError,
    estimate,
    sheet,
)
from feesync.claims.line import ClaimLine
from feesync.cli import cli
from feesync.model.hcpcs import FACET_JOINT_CODES

D = Decimal
DAY = "2025-11-03"
SETTINGS = {"office": "11", "asc": "24", "hospital": "22"}
AMOUNTS = ("fee", "allowed", "medicare_payment", "sequestration", "patient_responsibility")


def amounts(answer):
    return tuple(getattr(answer, name) for name in (*AMOUNTS, "limiting_charge"))


def lines_of(codes):
    return [f"{code}{end}" for code in codes for end in ("", "-50", "-LT", "-50x2", "-RT@90")]


def alone(line, **header):
    read = ClaimLine.read(line)
    return estimate(
        read.hcpcs,
        modifiers=list(read.modifiers),
        units=read.units,
        charge=read.charge,
        coverage=False,
        **header,
    )


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"nonpar": True},
        {"practitioner": "np"},
        {"qp": True},
        {"percent": 110, "of_year": 2022},
        {"conversion_factor": "45.00"},
    ],
)
def test_every_cell_is_the_estimate_of_its_line_alone(more):
    every_cell(lines_of(("64493", "64495", "64635")), more)


@pytest.mark.slow
def test_every_cell_of_many_lines():
    every_cell(lines_of(FACET_JOINT_CODES), {"nonpar": True})


def every_cell(lines, more):
    places, days = ("01112-05", "national"), ("2026-08-01", DAY)
    result = sheet(lines, locality=places, date=days, **more)
    columns = list(product(places, days, SETTINGS.values()))
    assert len(columns) == len(result.columns) == 12
    assert [line.number for line in result.lines] == list(range(1, len(lines) + 1))
    for text, line in zip(lines, result.lines, strict=True):
        assert line.code == text
        for (place, day, pos), cell in zip(columns, line.cells, strict=True):
            own = alone(text, locality=place, date=day, pos=pos, **more)
            assert isinstance(cell, Estimate)
            assert amounts(cell) == amounts(own), (text, place, day, pos)
            assert (cell.release, cell.locality, cell.pos) == (own.release, own.locality, pos)


def test_other_codes(loaded):
    lines = ["99213", "99213-25", "70450-26", "70450-TC", "70450", "97110x2"]
    result = sheet(lines, locality="AL", date=DAY)
    for text, line in zip(lines, result.lines, strict=True):
        for pos, cell in zip(SETTINGS.values(), line.cells, strict=True):
            assert amounts(cell) == amounts(alone(text, locality="AL", date=DAY, pos=pos))


def test_no_line_reduces_another():
    """CMS, October 2025, national: 172.08 and 88.31, 186.64 in facilities; both sides 150 %."""
    result = sheet(["64493-50", "64493", "64635"], locality="national", date=DAY)
    allowed = [[amounts(cell)[1] for cell in line.cells] for line in result.lines]
    assert allowed[:2] == [
        [D("258.12"), D("132.47"), D("132.47")],
        [D("172.08"), D("88.31"), D("88.31")],
    ]
    assert allowed[2][1:] == [D("186.64"), D("186.64")]


def test_a_row_a_line_and_column(loaded):
    rows = sheet(["64493-50", "99213-25"], locality="AL", date=DAY, settings=["office", 21]).rows()
    assert [(row["line"], row["hcpcs"], row["modifiers"], row["pos"]) for row in rows] == [
        (1, "64493", ["50"], "11"),
        (1, "64493", ["50"], "21"),
        (2, "99213", ["25"], "11"),
        (2, "99213", ["25"], "21"),
    ]
    assert rows[1] == {
        **{"line": 1, "hcpcs": "64493", "modifiers": ["50"], "units": 1, "pos": "21"},
        **{"setting": "facility", "mac": "10112", "locality": "00", "state": "AL"},
        # CMS, Alabama 2025: 81.66; x 1.5, then 80 % less 2 %
        **{"locality_name": "ALABAMA", "fee": D("81.66"), "allowed": D("122.49")},
        **{"medicare_payment": D("96.03"), "sequestration": D("1.96")},
        **{"patient_responsibility": D("24.50"), "limiting_charge": None, "reason": None},
        **{"release": "RVU25D", "basis": "nonqp", "conversion_factor": D("32.3465")},
        **{"date": DAY, "effective_from": "2025-10-01", "effective_to": "2025-12-31"},
        **{"stand_in": False, "checks_set_aside": []},
    }


def test_the_place_of_a_zip_has_the_file_that_says_so(feesync):
    line = ("sheet", "64493", "--zip", "33612", "--settings", "office")
    of_the_day = feesync(*line, "--date", DAY).stdout
    assert "09102-99 FL REST OF FLORIDA, ZIP 33612 by ZIP5 2025 Q4 (ZIP5_OCT2025.txt)" in of_the_day
    assert "lies in" not in of_the_day
    later = feesync(*line, "--date", "2026-08-01").stdout
    assert "\n09102-99 FL REST OF FLORIDA\n" in later
    assert "ZIP 33612 lies in 09102-99 by CMS's ZIP5 2025 Q4, the nearest" in later


def test_settings_by_number_and_by_name():
    def cells(settings):
        result = sheet(["64493"], locality="AL", date=DAY, settings=settings)
        return [(column.pos, column.setting.value) for column in result.columns]

    assert cells(["Office", " ASC ", "hospital"]) == [
        ("11", "nonfacility"),
        ("24", "facility"),
        ("22", "facility"),
    ]
    assert cells(["facility", "NONFACILITY", 11]) == [
        (None, "facility"),
        (None, "nonfacility"),
        ("11", "nonfacility"),
    ]
    assert cells(("asc", "asc")) == [("24", "facility")]


def test_a_date_whose_quarter_is_not_loaded_is_said_in_the_data():
    rows = sheet(["64493"], locality="AL", date=["2026-11-01", "2026-08-01"]).rows()
    assert [(row["date"], row["release"], row["stand_in"]) for row in rows[::3]] == [
        ("2026-11-01", "RVU26C", True),
        ("2026-08-01", "RVU26C", False),
    ]
    notes = sheet(["64493", "64494"], locality="AL", date="2026-11-01").to_dict()["notes"]
    assert [(note["code"], note["lines"]) for note in notes] == [("nearest-release", [1, 2])]


def test_a_note_names_its_lines_unless_it_is_on_all(feesync, loaded):
    lines = ["99213", "27447-56"]
    flagged, alone = sheet(lines, locality="AL", date=DAY).notes
    assert (flagged.lines, alone.note.code, alone.lines) == ((2,), "preoperative-care", (2,))
    shown = feesync("sheet", *lines, "--locality", "AL", "--date", DAY).stdout
    assert "\n27447 is flagged NA outside facilities" in shown
    assert "\n27447-56: Modifier 56 alone: " in shown
    line = ("sheet", "64493", "64494", "--locality", "AL", "--date", "2026-11-01")
    assert "\nNo loaded release covers 2026-11-01" in feesync(*line).stdout


def test_a_date_twice_is_one_column():
    result = sheet(["64493"], locality="AL", date=[DAY, "11/03/2025"], settings=["office"])
    assert len(result.columns) == 1


def test_a_zip_is_said_once_and_two_of_one_locality_are_one_place():
    result = sheet(["64493", "64494"], locality=["33612", "33613", "FL-04"], date=DAY)
    assert [column.locality.key for column in result.columns[::3]] == ["09102-99", "09102-04"]
    assert [(one.note.code, one.lines) for one in result.notes] == [("zip-locality", (1, 2))]


def test_a_line_that_is_not_priced_is_in_the_sheet_with_its_reason(feesync):
    result = sheet(["64493", "64493-22"], locality="AL", date=DAY)
    (reason,) = {row["reason"] for row in result.rows()[3:]}
    assert reason.startswith("Modifier 22 is priced by report")
    assert (result.refused, result.has_price) == ((), True)
    assert feesync("sheet", "64493", "64493-22", "--locality", "AL", "--date", DAY).exit_code == 0
    alone = feesync("sheet", "64493-22", "--locality", "AL", "--date", DAY)
    assert alone.exit_code == 6
    assert "64493-22  no price: Modifier 22 is priced by report" in alone.stdout


def test_an_unknown_code_is_told_beside_the_rows(feesync):
    line = ("sheet", "64493", "99999", "64494", "--locality", "AL", "--date", DAY)
    result = feesync(*line)
    assert result.exit_code == 6
    assert "64493     " not in result.stdout
    assert result.stderr.startswith("feesync: no price: line 2: 99999 on 2025-11-03 needs")
    data = json.loads(feesync(*line, "--json").stdout)
    assert [row["line"] for row in data["rows"]] == [1, 1, 1, 3, 3, 3]
    assert [(one["line"], one["hint"]["label"]) for one in data["refused"]] == [(2, "RVU25D")]
    assert len(list(csv.DictReader(io.StringIO(feesync(*line, "--csv").stdout)))) == 6


def test_a_code_that_one_date_lacks_stays_with_the_others(loaded):
    result = sheet(["99213", "64493"], locality="AL", date=[DAY, "2024-11-04"])
    cells = result.lines[0].cells
    assert [getattr(cell, "allowed", None) is None for cell in cells] == [False] * 3 + [True] * 3
    rows = result.rows()[:6]
    assert rows[3]["reason"].startswith("99213 on 2024-11-04 needs a release")
    assert (rows[3]["date"], rows[3]["release"], rows[3]["mac"]) == ("2024-11-04", None, "10112")
    assert result.refused == ()


def test_a_modifier_that_does_not_apply_is_told_and_is_usage(feesync):
    result = feesync("sheet", "64493-TC", "64493", "--locality", "AL", "--date", DAY)
    assert result.exit_code == 2
    assert result.stderr == (
        "feesync: no price: line 1: modifier TC does not apply to 64493: it has no such parts\n"
    )
    assert "64493  Medicare allows" in result.stdout


@pytest.mark.parametrize(
    ("asked", "error", "text"),
    [
        ({"lines": []}, InvalidInputError, "a fee sheet has at least one line"),
        ({"lines": {"hcpcs": "64493"}}, InvalidInputError, "lines is a list"),
        ({"lines": ["6449"]}, InvalidInputError, "'6449' is not a claim line"),
        ({"lines": ["64493", "64494x0"]}, InvalidInputError, "^line 2: units 0 is not"),
        ({"lines": ["64495-64490"]}, InvalidInputError, "its first code comes after its last"),
        ({"lines": ["99999"]}, UnknownCodeError, "99999 on"),
        ({"lines": ["64493-TC"]}, ModifierError, "TC does not apply"),
        ({"locality": []}, InvalidInputError, "locality is empty"),
        ({"locality": ["AL", "Atlantis"]}, LocalityError, "Atlantis"),
        ({"settings": []}, InvalidInputError, "settings is empty"),
        ({"settings": ["98"]}, InvalidInputError, "98"),
        ({"settings": ["office", None]}, InvalidInputError, "settings has None"),
        ({"date": [DAY, "2019-11-03"]}, NoReleaseError, "2019-11-03"),
    ],
)
def test_what_cannot_be_read_or_priced(asked, error, text):
    with pytest.raises(error, match=text):
        sheet(**{"lines": ["64493"], "locality": "AL", "date": DAY, **asked})


def test_a_range_of_codes_is_its_codes():
    result = sheet(["64635", "64490-64493"], locality="AL", date=DAY)
    assert [line.code for line in result.lines] == ["64635", "64490", "64491", "64492", "64493"]


def test_the_json_has_what_was_asked_and_where_it_is_from(feesync):
    line = ("sheet", "64493", "--locality", "AL", "--date", DAY, "--percent", "110", "--nonpar")
    data = json.loads(feesync(*line, "--json").stdout)
    assert {name: data[name] for name in ("practitioner", "nonpar", "contract", "refused")} == {
        "practitioner": "physician",
        "nonpar": True,
        "contract": {"percent": 110, "of_year": None},
        "refused": [],
    }
    (release,) = data["releases"]
    assert (release["label"], len(release["sha256"])) == ("RVU25D", 64)
    # CMS, Alabama 2025: 154.46; x 0.95 = 146.74, x 1.1
    assert data["rows"][0]["allowed"] == 161.41
    assert data["rows"][0]["medicare_payment"] is None


def test_the_csv_is_the_rows(feesync):
    line = ("sheet", "64493-50", "64494", "--locality", "AL", "--date", DAY)
    rows = list(csv.DictReader(io.StringIO(feesync(*line, "--csv").stdout)))
    data = json.loads(feesync(*line, "--json").stdout, parse_float=str)["rows"]
    assert [row["allowed"] for row in rows] == [row["allowed"] for row in data]
    assert list(rows[0]) == list(data[0])
    assert (rows[0]["modifiers"], rows[0]["stand_in"], rows[0]["reason"]) == ("50", "False", "")


class TestTheTable:
    def test_the_whole_of_it(self, feesync):
        line = "sheet 64493-50 64494 64493-22 --locality CA-05 --date 2025-11-03"
        result = feesync(*line.split(), "--nonpar", "--limiting")
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout == (
            "Fee sheet: the Medicare Physician Fee Schedule\n"
            "01112-05 CA SAN FRANCISCO-OAKLAND-BERKELEY (SAN FRANCISCO/SAN\n"
            "  MATEO/ALAMEDA/CONTRA COSTA CNTY)\n"
            "Date of service 2025-11-03; physician, not participating, assigned claims\n"
            "RVU25D, in effect 2025-10-01 to 2025-12-31, conversion factor 32.3465 nonqp;\n"
            "  from embedded snapshot (PPRRVU2025_Oct.csv, GPCI2025.csv); sha256\n"
            "  8af460f38bf982b79b07269fbc8b7256a8ef3bd3aa025a9c5cb71c1e52523c56\n"
            "\n"
            "Line                       Office     ASC  Hospital\n"
            "--------  ---------------  ------  ------  --------\n"
            "64493-50  Medicare allows  317.59  148.19    148.19\n"
            "          Medicare pays    248.99  116.18    116.18\n"
            "          Patient owes      63.52   29.64     29.64\n"
            "          Limiting charge  365.23  170.42    170.42\n"
            "64494     Medicare allows  105.44   53.11     53.11\n"
            "          Medicare pays     82.66   41.64     41.64\n"
            "          Patient owes      21.09   10.62     10.62\n"
            "          Limiting charge  121.26   61.08     61.08\n"
            "64493-22  no price: Modifier 22 is priced by report: the MAC sets the amount\n"
            "          from the documentation.\n"
            "\n"
            "Each line is priced by itself; on one claim, several procedures reduce each\n"
            "  other.\n"
            "ASC, Hospital: the practitioner's fee, at the facility rate. What the ambulatory\n"
            "  surgical center or the hospital is paid for its own share is not in it.\n"
            "What Medicare pays is after 2 % sequestration, which the patient does not owe.\n"
            "An estimate by feesync from files of the Centers for Medicare & Medicaid\n"
            "  Services; no determination of coverage or payment.\n"
        )

    def test_it_keeps_to_80_columns_and_to_the_terminal(self, feesync, monkeypatch):
        line = "sheet 64493-50 64494 --locality AL --locality national --date 2025-11-03"
        line += " --date 2026-08-01"
        text = feesync(*line.split()).stdout
        assert max(map(len, text.splitlines())) <= 80
        assert text.count("Line  ") == 4
        monkeypatch.setenv("COLUMNS", "140")
        wide = feesync(*line.split()).stdout
        assert wide.count("Line  ") == 2
        monkeypatch.setenv("COLUMNS", "40")
        narrow = feesync(*line.split()).stdout
        assert narrow.count("Line  ") == 12
        for cell in ("231.69", "258.12"):
            assert cell in text
            assert cell in wide
            assert cell in narrow

    def test_several_places_and_dates_are_in_the_heads(self, feesync):
        line = "sheet 64493 --locality AL --locality national --date 2025-11-03 --settings office"
        shown = feesync(*line.split(), "--date", "2026-08-01").stdout.splitlines()
        at = next(number for number, text in enumerate(shown) if text.startswith("Line"))
        assert [text.split() for text in shown[at - 2 : at + 1]] == [
            ["10112-00", "10112-00", "National", "National"],
            ["2025-11-03", "2026-08-01", "2025-11-03", "2026-08-01"],
            ["Line", "Office", "Office", "Office", "Office"],
        ]
        # CMS: Alabama 2025 154.46, national 172.08 and in 2026 190.39
        assert shown[at + 2].split()[3:] == ["154.46", "171.32", "172.08", "190.39"]

    def test_a_price_in_some_settings_only(self, feesync, loaded):
        line = "sheet 70450 70450-TC 99213 --locality AL --date 2025-11-03"
        shown = feesync(*line.split()).stdout
        assert "70450, 70450-TC: no price in ASC, Hospital: the code is flagged NA" in shown
        assert shown.count("flagged NA") == 1

    def test_a_contract_has_no_split(self, feesync):
        line = "sheet 64493 --locality national --date 2025-11-03 --percent 110 --of-year 2022"
        shown = feesync(*line.split()).stdout
        assert shown.startswith("Fee sheet: 110 % of what Medicare allows by the rates of 2022\n")
        assert "64493  Contract allows  198.70" in shown  # 180.64 x 1.1
        assert "Medicare pays" not in shown
        assert "sequestration" not in shown


def test_limiting_charges_need_a_practitioner_who_does_not_participate(feesync):
    result = feesync("sheet", "64493", "--locality", "AL", "--limiting")
    assert result.exit_code == 2
    assert "--limiting goes with --nonpar" in result.stderr


def test_a_place_and_who_bills_by_default(feesync, monkeypatch, tmp_path):
    monkeypatch.setenv("FEESYNC_LOCALITY", "AL")
    monkeypatch.setenv("FEESYNC_NONPAR", "yes")
    line = ("sheet", "64493", "--date", DAY, "--limiting")
    shown = feesync(*line).stdout
    # CMS, Alabama 2025: 154.46; 95 %
    assert "64493  Medicare allows  146.74" in shown
    assert shown.endswith(
        "\nDefaults: locality AL (FEESYNC_LOCALITY); nonpar true (FEESYNC_NONPAR)\n"
    )
    data = json.loads(feesync(*line, "--json").stdout)
    assert set(data["defaults"]) == {"locality", "nonpar"}
    page = feesync(*line, "--html", tmp_path / "fees.html")
    assert page.stdout == ""
    assert "feesync: info: Defaults: locality AL" in page.stderr
    given = feesync("sheet", "64493", "--date", DAY, "--zip", "35233", "--par")
    assert "Defaults" not in given.stdout


def test_a_place_is_needed_and_a_zip_is_enough(feesync):
    result = feesync("sheet", "64493")
    assert result.exit_code == 2
    assert "Missing option '--locality' or '--zip'" in result.stderr


def test_forms_exclude_each_other(feesync, tmp_path):
    line = ("sheet", "64493", "--locality", "AL", "--csv", "--html", tmp_path / "a.html")
    result = feesync(*line)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--csv and --html exclude each other" in result.stderr


class TestCodesOfAFile:
    def shown(self, feesync, path, *more):
        line = ("sheet", *more, "--codes", path, "--locality", "AL", "--date", DAY, "--json")
        result = feesync(*line)
        assert result.exit_code == 0, result.stderr
        rows = json.loads(result.stdout)["rows"]
        return ["-".join([row["hcpcs"], *row["modifiers"]]) for row in rows[::3]]

    def test_a_line_a_row_with_comments(self, feesync, tmp_path):
        path = tmp_path / "practice.txt"
        path.write_text("\ufeff# ours\n64493-50   # both sides\n\n 64635-64636\r\nCode\n")
        assert self.shown(feesync, path) == ["64493-50", "64635", "64636"]
        assert self.shown(feesync, path, "64494") == ["64494", "64493-50", "64635", "64636"]

    @pytest.mark.parametrize("between", [",", ";", "\t"])
    def test_the_first_column_of_a_csv(self, feesync, tmp_path, between):
        path = tmp_path / "practice.CSV"
        rows = [["HCPCS", "our name"], ["64493-50", "x"], ["#64635", ""], ['"64494"', "y"]]
        path.write_text("\n".join(map(between.join, rows)))
        assert self.shown(feesync, path) == ["64493-50", "64494"]
        path.write_text("64493-50,x\n")
        assert self.shown(feesync, path) == ["64493-50"]

    def test_the_first_column_of_a_workbook(self, feesync, tmp_path):
        path = tmp_path / "practice.xlsx"
        path.write_bytes(workbooks.workbook([["CPT", "name"], [64493, "x"], ["64494-50", "y"]]))
        assert self.shown(feesync, path) == ["64493", "64494-50"]

    def test_a_number_sign_in_another_column_begins_no_comment(self, feesync, tmp_path):
        path = tmp_path / "practice.csv"
        path.write_text('64493,"room #4"\n64494-50 # both sides,\n,none\n')
        assert self.shown(feesync, path) == ["64493", "64494-50"]

    def test_a_column_of_modifiers_is_not_left_out_unsaid(self, feesync, tmp_path):
        path = tmp_path / "practice.csv"
        path.write_text("hcpcs,modifiers\n64493,50\n")
        result = feesync("sheet", "--codes", path, "--locality", "AL")
        assert result.exit_code == 2
        assert "has the column 'modifiers', which is not read: write modifiers" in result.stderr

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"# nothing\n", "has no code"),
            (b"\xe9", "cannot be read: it is not UTF-8 text"),
            (b"64493\nfacets\n", "practice.txt, row 2: it is not a HCPCS code of five characters"),
            (None, "cannot be read: No such file or directory"),
        ],
    )
    def test_what_cannot_be_read(self, feesync, tmp_path, content, says):
        path = tmp_path / "practice.txt"
        if content is not None:
            path.write_bytes(content)
        result = feesync("sheet", "--codes", path, "--locality", "AL")
        assert (result.exit_code, result.stdout) == (2, "")
        assert says in result.stderr

    def test_unicode_text_of_a_spreadsheet_and_standard_input(self, feesync, tmp_path, monkeypatch):
        path = tmp_path / "practice.csv"
        path.write_bytes("CPT Code\tname\n64493-50\tx\n".encode("utf-16"))
        assert self.shown(feesync, path) == ["64493-50"]
        line = ("sheet", "--codes", "-", "--locality", "AL", "--date", DAY, "--csv")
        result = CliRunner().invoke(cli, line, input="64493-50\n64494\n")
        assert len(result.stdout.splitlines()) == 7

    @pytest.mark.parametrize("command", ["rates", "export"])
    def test_rates_and_exports_are_of_its_codes(self, feesync, tmp_path, command):
        path = tmp_path / "practice.txt"
        path.write_text("64493-50\n64494\n64635-64636\n64633x2\n")
        form = ("--csv",) if command == "rates" else ()
        line = (command, "--codes", path, "--locality", "AL", "--date", DAY, *form)
        result = feesync(*line)
        rows = list(csv.DictReader(io.StringIO(result.stdout)))
        assert [row["hcpcs"] for row in rows] == ["64493", "64494", "64635", "64636", "64633"]
        assert result.stderr == (
            "feesync: info: rates are before modifiers and units: of lines such as 64493-50 the "
            "code alone counts\n"
        )
        path.write_text("64494\n")
        assert feesync(*line, "64493").stderr == ""

    def test_comparisons_are_of_its_lines(self, feesync, tmp_path):
        path = tmp_path / "practice.txt"
        path.write_text("64493-50  # both sides\n64494\n")
        line = ("compare", "--codes", path, "--locality", "AL", "--date", DAY, "--csv")
        rows = list(csv.DictReader(io.StringIO(feesync(*line).stdout)))
        places = [row for row in rows if row["state"] == "AL"]
        assert [(row["hcpcs"], row["modifiers"]) for row in places] == [
            ("64493", "50"),
            ("64494", ""),
        ]
        assert places[0]["allowed"] == "231.69"  # CMS, Alabama 2025: 154.46; x 1.5

    @pytest.mark.parametrize("command", ["rates", "compare"])
    def test_rates_of_neither(self, feesync, command):
        result = feesync(command, "--locality", "AL")
        assert (result.exit_code, result.stdout) == (2, "")
        assert "Missing argument 'HCPCS...'" in result.stderr

    def test_neither_lines_nor_a_file(self, feesync):
        result = feesync("sheet", "--locality", "AL")
        assert result.exit_code == 2
        assert "Missing argument 'LINE...'" in result.stderr
