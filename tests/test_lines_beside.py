"""Lines beside each other, and a line in many places, by rates that a test has at hand.

The amounts are worked out in the head; which lines touch is by CMS's record layout, Multiple
Procedure.
"""

from itertools import permutations

import pytest
from priced import Rates, prices
from test_modifiers import LEFT, RIGHT
from test_pricing import line, rate

from feesync.errors import ModifierError
from feesync.pricing import modifiers
from feesync.pricing.claim import entry_of, price_in_places
from feesync.pricing.entry import touching
from feesync.pricing.group import group_prices


def named(hcpcs, fee=10000, **changes):
    """The rate of a code, the same fee in both settings."""
    fees = {
        f"{setting}_{column}": value
        for setting in ("nonfacility", "facility")
        for column, value in (
            ("fee", fee),
            ("capped_fee", fee),
            ("amount", fee),
            ("capped_exact", fee * 10**7),
        )
    }
    return rate(**{"hcpcs": hcpcs, **fees, **changes})


def capped(hcpcs, fee, cap, **changes):
    """The same where the OPPS cap binds."""
    opps = dict(opps_nonfacility_pe_rvu=1, opps_facility_pe_rvu=1, opps_mp_rvu=1)
    return named(hcpcs, cap, nonfacility_fee=fee, facility_fee=fee, **opps, **changes)


def asked(hcpcs, *mods, **more):
    return line(*mods, **more)._replace(hcpcs=hcpcs)


def beside(rates, lines):
    return prices(lines, Rates({(own.hcpcs, own.modifier): own for own in rates}))


TEST = dict(pctc="1")
SHARED = dict(global_days="090", preoperative=10, intraoperative=80, postoperative=10)
TOUCHING = [
    # two lines, each a multiple procedure indicator, other indicators and modifiers
    (("2", {}, []), ("2", {}, []), True),
    (("2", {}, []), ("3", {}, []), True),
    (("3", {}, []), ("3", {}, []), True),
    (("2", {}, []), ("0", {}, []), False),
    (("0", {}, []), ("0", {}, []), False),
    (("9", {}, []), ("9", {}, []), False),
    (("2", {}, ["59"]), ("2", {}, []), True),
    (("2", {}, []), ("2", {"global_days": "000"}, ["78"]), False),
    (("2", {}, []), ("2", {}, ["80"]), False),
    (("2", {}, ["80"]), ("3", {}, ["AS"]), True),
    (("4", {"imaging_family": "88"}, []), ("4", {"imaging_family": "88"}, []), True),
    (("4", {"imaging_family": "88"}, []), ("4", {"imaging_family": "89"}, []), False),
    (("5", {}, []), ("5", {}, []), True),
    (("5", {}, []), ("2", {}, []), False),
    (("6", TEST, []), ("6", TEST, []), True),
    (("6", TEST, []), ("6", {"pctc": "3"}, []), True),
    (("6", TEST, []), ("6", {"pctc": "0"}, []), False),
    (("6", TEST, []), ("6", {"pctc": "2"}, []), False),
    (("7", {"pctc": "4"}, []), ("7", TEST, []), True),
    (("6", TEST, []), ("7", TEST, []), False),
]


@pytest.mark.parametrize(("one", "other", "found"), TOUCHING)
def test_which_lines_touch(one, other, found):
    """Alone neither does, nor does a third line of another code and kind."""
    rates = {
        (code, ""): named(code, multiple_procedure=indicator, **changes)
        for code, (indicator, changes, _) in (("10001", one), ("10002", other))
    }
    rates["99213", ""] = named("99213", multiple_procedure="0")
    lines = asked("10001", *one[2]), asked("10002", *other[2]), asked("99213")
    entries = [entry_of(at, own, Rates(rates)) for at, own in enumerate(lines, start=1)]
    for order in permutations(entries):
        assert {entry.number for entry in touching(order)} == ({1, 2} if found else set())
    assert touching(entries[:1]) == touching([]) == []


SAME_CODE = [
    # its bilateral indicator, other indicators, the modifiers of two lines
    ("0", {}, [], [], False),
    ("9", {}, [], ["25"], False),
    ("1", {}, [], [], True),
    ("2", {}, [], ["51"], True),
    ("3", {}, [], [], True),
    ("1", {}, [], ["59"], False),
    ("1", {}, ["50"], [], False),
    ("1", {}, ["RT"], [], True),  # which changes neither
    ("1", {}, ["RT"], ["LT"], True),
    ("0", {}, ["RT"], ["LT"], True),
    ("9", {}, ["RT"], ["LT"], False),
    ("1", {}, ["RT", "LT"], ["RT"], False),
    ("1", {}, ["E1"], ["E2"], False),
    ("1", {"global_days": "ZZZ"}, [], [], False),
    ("1", {}, ["78"], ["78"], False),
    ("0", SHARED, ["54"], ["55"], True),
    ("0", SHARED, ["54"], [], False),
    ("0", SHARED, ["54", "50"], ["55", "50"], True),
]


@pytest.mark.parametrize(("sides", "changes", "mods", "others", "touch"), SAME_CODE)
def test_lines_of_a_code_touch_where_they_may_be_one_procedure(sides, changes, mods, others, touch):
    own = named("11111", bilateral=sides, multiple_procedure="0", **changes)
    rates = Rates({("11111", ""): own})
    lines = asked("11111", *mods), asked("11111", *others)
    entries = [entry_of(number, each, rates) for number, each in enumerate(lines, start=1)]
    assert touching(entries) == (entries if touch else [])
    grouped = group_prices(entries, rates)
    alone = [beside([own], [each])[0].allowed for each in lines]
    if not touch:
        assert [price.allowed for price in grouped.values()] == alone


class PerPlace:
    """The rates of each place."""

    def __init__(self, **places):
        self.places = places

    def rate(self, hcpcs, row, line):
        return self.places[line.place].rate(hcpcs, row, line)


def test_a_line_with_parts_takes_the_technical_part_of_each_place():
    """FX: 20 % less of 100.00 and of 50.00."""
    whole = {
        "one": named("71046", 22287, pctc="1"),
        "other": named("71046", 20001, pctc="1"),
    }
    technical = {
        "one": named("71046", 10000, pctc="1", modifier="TC"),
        "other": named("71046", 5000, pctc="1", modifier="TC"),
    }
    rates = PerPlace(**{name: Rates({("71046", "TC"): own}) for name, own in technical.items()})
    found = price_in_places(asked("71046", "FX"), whole, rates)
    assert [price.allowed for price in found] == [20287, 19001]


def test_an_endoscopy_takes_the_base_of_each_place():
    """Two of them: one in full, the other less the base, and both as one procedure."""
    own = named("43239", 30000, endoscopic_base="43235", multiple_procedure="3")
    rates = PerPlace(
        one=Rates({("43235", ""): named("43235", 20000)}),
        other=Rates({("43235", ""): named("43235", 25000)}),
    )
    found = price_in_places(asked("43239", units=3), {"one": own, "other": own}, rates)
    assert [price.allowed for price in found] == [50000, 40000]


def test_of_several_ranks_by_report_the_first_is_the_reason():
    rates = named("10001", 30000), named("10002", bilateral="0")
    lines = [*[asked("10001", "59")] * 5, asked("10002", units=2)]
    *_, last = beside(rates, lines)
    assert last.allowed is None
    assert [note.text for note in last.notes if note.severity == "denial"] == [
        "Rank 6 of multiple procedures is priced by report: the MAC sets the amount from the "
        "documentation."
    ]


@pytest.mark.parametrize(
    ("before", "units", "says", "cents"),
    [
        (4, 2, "1 of 2 units is beyond rank 5 of multiple procedures", 5000),
        (4, 3, "2 of 3 units are beyond rank 5 of multiple procedures", 5000),
        (3, 4, "2 of 4 units are beyond rank 5 of multiple procedures", 10000),
        (0, 9, "4 of 9 units are beyond rank 5 of multiple procedures", 30000),
    ],
)
def test_units_beyond_the_fifth_rank(before, units, says, cents):
    rates = named("10001", 30000), named("10002", bilateral="0")
    lines = [*[asked("10001", "59")] * before, asked("10002", units=units)]
    *_, last = beside(rates, lines)
    assert last.allowed == cents
    (text,) = [note.text for note in last.notes if note.code == "units-by-report"]
    assert text.startswith(says)


@pytest.mark.parametrize(
    ("row", "cap", "reason"),
    [
        ("", 9000, "; the technical part is 100.00, before the OPPS cap"),
        ("", 10000, "; the technical part is 100.00"),
        ("TC", 9000, ", of 100.00 before the OPPS cap"),
        ("TC", 10000, ""),
    ],
)
def test_a_reduction_says_of_what(row, cap, reason):
    technical = capped("71046", 10000, cap, pctc="1", modifier="TC")
    whole = capped("71046", 22287, 22287 - 10000 + cap, pctc="1")
    (found,) = beside([whole, technical], [asked("71046", "FX", *filter(None, [row]))])
    step = found.steps[0]
    assert (step.name, str(step.amount)) == ("equipment", "80.00" if row else "202.87")
    assert str(step.factor) == ("0.8" if row else "None")
    assert step.reason == f"modifier FX: 20 % less of the technical part{reason}"


NOUNS = {"E": "eyelid", "F": "finger", "T": "toe", "L": "vessel", "R": "vessel"}


@pytest.mark.parametrize("site", [*LEFT, *RIGHT, "LC", "LD", "LM", "RC", "RI"])
def test_a_site_is_on_its_side(site):
    """First Coast's list of anatomical modifiers; a vessel is on no side."""
    noun = NOUNS[site[0]]
    with pytest.raises(ModifierError) as refused:
        modifiers.read(("50", site))
    assert str(refused.value) == (
        f"50 contradicts {site}: 50 means both sides, {site} names one {noun}"
    )
    others = {"RT": ("left", LEFT), "LT": ("right", RIGHT)}
    for other, (side, group) in others.items():
        if site in group:
            with pytest.raises(ModifierError) as refused:
                modifiers.read((site, other))
            assert str(refused.value) == f"{other} contradicts {site}: {site} names a {side} {noun}"
        else:
            assert modifiers.read((site, other)) == (site, other)


def test_of_several_sites_the_first_is_named():
    for given in (("F1", "50", "E1"), ("E1", "F1", "50")):
        with pytest.raises(ModifierError, match="^50 contradicts E1: "):
            modifiers.read(given)
    with pytest.raises(ModifierError, match="^RT contradicts E1: "):
        modifiers.read(("E3", "E1", "RT"))


def test_days_of_another_operation_are_paid_whatever_is_charged():
    """55 is 10 % of 100.00; the second operation of the day is worth half."""
    shares = dict(preoperative=10, intraoperative=80, postoperative=10)
    own = named("20109", global_days="010", bilateral="9", **shares)
    for charge in (900, 1100):
        lines = [asked("20109", "55", charge=1000), asked("20109", "55", "76", charge=charge)]
        for order in (lines, lines[::-1]):
            assert sorted(price.allowed for price in beside([own], order)) == [500, 1000]


def test_lines_that_differ_by_a_cent_are_told_apart():
    """Units of 200.01 and 200.00, and of 200.01 twice: which line has the first is not by order.

    100.00 and three times 100.00 less the base of 60.00.
    """
    family = dict(endoscopic_base="43235", multiple_procedure="3", bilateral="0")
    rates = named("43242", 10000, **family), named("43235", 6000)
    lines = [asked("43242", units=2, charge=charge) for charge in (40001, 40002)]
    in_order = [price.allowed for price in beside(rates, lines)]
    assert sorted(in_order) == [8000, 14000]
    assert [price.allowed for price in beside(rates, lines[::-1])] == in_order[::-1]


def test_the_worth_of_a_side_by_charge_goes_to_the_sides_that_have_it():
    """Five sides at 400.02, 80.01 twice and 80.00 three times, and one of the other at 500.00.

    Each is paid by itself, at most 100.00 (bilateral indicator 3).
    """
    own = named("10001", bilateral="3", multiple_procedure="0")
    five, one = {"units": 5, "charge": 40002}, {"charge": 50000}
    for many, single in (("RT", "LT"), ("LT", "RT")):
        lines = [asked("10001", many, **five), asked("10001", single, **one)]
        for order in (lines, lines[::-1]):
            found = dict(zip(order, beside([own], order), strict=True))
            assert [found[asked].allowed for asked in lines] == [40002, 10000]


def test_tied_images_are_ranked_by_what_the_first_gains():
    """Of equal parts that one is paid in full with which the sum comes out highest."""
    images = [
        named(code, multiple_procedure="4", imaging_family="88", pctc="1", modifier=row)
        for code in ("70450", "71250")
        for row in ("26", "TC")
    ]
    # 85 % of 100.00 in full, and 20.00, which 50 % do not touch; else 42.50 and 20.00
    lines = [asked("70450", "TC", "CT"), asked("71250", "TC", charge=2000)]
    # 16 % of 100.00 in full, and 1.00; else 15.20 and 1.00
    parts = [asked("70450", "26", "80"), asked("71250", "26", charge=100)]
    for given, cents in ((lines, [8500, 2000]), (parts, [1600, 100])):
        for order, found in ((given, cents), (given[::-1], cents[::-1])):
            assert [price.allowed for price in beside(images, order)] == found


def test_ranks_are_of_lines_that_rank_beside_others():
    """The first of a line's services; none where one line alone is ranked."""
    rates = named("10001", 30000), named("10002", 25000), named("99213", multiple_procedure="0")
    lines = [asked("10002", units=3), asked("10001"), asked("99213")]
    assert [price.rank for price in beside(rates, lines)] == [2, 1, None]
    assert [price.rank for price in beside(rates, lines[:1])] == [None]
    sides = [asked("10002", "RT"), asked("10002", "LT")]
    assert [price.rank for price in beside(rates, sides)] == [None, None]
    assert [price.rank for price in beside(rates, [*sides, asked("10001")])] == [1, 1, 2]


@pytest.mark.parametrize(
    ("indicator", "kind"),
    [
        ("3", "endoscopies"),
        ("4", "imaging"),
        ("6", "cardiovascular services"),
        ("7", "ophthalmology services"),
        ("2", None),
        ("5", None),
    ],
)
def test_units_that_rank_as_lines_by_inference_say_so(indicator, kind):
    own = named("10001", multiple_procedure=indicator, pctc="3", bilateral="0", imaging_family="88")
    (found,) = beside([own], [asked("10001", units=2)])
    texts = [note.text for note in found.notes if note.code == "units-as-lines"]
    assert texts == (
        [f"The units of the line are priced as so many lines; that this holds of {kind} is an "
         "inference."]
        if kind
        else []
    )  # fmt: skip
    (single,) = beside([own], [asked("10001")])
    assert "units-as-lines" not in [note.code for note in single.notes]


@pytest.mark.parametrize("indicator", ["4", "5"])
def test_the_note_on_a_group_is_on_lines_that_nothing_took_from(indicator):
    """Of two equal ones the second is reduced."""
    own = named("10001", multiple_procedure=indicator, pctc="3", imaging_family="88")
    found = beside([own], [asked("10001", "59"), asked("10001")])
    assert sum(price.allowed for price in found) < 20000
    reduced = min(found, key=lambda price: price.allowed)
    codes = {price.allowed: [note.code for note in price.notes] for price in found}
    assert [("group-practice" in codes[cents]) for cents in sorted(codes)] == [False, True]
    assert reduced.rank == 2


def test_an_endoscopy_of_which_nothing_is_left_has_no_limiting_charge():
    """100.00 less the base, 200.00; the other in full, 300.00 x 1.0925."""
    family = dict(endoscopic_base="43235", multiple_procedure="3")
    fees = {"43239": 10000, "43249": 30000, "43235": 20000}
    rates = [
        named(
            code, fee, nonfacility_capped_exact=fee * 10**7, **({} if code == "43235" else family)
        )
        for code, fee in fees.items()
    ]
    found = beside(rates, [asked(code, nonpar=True) for code in ("43239", "43249")])
    assert [(price.allowed, price.limiting_charge) for price in found] == [(0, 0), (28500, 32775)]


@pytest.mark.parametrize(
    ("cap", "cents", "steps"),
    [
        (10000, 10000, ["multiple procedure", "OPPS cap"]),
        (12499, 12499, ["multiple procedure", "OPPS cap"]),
        (12500, 12500, ["multiple procedure"]),
        (20000, 12500, ["multiple procedure"]),
    ],
)
def test_the_cap_limits_what_a_rank_leaves(cap, cents, steps):
    """The second of two, 50 % of 250.00, is at most the cap."""
    rates = named("10001", 30000), capped("10002", 25000, cap)
    first, second = beside(rates, [asked("10001"), asked("10002")])
    assert (first.allowed, second.allowed) == (30000, cents)
    assert [step.name for step in second.steps] == steps
    # both sides: 375.00, first of the two; the cap for both is 1.5 times as high, and no rank
    # takes from it
    (both,) = beside(rates, [asked("10002", "50")])
    assert both.allowed == cap * 3 // 2 + cap % 2


def test_the_cap_for_both_sides_limits_what_a_rank_leaves():
    """50 % of 1.5 times 250.00, 187.50, is at most 1.5 times 100.00."""
    rates = named("10001", 60000), capped("10002", 25000, 10000)
    _, second = beside(rates, [asked("10001"), asked("10002", "50")])
    assert second.allowed == 15000
    reason = second.steps[-1].reason
    assert reason == (
        "the amount is capped at the hospital outpatient rate, 150.00, after the reductions"
    )


ALONE, INCLUDED, BEYOND = (
    "preoperative-care",
    "preoperative-care-included",
    "postoperative-days-beyond",
)
SHARES = [
    # 54 is 79 % of 100.00, 55 is 21 %, 56 is 10 %; both sides are 150.00
    ([("54",), ("55",)], [7900, 2100], [[], []]),
    # days of care: 60 of 90 are 14.00; of one side 30 are left, and 7.00
    ([("54",), ("55", 60), ("55", 60)], [7900, 1400, 700], [[], [], [BEYOND]]),
    ([("54",), ("55", 30), ("55", 60)], [7900, 700, 1400], [[], [], []]),
    # two units are two sides, and 180 days; shares that name no side use up both
    ([("54", "x2"), ("55", 60), ("55", 60)], [11850, 1400, 1400], [[], [], []]),
    # by side: 120 days on the right are 30 too many, though the left has some left
    ([("54", "50"), ("55", "RT", 60), ("55", "RT", 60)], [11850, 1400, 700], [[], [], [BEYOND]]),
    ([("54", "50"), ("55", "RT", 60), ("55", "LT", 30)], [11850, 1400, 700], [[], [], []]),
    # the units of 55 are days
    ([("55", "x30")], [700], [["postoperative-units"]]),
    # 54 holds what 56 pays for, on its side
    ([("54", "RT"), ("56", "RT")], [7900, 0], [[], [INCLUDED]]),
    ([("54",), ("55",), ("56",)], [7900, 2100, 0], [[], [], [INCLUDED]]),
    ([("54", "LT"), ("56", "50")], [7900, 500], [[], [ALONE, INCLUDED]]),
    ([("54", "LT"), ("56", "RT")], [7900, 500], [[], [ALONE]]),
    ([("56",)], [1000], [[ALONE]]),
]
"""Shares of an operation: modifiers, days or units; what each line is paid; its notes."""


@pytest.mark.parametrize(("shares", "cents", "notes"), SHARES)
def test_shares_are_of_one_operation_by_side_and_by_days(shares, cents, notes):
    own = named("20001", global_days="090", preoperative=10, intraoperative=69, postoperative=21)
    lines = [
        asked(
            "20001",
            *(part for part in share if isinstance(part, str) and part[0] != "x"),
            days=next((part for part in share if isinstance(part, int)), None),
            units=next((int(str(part)[1:]) for part in share if str(part)[0] == "x"), 1),
        )
        for share in shares
    ]
    found = beside([own], lines)
    assert [price.allowed for price in found] == cents
    assert [[note.code for note in price.notes] for price in found] == notes
