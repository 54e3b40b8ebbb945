"""What each modifier of the table does to a line: informs, prices, denies, or is refused.

And which may stand together.
"""

import csv
import itertools
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest
from priced import price
from test_pricing import PROFILES, line, rate

from feesync import ModifierError, estimate, estimate_claim
from feesync.errors import Hint, HintKind
from feesync.model.rate import Setting
from feesync.pricing import modifiers, waiver
from feesync.reference.modifiers import Effect, known_modifiers, modifier_effects
from feesync.reference.tables import read_table

D = Decimal
DAY = "2025-11-03"
TABLE = read_table("reference/modifiers.csv")
names = str.split
ON_CLAIMS = names(
    "GP GO GN 33 PT E1 E2 E3 E4 FA F1 F2 F3 F4 F5 F6 F7 F8 F9 TA T1 T2 T3 T4 T5 T6 T7 T8 T9 LC LD "
    "LM RC RI AQ AR AI FS GE G0 Q5 Q6 "
    "GV GW GJ Q7 Q8 Q9 SA 27 32 47 63 90 92 96 97 FQ FR JW JZ PN PO CR CS ET GX AH AJ SG KF Q0 Q1"
)
"""Modifiers that real claims carry, and that change no price of a professional line."""

EFFECTS = {
    "picks_row": "26 TC 53",
    "multiplies": "50 62 80 81 82 AS FX FY CT CQ CO UN UP UQ UR US",
    "share": "54 55 56 78",
    "setting": "PD",
    "by_report": "22 52 66 73 74",
    "denies": "GY GZ EY PA PB PC",
    "who_pays": "33 PT Q3 SF CS",
    "bonus": "AQ",
    "anesthesia": "23 AA AD QK QX QY QZ QS G8 G9 P1 P2 P3 P4 P5 P6",
    "ambulance": "GM QL QM QN",
    "laboratory": "90 91 92 LR QP QW",
}
INFORMING = {
    "informs",
    "who_pays",
    "bonus",
    "laboratory",
    "facility",
    "ambulance",
    "supplier",
    "drug",
    "other_program",
}
LEFT, RIGHT = (
    names("E1 E2 FA F1 F2 F3 F4 TA T1 T2 T3 T4"),
    names("E3 E4 F5 F6 F7 F8 F9 T5 T6 T7 T8 T9"),
)


@cache
def effects(modifier):
    return frozenset(row["effect"] for row in TABLE if row["modifier"] == modifier)


def priced(hcpcs, *mods, day=DAY, **more):
    return estimate(hcpcs, modifiers=mods, locality="national", date=day, coverage=False, **more)


# ---- the table


def test_the_table_is_sorted_by_modifier_and_day_without_gaps_or_overlaps():
    keys = [(row["modifier"], row["from"]) for row in TABLE]
    assert keys == sorted(keys)
    assert len(known_modifiers()) == len({row["modifier"] for row in TABLE}) > 400
    for modifier in known_modifiers():
        rows = modifier_effects(modifier)
        for one, other in itertools.pairwise(rows):
            assert (other.first - one.last).days == 1, modifier
        assert all(row.first <= row.last for row in rows)


def test_one_modifier_is_read_as_the_whole_table_has_it():
    read = [effect for modifier in known_modifiers() for effect in modifier_effects(modifier)]
    assert len(read) == len(TABLE)
    for effect, row in zip(read, TABLE, strict=True):
        for name in (
            "modifier",
            "effect",
            "factor",
            "applies_to",
            "site",
            "notice",
            "confidence",
            "source",
            "words",
        ):
            assert getattr(effect, name) == row[name]
        assert effect.codes == tuple(row["codes"].split())
        assert effect.first == (date.fromisoformat(row["from"]) if row["from"] else date.min)
        assert effect.last == (date.fromisoformat(row["to"]) if row["to"] else date.max)


def test_every_row_says_how_sure_it_is_and_where_it_is_from():
    assert {row["confidence"] for row in TABLE} == {"V", "S", "R"}
    assert {row["notice"] for row in TABLE} == {"", "info", "warning"}
    assert all(row["source"] and row["words"].endswith(".") for row in TABLE)
    assert {row["effect"] for row in TABLE} == set(Effect)


@pytest.mark.parametrize("effect", EFFECTS)
def test_which_modifiers_have_which_effect(effect):
    assert {row["modifier"] for row in TABLE if row["effect"] == effect} == set(
        EFFECTS[effect].split()
    )


def test_sites_are_the_eyelids_fingers_toes_and_vessels():
    sites = {row["modifier"]: row["site"].split()[0] for row in TABLE if row["site"]}
    assert sites == {
        **dict.fromkeys(LEFT, "left"),
        **dict.fromkeys(RIGHT, "right"),
        **dict.fromkeys(["LC", "LD", "LM", "RC", "RI"], "vessel"),
    }
    assert modifiers.sites(["RT", "LT", "50", "T5"]) == {"T5"}


def test_factors_are_exact():
    assert [
        modifier_effects(modifier)[-1].scaled_factor for modifier in ("CQ", "62", "AS", "FY")
    ] == [
        8500,
        6250,
        1360,
        9000,
    ]
    assert modifier_effects("UP")[0].scaled_factor == Fraction(10_000, 3)


# ---- what they do to a line


@pytest.mark.parametrize("modifier", ON_CLAIMS)
def test_what_real_claims_carry_leaves_the_price_of_a_visit(loaded, modifier):
    answer = priced("99213", modifier)
    assert (answer.allowed, answer.steps, answer.denials) == (D("88.95"), (), ())
    assert estimate_claim([f"99213-{modifier}"], locality="national", date=DAY).allowed == D(
        "88.95"
    )


def test_most_of_them_say_nothing(loaded):
    notes = {modifier: priced("99213", modifier).notes for modifier in ON_CLAIMS}
    said = {
        modifier: " ".join(note.severity.value for note in some)
        for modifier, some in notes.items()
        if some
    }
    assert said == {
        **dict.fromkeys(names("AQ AR FS Q5 Q6 GJ AJ SA 33 PT"), "info"),
        **dict.fromkeys(names("27 PN PO SG JW JZ KF GX"), "warning"),
    }


@pytest.mark.parametrize("modifier", EFFECTS["anesthesia"].split())
def test_anesthesia_modifiers_stand_on_anesthesia_alone(loaded, modifier):
    assert [note.code for note in priced("00100", modifier).denials] == ["status-j"]
    with pytest.raises(
        ModifierError,
        match=f"modifier {modifier} is for anesthesia codes .status J.; 99213 has status A",
    ):
        priced("99213", modifier)


@pytest.mark.parametrize(
    ("modifier", "code"),
    [
        ("73", "by-report"),
        ("74", "by-report"),
        ("22", "by-report"),
        ("GY", "modifier-gy"),
        ("EY", "modifier-ey"),
        ("PA", "modifier-pa"),
    ],
)
def test_what_leaves_no_amount_says_why(loaded, modifier, code):
    answer = priced("64493", modifier)
    assert (answer.allowed, [note.code for note in answer.denials]) == (None, [code])
    assert answer.denials[0].text.startswith(f"Modifier {modifier}")
    assert answer.denials[0].source


def test_who_furnishes_a_service_never_comes_from_the_modifier(loaded):
    for modifier, kind, amount in [
        ("AH", "physician", "88.95"),
        ("AJ", "physician", "88.95"),
        ("AJ", "csw", "66.71"),
        ("SA", "np", "75.61"),
    ]:
        assert str(priced("99213", modifier, practitioner=kind).allowed) == amount


@pytest.mark.parametrize(
    ("modifier", "says"),
    [("AQ", "10 percent of what it pays, quarterly and outside the claim"),
     ("AR", "ended on 2008-06-30"), ("Q5", "the regular practitioner bills and is paid"),
     ("Q6", "the regular practitioner bills and is paid"),
     ("FS", "at the rate of the practitioner who bills it"), ("GJ", "do not participate"),
     ("AJ", "practitioner csw"), ("99", "stand elsewhere on the claim"),
     ("SA", "takes nothing from it"), ("KF", "belongs to the claims of suppliers"),
     ("PO", "belongs to the claims of facilities"), ("QL", "the claims of ambulances"),
     ("JW", "the lines of drugs")],
)  # fmt: skip
def test_what_the_price_leaves_out_is_said_with_its_source(loaded, modifier, says):
    (note,) = priced("99213", modifier).notes
    assert (note.code, says in note.text, bool(note.source)) == (
        f"modifier-{modifier.lower()}",
        True,
        True,
    )


def test_a_modifier_of_other_claims_says_nothing_on_their_codes(loaded):
    assert [note.code for note in priced("36415", "SG").notes] == ["status-x"]


def test_what_the_mac_divides_is_said_where_it_sets_the_amount():
    trip = rate(hcpcs="R0075", status="C", nonfacility_amount=None, facility_amount=None)
    notes = price(trip, line("UQ")._replace(hcpcs="R0075")).notes
    assert [note.code for note in notes] == ["contractor-priced", "modifier-uq"]
    assert "each line is paid 1/4 of it" in notes[1].text


@pytest.mark.parametrize("modifier", ["73", "74"])
def test_a_procedure_that_was_stopped_is_53_on_a_line_of_a_practitioner(loaded, modifier):
    assert "carries 53" in priced("64493", modifier).denials[0].text


def test_gx_denies_beside_gy_alone(loaded):
    assert priced("99213", "GX").allowed == D("88.95")
    assert [note.code for note in priced("99213", "GX", "GY").denials] == ["modifier-gy"]


# ---- PD: before an admission


# national, October 2025: 64493 88.31 in a facility; 71046-26 10.03; 97110 28.79 everywhere
@pytest.mark.parametrize(
    ("hcpcs", "mods", "amount", "denied"),
    [("64493", [], "88.31", []), ("64493", ["50"], "132.47", []), ("71046", [], "10.03", []),
     ("71046", ["26"], "10.03", []), ("97110", [], "28.79", []),
     ("71046", ["TC"], None, ["facility-na", "modifier-pd"]),
     ("93005", [], None, ["facility-na", "modifier-pd"]), ("93010", [], "7.76", [])],
)  # fmt: skip
def test_before_an_admission_the_facility_amount_and_the_professional_part_are_paid(
    loaded, hcpcs, mods, amount, denied
):
    for more in ({}, {"setting": "facility"}, {"pos": "11"}):
        answer = priced(hcpcs, *mods, "PD", **more)
        assert (answer.allowed and str(answer.allowed), [note.code for note in answer.denials]) == (
            amount,
            denied,
        )
        assert answer.setting is Setting.FACILITY
        assert "modifier-pd" in [note.code for note in answer.notes]


def test_before_an_admission_a_code_for_both_parts_is_refused(loaded):
    with pytest.raises(
        ModifierError,
        match="PD on 93000: the code holds both parts; bill the code of its professional part",
    ):
        priced("93000", "PD")


def test_a_claim_with_two_settings_names_both(loaded, feesync):
    result = feesync("claim", "64493-PD", "99213", "--locality", "national", "--date", DAY)
    assert result.stdout.startswith("facility and nonfacility, 2025-11-03\n")


# ---- UN to US: one trip to several patients


@pytest.mark.parametrize(
    ("modifier", "cents"), [("UN", 11144), ("UP", 7429), ("UQ", 5572), ("UR", 4457), ("US", 3715)]
)
def test_a_trip_is_divided_among_its_patients(modifier, cents):
    # 222.87 / 2 = 111.435, / 3 = 74.29, / 4 = 55.7175, / 5 = 44.574, / 6 = 37.145
    trip = rate(hcpcs="R0075")
    result = price(trip, line(modifier)._replace(hcpcs="R0075"))
    assert (result.allowed, [step.name for step in result.steps]) == (cents, ["shared trip"])
    with pytest.raises(
        ModifierError, match=f"modifier {modifier} is for R0075 alone, not for 64493"
    ):
        price(rate(), line(modifier))


# ---- therapy


def test_a_therapy_assistant_goes_with_the_plan_of_care():
    for mods, codes in [
        (["CQ"], ["therapy-plan-missing"]),
        (["CO", "KX"], ["therapy-plan-missing"]),
        (["CQ", "GP"], []),
        (["GO", "CO"], []),
    ]:
        result = price(rate(), line(*mods)._replace(hcpcs="97597"))
        found = [note.code for note in result.notes if note.code != "therapy-uncertain"]
        assert (result.allowed, found) == (18944, codes)


def doubts(found, code):
    return [note for note in found.notes if note.code == code]


@pytest.mark.parametrize("modifier", ["CQ", "CO"])
def test_a_code_that_is_therapy_only_under_a_plan_says_so(modifier):
    plan = {"CQ": "GP", "CO": "GO"}[modifier]
    sometimes = price(rate(), line(modifier, plan)._replace(hcpcs="97597"))
    (note,) = doubts(sometimes, "therapy-uncertain")
    assert (note.severity, note.source) == (
        "warning",
        "Social Security Act s. 1834(v); Claims Processing Manual ch. 5 s. 20.1",
    )
    # 222.87 x 0.85 = 189.4395: it is priced all the same
    assert sometimes.allowed == 18944
    always = price(rate(multiple_procedure="5"), line(modifier, plan)._replace(hcpcs="97110"))
    assert (always.allowed, doubts(always, "therapy-uncertain")) == (18944, [])
    with pytest.raises(ModifierError, match=f"{modifier} does not apply to 64493"):
        price(rate(), line(modifier, plan))


@pytest.mark.parametrize("plan", [("GP",), ("GO", "KX"), ()])
def test_a_plan_of_care_alone_is_no_doubt(plan):
    assert doubts(price(rate(), line(*plan)._replace(hcpcs="97597")), "therapy-uncertain") == []


# ---- older equipment

# X-rays of the table that are plain radiography (chest, shoulder, knee, hip, mammography), at the
# ends of their ranges, and ones that are not: with contrast, of vessels, of joints by injection
PLAIN = ["71045", "71130", "73030", "73560", "73565", "73501", "77067", "70030", "72220", "76098"]
OTHERS = ["70010", "70332", "72265", "73040", "73580", "74220", "74485", "75625", "76000", "77080"]


@pytest.mark.parametrize("modifier", ["FX", "FY"])
@pytest.mark.parametrize("code", OTHERS)
def test_an_x_ray_that_is_not_plain_says_that_the_reduction_is_a_reading(modifier, code):
    part = rate(pctc="1", modifier="TC")
    found = price(part, line(modifier)._replace(hcpcs=code))
    (note,) = doubts(found, "equipment-uncertain")
    assert (note.severity, note.source) == ("warning", "Social Security Act s. 1848(b)(9)")
    # 222.87 x 0.80 = 178.296, x 0.90 = 200.583
    assert found.allowed == {"FX": 17830, "FY": 20058}[modifier]


@pytest.mark.parametrize("modifier", ["FX", "FY"])
@pytest.mark.parametrize("code", PLAIN)
def test_of_plain_radiography_there_is_no_doubt(modifier, code):
    found = price(rate(pctc="1", modifier="TC"), line(modifier)._replace(hcpcs=code))
    assert doubts(found, "equipment-uncertain") == []
    assert found.allowed == {"FX": 17830, "FY": 20058}[modifier]


def test_of_ct_there_is_none_either():
    found = price(rate(pctc="1", modifier="TC"), line("CT")._replace(hcpcs="70450"))
    # CMS lists the codes; 222.87 x 0.85 = 189.4395
    assert (found.allowed, doubts(found, "equipment-uncertain")) == (18944, [])


# ---- dates


@pytest.mark.parametrize(
    ("modifier", "first", "last"),
    [("FX", "2017-01-01", None), ("FY", "2018-01-01", None), ("CT", "2016-01-01", None),
     ("CQ", "2019-01-01", None), ("FS", "2022-01-01", None),
     ("93", "2022-01-01", None), ("PN", "2017-01-01", None), ("MG", "2020-01-01", "2024-12-31"),
     ("QQ", "2018-07-01", "2024-12-31")],
)  # fmt: skip
def test_a_day_out_of_use_is_refused_where_the_dates_were_read(modifier, first, last):
    part = rate(pctc="1", modifier="TC")
    code = {"FX": "71046", "FY": "71046", "CT": "70450", "CQ": "97110"}.get(modifier, "64493")
    for day, inside in [
        (first, True),
        (last, True),
        (first and previous(first), False),
        (last and following(last), False),
    ]:
        if day and inside:
            assert price(part, line(modifier, day=day)._replace(hcpcs=code)).allowed
        elif day:
            with pytest.raises(
                ModifierError, match=f"modifier {modifier} is in use from {first}.*, not on {day}"
            ):
                price(part, line(modifier, day=day)._replace(hcpcs=code))


def previous(day):
    return date.fromordinal(date.fromisoformat(day).toordinal() - 1).isoformat()


def following(day):
    return date.fromordinal(date.fromisoformat(day).toordinal() + 1).isoformat()


@pytest.mark.parametrize(
    ("modifier", "inside", "outside"),
    [("CH", "2018-12-31", "2019-01-01"), ("ZB", "2018-03-31", "2018-04-01")],
)
def test_a_day_out_of_use_is_warned_where_the_dates_are_recalled(modifier, inside, outside):
    assert price(rate(), line(modifier, day=inside)).notes == []
    (note,) = price(rate(), line(modifier, day=outside)).notes
    assert (
        note.severity.value,
        note.text.endswith(f"to {inside}, as far as feesync recalls: not on this day."),
    ) == (
        "warning",
        True,
    )


def test_a_recalled_modifier_without_effect_on_the_price_has_none_out_of_its_dates():
    recalled = {
        row["modifier"] for row in TABLE if row["confidence"] == "R" and (row["from"] or row["to"])
    }
    assert {effect for modifier in recalled for effect in effects(modifier)} <= INFORMING


def test_the_waiver_of_covid_19_visits_ends_with_the_emergency():
    by_day = {
        day: modifiers.on("CS", date.fromisoformat(day)).effect.value
        for day in ("2020-03-17", "2020-03-18", "2023-05-11", "2023-05-12")
    }
    assert list(by_day.values()) == ["informs", "who_pays", "who_pays", "informs"]


def test_who_pays_stands_in_the_tables_of_cost_sharing():
    tables = [*read_table("reference/cost_sharing.csv"), *read_table("reference/preventive.csv")]
    assert {row["modifier"] for row in tables} - {""} == set(EFFECTS["who_pays"].split())


@pytest.mark.parametrize(
    ("hcpcs", "day", "share"),
    [("99213", "2020-03-17", (True, 2000)), ("99213", "2020-03-18", (False, 0)),
     ("99213", "2023-05-11", (False, 0)), ("99213", "2023-05-12", (True, 2000)),
     ("64493", "2021-06-01", (True, 2000)), ("99201", "2020-06-01", (False, 0))],
)  # fmt: skip
def test_the_patient_owes_nothing_of_a_visit_for_a_covid_19_test(hcpcs, day, share):
    found = waiver.patient_share(line("CS", day=day)._replace(hcpcs=hcpcs), ())
    assert (found.deductible, found.coinsurance) == share


# ---- together


@pytest.mark.parametrize(
    "mods",
    ["GP GN", "GO GP", "GN GO", "CQ GO", "CO GP", "CQ GN", "CO GN", "Q7 Q8", "Q8 Q9", "JW JZ",
     "73 74", "53 74", "PN PO", "96 97", "UN US", "GA GY", "GA GX", "GX GZ", "EY GX", "GL GX",
     "KB GX", "GX QL", "AD QX", "P1 P6", "50 E1", "50 LC", "50 T9", "RT TA", "LT T5", "RT F1",
     "LT E3", "RT LT T5"],
)  # fmt: skip
def test_modifiers_that_contradict_each_other(mods):
    for order in (mods.split(), mods.split()[::-1]):
        with pytest.raises(ModifierError, match=r"contradicts \w\w: "):
            modifiers.read(tuple(order))


@pytest.mark.parametrize(
    "mods",
    ["GX GY", "GX TS", "GP CQ KX", "GO CO", "QX QS P3 23", "QK G8", "RT T5", "LT E1", "RT LC",
     "E1 E2", "RT LT", "GP KX 59", "AS GC", "GA KX", "25 95 GT AQ", "Q5 Q8"],
)  # fmt: skip
def test_modifiers_that_stand_together(mods):
    assert modifiers.read(tuple(mods.split())) == tuple(mods.split())


def test_four_modifiers_a_line(loaded):
    assert priced("97110", "GP", "CQ", "KX", "59").allowed == D("24.47")
    with pytest.raises(ModifierError, match="5 modifiers; a claim line holds 4"):
        priced("97110", "GP", "CQ", "KX", "59", "GC")


# ---- sites


def test_lines_of_different_sites_are_neither_a_pair_nor_duplicates(loaded):
    claim = estimate_claim(
        ["64493-RT-T5", "64493-LT-TA"], locality="national", date=DAY, coverage=False
    )
    assert ([str(one.allowed) for one in claim.lines], [one.rank for one in claim.lines]) == (
        ["172.08", "86.04"],
        [1, 2],
    )
    assert claim.notes == ()
    same = estimate_claim(["64493-T5", "64493-T5"], locality="national", date=DAY, coverage=False)
    assert [note.code for note in same.notes] == ["duplicate-line"]
    pair = estimate_claim(
        ["64493-RT-GC", "64493-LT-KX"], locality="national", date=DAY, coverage=False
    )
    assert [one.rank for one in pair.lines] == [None, None]


def test_two_units_at_one_site_are_not_both_sides():
    assert price(rate(bilateral="2", multiple_procedure="0"), line("TA", units=2)).allowed == 44574
    assert price(rate(bilateral="2", multiple_procedure="0"), line("KX", units=2)).allowed == 22287


@pytest.mark.parametrize(
    ("mods", "apart"),
    [
        ("KX GC 59 RT", ""),
        ("50 KX", "50"),
        ("E1 RT", "E1"),
        ("CQ GP", "CQ"),
        ("PD AQ", "PD"),
        ("GY", "GY"),
        ("26 Q5", "26"),
        ("Q3 33 PT", ""),
    ],
)
def test_by_what_lines_of_a_code_differ(mods, apart):
    assert modifiers.telling_apart(tuple(mods.split())) == set(apart.split())


# ---- unknown ones, and the list


@pytest.mark.parametrize(
    ("given", "near"),
    [("ZZ", "near it are ZA, ZB, ZC"), ("5O", "near it is 50"), ("O5", ""), ("TR1", None),
     ("YT", ""), ("L7", "near it are L1, LC, LD, LL, LM, LR"),
     ("T0", "near it are T1, T2, T3, T4, T5, T6"), ("CA", None)],
)  # fmt: skip
def test_an_unknown_modifier_is_refused_by_name_and_briefly(given, near):
    if given == "CA":
        assert modifiers.read(("CA",)) == ("CA",)
        return
    with pytest.raises(ModifierError) as refused:
        modifiers.read((given,))
    text = str(refused.value)
    assert given in text
    assert len(text) < 200
    if near is not None:
        assert refused.value.hint == Hint(HintKind.LIST_MODIFIERS)
        assert near in text
        assert ("near it" in text) is bool(near)


def test_the_list_of_modifiers(feesync):
    shown = feesync("modifiers", "FY")
    assert shown.stdout.splitlines() == [
        "Modifier    Effect      Factor    From        To          Sure    What it does",
        "----------  ----------  --------  ----------  ----------  ------  "
        "-----------------------------------------------",
        "FY          multiplies  0.93      2018-01-01  2022-12-31  S       Cassette X-ray: "
        "technical part less 7 percent.",
        "FY          multiplies  0.90      2023-01-01              S       Cassette X-ray: "
        "technical part less 10 percent.",
    ]
    rows = list(csv.DictReader(feesync("modifiers", "--csv").stdout.splitlines()))
    assert rows == TABLE
    assert '"modifier": "Q8"' in feesync("modifiers", "q8", "--json").stdout
    nothing = feesync("modifiers", "ZZ")
    assert (nothing.exit_code, nothing.stderr) == (
        2,
        "feesync: no modifier starts with 'ZZ'; 'feesync modifiers' lists all\n",
    )


# ---- every modifier, on every kind of code


def outcome(a_rate, a_line):
    try:
        return price(a_rate, a_line)
    except ModifierError as error:
        return error


def check(modifier, a_rate, a_line, plain):
    """One modifier more informs, prices, is refused or denied with a reason, as the table says.

    `plain` is the outcome without it.
    """
    found = outcome(a_rate, a_line._replace(modifiers=(*a_line.modifiers, modifier)))
    told = effects(modifier)
    asked = f"{modifier} on {a_rate.hcpcs}-{a_rate.modifier} in the {a_line.setting.value}"
    if isinstance(found, ModifierError):
        assert not told <= INFORMING or "is in use" in str(found), asked
        assert modifier in str(found), asked
        return "refused"
    if told <= INFORMING:
        assert (found.fee, found.allowed, found.steps) == (plain.fee, plain.allowed, plain.steps), (
            asked
        )
    if found.allowed is None:
        assert [note for note in found.notes if note.severity.value == "denial" and note.source], (
            asked
        )
        return "denied"
    assert told.isdisjoint({"denies", "by_report", "anesthesia"}), asked
    return "priced"


@pytest.mark.parametrize("setting", list(Setting))
def test_every_modifier_on_rates_of_every_kind(setting):
    a_line = line(setting=setting.value)
    found = {
        check(modifier, profile, a_line, plain)
        for profile in PROFILES
        for plain in [outcome(profile, a_line)]
        for modifier in known_modifiers()
    }
    assert found == {"refused", "denied", "priced"}
