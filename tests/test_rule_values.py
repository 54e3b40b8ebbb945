"""What each rule pays, by date, against numbers written here from CMS's texts.

Every value on the first and the last day of its period, and on the days before and after; and the
table itself: periods without gaps, sources that can be looked up.
"""

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest

from feesync.errors import InvalidInputError, NoPriceError
from feesync.pricing import limits, practitioner
from feesync.pricing.practitioner import PRACTITIONERS
from feesync.reference.rule_values import RULE_VALUES, rule_value, rule_values
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
    table = {}
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


def test_a_day_without_a_value_is_refused_by_name():
    with pytest.raises(
        NoPriceError, match=r"rule 'multiple therapy' \(practice expense\) is known"
    ):
        rule_value("multiple therapy", "practice expense", date(2013, 3, 31))
    with pytest.raises(NoPriceError, match="rank 6"):
        rule_value("multiple procedure", "rank 6", date(2025, 1, 1))


@pytest.mark.parametrize("rule", RULES)
def test_periods_follow_each_other_without_a_gap(rule):
    cases = {}
    for value in rule_values(rule):
        cases.setdefault(value.case, []).append(value)
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


def test_the_limiting_charge_is_115_percent_of_95():
    # RVU25D document: "equivalent to multiplying the amount by a factor of 1.0925"
    assert limits.limiting_charge(100_000_000_000, date(1993, 1, 1)) == 10925
    assert limits.nonparticipating(date(1992, 1, 1)).factor == 9500
    with pytest.raises(NoPriceError, match="limiting charge"):
        limits.limiting_charge(100_000_000_000, date(1992, 12, 31))
    with pytest.raises(NoPriceError, match="nonparticipating"):
        limits.nonparticipating(date(1991, 12, 31))
