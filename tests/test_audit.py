"""Remittances beside what should have been allowed: line by line, whatever the payer says of it.

Dollars are those of the samples' description, which CMS published, or of the scalar estimate.
"""

from decimal import Decimal
from random import Random
from typing import Any

import pytest
import remits
from remits import X12, claim, denied, raw, remit, service

from feesync import (
    FeesyncError,
    InvalidInputError,
    LocalityError,
    audit,
    estimate,
    estimate_claim,
)

D = Decimal
HERE: dict[str, Any] = {"locality": "01112-05"}
DAY: dict[str, Any] = {"locality": "01112-05", "date": "2025-11-03"}
"""64493 there: 222.87 in an office, 103.99 in a facility; 64493-50 334.31, 64494-50 166.49."""

SHORT = ("64493-50", "222.87", "b6", "334.31", "-111.44", "underpaid", None, "without 50")
RIGHT = ("64494-50", "166.49", "b6", "166.49", "0.00", "right", None, None)
ASC = ("64493-RT", "100.53", "b6", "103.99", "-3.46", "underpaid", None, None)
"""Of Manhattan, as the samples' description says; no change of a line of California gives it."""

BASE = [SHORT, ASC, RIGHT]
TAKEN_BACK = [
    ("64493-50", "-222.87", "b6", None, None, "reversal", "corrected", None),
    ("64494-50", "-166.49", "b6", None, None, "reversal", "corrected", None),
]
MADE: dict[str, Any] = {
    **dict.fromkeys(("base", "bom", "crlf", "no_newlines", "other_delimiters"), BASE),
    **dict.fromkeys(("latin1_name", "two_transactions", "junk_after"), BASE),
    "claim_level_dates": [ASC],
    "forwarded_19": [ASC],
    "plb_mixed": [ASC],
    "truncated": [SHORT, RIGHT],
    "no_allowed_amt": [(*SHORT[:2], "derived", *SHORT[3:])],
    "bundled_svc06": [
        ("64493", "222.87", "b6", "222.87", "0.00", "right", None, None),
        ("64493", "0.00", "derived", None, None, "bundled", None, None),
    ],
    "denied_4": [("64493", "0.00", "derived", "222.87", None, "denied", None, None)],
    "secondary_2": [
        ("64493-RT", None, "none", None, None, "secondary", "another-payer-first", None)
    ],
    "reversal_and_correction": [
        ("64493-50", "334.31", "b6", "334.31", "0.00", "right", None, None),
        RIGHT,
        *TAKEN_BACK,
    ],
}


def found(line):
    amounts = (line.allowed, line.expected, line.variance)
    allowed, expected, variance = (None if each is None else str(each) for each in amounts)
    return (
        *(line.code, allowed, line.allowed_from, expected, variance),
        *(line.status, line.reason, line.as_if),
    )


def lines_of(path, **arguments):
    return audit(path, **{**HERE, **arguments}).lines


def one(path, **arguments):
    (line,) = lines_of(path, **arguments)
    return line


@pytest.mark.parametrize("name", MADE)
def test_the_samples(name):
    result = audit(X12 / f"{name}.835", **HERE)
    assert [found(line) for line in result.lines] == MADE[name]


def test_every_sample_is_here():
    assert {path.stem for path in X12.glob("*.835")} - MADE.keys() == {"lower_case"}


def test_a_file_without_a_claim_is_refused():
    with pytest.raises(InvalidInputError, match=r"lower_case\.835: no claims? found"):
        audit(X12 / "lower_case.835", **HERE)


def test_what_a_line_says_besides():
    line = next(line for line in lines_of(X12 / "base.835") if line.code == "64493-50")
    assert (line.claim, line.line, str(line.date), line.units) == ("C000001", "1", "2025-11-03", 1)
    assert (line.charge, line.paid) == (D("500.00"), D("174.73"))
    assert (line.patient, line.sequestration) == (D("44.57"), D("3.57"))
    assert (line.carc, line.rarc) == (("CO-45", "CO-253", "PR-2"), ("N620",))
    assert (line.cause, line.release, line.stand_in) == (("without-modifier",), "RVU25D", False)
    assert (line.mac, line.locality, line.pos, line.practitioner) == (
        "01112",
        "05",
        "11",
        "physician",
    )
    assert (line.payer, line.filing, line.billed) == ("01112", "MB", None)


def test_what_was_billed_as_something_else():
    _, other = lines_of(X12 / "bundled_svc06.835")
    assert (other.code, other.billed, other.carc) == ("64493", "77003", ("CO-97",))


class TestAllowed:
    """The allowed amount, as the payer sends it or as it is derived."""

    def of(self, tmp_path, *services, **arguments):
        return one(remit(tmp_path / "a.835", claim(*services)), **arguments)

    @pytest.mark.parametrize("sent", [True, False])
    def test_sequestration_is_no_underpayment(self, tmp_path, sent):
        line = self.of(tmp_path, service("64493:50", "334.31", sent=sent))
        assert (line.allowed, line.paid, line.status) == (D("334.31"), D("262.10"), "right")

    @pytest.mark.parametrize(("merit", "remarks"), [("5", ("N807",)), ("-5", ())])
    def test_merit_changes_the_payment_only(self, tmp_path, merit, remarks):
        line = self.of(
            tmp_path, service("64493", "222.87", sent=False, merit=merit, remarks=remarks)
        )
        assert (line.allowed, line.allowed_from, line.status) == (D("222.87"), "derived", "right")

    def test_another_penalty_is_a_part_of_what_is_not_paid(self, tmp_path):
        line = self.of(tmp_path, service("64493", "222.87", sent=False, merit="5"))
        assert (line.allowed, line.status) == (D("217.87"), "underpaid")

    def test_a_deductible_is_a_part_of_it(self, tmp_path):
        segments = (
            "SVC*HC:64493*500*0**1",
            "DTM*472*20251103",
            "CAS*CO*45*277.13",
            "CAS*PR*1*222.87",
        )
        line = self.of(tmp_path, raw("500", "0", "222.87", *segments))
        assert (line.allowed, line.status, line.patient) == (D("222.87"), "right", D("222.87"))

    @pytest.mark.parametrize("reason", ["1", "2", "3"])
    def test_what_the_patient_owes_of_it(self, tmp_path, reason):
        segments = ("SVC*HC:64493*500*200**1", "DTM*472*20251103", "CAS*CO*45*277.13")
        line = self.of(tmp_path, raw("500", "200", "22.87", *segments, f"CAS*PR*{reason}*22.87"))
        assert (line.allowed, line.allowed_from) == (D("222.87"), "derived")

    def test_what_the_patient_owes_beyond_it_is_none(self, tmp_path):
        segments = ("SVC*HC:64493*500*0**1", "DTM*472*20251103", "CAS*PR*96*500")
        line = self.of(tmp_path, raw("500", "0", "500", *segments))
        assert (line.allowed, line.status, line.expected) == (D(0), "denied", D("222.87"))

    def test_adjustments_that_do_not_add_up(self, tmp_path):
        segments = ("SVC*HC:64493*500*100**1", "DTM*472*20251103", "CAS*CO*45*277.13")
        line = self.of(tmp_path, raw("500", "100", "0", *segments))
        assert (line.allowed, line.status, line.reason) == (
            None,
            "not-audited",
            "no-allowed-amount",
        )

    def test_behind_another_payer_it_is_not_known(self, tmp_path):
        segments = ("SVC*HC:64493*500*100**1", "DTM*472*20251103", "CAS*OA*23*400")
        line = self.of(tmp_path, raw("500", "100", "0", *segments))
        assert (line.allowed_from, line.reason) == ("none", "no-allowed-amount")

    def test_behind_another_payer_that_paid_it_all_it_is_not_denied(self, tmp_path):
        segments = ("SVC*HC:64493*500*0**1", "DTM*472*20251103", "CAS*OA*23*500")
        line = self.of(tmp_path, raw("500", "0", "0", *segments))
        assert (line.status, line.reason) == ("not-audited", "no-allowed-amount")

    def of_claim(self, tmp_path, line_paid, *of_claim, adjusted="CO*45*277.13"):
        """A line of 500.00 in a claim that the payer adjusts as a whole."""
        adjusted = (f"CAS*{adjusted}",) if adjusted else ()
        segments = (f"SVC*HC:64493*500*{line_paid}**1", "DTM*472*20251103", *adjusted)
        more = [f"CAS*{adjustment}" for adjustment in of_claim]
        path = remit(tmp_path / "a.835", claim(raw("500", line_paid, "0", *segments), more=more))
        return one(path)

    @pytest.mark.parametrize("of_claim", ["PR*2*44.57", "PR*1*20**2*24.57", "CO*253*3.57"])
    def test_what_the_claim_as_a_whole_is_reduced_by_is_of_it(self, tmp_path, of_claim):
        line = self.of_claim(tmp_path, "222.87", of_claim)
        assert (line.allowed, line.status) == (D("222.87"), "right")

    @pytest.mark.parametrize("of_claim", ["CO*45*277.13", "OA*23*200", "PR*96*20", "CO*237*5"])
    def test_it_is_not_known_where_the_claim_is_adjusted_as_a_whole(self, tmp_path, of_claim):
        line = self.of_claim(tmp_path, "500", of_claim, adjusted="")
        assert (line.allowed, line.reason) == (None, "no-allowed-amount")

    @pytest.mark.parametrize(
        ("of_claim", "status", "carc"),
        [("CO*50*500", "denied", ("CO-50",)), ("PR*1*222.87", "not-audited", ())],
    )
    def test_a_line_without_payment_in_a_claim_that_is_adjusted(
        self, tmp_path, of_claim, status, carc
    ):
        line = self.of_claim(tmp_path, "0", of_claim, adjusted="")
        assert (line.status, line.carc) == (status, carc)

    def test_a_share_of_the_patient_that_is_taken_back_is_none(self, tmp_path):
        segments = ("SVC*HC:64493*500*0**1", "DTM*472*20251103", "CAS*CO*50*500")
        line = self.of(tmp_path, raw("500", "0", "0", *segments, "CAS*PR*2*20**3*-20"))
        assert (line.status, line.expected) == ("denied", D("222.87"))

    def test_the_remark_of_merit_may_be_that_of_the_claim(self, tmp_path):
        own = claim(service("64493", "222.87", sent=False, merit="5"), more=("MOA***N807",))
        line = one(remit(tmp_path / "a.835", own))
        assert (line.allowed, line.status) == (D("222.87"), "right")

    @pytest.mark.parametrize(
        ("allowed", "status"),
        [("222.85", "right"), ("222.84", "underpaid"), ("222.89", "right"), ("222.90", "overpaid")],
    )
    def test_two_cents_are_none(self, tmp_path, allowed, status):
        assert self.of(tmp_path, service("64493", allowed)).status == status

    @pytest.mark.parametrize(
        ("tolerance", "status"), [("0", "underpaid"), ("0.01", "right"), (".01", "right")]
    )
    def test_the_tolerance_is_a_choice(self, tmp_path, tolerance, status):
        assert self.of(tmp_path, service("64493", "222.86"), tolerance=tolerance).status == status


class TestClaim:
    """The lines of a claim and day are priced together."""

    CODES = ("64635", "64493", "64490")

    def scalar(self, *codes, **changed):
        arguments = {**DAY, "pos": "11", "coverage": False, **changed}
        return [line.allowed for line in estimate_claim(codes, **arguments).lines]

    def test_ranks(self, tmp_path):
        expected = self.scalar(*self.CODES)
        alone = [estimate(code, **DAY, pos="11").allowed for code in self.CODES]
        assert expected != alone
        pairs = zip(self.CODES, expected, strict=True)
        services = [service(code, amount, "2000") for code, amount in pairs]
        for line in lines_of(remit(tmp_path / "a.835", claim(*services))):
            assert line.status == "right"

    def test_days_are_apart(self, tmp_path):
        alone = [estimate(code, **DAY, pos="11").allowed for code in self.CODES]
        days = ("20251103", "20251104", "20251105")
        services = [
            service(code, amount, "2000", day=day)
            for code, amount, day in zip(self.CODES, alone, days, strict=True)
        ]
        assert {line.status for line in lines_of(remit(tmp_path / "a.835", claim(*services)))} == {
            "right"
        }

    def test_claims_are_apart(self, tmp_path):
        claims = [
            claim(service(code, estimate(code, **DAY, pos="11").allowed, "2000"), number=code)
            for code in self.CODES
        ]
        assert {line.status for line in lines_of(remit(tmp_path / "a.835", *claims))} == {"right"}

    def test_as_if_by_itself(self, tmp_path):
        high, low = self.scalar("64635", "64493")
        whole = estimate("64493", **DAY, pos="11").allowed
        path = remit(
            tmp_path / "a.835",
            claim(service("64635", high, "2000"), service("64493", whole, "2000")),
        )
        line, right = lines_of(path)
        assert (right.code, right.status) == ("64635", "right")
        assert (line.expected, line.variance) == (low, whole - low)
        assert (line.as_if, line.cause) == ("by itself, beside no other line", ("rank",))

    def test_as_if_by_itself_beside_an_equal_line(self, tmp_path):
        lines = [service("64493", "222.87", number=number) for number in ("1", "2")]
        second, first = lines_of(remit(tmp_path / "a.835", claim(*lines)))
        assert (first.line, first.status) == ("1", "right")
        assert (second.expected, second.as_if) == (
            *(D("111.44"), "by itself, beside no other line"),
        )

    @pytest.mark.parametrize(
        ("codes", "amounts", "variances"),
        [
            (("64493:RT", "64493:LT"), ("111.44", "222.87"), {D("0.00")}),
            (("64493:RT", "64493:LT"), ("167.16", "167.16"), {D("0.01"), D("0.00")}),
            (("64493", "64493:59"), ("111.44", "222.87"), {D("0.00")}),
            (("64493:KX", "64493"), ("111.42", "222.87"), {D("-0.02"), D("0.00")}),
        ],
    )
    def test_how_a_payer_divides_a_service_into_lines(self, tmp_path, codes, amounts, variances):
        # both sides are 334.31 = 222.87 x 1.5, a second procedure is 111.44 = 222.87 / 2
        lines = [service(*each) for each in zip(codes, amounts, strict=True)]
        found = lines_of(remit(tmp_path / "a.835", claim(*lines)))
        assert {line.status for line in found} == {"right"}
        assert {line.variance for line in found} == variances
        assert sum(line.expected for line in found) == D("334.31")

    @pytest.mark.parametrize(
        ("codes", "amounts", "days", "expected"),
        [
            (("64493:RT", "64493:LT"), ("111.44", "222.84"), (3, 3), ("222.87", "111.44")),
            (("64493", "64493"), ("111.44", "334.30"), (3, 4), ("222.87", "222.87")),
            (("64493", "64493:80"), ("35.66", "222.87"), (3, 3), ("222.87", "35.66")),
            (("64493", "64490"), ("239.54", "111.44"), (3, 3), ("111.44", "239.54")),
        ],
    )
    def test_lines_that_are_no_division_of_a_service(
        self, tmp_path, codes, amounts, days, expected
    ):
        lines = [
            service(code, amount, "2000", day=f"2025110{day}", number=str(number))
            for number, (code, amount, day) in enumerate(zip(codes, amounts, days, strict=True))
        ]
        found = lines_of(remit(tmp_path / "a.835", claim(*lines)), show_claim_ids=True)
        by_number = sorted(found, key=lambda line: line.line)
        assert tuple(str(line.expected) for line in by_number) == expected
        assert "right" not in {line.status for line in found}

    def test_a_line_that_takes_back_a_charge_is_not_priced(self, tmp_path):
        # 166.49 taken back on a claim that is no reversal: the lower of charge and amount is no
        # amount below zero
        segments = ("SVC*HC:64494:50*-400*-130.53**1", "DTM*472*20251103", "CAS*CO*45*-233.51")
        back = raw("-400", "-130.53", "-33.3", *segments, "CAS*CO*253*-2.66", "CAS*PR*2*-33.3")
        line, other = lines_of(
            remit(tmp_path / "a.835", claim(service("64493:50", "334.31"), back))
        )
        assert (line.code, line.status) == ("64493-50", "right")
        assert (other.status, other.reason, other.expected) == ("refused", "charge", None)
        assert (other.allowed, other.variance) == (D("-166.49"), None)

    def test_a_line_without_a_charge_is_worth_nothing(self, tmp_path):
        line = one(remit(tmp_path / "a.835", claim(service("64493", "0", "0"))))
        assert (line.reason, line.expected) == (None, D("0.00"))

    def test_a_paid_line_without_an_allowed_amount_ranks_too(self, tmp_path):
        _, low = self.scalar("64635", "64493")
        segments = ("SVC*HC:64635*2000*100**1", "DTM*472*20251103", "CAS*CO*45*27.13")
        path = remit(
            tmp_path / "a.835",
            claim(raw("2000", "100", "0", *segments), service("64493", low, "2000")),
        )
        line, other = lines_of(path)
        assert (line.code, line.expected, line.status) == ("64493", low, "right")
        assert (other.expected, other.status, other.reason) == (
            *(None, "not-audited", "no-allowed-amount"),
        )

    def test_as_if_beside_the_others_first(self, tmp_path):
        # half of 64493 without 50, which only its rank in the claim explains together
        high, _ = self.scalar("64635", "64493-50")
        _, low = self.scalar("64635", "64493")
        path = remit(
            tmp_path / "a.835",
            claim(service("64635", high, "2000"), service("64493:50", low, "2000")),
        )
        line = next(line for line in lines_of(path) if line.hcpcs == "64493")
        assert (line.status, line.as_if) == ("underpaid", "without 50")

    def test_as_if_another_rank_by_a_change_of_the_line(self, tmp_path):
        # without 50 it comes behind the other line, which it is before: half of 222.87
        first, other = self.scalar("64493-50", "64490")
        assert first == D("334.31") > other
        assert self.scalar("64493", "64490")[0] == D("111.44")
        path = remit(
            tmp_path / "a.835",
            claim(service("64493:50", "111.44", "2000"), service("64490", other, "2000")),
        )
        line = next(line for line in lines_of(path) if line.hcpcs == "64493")
        assert (line.expected, line.as_if) == (first, "without 50")

    def test_as_if_alone_where_nothing_beside_the_others_is(self, tmp_path):
        high, _ = self.scalar("64635", "64493")
        nurse = estimate("64493", **DAY, pos="11", practitioner="np").allowed
        path = remit(
            tmp_path / "a.835",
            claim(service("64635", high, "2000"), service("64493", nurse, "2000")),
        )
        line = next(line for line in lines_of(path) if line.hcpcs == "64493")
        assert line.as_if == "billed by np"

    def test_as_if_two_changes(self, tmp_path):
        # 222.87 x 85 %, without 50: no single change
        nurse = estimate("64493", **DAY, pos="11", practitioner="np").allowed
        line = one(remit(tmp_path / "a.835", claim(service("64493:50", nurse))))
        assert line.as_if == "without 50 and billed by np"
        assert line.cause == ("without-modifier", "practitioner")

    def test_two_lines_with_one_wrong_amount_have_a_cause_each(self, tmp_path):
        path = remit(
            tmp_path / "a.835",
            claim(service("64493:50", "222.87"), number="A"),
            claim(service("64493", "222.87"), number="B", pos="24"),
        )
        assert {line.as_if for line in lines_of(path)} == {
            *("without 50", "in the nonfacility setting"),
        }

    def test_a_denied_line_changes_no_paid_one(self, tmp_path):
        whole = estimate("64493", **DAY, pos="11").allowed
        path = remit(
            tmp_path / "a.835", claim(denied("64635", "2000"), service("64493", whole, "2000"))
        )
        other, line = lines_of(path)
        assert (line.status, line.expected) == ("right", whole)
        assert (other.status, other.expected) == ("denied", self.scalar("64635", "64493")[0])
        assert (other.variance, other.carc) == (None, ("CO-50",))

    @pytest.mark.parametrize("group", ["CO", "PI", "OA"])
    def test_a_bundled_line_is_none_of_its_claim(self, tmp_path, group):
        whole = estimate("64493", **DAY, pos="11").allowed
        bundled = denied("64635", "2000", reason=f"{group}*97")
        line, other = lines_of(
            remit(tmp_path / "a.835", claim(bundled, service("64493", whole, "2000")))
        )
        assert (line.status, other.status, other.expected) == ("right", "bundled", None)

    def test_a_paid_line_with_the_code_of_bundling_is_judged(self, tmp_path):
        segments = ("SVC*HC:64493*500*178.30**1", "DTM*472*20251103", "CAS*CO*97*277.13")
        paid = raw("500", "178.30", "44.57", *segments, "CAS*PR*2*44.57")
        line = one(remit(tmp_path / "a.835", claim(paid)))
        assert (line.allowed, line.status) == (D("222.87"), "right")

    def test_a_line_that_cannot_be_priced_leaves_the_others(self, tmp_path):
        path = remit(
            tmp_path / "a.835",
            claim(service("99999", "10"), service("64493:ZZ", "10"), service("64493", "222.87")),
        )
        assert {(line.code, line.status, line.reason) for line in lines_of(path)} == {
            ("99999", "refused", "unknown-code"),
            ("64493-ZZ", "refused", "modifier"),
            ("64493", "right", None),
        }

    def test_the_charge_is_a_limit(self, tmp_path):
        line = one(remit(tmp_path / "a.835", claim(service("64493", "200", "200"))))
        assert (line.expected, line.status) == (D("200.00"), "right")

    def test_units(self, tmp_path):
        right = estimate("64495", **DAY, pos="11", units=2).allowed
        path = remit(
            tmp_path / "a.835", claim(service("64495", right, units="2", billed_units="3"))
        )
        line = one(path)
        assert (line.units, line.billed, line.status) == (2, "64495x3", "right")

    def test_a_line_without_units_is_one(self, tmp_path):
        line = one(remit(tmp_path / "a.835", claim(service("64493", "222.87", units=""))))
        assert (line.units, line.status) == (1, "right")

    @pytest.mark.parametrize("group", ["CO", "OA"])
    def test_a_line_that_is_denied_as_a_duplicate_is_nothing_to_expect(self, tmp_path, group):
        path = remit(
            tmp_path / "a.835",
            claim(denied("64635", "2000", reason=f"{group}*18"), denied("64493")),
        )
        result = audit(path, **HERE)
        whole, twice = result.lines
        assert (whole.expected, twice.expected) == (D("222.87"), None)
        assert (twice.status, twice.reason) == ("denied", "duplicate")
        assert [(each.reason, each.expected) for each in result.unaudited] == [
            *((None, D("222.87")), ("duplicate", D(0))),
        ]

    def test_a_claim_that_is_denied_as_a_duplicate(self, tmp_path):
        segments = ("SVC*HC:64493*500*0**1", "DTM*472*20251103")
        twice = raw("500", "0", "0", *segments)
        path = remit(tmp_path / "a.835", claim(twice, status="4", more=("CAS*CO*18*500",)))
        assert one(path).reason == "duplicate"

    def test_a_paid_line_with_the_code_of_a_duplicate_is_judged(self, tmp_path):
        segments = ("SVC*HC:64493*500*178.30**1", "DTM*472*20251103", "CAS*CO*18*277.13")
        paid = raw("500", "178.30", "44.57", *segments, "CAS*PR*2*44.57")
        assert one(remit(tmp_path / "a.835", claim(paid))).status == "right"

    def test_a_denied_line_has_the_units_that_were_billed(self, tmp_path):
        path = remit(tmp_path / "a.835", claim(denied("64495", units="0", billed_units="2")))
        assert one(path).expected == estimate("64495", **DAY, pos="11", units=2).allowed

    def test_paid_as_another_code(self, tmp_path):
        path = remit(tmp_path / "a.835", claim(service("64493", "222.87", billed="64494:50")))
        line = one(path)
        assert (line.code, line.billed, line.expected) == ("64493", "64494-50", D("222.87"))

    def test_what_medicare_does_not_price(self, tmp_path, loaded):
        line = one(remit(tmp_path / "a.835", claim(service("15824", "10"))))
        assert (line.status, line.reason, line.expected) == ("no-price", "contractor-priced", None)

    def test_a_denied_line_that_medicare_does_not_price(self, tmp_path, loaded):
        line = one(remit(tmp_path / "a.835", claim(denied("15824"))))
        assert (line.status, line.reason, line.expected) == ("denied", "contractor-priced", None)

    @pytest.mark.parametrize(
        ("code", "reason"), [("99999", "unknown-code"), ("64493:ZZ", "modifier")]
    )
    def test_a_denied_line_that_cannot_be_priced(self, tmp_path, code, reason):
        line = one(remit(tmp_path / "a.835", claim(denied(code))))
        assert (line.status, line.reason, line.expected) == ("denied", reason, None)


class TestSplitClaim:
    """A claim that a payer decides on in parts, each by a number of its own."""

    SERVICES = (("64635", "2000", "1"), ("64493", "2000", "2"))

    def amounts(self):
        lines = ["64635@2000", "64493@2000"]
        priced = estimate_claim(lines, **DAY, pos="11", coverage=False).lines
        return [line.allowed for line in priced]

    def parts(self, amounts, **changed):
        """The claim, a part a line."""
        return [
            claim(
                service(code, amount, charge, number=number, **changed.get(code, {})),
                **{"icn": f"ICN{number}", **changed.get(number, {})},
            )
            for (code, charge, number), amount in zip(self.SERVICES, amounts, strict=True)
        ]

    def test_its_lines_are_ranked_together(self, tmp_path):
        path = remit(tmp_path / "a.835", *self.parts(self.amounts()))
        assert [(line.code, line.line, line.status) for line in lines_of(path)] == [
            *(("64635", "1", "right"), ("64493", "1", "right")),
        ]

    def test_what_is_wrong_in_it_is_so_beside_the_other_parts(self, tmp_path):
        high, low = self.amounts()
        whole = estimate("64493", **DAY, pos="11").allowed
        line, _ = lines_of(remit(tmp_path / "a.835", *self.parts((high, whole))))
        assert (line.expected, line.as_if) == (low, "by itself, beside no other line")

    def test_a_part_that_is_denied_changes_no_other(self, tmp_path):
        whole = estimate("64493", **DAY, pos="11").allowed
        _, paid = self.parts(("1", whole))
        path = remit(
            tmp_path / "a.835",
            claim(denied("64635", "2000"), icn="ICN1", status="4"),
            paid,
        )
        other, line = lines_of(path)
        assert (line.status, line.expected) == ("right", whole)
        assert (other.status, other.expected) == ("denied", self.amounts()[0])

    @pytest.mark.parametrize(
        "changed",
        [
            {"2": {"number": "CLAIM2"}},
            {"2": {"icn": "ICN1"}},
            {"2": {"icn": ""}},
            {"2": {"corrects": "ICN0"}},
            {"2": {"npi": "1999999992"}},
            {"64493": {"day": "20251104"}},
        ],
    )
    def test_what_is_no_part_of_it(self, tmp_path, changed):
        alone = [estimate(code, **DAY, pos="11").allowed for code, *_ in self.SERVICES]
        path = remit(tmp_path / "a.835", *self.parts(alone, **changed))
        assert [line.status for line in lines_of(path)] == ["right", "right"]

    def test_another_payment_is_of_another_claim(self, tmp_path):
        alone = [estimate(code, **DAY, pos="11").allowed for code, *_ in self.SERVICES]
        first, second = self.parts(alone)
        path = remits.write(
            tmp_path / "a.835",
            remits.transaction(first),
            remits.transaction(second, number=2),
        )
        assert [line.status for line in lines_of(path)] == ["right", "right"]

    def test_what_is_taken_back_by_the_same_check_is_no_part_of_it(self, tmp_path):
        back = claim(service("64490", "100"), status="22", sign=-1, icn="ICN3")
        path = remit(tmp_path / "a.835", *self.parts(self.amounts()), back)
        assert [line.status for line in lines_of(path)] == ["right", "right", "reversal"]

    def found(self, *checks):
        """The lines of checks with a price: code, allowed less expected, status."""
        lines = audit(checks, **HERE, tolerance="0").lines
        found = [
            (line.code, line.variance, line.status)
            for line in lines
            if line.status not in ("reversal", "reversed")
        ]
        return sorted(found, key=str)

    def back(self, code, number, allowed):
        charge = {each: charge for each, charge, _ in self.SERVICES}[code]
        line = service(code, allowed, charge, number=number)
        return claim(line, status="22", sign=-1, icn=f"ICN{number}")

    def again(self, code, number, allowed, **of_claim):
        line = service(code, allowed, "2000", number=number)
        return claim(line, **{"icn": f"NEW{number}", "corrects": f"ICN{number}", **of_claim})

    @pytest.mark.parametrize("turned", [False, True])
    def test_what_is_left_where_a_part_is_taken_back(self, tmp_path, turned):
        high, low = self.amounts()
        whole = estimate("64493", **DAY, pos="11").allowed
        checks = [
            remit(tmp_path / "a.835", *self.parts((high, low)), day="20251110"),
            remit(tmp_path / "b.835", self.back("64635", "1", high), day="20251120"),
        ]
        assert self.found(*(reversed(checks) if turned else checks)) == [
            ("64493", low - whole, "underpaid")
        ]

    @pytest.mark.parametrize("turned", [False, True])
    @pytest.mark.parametrize(
        "of_claim", [{}, {"icn": "ICN1", "corrects": ""}, {"icn": "NEW1", "corrects": ""}]
    )
    def test_a_part_that_is_corrected_is_beside_the_others(self, tmp_path, turned, of_claim):
        high, low = self.amounts()
        checks = [
            remit(tmp_path / "a.835", *self.parts(("400", low)), day="20251110"),
            remit(
                tmp_path / "b.835",
                self.back("64635", "1", "400"),
                self.again("64635", "1", high, **of_claim),
                day="20251120",
            ),
        ]
        assert self.found(*(reversed(checks) if turned else checks)) == [
            *(("64493", 0, "right"), ("64635", 0, "right")),
        ]

    def test_a_part_that_is_corrected_twice(self, tmp_path):
        high, low = self.amounts()
        second = claim(service("64635", "410", "2000"), status="22", sign=-1, icn="NEW1")
        checks = [
            remit(tmp_path / "a.835", *self.parts(("400", low)), day="20251110"),
            remit(
                tmp_path / "b.835",
                self.back("64635", "1", "400"),
                self.again("64635", "1", "410"),
                day="20251120",
            ),
            remit(
                tmp_path / "c.835",
                second,
                self.again("64635", "1", high, icn="NEW7", corrects="NEW1"),
                day="20251130",
            ),
        ]
        assert self.found(*checks) == [("64493", 0, "right"), ("64635", 0, "right")]

    def test_a_part_that_is_denied_in_the_end_changes_no_other(self, tmp_path):
        high, low = self.amounts()
        whole = estimate("64493", **DAY, pos="11").allowed
        refusal = claim(denied("64635", "2000"), icn="NEW1", corrects="ICN1", status="4")
        checks = [
            remit(tmp_path / "a.835", *self.parts((high, low)), day="20251110"),
            remit(tmp_path / "b.835", self.back("64635", "1", high), refusal, day="20251120"),
        ]
        assert self.found(*checks) == [
            ("64493", low - whole, "underpaid"),
            ("64635", None, "denied"),
        ]

    @pytest.mark.parametrize("of_claim", [{}, {"corrects": ""}])
    def test_all_parts_are_corrected_and_the_first_check_is_not_there(self, tmp_path, of_claim):
        high, low = self.amounts()
        check = remit(
            tmp_path / "b.835",
            self.back("64635", "1", "400"),
            self.back("64493", "2", "40"),
            self.again("64635", "1", high, **of_claim),
            self.again("64493", "2", low, **of_claim),
        )
        assert self.found(check) == [("64493", 0, "right"), ("64635", 0, "right")]

    def test_a_claim_whose_correction_is_split(self, tmp_path):
        high, low = self.amounts()
        both = [service("64635", "400", "2000"), service("64493", "40", "2000", number="2")]
        checks = [
            remit(tmp_path / "a.835", claim(*both, icn="ICN1"), day="20251110"),
            remit(
                tmp_path / "b.835",
                claim(*both, icn="ICN1", status="22", sign=-1),
                self.again("64635", "1", high),
                self.again("64493", "2", low, corrects="ICN1"),
                day="20251120",
            ),
        ]
        assert self.found(*checks) == [("64493", 0, "right"), ("64635", 0, "right")]

    def test_parts_that_are_corrected_twice_over_are_not_beside_themselves(self, tmp_path):
        """Two decisions stand on one part: a part of the claim is decided on twice."""
        high, _ = self.amounts()
        whole = estimate("64493", **DAY, pos="11").allowed
        checks = [
            remit(tmp_path / "a.835", *self.parts((high, "40")), day="20251110"),
            remit(
                tmp_path / "b.835",
                self.back("64493", "2", "40"),
                self.again("64493", "2", whole),
                day="20251120",
            ),
            remit(
                tmp_path / "c.835",
                self.again("64493", "2", whole, icn="NEW3"),
                day="20251130",
            ),
        ]
        assert self.found(*checks) == [
            *[("64493", 0, "right")] * 2,
            ("64635", 0, "right"),
        ]

    def test_a_claim_that_is_decided_on_twice_is_not_ranked_behind_itself(self, tmp_path):
        twice = [claim(service("64493", "222.87"), icn=icn) for icn in ("ICN1", "ICN2")]
        lines = lines_of(remit(tmp_path / "a.835", *twice))
        assert [(line.expected, line.status) for line in lines] == [(D("222.87"), "right")] * 2


class TestNotAudited:
    """What is reported, and not judged."""

    def of(self, tmp_path, *services, **of_claim):
        services = services or (service("64493", "100"),)
        line = one(remit(tmp_path / "a.835", claim(*services, **of_claim)))
        assert (line.variance, line.as_if) == (None, None)
        return line.status, line.reason

    @pytest.mark.parametrize("status", ["2", "3", "20", "21"])
    def test_behind_another_payer(self, tmp_path, status):
        assert self.of(tmp_path, status=status) == ("secondary", "another-payer-first")

    @pytest.mark.parametrize(
        ("status", "reason"),
        [("23", "not-this-payer"), ("25", "predetermination"), ("5", "claim-status")],
    )
    def test_no_decision_on_payment(self, tmp_path, status, reason):
        assert self.of(tmp_path, status=status) == ("not-audited", reason)

    @pytest.mark.parametrize("filing", ["CI", "16", "MA"])
    def test_not_part_b(self, tmp_path, filing):
        assert self.of(tmp_path, filing=filing) == ("not-audited", "filing-indicator")

    @pytest.mark.parametrize("status", ["1", "19"])
    def test_forwarded_or_not_it_is_judged(self, tmp_path, status):
        line = one(remit(tmp_path / "a.835", claim(service("64493", "100"), status=status)))
        assert line.status == "underpaid"

    def test_a_claim_without_lines(self, tmp_path):
        more = ("CAS*CO*45*300", "CAS*PR*2*50", "DTM*232*20251103")
        segments = ["CLP*CLAIM1*1*500*150*50*MB*ICN1*11*1", *more]
        line = one(remit(tmp_path / "a.835", (D(150), segments)))
        assert (line.line, line.code, line.status, line.reason) == (
            *(None, "", "not-audited", "no-service-lines"),
        )
        assert (line.charge, line.paid, line.patient) == (D(500), D(150), D(50))

    def test_a_denied_claim_without_lines(self, tmp_path):
        segments = ["CLP*CLAIM1*4*500*0**MB*ICN1*11*1", "CAS*CO*16*500", "MOA***MA130"]
        line = one(remit(tmp_path / "a.835", (D(0), segments)))
        assert (line.status, line.reason, line.carc, line.rarc) == (
            *("denied", "no-service-lines", ("CO-16",), ("MA130",)),
        )

    @pytest.mark.parametrize("code", ["6449", "6449é"])
    def test_no_code_of_five_characters(self, tmp_path, code):
        assert self.of(tmp_path, service(code, "100")) == ("refused", "invalid")

    def test_no_procedure_code(self, tmp_path):
        segments = ("SVC*NU:0250*500*100**1", "DTM*472*20251103", "CAS*CO*45*400")
        assert self.of(tmp_path, raw("500", "100", "0", *segments)) == ("not-audited", "not-hcpcs")

    def test_a_line_without_a_day(self, tmp_path):
        assert self.of(tmp_path, service("64493", "100", day="")) == ("refused", "missing-date")

    @pytest.mark.parametrize("qualifier", ["150", "151"])
    def test_a_line_with_one_day_of_two(self, tmp_path, qualifier):
        charge, paid, patient, segments = service("64493", "222.87", day="")
        segments.insert(1, f"DTM*{qualifier}*20251103")
        line = one(remit(tmp_path / "a.835", claim((charge, paid, patient, segments))))
        assert (str(line.date), line.status) == ("2025-11-03", "right")

    @pytest.mark.parametrize("qualifier", ["232", "233"])
    def test_a_claim_with_one_day_of_two(self, tmp_path, qualifier):
        own = claim(service("64493", "222.87", day=""), more=(f"DTM*{qualifier}*20251103",))
        line = one(remit(tmp_path / "a.835", own))
        assert (str(line.date), line.status) == ("2025-11-03", "right")

    @pytest.mark.parametrize("pos", ["", "98"])
    def test_an_unknown_place_of_service(self, tmp_path, pos):
        assert self.of(tmp_path, pos=pos) == ("refused", "place-of-service")

    @pytest.mark.parametrize("units", ["1.5", "0"])
    def test_units_that_are_no_count(self, tmp_path, units):
        assert self.of(tmp_path, service("64493", "100", units=units)) == ("refused", "units")

    def test_a_day_without_a_release(self, tmp_path):
        assert self.of(tmp_path, service("64493", "100", day="20150105")) == (
            "refused",
            "no-release",
        )


class TestContract:
    """Claims of other plans, by a contract."""

    def of(self, tmp_path, allowed, filing="CI", **contract):
        path = remit(tmp_path / "a.835", claim(service("64493", allowed), filing=filing))
        return one(path, **contract)

    @pytest.mark.parametrize(
        "contract",
        [{"percent": 110}, {"percent": 120, "of_year": 2024}, {"conversion_factor": "45"}],
    )
    def test_the_contract_prices_it(self, tmp_path, contract):
        right = estimate("64493", **DAY, pos="11", **contract).allowed
        line = self.of(tmp_path, right, **contract)
        assert (line.status, line.expected) == ("right", right)

    def test_a_year_that_is_not_loaded_leaves_medicare_s_own_lines(self, tmp_path):
        path = remit(
            tmp_path / "a.835",
            claim(service("64493", "100"), filing="CI", number="A"),
            claim(service("64493", "222.87"), number="B"),
            claim(denied("64493"), filing="CI", number="C"),
        )
        assert {
            (line.claim, line.status, line.reason) for line in lines_of(path, of_year=2011)
        } == {
            ("C000001", "refused", "no-release"),
            ("C000002", "right", None),
            ("C000003", "denied", "no-release"),
        }

    def test_medicare_is_paid_by_no_contract(self, tmp_path):
        line = self.of(tmp_path, "222.87", "MB", percent=110)
        assert (line.status, line.expected) == ("right", D("222.87"))

    def test_as_if_by_medicare(self, tmp_path):
        line = self.of(tmp_path, "222.87", percent=110)
        assert (line.as_if, line.cause) == (
            *("by Medicare's own rates, without the contract", ("contract",)),
        )


class TestArguments:
    """What is refused before a file is read."""

    def test_nothing_places_a_line(self):
        with pytest.raises(InvalidInputError, match="give a locality, a file of providers, or the"):
            audit(X12 / "base.835")

    def test_an_unknown_place(self):
        with pytest.raises(LocalityError):
            audit(X12 / "base.835", locality="Atlantis")

    def test_no_file(self):
        with pytest.raises(InvalidInputError, match="names no remittance"):
            audit([], **HERE)

    @pytest.mark.parametrize("argument", ["files", "claims"])
    def test_a_frame_is_no_file(self, argument):
        pandas = pytest.importorskip("pandas")
        given: dict[str, Any] = {"files": X12 / "base.835", argument: pandas.DataFrame({"a": [1]})}
        with pytest.raises(InvalidInputError, match=f"^{argument}: a DataFrame is no"):
            audit(**given, **HERE)

    def test_one_of_several_files_is_refused(self):
        result = audit([X12 / "lower_case.835", X12 / "base.835"], **HERE)
        assert [found(line) for line in result.lines] == BASE
        bad, good = result.files
        assert (bad.error is None, good.error, good.claims) == (False, None, 2)
        assert result.status == bad.error.exit_status != 0

    def test_all_files_are_refused(self):
        with pytest.raises(InvalidInputError) as raised:
            audit([X12 / "lower_case.835", X12 / "absent.835"], **HERE)
        assert len(raised.value.others) == 1

    def test_where_nothing_can_be_priced(self, tmp_path):
        path = remit(tmp_path / "a.835", claim(service("99999", "10")))
        assert audit(path, **HERE).status == 6


def test_provider_adjustments_are_sums_apart():
    result = audit(X12 / "plb_mixed.835", **HERE)
    assert [
        (each.reason, each.adjustments, each.amount, each.without_amount)
        for each in result.provider_adjustments
    ] == [("CS", 1, 0, 1), ("L6", 1, D("-1.00"), 0), ("WO", 1, D("100.31"), 0)]
    assert result.total.paid == D("78.81")


def test_sums():
    result = audit([X12 / "base.835", X12 / "denied_4.835"], **HERE)
    whole = result.total
    assert (whole.lines, whole.underpaid_lines, whole.underpaid) == (3, 2, D("114.90"))
    assert (whole.overpaid_lines, whole.overpaid) == (0, D(0))
    assert (whole.allowed, whole.expected, whole.paid) == (D("489.89"), D("604.79"), D("384.07"))
    assert [(each.name, each.underpaid) for each in result.by_code] == [
        *(("64493-50", D("111.44")), ("64493-RT", D("3.46")), ("64494-50", 0)),
    ]
    assert [(each.name, each.lines) for each in result.by_cause] == [
        *(("as without 50", 1), ("nothing that explains it", 1)),
    ]
    assert [(each.name, each.lines) for each in result.by_payer] == [("01112", 3)]
    assert [(each.status, each.lines, each.expected) for each in result.unaudited] == [
        ("denied", 1, D("222.87"))
    ]


def test_sums_begin_with_what_is_underpaid(tmp_path):
    path = remit(
        tmp_path / "a.835",
        claim(service("64493", "300"), number="A"),
        claim(service("64493:50", "334.00"), number="B"),
    )
    assert [each.name for each in audit(path, **HERE).by_code] == ["64493-50", "64493"]


def test_a_payer_without_an_identifier_has_its_name(tmp_path):
    path = remit(tmp_path / "a.835", claim(service("64493", "100")), payer="")
    result = audit(path, **HERE)
    assert [line.payer for line in result.lines] == ["MADE UP PAYER"]
    assert [each.name for each in result.by_payer] == ["MADE UP PAYER"]


def test_the_order_is_that_of_dollars(tmp_path):
    path = remit(
        tmp_path / "a.835",
        *(
            claim(one_service, number=str(at))
            for at, one_service in enumerate(
                (
                    service("64493", "222.87"),
                    service("64493", "230.00"),
                    service("64493", "240.00"),
                    denied("64494"),
                    denied("64493"),
                    service("64493", "200.00"),
                    service("64493", "100.00"),
                    denied("64493", reason="CO*97"),
                )
            )
        ),
    )
    assert [line.claim for line in lines_of(path)] == [
        *("C000007", "C000006", "C000005", "C000004", "C000003", "C000002", "C000001", "C000008")
    ]


def test_the_provider_s_numbers_only_where_asked_for():
    shown = lines_of(X12 / "base.835", show_claim_ids=True)
    assert {line.claim for line in shown} == {"MADE0001", "MADE0002"}
    assert "MADE" not in str(lines_of(X12 / "base.835"))


def test_lines_have_the_provider_s_numbers_where_asked_for(tmp_path):
    path = remit(tmp_path / "a.835", claim(service("64493", "222.87", number="A77")))
    assert [one(path).line, one(path, show_claim_ids=True).line] == ["1", "A77"]


def test_rows_and_frames():
    result = audit(X12 / "base.835", **HERE)
    assert [row["variance"] for row in result.rows()] == [D("-111.44"), D("-3.46"), D("0.00")]
    frame = result.to_frame("pandas")
    assert list(frame["hcpcs"]) == ["64493", "64493", "64494"]
    assert remits.cents("0.005") == D("0.01")


def test_random_claims_are_priced_as_the_scalar_does(tmp_path):
    """Whatever a claim has, what is expected of its lines is what `estimate_claim` says."""
    random = Random(7)
    codes = ("64490", "64491", "64493", "64494", "64495", "64633", "64635", "64636", "99999")
    modifiers = ("", "", "50", "RT", "LT", "59", "52", "KX", "80", "78", "50:KX")
    claims, expected = [], {}
    for number in range(60):
        day = f"2025-1{random.randint(0, 1)}-{random.randint(1, 30):02}"
        pos = random.choice(("11", "22", "24"))
        lines = [
            (random.choice(codes), random.choice(modifiers), random.choice((1, 1, 2)))
            for _ in range(random.randint(1, 5))
        ]
        claims.append(
            claim(
                *(
                    service(
                        f"{code}:{mods}" if mods else code,
                        "10",
                        "700",
                        day=day.replace("-", ""),
                        units=str(units),
                    )
                    for code, mods, units in lines
                ),
                number=str(number),
                pos=pos,
            )
        )
        given = [
            {"hcpcs": code, "modifiers": mods.split(":"), "units": units, "charge": 700}
            for code, mods, units in lines
        ]
        place: dict[str, Any] = {**HERE, "date": day, "pos": pos, "coverage": False}
        try:
            scalar = estimate_claim(given, **place, incomplete=True)
        except FeesyncError:
            continue
        for at, line in zip(scalar.numbers, scalar.lines, strict=True):
            expected[f"C{number + 1:06}", str(at)] = line.allowed
    shown = lines_of(remit(tmp_path / "a.835", *claims), tolerance=9999)  # no search of causes
    assert {
        (line.claim, line.line): line.expected for line in shown if line.status != "refused"
    } == expected
    assert len(expected) > 100


@pytest.mark.parametrize(
    "content", [b"ISA*00*SMITH", "ISA*00*SMITH~\nNM1", "ISA*" + "SMITH" * 999, 7]
)
@pytest.mark.parametrize("argument", ["files", "providers", "claims"])
def test_what_a_remittance_holds_is_no_path_and_in_no_error(argument, content):
    given: dict[str, Any] = {"files": ["base.835"], **HERE, argument: [content]}
    if argument == "providers":
        given[argument] = content
    with pytest.raises(InvalidInputError, match="is no path of a file") as refused:
        audit(given.pop("files"), **given)
    assert "SMITH" not in str(refused.value)
