"""The rules of a line.

A rate with round numbers, so that every expected amount can be worked out in the head.
"""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from priced import Rates, price, prices

from feesync.errors import InvalidInputError, ModifierError
from feesync.model.rate import Rate, Setting
from feesync.pricing import equipment, limits, modifiers, payer, practitioner
from feesync.pricing.line import Line
from feesync.pricing.terms import Terms
from feesync.reference.modifiers import known_modifiers


def rate(**changes):
    """64493 in San Francisco, October 2025: 222.87 outside a facility and 103.99 inside."""
    values = dict(
        hcpcs="64493", modifier="", status="A", work_rvu=152, nonfacility_pe_rvu=364,
        facility_pe_rvu=105, mp_rvu=16, nonfacility_na=0, facility_na=0, multiple_procedure="2",
        bilateral="1", assistant_surgeon="2", co_surgeon="0", team_surgeon="0", pctc="0",
        global_days="000", preoperative=0, intraoperative=0, postoperative=0, endoscopic_base="",
        imaging_family="99", opps_nonfacility_pe_rvu=None, opps_facility_pe_rvu=None,
        opps_mp_rvu=None, work_gpci=1088, pe_gpci=1419, mp_gpci=445, conversion_factor=323465,
        basis="nonqp", nonfacility_fee=22287, facility_fee=10399, nonfacility_capped_fee=22287,
        facility_capped_fee=10399, nonfacility_capped_exact=222871266580,
        facility_capped_exact=103991086315, nonfacility_amount=22287, facility_amount=10399,
        nonfacility_limiting_charge=24349, facility_limiting_charge=11361,
    )  # fmt: skip
    return Rate(**{**values, **changes})


def line(
    *mods,
    units=1,
    charge=None,
    setting="nonfacility",
    nonpar=False,
    kind="physician",
    day="2025-11-03",
    days=None,
):
    return Line(
        "64493", modifiers.read(mods),
        Terms(date.fromisoformat(day), Setting(setting), nonpar=nonpar, practitioner=kind), units,
        charge, days
    )  # fmt: skip


def allowed(a_rate, a_line):
    result = price(a_rate, a_line)
    return (
        result.allowed,
        [step.name for step in result.steps],
        [note.code for note in result.notes],
    )


WARNED = ["bilateral-not-payable"]


@pytest.mark.parametrize(
    ("indicator", "mods", "units", "days", "expected"),
    [
        # units are lines: 222.87 + 111.44 each; indicator 1: 150 % by 50, by RT with LT, and by 2
        # units: CMS names the three alike
        ("1", ["50"], 1, "000", (33431, ["bilateral"], [])),
        ("1", ["RT", "LT"], 1, "000", (33431, ["bilateral"], [])),
        ("1", ["LT", "RT"], 2, "000", (33431, ["bilateral"], [])),
        ("1", [], 2, "000", (33431, ["bilateral"], [])),
        ("1", [], 3, "000", (44575, ["units", "multiple procedure"], [])),
        (
            "1",
            ["50"],
            2,
            "000",
            (50147, ["bilateral", "units", "multiple procedure"], ["bilateral-units"]),
        ),
        # an add-on is billed by units: each level counts
        ("1", [], 2, "ZZZ", (44574, ["units"], [])),
        ("1", ["50"], 1, "ZZZ", (33431, ["bilateral"], [])),
        # one side alone is information
        ("1", ["RT"], 1, "000", (22287, [], [])),
        ("1", ["LT"], 2, "000", (33431, ["units", "multiple procedure"], [])),
        # indicator 0: 100 % once, and a warning
        ("0", ["50"], 1, "000", (22287, ["bilateral"], WARNED)),
        ("0", ["RT", "LT"], 1, "000", (22287, ["bilateral"], WARNED)),
        (
            "0",
            ["50"],
            3,
            "000",
            (44575, ["bilateral", "units", "multiple procedure"], ["bilateral-units", *WARNED]),
        ),
        ("0", [], 2, "000", (33431, ["units", "multiple procedure"], [])),
        # indicator 2: the values are for both sides already
        ("2", ["50"], 1, "000", (22287, ["bilateral"], WARNED)),
        (
            "2",
            ["50"],
            2,
            "000",
            (33431, ["bilateral", "units", "multiple procedure"], ["bilateral-units", *WARNED]),
        ),
        ("2", ["RT", "LT"], 1, "000", (22287, ["bilateral"], WARNED)),
        ("2", [], 2, "000", (22287, ["bilateral"], ["both-sides-once"])),
        # indicator 3: each side in full
        ("3", ["50"], 1, "000", (44574, ["bilateral"], [])),
        (
            "3",
            ["50"],
            2,
            "000",
            (66861, ["bilateral", "units", "multiple procedure"], ["bilateral-units"]),
        ),
        ("3", ["RT", "LT"], 1, "000", (44574, ["bilateral"], [])),
        ("3", [], 2, "000", (44574, ["bilateral"], [])),
        # indicator 9: sides do not apply; units are ranked
        ("9", [], 2, "000", (33431, ["units", "multiple procedure"], [])),
        ("9", ["RT"], 1, "000", (22287, [], [])),
    ],
)
def test_both_sides_by_the_bilateral_indicator(indicator, mods, units, days, expected):
    multiple = "0" if days == "ZZZ" else "2"
    assert (
        allowed(
            rate(bilateral=indicator, global_days=days, multiple_procedure=multiple),
            line(*mods, units=units),
        )
        == expected
    )


@pytest.mark.parametrize("mods", [["50"], ["RT", "LT"]])
def test_both_sides_are_refused_on_indicator_9(mods):
    with pytest.raises(ModifierError, match="does not apply to 64493: bilateral indicator 9"):
        price(rate(bilateral="9"), line(*mods))


def test_rt_and_lt_with_three_units_cannot_be_told_apart():
    with pytest.raises(ModifierError, match="a line per side"):
        price(rate(), line("RT", "LT", units=3))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["50", "RT"], "50 means both sides"),
        (["50", "50"], "50 appears twice"),
        (["26", "TC"], "26 contradicts TC"),
        (["ZZ"], "modifier ZZ is not known to feesync, and is not ignored"),
        (["5"], "not a modifier of two characters"),
        (["5O!"], "not a modifier"),
        ([""], "not a modifier"),
        (["RT", "LT", "26", "50", "53"], "a claim line holds 4"),
    ],
)
def test_modifiers_that_are_refused(given, says):
    with pytest.raises(ModifierError, match=says):
        modifiers.read(tuple(given))


def test_modifiers_are_read_in_any_case():
    assert modifiers.read(("rt", "tc")) == ("RT", "TC")


@pytest.mark.parametrize("status", list("BDEFGHIJLMNPQX"))
def test_a_status_that_is_not_priced_says_why(status):
    result = price(rate(status=status, nonfacility_amount=None, facility_amount=None), line())
    assert (result.fee, result.allowed, result.steps) == (None, None, [])
    assert [(note.code, note.severity.value) for note in result.notes] == [
        (f"status-{status.lower()}", "denial")
    ]


@pytest.mark.parametrize("status", ["R", "C"])
def test_contractor_priced(status):
    result = price(rate(status=status, nonfacility_amount=None, facility_amount=None), line())
    assert (result.allowed, [note.code for note in result.notes]) == (None, ["contractor-priced"])


def test_na_flags():
    assert allowed(rate(nonfacility_na=1), line()) == (22287, [], ["nonfacility-na"])
    assert allowed(rate(facility_na=1, facility_amount=None), line(setting="facility")) == (
        None,
        [],
        ["facility-na"],
    )
    assert allowed(rate(facility_na=1, facility_amount=None), line()) == (22287, [], [])
    therapy = rate(facility_na=1, facility_amount=22287, multiple_procedure="5")
    assert allowed(therapy, line(setting="facility")) == (
        22287,
        [],
        ["therapy-setting", "group-practice"],
    )


def test_restricted_and_conditional_codes_are_priced_with_a_warning():
    assert allowed(rate(status="R"), line()) == (22287, [], ["status-r"])
    assert allowed(rate(status="T"), line()) == (22287, [], ["status-t"])


def test_the_lower_of_the_charge_for_both_sides():
    assert allowed(rate(), line("50", charge=30000)) == (30000, ["bilateral", "charge"], [])
    assert allowed(rate(), line("50", charge=33431)) == (33431, ["bilateral"], [])


def test_the_opps_cap_is_noted_with_the_uncapped_fee():
    capped = rate(
        nonfacility_fee=25000, opps_nonfacility_pe_rvu=300, opps_facility_pe_rvu=100, opps_mp_rvu=10
    )
    result = price(capped, line())
    assert (result.fee, [note.code for note in result.notes]) == (22287, ["opps-cap"])
    assert "250.00" in result.notes[0].text
    assert capped.in_setting(Setting.NONFACILITY)[:2] == (300, 10)
    assert capped.in_setting(Setting.FACILITY)[:2] == (105, 16)


@pytest.mark.parametrize(
    ("kind", "cents"),
    [
        ("np", 18944),
        ("pa", 18944),
        ("cns", 18944),
        ("dietitian", 18944),
        ("csw", 16715),
        ("mft", 16715),
        ("mhc", 16715),
    ],
)
def test_practitioners_take_their_share(kind, cents):
    assert allowed(rate(), line(kind=kind)) == (cents, ["practitioner"], [])


@pytest.mark.parametrize("kind", ["physician", "midwife"])
def test_who_is_paid_in_full(kind):
    assert allowed(rate(), line(kind=kind)) == (22287, [], [])


def test_kinds_of_practitioner_are_checked():
    with pytest.raises(InvalidInputError, match=r"not one of physician \(MD, DO\), np"):
        practitioner.read("surgeon")
    with pytest.raises(InvalidInputError, match="from 2024-01-01 on"):
        practitioner.check("mft", date(2023, 12, 31))


def test_nonparticipation_follows_the_other_steps():
    # 222.87 x 1.5 = 334.305, 334.31; x 0.85 = 284.1635, 284.16; x 0.95 = 269.952, 269.95
    result = price(rate(), line("50", nonpar=True, kind="np"))
    assert ([step.amount for step in result.steps], result.limiting_charge) == (
        [Decimal("334.31"), Decimal("284.16"), Decimal("269.95")],
        None,
    )
    assert [note.code for note in result.notes] == ["no-limiting-charge"]


@pytest.mark.parametrize(
    ("modifier", "day", "left"),
    [("FX", "2017-01-01", 8000), ("FY", "2018-01-01", 9300), ("FY", "2022-12-31", 9300),
     ("FY", "2023-01-01", 9000), ("CT", "2016-01-01", 9500), ("CT", "2016-12-31", 9500),
     ("CT", "2017-01-01", 8500)],
)  # fmt: skip
def test_what_older_equipment_leaves_of_the_technical_part(modifier, day, left):
    test = rate(pctc="1", modifier="TC")
    code = "70450" if modifier == "CT" else "71046"
    reduction = equipment.reduction(test.indicators, line(modifier, day=day)._replace(hcpcs=code))
    assert reduction.factor == left
    assert f"{(10_000 - left) // 100} % less" in reduction.reason
    first = {"FX": "2016-12-31", "FY": "2017-12-31", "CT": "2015-12-31"}[modifier]
    with pytest.raises(ModifierError, match=f"modifier {modifier} is in use from"):
        equipment.reduction(test.indicators, line(modifier, day=first)._replace(hcpcs=code))


def test_therapy_assistants_are_paid_less_from_2022_on():
    assert allowed(rate(multiple_procedure="5"), line("CQ", "GP", day="2021-12-31")) == (
        22287,
        [],
        ["group-practice"],
    )
    assert allowed(rate(multiple_procedure="5"), line("GO", "CO", day="2022-01-01")) == (
        18944,
        ["therapy assistant"],
        ["group-practice"],
    )
    assert allowed(rate(multiple_procedure="5"), line("CQ", day="2025-11-03")) == (
        18944,
        ["therapy assistant"],
        ["therapy-plan-missing", "group-practice"],
    )


def test_limiting_charges_that_cms_published():
    # CMS's look-up tool, national 64493 in 2025: 188.00 and 96.47
    assert limits.limiting_charge(172083380000, date(2025, 6, 1)) == 18800
    assert limits.limiting_charge(88305945000, date(2025, 6, 1)) == 9647


def test_the_limiting_charge_of_a_line_takes_the_factors_before_nonparticipation():
    # 222.87126658 x 1.0925 x 1.5 = 365.2302881
    assert price(rate(), line("50", nonpar=True)).limiting_charge == 36523


def test_cms_example_of_sequestration():
    # CMS: approved 100.00, deductible 50.00: Medicare pays 39.20, the coinsurance stays 10.00
    assert payer.split(10000, 5000, 2000, 200) == (3920, 80, 6000, 5000)


@given(
    st.integers(0, 10**8),
    st.integers(0, 10**6),
    st.sampled_from([0, 1000, 1500, 2000]),
    st.sampled_from([0, 100, 200]),
)
def test_the_split_always_sums(cents, deductible, coinsurance, cut):
    split = payer.split(cents, deductible, coinsurance, cut)
    assert split.medicare_payment + split.sequestration + split.patient_responsibility == cents
    assert split.deductible == min(cents, deductible)
    assert min(split) >= 0
    assert split.patient_responsibility >= min(cents, deductible)


PROFILES = [
    rate(),
    rate(
        global_days="090",
        preoperative=10,
        intraoperative=80,
        postoperative=10,
        assistant_surgeon="2",
        co_surgeon="2",
    ),
    rate(modifier="26", multiple_procedure="4"),
    rate(global_days="ZZZ", multiple_procedure="0", assistant_surgeon="1"),
    rate(multiple_procedure="5", bilateral="0", co_surgeon="1", nonfacility_na=1),
    rate(bilateral="2", assistant_surgeon="0", co_surgeon="9"),
    rate(bilateral="3", global_days="XXX", status="R"),
]


@given(
    st.sampled_from(PROFILES),
    st.lists(st.sampled_from(known_modifiers()), max_size=4, unique=True),
    st.randoms(),
    st.booleans(),
)
def test_the_order_of_modifiers_does_not_matter(profile, chosen, random, nonpar):
    def outcome(order):
        try:
            read = modifiers.read(tuple(order))
            result = price(profile, line(*read, nonpar=nonpar))
        except InvalidInputError as error:
            return type(error)
        return (
            result.allowed,
            result.steps,
            {note.code for note in result.notes},
            result.limiting_charge,
        )

    assert outcome(random.sample(chosen, len(chosen))) == outcome(chosen)


@given(
    st.sampled_from("01239"), st.sampled_from("02"),
    st.sampled_from([[], ["50"], ["RT"], ["RT", "LT"]]), st.integers(1, 20), st.integers(0, 10**6),
)  # fmt: skip
def test_a_charge_never_raises(indicator, multiple, mods, units, charge):
    code = rate(bilateral=indicator, multiple_procedure=multiple)
    try:
        without = price(code, line(*mods, units=units)).allowed
    except ModifierError:
        return
    limited = price(code, line(*mods, units=units, charge=charge)).allowed
    assert limited <= min(without, charge)
    if (
        multiple == "0" or units == 1 or len(mods) == 2
    ):  # else the charge of a unit limits that unit, whatever its rank
        assert limited == min(without, charge)
    assert limited <= price(code, line(*mods, units=units, charge=charge + 1)).allowed


def test_a_code_that_names_itself_as_its_endoscopic_base_ranks_by_itself():
    """In full, and half of 222.87: no base is taken off."""
    own = rate(multiple_procedure="3", endoscopic_base="64493")
    found = prices([line(), line()], Rates({("64493", ""): own}))
    assert [price.allowed for price in found] == [22287, 11144]
