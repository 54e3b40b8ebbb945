"""Random claims: the package agrees with the second implementation.

It also agrees with itself, however a claim is written. Codes are drawn so that lines touch one
another: one family, one pool, ties, shares, sides, capped codes, more than five ranks.
"""

import random
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from book import times
from claim_opinion import beside
from everyday import one_in
from priced import prices as priced
from second_opinion import REFUSED, UNPAID, opinion

from feesync.model.rate import Setting
from feesync.pricing import modifiers
from feesync.pricing.line import Line
from feesync.pricing.terms import Terms

D = Decimal
DAY = date(2025, 11, 3)
KINDS = ["physician"] * 6 + ["np", "pa", "csw"]
SURGICAL = ["", "", "", "RT", "LT", "50", "59", "62", "80", "82", "AS", "54", "55", "56", "78",
            "54 RT", "55 RT", "54 LT", "55 LT", "54 50", "55 50", "56 50", "55 76", "80 RT",
            "RT LT", "78 50", "78 RT", "78 LT", "51 76", "22"]  # fmt: skip
OTHER = ["", "", "", "59", "CQ", "FX", "CT", "76", "RT", "LT", "50", "GY", "80"]
CHARGES = [None, None, None, 10, 75, 400, 400, 5000]


class Draw:
    """Lines of claims of a release."""

    def __init__(self, book, seed):
        self.book, self.chance = book, random.Random(seed)
        self.pools: dict[Any, list[Any]] = {}
        priced = {key: value for key, value in book.values.items() if value.is_priced}
        for key, value in sorted(priced.items()):
            indicator = value.multiple_procedure
            names = [indicator, f"{indicator} {value.bilateral} {value.global_days}"]
            names += [f"family {value.endoscopic_base}"] if value.endoscopic_base else []
            names += ["capped"] if value.opps_mp_rvu or value.opps_nonfacility_pe_rvu else []
            for name in names:
                self.pools.setdefault(name, []).append(key)
        for name, keys in list(self.pools.items()):
            base = name.removeprefix("family ")
            if base != name and (base, "") in priced:
                keys += [(base, "")] * 2

    def claim(self):
        """Some lines, mostly of one pool and of few codes.

        (key, modifiers, units, charge in cents, days).
        """
        chance = self.chance
        keys = self.pools[chance.choice(sorted(self.pools))]
        few = chance.sample(keys, min(len(keys), chance.choice((1, 2, 3, 4))))
        if chance.random() < 0.3:
            few += chance.sample(
                self.pools[chance.choice("2223")] if "2" in self.pools else keys, 1
            )
        return [
            self.line(chance.choice(few)) for _ in range(chance.choice((1, 2, 2, 3, 3, 4, 5, 7)))
        ]

    def line(self, key):
        chance = self.chance
        surgical = self.book.values[key].multiple_procedure in "023"
        mods = chance.choice(SURGICAL if surgical else OTHER).split()
        mods = [*filter(None, [key[1]]), *(mod for mod in mods if mod != key[1])]
        charge = chance.choice(CHARGES)
        units = chance.choice((1, 1, 1, 2, 2, 3, 6))
        return key, tuple(mods), units, charge and charge * 100 + chance.randrange(3), None


class Reader:
    """Prices of lines by the package."""

    def __init__(self, book, setting, kind, nonpar):
        self.book, self.setting, self.kind, self.nonpar = book, setting, kind, nonpar

    def line(self, given):
        key, mods, units, charge, days = given
        return Line(
            key[0],
            modifiers.read(mods),
            Terms(DAY, Setting(self.setting), nonpar=self.nonpar, practitioner=self.kind),
            units,
            charge,
            days,
        )

    def prices(self, given):
        return priced([self.line(each) for each in given], self.book.lookup("national"))

    def total(self, given):
        return sum(price.allowed or 0 for price in self.prices(given))

    def opinion(self, given):
        """The verdict on a line alone: refused, unpaid or paid."""
        key, mods, units, charge, _ = given
        book = self.book
        return opinion(
            book.row(key), book.technical_rows(key[0]), self.setting,
            book.places["national"], book.factor, list(mods), units, self.kind, self.nonpar,
            charge and D(charge) / 100, DAY, book.base_row,
        )  # fmt: skip

    def second(self, given):
        lines = [
            {"row": self.book.row(key), "technical": self.book.technical_rows(key[0]),
             "mods": mods, "units": units, "charge": charge and D(charge) / 100, "days": days}
            for key, mods, units, charge, days in given
        ]  # fmt: skip
        book = self.book
        return beside(
            lines,
            self.setting,
            book.places["national"],
            book.factor,
            self.kind,
            self.nonpar,
            book.base_row,
        )


def payable(reader, given):
    """The lines that are priced or denied by themselves, with both charges of a pair or none."""
    return [line for line in given if reader.opinion(line) != REFUSED]


def drawn(book, seed, number, kind=Draw):
    """Claims of lines that are each in order, and their readers."""
    draw = kind(book, seed)
    found = 0
    while found < number:
        chance = draw.chance
        reader = Reader(
            book,
            chance.choice(("nonfacility", "facility")),
            chance.choice(KINDS),
            chance.random() < 0.2,
        )
        given = payable(reader, draw.claim())
        if given:
            found += 1
            yield reader, given, reader.prices(given), chance


def check(book, seed, number, kind=Draw):
    """Every property on a number of claims; return how many of which kind there were."""
    seen: Counter[str] = Counter()
    for reader, given, prices, chance in drawn(book, seed, number, kind):
        asked = given, reader.setting, reader.kind, reader.nonpar
        amounts = [price.allowed for price in prices]
        paid = [line for line in given if reader.opinion(line) != UNPAID]
        # the second implementation
        for line, (allowed, limit) in zip(paid, reader.second(paid), strict=True):
            price = prices[given.index(line)] if given.count(line) == 1 else None
            if price:
                assert (price.allowed, price.limiting_charge) == (
                    in_cents(allowed),
                    in_cents(limit),
                ), asked
        assert sum(in_cents(allowed) or 0 for allowed, _ in reader.second(paid)) == sum(
            amount or 0 for amount in amounts
        ), asked
        # the order of the lines, and of modifiers
        order = chance.sample(range(len(given)), len(given))
        turned = reader.prices([(given[at][0], given[at][1][::-1], *given[at][2:]) for at in order])
        assert Counter(
            zip(order_of(given, order), [price.allowed for price in turned], strict=True)
        ) == Counter(zip(given, amounts, strict=True)), asked
        # how units are written
        assert reader.total([part for line in given for part in split(line, chance)]) == sum(
            a or 0 for a in amounts
        ), asked
        # lines without a price change nothing
        assert [price.allowed for price in reader.prices(paid)] == [
            a for line, a in zip(given, amounts, strict=True) if line in paid
        ]
        # charges
        index = chance.randrange(len(given))
        key, mods, units, charge, days = given[index]
        if charge is not None:
            higher = [
                *given[:index],
                (key, mods, units, charge + chance.choice((1, 50, 5000, 100_000)), days),
                *given[index + 1 :],
            ]
            assert reader.total(higher) >= sum(a or 0 for a in amounts), (asked, index)
        for line, price in zip(given, prices, strict=True):
            if price.steps:
                assert price.steps[-1].amount == D(price.allowed) / 100, asked
            assert (price.allowed is None) == any(
                note.severity == "denial" for note in price.notes
            ), asked
            if line[3] is not None and price.allowed is not None:
                assert price.allowed <= line[3], asked
            if price.allowed == 0:
                why = {note.code for note in price.notes} | {step.name for step in price.steps}
                assert NOTHING & why, asked
        seen.update(step.name for price in prices for step in price.steps)
    return seen


def in_cents(amount):
    return None if amount is None else int(amount * 100)


def order_of(given, order):
    return [given[at] for at in order]


def split(line, chance):
    """The same units on two lines, the charge in equal parts.

    Units of 55 are days, RT with LT is one.
    """
    key, mods, units, charge, days = line
    if units == 1 or "55" in mods or {"RT", "LT"} <= set(mods):
        return [line]
    first = chance.randrange(1, units)
    if charge is None:
        return [(key, mods, first, None, days), (key, mods, units - first, None, days)]
    each, more = divmod(charge, units)
    own = each * first + min(more, first)
    return [(key, mods, first, own, days), (key, mods, units - first, charge - own, days)]


NOTHING = {
    "bilateral-not-payable",
    "both-sides-once",
    "return-both-sides",
    "endoscopy-nothing-left",
    "preoperative-care-included",
    "postoperative-days-beyond",
    "shares together",
}
"""Notes, and a step, that say why nothing is left of a line."""

EVERY_STEP = {
    "bilateral", "units", "endoscopy", "multiple procedure", "multiple imaging", "multiple therapy",
    "multiple cardiovascular", "global share", "practitioner", "nonparticipating", "charge",
    "assistant", "equipment", "co-surgeon",
}  # fmt: skip


@pytest.mark.parametrize("seed", one_in(3, range(10)))
def test_random_claims_of_the_fixture(small_book, seed):
    check(small_book, seed, 50)


def test_claims_that_are_drawn_of_the_fixture_have_every_step(small_book):
    steps = {
        step.name
        for _, _, prices, _ in drawn(small_book, 1, 500)
        for price in prices
        for step in price.steps
    }
    assert EVERY_STEP - {"co-surgeon"} <= steps


def test_random_claims_of_a_release(whole_book):
    seen = check(whole_book, 2025, 2_500)
    assert set(seen) >= EVERY_STEP
    assert {"OPPS cap", "multiple ophthalmology", "shares together"} <= set(seen)


def test_shares_of_an_operation_never_exceed_the_whole(book):
    chance = random.Random(66984)
    keys = [
        key
        for key, value in sorted(book.values.items())
        if value.is_priced and value.intraoperative and not key[1]
    ]
    for _ in times(book, 4_000):
        key = chance.choice(keys)
        value = book.values[key]
        reader = Reader(book, "facility", chance.choice(KINDS), chance.random() < 0.3)
        longest = {"010": 10, "090": 90}.get(value.global_days)
        if longest is None or value.facility_na:
            continue
        side = chance.choice(["RT", "LT", ""])
        mods = [side] if side else []
        first = chance.randrange(1, longest)
        days = chance.choice([(None,), (first, longest - first), (first,), (longest,)])
        shares: list[Any] = [
            (key, ("54", *mods), 1, None, None),
            *((key, ("55", *mods), 1, None, each) for each in days),
        ]
        shares += [(key, ("56", *mods), 1, None, None)] if chance.random() < 0.3 else []
        prices = reader.prices(shares)
        (whole_one,) = reader.prices([(key, tuple(mods), 1, None, None)])
        assert sum(price.allowed for price in prices) <= whole_one.allowed, (key, days)
        order = chance.sample(range(len(shares)), len(shares))
        turned = reader.prices([shares[at] for at in order])
        amounts = Counter(zip(shares, [price.allowed for price in prices], strict=True))
        assert (
            Counter(zip(order_of(shares, order), [price.allowed for price in turned], strict=True))
            == amounts
        )
        if len(shares) == 4:
            assert prices[-1].allowed == 0
