"""How every page is answered: its address, its form, its errors."""

from http import HTTPStatus

import pytest
from starlette.testclient import TestClient

from feesync.queries.parameter import Kind, Parameter
from feesync.web.app import application
from feesync.web.form import Form
from feesync.web.page import Page
from feesync.web.site import address

HERE = "http://127.0.0.1:8765"


@pytest.fixture(scope="module")
def site():
    return TestClient(application(), base_url=HERE)


def test_an_empty_field_stands_for_none_and_leaves_the_address(site):
    response = site.get("/?hcpcs=64493&locality=AL&charge=&units=+", follow_redirects=False)
    assert response.status_code == HTTPStatus.SEE_OTHER
    assert response.headers["location"] == "/?hcpcs=64493&locality=AL"


def test_an_address_repeats_what_is_a_list_and_leaves_out_what_is_none():
    values = {"hcpcs": "64493", "modifiers": ["50", "KX"], "charge": None, "pos": "", "qp": True}
    assert address("/", values, units=2) == "/?hcpcs=64493&modifiers=50&modifiers=KX&qp=on&units=2"
    assert address("/data", {}) == "/data"
    assert address("/", {"locality": "a&b=c d"}) == "/?locality=a%26b%3Dc+d"


def test_an_ambiguous_place_is_a_list_of_links_to_the_same_question(site):
    response = site.get("/?hcpcs=64493-50&zip=94110&locality=CA")
    assert response.status_code == HTTPStatus.BAD_REQUEST  # zip and locality exclude each other
    response = site.get("/?hcpcs=64493-50&locality=CA&date=2025-11-03")
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert (
        '<a href="/?hcpcs=64493&amp;modifiers=50&amp;date=2025-11-03&amp;locality=01112-05#answer">'
        '<span class="code">01112-05</span> <span>SAN FRANCISCO-OAKLAND-BERKELEY'
    ) in response.text
    assert 'name="hcpcs" value="64493"' in response.text


def test_an_unknown_parameter_is_refused_by_name(site):
    response = site.get("/?hcpc=64493")
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert "estimate has no parameter &#39;hcpc&#39;: is hcpcs meant?" in response.text


PARAMETERS = [
    Parameter("lines", Kind.LINE, "Lines.", "Lines", several=True),
    Parameter("codes", Kind.TEXT, "Codes.", "Codes", several=True),
    Parameter("settings", Kind.TEXT, "Settings.", "Settings", several=True, choices=("a", "b")),
    Parameter("setting", Kind.TEXT, "Setting.", "Setting", choices=("a", "b")),
    Parameter("coverage", Kind.FLAG, "Coverage.", "Coverage", default=True),
    Parameter("qp", Kind.FLAG, "QP.", "QP"),
    Parameter("date", Kind.DAY, "Date.", "Date"),
]


def test_the_fields_of_a_form():
    values = {"codes": ["1", "2"], "coverage": "off", "date": "11/03/2025", "lines": "x"}
    form = Form(
        PARAMETERS, values, ("lines", "codes"), ("settings", "setting"), {"codes"}, {"lines": 3}
    )
    assert [field.control for field in form.shown] == ["several", "text"]
    assert [field.control for field in form.more] == ["choices", "choice"]
    assert (form["lines"].values, form["lines"].spare) == (("x",), 3)
    assert form["codes"].value == "1 2"
    assert (form["coverage"].is_on, form["qp"].is_on) == (False, False)
    assert form["date"].control == "text"  # as it was typed
    assert [field.name for field in form.others] == ["coverage", "date"]
    assert not form.more_is_open
    assert Form(PARAMETERS, {}, ("date",))["date"].control == "day"
    assert Form(PARAMETERS, {"date": "2025-11-03"})["date"].control == "day"
    assert Form(PARAMETERS, {})["coverage"].is_on
    assert (form["coverage"].control, form["qp"].control) == ("switch", "flag")
    assert Form(PARAMETERS, {"setting": "a"}, (), ("setting",)).more_is_open


def test_values_in_one_field_are_apart_in_the_address():
    page = Page("rates", "Rates", "Rates.", split=frozenset({"hcpcs"}))
    pairs = [("hcpcs", "64490-64495, 64633"), ("locality", "santa clara, CA")]
    assert page._apart(pairs) == [("hcpcs", "64490-64495"), ("hcpcs", "64633"), pairs[1]]
