"""The recipes of docs/guides/spreadsheets.md: addresses that answer, and columns that are there."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from feesync.cli.hints import error_text
from feesync.web.app import application

GUIDE = (Path(__file__).parent.parent / "docs/guides/spreadsheets.md").read_text(encoding="utf-8")
WHOLE, PART = re.findall(r"```powerquery\n(.*?)```", GUIDE, re.S)
PLACE = "http://127.0.0.1:8765"


@pytest.fixture
def client(database):
    return TestClient(application(database, error_text=error_text, numbers=True), PLACE)


def lines(client, url):
    response = client.get(url)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/csv")
    return response.text.splitlines()


def test_the_query_has_its_columns_and_its_codes(client):
    (url,) = re.findall(r'Url = "(.*?)"', WHOLE)
    header, *rows = lines(client, url)
    typed = re.findall(r'\{"(\w+)", (?:Currency\.Type|type date)\}', WHOLE)
    assert len(typed) == 7
    assert {*typed} <= {*header.split(",")}
    assert [row.split(",")[2] for row in rows][-2:] == ["64495", "64635"]


def test_the_codes_of_a_table_are_in_the_address(client):
    (url,) = re.findall(r'Url = "(.*?)" & Text.Combine', PART)
    (name,) = re.findall(r'each "(.*?)" &', PART)
    asked = "&".join(f"{name}{code}" for code in ("64493", "64494"))
    assert len(lines(client, url + asked)) == 3


def test_the_address_of_a_sheet(client):
    (asked,) = re.findall(r"\(`(lines=.*?)`\)", GUIDE)
    assert len(lines(client, f"/api/sheet?{asked}")) == 1 + 2 * 3
