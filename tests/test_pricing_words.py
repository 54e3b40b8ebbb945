"""What pricing says: each note by its code, severity, words and source; hints; steps of a line.

The reasons are those of CMS's record layout (Attachment A) and of the manual, written here again.
"""

from datetime import date
from itertools import permutations

import pytest
from priced import Own, Rates, price, prices
from test_pricing import line, rate

from feesync.errors import InvalidInputError, ModifierError
from feesync.model.rate import Setting
from feesync.pricing import modifiers
from feesync.pricing.claim import price_in_places, price_line
from feesync.pricing.program import _is_for_some
from feesync.pricing.terms import Terms

LAYOUT = "RVU record layout, Attachment A, status codes"
ADDENDUM = "PFS final rule, Addendum A, NA indicators"
REASONS = {
    "B": "bundled",
    "D": "deleted code",
    "E": "excluded from the fee schedule by regulation",
    "F": "deleted or discontinued",
    "G": "not valid for Medicare: another code",
    "H": "deleted modifier",
    "I": "not valid for Medicare: another code",
    "J": "anesthesia",
    "L": "local code",
    "M": "measurement",
    "N": "not covered",
    "P": "bundled or excluded",
    "Q": "therapy functional information",
    "X": "excluded by statute",
    "Z": "not a status that Medicare pays under the fee schedule",
}


def notes(result):
    return [(note.code, note.severity.value, note.text, note.source) for note in result.notes]


def without_amount(**changes):
    return rate(nonfacility_amount=None, facility_amount=None, **changes)


@pytest.mark.parametrize("status", REASONS)
def test_a_status_has_its_own_reason(status):
    ((code, severity, text, source),) = notes(price(without_amount(status=status), line()))
    assert (code, severity, source) == (f"status-{status.lower()}", "denial", LAYOUT)
    assert text.startswith(f"64493 has status {status}: {REASONS[status]}")


def test_what_the_mac_prices():
    ((code, severity, text, source),) = notes(price(without_amount(status="C"), line()))
    assert (code, severity, source) == ("contractor-priced", "denial", LAYOUT)
    assert text.startswith("64493 has status C: contractor-priced: the MAC sets the amount")
    bare = dict(work_rvu=0, nonfacility_pe_rvu=0, facility_pe_rvu=0, mp_rvu=0)
    assert notes(price(without_amount(**bare), line())) == [
        (
            "contractor-priced",
            "denial",
            "64493 has status A and no relative values: the MAC sets the amount.",
            LAYOUT,
        )
    ]


@pytest.mark.parametrize(
    ("changes", "setting", "found"),
    [
        ({"status": "R"}, "nonfacility", [("status-r", "warning", LAYOUT)]),
        ({"status": "T"}, "nonfacility", [("status-t", "warning", LAYOUT)]),
        ({"nonfacility_na": 1}, "nonfacility", [("nonfacility-na", "warning", ADDENDUM)]),
        ({"nonfacility_na": 1}, "facility", []),
        ({"status": "R", "nonfacility_na": 1}, "nonfacility",
         [("status-r", "warning", LAYOUT), ("nonfacility-na", "warning", ADDENDUM)]),
        ({"facility_na": 1, "facility_amount": None}, "facility",
         [("facility-na", "denial", ADDENDUM)]),
        ({"facility_na": 1}, "nonfacility", []),
        ({"facility_na": 1, "multiple_procedure": "5", "facility_amount": 22287}, "nonfacility",
         [("group-practice", "info", None)]),
        ({"facility_na": 1, "multiple_procedure": "5", "facility_amount": 22287}, "facility",
         [("therapy-setting", "info", "Claims Processing Manual ch. 5 s. 10"),
          ("group-practice", "info", None)]),
    ],
)  # fmt: skip
def test_what_to_know_of_a_status_and_of_na(changes, setting, found):
    said = notes(price(rate(**changes), line(setting=setting)))
    assert [(code, severity) for code, severity, _, _ in said] == [one[:2] for one in found]
    for (_, _, text, source), (_, _, expected) in zip(said, found, strict=True):
        assert expected in (source, None)
        if expected:
            assert text.startswith("64493 ")


@pytest.mark.parametrize(
    ("mods", "changes", "code", "severity", "says"),
    [
        (["22"], {}, "by-report", "denial", "Modifier 22 is priced by report: the MAC sets"),
        (["52"], {}, "by-report", "denial", "Modifier 52 is priced by report: the MAC sets"),
        (["53"], {}, "by-report", "denial", "Modifier 53 is priced by report: the MAC sets"),
        (["66"], {"team_surgeon": "0"}, "team-not-permitted", "denial",
         "Team surgeons are not permitted on 64493 (team surgery indicator 0)."),
        (["66"], {"team_surgeon": "1"}, "by-report", "denial",
         "Modifier 66, team surgery, is priced by report"),
        (["66"], {"team_surgeon": "2"}, "by-report", "denial",
         "Modifier 66, team surgery, is priced by report"),
        (["73"], {}, "by-report", "denial", "Modifier 73: "),
        (["74"], {}, "by-report", "denial", "Modifier 74: "),
        (["GY"], {}, "modifier-gy", "denial", "Modifier GY: "),
        (["GZ"], {}, "modifier-gz", "denial", "Modifier GZ: "),
        (["80"], {"assistant_surgeon": "1"}, "assistant-not-paid", "denial",
         "Assistants at surgery are never paid on 64493 (assistant indicator 1)."),
        (["80"], {"assistant_surgeon": "0"}, "assistant-documentation", "warning",
         "Assistants at surgery are paid on 64493 only with documentation"),
        (["62"], {"co_surgeon": "0"}, "co-surgeon-not-permitted", "denial",
         "Co-surgeons are not permitted on 64493 (co-surgeon indicator 0)."),
        (["62"], {"co_surgeon": "1"}, "co-surgeon-documentation", "warning",
         "Two surgeons are paid on 64493 only with documentation"),
    ],
)  # fmt: skip
def test_why_modifiers_leave_no_amount_or_doubts(mods, changes, code, severity, says):
    result = price(rate(**changes), line(*mods))
    ((found, how, text, source),) = notes(result)
    assert (found, how, result.allowed is None) == (code, severity, severity == "denial")
    assert text.startswith(says)
    assert source


@pytest.mark.parametrize(
    ("mods", "changes", "allowed"),
    [
        (["53"], {"modifier": "53"}, 22287),  # a row of its own
        (["80"], {}, 3566),  # 16 % of 222.87, 35.6592
        (["AS"], {}, 3031),  # 85 % of 16 %, 13.6 %: 30.31032
        (["62"], {"co_surgeon": "2"}, 13929),  # 62.5 %: 139.29375
        (["RT"], {"bilateral": "9"}, 22287),
    ],
)
def test_modifiers_that_leave_an_amount(mods, changes, allowed):
    result = price(rate(**changes), line(*mods))
    assert (result.allowed, notes(result)) == (allowed, [])


@pytest.mark.parametrize(
    ("mods", "changes", "says"),
    [
        (["66"], {"team_surgeon": "9"}, "modifier 66 does not apply to 64493: team surgery "
                                        "indicator 9, the concept does not apply"),
        (["62"], {"co_surgeon": "9"}, "modifier 62 does not apply to 64493: co-surgeon "
                                      "indicator 9, the concept does not apply"),
        (["81"], {"assistant_surgeon": "9"}, "modifier 81 does not apply to 64493: assistant "
                                             "indicator 9, the concept does not apply"),
        (["QK"], {}, "modifier QK is for anesthesia codes (status J); 64493 has status A"),
        (["PD"], {"pctc": "4"}, "modifier PD on 64493: the code holds both parts; bill the code "
                                "of its professional part"),
    ],
)  # fmt: skip
def test_what_does_not_apply(mods, changes, says):
    with pytest.raises(ModifierError) as refused:
        price(rate(**changes), line(*mods, setting="facility"))
    assert str(refused.value) == says


@pytest.mark.parametrize("modifier", ["QK", "AA", "P3", "23"])
def test_anesthesia_modifiers_on_anesthesia(modifier):
    found = notes(price(without_amount(status="J"), line(modifier)))
    assert [one[0] for one in found] == ["status-j"]


@pytest.mark.parametrize(
    ("pctc", "modifier", "denied"),
    [("1", "TC", True), ("3", "", True), ("1", "26", False), ("0", "", False), ("2", "", False)],
)
def test_before_an_admission_the_technical_part_is_the_hospitals(pctc, modifier, denied):
    mods = ["PD", modifier] if modifier else ["PD"]
    found = notes(price(rate(pctc=pctc, modifier=modifier), line(*mods, setting="facility")))
    text = "Modifier PD: the technical part of 64493 is in the payment for the hospital's stay."
    assert [one[:3] for one in found if one[1] == "denial"] == (
        [("modifier-pd", "denial", text)] if denied else []
    )


@pytest.mark.parametrize(
    ("modifier", "claims"),
    [("QM", "the claims of ambulances"), ("KX", None)],
)
def test_modifiers_of_other_claims(modifier, claims):
    found = notes(price(rate(), line(modifier)))
    if claims is None:
        assert found == []
    else:
        ((code, severity, text, _),) = found
        assert (code, severity) == (f"modifier-{modifier.lower()}", "warning")
        assert text.startswith(
            f"Modifier {modifier} belongs to {claims}; this line is priced without it. "
        )
    # where Medicare has no price there is nothing that it would be priced without
    denied = notes(price(without_amount(status="N"), line(modifier)))
    assert [one[0] for one in denied] == ["status-n"]


@pytest.mark.parametrize(("assistant", "plan"), [("CQ", "GP"), ("CO", "GO")])
def test_a_therapy_assistant_without_a_plan(assistant, plan):
    therapy = rate(multiple_procedure="5", facility_na=1, facility_amount=22287)
    codes = {one[0]: one for one in notes(price(therapy, line(assistant)))}
    assert codes["therapy-plan-missing"][1:] == (
        "warning",
        f"Modifier {assistant} goes with {plan}: contractors return a line of a therapy assistant "
        "without it.",
        "Claims Processing Manual ch. 5 s. 20.1",
    )
    codes = {one[0]: one for one in notes(price(therapy, line(assistant, plan)))}
    assert "therapy-plan-missing" not in codes


@pytest.mark.parametrize(
    ("given", "near"),
    [
        ("YF", "near it is FY"),  # the letters exchanged
        ("5O", "near it is 50"),  # letters that look like digits, in either place
        ("8O", "near it is 80"),
        ("S9", "near it is 59"),
        ("GI", "near it is G1"),
        ("O5", None),
    ],
)
def test_a_slip_names_what_is_near(given, near):
    with pytest.raises(ModifierError) as refused:
        modifiers.read((given,))
    text = str(refused.value)
    assert text.endswith(near) if near else "near it" not in text


def steps(*mods, units, charge=None, **changes):
    result = price(rate(**changes), line(*mods, units=units, charge=charge))
    return [(step.name, str(step.factor), str(step.amount)) for step in result.steps]


def test_steps_are_of_the_whole_line():
    # 222.87 by 1.5, 334.305, 334.31 for both sides; twice; the second half of it, 167.155
    assert steps("50", units=2) == [
        ("bilateral", "1.5", "334.31"),
        ("units", "2", "668.62"),
        ("multiple procedure", "None", "501.47"),
    ]
    # without ranks: 222.87 three times
    assert steps(units=3, multiple_procedure="0", bilateral="0") == [("units", "3", "668.61")]
    assert steps("50", units=3, multiple_procedure="0") == [
        ("bilateral", "1.5", "334.31"),
        ("units", "3", "1002.93"),
    ]
    # 10 units: 6 by themselves and the rest as one block
    assert steps(units=10, multiple_procedure="0", bilateral="0") == [("units", "10", "2228.70")]
    assert steps("50", units=10, multiple_procedure="0") == [
        ("bilateral", "1.5", "334.31"),
        ("units", "10", "3343.10"),
    ]
    assert steps(units=3, multiple_procedure="0", bilateral="0", charge=60000) == [
        ("units", "3", "668.61"),
        ("charge", "None", "600.00"),
    ]


TOGETHER_NEVER = [
    "26 TC 53",
    "80 81 82 AS 62 66",
    "54 55 56 78",
    "FX FY CT",
    "CQ CO",
    "GP GO GN",
    "AA AD QK QX QY QZ",
    "P1 P2 P3 P4 P5 P6",
    "GA GZ",
    "GY GZ",
    "GA GY",
    "Q7 Q8 Q9",
    "JW JZ",
    "53 73 74",
    "PN PO",
    "96 97",
    "UN UP UQ UR US",
    "50 RT",
    "50 LT",
    "CQ GO",
    "CQ GN",
    "CO GP",
    "CO GN",
    "GX EY",
    "GX GA",
    "GX GL",
    "GX GZ",
    "GX KB",
    "GX QL",
]
"""What the manuals say contradicts each other, each pair."""

APART = [
    f"{assistant} {share}" for assistant in ("80", "81", "82", "AS") for share in ("54", "55", "56")
]


@pytest.mark.parametrize("group", [*TOGETHER_NEVER, *APART])
def test_each_pair_that_contradicts(group):
    for pair in permutations(group.split(), 2):
        with pytest.raises(ModifierError, match="(contradicts|contradicts RT and LT)"):
            modifiers.read(pair)


def test_modifiers_that_are_for_some_codes():
    for modifier in ("FX", "FY", "CT", "CQ", "CO"):
        assert _is_for_some(modifier)
    for modifier in ("50", "RT", "59", "62", "GP"):
        assert not _is_for_some(modifier)


def test_days_of_care_go_with_55():
    with pytest.raises(ModifierError, match="^days of postoperative care go with modifier 55$"):
        price(rate(), line(days=3))


def test_reasons_of_steps():
    def reasons(*mods, units, **changes):
        result = price(rate(**changes), line(*mods, units=units))
        return [(step.name, step.reason) for step in result.steps]

    bilateral = ("bilateral", "modifier 50, indicator 1: 150 % of the fee for both sides")
    assert reasons("50", units=1) == [bilateral]
    assert reasons("50", units=2) == [
        bilateral,
        ("units", "2 units"),
        ("multiple procedure", "rank 2 of 2 procedures of the day: 50 %"),
    ]
    # of seven units five are ranked, and two are by report
    assert reasons(units=7) == [
        ("units", "5 units"),
        ("multiple procedure", "rank 2, rank 3, rank 4, rank 5 of 7 procedures of the day: 50 %"),
    ]


def test_a_line_in_many_places_is_the_line_in_each():
    rows = {
        "one": rate(),
        "other": rate(nonfacility_fee=20001, nonfacility_capped_fee=20001,
                      nonfacility_amount=20001),
        "capped": rate(nonfacility_fee=25000, opps_nonfacility_pe_rvu=300,
                       opps_facility_pe_rvu=100, opps_mp_rvu=10),
        "none": without_amount(status="C"),
    }  # fmt: skip
    # 222.87, 200.01, 222.87 and none by 1.5; two units are the two sides
    for asked in (line("50"), line(units=2)):
        found = price_in_places(asked, rows, Rates({}))
        assert [one.allowed for one in found] == [33431, 30002, 33431, None]
    found = price_in_places(line(charge=10000), rows, Rates({}))
    assert [one.allowed for one in found] == [10000, 10000, 10000, None]


def test_an_error_of_a_line_alone_is_of_the_first():
    with pytest.raises(ModifierError) as refused:
        price_line(line("FX")._replace(hcpcs="71046"), Own(rate(pctc="1"), []))
    assert refused.value.claim_line == 1
    with pytest.raises(ModifierError) as refused:
        price_in_places(line("FX")._replace(hcpcs="71046"), {"one": rate(pctc="1")}, Rates({}))
    assert refused.value.claim_line == 1


def beside(*given):
    """The prices of lines of a claim, each a rate and a line."""
    rates = {(own.hcpcs, own.modifier): own for own, _ in given}
    return prices([asked._replace(hcpcs=own.hcpcs) for own, asked in given], Rates(rates))


def named(hcpcs, fee=22287, **changes):
    return rate(
        hcpcs=hcpcs, nonfacility_fee=fee, nonfacility_capped_fee=fee, nonfacility_amount=fee,
        **changes,
    )  # fmt: skip


def test_what_is_paid_alone_is_bundled_beside_what_is_paid():
    alone, other = named("10001", status="T", multiple_procedure="0"), named("10002")
    both = beside((alone, line()), (other, line()))
    assert [one.allowed for one in both] == [None, 22287]
    assert [note.code for note in both[0].notes if note.severity.value == "denial"] == [
        "status-t-bundled"
    ]
    # beside what has no amount, and beside its like, it is paid
    unpaid = named("10002", status="N")._replace(nonfacility_amount=None)
    assert [one.allowed for one in beside((alone, line()), (unpaid, line()))] == [22287, None]
    like = named("10003", status="T", multiple_procedure="0")
    assert [one.allowed for one in beside((alone, line()), (like, line()))] == [22287, 22287]
    assert [one.allowed for one in beside((alone, line()), (like, line()), (other, line()))] == [
        None,
        None,
        22287,
    ]


def test_lines_of_a_side_share_the_pair():
    one = named("10001")
    right, left = beside((one, line("RT")), (one, line("LT")))
    # 334.31 for both: 222.87 and the rest
    assert (right.allowed, left.allowed) == (22287, 11144)
    reason = "RT and LT, indicator 1: 150 % of the fee for both sides; 334.31 on lines 1 and 2 "
    for price_of_line in (right, left):
        (step,) = price_of_line.steps
        assert (step.name, step.factor) == ("bilateral", None)
        assert step.reason == reason + "together"


def test_steps_of_a_pair_after_the_sides_have_their_factor():
    one = named("10001")
    for found in beside((one, line("RT", kind="np")), (one, line("LT", kind="np"))):
        assert [(step.name, str(step.factor)) for step in found.steps] == [
            ("bilateral", "None"),
            ("practitioner", "0.85"),
        ]


@pytest.mark.parametrize(
    ("own", "other", "sides"),
    [("LT", "RT", "left side, 43249 on the right"), ("RT", "LT", "right side, 43249 on the left"),
     ("RT", "RT", None), ("", "LT", None), ("LT", "", None)],
)  # fmt: skip
def test_an_endoscopy_of_which_nothing_is_left(own, other, sides):
    family = dict(endoscopic_base="43235", multiple_procedure="3")
    small, large = named("43239", 20000, **family), named("43249", 30000, **family)
    base = named("43235", 22287, multiple_procedure="2")
    asked = [line(*filter(None, [side])) for side in (own, other)]
    given = [a._replace(hcpcs=r.hcpcs) for r, a in zip((small, large), asked, strict=True)]
    rates = {(one.hcpcs, ""): one for one in (small, large, base)}
    less, first = prices(given, Rates(rates))
    assert (less.allowed, first.allowed) == (0, 30000)
    (text,) = [note.text for note in less.notes if note.code == "endoscopy-nothing-left"]
    start = "43239 is paid with 43249, the other endoscopy of its family, and nothing is left of it"
    end = (
        f"; it is on the {sides}: payers that pay both sides ask for RT and LT with 59 or XS on "
        "43239."
        if sides
        else "."
    )
    assert text == start + end


def test_terms_are_read_under_the_names_of_their_arguments():
    day = date(2025, 11, 3)
    assert Terms.read(day, Setting.FACILITY, None, nonpar=True, practitioner="NP") == Terms(
        day, Setting.FACILITY, None, nonpar=True, practitioner="np"
    )
    assert Terms(day, Setting.FACILITY).of_code("64493") == Terms(day, Setting.FACILITY)
    for given, says in (
        ({"nonpar": "yes"}, "nonpar 'yes' is neither True nor False"),
        ({"practitioner": 7}, "practitioner 7 "),
        ({"practitioner": "crna"}, "practitioner 'crna' is not one of"),
    ):
        with pytest.raises(InvalidInputError) as refused:
            Terms.read(day, Setting.FACILITY, None, **given)
        assert str(refused.value).startswith(says)
