"""A line of a claim that is to be priced, with its rate and its program."""

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
