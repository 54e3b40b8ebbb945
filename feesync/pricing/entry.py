"""A line of a claim that is to be priced, with its rate and its program."""

from collections.abc import Sequence
from typing import NamedTuple

from feesync.model.rate import Rate, SettingRate
from feesync.pricing.line import Line
from feesync.pricing.program import Program


class Entry(NamedTuple):
    """A line of a claim with its rate, the rate's columns for its setting, and its program.

    `number` is its number in the claim, counted from 1.
    """

    number: int
    line: Line
    rate: Rate
    base: SettingRate
    program: Program


def touching(entries: Sequence[Entry]) -> list[Entry]:
    """Return the priced lines of a day that change each other's price.

    They share a pool, or are sides, units or shares of one code that may be one procedure.
    """
    if len(entries) < 2:
        return []
    pools = [entry.program.pool for entry in entries]
    codes = [entry.line.hcpcs if entry.program.combines else "" for entry in entries]
    return [
        entry
        for entry, pool, code in zip(entries, pools, codes, strict=True)
        if (code and codes.count(code) > 1) or (pool and pools.count(pool) > 1)
    ]
