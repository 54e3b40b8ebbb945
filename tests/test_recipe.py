"""Recipes: a line by itself as arithmetic, folded here by other code than that which prices it."""

import csv
import io
import itertools
import random
from collections import Counter
from datetime import date
from functools import cache
from typing import Any

import pytest
from priced import Own
from test_pricing import line, rate

from feesync.claims import wording
from feesync.errors import FeesyncError
from feesync.model.rate import Rate, Setting
from feesync.pricing import modifiers
from feesync.pricing.claim import price_line
from feesync.pricing.line import Contract, Line
from feesync.pricing.program import program
from feesync.pricing.recipe import CHARGE_TEXT, Recipe, Rest, recipe
from feesync.pricing.terms import Terms
from feesync.reference.modifiers import known_modifiers, modifier_effects

DAY = date(2025, 11, 3)
TERMS: list[dict[str, Any]] = [
    {}, {"nonpar": True}, {"practitioner": "np"}, {"nonpar": True, "practitioner": "np"},
    {"contract": Contract(11_025, None)}, {"practitioner": "csw", "nonpar": True},
    {"contract": Contract(9_000, 2022, 500_000), "nonpar": True},
]  # fmt: skip
TOGETHER = [
    "RT LT", "50 80", "50 62", "50 54", "50 55", "50 56", "50 78", "50 26", "50 TC", "50 53",
    "50 AS", "50 59", "50 CQ", "RT 54", "LT 55", "RT 56", "RT 80", "LT 78", "RT LT 78", "RT LT 62",
    "RT LT 54", "54 62", "55 62", "78 62", "78 80", "78 AS", "54 59", "55 76", "56 XS", "26 80",
    "TC 59", "26 50", "CQ GP", "CO GO", "CQ GP 59", "50 CO", "FX TC", "FY 26", "CT TC", "PD 26",
    "PD TC", "80 59", "E1 54", "F1 59", "RT E3", "22 50", "52 80", "GY 50", "GZ 59", "66 50",
    "50 80 59 KX", "RT 62 54 59",
]  # fmt: skip
INERT = {"informs", "other_program", "supplier", "facility", "drug", "laboratory", "who_pays",
         "ambulance", "bonus"}  # fmt: skip
ALONE = {"RT", "LT", "50", "59", "76", "77", "91", "XE", "XP", "XS", "XU"}
"""Modifiers that only inform by the table, though rules look at them."""


@cache
def inert():
    """The modifiers that change no price."""
    effects = {
        modifier: {row.effect.value for row in modifier_effects(modifier)}
        for modifier in known_modifiers()
    }
    return {each for each, of in effects.items() if of <= INERT and each not in ALONE}


def words():
    """Every known modifier, those that change nothing by threes, and those that come together."""
    alike = sorted(inert())
    for first in range(0, len(alike), 3):
        yield alike[first : first + 3]
    yield from ([each] for each in known_modifiers() if each not in alike)
    yield from ([], *(text.split() for text in TOGETHER))


def rounded(amount, factor):
    """An amount times a factor in ten-thousandths, by its digits: half a cent is a cent."""
    whole, rest = divmod(amount * factor, 10_000)
    return whole + (1 if rest >= 5_000 else 0)


def first_and_further(made, own, base):
    """The amounts of the first unit and of a further one that is reduced."""
    first = base.fee
    for factor in made.before:
        first = rounded(first, factor)
    if made.rest is None:
        further = 0
    elif made.rest.practice_expense < 10_000:
        lost = base.pe_rvu * own.pe_gpci * own.conversion_factor
        cents, part = divmod(
            base.exact * 10_000 - lost * (10_000 - made.rest.practice_expense), 10**11
        )
        further = cents + (2 * part >= 10**11)
    else:
        further = rounded(first, made.rest.factor)
    for factor in made.after:
        first, further = rounded(first, factor), rounded(further, factor)
    return first, further


def folded(made, own, base, charge):
    """The fee, allowed amount, limiting charge, steps and denial that a recipe gives."""
    if made.denial:
        return base.amount, None, None, [], made.denial
    first, further = first_and_further(made, own, base)
    amount, steps = first * made.services, list(made.steps)
    if made.rest:
        assert made.services == 1
        amount += further * made.rest.units
    if charge is not None and charge < amount:
        amount, steps = charge, [*steps, CHARGE_TEXT]
    limit = None
    if made.limit:
        whole, rest = divmod(base.exact * made.limit[0], made.limit[1])
        limit = whole + (2 * rest >= made.limit[1])
    return base.amount, amount, limit, steps, ""


def priced(price):
    """The same of a price of one line."""
    denial = next((note.code for note in price.notes if note.severity == "denial"), "")
    steps = [
        f"{step.name} x {step.factor}" if step.factor is not None else step.name
        for step in wording.steps(price)
    ]
    return price.fee, price.allowed, price.limiting_charge, steps, denial


def may_not_fold(own, a_line):
    """Whether parts, ranks, shares of several operations or days are in a line, by its words."""
    mods = set(a_line.modifiers)
    ranked = own.multiple_procedure in "34567" or bool(mods & {"54", "55", "56"})
    return (
        bool(mods & {"FX", "FY", "CT"})
        or (a_line.units > 1 and ranked)
        or bool(mods & {"UN", "UP", "UQ", "UR", "US"})
    )


class Proof:
    """Recipes against prices; what came out is counted."""

    def __init__(self):
        self.seen: Counter[str] = Counter()
        self.largest = 0

    def compare(self, own, base, a_line, chance):
        try:
            of_line = program(own.indicators, a_line)
        except FeesyncError:
            self.seen["refused"] += 1
            return
        made = recipe(of_line, a_line)
        if made is None:
            assert may_not_fold(own, a_line), (own.hcpcs, own.modifier, a_line)
            self.seen["not folded"] += 1
            return
        total = folded(made, own, base, None)[1] or 0
        charge = chance.choice((None, total // 3 + 1, total - 1, total, total + 1))
        if made.rest:
            if base.capped:
                return
            least = first_and_further(made, own, base)[0] * (1 + made.rest.units)
            charge = chance.choice((None, least, least + 1))
            self.seen[f"rest {own.multiple_procedure}"] += 1
        a_line = a_line._replace(charge=None if charge is None else max(charge, 0))
        expected = priced(price_line(a_line, Own(own, ())))
        assert folded(made, own, base, a_line.charge) == expected, (own.hcpcs, own.modifier, a_line)
        self.seen["denied" if made.denial else f"{made.services} services"] += 1
        self.seen["limited"] += made.limit is not None
        if made.limit:
            self.largest = max(self.largest, *made.limit)


def by_indicators(book):
    """A rate of each set of indicators of a release, and one more where the OPPS cap binds."""
    found: dict[object, Rate] = {}
    for hcpcs, modifier in book.values:
        own = book.rate(hcpcs, modifier, place="01112-05")
        capped = own.in_setting("nonfacility").capped
        found.setdefault((own.indicators, capped), own)
    return list(found.values())


@cache
def shapes(row):
    """The modifiers that are tried on a row, its own first; each alone where three contradict."""
    own, found = [row] if row else [], []
    for given in words():
        if modifiers.ROW.intersection(given) - {row} - (set() if row else {"53"}):
            continue
        apart = [given] if readable([*own, *given]) else [[each] for each in given]
        found += [tuple(dict.fromkeys([*own, *each])) for each in apart if readable([*own, *each])]
    return found


def readable(given):
    try:
        return modifiers.read(tuple(dict.fromkeys(given)))
    except FeesyncError:
        return None


def prove(book, of=1, part=0):
    """Compare all indicators, modifiers, settings and units of a book, one shape in a number."""
    proof, turn, chance = Proof(), itertools.count(part), random.Random(64493 + part)
    for own in by_indicators(book):
        bases = {setting: own.in_setting(setting) for setting in Setting}
        cases = [*itertools.product(bases.items(), (1, 2, 3))]
        for mods in shapes(own.modifier):
            alike = inert().issuperset({*mods} - {own.modifier})
            for (setting, base), units in [chance.choice(cases)] if alike else cases:
                at = next(turn)
                if at % of == 0:
                    terms = Terms(DAY, setting, **TERMS[chance.randrange(7) if at % 3 else 1])
                    proof.compare(own, base, Line(own.hcpcs, mods, terms, units), chance)
    return proof


@pytest.mark.parametrize("of", [31, pytest.param(3, marks=pytest.mark.slow)])
def test_every_shape_of_the_small_release_folds_to_its_price(small_book, of):
    seen = prove(small_book, of).seen
    assert min(seen[name] for name in ("1 services", "2 services", "3 services")) > 40
    assert min(seen[name] for name in ("denied", "limited", "refused", "not folded")) > 40


@pytest.mark.parametrize("part", range(4))
def test_every_shape_of_a_release_folds_to_its_price(whole_book, part):
    proof = prove(whole_book, 4, part)
    assert sum(proof.seen.values()) > 100_000
    assert proof.seen["3 services"] > 2_000
    # an unrounded amount of ten million dollars stays in 127 bits with the fraction
    assert 2 * proof.largest * 10**16 < 2**127


LIMIT = (437, 4_000_000_000)  # 109.25 % of an amount in billionths of a dollar, in cents
SHARED = {"global_days": "090", "preoperative": 10, "intraoperative": 80, "postoperative": 10}
FREE = {"multiple_procedure": "0", "bilateral": "0"}


@pytest.mark.parametrize(
    ("a_line", "changes", "made"),
    [
        (line("50"), {}, Recipe((15_000,), (), 1, ("bilateral x 1.5",), None, "")),
        (line(units=2), {}, Recipe((15_000,), (), 1, ("bilateral x 1.5",), None, "")),
        (line(units=2), {"bilateral": "3"}, Recipe((20_000,), (), 1, ("bilateral x 2",), None, "")),
        (
            line("80", units=3), FREE,
            Recipe((), (1_600,), 3, ("units x 3", "assistant x 0.16"), None, ""),
        ),
        (
            line("50", units=2, kind="np"), {"multiple_procedure": "0"},
            Recipe(
                (15_000,), (8_500,), 2,
                ("bilateral x 1.5", "units x 2", "practitioner x 0.85"), None, "",
            ),
        ),
        (line(nonpar=True), {}, Recipe((), (9_500,), 1, ("nonparticipating x 0.95",), LIMIT, "")),
        (
            line("50", nonpar=True), {},
            Recipe(
                (15_000,), (9_500,), 1, ("bilateral x 1.5", "nonparticipating x 0.95"),
                (1_311, 8_000_000_000), "",
            ),
        ),
        (
            line(units=3, nonpar=True), FREE,
            Recipe(
                (), (9_500,), 3, ("units x 3", "nonparticipating x 0.95"),
                (1_311, 4_000_000_000), "",
            ),
        ),
        (line("RT", "LT", units=2), {}, Recipe((15_000,), (), 1, ("bilateral x 1.5",), None, "")),
        (line("55"), SHARED, Recipe((), (1_000,), 1, ("global share x 0.1",), None, "")),
        (line("GY"), {}, Recipe((), (), 1, (), None, "modifier-gy")),
        (line(), {"status": "B", "nonfacility_amount": None},
         Recipe((), (), 1, (), None, "status-b")),
        (
            line("62", units=3), {"co_surgeon": "2"},
            Recipe(
                (), (6_250,), 1, ("units x 3", "multiple procedure", "co-surgeon x 0.625"),
                None, "", Rest(2, factor=5_000),
            ),
        ),
        (
            line("50", units=2, nonpar=True), {},
            Recipe(
                (15_000,), (9_500,), 1,
                ("bilateral x 1.5", "units x 2", "multiple procedure", "nonparticipating x 0.95"),
                (3_933, 16_000_000_000), "", Rest(1, factor=5_000),
            ),
        ),
        (line(units=5), {}, Recipe((), (), 1, ("units x 5", "multiple procedure"), None, "",
                                   Rest(4, factor=5_000))),
        (line(units=6), {}, None),  # the sixth is by report
        (line(units=3), {"multiple_procedure": "3", "endoscopic_base": "43235"}, None),
        (line(units=3), {"multiple_procedure": "4"}, None),
        (
            line(units=4), {"multiple_procedure": "5", "bilateral": "0"},
            Recipe((), (), 1, ("units x 4", "multiple therapy"), None, "",
                   Rest(3, practice_expense=5_000)),
        ),
        (line(units=4, nonpar=True), {"multiple_procedure": "5", "bilateral": "0"}, None),
        (line("50", units=2), {"multiple_procedure": "5"}, None),
        (line("54", units=2), SHARED | FREE, None),
        (line("55", units=2), SHARED, None),  # 2 of 90 days
        (line("55", days=30), SHARED, None),
        (line("FX", "TC")._replace(hcpcs="71046"), {"pctc": "1", "modifier": "TC"}, None),
    ],
)  # fmt: skip
def test_recipes_of_lines_that_people_know(a_line, changes, made):
    assert recipe(program(rate(**changes).indicators, a_line), a_line) == made


def test_the_published_limiting_charge_by_the_fraction():
    """CMS's look-up tool: 64493 in San Francisco, October 2025: 243.49."""
    a_line = line(nonpar=True)
    made = recipe(program(rate().indicators, a_line), a_line)
    assert folded(made, rate(), rate().in_setting("nonfacility"), None)[2] == 24349


@pytest.mark.parametrize(
    ("words", "mods", "units", "charge"),
    [
        ("64493-50", ("50",), 1, None), ("64493-50@300", ("50",), 1, 30_000),
        ("64493x2@334.31", (), 2, 33_431), ("99213x3@10", (), 3, 1_000),
        ("99213@9999", (), 1, 999_900), ("64493-AS", ("AS",), 1, None),
    ],
)  # fmt: skip
def test_the_texts_of_steps_are_those_of_a_claim_in_csv(
    feesync, loaded, small_book, words, mods, units, charge
):
    asked = ("--locality", "01112-05", "--date", "2025-11-03", "--practitioner", "np", "--csv")
    (row,) = csv.DictReader(io.StringIO(feesync("claim", words, *asked).stdout))
    own = small_book.rate(words[:5], "", place="01112-05")
    a_line = Line(words[:5], mods, Terms(DAY, Setting.NONFACILITY, practitioner="np"), units)
    made = recipe(program(own.indicators, a_line), a_line)
    _, allowed, _, steps, _ = folded(made, own, own.in_setting("nonfacility"), charge)
    cell = "" if allowed is None else f"{allowed / 100:.2f}"
    assert (row["steps"], row["allowed"]) == ("; ".join(steps), cell)
