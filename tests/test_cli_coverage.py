import csv
import io
import json

import pytest
from lxml import html

from feesync import InvalidInputError, LocalityError, UnknownCodeError, coverage_sheet, estimate

DAY = ("--date", "2025-11-03")


def test_the_sheet(feesync):
    result = feesync("coverage", "64493", "--pos", "22", "--locality", "10112-00", *DAY)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[:3] == [
        "64493: facet joint injection or medial branch block, lumbar or sacral, first level",
        "2025-11-03, place of service 22 (On campus outpatient hospital)",
        "10112-00 AL ALABAMA",
    ]
    headings = [line for line in lines[3:] if line and not line.startswith(" ")]
    assert headings == [
        "Medicare allows", "Modifiers", "Units", "Prior authorization", "Levels", "Frequency",
        "Medical necessity", "Not billed beside", "Policy", "Documentation a reviewer asks for",
        "Elsewhere: recorded of other contractors only", "Sources",
    ]  # fmt: skip
    for text in (
        "  KX            On the line of every diagnostic injection",
        "  50            Both sides in one session: one line, modifier 50, 1 unit.",
        "  MUE           At most 1 a day (MAI 2",
        "  POS 22        Needed for the hospital's outpatient service (place of service 19 and "
        "22), unless it is a",
        "  L38765        Billing article A58350 (Palmetto GBA, JJ).",
        # CMS, Alabama, October 2025
        "  64493               154.46       81.66",
        "  diagnostic    At most 4 diagnostic sessions in 12 rolling months in the lumbar or "
        "sacral region.",
    ):
        assert text in result.stdout
    assert all(len(line) <= 110 for line in lines)


def test_every_line_has_a_source_that_is_listed(feesync):
    facts, _, sources = feesync("coverage", "64495", *DAY).stdout.partition("\nSources\n")
    listed = {line.split("]")[0] + "]" for line in sources.splitlines() if line.startswith("  [")}
    named = {f"  [{text.split(']')[0]}]" for text in facts.split("[")[1:]}
    assert listed == named


def test_json(feesync):
    sheet = json.loads(
        feesync("coverage", "64636", "--pos", "24", "--locality", "FL-04", *DAY, "--json").stdout
    )
    others = ("facts", "elsewhere", "release")
    assert {name: value for name, value in sheet.items() if name not in others} == {
        "hcpcs": "64636",
        "title": "facet joint ablation, lumbar or sacral, each further level",
        "date": "2025-11-03",
        "pos": "24",
        "locality": {"mac": "09102", "locality": "04", "state": "FL", "name": "MIAMI"},
        "prior_authorization": False,
        "mue": 4,
        "contractor": "First Coast",
        "jurisdiction": "JN",
        "lcd": "L33930",
        "article": "A57787",
        # CMS, RVU25D and GPCI2025: (1.16 x 1 + 5.72 or 0.48 x 1.027 + 0.12 x 2.5) x 32.3465
        "nonfacility_amount": 237.24,
        "facility_amount": 63.17,
        "notes": [],
    }
    assert sheet["release"]["label"] == "RVU25D"
    assert set(sheet["elsewhere"][0]) == set(sheet["facts"][0])
    assert {"topic", "about", "text", "source"} == set(sheet["facts"][0])
    assert "KX" not in {fact["about"] for fact in sheet["facts"]}


@pytest.mark.parametrize(
    ("hcpcs", "day", "pos", "needed", "says"),
    [
        ("64493", "2023-06-30", "22", False, "Not needed before 2023-07-01."),
        ("64493", "2023-07-01", "22", True,
         "Needed for the hospital's outpatient service (place of service 19 and 22), unless"),
        ("64493", "2025-11-03", "11", False,
         "Not needed for place of service 11 (Office), only for the hospital's"),
        ("64493", "2025-11-03", None, None,
         "Needed for the hospital's outpatient service (place of service 19 and 22), unless"),
        ("64492", "2024-08-04", "19", True,
         "Needed for the hospital's outpatient service (place of service 19 and 22), unless"),
        ("64492", "2024-08-05", "19", False,
         "No more needed: CMS took the code off the list on 2024-08-05."),
    ],
)  # fmt: skip
def test_prior_authorization_by_place_and_date(hcpcs, day, pos, needed, says):
    sheet = coverage_sheet(hcpcs, date=day, pos=pos)
    assert sheet.prior_authorization is needed
    assert [
        fact.text.startswith(says) for fact in sheet.facts if fact.topic == "prior authorization"
    ] == [True]


def test_without_a_place_all_contractors_are_listed():
    named = [
        fact.text
        for fact in coverage_sheet("64635", date="2025-11-03").facts
        if fact.topic == "policy"
    ]
    assert len(named) == 8
    assert "Billing article A58350 (Palmetto GBA, JJ and JM)." in named


def test_before_the_lcds_there_is_none():
    sheet = coverage_sheet("64493", date="2021-04-24", locality="10112-00")
    assert (sheet.lcd, sheet.article, sheet.mue) == (None, None, None)
    assert "Recorded from 2021-04-25 on (Palmetto GBA, JJ); an earlier version may hold." in [
        fact.text for fact in sheet.facts
    ]
    assert not [fact for fact in sheet.facts if fact.topic == "frequency"]


def test_the_sheet_and_the_note_say_the_same_of_the_third_level():
    for place in ("10112-00", "01112-05", "04112-01", "15202-00", "02102-01", "national"):
        for day in (
            "2021-04-24",
            "2021-05-02",
            "2023-12-31",
            "2024-07-06",
            "2024-07-07",
            "2024-08-11",
            "2025-01-01",
            "2026-03-01",
        ):
            sheet = [
                fact.text
                for fact in coverage_sheet("64495", date=day, locality=place).facts
                if fact.about == "third"
            ]
            notes = estimate("64495", locality=place, date=day).notes
            said = [
                note.text.removeprefix("64495, a third level: ")
                for note in notes
                if note.code.startswith("third-level")
            ]
            assert [text.lower() for text in sheet] == [text.lower() for text in said]


def test_a_place_is_found_beyond_the_years_that_are_loaded():
    assert coverage_sheet("64493", locality="AL", date="2035-01-15").lcd == "L38765"


def test_a_code_without_a_sheet(feesync):
    result = feesync("coverage", "99213")
    assert (result.exit_code, result.stdout) == (6, "")
    assert result.stderr == (
        "feesync: there is no billing sheet for 99213; there is one for "
        "64490, 64491, 64492, 64493, 64494, 64495, 64633, 64634, 64635, 64636\n"
    )


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"pos": "98"}, InvalidInputError),
        ({"date": "tomorrow"}, InvalidInputError),
        ({"locality": "Atlantis"}, LocalityError),
        ({"locality": "CA"}, LocalityError),
    ],
)
def test_arguments_that_cannot_be_read(asked, error):
    with pytest.raises(error):
        coverage_sheet("64493", **{"date": "2025-11-03", **asked})
    with pytest.raises(UnknownCodeError):
        coverage_sheet("99213")


def test_notes_can_be_turned_off_on_the_command_line(feesync):
    asked = (
        "estimate",
        "64493",
        "--locality",
        "national",
        "--pos",
        "22",
        *DAY,
        "--purpose",
        "diagnostic",
        "--history",
        "2025-03-01:64493-KX",
    )
    told, untold = feesync(*asked), feesync(*asked, "--no-coverage")
    assert "without KX counts as therapeutic" in told.stdout
    assert "Diagnostic session 2" in told.stdout
    assert untold.stdout == told.stdout.partition("\n  warning:")[0] + "\n"


def texts(sheet, name="facts"):
    return {fact.text for fact in getattr(sheet, name)}


class TestElsewhere:
    """Facts that are recorded of other contractors only."""

    def test_a_place_has_the_national_facts_and_those_of_its_contractor(self):
        florida = coverage_sheet("64493", date="2025-11-03", locality="FL-04")
        ohio = coverage_sheet("64493", date="2025-11-03", locality="OH-00")
        alabama = coverage_sheet("64493", date="2025-11-03", locality="AL")
        cgs, palmetto = "CGS: one spinal region a session.", "Palmetto GBA: a level is a joint, not"
        assert cgs in texts(ohio)
        assert cgs in texts(florida, "elsewhere")
        assert cgs in texts(alabama, "elsewhere")
        assert any(text.startswith(palmetto) for text in texts(alabama))
        assert not any(text.startswith(palmetto) for text in texts(ohio))
        for sheet in (florida, ohio, alabama):
            assert not texts(sheet) & texts(sheet, "elsewhere")
            assert "Results of diagnostic tests." in texts(sheet)
            assert any(text.startswith("At most 1 a day (MAI 2") for text in texts(sheet))
            policies = [fact.about for fact in sheet.facts if fact.topic == "policy"]
            others = [fact.about for fact in sheet.elsewhere if fact.topic == "policy"]
            assert policies == [sheet.lcd]
            assert (len(others), sheet.lcd in others) == (7, False)

    def test_nothing_is_lost(self):
        every = coverage_sheet("64635", date="2025-11-03")
        assert every.elsewhere == ()
        own = coverage_sheet("64635", date="2025-11-03", locality="OH-00")
        common = [fact for fact in every.facts if fact.topic != "policy"]
        both = {*own.facts, *own.elsewhere}
        assert [fact for fact in common if fact not in both] == []

    def test_of_two_contractors_both_have_it(self):
        limit = "One to two levels a session, on one or both sides."
        for place in ("OH-00", "CA-05", "02102-01"):  # CGS; Noridian, JE and JF
            assert limit in texts(coverage_sheet("64493", date="2025-11-03", locality=place))
        novitas = coverage_sheet("64493", date="2025-11-03", locality="CO-01")
        assert limit in texts(novitas, "elsewhere")

    def test_the_text_names_the_contractors(self, feesync):
        shown = feesync("coverage", "64493", "--locality", "FL-04", *DAY).stdout
        elsewhere = shown.partition("\nElsewhere: recorded of other contractors only\n")[2]
        assert "  limit         CGS and Noridian: One to two levels a session" in elsewhere
        assert "  region        CGS: one spinal region a session." in elsewhere
        assert "  L38765        Billing article A58350 (Palmetto GBA, JJ and JM)." in elsewhere
        assert "Elsewhere" not in feesync("coverage", "64493", *DAY).stdout


class TestAmounts:
    def test_of_the_nation_without_a_place(self, feesync):
        shown = feesync("coverage", "64493", *DAY).stdout
        assert "  64493               172.08       88.31\n" in shown  # CMS, October 2025
        assert "Amounts before modifiers, national: RVU25D, in effect 2025-10-01" in shown

    def test_a_stand_in_is_said(self):
        sheet = coverage_sheet("64493", locality="AL", date="2026-11-01")
        assert (sheet.release.label, [note.code for note in sheet.notes]) == (
            "RVU26C",
            ["nearest-release"],
        )

    def test_a_zip_is_said_once(self):
        notes = coverage_sheet("64493", locality="94110", date="2025-11-03").notes
        assert [note.code for note in notes] == ["zip-locality"]

    def test_without_a_release_there_are_none_and_the_facts_are_there(self, feesync):
        sheet = coverage_sheet("64493", locality="AL", date="2035-01-15")
        assert (sheet.nonfacility_amount, sheet.facility_amount, sheet.release) == (None,) * 3
        assert [note.code for note in sheet.notes] == ["amounts-missing"]
        result = feesync("coverage", "64493", "--locality", "AL", "--date", "2035-01-15")
        assert (result.exit_code, "Medicare allows" in result.stdout) == (0, False)
        assert "No amounts: no loaded release covers 2035-01-15" in result.stderr


class TestSeveralCodes:
    LINE = ("coverage", "64493", "64495", "64635", "--locality", "AL", *DAY)

    def test_what_they_share_is_said_once(self, feesync):
        result = feesync(*self.LINE)
        assert result.exit_code == 0
        shown = result.stdout
        assert shown.count("Results of diagnostic tests.") == 1
        assert "  KX            64493, 64495: On the line of every diagnostic injection" in shown
        assert "  add-on        64495: An add-on: billed beside the code of the first" in shown
        assert "  50            Both sides in one session: one line, modifier 50" in shown
        assert [line.split()[0] for line in shown.splitlines()[:3]] == [
            "64493:",
            "64495:",
            "64635:",
        ]
        assert max(map(len, shown.splitlines())) <= 110

    def test_json_is_a_list_of_their_sheets(self, feesync):
        data = json.loads(feesync(*self.LINE, "--json").stdout)
        alone = [
            json.loads(feesync("coverage", code, "--locality", "AL", *DAY, "--json").stdout)
            for code in ("64493", "64495", "64635")
        ]
        assert data == alone

    def test_a_range_is_its_facet_joint_codes(self, feesync):
        data = json.loads(feesync("coverage", "64494-64633", *DAY, "--json").stdout)
        assert [sheet["hcpcs"] for sheet in data] == ["64494", "64495", "64633"]
        result = feesync("coverage", "99213-99215", *DAY)
        assert (result.exit_code, result.stdout) == (6, "")
        assert "there is no billing sheet for 99213; there is one for 64490" in result.stderr

    def test_place_and_pos_may_be_defaults(self, feesync, monkeypatch, tmp_path):
        monkeypatch.setenv("FEESYNC_LOCALITY", "33612")
        monkeypatch.setenv("FEESYNC_POS", "asc")
        given = feesync("coverage", "64493", "--zip", "33612", "--pos", "24", *DAY).stdout
        result = feesync("coverage", "64493", *DAY)
        line = "Defaults: locality 33612 (FEESYNC_LOCALITY); pos asc (FEESYNC_POS)"
        assert result.stdout.startswith(given)
        shown = " ".join(result.stdout.removeprefix(given).split())
        assert shown.replace("pos 24", "pos asc") == line
        page = feesync("coverage", "64493", *DAY, "--html", tmp_path / "a.html")
        assert page.stdout == ""
        assert "info: Defaults: locality 33612" in page.stderr

    def test_one_without_a_sheet_is_told_beside_the_others(self, feesync):
        result = feesync("coverage", "64493", "99213", *DAY)
        assert result.exit_code == 6
        assert result.stdout.startswith("64493: facet joint injection")
        assert result.stderr.startswith("feesync: there is no billing sheet for 99213; there is")


def test_the_page_for_paper(feesync, tmp_path):
    path = tmp_path / "coverage.html"
    line = ("coverage", "64493", "64635", "--zip", "94110", "--pos", "22", *DAY, "--html", path)
    result = feesync(*line)
    assert (result.exit_code, result.stdout) == (0, "")
    assert f"feesync: the billing sheet of 2 codes in {path}" in result.stderr
    text = path.read_text(encoding="utf-8")
    page = html.document_fromstring(text)
    assert not page.xpath("//script|//link|//img|//@src|//@href")
    assert "@page { size: letter portrait" in text
    assert page.findtext(".//h1") == "Before it is billed: 64493, 64635"
    allowed = page.find(".//table")
    assert allowed.findtext("caption") == "Medicare allows, in dollars"
    # CMS, San Francisco, October 2025: 222.87, 103.99
    assert [cell.text for cell in allowed.find("tbody/tr")] == ["64493", "222.87", "103.99"]
    headings = [heading.text for heading in page.findall(".//h2")]
    assert headings[:2] == ["Modifiers", "Units"]
    assert headings[-2:] == ["Elsewhere: recorded of other contractors only", "Sources"]
    content = page.text_content()
    for part in ("8af460f38bf982b79b07", "ZIP 94110 lies in", "no determination", "L38801"):
        assert part in content
    assert feesync(*line).exit_code == 2  # the file is there
    assert feesync(*line, "--force").exit_code == 0


def test_csv_has_a_row_a_fact(feesync):
    line = ("--locality", "AL", "--date", "2025-11-03")
    sheet = json.loads(feesync("coverage", "64493", *line, "--json").stdout)
    result = feesync("coverage", "64493", "64635", *line, "--csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    own = [row for row in rows if row["hcpcs"] == "64493"]
    assert [row["text"] for row in own] == [
        fact["text"] for fact in sheet["facts"] + sheet["elsewhere"]
    ]
    assert [row["elsewhere"] for row in own].count("True") == len(sheet["elsewhere"]) > 0
    assert {row["hcpcs"] for row in rows} == {"64493", "64635"}
    assert feesync("coverage", "64493", "--csv", "--json").exit_code == 2
