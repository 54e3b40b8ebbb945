"""What each rule pays, by date, against numbers written here from CMS's texts.

Every value on the first and the last day of its period, and on the days before and after; and the
table itself: periods without gaps, sources that can be looked up.
"""

import ast
import re
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from documents import DOCS
from priced import price
from test_pricing import line, rate

import feesync
from feesync import estimate
from feesync.claims.answer import deductible_notes
from feesync.claims.header import read_header
from feesync.errors import InvalidInputError, NoPriceError
from feesync.pricing import limits, practitioner
from feesync.pricing.modifiers import factor_of
from feesync.pricing.practitioner import PRACTITIONERS
from feesync.reference.cost_sharing import (
    PART_B_DEDUCTIBLE,
    SEQUESTRATION,
    part_b_deductible_on,
    sequestration_on,
)
from feesync.reference.modifiers import MODIFIERS, Effect, known_modifiers, modifier_effects
from feesync.reference.rule_values import (
    RULE_VALUES,
    rule_value,
    rule_values,
    unchanged_since,
)
from feesync.reference.tables import read_table

DAY = timedelta(days=1)
ROWS = read_table(RULE_VALUES)
RULES = list(dict.fromkeys(row["rule"] for row in ROWS))

# percent of the amount, from and to; first the manual's and the regulation's own words
VALUES = {
    # 42 CFR 414.56(c), 414.52, 414.64, 414.54 (midwives "65 percent ... 100 percent"); for social
    # workers, therapists and counselors 75 percent of what a psychologist is paid
    ("practitioner", "np"): [(85, "1998-01-01", "")],
    ("practitioner", "pa"): [(85, "1998-01-01", "")],
    ("practitioner", "cns"): [(85, "1998-01-01", "")],
    ("practitioner", "dietitian"): [(85, "2002-01-01", "")],
    ("practitioner", "midwife"): [(65, "1992-01-01", "2010-12-31"), (100, "2011-01-01", "")],
    ("practitioner", "csw"): [(75, "1992-01-01", "")],
    ("practitioner", "mft"): [(75, "2024-01-01", "")],
    ("practitioner", "mhc"): [(75, "2024-01-01", "")],
    # RVU25D document: "95 percent of 115 percent of an amount"
    ("participation", "nonparticipating"): [(95, "1992-01-01", "")],
    ("participation", "limiting charge"): [(115, "1993-01-01", "")],
    # RVU25D record layout, indicator 2: "(100%, 50%, 50%, 50%, 50% and by report)"; indicator 1
    # was the rule "in effect before January 1, 1995"
    ("multiple procedure", "rank 1"): [(100, "1995-01-01", "")],
    ("multiple procedure", "rank 2"): [(50, "1995-01-01", "")],
    ("multiple procedure", "rank 3"): [(50, "1995-01-01", "")],
    ("multiple procedure", "rank 4"): [(50, "1995-01-01", "")],
    ("multiple procedure", "rank 5"): [(50, "1995-01-01", "")],
    # the same, indicator 4: "50% reduction of the TC ... July 1, 2010 and after", of the PC 25%
    # from "January 1, 2012 through December 31, 2016" and 5% since "January 1, 2017",
    # CMS's fact sheet of 2006-11-01: "a 25 percent reduction" of technical parts
    ("multiple imaging", "technical"): [
        (75, "2006-01-01", "2010-06-30"),
        (50, "2010-07-01", ""),
    ],
    ("multiple imaging", "professional"): [
        (100, "2006-01-01", "2011-12-31"),
        (75, "2012-01-01", "2016-12-31"),
        (95, "2017-01-01", ""),
    ],
    # indicator 5: "50% of the practice expense"; Noridian: "April 1, 2013, and after"
    ("multiple therapy", "practice expense"): [(50, "2013-04-01", "")],
    # indicators 6 and 7: 25 and 20 percent less, "January 1, 2013, and thereafter"
    ("multiple cardiovascular", "technical"): [(75, "2013-01-01", "")],
    ("multiple ophthalmology", "technical"): [(80, "2013-01-01", "")],
}
PERIODS = [
    (rule, case, percent, first, last)
    for (rule, case), periods in VALUES.items()
    for percent, first, last in periods
]
LOOKED_UP = re.compile(
    r"https://|42 CFR \d|Manual ch\. \d+ s\. \d|Act(, \d+,)? s\. \d|RVU (record layout|document)"
)


def paid(rule, case, day):
    """Return the percentage on a day, None where the rule has none."""
    try:
        return rule_value(rule, case, day).factor / 100
    except NoPriceError:
        return None


def on(text):
    return date.fromisoformat(text)


def test_the_table_has_the_values_of_the_texts_and_no_others():
    table: dict[Any, Any] = {}
    for row in ROWS:
        table.setdefault((row["rule"], row["case"]), []).append(
            (float(row["value"]), row["from"], row["to"])
        )
    assert table == VALUES


def expected(rule, case, day):
    """Return the percentage on a day by the list above, None where it has none."""
    holding = (
        percent
        for percent, first, last in VALUES[rule, case]
        if on(first) <= day <= (on(last) if last else date.max)
    )
    return next(holding, None)


@pytest.mark.parametrize(("rule", "case", "percent", "first", "last"), PERIODS)
def test_a_value_holds_from_its_first_day_to_its_last(rule, case, percent, first, last):
    begin, end = on(first), on(last) if last else date.max - DAY
    assert paid(rule, case, begin) == paid(rule, case, end) == percent
    for day in (begin - DAY, end + DAY):
        assert paid(rule, case, day) == expected(rule, case, day)
    assert paid(rule, case, begin - DAY) != percent


# what is left by a modifier, from and to: 42 USC 1395w-4(i)(2)(A) "16 percent", 1395l(a)(1)(O)(ii)
# "85 percent" of that; Manual ch. 12 s. 40.8 "62.5 percent"; RVU25D document "150%"; CR 9250 (CT),
# s. 1848(b)(9) (FX 20, FY 7 then 10 percent less), s. 1834(v) (85 percent); R0075 is divided
FACTORS = {
    "80": [("0.16", "", "")],
    "81": [("0.16", "", "")],
    "82": [("0.16", "", "")],
    "AS": [("0.136", "", "")],
    "62": [("0.625", "", "")],
    "50": [("1.5", "", "")],
    "CT": [("0.95", "2016-01-01", "2016-12-31"), ("0.85", "2017-01-01", "")],
    "FX": [("0.8", "2017-01-01", "")],
    "FY": [("0.93", "2018-01-01", "2022-12-31"), ("0.9", "2023-01-01", "")],
    "CQ": [("0.85", "2022-01-01", "")],
    "CO": [("0.85", "2022-01-01", "")],
    "UN": [("1/2", "2004-01-01", "")],
    "UP": [("1/3", "2004-01-01", "")],
    "UQ": [("1/4", "2004-01-01", "")],
    "UR": [("1/5", "2004-01-01", "")],
    "US": [("1/6", "2004-01-01", "")],
}
MULTIPLYING = [
    effect
    for modifier in known_modifiers()
    for effect in modifier_effects(modifier)
    if effect.effect is Effect.MULTIPLIES
]


def test_the_modifiers_that_multiply_are_those_of_the_texts():
    table: dict[Any, Any] = {}
    for row in MULTIPLYING:
        days = [
            "" if day in (date.min, date.max) else day.isoformat() for day in (row.first, row.last)
        ]
        table.setdefault(row.modifier, []).append((Fraction(row.factor), *days))
    assert table == {
        modifier: [(Fraction(factor), *days) for factor, *days in periods]
        for modifier, periods in FACTORS.items()
    }


def test_what_as_pays_is_the_share_of_a_physician_assistant_in_16_percent():
    day = date(2025, 11, 3)
    share = Fraction(rule_value("practitioner", "pa", day).factor, 10_000)
    assert share * factor_of("80", day) == factor_of("AS", day) == 1360


@pytest.mark.parametrize(
    ("modifier", "cents", "reason"),
    [
        # 222.87 x 0.16 = 35.6592; x 0.136 = 30.31032; x 0.625 = 139.29375; x 1.5 = 334.305
        ("80", 3566, "modifier 80: 16 % of the surgeon's amount"),
        ("81", 3566, "modifier 81: 16 % of the surgeon's amount"),
        ("82", 3566, "modifier 82: 16 % of the surgeon's amount"),
        ("AS", 3031, "modifier AS: 85 % of 16 % of the surgeon's amount"),
        ("62", 13929, "modifier 62: 62.5 % for each of two surgeons"),
        ("50", 33431, "modifier 50, indicator 1: 150 % of the fee for both sides"),
    ],
)
def test_a_line_takes_the_factor_of_its_modifier(modifier, cents, reason):
    found = price(rate(co_surgeon="2"), line(modifier))
    assert (found.allowed, [step.reason for step in found.steps]) == (cents, [reason])


IMAGE = {"pctc": "1", "modifier": "TC"}
FITTING: dict[str, tuple[str, dict[str, str]]] = {
    **dict.fromkeys(["FX", "FY"], ("71046", IMAGE)),
    **dict.fromkeys(["CQ", "CO"], ("97110", {"multiple_procedure": "5"})),
    **dict.fromkeys(["UN", "UP", "UQ", "UR", "US"], ("R0075", {"hcpcs": "R0075"})),
    "CT": ("70450", IMAGE),
    "62": ("64493", {"co_surgeon": "2"}),
}


@pytest.mark.parametrize(
    "row", MULTIPLYING, ids=lambda row: f"{row.modifier} to {row.last.isoformat()}"
)
def test_each_factor_is_applied_by_a_rule_on_the_first_and_last_of_its_days(row):
    code, changes = FITTING.get(row.modifier, ("64493", {}))
    for day in (row.first, row.last):
        day = min(max(day, date(2013, 4, 1)), date(2030, 1, 1))
        own = line(row.modifier, day=day.isoformat())._replace(hcpcs=code)
        # 222.87 times the factor, of an amount that is all technical or all of the line
        assert price(rate(**changes), own).allowed == int(
            22287 * Fraction(row.factor) + Fraction(1, 2)
        )


def test_a_day_without_a_value_is_refused_by_name():
    with pytest.raises(
        NoPriceError, match=r"rule 'multiple therapy' \(practice expense\) is known"
    ):
        rule_value("multiple therapy", "practice expense", date(2013, 3, 31))
    with pytest.raises(NoPriceError, match="rank 6"):
        rule_value("multiple procedure", "rank 6", date(2025, 1, 1))


@pytest.mark.parametrize("rule", RULES)
def test_periods_follow_each_other_without_a_gap(rule):
    cases: dict[Any, Any] = {}
    for value in rule_values(rule):
        cases.setdefault(value.case, []).append(value)
    assert cases
    for values in cases.values():
        for before, after in pairwise(values):
            assert before.last + DAY == after.first
        assert values[-1].last == date.max
        assert all(value.first <= value.last for value in values)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['rule']}, {row['case']}")
def test_a_value_says_where_it_is_from_and_how_sure_it_is(row):
    assert row["confidence"] in ("V", "S", "R")
    assert LOOKED_UP.search(row["source"])


def test_every_kind_of_practitioner_but_the_physician_has_a_share():
    assert ["physician", *dict.fromkeys(value.case for value in rule_values("practitioner"))] == [
        *PRACTITIONERS
    ]


@pytest.mark.parametrize("kind", PRACTITIONERS)
def test_a_kind_is_refused_before_medicare_paid_it(kind):
    if kind == "physician":
        practitioner.check(kind, date.min)
        return
    first = on(VALUES["practitioner", kind][0][1])
    practitioner.check(kind, first)
    with pytest.raises(InvalidInputError, match=f"from {first} on, not on {first - DAY}"):
        practitioner.check(kind, first - DAY)


def midwife(*modifiers, day):
    """Return the percentage that a midwife's line is paid of 64493, and its steps."""
    whole, own = (
        price(rate(), line(*modifiers, kind=kind, day=day)).allowed
        for kind in ("physician", "midwife")
    )
    return round(100 * own / whole)


@pytest.mark.parametrize("modifiers", [(), ("KX",), ("59",), ("RT",), ("50",), ("76", "LT")])
def test_the_day_of_a_line_decides_whatever_was_priced_before(modifiers):
    # 42 CFR 414.54: 65 percent to the end of 2010, 100 percent from 2011 on
    days = ["2025-11-03", "2010-12-31", "2011-01-01", "2010-12-31", "2025-11-03"]
    assert [midwife(*modifiers, day=day) for day in days] == [100, 65, 100, 65, 100]


@pytest.mark.parametrize(
    ("day", "since"),
    [("2025-11-03", "2024-01-01"), ("2023-12-31", "2017-01-01"), ("2010-12-31", "2010-07-01"),
     ("2010-06-30", "2006-01-01"), ("1992-01-01", "1992-01-01"), ("1991-12-31", "0001-01-01")],
)  # fmt: skip
def test_since_when_no_rule_has_changed(day, since):
    assert unchanged_since(on(day)) == on(since)


def test_the_limiting_charge_is_115_percent_of_95():
    # RVU25D document: "equivalent to multiplying the amount by a factor of 1.0925"
    assert limits.limiting_charge(100_000_000_000, date(1993, 1, 1)) == 10925
    assert limits.nonparticipating(date(1992, 1, 1)).factor == 9500
    with pytest.raises(NoPriceError, match="limiting charge"):
        limits.limiting_charge(100_000_000_000, date(1992, 12, 31))
    with pytest.raises(NoPriceError, match="nonparticipating"):
        limits.nonparticipating(date(1991, 12, 31))


def test_the_view_takes_the_limiting_charge_of_the_table():
    view = (Path(feesync.__file__).parent / "store/views.sql").read_text(encoding="utf-8")
    found = set(re.findall(r"_exact \* (\d+) \+ (\d+)\) / (\d+)", view))
    ((times, half, by),) = found
    day = date(2025, 11, 3)
    shares = [
        rule_value("participation", case, day).factor
        for case in ("nonparticipating", "limiting charge")
    ]
    assert Fraction(int(times), int(by)) == Fraction(shares[0] * shares[1], 10**8 * 10**7)
    assert int(half) * 2 == int(by)


STEPS = {
    "bilateral", "equipment", "endoscopy", "multiple procedure", "multiple imaging",
    "multiple therapy", "multiple cardiovascular", "multiple ophthalmology", "OPPS cap",
    "assistant", "co-surgeon", "global share", "shared trip", "practitioner", "therapy assistant",
    "nonparticipating", "contract", "shares together", "charge", "units",
}  # fmt: skip


def test_the_name_of_a_step_stands_in_the_module_of_its_rule_alone():
    where: dict[str, set[str]] = {}
    for path in Path(feesync.__file__).parent.glob("pricing/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in STEPS:
                where.setdefault(node.value, set()).add(path.name)
    assert where.keys() == STEPS
    assert {name: files for name, files in where.items() if len(files) > 1} == {}


# ---- who pays

# CMS's yearly notices; to 2019 as medicareresources.org lists them
DEDUCTIBLES = {
    2015: 147, 2016: 166, 2017: 183, 2018: 183, 2019: 185, 2020: 198, 2021: 203, 2022: 233,
    2023: 226, 2024: 240, 2025: 257, 2026: 283,
}  # fmt: skip
# the Budget Control Act of 2011, s. 3709 of the CARES Act and the acts after it
SEQUESTRATIONS = [
    (None, "2013-03-31"),
    (2, "2013-04-01"),
    (2, "2020-04-30"),
    (0, "2020-05-01"),
    (0, "2022-03-31"),
    (1, "2022-04-01"),
    (1, "2022-06-30"),
    (2, "2022-07-01"),
    (2, "9999-12-31"),
]
COST_SHARING = "reference/cost_sharing.csv"
DATED = [RULE_VALUES, MODIFIERS, SEQUESTRATION, PART_B_DEDUCTIBLE, COST_SHARING,
         "reference/preventive.csv"]  # fmt: skip


@pytest.mark.parametrize("year", [2014, *DEDUCTIBLES, 2027])
def test_the_deductible_of_a_year_holds_from_its_first_day_to_its_last(year):
    for day in (date(year, 1, 1), date(year, 12, 31)):
        found = part_b_deductible_on(day)
        assert (found and found.cents / 100) == DEDUCTIBLES.get(year)


@pytest.mark.parametrize(("percent", "day"), SEQUESTRATIONS)
def test_sequestration_on_the_first_and_last_days(percent, day):
    found = sequestration_on(on(day))
    assert (found and found.rate / 100) == percent


@pytest.mark.parametrize(
    ("day", "owed", "codes"),
    [
        ("2026-02-02", "283.00", []),
        ("2026-02-02", "283.01", ["deductible-above-annual"]),
        ("2025-11-03", "257.00", []),
        ("2025-11-03", "257.01", ["deductible-above-annual"]),
    ],
)
def test_a_deductible_is_held_against_that_of_its_year(day, owed, codes):
    answer = estimate("64493", locality="national", date=day, deductible=owed, coverage=False)
    assert [note.code for note in answer.notes if "deductible" in note.code] == codes


@pytest.mark.parametrize(("owed", "codes"), [(0, []), (1, ["deductible-unknown"])])
def test_a_year_whose_deductible_is_not_known_says_so(owed, codes):
    header = read_header(
        locality="national", setting="nonfacility", date="2027-01-01", deductible=owed
    )
    notes = deductible_notes(header)
    assert [note.code for note in notes] == codes
    assert [note.text for note in notes] == (
        ["The Part B deductible of 2027 is not known; 1.00 counts as it was given."] if owed else []
    )


@pytest.mark.parametrize("name", DATED)
def test_every_dated_fact_says_how_sure_it_is_and_where_it_is_from(name):
    for row in read_table(name):
        assert row["confidence"] in ("V", "S", "R"), row
        assert row["source"], row
        assert (row["from"] or "0001-01-01") <= (row["to"] or "9999-12-31"), row


# ---- the page of the rules


def percents(text):
    """Return every percentage that a text names."""
    return {Fraction(number) for number in re.findall(r"(\d+(?:\.\d+)?) %", text)}


def test_the_page_of_the_rules_names_the_values_of_the_tables_and_no_others():
    prose, _, listed = (
        (DOCS / "rules.md").read_text(encoding="utf-8").partition("## Values by date")
    )
    prose = " ".join(prose.split())
    values = {Fraction(row["value"]) for row in ROWS}
    values |= {100 * Fraction(row.factor) for row in MULTIPLYING if row.modifier[0] != "U"}
    values |= {Fraction(cut) for cut, _ in SEQUESTRATIONS if cut}
    values -= {Fraction("13.6")}  # AS, as 85 % of 16 %
    named = percents(prose)
    assert {value for value in values if not {value, 100 - value} & named} == set()
    patient = {Fraction(row["coinsurance_percent"]) for row in read_table(COST_SHARING)}
    allowed = values | {100 - value for value in values | patient} | patient | {100, 200}
    assert named - allowed == set()
    assert len(re.findall("^- ", listed, re.M)) >= len(ROWS) + len(MULTIPLYING)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['rule']}, {row['case']}")
def test_each_value_stands_there_with_days_source_and_confidence(row):
    text = " ".join((DOCS / "rules.md").read_text(encoding="utf-8").split())
    days = f"from {row['from']}" + (f", to {row['to']}" if row["to"] else "")
    value = f"- {row['rule']}, {row['case']}: {row['value']} %, {days}."
    assert f"{value} {row['confidence']}: {row['source']}" in text
