import json

import pytest

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
        "Modifiers", "Units", "Prior authorization", "Levels", "Frequency", "Medical necessity",
        "Not billed beside", "Policy", "Documentation a reviewer asks for", "Sources",
    ]  # fmt: skip
    for text in (
        "  KX            On the line of every diagnostic injection",
        "  50            Both sides in one session: one line, modifier 50, 1 unit.",
        "  MUE           At most 1 a day (MAI 2",
        "  POS 22        Needed for the hospital's outpatient service (place of service 19 and "
        "22), unless it is a",
        "  L38765        Billing article A58350 (Palmetto GBA, JJ).",
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
    assert {name: value for name, value in sheet.items() if name != "facts"} == {
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
        "notes": [],
    }
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
