"""The Medicare administrative contractors: the company behind each MAC number."""

from functools import cache
from typing import NamedTuple

from feesync.reference.tables import read_table


class Contractor(NamedTuple):
    """The company that processes Part B claims under a MAC number.

    `jurisdiction` is Medicare's name of its area, such as `JE`; `states` are those of the area.
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
