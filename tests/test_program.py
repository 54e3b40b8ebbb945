"""What rules say of a line is a function of its shape, remembered, never of amounts or place."""

import itertools
import random
from datetime import date, timedelta

import pytest
from test_claim_properties import OTHER, SURGICAL
from test_pricing import PROFILES, line, rate

from feesync.errors import FeesyncError
from feesync.model.rate import Indicators, Rate, Setting
from feesync.pricing import program as programs
from feesync.pricing.entry import Entry
from feesync.pricing.line import CODE, Contract, Line
from feesync.pricing.practitioner import PRACTITIONERS
from feesync.pricing.price import fold
from feesync.pricing.program import program
from feesync.pricing.terms import Terms
from feesync.reference.modifiers import known_modifiers, modifier_effects
from feesync.reference.rule_values import RULE_VALUES
from feesync.reference.tables import read_table
from feesync.schedule.threads import open_schedule

ONE = timedelta(days=1)
CODES = ["64493", "71046", "70450", "97110", "97597", "R0075", "G0283", "99213"]
NOTES = ("denials", "warnings", "notes", "price_notes", "side_notes", "unreduced")


def filled(found, hcpcs):
    """A program with the code in its texts."""
    return found._replace(
        **{
            name: tuple(note._replace(text=note.text.replace(CODE, hcpcs)) for note in notes)
            for name, notes in zip(NOTES, map(found.__getattribute__, NOTES), strict=True)
        }
    )


def outcome(find, indicators, a_line):
    try:
        return filled(find(indicators, a_line), a_line.hcpcs)
    except FeesyncError as error:
        return type(error), str(error)


def borders():
    """The days on which some table says something else than on the day before."""
    rows = [row for modifier in known_modifiers() for row in modifier_effects(modifier)]
    days = {row.first for row in rows} | {row.last + ONE for row in rows if row.last < date.max}
    for value in read_table(RULE_VALUES):
        days.add(date.fromisoformat(value["from"]))
        if value["to"]:
            days.add(date.fromisoformat(value["to"]) + ONE)
    return sorted(day for day in days if date(1990, 1, 1) < day)


@pytest.mark.parametrize("of", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_a_remembered_program_is_that_of_the_line_whatever_was_asked_before(of):
    """Every modifier on both sides of every day on which a table changes, on codes of all kinds.

    In the everyday run one modifier of five.
    """
    chance = random.Random(64493)
    texts = [*known_modifiers(), *SURGICAL, *OTHER][::of]
    wrong = []
    for text, (day, code) in itertools.product(
        texts, zip(borders(), itertools.cycle(CODES), strict=False)
    ):
        indicators = chance.choice(PROFILES).indicators
        asked = line(
            *text.split(), nonpar=chance.random() < 0.3, kind=chance.choice([*PRACTITIONERS])
        )
        for other, when in ((code, day - ONE), (chance.choice(CODES), day)):
            that = asked._replace(hcpcs=other).on_terms(day=when)
            remembered = outcome(program, indicators, that)
            if remembered != outcome(programs._program, indicators, that):
                wrong.append((that, remembered))
    assert wrong == []


def test_one_program_serves_every_place_code_and_charge(loaded):
    """Of the same indicators: it is the same object, not only an equal one."""
    schedule = open_schedule(loaded)
    by_indicators: dict[Indicators, object] = {}
    codes = schedule.codes("00000-99999", "2025-11-03")
    several = 0
    for code in codes:
        for quote in schedule.rates(code, ["national", "01112-05", "10112-00"], None, "2025-11-03"):
            indicators = quote.rate.indicators
            asked = line(units=1, charge=several)._replace(hcpcs=code, place=quote.locality.key)
            found = program(indicators, asked)
            several += indicators in by_indicators
            assert by_indicators.setdefault(indicators, found) is found
    assert len(by_indicators) > 20
    assert several > 2 * len(by_indicators)


def test_a_modifier_that_is_for_some_codes_is_remembered_by_code():
    test = rate(pctc="1", modifier="TC").indicators
    chest, other = (line("FX", "TC")._replace(hcpcs=code) for code in ("71046", "76000"))
    assert program(test, chest) is program(test, chest)
    assert [note.code for note in program(test, chest).notes] == []
    assert [note.code for note in program(test, other).notes] == ["equipment-uncertain"]
    therapy = line("CQ", "GP")._replace(hcpcs="97110")
    assert program(rate().indicators, therapy) is program(rate().indicators, therapy)


@pytest.mark.parametrize(
    "changes",
    [
        {"modifiers": ("50",)},
        {"units": 2},
        {"terms": {"setting": Setting.FACILITY}},
        {"terms": {"nonpar": True}},
        {"terms": {"practitioner": "np"}},
        {"terms": {"contract": Contract(11_000, None)}},
    ],
)
def test_what_rules_look_at_makes_another_program(changes):
    indicators, plain = rate(nonfacility_na=1).indicators, line()
    if "terms" in changes:
        changes = {"terms": plain.terms._replace(**changes["terms"])}
    assert program(indicators, plain) != program(indicators, plain._replace(**changes))


def test_a_program_is_remembered_by_every_field_of_a_line_but_four():
    """A field that is added to Line or Terms is in the shape too, or no rule looks at it."""
    asked = Line(
        "66984",
        ("55",),
        Terms(date(2025, 11, 3), Setting.FACILITY, Contract(11_000, 2022), True, "np"),
        2,
        100,
        postoperative_days=30,
        place="01112-05",
    )
    shape = programs._shape(asked)
    for own in (asked, asked.terms):
        defaults = own._field_defaults
        assert all(getattr(own, name) != value for name, value in defaults.items())
    shape_with_day = shape.on_terms(day=asked.day)
    differing = {
        name for name in Line._fields if getattr(shape_with_day, name) != getattr(asked, name)
    }
    assert differing == {"hcpcs", "charge", "place"}
    assert shape.day < asked.day


def test_indicators_are_the_columns_of_their_names():
    found = Rate._make(Rate._fields).indicators
    assert list(found[:-2]) == list(found._fields[:-2])
    assert rate().indicators[-2:] == (True, True)
    assert rate(facility_amount=None).indicators[-2:] == (True, False)
    assert rate(nonfacility_amount=None).indicators[-2:] == (False, True)


def test_what_folds_is_factors_in_ten_thousandths_in_their_order():
    """A batch engine reads these: 222.87 x 1.5 = 334.31; x 0.85 = 284.16; x 0.95 = 269.95."""
    own = rate()
    asked = line("50", kind="np", nonpar=True)
    found = program(own.indicators, asked)
    assert found.folds
    assert [(step.name, step.factor) for step in found.factors] == [
        ("bilateral", 15_000),
        ("practitioner", 8_500),
        ("nonparticipating", 9_500),
    ]
    price = fold(Entry(1, asked, own, own.in_setting(asked.setting), found))
    assert [mark.cents for mark in price.marks] == [33431, 28416, 26995]
    assert price.allowed == 26995


@pytest.mark.parametrize(
    ("mods", "units", "changes"),
    [
        ([], 2, {}),
        (["FX", "TC"], 1, {"pctc": "1", "modifier": "TC"}),
        (["54"], 1, {"global_days": "090", "preoperative": 10, "intraoperative": 69}),
    ],
)
def test_what_needs_the_engine(mods, units, changes):
    indicators = rate(**changes).indicators
    assert not program(indicators, line(*mods, units=units)._replace(hcpcs="71046")).folds


def test_a_third_of_a_trip_is_no_factor_in_ten_thousandths():
    found = program(rate().indicators, line("UP")._replace(hcpcs="R0075"))
    assert not found.folds


def test_a_denial_says_its_code():
    found = program(rate(assistant_surgeon="1").indicators, line("80"))
    assert [note.code for note in found.denials] == ["assistant-not-paid"]
