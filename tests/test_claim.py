"""Claims, against amounts worked out by hand.

RVU totals of October 2025 x 32.3465, each step on the rounded amount before it.
"""

import json
from decimal import Decimal
from itertools import permutations

import pytest
from cms_files import VALUES, csv_of, fixture, rows_of, rvu25d, zip_of
from hypothesis import given, settings
from hypothesis import strategies as st

from feesync import (
    ClaimLine,
    FeesyncError,
    InvalidInputError,
    LocalityError,
    ModifierError,
    NoReleaseError,
    UnknownCodeError,
    estimate,
    estimate_claim,
)
from feesync.datasets.rvu.load import load
from feesync.formats.release import from_zip

D = Decimal
DAY = "2025-11-03"


def claim(*lines, **more):
    return estimate_claim(lines, **{"locality": "national", "date": DAY, **more})


def amounts(answer):
    return [None if line.allowed is None else str(line.allowed) for line in answer.lines]


def ranks(answer):
    return [line.rank for line in answer.lines]


CASES = {
    # surgery, indicator 2: ranked after bilateral, add-ons neither ranked nor reduced
    "one line": (["64493"], ["172.08"], [None]),
    "an add-on is left alone": (["64493-50", "64494-50"], ["258.12", "131.97"], [None, None]),
    "64635 420.50 before 64493-50 258.12": (["64493-50", "64635-LT"], ["129.06", "420.50"], [2, 1]),
    "bilateral before ranking": (["64490", "64493-50"], ["93.16", "258.12"], [2, 1]),
    "equal amounts go by what the lines say": (
        ["20610-RT", "20610-59"], ["31.70", "63.40"], [2, 1]),
    "not by their order": (["20610-59", "20610-RT"], ["63.40", "31.70"], [1, 2]),
    "by report from the sixth on": (
        ["64635", "64633", "55700", "64490", "64493", "67028"],
        ["420.50", "208.48", "116.61", "93.16", "86.04", None], [1, 2, 3, 4, 5, 6],
    ),
    # 172.08 x 0.16
    "an assistant is apart from the own operations": (
        ["64635", "64493-80"], ["420.50", "27.53"], [None, None]),
    "assistants rank among themselves": (
        ["64493-80", "64490-82", "64635"], ["13.77", "29.81", "420.50"], [2, 1, None]),
    "a line that is not paid takes no part": (
        ["64635-80", "64493"], [None, "172.08"], [None, None]),
    # endoscopies, indicator 3: 357.11 - 276.24, 414.68 - 327.67
    "a family": (["43239", "43249"], ["80.87", "991.10"], [None, None]),
    "the base is not paid": (["43235", "43239"], ["0.00", "357.11"], [None, None]),
    "the base beside two of its family": (
        ["43235", "43239", "43249"], ["0.00", "80.87", "991.10"], [None] * 3),
    "two families": (["45385", "45380", "43249"], ["217.69", "43.51", "991.10"], [2, 2, 1]),
    "a family beside surgery": (
        ["43239", "43249", "64635"], ["80.87", "991.10", "210.25"], [1, 1, 2]),
    "endoscopies of two families, one each": (["45385", "43239"], ["435.38", "178.56"], [1, 2]),
    # imaging, family 88: 66.31 x 50 % + 38.82 x 95 %
    "whole studies": (["70450", "73721"], ["70.04", "200.22"], [2, 1]),
    # 66.31 x 85 %, 56.36; x 50 %, 28.18; + 36.88
    "on an old scanner": (["70450-CT", "73721"], ["65.06", "200.22"], [2, 1]),
    "professional parts": (["70450-26", "73721-26"], ["36.88", "61.78"], [2, 1]),
    "technical parts": (["73721-TC", "70450-TC"], ["138.44", "33.16"], [1, 2]),
    "a technical and a professional part": (["73721-TC", "70450-26"], ["138.44", "38.82"], [1, 1]),
    # therapy, indicator 5: (0.45 + 0.43 / 2 + 0.01) x 32.3465 = 21.83, (0.21 + 0.21 / 2 + 0.01) x
    # 32.3465 = 10.51
    "therapy": (["97110", "97035"], ["28.79", "10.51"], [1, 2]),
    "the highest practice expense is paid in full": (
        ["97110", "92507"], ["21.83", "75.04"], [2, 1]),
    "equal practice expenses": (["97110-59", "97110"], ["21.83", "28.79"], [2, 1]),
    "equal ones by what is payable": (["97110-CQ", "97110"], ["18.56", "28.79"], [2, 1]),
    "units of therapy": (["97110x3"], ["72.45"], [None]),  # 28.79 + 2 x 21.83
    "units beside a higher one": (["97110x2", "92507"], ["43.66", "75.04"], [2, 1]),
    "a therapy assistant after the reduction": (["97110-CQ", "92507"], ["18.56", "75.04"], [2, 1]),
    # cardiovascular, indicator 6: 4.34 and 3.66 x 32.3465 before the OPPS cap: 140.38 - 118.39 x 25
    # %; 93000 holds 93005: 7.76 + 6.15 x 75 %
    "cardiovascular": (["93306", "93990"], ["187.93", "110.78"], [1, 2]),
    "the technical part of a code for the whole": (["93000", "93306"], ["12.37", "187.93"], [2, 1]),
    "a professional part is not reduced": (
        ["93306", "93990-26"], ["187.93", "22.00"], [None, None]),
    # ophthalmology, indicator 7: 15.85 + 13.91 x 80 %
    "ophthalmology": (["92133", "92250"], ["26.98", "35.58"], [2, 1]),
    "rules do not mix": (
        ["92250", "93306", "97110", "64493"], ["35.58", "187.93", "28.79", "172.08"], [None] * 4),
    # RT and LT on two lines: the pair's 258.12, 100 of 150 on the right
    "a pair": (["64493-RT", "64493-LT"], ["172.08", "86.04"], [None, None]),
    "a pair with informational modifiers": (
        ["64493-LT-KX", "64493-59-RT"], ["86.04", "172.08"], [None, None]),
    "a pair is ranked as one": (
        ["64493-RT", "64635", "64493-LT"], ["86.04", "420.50", "43.02"], [2, 1, 2]),
    "the charges of a pair count together": (
        ["64493-RT@100", "64493-LT@300"], ["100.00", "158.12"], [None, None]),
    "the charges of a pair are lower": (
        ["64493-RT@100", "64493-LT@50"], ["100.00", "50.00"], [None, None]),
    "an unstated charge of a side is its fee": (
        ["64493-RT@10", "64493-LT"], ["10.00", "172.08"], [None, None]),
    # 2 x 361.95
    "a pair of add-ons with units": (
        ["64634-RTx2", "64634-LTx2"], ["482.60", "241.30"], [None, None]),
    "a pair on indicator 2": (["69210-RT", "69210-LT"], ["46.58", "0.00"], [None, None]),
    "a pair on indicator 3": (["73721-RT", "73721-LT"], ["200.22", "200.22"], [None, None]),
    "two rights are no pair": (["20610-RT", "20610-RT"], ["63.40", "31.70"], [1, 2]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_claim(loaded, name):
    lines, allowed, order = CASES[name]
    answer = claim(*lines)
    assert (amounts(answer), ranks(answer)) == (allowed, order)
    assert answer.allowed == sum(D(amount) for amount in allowed if amount)


ONE_LINE = [
    # (line, more arguments, allowed, limiting charge): each step on the rounded amount before it
    ("64493-50", {}, "258.12", None),
    ("64493-50", {"pos": "24"}, "132.47", None),
    ("64493-50", {"date": "2026-08-01"}, "285.59", None),
    ("64493-50", {"date": "2026-08-01", "pos": "24"}, "122.25", None),
    ("64493", {"nonpar": True}, "163.48", "188.00"),  # the limit is published by CMS
    ("64493", {"nonpar": True, "pos": "24"}, "83.89", "96.47"),
    ("64493-80", {}, "27.53", None),  # 172.08 x 0.16
    ("64493-82", {"nonpar": True}, "26.15", "30.08"),  # 27.53 x 0.95; 172.08338 x 1.0925 x 0.16
    ("64493-AS", {}, "23.40", None),  # 172.08 x 0.136
    ("64493-AS", {"practitioner": "np", "nonpar": True}, "22.23", None),
    ("64493", {"practitioner": "np", "nonpar": True}, "138.96", None),  # 146.27 x 0.95
    ("64493-50", {"practitioner": "csw"}, "193.59", None),
    ("27447-62", {"pos": "21"}, "786.02", None),  # 38.88 x 32.3465 = 1257.63, x 0.625
    ("27447-54", {"pos": "21"}, "993.53", None),  # 10 + 69 %
    ("27447-55", {"pos": "21"}, "264.10", None),  # 21 %
    ("27447-55", {"pos": "21", "days": 30}, "88.03", None),  # 264.10 x 30 / 90
    ("27447-56", {"pos": "21"}, "125.76", None),  # 10 %
    ("27447-78", {"pos": "21"}, "867.76", None),  # 69 %
    ("64493-78", {}, "172.08", None),  # global 000: in full
    ("64635-54-50", {}, "567.68", None),  # 420.50 x 1.5 = 630.75, x 0.9
    ("97110-CQ", {}, "24.47", None),
    ("97110-CO", {"nonpar": True}, "23.25", "26.73"),  # 28.788385 x 1.0925 x 0.85
    ("71046-FX", {}, "28.14", None),  # 10.03 + 22.64 x 80 %
    ("71046-FY", {}, "30.41", None),
    ("71046-TC-FX", {}, "18.11", None),
    ("70450-CT", {}, "95.18", None),  # 38.82 + 66.31 x 85 % = 56.3635
    ("64493-59-KX-76", {}, "172.08", None),
]


@pytest.mark.parametrize(("line", "more", "allowed", "limit"), ONE_LINE)
def test_a_line_alone_and_as_a_claim(loaded, line, more, allowed, limit):
    read = ClaimLine.read(line)
    days = more.get("days")
    more = {
        "locality": "national",
        "date": DAY,
        "coverage": False,
        **{name: more[name] for name in more if name != "days"},
    }
    alone = estimate(read.hcpcs, modifiers=read.modifiers, postop_days=days, **more)
    assert (
        str(alone.allowed),
        None if alone.limiting_charge is None else str(alone.limiting_charge),
    ) == (allowed, limit)
    together = estimate_claim(
        [{"hcpcs": read.hcpcs, "modifiers": list(read.modifiers), "postop_days": days}], **more
    )
    assert together.lines == (alone,)


NOT_PAID = [
    ("64635-80", "assistant-not-paid"),
    ("64493-62", "co-surgeon-not-permitted"),
    ("64493-66", "team-not-permitted"),
    ("64493-22", "by-report"),
    ("64493-52", "by-report"),
    ("64493-53", "by-report"),
    ("64493-GY", "modifier-gy"),
    ("64493-GZ", "modifier-gz"),
    ("92015", "status-n"),
    ("00100-QK", "status-j"),
    ("15824-50", "contractor-priced"),
]


@pytest.mark.parametrize(("line", "code"), NOT_PAID)
def test_a_line_that_is_not_paid_says_why(loaded, line, code):
    answer = claim(line)
    assert (answer.lines[0].allowed, answer.allowed, answer.patient_responsibility) == (
        None,
        None,
        None,
    )
    assert [note.code for note in answer.lines[0].denials] == [code]
    assert [note.code for note in answer.notes] == ["line-without-price"]


REFUSED = [
    ("64493-50-RT", "50 means both sides"),
    ("70450-26-TC", "26 contradicts TC"),
    ("64493-80-AS", "80 contradicts AS"),
    ("64493-54", "54 does not apply to 64493: its global period is 000"),
    ("64494-78", "78 does not apply to 64494: its global period is ZZZ"),
    ("99213-78", "78 does not apply to 99213: its global period is XXX"),
    ("64493-26", "26 does not apply to 64493"),
    ("77063-80", "assistant indicator 9"),
    ("64493-QK", "for anesthesia codes"),
    ("64493-FX", "it has no technical part"),
    ("71046-26-FX", "71046-26: it has no technical part"),
    ("93000-FX", "bill the code of its technical part"),
    ("64493-ZZ", "ZZ is not known"),
    ("93306-FX", "FX does not apply to 93306: it is for X-rays"),
    ("93306-CT", "CT does not apply to 93306: it is for computed tomography"),
    ("73721-FY", "FY does not apply to 73721: it is for X-rays"),
    ("99213-CQ", "CQ does not apply to 99213: it is for therapy services"),
]


@pytest.mark.parametrize(("line", "says"), REFUSED)
def test_what_does_not_apply_is_refused_by_name(loaded, line, says):
    with pytest.raises(ModifierError, match=says):
        claim(line)


@pytest.mark.parametrize(
    ("lines", "more", "says"),
    [
        (
            ["64493", "64493-80"],
            {"practitioner": "np"},
            "line 2: modifier 80 is a physician's; .* nurse practitioner is reported by AS",
        ),
        (
            ["64493-AS"],
            {"practitioner": "csw"},
            "line 1: modifier AS is for the assistance of a pa, np or cns",
        ),
        (["64493", "banana"], {}, "line 2: 'banana' is not a claim line"),
        (["64493x0"], {}, "line 1: units 0"),
        (["64493@1.234"], {}, "line 1: charge: 1.234 has more than two decimals"),
        ([{"column": "64493"}], {}, "line 1: a claim line has 'column'; its names are hcpcs"),
        ([{"modifiers": ["50"]}], {}, "line 1: a claim line has no 'hcpcs'"),
        ([{"hcpcs": "64493", "charge": 2.5}], {}, "line 1: charge: 2.5 is a float"),
        ([7], {}, "line 1: a claim line is text such as 64493-50, or a dictionary, not int"),
        ([], {}, "at least one line"),
        (["64493"] * 51, {}, "at most 50"),
    ],
)
def test_bad_claims_are_named(loaded, lines, more, says):
    with pytest.raises(InvalidInputError, match=says):
        claim(*lines, **more)


def test_a_claim_is_no_text():
    with pytest.raises(InvalidInputError, match="lines is a list of claim lines, not str"):
        estimate_claim("64493", locality="national")
    with pytest.raises(InvalidInputError, match="lines is a list of claim lines, not ClaimLine"):
        estimate_claim(ClaimLine("64493"), locality="national")  # type: ignore[arg-type]


def test_an_unknown_code_names_its_line(loaded):
    with pytest.raises(UnknownCodeError, match="^line 2: 99999 is not in RVU25D") as error:
        claim("64493", "99999")
    assert error.value.claim_line == 2


def test_what_is_wrong_with_the_whole_claim_names_no_line(loaded):
    for ask in (lambda: claim(), lambda: claim("64493", pos="98"), lambda: claim(*["64493"] * 51)):
        with pytest.raises(InvalidInputError) as error:
            ask()
        assert error.value.claim_line is None
        assert not str(error.value).startswith("line")


def test_an_error_of_one_line_alone_has_no_number_in_its_text(loaded):
    with pytest.raises(ModifierError, match="^modifier AS is for"):
        estimate("64493", modifiers=["AS"], practitioner="csw", locality="national", date=DAY)


def test_a_base_that_no_other_needs_need_not_be_there(database):
    rows = [row for row in rows_of(fixture(VALUES)) if row[0] != "43235"]
    load(database, from_zip(zip_of(rvu25d(values=csv_of(rows))), "rvu25d.zip"))
    assert amounts(claim("43239", "64493")) == ["357.11", "86.04"]
    with pytest.raises(UnknownCodeError, match="^line 1: 43235 is not in RVU25D"):
        claim("43239", "43249")


def test_the_deductible_is_met_in_the_order_of_what_lines_say():
    answer = claim("64493", "64494", "64495", deductible="200")
    assert [str(line.deductible) for line in answer.lines] == ["172.08", "27.92", "0.00"]
    # 64494: (87.98 - 27.92) x 0.8 = 48.048, 48.05; 2 % 0.96; the patient 87.98 - 48.05
    assert (str(answer.lines[1].medicare_payment), str(answer.lines[1].patient_responsibility)) == (
        "47.09",
        "39.93",
    )
    assert answer.patient_responsibility == sum(
        line.patient_responsibility for line in answer.lines
    )


def test_notes_on_the_claim():
    assert [note.code for note in claim("64494", "64636").notes] == ["add-on-without-parent"] * 2
    assert "64493, which is not on the claim" in claim("64494").notes[0].text
    assert [note.code for note in claim("64493", "64494-50").notes] == []
    assert [note.code for note in claim("64493", "64493", coverage=False).notes] == [
        "duplicate-line"
    ]
    assert claim("64493", "64493-76", coverage=False).notes == ()
    assert [note.code for note in claim("64493", deductible=300).notes] == [
        "deductible-above-annual"
    ]


def test_an_add_on_of_another_kind_needs_some_primary_procedure(loaded):
    assert [note.code for note in claim("77063").notes] == ["add-on-without-parent"]
    assert claim("77063", "77067").notes == ()


def test_to_dict_has_the_names_of_the_contract():
    answer = claim("64493-50", "64635").to_dict()
    assert list(answer) == [
        "lines",
        "allowed",
        "medicare_payment",
        "sequestration",
        "patient_responsibility",
        "notes",
    ]
    assert [line["rank"] for line in answer["lines"]] == [2, 1]
    assert list(answer["lines"][0])[-2:] == ["notes", "rank"]


def test_a_dictionary_and_a_value_are_lines_too():
    given = [{"hcpcs": "64493", "modifiers": "50"}, ClaimLine("64494", ["50"], charge="100")]
    assert amounts(claim(*given)) == ["258.12", "100.00"]


CODES = ["64493", "64494", "64635", "20610", "43235", "43239", "43249", "45385", "45380", "70450",
         "70450-26", "70450-TC", "73721", "97110", "97035", "92507", "93000", "93306", "93990",
         "92133", "92250", "99213", "71046", "15824"]  # fmt: skip
MODIFIERS = [
    "",
    "-50",
    "-RT",
    "-LT",
    "-59",
    "-80",
    "-62",
    "-54",
    "-78",
    "-CQ",
    "-FX",
    "-22",
    "x2",
    "x3",
    "@75",
    "-RT@40",
    "-LT@40",
]


@pytest.fixture(scope="module")
def one_database(tmp_path_factory):
    path = tmp_path_factory.mktemp("claims") / "feesync.db"
    load(path, from_zip(zip_of(rvu25d()), "rvu25d.zip"))
    return path


lines = st.lists(
    st.builds(str.__add__, st.sampled_from(CODES), st.sampled_from(MODIFIERS)),
    min_size=1,
    max_size=7,
)


@settings(max_examples=300, deadline=None)
@given(lines, st.booleans(), st.integers(0, 50_000))
def test_any_claim_sums_or_is_refused(one_database, given_lines, nonpar, owed):
    more = {"db": one_database, "nonpar": nonpar}
    try:
        answer = claim(*given_lines, deductible=D(owed).scaleb(-2), **more)
    except InvalidInputError as refused:
        answer, said = None, str(refused)
    if answer is None:
        assert said.startswith("line ")
        return
    alone = [claim(line, **more).allowed for line in given_lines]
    assert sum(line.allowed or 0 for line in answer.lines) == (answer.allowed or 0)
    if not {"92133", "92250"} & {
        line.hcpcs for line in answer.lines
    }:  # two units of these are both sides, paid once; three are not
        # a pair is rounded once where two lines are rounded each
        cents = D(len(alone)).scaleb(-2)
        assert (answer.allowed or 0) <= sum(amount or 0 for amount in alone) + cents
    for part in [answer, *answer.lines]:
        if part.allowed is not None:
            assert (
                part.medicare_payment + part.sequestration + part.patient_responsibility
                == part.allowed
            )
    for line in answer.lines:
        assert (line.allowed is None) == bool(line.denials)
        assert not line.steps or line.steps[-1].amount == line.allowed
    assert json.dumps(answer.to_dict(), default=str)


def test_the_order_of_lines_does_not_change_the_sum(loaded):
    found = {
        claim(*order).allowed
        for order in permutations(["64493-50", "64635", "43239", "43249", "64494"])
    }
    assert len(found) == 1


BAD = {
    "99999": "99999 is not in RVU25D",
    "banana": "'banana' is not a claim line",
    "64493-ZZ": "modifier ZZ is not known",
    "64493x0": "units 0",
    "71045-RT-50": "50 means both sides",
    "64494-26": "modifier 26 does not apply to 64494",
    "64494-54": "modifier 54 does not apply to 64494",
    "64493@1.234": "charge: 1.234 has more than two decimals",
}


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_an_incomplete_claim_is_priced_as_without_the_line(loaded, bad, at):
    good = ["64635-LT", "64494-50"]
    whole = claim(*good, deductible=100)
    lines = [*good[:at], bad, *good[at:]]
    found = claim(*lines, deductible=100, incomplete=True)
    assert (found.lines, found.allowed) == (whole.lines, whole.allowed)
    assert found.patient_responsibility == whole.patient_responsibility
    assert found.numbers == tuple(number for number in (1, 2, 3) if number != at + 1)
    (refused,) = found.refused
    assert refused.number == at + 1
    assert refused.reason.startswith(BAD[bad])
    note = next(note for note in found.notes if note.code == "claim-incomplete")
    assert str(note).startswith(
        f"warning: The claim is priced without line {at + 1}: {refused.reason}"
    )
    with pytest.raises(FeesyncError, match=f"^line {at + 1}: {BAD[bad]}"):
        claim(*lines)


def test_several_lines_are_refused_and_numbers_stay(loaded):
    found = claim("banana", "64493-50", "64494-54", "64635-80", "99999", incomplete=True)
    assert [line.number for line in found.refused] == [1, 3, 5]
    assert (found.numbers, amounts(found)) == ((2, 4), ["258.12", None])
    texts = [note.text for note in found.notes]
    assert "Without a price, and not in the sums: line 4 (64635-80)." in texts
    answer = json.loads(json.dumps(found.to_dict()))
    assert [line["line"] for line in answer["lines"]] == [2, 4]
    assert [one["line"] for one in answer["refused"]] == [1, 3, 5]
    assert answer["refused"][0]["reason"].startswith("'banana' is not a claim line")


def test_a_claim_of_which_no_line_can_be_priced_is_refused(loaded):
    with pytest.raises(UnknownCodeError, match="^line 1: 99999 is not in RVU25D"):
        claim("99999", "banana", incomplete=True)
    with pytest.raises(InvalidInputError, match="^line 1: modifier 54"):
        claim("64494-54", "64493-54", incomplete=True)
    with pytest.raises(InvalidInputError, match="^a claim has at least one line"):
        claim(incomplete=True)


def test_what_is_wrong_with_all_lines_is_raised(loaded):
    for more, error in (
        ({"locality": "XX-99"}, LocalityError),
        ({"date": "2019-01-01"}, NoReleaseError),
        ({"pos": "98"}, InvalidInputError),
        ({"incomplete": "yes"}, InvalidInputError),
    ):
        with pytest.raises(error):
            claim("64493", "99999", **{"incomplete": True, **more})
    with pytest.raises(InvalidInputError, match="at most 50"):
        claim(*["banana"] * 51, incomplete=True)


def test_a_whole_claim_has_no_more_names(loaded):
    assert claim("64493", incomplete=True) == claim("64493")
    answer = claim("64493", incomplete=True).to_dict()
    assert "refused" not in answer
    assert "line" not in answer["lines"][0]
