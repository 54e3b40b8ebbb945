"""What lines of a day say of each other, word for word, by rates that a test has at hand.

What is said by CMS's own rates is in test_claim_rules.
"""

import pytest
from test_lines_beside import asked, beside, capped, named

LAYOUT = (
    "RVU record layout, Bilateral Surgery (Modifier 50); Claims Processing Manual ch. 12 s. 40.7"
)
ENDOSCOPIES = (
    "RVU record layout, Multiple Procedure, indicator 3; Claims Processing Manual ch. 12 s. 40.6"
)
IMAGES = dict(multiple_procedure="4", imaging_family="88", pctc="3")
TESTS = dict(multiple_procedure="6", pctc="3")
FAMILY = dict(endoscopic_base="43235", multiple_procedure="3")


def notes(price, code):
    """The severity, text and source of the notes of a code."""
    return [
        (note.severity.value, note.text, note.source) for note in price.notes if note.code == code
    ]


@pytest.mark.parametrize("kind", [IMAGES, TESTS, {**TESTS, "multiple_procedure": "7"}])
def test_a_cap_that_comes_after_a_reduction_is_said(kind):
    """The first is not reduced, and its fee is capped as it is alone."""
    rates = capped("10001", 30000, 20000, **kind), capped("10002", 25000, 20000, **kind)
    first, second = beside(rates, [asked("10001"), asked("10002")])
    said = (
        "info",
        "The reduction comes before the OPPS cap, which limits what it leaves; that services rank "
        "by their fees before the cap is an inference.",
        "CY 2007 PFS final rule; Deficit Reduction Act of 2005 s. 5102",
    )
    assert notes(first, "cap-after-reduction") == []
    assert notes(second, "cap-after-reduction") == [said]
    rates = named("10001", 30000, **kind), named("10002", 25000, **kind)
    for price in beside(rates, [asked("10001"), asked("10002")]):
        assert notes(price, "cap-after-reduction") == []


def test_a_co_surgeon_stays_in_the_ranking():
    rates = named("10001", 30000, co_surgeon="2"), named("10002", 20000)
    lines = [asked("10001", "62"), asked("10002")]
    first, second = beside(rates, lines)
    # 62.5 % of 300.00, and 50 % of 200.00
    assert [(price.allowed, price.rank) for price in (first, second)] == [(18750, 1), (10000, 2)]
    assert notes(first, "co-surgeon-ranked") == [
        (
            "info",
            "A co-surgeon's procedure (62) stays in the ranking of multiple procedures, by its "
            "whole fee.",
            "RVU record layout, Co-surgeons; Claims Processing Manual ch. 12 s. 40.6 and 40.8",
        )
    ]
    assert notes(second, "co-surgeon-ranked") == []
    assert notes(beside(rates, lines[:1])[0], "co-surgeon-ranked") == []


@pytest.mark.parametrize(
    ("lines", "how"),
    [
        ([asked("10001", "78", "50")], "modifier 50"),
        ([asked("10001", "78", "RT"), asked("10001", "78", "LT")], "RT and LT"),
    ],
)
def test_a_return_to_the_operating_room_is_paid_once(lines, how):
    """70 % of 300.00, whatever the sides."""
    shares = dict(global_days="090", preoperative=10, intraoperative=70, postoperative=20)
    found = beside([named("10001", 30000, **shares)], lines)
    assert sum(price.allowed for price in found) == 21000
    for price in found:
        assert notes(price, "return-both-sides") == [
            (
                "warning",
                f"{how[0].upper()}{how[1:]} on a return to the operating room (78): the share of "
                "the operation is paid once, whatever the sides.",
                "Claims Processing Manual ch. 12 s. 40.4",
            )
        ]
        assert price.steps[0].reason.startswith(
            f"{how}, with modifier 78: the share of the operation once"
        )


@pytest.mark.parametrize("units", [2, 3, 7])
def test_units_of_a_code_that_is_for_both_sides(units):
    own = named("10001", bilateral="2", multiple_procedure="0")
    (price,) = beside([own], [asked("10001", units=units)])
    assert price.allowed == (10000 if units == 2 else units * 10000)
    assert notes(price, "both-sides-once") == (
        [
            (
                "info",
                "The relative values of 10001 are for both sides already (bilateral indicator 2): "
                "two units are paid once.",
                LAYOUT,
            )
        ]
        if units == 2
        else []
    )
    assert notes(price, "units-beyond-both-sides") == (
        []
        if units == 2
        else [
            (
                "warning",
                f"{units} units of 10001, whose relative values are for both sides already "
                "(bilateral indicator 2), are priced one by one; two are paid once. That more than "
                "two are no sides is a reading.",
                LAYOUT,
            )
        ]
    )


@pytest.mark.parametrize(
    ("indicator", "less"), [("1", 7500), ("2", 5000), ("3", 10000), ("0", 5000)]
)
def test_a_base_is_taken_off_for_both_sides_by_its_own_indicator(indicator, less):
    """Of 200.00 for both sides, 300.00, the base of 50.00 for both sides is taken."""
    rates = (
        named("43239", 40000, **FAMILY),
        named("43249", 20000, **FAMILY),
        named("43235", 5000, bilateral=indicator),
    )
    first, second = beside(rates, [asked("43239", "50"), asked("43249", "50")])
    assert (first.allowed, second.allowed) == (60000, 30000 - less)
    assert notes(first, "endoscopy-both-sides") == []
    assert notes(second, "endoscopy-both-sides") == [
        (
            "info",
            "The base 43235 is taken off as it is worth for both sides by its own bilateral "
            f"indicator ({indicator}); no text of CMS's settles that, and one contractor paid less "
            "in 2020.",
            ENDOSCOPIES,
        )
    ]
    assert second.steps[-1].reason == (
        f"endoscopy of the family of 43235: its amount less the base's, {less / 100:.2f}"
    )
    # of one side the base is taken once
    one, other = beside(rates, [asked("43239"), asked("43249")])
    assert (one.allowed, other.allowed) == (40000, 15000)
    assert notes(other, "endoscopy-both-sides") == []


def test_a_base_beside_its_endoscopy_is_paid_with_it():
    rates = named("43239", 40000, **FAMILY), named("43235", 5000)
    base, other = beside(rates, [asked("43235"), asked("43239")])
    assert (base.allowed, other.allowed) == (0, 40000)
    assert base.steps[-1].reason == "the base of its family, 43235, is paid with the other"
    assert notes(base, "endoscopy-nothing-left") == [
        (
            "info",
            "43235 is paid with 43239, the other endoscopy of its family, and nothing is left of "
            "it.",
            ENDOSCOPIES,
        )
    ]


def test_professional_parts_of_images_rank_without_technical_ones():
    """The second is 5 % less, by the Consolidated Appropriations Act 2016; the first is not."""
    rates = (
        named("10001", 30000, modifier="26", **IMAGES),
        named("10002", 20000, modifier="26", **IMAGES),
    )
    first, second = beside(rates, [asked("10001", "26"), asked("10002", "26")])
    assert (first.allowed, second.allowed) == (30000, 19000)
    assert ([*first.steps], [step.name for step in second.steps]) == ([], ["multiple imaging"])
    assert second.steps[0].source.endswith("Consolidated Appropriations Act, 2016, s. 502")


def test_technical_parts_of_images_rank_without_professional_ones():
    rates = (
        named("10001", 30000, modifier="TC", **IMAGES),
        named("10002", 20000, modifier="TC", **IMAGES),
    )
    first, second = beside(rates, [asked("10001", "TC"), asked("10002", "TC")])
    # the second at 50 %
    assert (first.allowed, second.allowed) == (30000, 10000)
    assert ([*first.steps], [step.name for step in second.steps]) == ([], ["multiple imaging"])
    assert second.steps[0].source.endswith("Patient Protection and Affordable Care Act s. 3135")


def test_each_part_of_an_image_has_its_own_rank():
    """Of 10001 the technical part is highest, 100.00, and of 10002 the other one, 240.00."""
    whole = {**IMAGES, "pctc": "1"}
    rates = (
        named("10001", 30000, **whole),
        named("10001", 10000, modifier="TC", **whole),
        named("10002", 28000, **whole),
        named("10002", 4000, modifier="TC", **whole),
    )
    # 100.00 + 95 % of 200.00; 50 % of 40.00 + 240.00
    for order in (1, -1):
        found = beside(rates, [asked("10001"), asked("10002")][::order])[::order]
        assert [price.allowed for price in found] == [29000, 26000]
        assert [price.rank for price in found] == [1, 1]
        assert [notes(price, "units-as-lines") for price in found] == [[], []]


def test_bases_that_name_themselves_are_families_of_their_own():
    """The second is the second procedure, at 50 %."""
    rates = (
        named("43235", 30000, multiple_procedure="3", endoscopic_base="43235"),
        named("45378", 20000, multiple_procedure="3", endoscopic_base="45378"),
    )
    found = beside(rates, [asked("43235"), asked("45378")])
    assert [(price.allowed, price.rank) for price in found] == [(30000, 1), (10000, 2)]


def test_a_family_that_ties_is_ranked_by_what_is_left_of_all_of_it():
    """190.00 and 160.00 less the base are 300.00, as the other; a co-surgeon has 62.5 % of that."""
    rates = (
        named("43239", 16000, **FAMILY),
        named("43249", 19000, **FAMILY),
        named("43235", 5000),
        named("10001", 30000, co_surgeon="2"),
    )
    lines = [asked("43239"), asked("43249"), asked("10001", "62")]
    # the family in full; 50 % of 300.00, and 62.5 % of that
    assert [price.allowed for price in beside(rates, lines)] == [11000, 19000, 9375]
    assert [price.allowed for price in beside(rates, lines[::-1])] == [9375, 19000, 11000]
