"""What a caller gives for a claim, at each bound and beside it; which answers are remembered."""

from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from inspect import signature
from types import MappingProxyType
from typing import Any

import pytest
from test_pricing import rate

from feesync import InvalidInputError, Setting, estimate, estimate_claim
from feesync.claims import arguments, memory
from feesync.claims.claim import price_claim
from feesync.claims.estimate import other_notes
from feesync.claims.header import Header, read_header
from feesync.claims.line import ClaimLine, without_units
from feesync.claims.memory import answer_of, plain
from feesync.model.note import Note
from feesync.model.zip_code import ZipCode, ZipFile, ZipPlace
from feesync.pricing.terms import Terms

D = Decimal
DAY = "2025-11-03"


@pytest.mark.parametrize("read", [arguments.units, arguments.days])
def test_numbers_of_units_and_of_days(read):
    assert [read(number) for number in (1, 2, 9_999)] == [1, 2, 9_999]
    for number in (-1, 0, 10_000):
        with pytest.raises(InvalidInputError):
            read(number)
    assert arguments.days(None) is None


def test_a_contract():
    assert arguments.contract(None, None) is None
    assert (arguments.contract("110", None).factor, arguments.contract("110", None).of_year) == (
        11_000,
        None,
    )
    for year in (2000, 2022, 2099):
        found = arguments.contract(None, year)
        assert (found.factor, found.of_year) == (10_000, year)
    for year in (1999, 2100):
        with pytest.raises(InvalidInputError, match="is not a year"):
            arguments.contract(None, year)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("64493", ("64493", (), 1, None, None)),
        (" g0260 ", ("G0260", (), 1, None, None)),
        ("64493-50", ("64493", ("50",), 1, None, None)),
        ("64493-50-kx", ("64493", ("50", "KX"), 1, None, None)),
        ("64493x3", ("64493", (), 3, None, None)),
        ("64493X9999", ("64493", (), 9_999, None, None)),
        ("64493@250.00", ("64493", (), 1, "250.00", None)),
        ("64493-50x2@$1,250.00", ("64493", ("50",), 2, "$1,250.00", None)),
        ("66984-55d30", ("66984", ("55",), 1, None, 30)),
        ("66984-RT-55d7-79", ("66984", ("RT", "55", "79"), 1, None, 7)),
        ("64493" + " " * 95, ("64493", (), 1, None, None)),  # 100 characters
    ],
)
def test_the_short_form(text, line):
    read = ClaimLine.read(text)
    assert (
        read.hcpcs, tuple(read.modifiers or ()), read.units, read.charge, read.postop_days,
    ) == line  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["", "6449", "644933", "64493-5", "64493-500", "64493x", "64493x12345", "64493@", "64493-55d",
     "64493-55d123", "66984-55d3-55d4", "64493@1x2", "64493-50-", "64493" + " " * 96],
)  # fmt: skip
def test_what_is_no_line(text):
    with pytest.raises(InvalidInputError, match="is not a claim line"):
        ClaimLine.read(text)


NO_TEXT: Any = 64493
FORM = (
    "a code, its modifiers, units and charge, as in 64493-50x1@250.00, or with days of care after "
    "an operation, as in 66984-55d30"
)


def test_a_line_that_was_answered_lets_no_other_place_through():
    place: Any = 7
    for _ in range(2):
        assert estimate("64493", locality="AL", date=DAY).hcpcs == "64493"
        with pytest.raises(InvalidInputError, match="^locality 7 is not text"):
            estimate("64493", locality=place, date=DAY)


def test_a_line_that_was_read_lets_no_other_through():
    """True is 1 to Python, and no number of units."""
    (line,) = estimate_claim([ClaimLine("64493", (), 1)], locality="AL", date=DAY).lines
    assert line.units == 1
    for given in (ClaimLine("64493", (), True), ClaimLine("64493", [], True)):
        with pytest.raises(InvalidInputError, match="units True"):
            estimate_claim([given], locality="AL", date=DAY)
    (line,) = estimate_claim([ClaimLine("64493", ["50", "KX"])], locality="AL", date=DAY).lines
    assert line.modifiers == ("50", "KX")


@pytest.mark.parametrize("text", ["64493-", "64493@", "64493-5"])
def test_a_form_without_its_end_is_no_line(text):
    for ask in (
        lambda: estimate(text, locality="national"),
        lambda: estimate_claim([ClaimLine(text)], locality="AL"),
    ):
        with pytest.raises(InvalidInputError) as refused:
            ask()
        assert str(refused.value).endswith(f"{text!r} is not a claim line: {FORM}")


@pytest.mark.parametrize(
    ("text", "several"),
    [
        ("64493-500", ""),
        ("64493-500 6449", ""),
        ("64493, 64494-50;G0260", "; several are given one by one: 64493 64494-50 G0260"),
        ("64493 64494", "; several are given one by one: 64493 64494"),
    ],
)
def test_several_lines_in_one_text_are_shown_one_by_one(text, several):
    with pytest.raises(InvalidInputError) as refused:
        ClaimLine.read(text)
    assert str(refused.value) == f"{text!r} is not a claim line: {FORM}{several}"
    for long in ("64493 " * 17, "64493" * 99):  # more than 100 characters are no line
        with pytest.raises(InvalidInputError) as refused:
            ClaimLine.read(long)
        assert str(refused.value).startswith(f"{long[:60]!r} is not a claim line: {FORM}")


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (ClaimLine("64493"), ("64493", (), 1, None, None)),
        (ClaimLine("64493-50"), ("64493", ("50",), 1, None, None)),
        (ClaimLine("64493-50", ("KX",)), ("64493", ("50", "KX"), 1, None, None)),
        (ClaimLine("64493-50", "KX"), ("64493", ("50", "KX"), 1, None, None)),
        (ClaimLine("64493 50", None), ("64493", ("50",), 1, None, None)),
        (ClaimLine(" 64493x2@9.50"), ("64493", (), 2, "9.50", None)),
        # what stands beside the code alone
        (ClaimLine("64493-50", (), 3, "8", 20), ("64493", ("50",), 3, "8", 20)),
        # with the code alone, and in both places alike
        (ClaimLine("66984-55d30x2@9"), ("66984", ("55",), 2, "9", 30)),
        (ClaimLine("66984-55d30x2@9", (), 2, "9", 30), ("66984", ("55",), 2, "9", 30)),
        # neither a code alone nor text is a short form
        (ClaimLine("6449", ("KX",)), ("6449", ("KX",), 1, None, None)),
        (ClaimLine("644933"), ("644933", (), 1, None, None)),
        (ClaimLine(NO_TEXT), (64493, (), 1, None, None)),
    ],
)
def test_a_line_in_parts(line, parts):
    assert line.in_parts() == parts


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (ClaimLine("64493x2", (), 3), "units 2 with the code contradicts units 3 beside it"),
        (ClaimLine("64493@9", (), 1, "8"), "charge 9 with the code contradicts charge '8' beside"),
        (ClaimLine("66984-55d7", (), 1, None, 8),
         "days of care 7 with the code contradicts days of care 8 beside it: give one"),
    ],
)  # fmt: skip
def test_what_the_code_and_another_argument_say_unlike(line, says):
    with pytest.raises(InvalidInputError) as refused:
        line.in_parts()
    assert str(refused.value).startswith(says)
    assert str(refused.value).endswith(" beside it: give one")


def test_a_line_of_an_answer_for_one_unit():
    assert without_units("64493", None) == ("64493", None, 1, None, None)
    assert without_units("64493-50", ["KX"]) == ("64493", ("50", "KX"), 1, None, None)
    for more in ("x2", "@9", "-55d3"):
        with pytest.raises(InvalidInputError) as refused:
            without_units(f"64493-50{more}", ["KX"])
        days = "-55" if more == "-55d3" else ""
        assert str(refused.value) == (
            f"'64493-50{more}' has units, a charge or days of care, where amounts are for one "
            f"unit: give 64493-50{days}-KX"
        )


def test_a_dictionary():
    assert ClaimLine.read({"hcpcs": "64493"}) == ClaimLine("64493", None, 1, None, None)
    whole = {"hcpcs": "66984", "modifiers": "RT, 55;79-KX", "units": 2, "charge": "9",
             "postop_days": 4}  # fmt: skip
    assert ClaimLine.read(whole) == ClaimLine("66984", ("RT", "55", "79", "KX"), 2, "9", 4)
    assert ClaimLine.read({"hcpcs": "64493", "units": None}).units == 1
    assert ClaimLine.read({"hcpcs": "64493", "units": 0}).units == 0
    assert ClaimLine.read({"hcpcs": "64493", "modifiers": ["50"]}).modifiers == ["50"]
    same = ClaimLine("64493")
    assert ClaimLine.read(same) is same
    for name in ("hcpcs", "modifiers", "units", "charge", "postop_days"):
        with pytest.raises(InvalidInputError, match=f"^a claim line has '{name}x'; its names are "):
            ClaimLine.read({"hcpcs": "64493", f"{name}x": 1})
        with pytest.raises(InvalidInputError, match=f"^a claim line has '{name}x'; its names are "):
            ClaimLine.read({"hcpcs": "64493", f"{name}x": 1, "y": 2})
    units = ClaimLine.read({"hcpcs": "64493", "units": 2.0}).units  # beside an empty cell
    assert (units, type(units)) == (2, int)
    assert ClaimLine.read({"hcpcs": "64493", "units": float("nan")}).units == 1


def test_another_mapping_than_a_dictionary():
    own = MappingProxyType({"hcpcs": "64493", "modifiers": ["50"], "units": 2})
    assert ClaimLine.read(own) == ("64493", ["50"], 2, None, None)


@pytest.mark.parametrize("given", [7, None, b"64493", ["64493"]])
def test_what_is_no_form_of_a_line(given):
    with pytest.raises(InvalidInputError) as refused:
        ClaimLine.read(given)
    text = ": give '00007'" if given == 7 else ""
    assert str(refused.value) == (
        f"a claim line is text such as 64493-50, or a dictionary, not {type(given).__name__}{text}"
    )


def test_history():
    earlier = arguments.history(
        ["2025-03-01:64493-50-KX", ("2025-04-01", "64494"), [date(2025, 5, 1), {"hcpcs": "64495"}]]
    )
    assert [(one.day, one.hcpcs, one.modifiers) for one in earlier] == [
        (date(2025, 3, 1), "64493", ("50", "KX")),
        (date(2025, 4, 1), "64494", ()),
        (date(2025, 5, 1), "64495", ()),
    ]
    assert arguments.history(None) == arguments.history(()) == ()
    wrongs: Any = ("2025-03-01", ("2025-03-01",), ("2025-03-01", "64493", "x"), 7, {"a", "b"})
    for wrong in wrongs:
        with pytest.raises(InvalidInputError, match="^history .* is not DATE:LINE"):
            arguments.history([wrong])
    with pytest.raises(InvalidInputError, match="units 0"):
        arguments.history(["2025-03-01:64493x0"])


def test_purposes():
    for text in ("diagnostic", "THERAPEUTIC"):
        assert arguments.circumstances(True, text, ()).purpose == text.lower()
    assert arguments.circumstances(True, None, ()).purpose is None
    assert arguments.circumstances(False, "diagnostic", ()) is None
    with pytest.raises(
        InvalidInputError, match="^purpose 'other' is neither diagnostic nor therapeutic$"
    ):
        arguments.circumstances(False, "other", ())


def test_settings():
    assert arguments.settings(["facility", "nonfacility", Setting.FACILITY]) == (
        Setting.FACILITY,
        Setting.NONFACILITY,
    )
    with pytest.raises(InvalidInputError, match="names neither"):
        arguments.settings([])


def test_modifiers_of_a_table():
    assert arguments.modifiers(["50", "", " kx "]) == ("50", "KX")
    assert arguments.modifiers(None) == ()
    for between in (",", ", ", " ", ";", "/", "+", "-"):
        assert arguments.modifiers(f"50{between}kx") == ("50", "KX")
    assert arguments.modifiers(["lt,59", "KX"]) == ("LT", "59", "KX")


def test_only_equal_questions_are_the_same():
    assert plain("64493", 1) == plain("64493", 1) is not None
    assert plain("64493", 1) != plain("64493", True)
    assert plain("64493", "50") != plain("64493", "50", "50")
    assert plain(date(2025, 11, 3), Setting.FACILITY, None) is not None
    for value in (1.0, D(1), object(), ["x"]):
        assert plain("64493", value) is None


def test_modifiers_of_a_question():
    """Those of a list and of a tuple are the same; others, such as a set, are not remembered."""

    def asked(modifiers):
        return estimate("64493", locality="national", date=DAY, modifiers=modifiers)

    assert asked(["50"]) is asked(("50",))
    assert asked([]) is not asked(["50"])
    for modifiers in (None, "50", {"50"}):
        assert asked(modifiers) is not asked(modifiers)
        assert asked(modifiers) == asked(modifiers)


def test_every_argument_of_estimate_is_part_of_the_question(monkeypatch):
    """But for the database, whose schedule keeps the answers, and a history, which has none."""
    values: dict[str, Any] = {name: object() for name in signature(estimate).parameters}
    del values["db"], values["history"]
    modifier = object()
    values |= {"date": date(2025, 11, 3), "modifiers": [modifier]}
    asked: list[object] = []

    def plain(*given):
        asked.extend(given)
        return given

    monkeypatch.setattr("feesync.claims.estimator.plain", plain)
    monkeypatch.setattr("feesync.claims.memory.plain", plain)
    with pytest.raises(InvalidInputError):
        estimate(**values)
    del values["modifiers"]
    assert {modifier, *values.values()} <= set(asked)


class Remembering:
    """A schedule, as far as answers are kept by it."""

    def __init__(self):
        self.answers: dict[object, object] = {}

    def hold(self):
        return nullcontext()


def test_what_is_remembered(monkeypatch):
    schedule: Any = Remembering()
    exact, other = (estimate(code, locality="AL", date=DAY) for code in ("64493", "64494"))
    stand_in = estimate("64493", locality="AL", date="2026-01-15")  # by a later quarter
    assert answer_of(schedule, "a", lambda: exact) is exact
    assert answer_of(schedule, "a", lambda: other) is exact
    assert answer_of(schedule, "b", lambda: stand_in) is stand_in
    assert answer_of(schedule, "b", lambda: other) is other
    assert answer_of(schedule, None, lambda: exact) is exact
    assert answer_of(schedule, None, lambda: other) is other
    assert list(schedule.answers) == ["a", "b"]
    monkeypatch.setattr(memory, "MOST_ANSWERS", 3)
    answer_of(schedule, "c", lambda: exact)
    assert list(schedule.answers) == ["a", "b", "c"]
    answer_of(schedule, "d", lambda: exact)
    assert list(schedule.answers) == ["d"]


def test_a_claim_of_fifty_lines():
    lines = ["64493-76"] * 50
    assert len(estimate_claim(lines, locality="national", date=DAY).lines) == 50
    with pytest.raises(InvalidInputError, match="^a claim has at most 50 lines$"):
        estimate_claim([*lines, "64493-76"], locality="national", date=DAY)


def test_a_deductible_is_met_line_after_line():
    # CMS 2025, national, nonfacility: 64493 172.08; 64494 88.95 (2.75 RVUs x 32.3465, 88.952875)
    owed = D("200.00")
    answer = estimate_claim(["64494", "64493"], locality="national", date=DAY, deductible=owed)
    taken = {line.hcpcs: line.deductible for line in answer.lines}
    allowed = {line.hcpcs: line.allowed for line in answer.lines}
    assert taken["64493"] == allowed["64493"] == D("172.08")
    assert taken["64494"] == owed - D("172.08")
    rest = allowed["64494"] - taken["64494"]
    medicare = (rest * D("0.8")).quantize(D("0.01"), "ROUND_HALF_UP")
    assert answer.patient_responsibility == sum(allowed.values()) - medicare


def test_the_same_code_with_the_higher_charge_meets_the_deductible_first():
    def taken(*lines):
        answer = estimate_claim(lines, locality="national", date=DAY, deductible="50")
        return [line.deductible for line in answer.lines]

    # each charge is below what multiple procedures leave of 172.08
    for lines, order in (
        (("64493-76@40", "64493-76@30"), (D(40), D(10))),
        (("64493-76", "64493-76@30"), (D(50), D(0))),  # unstated, it is before any
    ):
        assert taken(*lines) == list(order)
        assert taken(*lines[::-1]) == list(order[::-1])


@pytest.mark.parametrize(
    ("given", "biller"),
    [({"setting": "facility"}, "facility"), ({"pos": "22"}, "hospital"),
     ({"pos": "24"}, "ambulatory surgical center"), ({"pos": "31"}, "skilled nursing facility"),
     # PD: a practice that a hospital owns
     ({"pos": "11", "modifiers": ["PD"]}, "hospital"), ({"modifiers": ["PD"]}, "hospital"),
     ({"pos": "02"}, ""), ({}, None), ({"pos": "11"}, None)],
)  # fmt: skip
def test_whose_share_an_amount_in_a_facility_is(given, biller):
    answer = estimate("64493", locality="national", date=DAY, **given)
    found = [(note.text, note.source) for note in answer.notes if note.code == "practitioner-share"]
    source = "Medicare Claims Processing Manual ch. 12 s. 20.4.2"
    text = "The amount is the practitioner's share"
    text += f"; the {biller} bills its own." if biller else "."  # at home (02) nobody does
    assert found == ([] if biller is None else [(text, source)])


def test_a_header_by_default():
    """By which commands and functions read: there are no coverage notes unless asked for."""
    assert read_header(locality="AL", setting="nonfacility", date=DAY) == Header(
        locality="AL",
        terms=Terms(date(2025, 11, 3), Setting.NONFACILITY, None, False, "physician"),
        place_of_service=None,
        qp=False,
        deductible=0,
        circumstances=None,
    )


def notes_of(*lines, day=DAY, **more):
    answer = estimate_claim(lines, locality="national", date=day, coverage=False, **more)
    return [(note.code, note.severity.value, note.text, note.source) for note in answer.notes]


def test_notes_on_add_ons_say_what_is_missing():
    source = "Claims Processing Manual ch. 12 s. 40.6; data/reference/add_ons.csv"
    alone = "{} is an add-on to {}, which is not on the claim: it is not paid alone."
    assert notes_of("64495") == [
        ("add-on-without-parent", "warning", alone.format("64495", "64493 and 64494"), source)
    ]
    # each once, whatever the lines; one parent of two is missing still
    assert notes_of("64493", "64495", "64495-76") == [
        ("add-on-without-parent", "warning", alone.format("64495", "64494"), source)
    ]
    assert notes_of("64493", "64494", "64495") == []


def test_both_joints_at_a_junction_are_one_region():
    """CGS, article A58364: T12-L1 and L1-L2 in one session, from 2025-01-01."""
    codes = ("64490", "64494")
    assert notes_of(*codes, day="2025-01-01") == []
    (note,) = notes_of(*codes, day="2024-12-31")
    assert note[2].startswith("64494 is an add-on to 64493, ")
    assert len(notes_of("64490", "64495", day="2025-01-01")) == 1


def test_notes_on_lines_twice():
    source = "Claims Processing Manual ch. 1 s. 120"
    says = (
        "{} stands on {} lines: MACs deny the repeated ones as duplicates, unless a modifier such "
        "as 76 or 59 says otherwise."
    )
    assert notes_of("64493", "64493", "64493") == [
        ("duplicate-line", "warning", says.format("64493", 3), source)
    ]
    assert notes_of("64493-KX-LT", "64493-LT-KX") == [
        ("duplicate-line", "warning", says.format("64493-KX-LT", 2), source)
    ]
    assert notes_of("64493-LT", "64493-RT") == []
    for apart in ("59", "76", "77", "91", "XE", "XP", "XS", "XU"):
        assert notes_of("64493", f"64493-{apart}") == []


def test_notes_on_lines_that_are_left_out_or_have_no_price():
    assert notes_of("64493", "banana", incomplete=True) == [
        (
            "claim-incomplete",
            "warning",
            "The claim is priced without line 2: " + reason_of("banana"),
            "feesync",
        )
    ]
    assert notes_of("64493-66", "64494", "64493-76-66") == [
        (
            "line-without-price",
            "warning",
            "Without a price, and not in the sums: line 1 (64493-66), line 3 (64493-76-66).",
            "feesync",
        )
    ]


def reason_of(line):
    with pytest.raises(InvalidInputError) as error:
        estimate_claim([line], locality="national", date=DAY)
    return str(error.value).removeprefix("line 1: ")


def test_no_sequestration_in_the_moratorium():
    """CARES Act: none from May 1, 2020 to March 31, 2022; before and after 2 % and 1 %."""
    for day, share in (("2021-06-01", D(0)), ("2022-05-02", D("0.01")), ("2022-08-01", D("0.02"))):
        answer = estimate("64493", locality="national", date=day)
        before = answer.allowed - answer.patient_responsibility
        taken = (before * share).quantize(D("0.01"), "ROUND_HALF_UP")
        assert (answer.sequestration_rate, answer.sequestration) == (share, taken)
        assert answer.medicare_payment == before - taken


def test_a_refused_line_in_json():
    answer = estimate_claim(["64493", "banana"], locality="AL", date=DAY, incomplete=True)
    assert answer.to_dict()["refused"] == [{"line": 2, "reason": reason_of("banana"), "hint": None}]
    hinted = estimate_claim(["64493", "64493-Z9"], locality="AL", date=DAY, incomplete=True)
    (refused,) = hinted.to_dict()["refused"]
    assert list(refused) == ["line", "reason", "hint"]
    assert refused["hint"]["kind"] == "list-modifiers"


def test_a_header_is_remembered_where_its_arguments_are_plain():
    given: dict[str, Any] = {"setting": "nonfacility", "coverage": True}

    def found(history=(), day=DAY, locality="AL", **more):
        shared = {**given, "date": day, **more}
        return memory.header_of(locality, history, shared, memory.number_of(shared))

    once = found()
    assert once == read_header(locality="AL", date=DAY, **given)
    assert found() == once
    assert found().terms is once.terms
    assert found(locality=" 94110") == once._replace(locality="94110")
    with pytest.raises(InvalidInputError, match="locality 5 is not text"):
        found(locality=5)
    # 1 is not True, and other values are another header
    assert found(qp=True).qp is True
    with pytest.raises(InvalidInputError):
        found(qp=1)
    assert found(day="2025-11-04") != once
    # a history is read anew, and not forgotten
    for line in ("2025-03-01:64493", "2025-04-01:64494"):
        circumstances = found(history=(line,)).circumstances
        assert [str(one.day) for one in circumstances.history] == [line[:10]]
    assert found(history=["2025-03-01:64493"]).circumstances.history
    assert found(history=None) == once
    # and so is what is not plain
    owed = D("12.00")
    assert found(deductible=owed).terms is not found(deductible=owed).terms


def test_so_many_headers_are_remembered_and_no_more(monkeypatch):
    numbers: dict[Any, int] = {}
    headers: dict[int, Any] = {}
    monkeypatch.setattr(memory, "_numbers", numbers)
    monkeypatch.setattr(memory, "_headers", headers)
    monkeypatch.setattr(memory, "MOST_HEADERS", 2)

    def asked(day):
        shared: dict[str, Any] = {"setting": "nonfacility", "date": day}
        assert memory.header_of("AL", (), shared, memory.number_of(shared)).day == date(
            2025, 11, day.day
        )

    kept = []
    for number in (1, 2, 2, 3, 4, 5):
        asked(date(2025, 11, number))
        kept.append((len(numbers), len(headers)))
    assert kept == [(1, 1), (2, 2), (2, 2), (1, 1), (2, 2), (1, 1)]


def test_a_flag_of_a_claim_is_named():
    wrong: Any = 1
    with pytest.raises(InvalidInputError, match="^incomplete 1 is neither True nor False$"):
        estimate_claim(["64493"], locality="AL", date=DAY, incomplete=wrong)


def test_coverage_notes_of_a_line_are_those_asked_for():
    """LCD L38773, Alabama: KX is for diagnostic injections, and 64635 is an ablation."""

    def codes(hcpcs, **more):
        answer = estimate(hcpcs, locality="AL", date=DAY, modifiers=["KX"], **more)
        return [note.code for note in answer.notes]

    assert codes("64635") == ["kx-on-ablation"]
    assert codes("64635", coverage=False) == codes("64493") == []
    assert codes("64493", purpose="therapeutic") == ["kx-on-therapeutic"]


@pytest.mark.parametrize(("of_the_day", "shown"), [(True, ["b"]), (False, ["zip-locality", "b"])])
def test_the_line_of_the_place_has_the_note_on_a_zip_of_the_day(of_the_day, shown):
    file = ZipFile("ZIP5", 2025, 4, "ZIP5_OCT2025.txt", 1, embedded=False)
    by = ZipPlace(ZipCode("35203", ""), file, of_the_day, ())
    answer = estimate("64493", locality="AL", date=DAY)
    notes = tuple(Note.info(code, "x", "y") for code in ("zip-locality", "b"))
    answer = answer._replace(quote=answer.quote._replace(zip=by), notes=notes)
    assert [note.code for note in other_notes(answer)] == shown
    unzipped = answer._replace(quote=answer.quote._replace(zip=None))
    assert other_notes(unzipped) == list(notes)


def test_what_a_charge_leaves_of_an_unassigned_claim():
    """Modifier Q3, services to a live kidney donor, waives; 95 % of 172.08 is 163.48."""

    def excess(charge):
        answer = estimate(
            "64493", locality="national", date=DAY, modifiers=["Q3"], nonpar=True, charge=charge
        )
        assert answer.patient_responsibility == 0
        return [note.text for note in answer.notes if note.code == "unassigned-excess"]

    assert excess("163.48") == excess("100.00") == []
    (text,) = excess("163.49")
    assert text.endswith(": at most 0.01.")
    (text,) = excess("9999.00")
    # 109.25 % of 172.08015 is 187.9976: 188.00
    assert text.endswith(f": at most {D('188.00') - D('163.48')}.")


def test_what_is_no_text_is_named():
    for name in ("purpose", "practitioner", "locality"):
        given: dict[str, Any] = {"locality": "AL", "date": DAY, name: 5}
        with pytest.raises(InvalidInputError, match=f"^{name} 5 is not text"):
            estimate("64493", **given)


class Quotes:
    """Rates of a claim that a caller brings, by code."""

    def __init__(self, *rates):
        self.quotes = {
            own.hcpcs: estimate("64493", locality="national", date=DAY).quote._replace(rate=own)
            for own in rates
        }

    def rate(self, hcpcs, row, line):
        return self.quotes[hcpcs].rate

    def quote_of(self, line, rate):
        return self.quotes[rate.hcpcs]

    def notes(self, quote):
        return []


def test_care_planning_is_waived_beside_a_wellness_visit_that_has_a_price():
    planning = rate(hcpcs="99497", multiple_procedure="0")
    for status, waived in (("A", True), ("N", False)):
        visit = rate(hcpcs="G0438", multiple_procedure="0", status=status)
        if status == "N":
            visit = visit._replace(nonfacility_amount=None, facility_amount=None)
        header = read_header(locality="national", setting="nonfacility", date=DAY)
        claim = price_claim(header, ["99497-33", "G0438"], Quotes(planning, visit))
        assert (claim.lines[0].patient_responsibility == 0) is waived
