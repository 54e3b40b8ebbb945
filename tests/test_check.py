"""A paid line beside what it should have been, and what the amount is right for.

The dollars are those of rules.md's sources, or are computed here by hand; the search is proven by
random lines whose amounts the engine gives under changed arguments.
"""

import json
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

import pytest

from feesync import InvalidInputError, check, estimate
from feesync.analysis.match import CauseKind

D = Decimal
SAN_FRANCISCO: dict[str, Any] = {"locality": "01112-05", "date": "2025-11-03"}
"""64493 there: 222.87 in an office, 103.99 in a facility; with 50, 334.31 and 155.99."""

PLACE = ("--locality", "01112-05", "--date", "2025-11-03")
TABLE = """\
64493-50, nonfacility, 2025-11-03
01112-05 CA SAN FRANCISCO-OAKLAND-BERKELEY (SAN FRANCISCO/SAN
MATEO/ALAMEDA/CONTRA COSTA CNTY)
RVU25D, conversion factor 32.3465 nonqp

                                       Should be            Is    Difference
  Medicare allows                         334.31        222.87       -111.44
  Medicare pays                           262.10

111.44 short. 222.87 would be right:

1. As without 50, or with 78
     Fee schedule amount                                222.87
     Allowed                                            222.87
     Medicare pays (80 %, less 2 %)                     174.73
"""


def first(line, **amounts):
    """The text of the likeliest cause of an amount in San Francisco, empty where there is none."""
    found = check(line, **{**SAN_FRANCISCO, **amounts}).causes
    return found[0].text if found else ""


def changes(result):
    """The single changes of each cause."""
    return [
        {change for each in cause.changes if len(each) == 1 for change in each}
        for cause in result.causes
    ]


class TestOneChange:
    """Each kind of cause, at a dollar that is published or computed by hand."""

    @pytest.mark.parametrize(
        ("line", "amounts", "text"),
        [
            ("64493-50", {"allowed": "222.87"}, "without 50, or with 78"),
            ("64493-50", {"paid": "174.73"}, "without 50, or with 78"),
            ("64493-50", {"allowed": "155.99"}, "in the facility setting"),
            ("64493", {"allowed": "103.99", "pos": 11}, "in the facility setting"),
            ("64493", {"allowed": "222.87", "pos": 24}, "in the nonfacility setting"),
            ("64493", {"allowed": "334.31"}, "with 50, or of 2 units"),
            ("64493-RT", {"allowed": "334.31"}, "with 50 in place of RT"),
            # half of 222.87 and of 334.31, rounded half up
            ("64493", {"allowed": "111.44"}, "ranked second"),
            ("64493-50", {"allowed": "167.16"}, "ranked second"),
            # 222.87 x 80 % = 178.30, less 2 % 3.57; 222.87 x 98 % = 218.41, half up of 218.4126
            ("64493", {"paid": "178.30"}, "without sequestration"),
            ("64493", {"paid": "218.41"}, "without coinsurance"),
            ("64493", {"paid": "222.87"}, "without sequestration and without coinsurance"),
            # 222.87 - 100 = 122.87; x 80 % 98.30, less 1.97
            ("64493", {"paid": "174.73", "deductible": 100}, "without a deductible"),
            # 334.31 - 257 = 77.31; x 80 % 61.85, less 1.24
            ("64493-50", {"paid": "60.61"}, "with the whole deductible of the year"),
            ("64493x3", {"allowed": "222.87"}, "of 1 unit"),
            # 222.87 x 85 % = 189.4395, x 95 % = 211.7265, x 75 % = 167.1525
            ("64493", {"allowed": "189.44"}, "billed by np, pa, cns or dietitian"),
            (
                "64493",
                {"allowed": "222.87", "practitioner": "np"},
                "billed by physician or midwife",
            ),
            ("64493", {"allowed": "211.73"}, "of a non-participating practitioner"),
            ("64493", {"allowed": "222.87", "nonpar": True}, "of a participating practitioner"),
            # x 16 % = 35.6592, x 13.6 % = 30.31
            ("64493", {"allowed": "35.66"}, "with 80, 82 or 81"),
            ("64493", {"allowed": "30.31"}, "with AS"),
            ("64493@100", {"allowed": "222.87"}, "without the submitted charge as a limit"),
            ("64493@500", {"allowed": "500"}, "of the submitted charge itself"),
            ("64493", {"allowed": "172.08"}, "by the national rates"),
            ("64493", {"allowed": "245.16", "percent": 110}, ""),
            (
                "64493",
                {"allowed": "222.87", "percent": 110},
                "by Medicare's own rates, without the contract",
            ),
        ],
    )
    def test_it_is_found(self, line, amounts, text):
        assert first(line, **amounts) == text

    def test_the_limiting_charge(self):
        # of 2025, national 64493: CMS's look-up tool published 188.00 and 96.47
        national: dict[str, Any] = {"locality": "national", "date": "2025-11-03"}
        assert first("64493", **national, allowed="188.00") == "of the limiting charge"
        assert first("64493", **national, allowed="96.47", pos=24) == "of the limiting charge"

    def test_another_release(self):
        # national 64493 of 2024 from March 9 on: 177.42, before 174.53
        national: dict[str, Any] = {"locality": "national", "date": "2025-11-03"}
        assert first("64493", **national, allowed="177.42") == (
            "by the rates of RVU24C, RVU24B or RVU24AR"
        )
        assert first("64493", **national, allowed="174.53") == "by the rates of RVU24A"

    def test_a_rate_of_the_other_year_of_a_contract(self):
        national: dict[str, Any] = {"locality": "national", "date": "2025-11-03"}
        assert first("64493", **national, of_year=2025, allowed="177.42") == "by the rates of 2024"

    def test_a_neighbour_of_the_state(self):
        # CMS's file of 2025: 64493 in 01182-18, Los Angeles
        amount = estimate("64493", locality="01182-18", date="2025-11-03").allowed
        (cause,) = check("64493", **SAN_FRANCISCO, allowed=amount).causes
        assert cause.kinds == ("locality",)
        assert ("locality", "01182-18") in changes(check("64493", **SAN_FRANCISCO, allowed=amount))[
            0
        ]
        assert cause.estimate.allowed == amount

    def test_the_other_conversion_factor_of_2026(self):
        arguments: dict[str, Any] = {"locality": "national", "date": "2026-08-01"}
        other = estimate("64493", **arguments, qp=True).allowed
        assert first("64493", **arguments, allowed=other) == "by the qp conversion factor"
        own = estimate("64493", **arguments).allowed
        assert first("64493", **arguments, allowed=own, qp=True) == "by the nonqp conversion factor"


class TestRanks:
    """A line behind another is worth what the rule of its indicator leaves of published fees."""

    NATION: ClassVar[dict[str, Any]] = {"locality": "national", "date": "2025-11-03"}

    def fee(self, hcpcs, *modifiers):
        amount = estimate(hcpcs, modifiers=modifiers, **self.NATION).fee
        assert amount is not None
        return amount

    @pytest.mark.parametrize(
        ("line", "parts", "text"),
        [
            ("20610", [("20610", "", "0.5")], "ranked second"),
            (
                "43239",
                [("43239", "", 1), ("43235", "", -1)],
                "ranked second of its endoscopic family",
            ),
            ("43239", [("43239", "", "0.5")], "ranked second"),
            ("73721-TC", [("73721", "TC", "0.5")], "ranked second"),
            ("73721-26", [("73721", "26", "0.95")], "ranked second"),
            ("93306-TC", [("93306", "TC", "0.75")], "ranked second"),
            ("92133-TC", [("92133", "TC", "0.8")], "ranked second"),
            # the technical part of 93000 is 93005, a code of its own
            ("93000", [("93000", "", 1), ("93005", "", "-0.25")], "ranked second"),
        ],
    )
    def test_by_the_indicator_of_the_code(self, loaded, line, parts, text):
        exact = sum(self.fee(code, *filter(None, [row])) * D(share) for code, row, share in parts)
        amount = exact.quantize(D("0.01"), ROUND_HALF_UP)
        causes = check(line, **self.NATION, allowed=amount).causes
        assert text in {cause.text for cause in causes}

    def test_therapy(self, loaded):
        # 97110: work 0.45, half of practice expense 0.42, malpractice 0.01, times 32.3465
        rate = estimate("97110", **self.NATION).rate
        exact = (rate.work_rvu + rate.pe_rvu / 2 + rate.mp_rvu) * rate.conversion_factor
        amount = exact.quantize(D("0.01"), ROUND_HALF_UP)
        texts = [cause.text for cause in check("97110", **self.NATION, allowed=amount).causes]
        assert "ranked second" in texts

    def test_an_assistant_is_ranked_among_assistants(self, loaded):
        # 27447 x 16 % x 50 %, each rounded; whichever is first
        fee = self.fee("27447")
        step = (fee * D("0.5")).quantize(D("0.01"), ROUND_HALF_UP)
        amount = (step * D("0.16")).quantize(D("0.01"), ROUND_HALF_UP)
        assert "ranked second" in {
            cause.text for cause in check("27447-80", **self.NATION, allowed=amount).causes
        }


class TestBounds:
    def test_ten_units_are_tried_and_no_more(self):
        # 64494 x 10 and x 11
        assert first("64494", allowed="1109.90") == "of 10 units"
        assert first("64494", allowed="1220.89") == ""

    def test_days_of_care_are_the_units_of_55(self):
        # 64635 has 10 % of 552.01 for ten days: four are 22.08
        assert first("64635-55", allowed="22.08") == "of 4 units"

    def test_without_55_its_days_go_too(self):
        # four of ten days of 10 % of 552.01 for the care; the whole operation is 552.01
        assert first("64635-55d4", allowed="552.01") == "without 55"

    def test_so_many_pairs_are_tried(self, monkeypatch):
        assert first("64493-50", allowed="103.99") != ""
        monkeypatch.setattr("feesync.analysis.causes.MOST_PAIRS", 0)
        assert first("64493-50", allowed="103.99") == ""

    def test_the_likeliest_kinds_come_first(self):
        assert [kind.value for kind in CauseKind] == [
            *("charge", "without-modifier", "setting", "rank", "sequestration", "coinsurance"),
            *("deductible", "modifier", "units", "practitioner", "participation"),
            *("conversion-factor", "contract", "release", "national", "locality"),
            "limiting-charge",
        ]
        # 500 is the charge, and what five units limited by it come to
        causes = check("64493@500", **SAN_FRANCISCO, allowed="500").causes
        assert [cause.kinds for cause in causes][:2] == [("charge",), ("units",)]

    def test_a_neighbour_is_in_no_pair(self):
        # half of what Los Angeles allows
        other = estimate("64493", locality="01182-18", date="2025-11-03").fee
        assert other is not None
        half = (other / 2).quantize(D("0.01"), ROUND_HALF_UP)
        result = check("64493", **SAN_FRANCISCO, allowed=half)
        assert all("locality" not in cause.kinds for cause in result.causes)


class TestAnswers:
    def test_what_is_as_it_should_be(self):
        result = check("64493-50", **SAN_FRANCISCO, allowed="334.31", paid="262.10")
        assert (result.differs, result.causes, result.deductible) == (False, (), None)
        assert (result.allowed_difference, result.paid_difference) == (D(0), D(0))

    def test_another_payers_conversion_factor(self):
        # 5.32 relative value units, 172.08 / 32.3465, x 45
        result = check(
            "64493",
            locality="national",
            date="2025-11-03",
            conversion_factor="45.00",
            allowed="239.40",
        )
        assert not result.differs

    def test_the_difference(self):
        result = check("64493-50", **SAN_FRANCISCO, allowed="222.87", paid="174.73")
        assert result.differs
        assert (result.allowed_difference, result.paid_difference) == (D("-111.44"), D("-87.37"))
        assert check("64493-50", **SAN_FRANCISCO, paid="262.11").paid_difference == D("0.01")

    def test_a_cause_meets_both_amounts(self):
        # 222.87 paid in full, but for the coinsurance of what should have been allowed
        assert changes(check("64493-50", **SAN_FRANCISCO, allowed="222.87", paid="174.72")) == []
        both = check("64493", **SAN_FRANCISCO, allowed="222.87", paid="178.30")
        assert changes(both) == [{("sequestration", "0 %")}]

    def test_pairs_are_tried_where_nothing_single_explains(self):
        # one side in a facility; of both sides in an office and no sequestration 267.45
        assert first("64493-50", allowed="103.99").startswith("without 50 and in the facility")
        assert first("64493-50", paid="178.30").startswith("without 50 and without sequestration")
        assert all(
            len(each) == 2
            for cause in check("64493-50", **SAN_FRANCISCO, allowed="103.99").causes
            for each in cause.changes
        )

    @pytest.mark.parametrize("amounts", [{"allowed": "88.00"}, {"paid": "1234.56"}])
    def test_what_nothing_explains(self, amounts):
        result = check("64493-50", **SAN_FRANCISCO, **amounts)
        assert (result.causes, result.deductible) == ((), None)

    def test_the_deductible_that_would_explain_what_was_paid(self):
        # (222.87 - 31.54) x 80 % = 153.06, less 3.06; a cent less of it leaves 153.07 and 150.01
        result = check("64493", **SAN_FRANCISCO, paid="150.00")
        assert (result.causes, result.deductible) == ((), D("31.54"))
        allowed = check("64493", **SAN_FRANCISCO, allowed="150.00")
        assert (allowed.causes, allowed.deductible) == ((), None)

    def test_a_deductible_is_not_more_than_that_of_the_year(self):
        # 64635 on both sides: 636.54 in Alabama, of which the deductible leaves 379.54
        line: dict[str, Any] = {"locality": "AL", "date": "2025-11-03"}
        allowed = estimate("64635", modifiers=["50"], **line).allowed
        assert allowed > 257
        assert check("64635-50", **line, paid="0.01").deductible is None

    def test_a_line_without_a_price(self):
        result = check("64493-22", **SAN_FRANCISCO, allowed="222.87")
        assert (result.differs, result.allowed_difference) == (True, None)
        assert first("64493-22", allowed="222.87") == "without 22"

    def test_equal_amounts_of_several_localities_are_one_cause(self, feesync):
        keys = [f"01112-{number}" for number in (*range(55, 62), 68, 69, 70, 75)]
        result = check("64493", **SAN_FRANCISCO, allowed="181.44")
        assert changes(result) == [{("locality", key) for key in keys}]
        assert result.causes[0].text == f"in 11 localities: {', '.join(keys)}"
        text = feesync("check", "64493", "--allowed", "181.44", *PLACE).stdout
        assert "1. As in 11 localities: 01112-55, 01112-56," in text
        assert text.count(" CA ") == 1

    def test_a_locality_and_a_release_are_named(self, feesync):
        text = feesync("check", "64493", "--allowed", "182.12", *PLACE).stdout
        assert "1. As in 01112-54\n     01112-54 CA BAKERSFIELD\n" in text
        text = feesync("check", "64493-50", "--allowed", "345.23", *PLACE).stdout
        assert "RVU24AR\n     RVU24C, conversion factor 33.2875 nonqp\n" in text

    @pytest.mark.parametrize(
        ("amounts", "says"),
        [
            ({}, "nothing to check: give what was allowed, or what was paid"),
            ({"allowed": "x"}, "allowed: 'x' is not an amount"),
            ({"paid": 1.5}, "paid: 1.5 is a float"),
            ({"paid": 100, "percent": 110}, "with a contract, the plan decides"),
        ],
    )
    def test_what_is_refused(self, amounts, says):
        with pytest.raises(InvalidInputError, match=says):
            check("64493", **SAN_FRANCISCO, **amounts)


class TestCommand:
    def test_the_text(self, feesync):
        result = feesync("check", "64493-50", "--allowed", "222.87", *PLACE)
        assert (result.exit_code, result.stdout, result.stderr) == (0, TABLE, "")

    def test_a_zip_says_which_file_has_it(self, feesync):
        result = feesync("check", "64493", "--paid", "1", "--zip", "33612", *PLACE[2:])
        line = "09102-99 FL REST OF FLORIDA, ZIP 33612 by ZIP5 2025 Q4 (ZIP5_OCT2025.txt)"
        assert line in result.stdout.splitlines()

    def test_a_zip_of_another_quarter_is_told_below(self, feesync):
        line = ("check", "64493", "--paid", "0", "--zip", "33612", "--date", "2026-08-01")
        text = " ".join(feesync(*line).stdout.split())
        assert "09102-99 FL REST OF FLORIDA RVU26C" in text
        assert "info: ZIP 33612 lies in 09102-99 by CMS's ZIP5 2025 Q4, the nearest" in text

    def test_where_nothing_is_paid_the_codes_come_first(self, feesync):
        text = " ".join(feesync("check", "64493", "--paid", "0", *PLACE).stdout.split())
        assert "Nothing was paid: see the codes of the remittance first. A denial" in text
        some = feesync("check", "64493", "--paid", "0.01", *PLACE).stdout
        assert "Nothing was paid" not in some

    def test_modifiers_may_stand_apart(self, feesync):
        apart = feesync("check", "64493", "-m", "50", "--allowed", "222.87", *PLACE)
        assert apart.stdout == TABLE

    def test_what_nothing_explains_says_so(self, feesync):
        result = feesync("check", "64493", "--paid", "150", *PLACE)
        assert result.exit_code == 0
        assert "24.73 short, and nothing explains 150.00: no single change" in result.stdout
        assert "A deductible of 31.54 that the patient still owed would" in result.stdout

    def test_lines_fit_eighty_columns(self, feesync):
        for amounts in (("--allowed", "188.45"), ("--paid", "1"), ("--allowed", "189.44")):
            for line in ("64493", "64493-22"):
                text = feesync("check", line, *amounts, *PLACE).stdout
                assert max(map(len, text.splitlines())) <= 80

    def test_a_line_without_a_price_says_why(self, feesync):
        result = feesync("check", "64493-22", "--allowed", "222.87", *PLACE)
        assert result.exit_code == 6
        assert "There should be no price. 222.87 would be right:" in result.stdout
        assert "1. As without 22" in result.stdout
        assert "denial: Modifier 22 is priced by report" in result.stdout

    def test_fail_on_difference(self, feesync):
        line = ("check", "64493-50", *PLACE, "--fail-on-difference", "--allowed")
        assert feesync(*line, "222.87").exit_code == 4
        assert feesync(*line, "334.31").exit_code == 0

    def test_json(self, feesync):
        result = feesync("check", "64493-50", "--allowed", "222.87", *PLACE, "--json")
        answer = json.loads(result.stdout)
        assert answer["given"] == {"allowed": 222.87, "paid": None}
        assert answer["difference"] == {"allowed": -111.44, "paid": None}
        assert answer["estimate"]["allowed"] == 334.31
        (cause,) = answer["causes"]
        assert (cause["kinds"], cause["allowed"]) == (["without-modifier"], 222.87)
        assert cause["changes"][0] == [{"kind": "without-modifier", "value": "50"}]

    def test_csv(self, feesync):
        result = feesync("check", "64493-50", "--allowed", "103.99", *PLACE, "--csv")
        header, row, *_ = result.stdout.splitlines()
        cells = dict(zip(header.split(","), row.split(","), strict=True))
        assert (cells["cause"], cells["cause_kinds"]) == ("1", "without-modifier setting")
        nothing = feesync("check", "64493-50", "--allowed", "88", *PLACE, "--csv").stdout
        assert len(nothing.splitlines()) == 2

    @pytest.mark.parametrize(
        ("arguments", "status", "says"),
        [
            (("64493",), 2, "what does the remittance say? Give --allowed"),
            (("99999", "--allowed", "1"), 6, "99999"),
            (("644", "--allowed", "1"), 2, "'644' is not a claim line"),
        ],
    )
    def test_usage(self, feesync, arguments, status, says):
        result = feesync("check", *arguments, *PLACE)
        assert (result.exit_code, result.stdout) == (status, "")
        assert says in result.stderr
        assert len(result.stderr.splitlines()[-1]) < 300
