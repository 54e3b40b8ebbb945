"""A line of a claim as it comes to be priced: with its rate and its program."""

from typing import NamedTuple

from feesync.model.rate import Rate, SettingRate
from feesync.pricing.line import Line
from feesync.pricing.program import Program


class Entry(NamedTuple):
    """A line of a claim with its rate, what its setting takes of it, and its program.

    `number` is what the claim calls it by, counted from 1.
    """

    number: int
    line: Line
    rate: Rate
    base: SettingRate
    program: Program
