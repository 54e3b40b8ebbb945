"""The metadata with which Datasette shows a database readably: titles, columns, questions."""

from __future__ import annotations

import json
from typing import Any

import reference_words as words

from feesync.about import PROJECT_URL
from feesync.store.schema import memory_database

SHOWN = {
    "current_rate": (
        "Rates in effect today",
        "What Medicare allows by the release in effect today: a row for each code, row modifier, "
        "factor and locality. Amounts are dollars, as text with two decimals.",
    ),
    "rate": ("Rates of every release", "The same of every loaded release, in numbers."),
    "release": ("Releases", "CMS's releases that are loaded, with the SHA-256 of their zips."),
    "locality": ("Localities", "The payment localities of each release; GPCIs in thousandths."),
}
"""Titles and descriptions of what is for readers; every other table and view is hidden."""

_TODAY = (
    "release_id = (SELECT release_id FROM release WHERE superseded_by IS NULL AND effective_from "
    "<= date('now', 'localtime') ORDER BY effective_from DESC, label DESC LIMIT 1)"
)


def _dollars(column: str) -> str:
    return f"({column} / 100) || '.' || substr(100 + {column} % 100, 2) AS {column}"


QUERIES = {
    "rate_in_a_place": (
        "A code in a place",
        "What Medicare allows today for a code, such as 64493, in a locality, such as 01112-05.",
        "SELECT hcpcs, modifier, nonfacility_amount, facility_amount, nonfacility_limiting_charge, "
        "facility_limiting_charge, basis, release, locality_name FROM current_rate "
        "WHERE hcpcs = upper(trim(:hcpcs)) AND mac = substr(trim(:locality), 1, 5) "
        "AND locality = substr(trim(:locality), -2) ORDER BY modifier, basis",
    ),
    "code_over_the_releases": (
        "A code over the releases",
        "What Medicare allowed for a code in a locality (the nation is 00000-00), by release.",
        "SELECT r.effective_from, r.effective_to, v.release, v.basis, v.modifier, "  # noqa: S608
        f"{_dollars('nonfacility_amount')}, {_dollars('facility_amount')} "
        "FROM rate_cents AS v JOIN release AS r ON r.release_id = v.release_id "
        "WHERE v.hcpcs = upper(trim(:hcpcs)) AND v.mac = substr(trim(:locality), 1, 5) "
        "AND v.locality = substr(trim(:locality), -2) ORDER BY r.effective_from, modifier, basis",
    ),
    "localities_of_a_state": (
        "Localities of a state",
        "The payment localities of a state, such as CA, today.",
        "SELECT mac || '-' || locality AS locality, state, name FROM locality "  # noqa: S608
        f"WHERE {_TODAY} AND state = upper(trim(:state)) ORDER BY 1",
    ),
}  # fmt: skip
"""Titles, descriptions and SQL of questions that are asked often."""


def metadata() -> str:
    """Return the file, for `datasette --metadata`."""
    connection = memory_database()
    tables: dict[str, Any] = {}
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"
    ).fetchall():
        if name not in SHOWN:
            tables[name] = {"hidden": True}
            continue
        title, description = SHOWN[name]
        found = connection.execute("SELECT name FROM pragma_table_info(?)", (name,))
        columns = {
            column: words.COLUMNS[column].replace("`", "")
            for (column,) in found
            if "rate" in name and column in words.COLUMNS
        }
        tables[name] = {
            "title": title,
            "description": description,
            "facets": [],
            **({"columns": columns} if columns else {}),
        }
    connection.close()
    queries = {
        name: {"title": title, "description": description, "sql": sql}
        for name, (title, description, sql) in QUERIES.items()
    }
    content = {
        "title": "Medicare Physician Fee Schedule",
        "description": "CMS's relative value files and the amounts that they make. An estimate, "
        "no determination of coverage or payment.",
        "source": "Centers for Medicare & Medicaid Services, PFS relative value files",
        "source_url": "https://www.cms.gov/medicare/payment/fee-schedules/physician",
        "about": "feesync",
        "about_url": PROJECT_URL,
        "databases": {"feesync": {"tables": tables, "queries": queries}},
    }
    return json.dumps(content, indent=2) + "\n"
