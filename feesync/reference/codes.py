"""What single codes stand beside: the technical part of a test, the procedure of an add-on."""

from __future__ import annotations

from functools import cache

from feesync.reference.tables import read_table


@cache
def technical_codes() -> dict[str, tuple[str, ...]]:
    """Return the codes of the technical part of each test whose code holds both parts (PC/TC indicator 4)."""
    return {
        row["hcpcs"]: tuple(row["technical"].split())
        for row in read_table("reference/global_tests.csv")
    }


@cache
def add_on_parents() -> dict[str, tuple[str, ...]]:
    """Return the codes, all of them, that a facet joint add-on is billed beside."""
    return {
        row["hcpcs"]: tuple(row["parents"].split()) for row in read_table("reference/add_ons.csv")
    }
