"""Ranks as data: groups of simple lines ranked by plain arithmetic, against a claim."""

import random
from collections import Counter
from datetime import date
from typing import Any

import pytest
from priced import Rates, prices
from test_pricing import line, rate
from test_recipe import rounded

from feesync.pricing import ranking
from feesync.pricing.program import program
from feesync.pricing.ranking import Rank, family, is_simple, ranks
from feesync.pricing.recipe import CHARGE_TEXT, recipe

DAY = date(2025, 11, 3)
MODIFIERS = [
    "",
    "",
    "",
    "50",
    "RT",
    "80",
    "80 50",
    "62",
    "AS",
    "RT LT",
    "51",
    "59",
    "82",
    "22",
    "54",
    "55",
    "56",
    "54 50",
    "55 RT",
    "54 62",
]


BASES = ["61493", "62493", "63493", "64000", "65000", "66000", "67000", "68000"]
"""Of endoscopies; three are codes that are drawn themselves."""


def codes(chance):
    """Rates of some codes, with fees of many sizes; some are endoscopies, some no surgery."""
    found = {}
    for number in range(1, 9):
        fee = chance.randrange(500, 60_000)
        exact = fee * 10_000_000 + chance.randrange(-4_999_999, 5_000_000)
        hcpcs = f"6{number}493"
        found[hcpcs, ""] = rate(
            hcpcs=hcpcs,
            multiple_procedure=(indicator := chance.choice("2223330")),
            endoscopic_base=chance.choice(BASES) if indicator == "3" else "",
            global_days="090",
            preoperative=10,
            intraoperative=70,
            postoperative=20,
            bilateral=chance.choice("0123"),
            assistant_surgeon="2",
            co_surgeon="2",
            nonfacility_fee=fee,
            nonfacility_capped_fee=fee,
            nonfacility_capped_exact=exact,
            nonfacility_amount=fee,
        )
    return found


def ranked(lines, rates):
    """What is allowed by plain arithmetic, with limiting charges, steps and ranks.

    None where the group is not simple.
    """
    found: list[Any] = []
    pools: dict[Any, list[int]] = {}
    for number, each in enumerate(lines):
        own = rates[each.hcpcs, ""]
        of_line = program(own.indicators, each)
        made = recipe(of_line, each)
        in_pool = of_line.pool and not of_line.denials
        if made is None or (in_pool and not is_simple(of_line, made)):
            return None
        found.append([made, folded(own.nonfacility_amount, made.before), None])
        if in_pool:
            pools.setdefault(of_line.pool, []).append(number)
    for pool in pools.values():
        amounts = {found[number][1] for number in pool}
        families = {family(rates[lines[number].hcpcs, ""]) for number in pool}
        if min(len(amounts), len(families)) < len(pool) or len(pool) > 5:
            return None
        pool.sort(key=lambda number: -found[number][1])
        for place, number in enumerate(pool if len(pool) > 1 else (), start=1):
            found[number][2] = place
    return [
        finished(made, rates[a_line.hcpcs, ""].nonfacility_amount, place, a_line)
        for (made, _, place), a_line in zip(found, lines, strict=True)
    ]


def folded(cents, factors):
    for factor in factors:
        cents = rounded(cents, factor)
    return cents


def finished(made, cents, place, a_line):
    """What a recipe gives, with its rank in it."""
    if made.denial:
        return None, "", None, None
    if place:
        made = ranking.ranked(made, ranks(DAY)[place - 1])
    steps = [*made.steps]
    cents = folded(folded(cents, made.before), made.after) * made.services
    if a_line.charge is not None and a_line.charge < cents:
        cents = a_line.charge
        steps.append(CHARGE_TEXT)
    return cents, "; ".join(steps), place, made.limit


def limiting(limit, exact):
    whole, rest = divmod(exact * limit[0], limit[1])
    return whole + (2 * rest >= limit[1])


@pytest.mark.parametrize("claims", [150, pytest.param(5_000, marks=pytest.mark.slow)])
def test_simple_lines_are_ranked_by_their_amounts_alone(claims):
    chance = random.Random(49364)
    sizes: Counter[Any] = Counter()
    for _ in range(claims):
        rates = codes(chance)
        nonpar = chance.random() < 0.4
        lines = [
            line(
                *chance.choice(MODIFIERS).split(),
                units=chance.choice((1, 1, 1, 1, 1, 2)),
                charge=chance.choice((None, None, chance.randrange(100, 60_000))),
                nonpar=nonpar,
            )._replace(hcpcs=hcpcs)
            for hcpcs, _ in chance.sample([*rates], chance.randint(2, 7))
        ]
        expected = ranked(lines, rates)
        if expected is None:
            sizes["not simple"] += 1
            continue
        sizes[max(place or 0 for _, _, place, _ in expected)] += 1
        for each, answer, a_line in zip(prices(lines, Rates(rates)), expected, lines, strict=True):
            allowed, steps, place, limit = answer
            shown = "; ".join(
                f"{step.name} x {step.factor}" if step.factor is not None else step.name
                for step in each.steps
            )
            assert (each.allowed, shown, each.rank) == (allowed, steps, place)
            exact = rates[a_line.hcpcs, ""].nonfacility_capped_exact
            assert each.limiting_charge == (limiting(limit, exact) if limit else None)
    assert all(sizes[size] > claims // 60 for size in (0, 2, 3, 4, 5)), sizes


def test_the_ranks_of_a_day_are_those_of_the_manual():
    """Claims Processing Manual ch. 12 s. 40.6: 100, 50, 50, 50, 50 %, further ones by report."""
    assert ranks(DAY) == (Rank(10_000, ""), *[Rank(5_000, "multiple procedure x 0.5")] * 4)


@pytest.mark.parametrize(
    ("words", "changes", "simple"),
    [
        ("", {}, True),
        ("50", {}, True),
        ("62", {"co_surgeon": "1"}, True),
        ("80", {}, True),
        ("x2", {}, True),  # both sides
        ("x2 59", {}, False),
        ("x3", {}, False),
        ("x5", {"bilateral": "0"}, False),
        ("78", {}, False),
        ("54", {"global_days": "010", "intraoperative": 80, "preoperative": 10}, True),
        ("54 x2", {"global_days": "010", "intraoperative": 80, "bilateral": "0"}, False),
        ("53", {}, False),
        ("", {"multiple_procedure": "3", "endoscopic_base": "43235"}, True),
        ("", {"multiple_procedure": "0"}, False),
        ("", {"multiple_procedure": "4"}, False),
        ("", {"status": "T"}, False),
        ("", {"nonfacility_amount": None}, False),
    ],
)
def test_which_lines_are_simple(words, changes, simple):
    mods = [word for word in words.split() if not word.startswith("x")]
    units = next((int(word[1:]) for word in words.split() if word.startswith("x")), 1)
    asked = line(*mods, units=units)
    of_line = program(rate(**changes).indicators, asked)
    assert is_simple(of_line, recipe(of_line, asked)) is simple


@pytest.mark.parametrize(("base", "found"), [("", "64493"), ("43235", "43235"), ("64493", "64493")])
def test_the_family_of_a_code(base, found):
    assert family(rate(endoscopic_base=base)) == found
