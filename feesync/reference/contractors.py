"""The Medicare administrative contractors: the company behind each MAC number."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from feesync.reference.tables import read_table


class Contractor(NamedTuple):
    """Who a MAC number belongs to.

    The company that processes the Part B claims, its jurisdiction (`JE`), the states.
    """

    mac: str
    name: str
    jurisdiction: str
    states: str
    source: str


@cache
def contractors() -> dict[str, Contractor]:
    """Return the company behind each MAC number."""
    return {
        row["mac"]: Contractor(
            row["mac"], row["contractor"], row["jurisdiction"], row["states"], row["source"]
        )
        for row in read_table("reference/macs.csv")
    }
