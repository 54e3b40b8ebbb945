"""The package and a second implementation of the line rules agree.

They do on every profile of indicators and on random lines of RVU25D.
"""

import itertools
import random
from decimal import Decimal
from typing import Any

import pytest
from book import DAY, times
from second_opinion import contradict
from test_modifiers import INFORMING, check, effects, outcome

from feesync import ModifierError
from feesync.model.rate import Setting
from feesync.pricing import modifiers
from feesync.pricing.line import Line
from feesync.pricing.terms import Terms
from feesync.reference.modifiers import known_modifiers

D = Decimal
KINDS = ["physician", "np", "pa", "cns", "dietitian", "midwife", "csw", "mft", "mhc"]


def profiles(book):
    """One row of each set of indicators that the rules look at."""
    found: dict[Any, Any] = {}
    for key, value in book.values.items():
        profile = (value.status, value.bilateral, value.assistant_surgeon, value.co_surgeon,
                   value.team_surgeon, value.pctc, value.global_days, value.multiple_procedure,
                   value.facility_na, value.modifier, value.is_priced,
                   value.intraoperative == 0)  # fmt: skip
        found.setdefault(profile, key)
    return list(found.values())


EACH_KIND = (
    *(
        "22",
        "23",
        "50",
        "52",
        "53",
        "54",
        "55",
        "56",
        "62",
        "66",
        "73",
        "78",
        "80",
        "81",
        "AS",
        "CO",
        "CQ",
        "CT",
        "E1",
        "EY",
        "FX",
    ),
    *(
        "FY",
        "GA",
        "GO",
        "GP",
        "GX",
        "GY",
        "GZ",
        "KX",
        "LT",
        "PD",
        "QX",
        "RT",
        "SA",
        "SG",
        "T5",
        "UN",
        "X1",
    ),
)
"""Modifiers that price, leave no amount, or exclude others.

Of those that are alike, and of those that only inform, some.
"""


def own(key, mods):
    """The modifiers of a line whose row is that of a modifier.

    With it, and without another row's.
    """
    others = [mod for mod in mods if mod not in ("26", "TC")]
    return [key[1], *others] if key[1] and key[1] not in others else others


SETS = [*itertools.combinations(EACH_KIND, 1), *itertools.combinations(EACH_KIND, 2)]
"""One of the modifiers, or two."""


def some(number, of):
    """A part of all combinations of rows and modifiers: one in `of`, on every row others."""
    return SETS[number % of :: of]


@pytest.mark.parametrize("of", [12, pytest.param(1, marks=pytest.mark.slow)])
def test_every_modifier_and_pair_on_every_row_of_the_fixture(small_book, of):
    answers = set()
    for number, key in enumerate(small_book.values):
        for mods in some(number, of):
            if key[1] not in mods:
                answers.add(small_book.compare(key, "01112-05", own(key, mods)))
    assert answers == {"paid", "unpaid", "refused"}


def test_every_modifier_and_pair_on_every_profile_of_a_release(whole_book):
    keys = profiles(whole_book)
    assert len(keys) > 500
    for key in keys:
        for mods in SETS:
            if key[1] not in mods:
                whole_book.compare(key, "national", own(key, mods))


@pytest.mark.parametrize("setting", ["nonfacility", "facility"])
def test_every_modifier_of_the_table_on_every_profile_of_a_release(whole_book, setting):
    """Those that only inform leave the price as it is.

    What all others do is worked out by the second implementation.
    """
    keys = profiles(whole_book)
    assert len(keys) > 500
    found = set()
    for key in keys:
        line = Line(key[0], tuple(filter(None, [key[1]])), Terms(DAY, Setting(setting)))
        rate = whole_book.rate(*key, place="national")
        plain = outcome(rate, line)
        for mod in known_modifiers():
            if mod in ("26", "TC", key[1]):
                continue
            if effects(mod) <= INFORMING:
                found.add(check(mod, rate, line, plain))
            else:
                found.add(whole_book.compare(key, "national", own(key, [mod]), setting=setting))
    assert found == {"priced", "paid", "unpaid", "denied", "refused"}


def test_triples_and_quadruples(book):
    chance = random.Random(20251103)
    keys = profiles(book)
    for _ in times(book, 20_000):
        key = chance.choice(keys)
        mods = chance.sample(
            [mod for mod in EACH_KIND if mod != "53"], chance.choice((3, 4 - bool(key[1])))
        )
        book.compare(
            key,
            "01112-05",
            own(key, mods),
            units=chance.choice((1, 1, 2, 3)),
            kind=chance.choice(KINDS),
        )


def test_a_hundred_thousand_random_lines(book):
    chance = random.Random(64493)
    keys = sorted(book.values)
    priced = [key for key in keys if book.values[key].is_priced]
    places = sorted(book.places)
    mild = [
        "50",
        "RT",
        "LT",
        "62",
        "80",
        "AS",
        "54",
        "55",
        "56",
        "78",
        "CQ",
        "FX",
        "FY",
        "CT",
        "KX",
        "59",
    ]
    paid = 0
    for _ in times(book, 100_000):
        key = chance.choice(priced if chance.random() < 0.9 else keys)
        mods = own(key, chance.sample(mild, chance.choice((0, 0, 1, 1, 1, 2, 2, 3))))
        charge = D(chance.randrange(1, 200_000)).scaleb(-2) if chance.random() < 0.3 else None
        answer = book.compare(
            key, chance.choice(places), mods, units=chance.choice((1, 1, 1, 2, 3)),
            kind=chance.choice(KINDS), nonpar=chance.random() < 0.5, charge=charge,
            setting=chance.choice(("nonfacility", "facility")),
        )  # fmt: skip
        paid += answer == "paid"
    assert paid > 0.3 * len(times(book, 100_000))


@pytest.mark.parametrize(
    "mods",
    [
        ["50", "RT"],
        ["80", "AS"],
        ["54", "78"],
        ["GA", "GZ"],
        ["80", "54"],
        ["FX", "FY"],
        ["CQ", "CO"],
        ["GP", "GN"],
        ["GO", "CQ"],
        ["50", "TA"],
        ["RT", "F2"],
        ["GX", "GA"],
        ["GA", "GY"],
        ["Q7", "Q8"],
        ["JW", "JZ"],
    ],
)
def test_both_find_the_same_contradictions(mods):
    assert contradict(mods)
    with pytest.raises(ModifierError, match="contradicts"):
        modifiers.read(tuple(mods))
