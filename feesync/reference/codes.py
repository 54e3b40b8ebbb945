"""Which codes belong together: a test and its technical part, an add-on and its procedures."""

from __future__ import annotations

from functools import cache

from feesync.reference.tables import read_table


@cache
def technical_codes() -> dict[str, tuple[str, ...]]:
    """Return, for each test whose code includes both parts, the codes of its technical part.

    Such codes have PC/TC indicator 4.
    """
    return {
        row["hcpcs"]: tuple(row["technical"].split())
        for row in read_table("reference/global_tests.csv")
    }


@cache
def add_on_parents() -> dict[str, tuple[str, ...]]:
    """Return, for each facet joint add-on, every code that must be billed beside it."""
    return {
        row["hcpcs"]: tuple(row["parents"].split()) for row in read_table("reference/add_ons.csv")
    }
