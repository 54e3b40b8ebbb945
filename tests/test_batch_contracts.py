"""Files of claims that another plan pays: the answers of `estimate_claim` by the same contract."""

from decimal import Decimal
from typing import Any

import pytest
from batches import NAMES, differences, repriced, rows_of
from everyday import one_in
from test_batch_together import claims_of

from feesync import InvalidInputError, NoReleaseError, estimate, reprice
from feesync.batch.job import read_request

RANGES = {"60000-69999": "150", "64493": "87.5", "00100-59999": "110", "90000-99999": "120"}
CONTRACTS: list[dict[str, Any]] = [
    {"percent": 110},
    {"percent": RANGES, "conversion_factor": "45.00"},
    {"percent": "133.33", "of_year": 2024},
    {"conversion_factor": Decimal("51.2575")},
    {"percent": RANGES, "of_year": 2025, "conversion_factor": 60},
]
SPLIT = ("medicare_payment", "sequestration", "patient_responsibility", "limiting_charge")


def asked(**contract):
    """The contract as a run has it."""
    terms = {
        **{"locality": None, "setting": "nonfacility", "pos": None, "practitioner": "physician"},
        **{"nonpar": False, "qp": False, "date": None},
        **dict.fromkeys(("percent", "of_year", "conversion_factor")),
    }
    return read_request(group="claim", db=None, **terms | contract).contract


@pytest.mark.parametrize("contract", one_in(5, CONTRACTS))
def test_random_claims(loaded, tmp_path, small_book, contract):
    claims = claims_of(small_book, len(str(contract)), 150)
    answers = repriced(tmp_path, rows_of(claims), contract=asked(**contract))
    found = differences(claims, answers, **contract)
    assert not found, "\n".join(map(str, found[:10]))
    few = contract.get("of_year") == 2024  # the snapshot's codes alone
    assert sum(answer["allowed"] is not None for answer in answers) > (10 if few else 100)
    assert all(answer[name] is None for answer in answers for name in SPLIT)


@pytest.mark.slow
@pytest.mark.parametrize("contract", CONTRACTS)
def test_random_claims_of_a_release(cms, of_releases, tmp_path, whole_book, monkeypatch, contract):
    monkeypatch.setenv("FEESYNC_DB", str(of_releases("rvu25d")))
    claims = claims_of(whole_book, 31, 2_000)
    answers = repriced(tmp_path, rows_of(claims), contract=asked(**contract), workers=2)
    found = differences(claims, answers, **contract)
    assert not found, "\n".join(map(str, found[:10]))


def test_a_year_s_rates_and_the_place_of_that_year(tmp_path):
    # a day without a release of its own; a ZIP and a name as of the year that the contract names
    row: dict[str, Any] = {"date": "2026-11-30", "hcpcs": "64493", "charge": "900"}
    rows = [row | {"locality": place} for place in ("01112-05", "94110", "Manhattan")]
    rows.append(rows[0] | {"date": "2001-01-31"})
    names = (*NAMES, "stand_in")
    answers = repriced(tmp_path, rows, names=names, contract=asked(of_year=2023), group="line")
    for own, answer in zip(rows, answers, strict=True):
        right = estimate(**own, of_year=2023)
        assert (answer["allowed"], answer["fee"]) == (right.allowed, right.fee)
        assert (answer["release"], answer["stand_in"]) == (right.release.label, False)
        assert (answer["mac"], answer["locality"]) == (right.locality.mac, right.locality.locality)


@pytest.mark.parametrize(
    ("cells", "contract", "reason"),
    [
        ({"deductible": "40"}, {"percent": 110}, "invalid"),
        ({"deductible": "0"}, {"percent": 110}, None),
        ({"qp": "yes"}, {"conversion_factor": 45}, "invalid"),
        ({"qp": "yes"}, {"percent": 110}, None),
        ({}, {"percent": {"20610": 90}}, "invalid"),
    ],
)
def test_what_contradicts_a_contract_is_a_reason(tmp_path, cells, contract, reason):
    row = {"date": "2026-08-10", "hcpcs": "64493", "locality": "AL"} | cells
    (answer,) = repriced(tmp_path, [row], contract=asked(**contract))
    assert answer["reason"] == reason


@pytest.mark.parametrize(
    ("contract", "kind", "text"),
    [
        ({"of_year": 2011}, NoReleaseError, "no loaded release covers 2011"),
        ({"percent": 1.2}, InvalidInputError, "float"),
        ({"conversion_factor": 45, "qp": True}, InvalidInputError, "qp is about Medicare's"),
    ],
)
def test_a_contract_that_cannot_hold_is_refused_before_anything_is_read(contract, kind, text):
    with pytest.raises(kind, match=text):
        reprice("absent.csv", **contract)


def test_the_sums_are_the_contract_s(tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text("dos,cpt,place,pos\n2025-11-03,64493,01112-05,11\n")
    answer = reprice(path, percent=150)
    right = estimate("64493", locality="01112-05", date="2025-11-03", pos="11", percent=150)
    assert answer.allowed == right.allowed == Decimal("334.31")
    assert (answer.medicare_payment, answer.patient_responsibility) == (None, None)
    told = answer.to_dict()
    assert (told["contract"], told["sequestration"]) == ({"percent": 150, "of_year": None}, None)
    assert "contract" not in reprice(path).to_dict()
