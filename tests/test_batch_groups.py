"""Which lines of a file are one claim: by claim, by patient, by the practice that bills.

What is allowed is by `estimate_claim` of the lines that a claim should have.
"""

from typing import Any

import pytest
from batches import repriced

from feesync import estimate, estimate_claim

WHERE: dict[str, Any] = dict(locality="01112-05", date="2025-11-03")


def lines(*codes, **more):
    """Rows of one claim: a code with its modifiers each."""
    return [
        {"claim_id": "A", "line": str(at), **WHERE, "hcpcs": code, **more}
        for at, code in enumerate(codes, start=1)
    ]


def allowed(folder, rows, **request):
    return [answer["allowed"] for answer in repriced(folder, rows, **request)]


def reasons(folder, rows, **request):
    return [answer["reason"] for answer in repriced(folder, rows, **request)]


def beside(*codes, **more):
    claim = estimate_claim(codes, **{**WHERE, **more}, coverage=False)
    return [line.allowed for line in claim.lines]


def alone(*codes, **more):
    return [estimate(code, **{**WHERE, **more}, coverage=False).allowed for code in codes]


SURGERY = ("20610", "64493")
IMAGES = ("70450", "73721")
EXERCISE = ("97110", "97035")
APART = [
    dict(claim_id="B"),
    dict(date="2025-11-04"),
    dict(practitioner="np"),
    dict(npi="2"),
    dict(claim_id=""),
]


def in_turn(folder, claims, **request):
    """The answers to several claims of one file, each with ids of its own, claim by claim."""
    rows = [
        row | {"claim_id": row["claim_id"] and f"{row['claim_id']}{number}"}
        for number, claim in enumerate(claims)
        for row in claim
    ]
    answers = iter(repriced(folder, rows, **request))
    return [[next(answers) for _ in claim] for claim in claims]


def column(answers, name):
    return [answer[name] for answer in answers]


def test_lines_of_other_claims_days_and_practitioners_do_not_touch(loaded, tmp_path):
    first, second = lines(*SURGERY)
    found = in_turn(tmp_path, [[first, second | change] for change in [{}, *APART]])
    assert column(found[0], "allowed") == beside(*SURGERY) != alone(*SURGERY)
    for change, answers in zip(APART, found[1:], strict=True):
        kind = change.get("practitioner", "physician")
        own = [*alone(SURGERY[0]), *alone(SURGERY[1], practitioner=kind)]
        assert column(answers, "allowed") == own, change


def test_lines_without_a_claim_are_each_their_own(loaded, tmp_path):
    rows = lines(*SURGERY, claim_id="", line="1")
    assert allowed(tmp_path, rows) == alone(*SURGERY)
    assert allowed(tmp_path, lines(*SURGERY), group="line") == alone(*SURGERY)


@pytest.mark.slow
def test_cells_of_blanks_are_empty_ones(loaded, tmp_path):
    rows = lines(*SURGERY, claim_id="  ", line=" ")
    assert allowed(tmp_path, rows) == alone(*SURGERY)
    rows = lines(*SURGERY, patient=" ", tin=" ")
    rows[1] |= dict(patient="", tin="", claim_id="A ")
    for group in ("claim", "patient", "tin"):
        assert allowed(tmp_path, rows, group=group) == beside(*SURGERY)
    rows = lines("64493", "64493", claim_id="", deductible=" ")
    rows[0] |= dict(pos="  ", setting=" ")
    rows[1] |= dict(pos="11", setting="  ")
    assert allowed(tmp_path, rows, setting="facility") == [
        *alone("64493", setting="facility"), *alone("64493"),
    ]  # fmt: skip


def test_a_line_has_its_own_place_and_setting(loaded, tmp_path):
    first, second = lines(*SURGERY)
    second |= dict(locality="13202-01", setting="facility")
    found = allowed(tmp_path, [first, second])
    elsewhere = alone(SURGERY[1], locality="13202-01", setting="facility")
    assert found[1] == elsewhere[0]
    assert found[0] < alone(SURGERY[0])[0]


def test_claims_of_a_patient_touch_by_patient(loaded, tmp_path):
    first, second = lines(*SURGERY, patient="P")
    second |= dict(claim_id="B", line="1")
    assert allowed(tmp_path, [first, second]) == alone(*SURGERY)
    assert allowed(tmp_path, [first, second], group="patient") == beside(*SURGERY)
    second["patient"] = "Q"
    assert allowed(tmp_path, [first, second], group="patient") == alone(*SURGERY)


def test_lines_without_a_patient_are_grouped_by_claim(loaded, tmp_path):
    rows = [*lines(*SURGERY, patient=""), *lines("99213", patient="A", claim_id="B")]
    assert allowed(tmp_path, rows, group="patient")[:2] == beside(*SURGERY)


def test_imaging_and_therapy_reach_across_a_practice(loaded, tmp_path):
    claims = []
    for codes in (IMAGES, EXERCISE):
        first, second = lines(*codes, tin="1")
        np = second | {"practitioner": "np", "npi": "2"}
        claims += [[first, np], [first, np | {"tin": "2"}], [first, second]]
        claims += [[first | {"tin": ""}, np | {"tin": ""}]]
    found = in_turn(tmp_path, claims, group="tin")
    for codes, (across, two, same, none) in ((IMAGES, found[:4]), (EXERCISE, found[4:])):
        apart = [*alone(codes[0]), *alone(codes[1], practitioner="np")]
        assert sum(column(across, "allowed")) < sum(apart)
        assert column(two, "allowed") == column(none, "allowed") == apart
        assert column(same, "allowed") == beside(*codes)
    found = in_turn(tmp_path, claims[:1])
    assert column(found[0], "allowed") == [*alone(IMAGES[0]), *alone(IMAGES[1], practitioner="np")]


def test_surgery_does_not_reach_across_a_practice(loaded, tmp_path):
    first, second, third = lines(*SURGERY, "99213", tin="1")
    second["practitioner"] = "np"
    rows = [first, second, third, *lines(*IMAGES, tin="1", line="9")]
    rows[3]["line"], rows[4]["line"], rows[4]["practitioner"] = "4", "5", "np"
    found = allowed(tmp_path, rows, group="tin")
    assert found[:2] == [*alone(SURGERY[0]), *alone(SURGERY[1], practitioner="np")]
    assert found[2:3] == alone("99213")
    assert sum(found[3:]) < alone(IMAGES[0])[0] + alone(IMAGES[1], practitioner="np")[0]


def test_fifty_lines_are_a_claim_and_more_are_refused(loaded, tmp_path):
    assert reasons(tmp_path, lines(*["99213"] * 50)) == [None] * 50
    rows = [*lines(*["99213"] * 51), *lines("64493", claim_id="B")]
    assert reasons(tmp_path, rows) == ["too-many-lines"] * 51 + [None]


def test_a_line_that_stands_twice_is_priced_once(loaded, tmp_path):
    first, second = lines(*SURGERY)
    found = repriced(tmp_path, [first, second, first])
    assert [answer["allowed"] for answer in found] == [*beside(*SURGERY), None]
    assert [answer["reason"] for answer in found] == [None, None, "duplicate-line"]


@pytest.mark.slow
def test_a_number_may_stand_in_claims_of_several_patients(loaded, tmp_path):
    rows = [*lines(*SURGERY, patient="P"), *lines("99213", "27447", patient="Q")]
    assert allowed(tmp_path, rows, group="patient") == beside(*SURGERY) + beside("99213", "27447")
    assert reasons(tmp_path, rows, group="patient") == [None] * 4
    assert reasons(tmp_path, rows, group="claim") == ["duplicate-line"] * 4
    again = [*rows, rows[0]]
    assert reasons(tmp_path, again, group="patient") == [*[None] * 4, "duplicate-line"]


def test_a_line_without_a_day_is_not_lost_to_another_patient(loaded, tmp_path):
    first, second, third = (
        lines(*SURGERY, patient=name, claim_id=f"{name}1") for name in ("P", "Q", "R")
    )
    first[0]["date"] = second[0]["date"] = "soon"
    rows = [row | {"claim_id": "c7"} for row in (*first, *second, *third)]
    rows[2]["patient"] = ""
    expected = ["unreadable-date", "claim-incomplete"] * 2 + ["claim-incomplete"] * 2
    assert reasons(tmp_path, rows, group="patient") == expected
    rows[2]["patient"] = "Q"
    expected[-2:] = [None] * 2
    assert reasons(tmp_path, rows, group="patient") == expected


def test_numbers_of_lines_are_texts(loaded, tmp_path):
    apart = lines("99213", "70450", "97110")
    twice, lost = "duplicate-line", "claim-incomplete"
    expected = {
        ("1", "", "1"): [twice, lost, twice],
        ("b", "a", "a"): [lost, twice, twice],
        ("-1", "1.5", "1.5"): [lost, twice, twice],
        ("1", "32", "01"): [None] * 3,
        ("a", "b", "99999999999999999999"): [None] * 3,
        ("", "", ""): [None] * 3,
    }
    claims = [
        [row | {"line": number} for row, number in zip(apart, numbers, strict=True)]
        for numbers in expected
    ]
    found = in_turn(tmp_path, claims)
    assert [column(answers, "reason") for answers in found] == list(expected.values())


OTHERWISE = [
    dict(hcpcs="27447"),
    dict(units="2"),
    dict(charge="10"),
    dict(date="2025-11-04"),
    dict(modifiers="RT"),
    dict(locality="national"),
]


def test_other_lines_under_one_number_are_all_refused(loaded, tmp_path):
    first, second = lines(*SURGERY)
    expected = ["duplicate-line", "claim-incomplete", "duplicate-line"]
    found = in_turn(tmp_path, [[first, second, first | change] for change in OTHERWISE])
    assert [column(answers, "reason") for answers in found] == [expected] * len(OTHERWISE)


def test_a_number_may_stand_in_each_claim_of_a_patient(loaded, tmp_path):
    rows = [*lines(*SURGERY, patient="P"), *lines("99213", claim_id="B", patient="P")]
    assert reasons(tmp_path, rows, group="patient") == [None] * 3


def test_a_deductible_is_that_of_the_claim(loaded, tmp_path):
    first, second, third = lines("27447", "99213", "64493")
    expected = estimate_claim(["27447", "99213", "64493"], **WHERE, deductible=200, coverage=False)
    owed = [line.patient_responsibility for line in expected.lines]
    for rows in (
        [first | {"deductible": "200"}, second, third],
        [first, second | {"deductible": "200"}, third | {"deductible": "200"}],
    ):
        found = repriced(tmp_path, rows)
        assert [answer["patient_responsibility"] for answer in found] == owed
    apart = [first | {"deductible": "200"}, second | {"deductible": "100"}, third]
    assert reasons(tmp_path, apart) == ["deductible"] * 3


INCOMPLETE = "claim-incomplete"
REFUSED: list[Any] = [
    (dict(hcpcs="99999"), "unknown-code", [INCOMPLETE, INCOMPLETE, None]),
    (dict(modifiers="ZZ"), "modifier", [INCOMPLETE, INCOMPLETE, None]),
    (dict(modifiers="TC"), "modifier", [INCOMPLETE, INCOMPLETE, None]),
    (dict(date="soon"), "unreadable-date", [INCOMPLETE] * 3),
    (dict(claim_id=""), None, [None] * 3),
]


def test_a_line_that_is_refused_leaves_the_others_priced(loaded, tmp_path):
    first, second, third, fourth = lines(*SURGERY, "99213", "99213")
    later = fourth | {"date": "2025-11-04"}
    found = in_turn(tmp_path, [[first, second, third | change, later] for change, *_ in REFUSED])
    for (change, reason, others), answers in zip(REFUSED, found, strict=True):
        assert column(answers, "reason") == [*others[:2], reason, others[2]], change
        assert column(answers[:2], "allowed") == beside(*SURGERY)


def test_a_day_that_cannot_be_read_leaves_the_patients_other_claims_whole(loaded, tmp_path):
    rows = [*lines("99213", "64493", patient="P"), *lines("99213", claim_id="B", patient="P")]
    rows[0]["date"] = "soon"
    expected = ["unreadable-date", "claim-incomplete", None]
    assert reasons(tmp_path, rows, group="patient") == expected


def test_a_line_without_a_day_is_lost_to_its_claim_or_to_its_patient(loaded, tmp_path):
    lost, of_claim, of_other = lines("64493", "20610", "99213", patient="P")
    lost["date"], of_other["claim_id"] = "soon", "B"
    found = in_turn(
        tmp_path,
        [
            [lost, of_claim, of_other],
            [row | {"claim_id": "", "patient": "Q"} for row in (lost, of_claim, of_other)],
            [lost | {"claim_id": "", "patient": "cA2"}, of_claim, of_other],
        ],
        group="patient",
    )
    assert [column(answers, "reason") for answers in found] == [
        ["unreadable-date", "claim-incomplete", None],
        ["unreadable-date", "claim-incomplete", "claim-incomplete"],
        ["unreadable-date", None, None],
    ]
