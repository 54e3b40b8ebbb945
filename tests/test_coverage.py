"""Coverage notes on facet joint lines, against the facts as CMS and its contractors word them.

They change no price.
"""

from datetime import date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from feesync import ClaimLine, InvalidInputError, estimate, estimate_claim
from feesync.coverage import facts
from feesync.coverage.notes import Circumstances, day_notes
from feesync.model.rate import Setting
from feesync.pricing.line import Line
from feesync.pricing.terms import Terms
from feesync.reference.tables import data_folder, read_table

DAY = "2025-11-03"
INJECTIONS = ("64490", "64491", "64492", "64493", "64494", "64495")
ABLATIONS = ("64633", "64634", "64635", "64636")
OURS = {
    "kx-missing", "kx-on-ablation", "kx-on-therapeutic", "third-level-not-covered",
    "third-level-on-appeal", "prior-authorization", "asc-two-lines", "units-above-mue",
    "guidance-included", "two-regions", "sessions", "third-level-uncertain", "levels-above-limit",
    "kx-on-some-lines",
}  # fmt: skip


def notes(hcpcs, *mods, **more):
    answer = estimate(hcpcs, **{"locality": "01112-05", "date": DAY, "modifiers": mods, **more})
    return {note.code: note for note in answer.notes if note.code in OURS}


def claim_notes(*lines, **more):
    answer = estimate_claim(lines, **{"locality": "01112-05", "date": DAY, **more})
    return {note.code: note for note in answer.notes if note.code in OURS}


# units: MUE of 2024-07-01


@pytest.mark.parametrize("hcpcs", INJECTIONS + ABLATIONS)
def test_units_above_the_mue(hcpcs):
    most = 4 if hcpcs in ("64634", "64636") else 1
    assert "units-above-mue" not in notes(hcpcs, units=most)
    note = notes(hcpcs, units=most + 1)["units-above-mue"]
    assert (
        f"its MUE is {most} (MAI {3 if most == 4 else 2}, by "
        f"{'clinical use' if most == 4 else 'policy'}: more is denied" in note.text
    )
    assert note.severity.value == "warning"


def test_the_mue_counts_the_day_and_a_pair_is_two_units():
    assert (
        "2 units of 64493 on a day: its MUE is 1"
        in claim_notes("64493-RT", "64493-LT")["units-above-mue"].text
    )
    assert "units-above-mue" not in claim_notes("64493-50", "64494-50")
    assert (
        "6 units of 64636"
        in claim_notes("64635-LT", "64636-LTx3", "64636-RTx3")["units-above-mue"].text
    )


def test_the_mue_counts_no_assistant_and_no_line_that_is_denied():
    assert "units-above-mue" not in claim_notes("64493-50", "64493-80")
    assert "units-above-mue" not in claim_notes("64493-50", "64493-GY")
    assert "units-above-mue" in claim_notes("64493-50", "64493-50-59")


def test_the_way_on_is_told_where_two_units_may_be_two_sides():
    assert "one line, modifier 50" in claim_notes("64493-RT", "64493-LT")["units-above-mue"].text
    assert (
        "one line, modifier 50"
        not in claim_notes("64493-50", "64493-50-59")["units-above-mue"].text
    )


def test_no_mue_is_recorded_before_july_2024():
    assert "units-above-mue" not in notes("64493", units=2, date="2024-06-30")
    assert "units-above-mue" in notes("64493", units=2, date="2024-07-01")


# KX


@pytest.mark.parametrize("hcpcs", INJECTIONS)
def test_kx_belongs_on_diagnostic_injections_and_on_no_others(hcpcs):
    assert "kx-missing" in notes(hcpcs, purpose="diagnostic")
    assert not {"kx-missing", "kx-on-therapeutic"} & set(notes(hcpcs, "KX", purpose="diagnostic"))
    assert "kx-on-therapeutic" in notes(hcpcs, "KX", purpose="therapeutic")
    assert not {"kx-missing", "kx-on-therapeutic"} & set(notes(hcpcs, purpose="therapeutic"))
    assert not {"kx-missing", "kx-on-therapeutic"} & set(notes(hcpcs))


@pytest.mark.parametrize("hcpcs", ABLATIONS)
def test_kx_does_not_belong_on_an_ablation(hcpcs):
    assert "kx-on-ablation" in notes(hcpcs, "KX")
    assert "kx-missing" not in notes(hcpcs, purpose="diagnostic")


def test_kx_on_some_lines_of_a_session():
    assert "KX is not on 64494" in claim_notes("64493-50-KX", "64494-50")["kx-on-some-lines"].text
    assert "kx-on-some-lines" not in claim_notes("64493-50-KX", "64494-50-KX")
    assert "kx-on-some-lines" not in claim_notes("64493-50", "64494-50")
    assert "kx-on-some-lines" not in claim_notes("64493-KX", "64635")


@pytest.mark.parametrize("day", ["2020-06-01", "2021-04-24"])
def test_before_the_lcds_there_is_no_kx_and_no_region(day):
    assert (
        notes("64493", date=day, purpose="diagnostic")
        == notes("64635", "KX", date=day)
        == claim_notes("64490", "64493", date=day)
        == {}
    )


# levels


@pytest.mark.parametrize(
    ("lines", "most"),
    [
        (["64635-RT", "64636-RT"], None),
        (["64635-50", "64636-50"], None),
        (["64635", "64636x2"], None),  # may be both sides
        (["64635", "64636x3"], 2),
        (["64635-RT", "64636-RTx3"], 3),
        (["64635-50", "64636-50x2"], 2),
        (["64635-50", "64636-50", "64636-50-59"], 2),
        (["64633-50", "64634-RTx2", "64634-LTx2"], 2),
    ],
)
def test_levels_of_ablation_on_a_side(lines, most):
    found = claim_notes(*lines)
    assert ("levels-above-limit" in found) == (most is not None)
    if most:
        assert f"{most} further levels on a side" in found["levels-above-limit"].text


# the third level


@pytest.mark.parametrize(
    ("place", "day", "code"),
    [
        ("10112-00", "2021-04-24", None),  # no LCD yet
        ("10112-00", "2021-04-25", "third-level-on-appeal"),
        ("10112-00", "2024-07-06", "third-level-on-appeal"),  # Palmetto revised on 2024-07-07
        ("10112-00", "2024-07-07", "third-level-not-covered"),
        ("08102-00", "2024-07-13", "third-level-on-appeal"),  # WPS on 2024-07-14
        ("08102-00", "2024-07-14", "third-level-not-covered"),
        ("04112-01", "2024-08-10", "third-level-on-appeal"),  # Novitas on 2024-08-11
        ("04112-01", "2024-08-11", "third-level-not-covered"),
        ("15202-00", "2021-05-01", None),  # CGS began a week later
        ("15202-00", "2021-05-02", "third-level-on-appeal"),
        ("01112-05", "2023-12-31", "third-level-on-appeal"),
        ("01112-05", "2024-05-01", "third-level-uncertain"),  # some day of 2024
        ("national", "2023-12-31", "third-level-on-appeal"),
        ("national", "2024-09-01", "third-level-uncertain"),
        ("01112-05", "2025-01-01", "third-level-not-covered"),
        ("national", "2021-04-24", None),
        ("national", "2025-11-03", "third-level-not-covered"),
    ],
)
@pytest.mark.parametrize("hcpcs", ["64492", "64495"])
def test_the_third_level(hcpcs, place, day, code):
    assert [
        found for found in notes(hcpcs, locality=place, date=day) if found.startswith("third")
    ] == ([code] if code else [])


def test_other_levels_have_no_such_note():
    assert not [
        code
        for hcpcs in ("64493", "64494", "64636")
        for code in notes(hcpcs)
        if code.startswith("third")
    ]


def test_a_day_that_is_not_recorded_is_said_so():
    assert (
        "on a day that feesync does not record"
        in notes("64495", date="2024-05-01")["third-level-uncertain"].text
    )
    assert (
        "first on 2024-07-07"
        in notes("64495", locality="national", date="2024-05-01")["third-level-uncertain"].text
    )


# prior authorization of hospital outpatient departments


@pytest.mark.parametrize("pos", ["19", "22"])
def test_prior_authorization(pos):
    for hcpcs in INJECTIONS + ABLATIONS:
        assert "prior-authorization" not in notes(hcpcs, pos=pos, date="2023-06-30")
        assert "prior-authorization" in notes(hcpcs, pos=pos, date="2023-07-01")
        assert ("prior-authorization" in notes(hcpcs, pos=pos, date="2024-08-05")) == (
            hcpcs not in ("64492", "64495")
        )
        assert "prior-authorization" in notes(hcpcs, pos=pos, date="2024-08-04")


@pytest.mark.parametrize("pos", ["11", "24", None])
def test_no_prior_authorization_elsewhere(pos):
    assert "prior-authorization" not in notes("64493", pos=pos)


# surgical centers


def test_a_surgical_center_reports_two_lines():
    assert "two lines, RT and LT" in notes("64493", "50", pos="24")["asc-two-lines"].text
    assert "asc-two-lines" in claim_notes("64493-RT", "64493-LT", pos="24")
    assert "asc-two-lines" in notes("64493", "RT", "LT", pos="24")
    assert "asc-two-lines" not in notes("64493", "RT", pos="24")
    assert "asc-two-lines" not in notes("64493", "50", pos="11")


# regions, guidance


def test_one_region_a_session():
    assert (
        "cervical or thoracic and lumbar or sacral"
        in claim_notes("64490", "64493")["two-regions"].text
    )
    assert "two-regions" not in claim_notes(
        "64490", "64494"
    )  # T12-L1 and L1-L2 are one lumbar region, since 2025
    assert "two-regions" in claim_notes("64490", "64494", date="2024-12-31")
    assert "two-regions" in claim_notes("64490", "64493", "64494")
    assert "two-regions" not in claim_notes("64493", "64633")  # of injections


@pytest.mark.parametrize("code", ["77003", "77012", "76942"])
def test_image_guidance_is_included(code):
    def lines(*codes):
        return [Line(hcpcs, (), Terms(date(2025, 11, 3), Setting.NONFACILITY)) for hcpcs in codes]

    (note,) = day_notes(lines("64493", code), None, Circumstances())
    assert (note.code, note.text.startswith(f"{code} beside 64493: ")) == (
        "guidance-included",
        True,
    )
    assert (
        day_notes(lines("64493", "99213"), None, Circumstances())
        == day_notes(lines(code), None, Circumstances())
        == []
    )


# sessions in twelve months


def sessions(hcpcs, *mods, history, **more):
    note = notes(hcpcs, *mods, history=history, **more)["sessions"]
    return note.severity.value, note.text


def test_sessions_are_counted_by_kind_and_region():
    history = [
        "2025-01-10:64493-50-KX",
        "2025-02-10:64493-KX",
        "2025-03-10:64493",
        "2025-04-10:64490-KX",
        "2025-05-10:64635",
        "2025-06-10:99213",
    ]
    severity, text = sessions("64494", "KX", history=history)
    assert (severity, text) == (
        "info",
        "Diagnostic session 3 on the lumbar or sacral spine within 12 months (before: 2025-01-10, "
        "2025-02-10); Medicare pays 4.",
    )
    assert sessions("64493", history=history)[1].startswith(
        "Therapeutic session 2 on the lumbar or sacral spine"
    )
    assert sessions("64493", purpose="diagnostic", history=history)[1].endswith(
        "2025-02-10), once KX is on the line; Medicare pays 4."
    )
    assert (
        ", once KX is off the line"
        in sessions("64493", "KX", purpose="therapeutic", history=history)[1]
    )
    assert sessions("64490", "KX", history=history)[1].startswith(
        "Diagnostic session 2 on the cervical or thoracic spine"
    )
    assert sessions("64636", history=history)[1].startswith(
        "Ablation session 2 on the lumbar or sacral spine"
    )


@pytest.mark.parametrize(
    ("hcpcs", "mods", "most"), [("64493", ["KX"], 4), ("64493", [], 4), ("64635", [], 2)]
)
def test_more_sessions_than_medicare_pays(hcpcs, mods, most):
    line = "-".join([hcpcs, *mods])
    history = [f"2025-0{month}-05:{line}" for month in range(1, most + 1)]
    assert sessions(hcpcs, *mods, history=history[:-1])[0] == "info"
    severity, text = sessions(hcpcs, *mods, history=history)
    assert (
        severity,
        f"session {most + 1} " in text,
        text.endswith(f"more than the {most} that Medicare pays."),
    ) == (
        "warning",
        True,
        True,
    )


@pytest.mark.parametrize(
    ("day", "past", "number"),
    [
        (DAY, "2024-11-03", 1),  # twelve months ago to the day: out
        (DAY, "2024-11-04", 2),
        (DAY, DAY, 1),  # the same session
        (DAY, "2025-11-04", 1),  # later
        ("2021-06-01", "2021-04-25", 1),
        ("2021-06-01", "2021-04-26", 2),
        ("2024-02-29", "2023-02-28", 1),
        ("2024-02-29", "2023-03-01", 2),
    ],
)
def test_twelve_months(day, past, number):
    assert f"session {number} " in sessions("64493", date=day, history=[f"{past}:64493"])[1]


def test_lines_of_a_day_are_one_session():
    assert (
        "session 2 " in sessions("64493", history=["2025-03-01:64493-50", "2025-03-01:64494-50"])[1]
    )
    found = estimate_claim(
        ["64493", "64494"], locality="01112-05", date=DAY, history=[(date(2025, 3, 1), "64493")]
    ).notes
    assert [note.text for note in found if note.code == "sessions"] == [
        "Therapeutic session 2 on the lumbar or sacral spine within 12 months (before: "
        "2025-03-01); Medicare pays 4."
    ]


def test_a_session_between_two_regions_is_one_lumbar_one():
    found = estimate_claim(
        ["64490-KX", "64494-KX"],
        locality="15202-00",
        date=DAY,
        history=["2025-03-01:64490-KX", "2025-03-01:64494-KX", "2025-04-01:64490-KX"],
    ).notes
    assert [note.text for note in found] == [
        "Diagnostic session 2 on the lumbar or sacral spine within 12 months (before: 2025-03-01); "
        "Medicare pays 4."
    ]
    assert "add-on-without-parent" in [
        note.code
        for note in estimate_claim(["64490", "64494"], locality="AL", date="2024-12-31").notes
    ]
    assert not estimate_claim(["64633", "64636"], locality="AL", date=DAY).notes


@pytest.mark.parametrize(
    ("history", "says"),
    [
        ("2025-03-01:64493", "history is a list"),
        (5, "history is a list, such as .*, not int"),
        (["64493"], "is not DATE:LINE"),
        (["2025-13-01:64493"], "no day of the calendar"),
        (["2025-03-01:facets"], "is not a claim line"),
        (["2025-03-01:64493-XK"], "modifier XK is not known"),
        ([5], "is not DATE:LINE"),
        ([(2025, "64493")], "neither a date nor"),
        ([("2025-03-01", {"hcpcs": None})], "hcpcs None is not text"),
        ([("2025-03-01", ClaimLine("64493", 5))], "modifiers is a list"),  # type: ignore[arg-type]
        (
            [("2025-03-01", {"hcpcs": "64493", "units": "many"})],
            "units 'many' is not a whole number",
        ),
    ],
)
def test_a_history_that_cannot_be_read(history, says):
    with pytest.raises(InvalidInputError, match=says):
        notes("64493", history=history)


def test_a_purpose_that_is_none():
    with pytest.raises(InvalidInputError, match="neither diagnostic nor therapeutic"):
        notes("64493", purpose="curative")


def test_pairs_of_a_history():
    for day in (date(2025, 3, 1), datetime(2025, 3, 1, 9), "2025-03-01"):
        for line in (
            "64493-kx",
            {"hcpcs": "64493", "modifiers": [" KX"]},
            ClaimLine("64493", ["KX"]),
        ):
            assert "Diagnostic session 2 " in sessions("64493", "KX", history=[[day, line]])[1]


# they inform and change no price


@pytest.mark.parametrize("hcpcs", INJECTIONS + ABLATIONS)
def test_the_price_is_the_same_without_them(hcpcs):
    for mods, pos, units in product([[], ["50"], ["RT"], ["KX"]], ["11", "22", "24"], [1, 2]):
        asked: dict[str, Any] = dict(
            locality="01112-05",
            date=DAY,
            modifiers=mods,
            pos=pos,
            units=units,
            history=["2025-03-01:64493"],
        )
        told, untold = (
            estimate(hcpcs, **asked, purpose="diagnostic"),
            estimate(hcpcs, **asked, coverage=False),
        )
        assert not {note.code for note in untold.notes} & OURS
        assert told._replace(notes=()) == untold._replace(notes=())


def test_other_codes_have_none(loaded):
    assert notes("99213", pos="22", units=9, history=["2025-03-01:64493"]) == {}


# the tables


def test_every_fact_has_a_source():
    paths = [*(Path(data_folder()) / "coverage").glob("*.csv")]
    assert len(paths) > 5
    for path in paths:
        rows = read_table(f"coverage/{path.name}")
        assert rows
        assert all(row["source"].strip() for row in rows), path.name


LCDS = {
    # contractor: (LCD, article, the first two digits of its MAC numbers, or whole ones)
    "Noridian JE": ("L38801", "A58403", ["01"]),
    "Noridian JF": ("L38803", "A58405", ["02", "03"]),
    "Novitas": ("L34892", "A56670", ["04", "07", "12"]),
    "WPS": ("L38841", "A58477", ["05", "08"]),
    "NGS": ("L35936", "A57826", ["06", "13", "14"]),
    "Palmetto": ("L38765", "A58350", ["10", "11"]),
    "CGS": ("L38773", "A58364", ["15"]),
    "First Coast": ("L33930", "A57787", ["09"]),
}


@pytest.mark.parametrize("contractor", LCDS)
def test_the_policy_of_every_locality(contractor):
    lcd, article, numbers = LCDS[contractor]
    macs = {row["mac"] for row in read_table("snapshot/localities.csv") if row["mac"] != "00000"}
    own = [mac for mac in macs if mac[:2] in numbers]
    assert own
    for mac in own:
        found = facts.lcd_of(mac)
        assert (found.lcd, found.article, found.contractor) == (
            lcd,
            article,
            contractor.removesuffix(" JE").removesuffix(" JF")
            + (" GBA" if contractor == "Palmetto" else ""),
        )


def test_the_codes():
    assert {
        code: (row.kind, row.region.split()[0], row.level) for code, row in facts.codes().items()
    } == {
        "64490": ("injection", "cervical", "first"),
        "64491": ("injection", "cervical", "second"),
        "64492": ("injection", "cervical", "third and further"),
        "64493": ("injection", "lumbar", "first"),
        "64494": ("injection", "lumbar", "second"),
        "64495": ("injection", "lumbar", "third and further"),
        "64633": ("ablation", "cervical", "first"),
        "64634": ("ablation", "cervical", "each further"),
        "64635": ("ablation", "lumbar", "first"),
        "64636": ("ablation", "lumbar", "each further"),
    }


def test_a_claim_costs_the_same_without_notes():
    for lines in (
        ["64493-50-KX", "64494-50", "64635-LT"],
        ["64493-RT", "64493-LT"],
        ["64635", "64636x3", "64490"],
    ):
        asked: dict[str, Any] = dict(
            locality="01112-05", date=DAY, pos=22, history=["2025-03-01:64493"]
        )
        told, untold = (
            estimate_claim(lines, **asked, purpose="diagnostic"),
            estimate_claim(lines, **asked, coverage=False),
        )
        assert not {note.code for line in untold.lines for note in line.notes} & OURS
        assert (told.allowed, told.patient_responsibility) == (
            untold.allowed,
            untold.patient_responsibility,
        )
        assert [line._replace(notes=()) for line in told.lines] == [
            line._replace(notes=()) for line in untold.lines
        ]
