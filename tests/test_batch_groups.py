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
    dict(claim_id=""),
]


@pytest.mark.parametrize("change", APART)
def test_lines_of_other_claims_days_and_practitioners_do_not_touch(loaded, tmp_path, change):
    first, second = lines(*SURGERY)
    kind = change.get("practitioner", "physician")
    assert allowed(tmp_path, [first, second]) == beside(*SURGERY) != alone(*SURGERY)
    assert allowed(tmp_path, [first, second | change]) == [
        *alone(SURGERY[0]),
        *alone(SURGERY[1], practitioner=kind),
    ]


def test_lines_without_a_claim_are_each_their_own(loaded, tmp_path):
    rows = lines(*SURGERY, claim_id="", line="1")
    assert allowed(tmp_path, rows) == alone(*SURGERY)
    assert allowed(tmp_path, lines(*SURGERY), group="line") == alone(*SURGERY)


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


@pytest.mark.parametrize("codes", [IMAGES, EXERCISE])
def test_imaging_and_therapy_reach_across_a_practice(loaded, tmp_path, codes):
    first, second = lines(*codes, tin="1")
    second["practitioner"] = "np"
    apart = [*alone(codes[0]), *alone(codes[1], practitioner="np")]
    assert allowed(tmp_path, [first, second]) == apart
    assert allowed(tmp_path, [first, second | {"tin": "2"}], group="tin") == apart
    assert allowed(tmp_path, [first | {"tin": ""}, second | {"tin": ""}], group="tin") == apart
    together = allowed(tmp_path, [first, second], group="tin")
    assert sum(together) < sum(apart)
    same = allowed(tmp_path, lines(*codes, tin="1"), group="tin")
    assert same == beside(*codes)


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
    assert [answer["reason"] for answer in found] == [
        *["claim-incomplete"] * 2,
        "duplicate-line",
    ]


@pytest.mark.parametrize(
    "change",
    [
        dict(hcpcs="27447"),
        dict(units="2"),
        dict(charge="10"),
        dict(date="2025-11-04"),
        dict(modifiers="RT"),
        dict(locality="national"),
    ],
)
def test_other_lines_under_one_number_are_all_refused(loaded, tmp_path, change):
    first, second = lines(*SURGERY)
    found = reasons(tmp_path, [first, second, first | change])
    assert found == ["duplicate-line", "claim-incomplete", "duplicate-line"]


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


@pytest.mark.parametrize(
    ("change", "reason", "others"),
    [
        (dict(hcpcs="99999"), "unknown-code", ["claim-incomplete", "claim-incomplete", None]),
        (dict(modifiers="ZZ"), "modifier", ["claim-incomplete", "claim-incomplete", None]),
        (dict(modifiers="TC"), "modifier", ["claim-incomplete", "claim-incomplete", None]),
        (dict(date="soon"), "unreadable-date", ["claim-incomplete"] * 3),
        (dict(claim_id=""), None, [None] * 3),
    ],
)
def test_a_line_that_is_refused_leaves_the_others_priced(loaded, tmp_path, change, reason, others):
    first, second, third, fourth = lines(*SURGERY, "99213", "99213")
    rows = [first, second, third | change, fourth | dict(date="2025-11-04")]
    found = repriced(tmp_path, rows)
    answered = [answer["reason"] for answer in found]
    assert answered == [*others[:2], reason, others[2]]
    assert [answer["allowed"] for answer in found[:2]] == beside(*SURGERY)


def test_a_day_that_cannot_be_read_leaves_the_patients_other_claims_whole(loaded, tmp_path):
    rows = [*lines("99213", "64493", patient="P"), *lines("99213", claim_id="B", patient="P")]
    rows[0]["date"] = "soon"
    expected = ["unreadable-date", "claim-incomplete", None]
    assert reasons(tmp_path, rows, group="patient") == expected
