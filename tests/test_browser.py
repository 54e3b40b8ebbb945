"""The local page as people use it: in Chromium, with keys, on a phone, without JavaScript.

Amounts are compared with `estimate()` and its fellows, which have tests of their own.
"""

from decimal import Decimal
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from browsing import DESK, PHONE, Window, served

import feesync

DAY = "2025-11-03"
LINE = f"hcpcs=64493-50&locality=94110&date={DAY}"
QUESTIONS = {
    "estimate": f"/?{LINE}",
    "claim": f"/claim?lines=64493-50&lines=64494-50&lines=64635-LT&locality=01112-05&date={DAY}",
    "check": f"/check?line=64493-50&allowed=222.87&locality=01112-05&date={DAY}",
    "sheet": f"/sheet?lines=64490-64495&locality=01112-05&date={DAY}",
    "compare": f"/compare?hcpcs=64493-50&state=CA&date={DAY}",
    "history": "/history?hcpcs=64493-50&locality=01112-05",
    "rates": f"/rates?hcpcs=64490-64495&locality=01112-05&date={DAY}&fee=150",
    "diff": "/diff?before=RVU25D&after=RVU26C",
    "localities": f"/localities?query=san+jose&date={DAY}",
    "coverage": f"/coverage?hcpcs=64493&locality=33612&date={DAY}",
    "data": "/data",
    "api": "/api",
}
"""An answered question to each page."""

FORMS = ("/", "/claim", "/check", "/sheet", "/compare", "/history", "/rates", "/diff", "/coverage")
WRONG = {
    "split": f"/?hcpcs=64493-50&locality=94303&date={DAY}",
    "ambiguous": f"/?hcpcs=64493&locality=San+Francisco&date={DAY}",
    "refused": f"/claim?lines=64493-50&lines=99999&incomplete=on&locality=01112-05&date={DAY}",
}
MOST_SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def address(tmp_path_factory, small_releases):
    """The application on the embedded snapshot."""
    with served(tmp_path_factory.mktemp("browser") / "none.db") as address:
        yield address


@pytest.fixture
def window(chromium, address):
    """Open windows, each with options of its own; nothing may go wrong in any of them."""
    windows = []

    def opened(**context):
        windows.append(Window(chromium, address, **{"viewport": DESK, **context}))
        return windows[-1]

    yield opened
    for each in windows:
        each.close()


def estimate(**others):
    return feesync.estimate(
        **{"hcpcs": "64493-50", "locality": "94110", "date": DAY, "db": "/none.db", **others}
    )


def figures(window):
    """The large numbers of a page, by their names."""
    parts = window.page.locator(".figures > div")
    return {
        parts.nth(at).locator("dt").inner_text(): dollars(parts.nth(at).locator(".amount"))
        for at in range(parts.count())
    }


def dollars(cell):
    return Decimal(cell.inner_text().split("\n")[0].strip("$").replace(",", "").replace("−", "-"))


def of_estimate(answer):
    return {
        "Medicare allows": answer.allowed,
        "Medicare pays": answer.medicare_payment,
        "Patient owes": answer.patient_responsibility,
    }


def column(window, name, table="table"):
    """The cells of a column of a table, as they are seen."""
    heads = window.page.locator(f"{table} thead th, {table} thead td").all_inner_texts()
    at = heads.index(name) + 1
    return window.page.locator(f"{table} tbody tr > :nth-child({at})").all_inner_texts()


def test_a_line_is_typed_and_priced_as_estimate_prices_it(window):
    here = window()
    assert here.visit("/") == 200
    here.page.get_by_label("Code").first.fill("64493-50")
    here.page.get_by_label("Place", exact=True).fill("94110")
    here.page.get_by_label("Date of service").fill(DAY)
    here.page.keyboard.press("Enter")
    here.page.wait_for_selector(".figures")
    assert figures(here) == of_estimate(estimate())
    assert figures(here)["Medicare allows"] == Decimal("334.31")
    asked = parse_qs(urlsplit(here.page.url).query)
    assert (asked["hcpcs"], asked["modifiers"]) == (["64493"], ["50"])
    assert asked["date"] == [DAY]


def test_an_address_says_the_same_to_somebody_else(window):
    first, second = window(), window()
    first.visit(QUESTIONS["estimate"])
    second.visit(first.page.url.removeprefix(first.address))
    assert second.text() == first.text()
    assert figures(second) == of_estimate(estimate())


def test_without_javascript(window):
    here = window(java_script_enabled=False)
    here.visit("/")
    here.page.get_by_label("Code").first.fill("64493-50")
    here.page.get_by_label("Place", exact=True).fill("94110")
    here.page.get_by_label("Date of service").fill(DAY)
    here.page.get_by_role("button", name="Estimate").click()
    assert figures(here) == of_estimate(estimate())
    for path in QUESTIONS.values():
        assert here.visit(path) == 200, path
        assert here.page.locator("main section, main table").count(), path


def test_a_claim(window):
    here = window(java_script_enabled=False)
    here.visit(QUESTIONS["claim"])
    claim = feesync.estimate_claim(
        ["64493-50", "64494-50", "64635-LT"], locality="01112-05", date=DAY, db="/none.db"
    )
    assert figures(here) == of_estimate(claim)
    assert column(here, "Allowed") == [f"{line.allowed:,.2f}" for line in claim.lines]
    here.page.get_by_role("link", name="64494-50").click()
    alone = estimate(hcpcs="64494-50", locality="01112-05")
    assert figures(here) == of_estimate(alone)


def test_a_claim_is_typed_a_line_a_row(window):
    here = window()
    here.visit("/claim")
    here.page.get_by_label("Lines 1").fill("64493-50")
    here.page.get_by_label("Lines 3").fill("64494-50x1@100")
    here.page.get_by_label("Place", exact=True).fill("01112-05")
    here.page.get_by_label("Date of service").fill(DAY)
    here.page.get_by_role("button", name="Show").click()
    here.page.wait_for_selector(".figures")
    claim = feesync.estimate_claim(
        ["64493-50", "64494-50x1@100"], locality="01112-05", date=DAY, db="/none.db"
    )
    assert figures(here) == of_estimate(claim)


def test_a_row_follows_the_last_one_and_pasted_rows_are_apart(window):
    here = window(permissions=["clipboard-read", "clipboard-write"])
    here.visit("/claim")
    boxes = here.page.get_by_role("group", name="Lines", exact=True).get_by_role("textbox")
    rows = boxes.count()
    boxes.last.press_sequentially("64635-LT")
    assert boxes.count() == rows + 1
    assert boxes.last.get_attribute("aria-label") == f"Lines {rows + 1}"
    lines = ["64493-50", "64494-50", "64495-50", "64633-RT", "64634-RT", "64636"]
    here.page.evaluate("text => navigator.clipboard.writeText(text)", "\r\n".join(lines))
    boxes.first.focus()
    here.page.keyboard.press("Control+V")
    assert [boxes.nth(at).input_value() for at in range(len(lines))] == lines
    here.page.get_by_label("Place", exact=True).fill("01112-05")
    here.page.get_by_label("Date of service").fill(DAY)
    here.page.get_by_role("button", name="Show").click()
    here.page.wait_for_selector(".figures")
    claim = feesync.estimate_claim(lines, locality="01112-05", date=DAY, db="/none.db")
    assert figures(here) == of_estimate(claim)


def test_a_refused_line_is_named_and_the_others_are_priced(window):
    here = window()
    assert here.visit(WRONG["refused"]) == 200
    claim = feesync.estimate_claim(
        ["64493-50", "99999"], incomplete=True, locality="01112-05", date=DAY, db="/none.db"
    )
    assert figures(here) == of_estimate(claim)
    assert "Line 2: 99999" in here.text()
    assert "feesync sync" in here.text()


def test_a_paid_line_and_its_cause(window):
    here = window()
    here.visit(QUESTIONS["check"])
    check = feesync.check(
        "64493-50", allowed="222.87", locality="01112-05", date=DAY, db="/none.db"
    )
    assert here.text(".verdict").startswith("111.44 short")
    assert f"As {check.causes[0].text}" in here.text()
    assert column(here, "Difference")[0] == "−111.44"


def test_rates_and_own_fees(window):
    here = window()
    here.visit(QUESTIONS["rates"])
    answer = feesync.rates("64490-64495", locality="01112-05", date=DAY, db="/none.db").rows()
    assert column(here, "Nonfacility") == [f"{row['nonfacility_amount']:,.2f}" for row in answer]
    exact = [
        (Decimal(150) / row["nonfacility_amount"].exact * 100).quantize(Decimal("0.01"))
        for row in answer
    ]
    shown = column(here, "% of nonfacility")
    assert [Decimal(text.split()[-1]) for text in shown] == exact
    assert ["below" in text for text in shown] == [percent < 100 for percent in exact]
    assert {percent < 100 for percent in exact} == {True, False}


def test_a_comparison_is_in_order(window):
    here = window()
    here.visit(f"/compare?hcpcs=64493-50&date={DAY}")
    places = feesync.compare("64493-50", date=DAY, db="/none.db").rows()
    assert column(here, "Allowed") == [f"{row['amount']:,.2f}" for row in places]
    assert len(places) > 100


def test_a_split_zip_is_a_choice(window):
    here = window()
    assert here.visit(WRONG["split"]) == 404
    assert "94303 spans localities" in here.text()
    here.page.locator(".candidates a").first.click()
    assert figures(here) == of_estimate(estimate(locality="01112-09"))


def test_an_ambiguous_name_is_a_choice(window):
    here = window()
    assert here.visit(WRONG["ambiguous"]) == 404
    choices = here.page.locator(".candidates a")
    assert choices.count() == 2
    choices.last.click()
    assert figures(here) == of_estimate(estimate(hcpcs="64493", locality="01112-52"))


HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "long": "6" * 10_000,
    "nul": "64493\0",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_whatever_is_typed_is_text(window, kind):
    here = window()
    here.page.on("dialog", lambda dialog: here.faults.append(f"dialog: {dialog.message}"))
    for path in ("/?locality=94110&hcpcs=", "/?hcpcs=64493&locality=", "/claim?lines="):
        status = here.visit(f"{path}{quote(HOSTILE[kind])}")
        assert status in (400, 404), (path, status)
        assert here.page.locator("main img, main script").count() == 0
        assert here.page.locator("[role=alert]").count() == 1
    for path in ("/rates?hcpcs=64493&fee=", "/localities?query=", "/diff?after=RVU25D&before="):
        assert here.visit(f"{path}{quote(HOSTILE[kind])}") in (400, 404), path


def test_a_phone_shows_every_page_in_its_width(window):
    here = window(viewport=PHONE, is_mobile=True, has_touch=True)
    for path in (*FORMS, *QUESTIONS.values(), *WRONG.values()):
        here.visit(path)
        assert here.page.evaluate("document.documentElement.clientWidth") == PHONE["width"]
        assert here.overflow() == 0, path


@pytest.fixture
def accessible():
    """Hold a page against axe-core in light, and its colours in dark too."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()

    def check(window, path):
        found = []
        for scheme, options in (
            ("light", {"resultTypes": ["violations"]}),
            ("dark", {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}),
        ):
            window.page.emulate_media(color_scheme=scheme)
            found += [
                (path, scheme, one["id"], one["nodes"][0]["html"][:200])
                for one in axe.run(window.page, options=options).response["violations"]
                if one["impact"] in MOST_SERIOUS
            ]
        return found

    return check


@pytest.mark.parametrize("paths", [tuple(QUESTIONS.values()), ("/", "/claim", *WRONG.values())])
def test_nobody_is_shut_out(window, accessible, paths):
    here = window(reduced_motion="reduce")
    found = []
    for path in paths:
        here.visit(path)
        found += accessible(here, path)
    assert found == []


def test_every_page_is_reached_by_keys(window):
    here = window()
    here.visit("/")
    assert here.page.evaluate("document.activeElement.name") == "hcpcs"
    here.visit(QUESTIONS["estimate"])
    here.page.keyboard.press("Tab")
    assert here.page.evaluate("document.activeElement.className") == "skip"
    links = here.page.locator("nav a")
    for at in range(links.count()):
        assert links.nth(at).evaluate("each => each.tabIndex") == 0
    assert links.count() == len(QUESTIONS)


def test_places_are_suggested_and_chosen_by_keys(window):
    here = window()
    here.visit(f"/?hcpcs=64493-50&date={DAY}")
    box = here.page.get_by_label("Place", exact=True)
    assert box.get_attribute("role") == "combobox"
    box.fill("santa cl")
    here.page.wait_for_selector(".suggestions li")
    assert box.get_attribute("aria-expanded") == "true"
    box.press("ArrowDown")
    chosen = here.page.locator(f"#{box.get_attribute('aria-activedescendant')}")
    assert chosen.get_attribute("aria-selected") == "true"
    assert "SAN JOSE-SUNNYVALE-SANTA CLARA" in chosen.inner_text()
    box.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    assert box.input_value() == "santa cl"
    box.press("ArrowDown")
    here.page.wait_for_selector(".suggestions li")
    box.press("ArrowDown")
    box.press("Enter")
    assert box.input_value() == "01112-09"
    box.press("Enter")
    here.page.wait_for_selector(".figures")
    assert figures(here) == of_estimate(estimate(locality="01112-09"))


def test_every_box_of_a_place_suggests_below_itself(window):
    here = window()
    here.visit("/sheet")
    box = here.page.locator("input[name=locality]").first
    box.fill("alab")
    first = here.page.locator(".suggestions:visible li").first
    first.wait_for()
    below = first.bounding_box()["y"] - box.bounding_box()["y"] - box.bounding_box()["height"]
    assert 0 <= below < 20
    first.click()
    assert box.input_value() == "10112-00"
    another = here.page.locator("input[name=locality]").last
    another.fill("nati")
    here.page.locator(".suggestions:visible li").first.click()
    values = here.page.locator("input[name=locality]").evaluate_all("all => all.map(e => e.value)")
    assert values[:2] == ["10112-00", "national"]


def test_modifiers_follow_the_code_that_is_typed(window):
    here = window()
    here.visit("/")
    professional = here.page.locator("input[value='26']")
    assert professional.is_enabled()
    code = here.page.get_by_label("Code").first
    code.fill("64493")
    code.press("Tab")
    here.page.wait_for_selector("[data-modifier='26'].off")
    assert professional.is_disabled()
    assert "it has no such parts" in here.page.locator("#m-26").inner_text()
    code.fill("")
    code.press("Tab")
    here.page.wait_for_selector("[data-modifier='26']:not(.off)")
    assert professional.is_enabled()
    assert here.page.locator("#m-26").inner_text() == "Selects the professional row of the code"


def test_the_link_and_the_command_can_be_copied(window):
    here = window(permissions=["clipboard-read", "clipboard-write"])
    here.visit(QUESTIONS["estimate"])
    here.page.get_by_role("button", name="Copy link").click()
    here.page.get_by_role("button", name="Copied").wait_for()
    assert here.page.evaluate("navigator.clipboard.readText()") == here.page.url
    here.page.locator("[data-copy]").click()
    here.page.wait_for_function("document.querySelector('[data-copy]').textContent == 'Copied'")
    command = here.page.evaluate("navigator.clipboard.readText()")
    assert command.startswith("feesync estimate 64493")


def test_the_next_page_has_what_was_typed(window):
    here = window()
    here.visit(QUESTIONS["estimate"])
    here.page.get_by_role("navigation", name="Pages").get_by_role("link", name="Claim").click()
    claim = feesync.estimate_claim(["64493-50"], locality="94110", date=DAY, db="/none.db")
    assert figures(here) == of_estimate(claim)


@pytest.mark.parametrize("name", ["estimate", "sheet", "check"])
def test_an_answer_is_printed_on_one_page(window, name):
    here = window()
    here.visit(QUESTIONS[name])
    printed = here.page.pdf(format="Letter")
    assert printed.count(b"/Type /Page\n") == 1
