"""The metadata for Datasette: its questions answer, and Datasette shows what it names."""

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

METADATA = json.loads(
    (Path(__file__).parent.parent / "docs/datasette.json").read_text(encoding="utf-8")
)
SHOWN = METADATA["databases"]["feesync"]
ASKED = {"hcpcs": " 64493", "locality": "01112-05", "state": "ca"}


@pytest.fixture
def today(loaded):
    """A database whose RVU25D is in effect today."""
    with closing(sqlite3.connect(loaded)) as connection, connection:
        connection.execute("UPDATE edition SET effective_to = '2099-12-31'")
    return loaded


def answers(path, name):
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(SHOWN["queries"][name]["sql"], ASKED)]


def test_what_is_shown_and_what_is_hidden(loaded):
    with closing(sqlite3.connect(loaded)) as connection:
        query = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
        assert {name for (name,) in connection.execute(query)} == {*SHOWN["tables"]}
        for name, table in SHOWN["tables"].items():
            columns = {row[1] for row in connection.execute(f"PRAGMA table_info({name})")}
            assert {*table.get("columns", {})} <= columns
    assert {name for name, table in SHOWN["tables"].items() if "hidden" not in table} == {
        "current_rate", "rate", "release", "locality",
    }  # fmt: skip


def test_its_questions_have_cms_amounts(today):
    (row,) = answers(today, "rate_in_a_place")
    # CMS, 64493 in San Francisco, October 2025
    assert (row["nonfacility_amount"], row["facility_amount"]) == ("222.87", "103.99")
    (row,) = answers(today, "code_over_the_releases")
    amounts = (row["release"], row["nonfacility_amount"], row["facility_amount"])
    assert amounts == ("RVU25D", "222.87", "103.99")
    rows = answers(today, "localities_of_a_state")
    assert "01112-05" in [row["locality"] for row in rows]
    assert {row["state"] for row in rows} == {"CA"}


@pytest.mark.slow
def test_datasette_shows_it(today, tmp_path):
    app = pytest.importorskip("datasette.app", reason="Datasette is not installed")
    (tmp_path / "shown").mkdir()
    path = shutil.copy(today, tmp_path / "shown/feesync.db")

    async def pages():
        shown = app.Datasette(
            [str(path)], metadata=METADATA,
            settings={"suggest_facets": False, "allow_facet": False},
        )  # fmt: skip
        urls = (
            "/feesync",
            "/feesync/rate_in_a_place?hcpcs=64493&locality=01112-05",
            "/feesync/current_rate?hcpcs=64493&mac=01112",
        )
        return [await shown.client.get(url) for url in urls]

    found = asyncio.run(pages())
    assert [page.status_code for page in found] == [200, 200, 200]
    front, answer, table = (page.text for page in found)
    assert "current_rate" in front
    assert "A code in a place" in front
    assert "222.87" in answer
    assert "222.87" in table
    assert "Suggested facets" not in table
