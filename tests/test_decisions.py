"""Reversals, corrections, and what is in two files: which decisions of a payer count."""

from decimal import Decimal
from itertools import permutations

import pytest
from remits import X12, claim, denied, remit, service, transaction, write

from feesync import audit

D = Decimal
SHORT, RIGHT = service("64493", "100"), service("64493", "222.87")


def statuses(*paths):
    """What is found of each line: the allowed amount, the status, the reason."""
    lines = audit(paths, locality="01112-05").lines
    return sorted((str(line.allowed), line.status, line.reason or "") for line in lines)


NETTED = [
    ("-100.00", "reversal", "corrected"),
    ("100.00", "reversed", ""),
    ("222.87", "right", ""),
]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_files_does_not_matter(tmp_path, order):
    files = [
        remit(tmp_path / "a", claim(SHORT, icn="ICN1"), day="20251101"),
        remit(tmp_path / "b", claim(SHORT, icn="ICN1", status="22", sign=-1), day="20251110"),
        remit(tmp_path / "c", claim(RIGHT, icn="ICN2", corrects="ICN1"), day="20251110"),
    ]
    assert statuses(*(files[at] for at in order)) == NETTED


@pytest.mark.parametrize("turned", [False, True])
def test_in_one_transaction_in_either_order(tmp_path, turned):
    both = [claim(SHORT, status="22", sign=-1), claim(RIGHT, icn="ICN2")]
    path = remit(tmp_path / "a", *(reversed(both) if turned else both))
    assert statuses(path) == [NETTED[0], NETTED[2]]


@pytest.mark.parametrize("turned", [False, True])
def test_the_sample_and_its_original_in_either_order(turned):
    files = [X12 / "base.835", X12 / "reversal_and_correction.835"]
    lines = audit(reversed(files) if turned else files, locality="01112-05").lines
    of_claim = {(str(line.allowed), line.status) for line in lines if line.hcpcs == "64493"}
    assert of_claim == {
        *(("222.87", "reversed"), ("-222.87", "reversal"), ("334.31", "right")),
        ("100.53", "underpaid"),
    }


def test_the_original_by_its_amounts_where_numbers_differ(tmp_path):
    files = [
        remit(tmp_path / "a", claim(SHORT, icn="OLD"), day="20251101"),
        remit(tmp_path / "b", claim(SHORT, icn="X", status="22", sign=-1), day="20251110"),
        remit(tmp_path / "c", claim(RIGHT, icn="NEW"), day="20251110"),
    ]
    assert statuses(*files) == NETTED


def test_the_original_by_its_number_where_amounts_differ(tmp_path):
    files = [
        remit(tmp_path / "a", claim(service("64493", "99"), icn="ICN1"), day="20251101"),
        remit(tmp_path / "b", claim(SHORT, icn="ICN1", status="22", sign=-1), day="20251110"),
        remit(tmp_path / "c", claim(RIGHT, icn="ICN2"), day="20251110"),
    ]
    assert ("99.00", "reversed", "") in statuses(*files)


def test_a_correction_of_the_same_amount_is_no_original(tmp_path):
    """The payer keeps its number and pays the same again, by the check that takes it back."""
    path = remit(tmp_path / "a", claim(SHORT, status="22", sign=-1), claim(SHORT))
    assert statuses(path) == [NETTED[0], ("100.00", "underpaid", "")]


def test_a_correction_of_the_same_amount_by_a_later_check(tmp_path):
    files = [
        remit(tmp_path / "a", claim(SHORT, icn="ICN1", status="22", sign=-1), day="20251110"),
        remit(tmp_path / "b", claim(SHORT, icn="ICN2"), day="20251115"),
    ]
    assert statuses(*files) == [NETTED[0], ("100.00", "underpaid", "")]


def test_a_reversal_alone(tmp_path):
    path = remit(tmp_path / "a", claim(SHORT, status="22", sign=-1))
    assert statuses(path) == [("-100.00", "reversal", "no-correction")]


def test_a_reversal_with_its_original_alone(tmp_path):
    files = [
        remit(tmp_path / "a", claim(SHORT), day="20251101"),
        remit(tmp_path / "b", claim(SHORT, status="22", sign=-1), day="20251110"),
    ]
    assert statuses(*files) == [("-100.00", "reversal", "no-correction"), NETTED[1]]


def test_another_part_of_the_claim_is_no_correction(tmp_path):
    """A claim that the payer divided: one of two parts is taken back."""
    other = service("64494", "50")
    files = [
        remit(tmp_path / "a", claim(SHORT, icn="ICN1"), claim(other, icn="ICN7"), day="20251101"),
        remit(tmp_path / "b", claim(SHORT, icn="ICN1", status="22", sign=-1), day="20251110"),
    ]
    assert statuses(*files) == [
        ("-100.00", "reversal", "no-correction"),
        ("100.00", "reversed", ""),
        ("50.00", "underpaid", ""),
    ]


def test_of_two_equal_decisions_the_one_that_is_named_is_taken_back(tmp_path):
    one, other = service("64493", "100"), service("64494", "100")
    parts = [claim(other, icn="ICN7"), claim(one, icn="ICN1"), claim(other, icn="ICN8")]
    files = [
        remit(tmp_path / "a", *parts, day="20251101"),
        remit(tmp_path / "b", claim(one, icn="ICN1", status="22", sign=-1), day="20251110"),
    ]
    lines = audit(files, locality="01112-05").lines
    assert {line.hcpcs for line in lines if line.status == "reversed"} == {"64493"}


LATER = service("64493", "100", day="20251117")
"""The same, of another visit of the patient, whom the provider has one number for."""


def test_another_visit_of_the_same_amount_is_no_original(tmp_path):
    files = [
        remit(tmp_path / "a", claim(LATER, icn="ICN7"), day="20251118"),
        remit(tmp_path / "b", claim(SHORT, icn="ICN1", status="22", sign=-1), day="20251120"),
    ]
    assert statuses(*files) == [
        ("-100.00", "reversal", "no-correction"),
        ("100.00", "underpaid", ""),
    ]


@pytest.mark.parametrize(
    ("of_other", "reason"),
    [
        ({"icn": "ICN7"}, "no-correction"),
        ({"icn": "ICN7", "corrects": "ICN1"}, "corrected"),
        ({"icn": "ICN1"}, "corrected"),
    ],
)
def test_another_visit_is_a_correction_where_the_payer_says_so(tmp_path, of_other, reason):
    back = claim(SHORT, icn="ICN1", status="22", sign=-1)
    path = remit(tmp_path / "a", back, claim(LATER, **of_other))
    assert statuses(path)[0] == ("-100.00", "reversal", reason)


def test_a_correction_that_names_the_claim_may_be_the_earlier_one(tmp_path):
    files = [
        remit(tmp_path / "a", claim(SHORT, icn="ICN1", status="22", sign=-1), day="20251120"),
        remit(tmp_path / "b", claim(RIGHT, icn="ICN2", corrects="ICN1"), day="20251110"),
    ]
    assert statuses(*files) == [NETTED[0], NETTED[2]]


def test_two_corrections_one_after_the_other(tmp_path):
    second = service("64493", "150")
    files = [
        remit(tmp_path / "a", claim(SHORT, icn="ICN1"), day="20251101"),
        remit(
            tmp_path / "b",
            claim(SHORT, icn="ICN1", status="22", sign=-1),
            claim(second, icn="ICN2", corrects="ICN1"),
            day="20251110",
        ),
        remit(
            tmp_path / "c",
            claim(second, icn="ICN2", status="22", sign=-1),
            claim(RIGHT, icn="ICN3", corrects="ICN2"),
            day="20251120",
        ),
    ]
    assert statuses(*files) == [
        ("-100.00", "reversal", "corrected"),
        ("-150.00", "reversal", "corrected"),
        ("100.00", "reversed", ""),
        ("150.00", "reversed", ""),
        ("222.87", "right", ""),
    ]


def test_a_correction_may_be_a_denial(tmp_path):
    path = remit(
        tmp_path / "a",
        claim(SHORT, status="22", sign=-1),
        claim(denied("64493"), status="4", icn="ICN2", corrects="ICN1"),
    )
    assert statuses(path) == [NETTED[0], ("0.00", "denied", "")]


def test_payers_are_apart(tmp_path):
    """Medicare takes its payment back; the plan that pays behind it has the same claim number."""
    files = [
        remit(tmp_path / "a", claim(SHORT, status="22", sign=-1), day="20251110"),
        remit(tmp_path / "b", claim(SHORT, status="2", filing="CI"), payer="77777", day="20251111"),
    ]
    assert statuses(*files) == [
        ("-100.00", "reversal", "no-correction"),
        ("100.00", "secondary", "another-payer-first"),
    ]


def test_what_a_later_file_repeats_counts_once(tmp_path):
    result = audit([X12 / "base.835", X12 / "crlf.835", X12 / "plb_mixed.835"], locality="01112-05")
    assert len(result.lines) == 3
    assert [(file.claims, file.repeated) for file in result.files] == [(2, 0), (0, 2), (0, 1)]
    assert len(result.provider_adjustments) == 3  # of the third alone


def test_provider_adjustments_that_are_repeated_count_once():
    files = [X12 / "plb_mixed.835", X12 / "plb_mixed.835"]
    result = audit(files, locality="01112-05")
    assert {each.reason: each.amount for each in result.provider_adjustments} == {
        **{"CS": 0, "L6": D("-1.00"), "WO": D("100.31")},
    }


def test_two_equal_claims_of_one_file_are_two(tmp_path):
    path = write(
        tmp_path / "a",
        transaction(claim(SHORT), number=1),
        transaction(claim(SHORT), number=2),
    )
    assert len(statuses(path)) == 2


def test_a_claim_that_is_paid_twice_is_two(tmp_path):
    files = [
        remit(tmp_path / "a", claim(SHORT, icn="ICN1")),
        remit(tmp_path / "b", claim(SHORT, icn="ICN2")),
    ]
    assert len(statuses(*files)) == 2


def test_decisions_of_one_claim_have_its_number():
    lines = audit(X12 / "reversal_and_correction.835", locality="01112-05").lines
    assert {line.claim for line in lines} == {"C000001"}
