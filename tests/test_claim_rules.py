"""What Medicare allows for claims, in dollars that were worked out by hand from CMS's files.

Units, shares, ties, sides, caps.
"""

import time
from decimal import Decimal
from itertools import islice, permutations
from typing import Any

import pytest

from feesync import InvalidInputError, ModifierError, estimate, estimate_claim
from feesync.claims.line import ClaimLine

D = Decimal
DAY: dict[str, Any] = {"locality": "national", "date": "2025-06-01"}
NOVEMBER: dict[str, Any] = {**DAY, "date": "2025-11-03"}


@pytest.fixture(scope="module")
def releases(of_releases):
    return of_releases("rvu25a", "rvu25b", "rvu25c", "rvu25d")


DOLLARS = [
    # units are lines: 166.91 + 83.46 + 83.46; 414.68 + 414.68 - 327.67; 193.43 + 126.15 / 2 + 67.28
    # x 95 %
    (["11402x3"], {}, ["333.83"]),
    (["11402", "11402", "11402"], {}, ["166.91", "83.46", "83.46"]),
    (["11402x2", "11402"], {}, None),
    (["45380x2"], {}, ["501.69"]),
    (["45380", "45380"], {}, ["414.68", "87.01"]),
    (["70551x2"], {}, ["320.43"]),
    (["70551", "70551"], {}, ["193.43", "127.00"]),
    (["64493x2"], {}, ["258.12"]),
    (["64493", "64493"], {}, ["172.08", "86.04"]),
    (["64493x3"], {}, ["344.16"]),
    (["64493-50x2"], {}, ["387.18"]),
    (["64493-50", "64493-50"], {}, ["258.12", "129.06"]),
    # ties
    (["64635@10", "64635"], NOVEMBER, ["10.00", "420.50"]),
    (["64635@600", "64635@500"], {}, ["420.50", "210.25"]),
    (["64635-RT@10", "64635-RT"], NOVEMBER, ["10.00", "420.50"]),
    (["64635-RT@600", "64635-RT@500"], {}, ["420.50", "210.25"]),
    (["97110", "97110-CQ"], {}, ["28.79", "18.56"]),
    # the shares of an operation are one procedure
    (["66984-54-RT", "66984-55-RT"], {"pos": "24"}, ["417.40", "104.35"]),
    (["42145-54", "42145-55"], {"pos": "24"}, ["605.23", "67.25"]),
    (["27759-54", "27759-55d45"], {"pos": "24"}, ["776.58", "103.22"]),
    # 206.43 in all
    (["27759-54", "27759-55d45", "27759-55d45"], {"pos": "24"}, ["776.58", "103.22", "103.21"]),
    (["66984-54-RT", "66984-56-RT"], {"pos": "24"}, ["417.40", "0.00"]),
    (["66984-56-RT"], {"pos": "24"}, ["52.18"]),
    (["66984-55x90"], {"pos": "24"}, ["104.35"]),
    (["66984-55x30"], {"pos": "24"}, ["34.78"]),
    (["66984-55d30"], {"pos": "24"}, ["34.78"]),
    (["66984-55"], {"pos": "24"}, ["104.35"]),
    # a pair of shares beside another eye's: both rank, 521.75 and 521.75 / 2
    (["66984-54-RT", "66984-55-LT"], {"pos": "24"}, None),
    # a return to the operating room is outside the ranking, and pays its share once
    (["33533", "35820-78"], {"pos": "21"}, ["1789.08", "1616.40"]),
    (["35820-78", "33533-78"], {"pos": "21"}, ["1616.40", "1467.05"]),
    (["27759-78-50"], {"pos": "21"}, ["678.28"]),
    (["27759-78-RT", "27759-78-LT"], {"pos": "21"}, ["678.28", "0.00"]),
    (["33533", "35820-58"], {"pos": "21"}, ["894.54", "1924.29"]),
    (["33533", "35820-79"], {"pos": "21"}, ["894.54", "1924.29"]),
    # assistants rank among themselves
    (["33533", "33405-80"], {"pos": "21"}, ["1789.08", "346.65"]),
    # 894.54 x 16 %
    (["33533-80", "33405-82", "35820"], {"pos": "21"}, ["143.13", "346.65", "1924.29"]),
    # a co-surgeon is not: 1,924.29 x 62.5 %, 1,789.08 / 2
    (["35820-62", "33533"], {"pos": "21"}, ["1202.68", "894.54"]),
    # the base of a family by its own indicator: 31231 is worth 62.43 for both sides
    (["31276-50", "31267-50", "31254-50"], {"setting": "facility"}, ["548.28", "322.34", "290.79"]),
    (["29807-RT", "29805-LT"], {"setting": "facility"}, ["1017.94", "0.00"]),
    # 29805 has indicator 1: 582.24 x 1.5 - 468.70 x 1.5
    (["29806-50", "29819-50"], {"setting": "facility"}, ["1563.30", "170.31"]),
    # the base is not paid, though it is worth more (126.15)
    (["31623", "31622"], {"setting": "facility"}, ["125.50", "0.00"]),
    # the OPPS cap after the reductions
    (["74262-TC", "70496-TC"], NOVEMBER, ["178.23", "96.40"]),
    (["74262", "70496"], NOVEMBER, ["292.74", "171.99"]),
    (["70496-CT"], NOVEMBER, ["243.44"]),  # 79.57 + 192.79 x 85 %
    (["74262-TC-CT"], NOVEMBER, ["178.23"]),  # 339.96 x 85 % is above the cap
    (["74262-CT"], NOVEMBER, ["292.74"]),  # 454.47 - 339.96 + 178.23
    # charges of sides: indicator 3 by side; 0, 1 and 2 together, and no line more than its own
    (["73721-RT@100", "73721-LT@500"], NOVEMBER, ["100.00", "200.22"]),
    (["73562-RT@1000", "73562-LT@5"], NOVEMBER, ["39.46", "5.00"]),
    (["73030-RT@1", "73030-LT@900"], NOVEMBER, ["1.00", "33.64"]),
    (["73030-RT@1", "73030-LT"], NOVEMBER, ["1.00", "33.64"]),
    (["73030@1", "73030@900"], NOVEMBER, ["1.00", "33.64"]),
    (["73030-50@40"], NOVEMBER, ["40.00"]),
    (["64493-RT@100", "64493-LT@20"], NOVEMBER, ["100.00", "20.00"]),
    # 258.12, less than 100 + 172.08
    (["64493-RT@100", "64493-LT"], NOVEMBER, ["100.00", "158.12"]),
    (["64493-RT@80", "64493-LT"], NOVEMBER, ["80.00", "172.08"]),
    (["64493@10", "64493@1000"], NOVEMBER, ["10.00", "248.12"]),
    (["64493-RT@10", "64493-LT@1000"], NOVEMBER, ["10.00", "248.12"]),
    (["69210-RT@5", "69210-LT@1000"], NOVEMBER, ["5.00", "41.58"]),
    # status T: only where nothing else of the day is payable
    (["94760", "99213"], NOVEMBER, [None, "88.95"]),
    (["36591", "99213"], NOVEMBER, [None, "88.95"]),
    (["G0117", "92014"], NOVEMBER, [None, "120.98"]),
    (["99213", "96523"], NOVEMBER, ["88.95", None]),
    (["94760", "99213-22"], NOVEMBER, ["3.56", None]),
    # another service (76) is not the other side: the technical part of the second is 20 % less
    (["92250x2"], NOVEMBER, ["35.58"]),
    (["92250-76", "92250"], NOVEMBER, ["32.41", "35.58"]),
    (["92250x3"], NOVEMBER, ["100.40"]),
    # shares by side, by days, and never more than the whole
    (["54901-55", "54901-55"], {**NOVEMBER, "pos": "24"}, ["102.67", "0.00"]),
    (["54901-54", "54901-54", "54901-55", "54901-55"], {**NOVEMBER, "pos": "24"},
     ["924.01", "0.00", "102.67", "0.00"]),
    (["27049-54", "27049-55d45", "27049-55"], {**NOVEMBER, "pos": "24"},
     ["1104.44", "0.00", "293.58"]),
    (["27049-55d60", "27049-55d45"], {**NOVEMBER, "pos": "24"}, ["195.72", "97.86"]),
    (["27759-54-LT", "27759-56-RT"], {**NOVEMBER, "pos": "24"}, ["776.58", "49.15"]),
    (["27759-54-LT", "27759-56-50"], {**NOVEMBER, "pos": "24"}, ["776.58", "49.15"]),
    (["25119-54", "25119-54", "25119-55", "25119-55"], {**NOVEMBER, "pos": "24"},
     ["397.62", "198.81", "105.69", "52.85"]),
    (["54560-55d89"], {**NOVEMBER, "pos": "24"}, ["66.21"]),
    # ties: the order with which the sum comes out highest
    (["97110-CQ", "97110@5"], NOVEMBER, ["24.47", "5.00"]),
    (["97110-CQ", "97110@24.46"], NOVEMBER, ["24.47", "21.83"]),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "more", "allowed"), DOLLARS)
def test_dollars(releases, feesync, lines, more, allowed):
    more = {**DAY, **more}
    found: dict[Any, Any] = {}
    for order in permutations(range(len(lines))):
        answer = estimate_claim([lines[index] for index in order], db=releases, **more)
        amounts = dict(zip(order, [line.allowed for line in answer.lines], strict=True))
        found.setdefault(answer.allowed, []).append(sorted(amounts.items()))
    assert len(found) == 1
    if allowed is not None:
        in_order = [line.allowed for line in estimate_claim(lines, db=releases, **more).lines]
        assert [None if amount is None else str(amount) for amount in in_order] == allowed
        assert set(found) == {sum(D(amount) for amount in allowed if amount)}
        options = [text for name, value in more.items() for text in (f"--{name}", value)]
        result = feesync("--db", releases, "claim", *lines, *options)
        assert result.exit_code == (6 if None in allowed else 0)
        total = next(line for line in result.stdout.splitlines() if line.split()[:1] == ["Total"])
        assert total.split()[1] == f"{sum(D(amount) for amount in allowed if amount):,.2f}"
    if len(lines) == 1:
        read = ClaimLine.read(lines[0])
        alone = estimate(
            read.hcpcs, modifiers=read.modifiers, units=read.units, charge=read.charge,
            postop_days=read.postop_days, coverage=False, db=releases, **more,
        )  # fmt: skip
        assert estimate_claim(lines, coverage=False, db=releases, **more).lines == (alone,)


def test_lines_that_are_equal_differ_in_nothing_but_which_is_the_first(releases):
    assert estimate_claim(["11402x2", "11402"], db=releases, **DAY).allowed == D("333.83")
    assert estimate_claim(
        ["66984-54-RT", "66984-55-LT"], db=releases, pos="24", **DAY
    ).allowed == D("469.58")  # 417.40 + 52.18


def test_a_reduction_says_what_it_reduces_where_the_fee_is_capped(releases):
    line = estimate("70496", modifiers=["TC", "CT"], db=releases, **NOVEMBER)
    assert [str(step.amount) for step in line.steps] == ["163.87"]  # 192.79 x 85 %, below 178.23
    assert line.steps[0].reason.endswith("of 192.79 before the OPPS cap")


def test_the_limiting_charge_takes_the_cap_after_the_reduction(releases):
    # 339.961715 x 85 % is above the cap of the technical part: (114.50661 + 178.229215) x 1.0925
    line = estimate("74262", modifiers=["CT"], nonpar=True, db=releases, **NOVEMBER)
    assert (line.allowed, line.limiting_charge) == (D("278.10"), D("319.81"))
    # 192.78514 x 85 % is below its cap: (79.57239 + 163.867369) x 1.0925
    line = estimate("70496", modifiers=["CT"], nonpar=True, db=releases, **NOVEMBER)
    assert (line.allowed, line.limiting_charge) == (D("231.27"), D("265.96"))


def test_the_deductible_goes_by_what_is_allowed(releases):
    answer = estimate_claim(["64493-50", "64494"], deductible="300", db=releases, **DAY)
    assert [line.deductible for line in answer.lines] == [D("258.12"), D("41.88")]
    assert answer.patient_responsibility == D("309.22")


def test_the_split_of_the_deductible_does_not_hang_on_the_order_of_lines(releases):
    lines = ["99213@50", "64493-50", "64494", "77067", "20610-RT", "20610-RT", "99213@60"]
    found = set()
    for order in islice(permutations(range(len(lines))), 0, None, 97):
        answer = estimate_claim(
            [lines[at] for at in order], deductible="257.33", db=releases, **NOVEMBER
        )
        found.add(
            tuple(
                sorted(
                    (lines[at], line.deductible, line.medicare_payment)
                    for at, line in zip(order, answer.lines, strict=True)
                )
            )
        )
    assert len(found) == 1


def test_an_amount_that_pd_places_is_the_practitioners_share(releases):
    line = estimate("99213", modifiers=["PD"], db=releases, **NOVEMBER)
    (text,) = [note.text for note in line.notes if note.code == "practitioner-share"]
    assert text == "The amount is the practitioner's share; the hospital bills its own."
    assert line.setting == "facility"


NOTES = [
    (["64493-50x2"], {}, "bilateral-units"),
    (["45380x2"], {}, "units-as-lines"),
    (["70551x2"], {}, "units-as-lines"),
    (["93306x2"], {}, "units-as-lines"),
    (["92250x3"], {}, "units-as-lines"),
    (["66984-55x30"], {"pos": "24"}, "postoperative-units"),
    (["66984-56"], {"pos": "24"}, "preoperative-care"),
    (["66984-56-RT", "66984-54-RT"], {"pos": "24"}, "preoperative-care-included"),
    (["27759-78-50"], {"pos": "21"}, "return-both-sides"),
    (["27759-78-RT", "27759-78-LT"], {"pos": "21"}, "return-both-sides"),
    (["35820-62", "33533"], {"pos": "21"}, "co-surgeon-ranked"),
    (["31267-50", "31276-50"], {"setting": "facility"}, "endoscopy-both-sides"),
    (["29805-LT", "29807-RT"], {"setting": "facility"}, "endoscopy-nothing-left"),
    (["70496", "74262"], NOVEMBER, "cap-after-reduction"),
    (["97110"], {}, "group-practice"),
    (["70551"], {}, "group-practice"),
    (["11402x7"], {}, "units-by-report"),
    (["94760", "99213"], NOVEMBER, "status-t-bundled"),
    (["92250x3"], NOVEMBER, "units-beyond-both-sides"),
    (["92250x2"], NOVEMBER, "both-sides-once"),
    (["66984-56"], {"pos": "24"}, "preoperative-care"),
    (["27049-55d45", "27049-54", "27049-55"], {"pos": "24"}, "postoperative-days-beyond"),
    (["74220-FX"], {}, "equipment-uncertain"),
    (["97597-CQ-GP"], {}, "therapy-uncertain"),
]


@pytest.mark.parametrize(("lines", "more", "code"), NOTES)
def test_what_is_an_inference_or_returned_is_said(releases, lines, more, code):
    answer = estimate_claim(lines, coverage=False, db=releases, **{**DAY, **more})
    assert code in [note.code for note in answer.lines[0].notes]


@pytest.mark.parametrize(
    ("lines", "more", "code"),
    [
        (["11402x3"], {}, "units-as-lines"),  # a source says so of surgery
        (["97110", "97110"], {}, "units-as-lines"),
        (["33533", "35820-78"], {"pos": "21"}, "return-both-sides"),
        (["31267-50"], {"setting": "facility"}, "endoscopy-both-sides"),
        (["35820-62"], {"pos": "21"}, "co-surgeon-ranked"),
        (["71046-FX"], {}, "equipment-uncertain"),
        (["70450-CT"], {}, "equipment-uncertain"),
        (["97110-CQ-GP"], {}, "therapy-uncertain"),
        (["97597-GP"], {}, "therapy-uncertain"),
        (["70496"], NOVEMBER, "cap-after-reduction"),
        (["11402x5"], {}, "units-by-report"),
        (["92250x2"], NOVEMBER, "units-beyond-both-sides"),
        (["27049-54", "27049-55d45", "27049-55d45"], {"pos": "24"}, "postoperative-days-beyond"),
        (["66984-54-RT", "66984-56-RT"], {"pos": "24"}, "preoperative-care"),
        (["94760", "94761"], NOVEMBER, "status-t-bundled"),
    ],
)
def test_and_not_where_it_is_neither(releases, lines, more, code):
    answer = estimate_claim(lines, coverage=False, db=releases, **{**DAY, **more})
    assert code not in [note.code for line in answer.lines for note in line.notes]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("74220-FY", "Modifier FY on 74220, an X-ray that is not plain radiography: CMS lists no "
         "codes for it, and the reduction here is a reading."),
        ("97597-CO-GO", "Modifier CO on 97597: it is therapy only under a plan of care; by a list "
         "of codes that feesync recalls."),
    ],
)  # fmt: skip
def test_a_doubt_names_the_modifier_and_the_code(releases, line, text):
    (answer,) = estimate_claim([line], coverage=False, db=releases, **DAY).lines
    assert text in [note.text for note in answer.notes]


def test_a_side_that_nothing_is_left_of_names_the_other(releases):
    answer = estimate_claim(["29807-RT", "29805-LT"], setting="facility", db=releases, **DAY)
    (text,) = [note.text for note in answer.lines[1].notes if note.code == "endoscopy-nothing-left"]
    assert "it is on the left side, 29807 on the right" in text
    assert "59 or XS" in text


@pytest.mark.parametrize(
    ("line", "days", "says"),
    [
        ("66984-55x91", None, "91 days of postoperative care; the global period of 66984 has 90"),
        ("66984-55x30", 45, "30 units and 45 days on modifier 55"),
        ("66984-54", 30, "days of postoperative care go with modifier 55"),
    ],
)
def test_units_of_55_that_are_refused(releases, line, days, says):
    read = ClaimLine.read(line)
    with pytest.raises(ModifierError, match=says):
        estimate(
            read.hcpcs,
            modifiers=read.modifiers,
            units=read.units,
            postop_days=days,
            pos="24",
            db=releases,
            **DAY,
        )


@pytest.mark.parametrize(
    "text",
    [
        *("66984-54d30", "66984-55d", "66984d30", "66984-55d300", "66984-55d30-55d30"),
        *("64493" + "-AA" * 32, "64493@" + "0" * 94 + "1"),
    ],
)
def test_days_stand_on_55_alone(text):
    with pytest.raises(InvalidInputError, match="is not a claim line"):
        ClaimLine.read(text)


def test_the_text_of_a_line_states_days():
    assert ClaimLine.read("66984-RT-55d30-79@500") == ClaimLine(
        "66984", ("RT", "55", "79"), 1, "500", 30
    )


def test_the_sixth_and_later_units_are_by_report(releases):
    line = estimate_claim(["11402x7"], db=releases, **DAY).lines[0]
    assert line.allowed == D("166.91") + 4 * D("83.46")
    (text,) = [note.text for note in line.notes if note.code == "units-by-report"]
    assert text.startswith(
        "2 of 7 units are beyond rank 5 of multiple procedures and priced by report"
    )
    answer = estimate_claim(["11402x5", "11402x2", "11402"], db=releases, **DAY)
    assert answer.allowed == line.allowed
    assert estimate_claim(["33533", "11402x9999"], pos="21", db=releases, **DAY).allowed == D(
        "1789.08"
    ) + 4 * D("56.77")


def test_steps_are_of_the_whole_line(releases):
    def steps(line, **more):
        found = estimate_claim([line], db=releases, **{**DAY, **more}).lines[0].steps
        return [(step.name, step.factor, str(step.amount)) for step in found]

    assert steps("11402x3") == [("units", 3, "500.73"), ("multiple procedure", None, "333.83")]
    assert steps("64493-50x2") == [
        ("bilateral", D("1.5"), "258.12"),
        ("units", 2, "516.24"),
        ("multiple procedure", None, "387.18"),
    ]
    assert steps("99213x3", practitioner="np") == [
        ("units", 3, "266.85"),
        ("practitioner", D("0.85"), "226.83"),
    ]  # 75.61 a unit
    assert steps("11402x2@200") == [
        ("units", 2, "333.82"), ("multiple procedure", None, "250.37"), ("charge", None, "183.46"),
    ]  # fmt: skip
    reason = estimate_claim(["11402x3"], db=releases, **DAY).lines[0].steps[1].reason
    assert reason == "rank 2, rank 3 of 3 procedures of the day: 50 %"


def test_ranks_name_the_first_of_a_line(releases):
    def ranks(*lines):
        return [line.rank for line in estimate_claim(lines, db=releases, **DAY).lines]

    assert ranks("11402x3") == [None]
    assert ranks("11402x3", "64635") == [2, 1]
    assert ranks("64635", "64493-RT", "64493-LT", "99213") == [1, 2, 2, None]
    assert ranks("66984-54-RT", "66984-55-RT") == [None, None]
    assert ranks("66984-54-RT", "66984-55-RT", "11402") == [1, 1, 2]


def test_a_line_without_a_price_changes_no_other(releases):
    alone = estimate_claim(["64493", "45380x2"], db=releases, **DAY)
    for line in ("64635-22", "64493-GY", "15824", "45385-52", "64635-80"):
        beside = estimate_claim([line, "64493", "45380x2"], db=releases, **DAY)
        assert beside.lines[0].allowed is None
        assert [each.allowed for each in beside.lines[1:]] == [each.allowed for each in alone.lines]
        assert [each.rank for each in beside.lines[1:]] == [each.rank for each in alone.lines]


@pytest.mark.parametrize("length", [98, 4_000, 400_000])
def test_a_text_that_is_nearly_a_line_is_refused_at_once(length):
    text = "64493" + "-AA" * (length // 3) + "!"
    began = time.process_time()
    for _ in range(10):
        with pytest.raises(InvalidInputError, match="is not a claim line"):
            ClaimLine.read(text)
    assert time.process_time() - began < 0.1


def test_a_line_of_a_hundred_characters_is_read():
    text = "64493" + "-AA" * 20 + "x1@" + "0" * 29 + ".00"
    assert (len(text), ClaimLine.read(text).charge) == (100, "0" * 29 + ".00")
