"""The page `/`: its answer is that of estimate(), its address is the question."""

import subprocess
import sys
from decimal import Decimal
from http import HTTPStatus
from itertools import product
from pathlib import Path

import pytest
from cms_files import rvu25d, zip_of
from everyday import one_in
from page_html import sound
from starlette.testclient import TestClient

from feesync import compare, estimate, history, open_schedule
from feesync.cli.hints import error_text
from feesync.model.rate import Setting
from feesync.web import pictures, suggest
from feesync.web.app import application
from feesync.web.pages.estimate import clean
from feesync.web.toggles import SELDOM, USUAL, meaning, refusal, toggles

HERE = "http://127.0.0.1:8765"
DAY = "2025-11-03"
SMALL = Path(__file__).parent / "small.py"


@pytest.fixture(scope="module")
def site():
    """The application; it looks for the database, which each test has its own of, when asked."""
    return TestClient(application(error_text=error_text), base_url=HERE)


def asked(site, **values):
    response = site.get("/", params=values)
    return response, sound(response)


def figures(page):
    """The three large numbers."""
    text = page.text
    return [
        text.partition(f"{label} $")[2].split()[0]
        for label in ("Medicare allows", "Medicare pays", "Patient owes")
    ]


def shown(amount):
    return f"{amount:,.2f}"


def test_64493_50_in_san_francisco_is_what_cms_published(site):
    response, page = asked(site, hcpcs="64493-50", locality="94110", date=DAY)
    assert response.status_code == HTTPStatus.OK
    assert figures(page) == ["334.31", "262.10", "66.86"]
    assert "01112-05 CA SAN FRANCISCO" in page.text
    assert "Bilateral × 1.5 modifier 50, indicator 1: 150 % of the fee for both sides $334.31" in (
        page.text
    )
    assert "80 %: 267.45, less 2 % sequestration" in page.text
    assert "RVU25D" in page.text
    assert open_schedule().releases()[-1].sha256 not in page.text
    assert estimate("64493", locality="AL", date=DAY).release.sha256 in page.text


QUESTIONS = [
    {"hcpcs": code, "modifiers": modifiers, "locality": place, **more}
    for number, (code, modifiers) in enumerate(
        [
            ("64493", ["50"]),
            ("64493", []),
            ("64635", ["LT", "KX"]),
            ("64633", []),
            ("64490", ["50", "59"]),
            ("64494", ["RT"]),
        ]
    )
    for place in ("01112-05", "10112-00", "national")
    for more in [
        [
            {"pos": "24"},
            {"setting": "facility", "charge": "100.00"},
            {"practitioner": "np", "deductible": "50"},
            {"nonpar": "on", "units": "2"},
            {},
        ][number % 5]
    ]
]


def amounts_of(question):
    arguments = {**question, "nonpar": question.get("nonpar") == "on"}
    return estimate(**{**arguments, "units": int(question.get("units", 1)), "date": DAY})


@pytest.mark.parametrize("question", one_in(4, QUESTIONS))
def test_the_figures_are_those_of_the_function(site, question):
    expected = amounts_of(question)
    _, page = asked(site, date=DAY, **question)
    assert figures(page) == [
        shown(expected.allowed),
        shown(expected.medicare_payment),
        shown(expected.patient_responsibility),
    ]
    for step in expected.steps:
        assert f"${shown(step.amount)}" in page.text
    rest = {name: value for name, value in question.items() if name not in ("pos", "setting")}
    for setting in Setting:
        other = amounts_of({**rest, "setting": setting})
        assert shown(other.allowed) in page.text.partition("Both settings")[2]


def test_the_arithmetic_is_recomputed_here(site):
    _, page = asked(site, hcpcs="64493", locality="01112-05", date=DAY)
    rate = estimate("64493", locality="01112-05", date=DAY).rate
    parts = [
        rate.work_rvu * rate.work_gpci,
        rate.pe_rvu * rate.pe_gpci,
        rate.mp_rvu * rate.mp_gpci,
    ]
    text = page.text.partition("The arithmetic")[2]
    for number in (*parts, sum(parts), sum(parts) * rate.conversion_factor):
        assert f" {number} " in text
    assert f"× {rate.conversion_factor}" in text


def test_no_price_has_its_reason_and_no_three_figures(site):
    response, page = asked(site, hcpcs="64493-GZ", locality="AL", date=DAY)
    assert response.status_code == HTTPStatus.OK
    assert "Medicare allows no price" in page.text
    assert "Patient owes" not in page.text
    assert "No payment Modifier GZ: Expected to be found not necessary" in page.text


def test_a_contract_has_its_own_figure(site):
    _, page = asked(site, hcpcs="64493", locality="AL", date=DAY, percent="110")
    expected = estimate("64493", locality="AL", date=DAY, percent="110")
    assert f"Contract allows ${shown(expected.allowed)} the plan decides who pays it" in page.text
    assert "Patient owes" not in page.text


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ([("hcpcs", "64493-50")], [("hcpcs", "64493"), ("modifiers", "50")]),
        (
            [("locality", "AL"), ("hcpcs", "64493-50-kx"), ("modifiers", "50"), ("charge", "")],
            [("hcpcs", "64493"), ("modifiers", "50"), ("modifiers", "KX"), ("locality", "AL")],
        ),
        (
            [("hcpcs", "64493-50x2@250.00"), ("zip", "94110")],
            [
                *[("hcpcs", "64493"), ("modifiers", "50"), ("locality", "94110")],
                *[("units", "2"), ("charge", "250.00")],
            ],
        ),
        ([("hcpcs", "64493x2"), ("units", "3")], [("hcpcs", "64493x2"), ("units", "3")]),
        ([("hcpcs", "<b>"), ("where", "24")], [("hcpcs", "<b>"), ("pos", "24")]),
        ([("where", "facility")], [("setting", "facility")]),
        ([("where", "11"), ("pos", "24")], [("pos", "24")]),
        (
            [("modifiers", "50, kx"), ("nix", "1")],
            [*[("modifiers", "50"), ("modifiers", "KX")], ("nix", "1")],
        ),
        ([("hcpcs", "1"), ("hcpcs", "2")], [("hcpcs", "1"), ("hcpcs", "2")]),
        ([("zip", "94110"), ("locality", "AL")], [("locality", "AL"), ("zip", "94110")]),
    ],
)
def test_the_address_has_one_form(typed, expected):
    assert clean(typed) == expected
    assert clean(expected) == expected


def test_an_address_is_the_same_question_again(site):
    response, page = asked(site, hcpcs="64493-50", zip="94110", where="24", date=DAY)
    assert (
        response.url.query == f"hcpcs=64493&modifiers=50&locality=94110&date={DAY}&pos=24".encode()
    )
    assert (page.values("hcpcs"), page.values("locality")) == (["64493"], ["94110"])
    assert (page.values("modifiers"), page.values("date")) == (["50"], [DAY])
    assert ("option", {"value": "24", "selected": None}) in page.tags
    again = site.get(str(response.url), follow_redirects=False)
    assert again.status_code == HTTPStatus.OK
    assert again.text == response.text


def test_the_command_line_asks_the_same(site, feesync):
    import shlex

    _, page = asked(site, hcpcs="64493-50", locality="94110", date=DAY, charge="300")
    command = page.text.partition("feesync estimate")[2].partition(" Copy")[0]
    printed = feesync("estimate", *shlex.split(command)).stdout
    assert figures(page)[0] in printed
    assert figures(page)[0] == "300.00"


HOSTILE = [
    "<script>alert(1)</script>",
    "\x00",
    "6" * 10_000,
    "\"'><img src=x>",
    "{{7*7}}",
    "é\u202e",
]
NAMES = ["hcpcs", "locality", "date", "pos", "modifiers", "units", "nix"]


@pytest.mark.parametrize("typed", one_in(5, list(product(NAMES, HOSTILE))))
def test_what_is_typed_is_text(site, typed):
    name, text = typed
    question = {"hcpcs": "64493", "locality": "AL", "date": DAY, name: text}
    response = site.get("/", params=question)
    assert response.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)
    page = sound(response)
    assert len(response.text) < 60_000
    assert "<script>alert" not in response.text
    assert "<img" not in response.text
    assert "49" not in page.values(name)


def test_an_ambiguous_place_is_a_list_to_choose_from(site):
    response, page = asked(site, hcpcs="64493-50", locality="CA", date=DAY)
    assert response.status_code == HTTPStatus.NOT_FOUND
    hrefs = [attrs["href"] for tag, attrs in page.tags if tag == "a"]
    links = [href for href in hrefs if href.startswith("/?") and "&locality=0" in href]
    assert len(links) == 29
    assert f"/?hcpcs=64493&modifiers=50&date={DAY}&locality=01112-05#answer" in links
    chosen = sound(site.get(links[0]))
    assert figures(chosen) == ["334.31", "262.10", "66.86"]


def test_an_error_is_worded_by_the_front_end(site):
    response, page = asked(site, hcpcs="64493", locality="AL", date=DAY, modifiers="ZQ")
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert "'feesync modifiers' lists all" in page.text
    assert page.values("modifiers") == ["ZQ"]


def test_an_empty_form_has_today_and_the_place_of_the_settings(site, feesync, monkeypatch):
    _, page = asked(site)
    assert page.values("locality") == [""]
    monkeypatch.setenv("FEESYNC_LOCALITY", "94110")
    monkeypatch.setenv("FEESYNC_POS", "24")
    _, page = asked(site)
    assert page.values("locality") == ["94110"]
    assert not [attrs for tag, attrs in page.tags if tag == "option" and "selected" in attrs]
    response, _ = asked(site, hcpcs="64493", date=DAY)
    assert "locality or zip is missing" in response.text
    monkeypatch.setenv("FEESYNC_PRACTITIONER", "nix")
    _, page = asked(site)
    assert "FEESYNC_PRACTITIONER: " in page.text


def test_modifiers_that_the_code_forbids_cannot_be_switched_on(site):
    _, page = asked(site, hcpcs="64493", locality="AL", date=DAY)
    boxes = {attrs["value"]: attrs for tag, attrs in page.tags if attrs.get("name") == "modifiers"}
    assert list(boxes) == [*USUAL, *SELDOM]
    assert {name for name, attrs in boxes.items() if "disabled" in attrs} == {
        name for name in boxes if refusal("64493", name, DAY, None)
    }
    assert "disabled" in boxes["26"]
    assert "disabled" not in boxes["50"]
    assert "modifier 26 does not apply to 64493: it has no such parts" in page.text


def test_a_modifier_that_is_on_can_be_switched_off(site):
    _, page = asked(site, hcpcs="64493-26", locality="AL", date=DAY)
    assert page.values("modifiers") == ["26"]
    box = next(attrs for _, attrs in page.tags if attrs.get("value") == "26")
    assert "disabled" not in box


def test_toggles_ask_the_engine():
    assert refusal("64493", "50", DAY, None) == ""
    assert refusal("64493-KX", "TC", DAY, None).startswith("modifier TC does not apply to 64493")
    assert refusal("", "26", DAY, None) == refusal("nix", "26", DAY, None) == ""
    assert refusal("64493", "CQ", DAY, None).startswith("modifier CQ does not apply")
    assert refusal("64493", "GZ", DAY, None) == ""  # denied, and yet on a claim
    assert meaning("50") == "Both sides at one session"
    assert meaning("ZQ") == ""
    assert [each.is_on for each in toggles(["50", "RT"], ["RT"], "", "", None)] == [False, True]


def test_every_toggle_has_a_meaning():
    assert all(map(meaning, (*USUAL, *SELDOM)))
    assert len({*USUAL, *SELDOM}) == len(USUAL) + len(SELDOM)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("94110", ("94110", "SAN FRANCISCO")),
        ("01112-05", ("01112-05", "SAN FRANCISCO")),
        ("ca-05", ("01112-05", "SAN FRANCISCO")),
        ("nati", ("national", "National")),
        ("santa cl", ("01112-09", "SAN JOSE")),
        ("alab", ("10112-00", "ALABAMA")),
    ],
)
def test_places_are_suggested_by_their_beginning(typed, first):
    value, name = first
    suggestion = suggest.places(typed, estimate("64493", locality="AL", date=DAY).date)[0]
    assert suggestion.value == value
    assert suggestion.label.startswith(name)


def test_a_suggestion_is_certain(site):
    for typed in ("cal", "rest of", "new", "los ang", "10001"):
        found = site.get("/suggest/places", params={"q": typed, "date": DAY}).json()
        assert 0 < len(found) <= 8
        for each in found:
            estimate("64493", locality=each["value"], date=DAY)
    for nothing in ("", "c", "nixnixnix", "\x00\x00\x00", "9" * 5000):
        assert site.get("/suggest/places", params={"q": nothing, "date": "nix"}).json() == []


def test_forbidden_modifiers_are_told_for_a_code_that_is_typed(site):
    found = site.get("/suggest/modifiers", params={"hcpcs": "64493-50", "date": DAY}).json()
    assert found["26"] == refusal("64493", "26", DAY, None)
    assert "50" not in found
    assert site.get("/suggest/modifiers", params={"hcpcs": "nix"}).json() == {}


def test_a_picture_has_the_amounts_of_compare(site):
    comparison = compare("64493-50", date=DAY)
    picture = pictures.bars(comparison, "01112-05")
    assert picture.others.count("M") + 1 == len(comparison.places) - 1
    assert picture.mark.text == "$334.31"
    every = sorted(
        place.amounts[Setting.NONFACILITY]
        for place in comparison.places
        if not place.locality.is_national
    )
    assert [mark.text for mark in picture.marks] == [
        f"lowest ${every[0] / 100:,.2f}",
        f"national ${comparison.national.amounts[Setting.NONFACILITY] / 100:,.2f}",
        f"highest ${every[-1] / 100:,.2f}",
    ]
    assert pictures.bars(comparison, "00000-00") is None
    _, page = asked(site, hcpcs="64493-50", locality="01112-05", date=DAY)
    higher = sum(amount > 33431 for amount in every)
    assert f"number {higher + 1} of {len(every)}" in page.text
    for row in comparison.rows():
        assert f"{row['amount']:,.2f}" in page.text
    links = [attrs["href"] for tag, attrs in page.tags if "&locality=" in attrs.get("href", "")]
    assert f"/?hcpcs=64493&modifiers=50&date={DAY}&locality=10112-00" in links
    assert f"/?hcpcs=64493&modifiers=50&date={DAY}&locality=national" in links


def test_a_picture_has_the_amounts_of_history(site):
    past = history("64493", "01112-05")
    picture = pictures.steps(
        past, Setting.FACILITY, estimate("64493", locality="AL", date=DAY).date
    )
    assert [(name, is_asked) for name, _, is_asked in picture.paths] == [
        *[("nonfacility", False), ("facility", True)]
    ]
    assert (
        picture.marks[0].text
        == f"nonfacility ${past.moments[-1].amounts[Setting.NONFACILITY] / 100:,.2f}"
    )
    assert 0 < picture.day < pictures.WIDTH
    assert (
        pictures.steps(
            past, Setting.FACILITY, past.moments[0].release.effective_from.replace(year=1999)
        ).day
        is None
    )
    _, page = asked(site, hcpcs="64493", locality="01112-05", date=DAY)
    for moment in past.moments:
        for amount in moment.amounts.values():
            assert shown(Decimal(amount) / 100) in page.text


def test_a_gap_in_a_history_is_a_gap_in_the_picture():
    past = history("64493", "01112-05")
    first, second, third, *others = past.moments
    gone = type(second)(second.release, None, dict.fromkeys(Setting), dict.fromkeys(Setting), "")
    broken = type(past)(past.hcpcs, (), past.locality, (first, gone, third, *others), (), ())
    path = pictures.steps(broken, Setting.FACILITY, first.release.effective_from).paths[0][1]
    assert path.count("M") == 2


def test_what_another_process_loads_answers_at_once(site, database):
    question = {"hcpcs": "99213", "locality": "01112-05", "date": DAY}
    assert site.get("/", params=question).status_code == HTTPStatus.NOT_FOUND
    path = database.parent / "rvu25d.zip"
    path.write_bytes(zip_of(rvu25d()))
    subprocess.run([sys.executable, SMALL, "import", path], check=True, capture_output=True)
    response, page = asked(site, **question)
    assert response.status_code == HTTPStatus.OK
    assert figures(page)[0] == shown(estimate("99213", locality="01112-05", date=DAY).allowed)
    assert "rvu25d.zip" in page.text


def test_the_first_paint_needs_little(site):
    response, page = asked(site, hcpcs="64493-50", locality="01112-05", date=DAY)
    sheets = [
        attrs.get("href") or attrs.get("src")
        for tag, attrs in page.tags
        if tag in ("link", "script")
    ]
    assert len(response.content) + sum(len(site.get(each).content) for each in sheets) < 100_000
