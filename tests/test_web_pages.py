"""The pages other than `/`: each is sound, and says what the public function says.

The same pages are looked at in a browser (test_browser).
"""

import csv
import html
import io
import re
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from page_html import sound
from starlette.testclient import TestClient

import feesync
from feesync.cli.hints import error_text
from feesync.errors import InvalidInputError
from feesync.queries.catalogue import QUERIES, ask
from feesync.web.app import application
from feesync.web.carry import values_for
from feesync.web.pages import PAGES
from feesync.web.pages.rates import read_fees

DAY = "2025-11-03"
PLACE = "01112-05"
QUESTIONS = {
    "claim": f"lines=64493-50&lines=64494-50&lines=64635-LT&locality={PLACE}&date={DAY}",
    "check": f"line=64493-50&paid=174.73&locality={PLACE}&date={DAY}",
    "sheet": f"lines=64490-64495&lines=64493-50&locality={PLACE}&date={DAY}&nonpar=on",
    "compare": f"hcpcs=64493-50&hcpcs=64635&state=CA&date={DAY}&setting=both",
    "history": f"hcpcs=64493-50&locality={PLACE}",
    "rates": f"hcpcs=64490-64495&date={DAY}&fee=64493%3D200",
    "diff": f"before=RVU25D&after=RVU26C&locality={PLACE}&locality=AL",
    "localities": "query=94303",
    "coverage": "hcpcs=64493&hcpcs=64635&locality=33612",
    "data": "",
    "api": "",
}


@pytest.fixture(scope="module")
def client():
    with TestClient(
        application("/none.db", error_text=error_text), base_url="http://127.0.0.1"
    ) as client:
        yield client


def cells(page):
    """The texts of a page that look like dollars."""
    return [Decimal(text.replace(",", "")) for text in re.findall(r"\d[\d,]*\.\d\d\b", page.text)]


def test_every_page_is_asked():
    assert {page.name for page in PAGES} == {"estimate", *QUESTIONS}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_page_is_sound_empty_answered_and_in_error(client, name):
    form, answer = client.get(f"/{name}"), client.get(f"/{name}?{QUESTIONS[name]}")
    assert (form.status_code, answer.status_code) == (200, 200)
    sound(form)
    sound(answer)
    if name in QUERIES:
        wrong = client.get(f"/{name}?bogus=<b>")
        assert wrong.status_code == 400
        assert "<b>" not in wrong.text
        assert "bogus" in sound(wrong).text


def test_a_claim_has_each_line_and_its_steps(client):
    page = sound(client.get(f"/claim?{QUESTIONS['claim']}"))
    claim = feesync.estimate_claim(
        ["64493-50", "64494-50", "64635-LT"], locality=PLACE, date=DAY, db="/none.db"
    )
    shown = cells(page)
    for line in claim.lines:
        assert {line.fee, line.allowed, line.medicare_payment, line.sequestration} <= {*shown}
        assert all(step.reason in page.text for step in line.steps)
    assert {claim.allowed, claim.medicare_payment, claim.patient_responsibility} <= {*shown}
    assert "surgery 2" in page.text


def test_a_check_says_what_the_text_says(client):
    page = sound(client.get(f"/check?{QUESTIONS['check']}"))
    check = feesync.check("64493-50", paid="174.73", locality=PLACE, date=DAY, db="/none.db")
    assert check.causes
    for cause in check.causes:
        assert f"As {cause.text}" in page.text
        assert cause.estimate.medicare_payment in cells(page)
    right = sound(client.get(f"/check?line=64493&paid=174.73&locality={PLACE}&date={DAY}"))
    assert "As it should be." in right.text
    nothing = client.get(f"/check?line=64493&paid=150&locality={PLACE}&date={DAY}")
    assert "Nothing explains 150.00: no single change" in sound(nothing).text
    unpaid = sound(client.get(f"/check?line=64493&paid=0&locality={PLACE}&date={DAY}"))
    assert "174.73 short Nothing was paid: see the codes of the remittance first." in unpaid.text


def test_a_sheet_has_every_amount(client):
    page = sound(client.get(f"/sheet?{QUESTIONS['sheet']}"))
    sheet = feesync.sheet(
        ["64490-64495", "64493-50"], locality=PLACE, date=DAY, nonpar=True, db="/none.db"
    )
    amounts = {amount for one in sheet.estimates() for amount in (one.allowed, one.limiting_charge)}
    assert amounts <= {*cells(page)}


def test_a_comparison_of_both_settings(client):
    page = sound(client.get(f"/compare?{QUESTIONS['compare']}"))
    for code in ("64493-50", "64635"):
        answer = feesync.compare(
            code, state="CA", settings=("nonfacility", "facility"), date=DAY, db="/none.db"
        )
        for row in answer.rows():
            assert row["nonfacility_amount"].exact in cells(page)
            assert row["facility_amount"].exact in cells(page)


def test_a_history_has_every_release_and_the_gaps(client):
    page = sound(client.get(f"/history?{QUESTIONS['history']}"))
    history = feesync.history("64493-50", PLACE, db="/none.db")
    assert page.text.count("no release is loaded") == 2
    at = [page.text.index(f" {moment.release.label} ") for moment in history.moments]
    assert at == sorted(at, reverse=True)


def test_a_diff_has_the_changes_of_each_place(client):
    page = sound(client.get(f"/diff?{QUESTIONS['diff']}"))
    for place in (PLACE, "AL"):
        diff = feesync.diff("RVU25D", "RVU26C", locality=place, db="/none.db")
        for code in diff.codes:
            for amount in code.differences:
                assert {amount.before, amount.after} <= {*cells(page)}
    assert "work RVU 1.52 → 1.48" in page.text


def test_what_is_many_is_bounded_and_says_so(client):
    page = sound(client.get(f"/rates?hcpcs=64490-64495&date={DAY}"))
    whole = len(feesync.rates("64490-64495", date=DAY, db="/none.db").rows())
    assert whole > 200
    assert f"200 of {whole} rows shown; the CSV file has all" in page.text


def test_no_page_has_a_table_without_end(client, monkeypatch):
    for module, question, noun in (
        ("compare", f"hcpcs=64493&hcpcs=64494&date={DAY}", "row"),
        ("sheet", f"lines=64490-64495&locality={PLACE}&date={DAY}", "line"),
        ("diff", "before=RVU25D&after=RVU26C", "row"),
    ):
        whole = sound(client.get(f"/{module}?{question}")).text
        assert not re.search(rf"of \d+ {noun}s shown", whole)
        monkeypatch.setattr(f"feesync.web.pages.{module}._MOST", 2)
        page = sound(client.get(f"/{module}?{question}")).text
        number = re.search(rf"2 of (\d+) {noun}s shown; the CSV file has all", page)
        assert int(number[1]) > 3, page
        assert len(page) < len(whole)


def test_a_zip_that_spans_localities_says_so(client):
    page = sound(client.get("/localities?query=94303"))
    assert "a part of it lies elsewhere" in page.text
    assert "feesync sync --zips" in page.text


def test_the_data_page_says_what_answers(client, loaded):
    assert "There is no database yet" in sound(client.get("/data")).text
    with TestClient(
        application(loaded, error_text=error_text), base_url="http://127.0.0.1"
    ) as other:
        page = sound(other.get("/data"))
    assert "There is no database yet" not in page.text
    assert "rvu25d.zip" in page.text


def test_the_data_page_loads_again_until_every_row_is_compared(client, monkeypatch):
    again = '<meta http-equiv="refresh"'
    assert again not in client.get("/data").text
    monkeypatch.setattr("feesync.refresh.status.known_damages", lambda db: None)
    page = client.get("/data")
    assert again in page.text
    assert "Every row is being compared with its checksum" in sound(page).text


def test_the_example_of_every_address_works(client):
    page = sound(client.get("/api"))
    examples = [
        attrs["href"]
        for tag, attrs in page.tags
        if tag == "a" and (attrs.get("href") or "").startswith("/api/")
    ]
    assert len(examples) == len(QUERIES) + 1  # and openapi.json
    for example in examples:
        if "diff" not in example:  # its releases may not be loaded
            assert client.get(example).status_code == 200, example


@pytest.mark.parametrize(
    ("text", "fees"),
    [
        ("", {}),
        ("450", {"": 45000}),
        ("$1,450.5", {"": 145050}),
        ("64493=450 64494=225", {"64493": 45000, "64494": 22500}),
        ("64493 450, 64494-50 225.10", {"64493": 45000, "64494-50": 22510}),
        ("64493: 450; 64494: 225", {"64493": 45000, "64494": 22500}),
        ("g0442 12345", {"G0442": 1234500}),
    ],
)
def test_own_fees_are_read(text, fees):
    assert read_fees(text) == fees


@pytest.mark.parametrize(
    "text", ["64493", "64493=", "64493=abc", "1.234", "1 2", "64493=1 64493=2"]
)
def test_own_fees_that_are_not_certain_are_refused(text):
    with pytest.raises(InvalidInputError, match=r"^fee "):
        read_fees(text)


def test_a_fee_below_medicare_is_marked(client):
    rates = feesync.rates("64493", locality=PLACE, date=DAY, db="/none.db").rows()[0]
    equal = rates["nonfacility_amount"].exact
    for fee, below in ((equal, False), (equal - Decimal("0.01"), True)):
        page = sound(client.get(f"/rates?hcpcs=64493&locality={PLACE}&date={DAY}&fee={fee}"))
        assert ("below" in page.text.split("64493", 1)[1]) is below
    page = sound(client.get(f"/rates?hcpcs=64493&locality={PLACE}&date={DAY}&fee=64494%3D5"))
    assert "Fees of codes that are not among the rows: 64494" in page.text


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        ({"hcpcs": "64493", "modifiers": ["50", "KX"], "locality": "AL"}, "claim",
         {"lines": ["64493-50-KX"], "locality": "AL"}),
        ({"hcpcs": "64493-50", "units": "2", "charge": "500"}, "check", {"line": "64493-50x2@500"}),
        ({"lines": ["64493-50x2@500", "64494"], "date": DAY}, "rates",
         {"hcpcs": ["64493", "64494"], "date": DAY}),
        ({"lines": ["64493-50x2@500", "64494"], "pos": "24"}, "estimate",
         {"hcpcs": "64493-50", "pos": "24"}),
        ({"hcpcs": ["64490-64495"], "locality": [PLACE, "AL"]}, "sheet",
         {"lines": ["64490-64495"], "locality": [PLACE, "AL"]}),
        ({"hcpcs": ["64490-64495"], "locality": [PLACE, "AL"]}, "estimate", {"locality": PLACE}),
        ({"zip": "94110"}, "localities", {"query": "94110"}),
        ({"hcpcs": "64493", "setting": "both", "state": ["CA"]}, "estimate", {"hcpcs": "64493"}),
        ({"hcpcs": "64493", "setting": "both", "state": ["CA"]}, "rates",
         {"hcpcs": ["64493"], "state": ["CA"]}),
        ({"date": [DAY, "2026-08-01"], "qp": "on"}, "claim", {"date": DAY, "qp": "on"}),
        ({"before": "RVU25A", "codes": ["64493"]}, "history", {"hcpcs": "64493"}),
        ({"hcpcs": "not a code"}, "claim", {"lines": ["not a code"]}),
        ({}, "claim", {}),
    ],
)  # fmt: skip
def test_what_a_question_says_to_another_page(values, name, expected):
    assert values_for(values, QUERIES[name]) == expected


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_link_of_the_navigation_asks_what_can_be_asked(client, name):
    page = sound(client.get(f"/{name}?{QUESTIONS[name]}"))
    links = [
        attrs["href"]
        for tag, attrs in page.tags
        if tag == "a" and "?" in (attrs.get("href") or "") and "/api/" not in attrs["href"]
    ]
    paths = {page.path: page.name for page in PAGES}
    for link in links:
        parts = urlsplit(link)
        if query := QUERIES.get(paths.get(parts.path, "")):
            assert {*parse_qs(parts.query)} <= {each.name for each in query.parameters}, link


def test_own_fees_are_in_the_csv_of_the_page(client):
    question = f"hcpcs=64490-64495&state=CA&date={DAY}&fee=64493%3D200+250"
    page = client.get(f"/rates?{question}").text
    link = html.unescape(re.search(r'href="(/rates\.csv[^"]*)"', page)[1])
    answer = client.get(link)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    plain = client.get(link.replace("/rates.csv", "/api/rates.csv").partition("&fee")[0]).text
    assert [line.rsplit(",", 3)[0] for line in answer.text.splitlines()] == plain.splitlines()
    for row in rows:
        fee = Decimal("200.00" if row["hcpcs"] == "64493" else "250.00")
        assert Decimal(row["own_fee"]) == fee
        for setting in ("nonfacility", "facility"):
            amount = Decimal(row[f"{setting}_amount"])
            percent = (100 * fee / amount).quantize(Decimal("0.01"), ROUND_HALF_UP)
            assert Decimal(row[f"{setting}_percent"]) == percent
    wrong = client.get(link.replace("200", "x"))
    assert (wrong.status_code, wrong.text[:4]) == (400, "fee ")


def test_a_place_that_is_repeated_counts_once_and_too_many_values_are_refused(client):
    once = f"locality={PLACE}&date={DAY}"
    again = client.get(
        f"/rates?hcpcs=64493&{'locality=' + PLACE + '&'}{once}", follow_redirects=False
    )
    assert again.headers["location"] == f"/rates?hcpcs=64493&{once}"
    lines = f"lines=64493&lines=64493&{once}"
    assert client.get(f"/claim?{lines}", follow_redirects=False).status_code == 200
    many = "&".join(f"locality={number:05}" for number in range(3_000))
    page = client.get(f"/rates?hcpcs=64493&{many}")
    assert page.status_code == 422
    assert "locality has 3,000 values, and a page takes at most 500" in sound(page).text
    assert len(page.text) < 30_000


def test_a_flag_that_is_on_can_be_switched_off(client):
    history = "&".join(["history=2025-10-30:64493"] * 5)
    question = f"hcpcs=64493&locality={PLACE}&date={DAY}&{history}"
    noted, silent = (client.get(f"/?{question}{end}").text for end in ("", "&coverage=off"))
    assert '<option value="off">off</option>' in noted
    assert '<option value="off" selected>off</option>' in silent
    assert len(re.findall('class="note', noted)) > len(re.findall('class="note', silent))


def test_what_cannot_be_shown_beside_an_estimate_has_its_reason(client, monkeypatch):
    def failing(name, values, db):
        if name != "estimate" or values.get("setting") == "facility":
            raise InvalidInputError(f"{name} is out of order")
        return ask(name, values, db)

    monkeypatch.setattr("feesync.web.pages.estimate.ask", failing)
    text = sound(client.get(f"/?hcpcs=64493&locality={PLACE}&date={DAY}")).text
    assert "The facility amount cannot be shown: estimate is out of order" in text
    assert "Places are not compared: compare is out of order" in text
    assert "The years are not shown: history is out of order" in text
