"""Public X12 files, whose names and numbers are invented, are read or refused with a reason.

They are examples of the implementation guides and of open projects; they are not in this
repository.
"""

import re
from contextlib import suppress

import pytest

from feesync.errors import InvalidInputError
from feesync.x12.era import remittances
from feesync.x12.findings import sentence
from feesync.x12.submitted import submissions

REMITTANCES = {
    # payments (charge and paid in cents, lines), refusals, what else is said
    "emedny.835": [(3425, 3425, 4), (3400, 0, 2), (3425, 1150, 4)],
    "lfh_cob-contractural-adjustment.835": [(54_100, 3_400, 1)],
    "lfh_managed-care.835": [(80_000, 45_000, 1), (120_000, 49_500, 1)],
    "lfh_medicare-part-a.835": [(21_136_697, 13_801_840, 0), (1_500_000, 1_198_033, 0)],
    "lfh_secondary-payment.835": [(1_032_364, 91_200, 0), (75_150, 31_000, 2)],
    "lfh_tertiary-payment.835": [],
    "pyx12_mult_loops.835": [(91_539, 0, 3)],
}
SAID = {
    "lfh_cob-contractural-adjustment.835": {"component-separator"},
    "lfh_secondary-payment.835": {"component-separator"},
    "lfh_tertiary-payment.835": {"missing", "line-balance"},
}
SUBMISSIONS = {
    # claims (charge, ZIP, charges of lines)
    "ims_multi_isa.837": [(50_000, "20705", [1_225])] * 4,
    "ims_separators.837": [(50_000, "20705", [1_225])] * 2,
    "lfh_demo.ambulance.example5.837": [(76_650, "800210021", [70_000, 820, 4_600, 1_230])],
    "lfh_demo.cob.2ndary.example4.837": [(14_550, "21236", [14_550])],
    "lfh_demo.drug.example10.1.837": [(10_337, "89109", [5_000, 5_337])],
    "lfh_demo.example1.837": [(10_000, "331110000", [4_000, 1_500, 3_500, 1_000])],
    "lfh_demo.example12.837": [(25_271, "919910000", [25_271])],
}


def test_every_file_is_read_or_refused(x12):
    """Also those that this module does not know."""
    files = list(x12.iterdir())
    assert {path.name for path in files} >= {"bcnc.835", *REMITTANCES, *SUBMISSIONS}
    for path in files:
        read = 0
        for reader in (remittances, submissions):
            with suppress(InvalidInputError):
                read += len(list(reader(path)))
        assert read or path.name == "bcnc.835"


@pytest.mark.parametrize("name", REMITTANCES)
def test_a_remittance_is_read(x12, name):
    found = list(remittances(x12 / name))
    assert REMITTANCES[name] == [
        (payment.charge, payment.paid, len(payment.services))
        for remittance in found
        for payment in remittance.payments
    ]
    findings = [finding for remittance in found for finding in remittance.findings]
    assert {finding.rule for finding in findings} == SAID.get(name, set())
    assert any(finding.refused for finding in findings) == (name == "lfh_tertiary-payment.835")
    assert_nothing_is_quoted(x12 / name, map(sentence, findings))


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_a_submission_is_read(x12, name):
    found = list(submissions(x12 / name))
    assert SUBMISSIONS[name] == [
        (claim.charge, claim.zip_code, [line.charge for line in claim.lines])
        for submission in found
        for claim in submission.claims
    ]
    findings = [finding for submission in found for finding in submission.findings]
    assert not any(finding.refused for finding in findings)
    assert_nothing_is_quoted(x12 / name, map(sentence, findings))


def test_a_file_without_interchange_is_refused(x12):
    for reader in (remittances, submissions):
        with pytest.raises(InvalidInputError, match="is no X12 file") as caught:
            list(reader(x12 / "bcnc.835"))
        assert_nothing_is_quoted(x12 / "bcnc.835", [str(caught.value)])


def assert_nothing_is_quoted(path, texts):
    """Assert that no word of four characters or more of a file is in what is said of it."""
    words = {word.lower() for word in re.findall(r"[A-Za-z0-9.]{4,}", path.read_text("latin-1"))}
    said = " ".join(texts).removeprefix(f"{path.name}: ").lower()
    assert {*re.findall(r"[a-z0-9.]{4,}", said)} & words == set()
