"""The ranks of procedures as data, for groups of lines that their amounts alone put in order.

An engine may rank the lines of a surgery pool by their amounts after the factors of
`Recipe.before`, the highest first, and multiply each by the factor of its rank before those of
`Recipe.after`, where

- every line of the pool is simple (`is_simple`);
- no two of them are of one family (`family`), and none touches another line by its code
  (`Program.combines`);
- no fee of them is capped, since ranks go by the fee before the cap;
- no two of their amounts are equal, and there are no more lines than ranks.

Everything else is ranked by `pricing.claim`, with families of endoscopies, sides and shares of one
operation, ties, and ranks that are priced by report (multiple).
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from feesync.model.money import SCALE, decimal_factor
from feesync.model.rate import Rate
from feesync.pricing.line import step_text
from feesync.pricing.multiple import last_rank, of_rank
from feesync.pricing.neighbours import SURGERY
from feesync.pricing.program import Program
from feesync.pricing.recipe import Recipe


class Rank(NamedTuple):
    """What a rank among several procedures does to the amount of a line.

    Attributes:
        factor: in ten-thousandths; it multiplies the limiting charge too, before its one rounding.
        step: the text of the step, after those of `Recipe.before`; empty where there is none.
    """

    factor: int
    step: str


@lru_cache(maxsize=64)
def ranks(day: date) -> tuple[Rank, ...]:
    """Return the ranks of a day, from the first; a line beyond the last is priced by report."""
    adjustments = [of_rank(rank, last_rank(), day) for rank in range(1, last_rank() + 1)]
    return tuple(
        Rank(SCALE, "")
        if adjustment is None
        else Rank(
            int(adjustment.factor),
            step_text(adjustment.name, decimal_factor(int(adjustment.factor))),
        )
        for adjustment in adjustments
    )


def ranked(own: Recipe, rank: Rank) -> Recipe:
    """Return the recipe of a simple line that has a rank: its amount is multiplied by the rank's.

    Args:
        own: the recipe of the line by itself.
        rank: its rank.
    """
    at, limit = len(own.before), own.limit
    if limit:
        share = Fraction(*limit) * Fraction(rank.factor, SCALE)
        limit = share.numerator, share.denominator
    return own._replace(
        before=(*own.before, rank.factor),
        steps=(*own.steps[:at], *filter(None, (rank.step,)), *own.steps[at:]),
        limit=limit,
    )


def is_simple(program: Program, own: Recipe | None) -> bool:
    """Tell whether the amount of a line alone says how it ranks among simple ones.

    Args:
        program: that of the line.
        own: its recipe.
    """
    return (
        own is not None
        and not own.denial
        and own.rest is None
        and not program.alone
        and program.pool is not None
        and program.pool[0] == SURGERY
    )


def family(rate: Rate) -> str:
    """Return what two endoscopies, or an endoscopy and its base, have in common: the base's code.

    Of other codes it is their own.
    """
    return rate.endoscopic_base or rate.hcpcs
