"""Which codes belong together.

A test and its technical part, an add-on and its procedures, the codes that a rule is for.
"""

from __future__ import annotations

from functools import cache

from feesync.reference.tables import read_table, rows_of


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


@cache
def code_list(name: str) -> tuple[str, ...]:
    """Return the codes of a list of CMS's, and ranges of them such as `97010-97799`."""
    (row,) = rows_of("reference/code_lists.csv", name)
    return tuple(row["codes"].split())
