"""Who pays: deductible, coinsurance, what preventive services and modifiers leave of them."""

import csv
import itertools
import json
from collections import Counter
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from cms_files import rvu25d, zip_of
from hypothesis import given, settings
from hypothesis import strategies as st

from feesync import estimate, estimate_claim
from feesync.datasets.rvu.load import load
from feesync.formats.release import from_zip
from feesync.model.rate import Setting
from feesync.pricing import waiver
from feesync.pricing.line import Line
from feesync.pricing.terms import Terms
from feesync.reference.cost_sharing import cost_sharings, preventive_cost_sharings
from feesync.reference.tables import data_folder

D = Decimal
DAY = date(2025, 11, 3)
STANDARD = (True, 2000)


def cents(amount):
    return amount.quantize(D("0.01"), ROUND_HALF_UP)


def expected(allowed, owed, percent, cut="0.02"):
    """Medicare's payment, sequestration and the patient's part.

    Medicare's share is rounded, the patient has the rest.
    """
    taken = min(owed, allowed)
    before = cents((allowed - taken) * (100 - percent) / 100)
    sequestered = cents(before * D(cut))
    return before - sequestered, sequestered, allowed - before


def share(code, *modifiers, day=DAY, beside=()):
    line = Line(code, modifiers, Terms(day, Setting.NONFACILITY))
    found = waiver.patient_share(line, beside)
    return found.deductible, found.coinsurance


def notes(answer):
    return [note.code for note in answer.notes]


@pytest.fixture(scope="module")
def full(of_releases):
    """A database with CMS's own RVU22A, RVU24C and RVU25D."""
    return of_releases("rvu22a", "rvu24c", "rvu25d")


# the values that were found wrong: national, 2025

OWED_NOTHING = [
    "G0439",
    "G0402",
    "77067",
    "77080",
    "77063",
    "G0105",
    "G0104",
    "G0101",
    "71271",
    "76706",
]


@pytest.mark.parametrize("code", OWED_NOTHING)
def test_a_preventive_service_has_no_deductible_and_no_coinsurance(full, code):
    answer = estimate(code, locality="national", date=DAY, deductible=257, db=full)
    assert (answer.patient_responsibility, answer.deductible) == (D("0.00"), D("0.00"))
    assert answer.medicare_payment + answer.sequestration == answer.allowed
    assert notes(answer).count("cost-sharing-waived") == 1


def test_a_screening_colonoscopy_in_a_surgical_center(full):
    answer = estimate("G0121", locality="national", date=DAY, pos=24, deductible=257, db=full)
    assert (answer.allowed, answer.patient_responsibility) == (D("177.58"), D("0.00"))
    stopped = estimate("G0121", locality="national", date=DAY, pos=24, modifiers=["53"], db=full)
    assert stopped.patient_responsibility == D("0.00")
    assert 0 < stopped.allowed < D("177.58")


def test_a_wellness_visit_from_end_to_end(full, feesync):
    result = feesync(
        "--db",
        full,
        "estimate",
        "G0439",
        "--locality",
        "national",
        "--date",
        "2025-11-03",
        "--deductible",
        "257",
    )
    assert result.exit_code == 0
    assert result.stdout == (
        "G0439, nonfacility, 2025-11-03\n"
        "National\n"
        "RVU25D, in effect 2025-10-01 to 2025-12-31, conversion factor 32.3465 nonqp\n"
        "from rvu25d.zip\n"
        "\n"
        "  Fee schedule amount                               126.47\n"
        "  Medicare allows                                   126.47\n"
        "  Medicare pays                                     123.94   100 %: 126.47, less 2 % "
        "sequestration\n"
        "  Sequestration takes                                 2.53\n"
        "  Patient owes                                        0.00\n"
        "\n"
        "  info: Deductible and coinsurance waived: G0439 as a preventive service (every 12 "
        "months); diagnosis, age and frequency "
        "decide, unseen here. [42 USC 1395l(b)(10), (a)(1)(X); CMS preventive services quick "
        "reference, read in copies]\n"
    )


def test_a_screening_that_became_treatment_from_end_to_end(full, feesync):
    args = (
        "--locality",
        "national",
        "--date",
        "2025-11-03",
        "--setting",
        "facility",
        "--deductible",
        "257",
    )
    result = feesync("--db", full, "estimate", "45385", "-m", "PT", *args)
    assert result.stdout.splitlines()[5:] == [
        "  Fee schedule amount                               242.92",
        "  Medicare allows                                   242.92",
        "  Medicare pays                                     202.35   85 %: 206.48, less 2 % "
        "sequestration",
        "  Sequestration takes                                 4.13",
        "  Patient owes                                       36.44",
        "",
        "  info: Deductible waived, coinsurance 15 %: modifier PT, a colorectal screening that "
        "became treatment. "
        "[42 USC 1395l(dd)(2)(B); codes: AAPC's page on MM12656]",
        "  info: The amount is the practitioner's share; the facility bills its own. "
        "[Medicare Claims Processing Manual ch. 12 s. 20.4.2]",
    ]
    as_json = json.loads(
        feesync("--db", full, "estimate", "45385", "-m", "PT", *args, "--json").stdout
    )
    names = ("allowed", "medicare_payment", "sequestration", "patient_responsibility")
    assert [as_json[name] for name in names] == [242.92, 202.35, 4.13, 36.44]


@pytest.mark.parametrize(
    "code", ["G0102", "G0403", "G0404", "G0405", "G0108", "G0109", "G0117", "G0118"]
)
def test_what_is_near_to_a_preventive_service_is_not_waived(full, code):
    answer = estimate(code, locality="national", date=DAY, deductible=10, db=full)
    assert (
        answer.medicare_payment,
        answer.sequestration,
        answer.patient_responsibility,
    ) == expected(answer.allowed, D(10), 20)
    assert notes(answer).count("cost-sharing-applies") == 1


@pytest.mark.parametrize("code", ["G0106", "G0120"])
def test_a_barium_enema_has_a_coinsurance_and_no_deductible(full, code):
    answer = estimate(code, locality="national", date="2024-08-01", deductible=240, db=full)
    assert (
        answer.medicare_payment,
        answer.sequestration,
        answer.patient_responsibility,
    ) == expected(answer.allowed, D(0), 20)
    assert answer.deductible == D("0.00")
    assert [note.text for note in answer.notes if note.code == "deductible-waived"] == [
        f"Deductible waived, coinsurance 20 %: {code} as a preventive service (barium enema); "
        "diagnosis, age and frequency decide, "
        "unseen here."
    ]


def test_a_screening_that_became_treatment_has_twenty_percent_in_2022(full):
    answer = estimate(
        "45385",
        locality="national",
        date="2022-03-01",
        modifiers=["PT"],
        setting="facility",
        deductible=233,
        db=full,
    )
    # no sequestration until the end of March 2022
    assert (
        answer.medicare_payment,
        answer.sequestration,
        answer.patient_responsibility,
    ) == expected(answer.allowed, D(0), 20, "0")


def test_modifiers_that_pay_all():
    for modifier in ("Q3", "SF"):
        answer = estimate(
            "64493", locality="national", date=DAY, modifiers=[modifier], deductible=50
        )
        # 172.08 x 2 % = 3.4416
        assert (answer.medicare_payment, answer.sequestration) == (D("168.64"), D("3.44"))
        assert answer.patient_responsibility == D("0.00")
        assert (
            "Medicare pays                                     168.64   100 %: 172.08, less 2 % "
            "sequestration" in answer.summary()
        )


def test_33_and_pt_elsewhere_inform():
    plain = estimate("64493", locality="national", date=DAY, deductible=50)
    preventive = estimate("64493", locality="national", date=DAY, modifiers=["33"], deductible=50)
    assert preventive.patient_responsibility == plain.patient_responsibility == D("74.42")
    assert [note.text for note in preventive.notes] == [
        "Modifier 33 takes nothing from the patient's share of 64493: Medicare heeds it on other "
        "codes."
    ]
    assert notes(plain) == []


def test_pt_beyond_its_codes_informs(full):
    answer = estimate(
        "88305", locality="national", date=DAY, modifiers=["PT"], deductible=5, db=full
    )
    assert (
        answer.medicare_payment,
        answer.sequestration,
        answer.patient_responsibility,
    ) == expected(answer.allowed, D(5), 20)
    assert [note.text for note in answer.notes] == [
        "Modifier PT takes nothing from the patient's share of 88305: it counts on 10000-69999, "
        "G0500, 00811, 99153."
    ]


# the table

WAIVED = """
    00810 00812 71271 74263 76706 76977 77052 77057 77063 77067 77078 77080 77081 77085 80061 80081
    81528 82270 82465 82947 82950 82951 83036 83718 84478 86592 86593 86631 86632 86704 86706 86780
    87110 87270 87320 87340 87341 87490 87491 87590 87591 87800 87810 87850 90480 97802 97803 97804
    99153 99406 99407 99497 99498 G0008 G0009 G0010 G0011 G0012 G0013 G0101 G0103 G0104 G0105 G0121
    G0123 G0124 G0130 G0136 G0141 G0143 G0144 G0145 G0147 G0148 G0202 G0270 G0271 G0296 G0297 G0327
    G0328 G0389 G0402 G0432 G0433 G0435 G0436 G0437 G0438 G0439 G0442 G0443 G0444 G0445 G0446 G0447
    G0472 G0473 G0475 G0476 G0499 G0500 G0513 G0514 G9886 G9887 G9888 M0201 P3000 P3001 Q0091
"""
APPLIES = """
    77065 77066 77086 90471 90472 90473 90474 96160 96161 G0102 G0108 G0109 G0117 G0118 G0279 G0403
    G0404 G0405 G0537 G0538 G0560
"""
LAST = {
    "2016-09-30": "G0436 G0437",
    "2016-12-31": "G0389",
    "2017-12-31": "00810 77052 77057 G0202",
    "2020-12-31": "G0297",
    "2024-12-31": "G0106 G0120",
}
FIRST = {  # the others from 2011-01-01
    "2011-10-14": "G0442 G0443 G0444",
    "2011-11-08": "86592 86593 86631 86632 86780 87110 87270 87320 87340 87341 87490 87491 87590 "
    "87591 87800 87810 87850 "
    "G0445 G0446",
    "2011-11-29": "G0447",
    "2014-06-02": "G0472",
    "2015-01-01": "00810 77063 77085 77086 G0473",
    "2015-02-05": "G0296 G0297",
    "2015-07-09": "G0476",
    "2016-01-01": "99497 99498",
    "2016-09-28": "86704 86706 G0499",
    "2016-10-01": "99406 99407",
    "2017-01-01": "76706 99153 G0500",
    "2018-01-01": "00812 77067 G0513 G0514",
    "2021-01-01": "71271",
    "2021-01-19": "G0327",
    "2023-09-11": "90480 M0201",
    "2024-01-01": "83036 G0136 G9886 G9887 G9888",
    "2024-09-30": "G0011 G0012 G0013",
    "2025-01-01": "74263 G0537 G0538 G0560",
}
LAST, FIRST = (
    {code: day for day, codes in given.items() for code in codes.split()} for given in (LAST, FIRST)
)
WITH_33 = {"00810": [], "99153": ["G0105", "G0121"], "G0500": ["G0105", "G0121"],
           "99497": ["G0438", "G0439"], "99498": ["G0438", "G0439"],
           "G0136": ["G0438", "G0439"]}  # fmt: skip
TABLE = [
    *((code, False, 0) for code in WAIVED.split()),
    *((code, True, 2000) for code in APPLIES.split()),
    *((code, False, 2000) for code in ("G0106", "G0120")),
]


def rows():
    with (Path(data_folder()) / "reference/preventive.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        return {row["hcpcs"]: row for row in csv.DictReader(file)}


def test_the_table_has_these_codes_and_a_source_for_each():
    found = rows()
    assert sorted(found) == sorted(code for code, _, _ in TABLE)
    assert {row["confidence"] for row in found.values()} == {"V", "S", "R"}
    assert all(row["source"] and row["condition"] for row in found.values())


@pytest.mark.parametrize(("code", "deductible", "coinsurance"), TABLE)
def test_a_row_of_the_table_holds_from_its_first_day_to_its_last(code, deductible, coinsurance):
    first = date.fromisoformat(FIRST.get(code, "2011-01-01"))
    last = date.fromisoformat(LAST.get(code, "2060-01-01"))
    modifiers, beside = (("33",), WITH_33[code]) if code in WITH_33 else ((), ())
    for day in (first, last):
        assert share(code, *modifiers, day=day, beside=beside[:1]) == (deductible, coinsurance), day
        assert share(code, *modifiers, day=day, beside=beside[-1:]) == (deductible, coinsurance), (
            day
        )
    assert share(code, *modifiers, day=first - timedelta(1), beside=beside) == STANDARD
    if code in LAST:
        assert share(code, *modifiers, day=last + timedelta(1), beside=beside) == STANDARD
    if code in WITH_33:
        assert share(code, day=last, beside=beside) == STANDARD
        assert not beside or share(code, "33", day=last, beside=["99213", code]) == STANDARD
    else:
        assert share(code, "33", day=last, beside=["G0439", "G0121"]) == (deductible, coinsurance)
    if "26 or TC" in rows()[code]["condition"]:
        for row in ("26", "TC"):
            assert share(code, row, day=last) == (deductible, coinsurance)
    assert share(code, "Q3", day=last) == (False, 0)


COLORECTAL = [
    ("2010-12-31", True, 2000), ("2011-01-01", False, 2000), ("2022-12-31", False, 2000),
    ("2023-01-01", False, 1500), ("2026-12-31", False, 1500), ("2027-01-01", False, 1000),
    ("2029-12-31", False, 1000), ("2030-01-01", False, 0),
]  # fmt: skip


@pytest.mark.parametrize("code", ["10000", "45385", "69999", "G0500", "00811", "99153"])
@pytest.mark.parametrize(("day", "deductible", "coinsurance"), COLORECTAL)
def test_the_steps_of_a_screening_that_became_treatment(code, day, deductible, coinsurance):
    day = date.fromisoformat(day)
    assert share(code, "PT", day=day) == (deductible, coinsurance)
    assert share(code, day=day) == STANDARD


@pytest.mark.parametrize("code", ["09999", "70000", "99213", "00812", "0232T", "G0499", "1000T"])
def test_pt_counts_on_no_other_code(code):
    day = date(2012, 1, 1)  # before 00812 and G0499 were
    assert share(code, "PT", day=day) == STANDARD


@pytest.mark.parametrize(
    ("day", "code", "found"),
    [
        ("2020-03-17", "99213", STANDARD), ("2020-03-18", "99213", (False, 0)),
        ("2023-05-11", "99285", (False, 0)), ("2023-05-12", "99285", STANDARD),
        ("2022-01-03", "99201", (False, 0)), ("2022-01-03", "99350", (False, 0)),
        ("2022-01-03", "64493", STANDARD), ("2022-01-03", "99292", STANDARD),
    ],
)  # fmt: skip
def test_a_visit_that_led_to_a_covid_test_was_waived_in_the_emergency(day, code, found):
    assert share(code, "CS", day=date.fromisoformat(day)) == found


def test_what_takes_least_from_the_patient_holds():
    assert share("G0121", "PT") == (False, 0)
    assert share("G0500", "33", "PT", beside=["G0121"]) == (False, 0)
    assert share("G0500", "33", "PT") == (False, 1500)
    assert share("G0108", "Q3") == (False, 0)


# what an engine of tables asks before it takes the share of the day


DAYS = [date(2015, 3, 1), date(2020, 6, 1), date(2025, 11, 3)]
CODES = ["64493", "99213", "45380", "G0500", "99153", "99497", "G0136", "G0439", "00812", "G0101"]
WAIVING = [(), ("33",), ("PT",), ("CS",), ("Q3",), ("SF",), ("25",), ("33", "PT"), ("59", "33")]
BESIDE = [(), ("G0438",), ("G0439",), ("G0105",), ("G0121",), ("99213",)]


@pytest.mark.parametrize("day", DAYS)
def test_the_share_of_the_day_and_what_the_other_codes_change(day):
    seen: Counter[Any] = Counter()
    for code, mods in itertools.product(CODES, WAIVING):
        shares = {share(code, *mods, day=day, beside=beside) for beside in BESIDE}
        asked = Line(code, mods, Terms(day, Setting.NONFACILITY))
        assert waiver.depends_on_codes(asked) is (len(shares) > 1)
        if waiver.has_standard_share(code, mods):
            assert shares == {(True, 2000)}
        seen[waiver.has_standard_share(code, mods), len(shares)] += 1
    assert seen[True, 1] >= 6
    assert seen[False, 1] > 10
    assert seen[False, 2] > 3 or day.year == 2015


@pytest.mark.parametrize(
    ("code", "mods", "standard", "depends"),
    [
        ("64493", ("50", "RT"), True, False),
        ("64493", ("33",), False, False),
        ("64493", ("PT",), False, False),
        ("G0439", (), False, False),
        ("99497", (), False, False),
        ("99497", ("33",), False, True),
    ],
)
def test_whose_share_is_that_of_the_day(code, mods, standard, depends):
    assert waiver.has_standard_share(code, mods) is standard
    assert waiver.depends_on_codes(Line(code, mods, Terms(DAY, Setting.NONFACILITY))) is depends


# the notes on what a claim lacks


def waiver_notes(code, *modifiers, beside=(), day=DAY):
    line = Line(code, modifiers, Terms(day, Setting.NONFACILITY))
    return [
        (note.code, note.severity.value, note.text)
        for note in waiver.patient_share(line, beside).notes
    ]


def test_a_line_that_lacks_half_of_its_waiver_is_warned():
    only = (
        "Deductible and coinsurance of 99497 are waived only with modifier 33 and G0438 or "
        "G0439 on the same claim (part of the "
    )
    only += "wellness visit: same day, same practitioner); here it is without "
    assert waiver_notes("99497", "33") == [
        ("waiver-incomplete", "warning", only + "G0438 or G0439.")
    ]
    assert waiver_notes("99497", beside=["G0438"]) == [
        ("waiver-incomplete", "warning", only + "modifier 33.")
    ]
    assert waiver_notes("99497") == [
        ("waiver-incomplete", "info", only + "modifier 33 and without G0438 or G0439.")
    ]


def test_a_line_that_is_waived_has_one_note():
    assert [code for code, _, _ in waiver_notes("G0500", "PT", "33")] == ["deductible-waived"]
    assert [code for code, _, _ in waiver_notes("G0439", "33", "PT")] == ["cost-sharing-waived"]
    assert waiver_notes("64493") == []


def test_a_waiver_that_the_claim_shows_in_part_says_what_decides():
    decides = (
        "as a preventive service (sedation for a screening colonoscopy); diagnosis, age and "
        "frequency decide, unseen here."
    )
    assert waiver_notes("G0500", "33", beside=["G0121"]) == [
        ("cost-sharing-waived", "info", f"Deductible and coinsurance waived: G0500 {decides}")
    ]
    assert waiver_notes("64493", "Q3") == [
        (
            "cost-sharing-waived",
            "info",
            "Deductible and coinsurance waived: modifier Q3, services to a live kidney donor.",
        )
    ]


def test_a_modifier_before_its_time_says_nothing():
    assert waiver_notes("88305", "PT", day=date(2010, 12, 31)) == []
    assert [code for code, _, _ in waiver_notes("99497", "33", day=date(2015, 12, 31))] == [
        "modifier-without-waiver"
    ]


def test_an_unsettled_source_says_so():
    line = Line("90471", (), Terms(DAY, Setting.NONFACILITY))
    assert [note.source for note in waiver.patient_share(line, ()).notes] == [
        "recalled from the CMS preventive services chart (recalled)"
    ]


# unassigned claims


def test_an_unassigned_claim_leaves_the_excess(full):
    answer = estimate("G0439", locality="national", date=DAY, nonpar=True, db=full)
    # 126.47 x 95 % = 120.15; the limiting charge is 1.0925 x the unrounded fee, 138.17
    assert (answer.allowed, answer.limiting_charge, answer.patient_responsibility) == (
        D("120.15"),
        D("138.17"),
        D("0.00"),
    )
    assert [note.text for note in answer.notes if note.code == "unassigned-excess"] == [
        "On an unassigned claim the patient still owes what the charge exceeds the approved amount "
        "by, up to the limiting charge: "
        "at most 18.02."
    ]


@pytest.mark.parametrize(
    ("code", "modifiers", "charge", "more", "most"),
    [
        ("G0439", [], "125.15", {}, "5.00"),
        ("G0439", [], "500", {}, "18.02"),
        ("G0439", [], "120.15", {}, None),
        ("G0439", [], "90", {}, None),
        ("G0439", [], None, {"practitioner": "np"}, None),
        ("45385", ["PT"], "900", {}, "62.05"),
        ("G0108", [], None, {}, None),
    ],
)
def test_the_excess_is_that_of_the_charge_up_to_the_limit(
    full, code, modifiers, charge, more, most
):
    answer = estimate(
        code,
        locality="national",
        date=DAY,
        nonpar=True,
        modifiers=modifiers,
        charge=charge,
        db=full,
        **more,
    )
    texts = [note.text for note in answer.notes if note.code == "unassigned-excess"]
    assert [text.split("at most ")[1] for text in texts] == ([f"{most}."] if most else [])
    if most:
        assert D(most) == min(D(charge or 10**6), answer.limiting_charge) - answer.allowed


# claims


def claim(*lines, **more):
    return estimate_claim(lines, locality="national", date=DAY, **more)


def test_care_planning_is_waived_beside_the_wellness_visit(full):
    beside = claim("99497-33", "G0439", deductible=257, db=full)
    assert [line.patient_responsibility for line in beside.lines] == [0, 0]
    alone = claim("99497-33", "99213", deductible=50, db=full)
    assert [line.deductible for line in alone.lines] == [D("0.00"), D("50.00")]
    assert "waiver-incomplete" in notes(alone.lines[0])
    assert claim("99497-33", db=full).patient_responsibility == estimate(
        "99497", locality="national", date=DAY, modifiers=["33"], db=full
    ).patient_responsibility > 0  # fmt: skip


def test_a_wellness_visit_that_is_denied_waives_nothing(full):
    answer = claim("99497-33", "G0439-GY", db=full)
    assert answer.lines[1].allowed is None
    assert answer.lines[0].patient_responsibility > 0


def test_sedation_is_waived_beside_a_screening_colonoscopy(full):
    for code in ("G0105", "G0121"):
        assert [
            line.patient_responsibility
            for line in claim("G0500-33", code, "99153-33", db=full).lines
        ] == [0, 0, 0]
    other = claim("G0500-33", "45380", "G0500-PT", setting="facility", db=full)
    assert other.lines[0].patient_responsibility == expected(other.lines[0].allowed, D(0), 20)[2]
    assert other.lines[2].patient_responsibility == expected(other.lines[2].allowed, D(0), 15)[2]


def test_a_waived_line_leaves_the_deductible_for_the_others(full, feesync):
    answer = claim("G0439", "99213", "45385-PT", "64493", deductible=100, db=full)
    assert [line.deductible for line in answer.lines][0::2] == [D("0.00"), D("0.00")]
    assert answer.lines[1].deductible + answer.lines[3].deductible == D("100.00")
    assert answer.lines[3].deductible == min(D(100), answer.lines[3].allowed)
    result = feesync(
        "--db",
        full,
        "claim",
        "G0439",
        "99213",
        "--locality",
        "national",
        "--date",
        "2025-11-03",
        "--deductible",
        "257",
    )
    assert [row.split()[-4:] for row in result.stdout.splitlines()[6:9]] == [
        ["126.47", "123.94", "2.53", "0.00"], ["88.95", "0.00", "0.00", "88.95"],
        ["215.42", "123.94", "2.53", "88.95"],
    ]  # fmt: skip


def test_the_deductible_goes_by_what_is_allowed_and_not_by_the_fee():
    # the charge of 100.00 is allowed, the fee of 172.08 is not: 50.00 are left for 64494
    answer = claim("64493@100", "64494", deductible=150)
    assert [line.deductible for line in answer.lines] == [D("100.00"), D("50.00")]


def test_a_contract_leaves_who_pays_to_the_plan(full):
    answer = claim("G0439", "45385-PT", percent=110, db=full)
    assert {line.patient_responsibility for line in answer.lines} == {None}
    assert not {"cost-sharing-waived", "deductible-waived"} & {
        code for line in answer.lines for code in notes(line)
    }


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    path = tmp_path_factory.mktemp("payers") / "feesync.db"
    load(path, from_zip(zip_of(rvu25d()), "rvu25d.zip"))
    return path


SHARED = {  # percent, and whether the deductible is taken
    "77067": (0, False),
    "77063-26": (0, False),
    "G0105-53": (0, False),
    "45385-PT": (15, False),
    "64493-Q3": (0, False),
    "99213": (20, True),
    "64494": (20, True),
    "99213-33@60": (20, True),
    "45380": (20, True),
    "93000-PT": (20, True),
    "15824": (20, True),
}


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(sorted(SHARED)), min_size=1, max_size=6),
    st.integers(0, 40_000),
    st.booleans(),
)
def test_any_claim_is_shared_as_its_lines_say(small, lines, owed, nonpar):
    answer = claim(*lines, deductible=D(owed).scaleb(-2), nonpar=nonpar, db=small)
    left = D(owed).scaleb(-2)
    said = [(line.split("-"), -(answer.lines[at].allowed or 0)) for at, line in enumerate(lines)]
    for at in sorted(range(len(lines)), key=said.__getitem__):
        line = answer.lines[at]
        percent, takes = SHARED[lines[at]]
        if line.allowed is None:
            assert (line.patient_responsibility, line.deductible) == (None, None)
            continue
        found = line.medicare_payment, line.sequestration, line.patient_responsibility
        assert found == expected(line.allowed, left if takes else D(0), percent)
        assert sum(found) == line.allowed
        assert min(found) >= 0
        assert line.deductible == (min(left, line.allowed) if takes else 0)
        left -= line.deductible
    if answer.allowed is not None:
        assert (
            answer.medicare_payment + answer.sequestration + answer.patient_responsibility
            == answer.allowed
        )


@settings(max_examples=60, deadline=None)
@given(st.permutations(["77067", "99213", "45385-PT", "64494", "64493-Q3"]), st.integers(0, 20_000))
def test_where_the_waived_lines_stand_changes_nothing_for_the_others(small, lines, owed):
    owed = D(owed).scaleb(-2)
    answer = claim(*lines, deductible=owed, db=small)
    others = [line for line in lines if SHARED.get(line, (0, False))[1]]
    without = claim(*others, deductible=owed, db=small)
    mine = [
        line.patient_responsibility
        for line, code in zip(answer.lines, lines, strict=True)
        if code in others
    ]
    assert mine == [line.patient_responsibility for line in without.lines]


def test_a_code_that_is_not_in_the_table_parses_no_row(monkeypatch):
    preventive_cost_sharings.cache_clear()
    monkeypatch.setattr("feesync.reference.tables.csv.DictReader", None)
    assert preventive_cost_sharings("64493") == ()


def test_each_fact_of_cost_sharing_stands_once():
    rules = cost_sharings()
    spans = sorted((rule.modifier, rule.first, rule.last) for rule in rules)
    assert all(one[0] != other[0] or one[2] < other[1] for one, other in itertools.pairwise(spans))
