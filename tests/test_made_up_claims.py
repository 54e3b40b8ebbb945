"""Random claims over a made-up schedule: the package agrees with the second implementation.

Every kind of code is there, also those of which the fixture has none. Shares of an operation, days
of care and older equipment are drawn more often than in other claims.
"""

from collections import Counter

import pytest
from everyday import one_in
from made_up import MadeUp
from test_claim_properties import EVERY_STEP, Draw, check, drawn

LONGEST = {"010": 10, "090": 90}
FITTING = {
    "70450": "CT",
    "71250": "CT",
    "73200": "CT",
    "71046": "FX",
    "73030": "FY",
    "97110": "CQ",
    "97140": "CO",
    "97530": "CQ",
}
"""Modifiers of older equipment and of therapy assistants that fit a code."""
BOOK = MadeUp()


class Often(Draw):
    """Claims in which the rare is often."""

    def claim(self):
        values, chance = self.book.values, self.chance
        if chance.random() < 0.4:
            return super().claim()
        keys = self.pools[chance.choice(("4", "5", "6", "7", "capped"))]
        if chance.random() < 0.5:
            keys = [key for key, value in values.items() if value.global_days in LONGEST]
        few = chance.sample(keys, chance.choice((1, 1, 2)))
        return [self.line(chance.choice(few)) for _ in range(chance.choice((2, 3, 3, 4, 5)))]

    def line(self, key):
        key, mods, units, charge, days = super().line(key)
        value, chance = self.book.values[key], self.chance
        longest = LONGEST.get(value.global_days)
        if longest and chance.random() < 0.6:
            share = chance.choice(("54", "55", "55", "55", "56"))
            side = chance.choice(((), (), (), ("RT",), ("LT",), ("50",), ("76",)))
            mods, units = (share, *side), chance.choice((1, 1, 1, 2))
        if longest and "55" in mods and units == 1:
            days = chance.choice((None, 1, longest // 3, longest // 2, longest - 1, longest))
        if key[0] in FITTING and key[1] != "26" and chance.random() < 0.4:
            mods = *filter(None, [key[1]]), FITTING[key[0]]
        return key, mods, units, charge, days


@pytest.mark.parametrize("seed", one_in(3, range(16)))
def test_random_claims(seed):
    check(BOOK, seed, 20, Often)


def test_claims_that_are_drawn_have_every_step_often():
    found = Counter(
        step.name
        for _, _, prices, _ in drawn(BOOK, 1, 150, Often)
        for price in prices
        for step in price.steps
    )
    others = "OPPS cap", "multiple ophthalmology", "shares together", "therapy assistant"
    assert {name for name, number in found.items() if number > 2} >= {*EVERY_STEP, *others}
