"""Non-participation: the share of a non-participating practitioner, and the limiting charge.

The limiting charge is 115 % of 95 %, or 1.0925, of the fee before rounding, and is rounded once.
Both percentages are in data/reference/rule_values.csv. Source: Social Security Act s. 1848(g);
"calculating 95 percent of 115 percent ... 109.25 percent" in CMS's RVU documents; equal to all
2,742 limiting charges that CMS's look-up tool published for 2020 to 2025.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from feesync.model.money import SCALE, decimal_percent, half_up
from feesync.model.note import Note
from feesync.pricing import practitioner
from feesync.pricing.line import Adjustment, Line
from feesync.reference.rule_values import rule_value

if TYPE_CHECKING:
    from fractions import Fraction

STEP = "nonparticipating"
_RULE = "participation"
_BILLIONTHS_OF_A_CENT = 10_000_000
MUST_ACCEPT_ASSIGNMENT = Note.info(
    "no-limiting-charge",
    "No limiting charge: practitioners other than physicians must accept assignment.",
    "Social Security Act s. 1842(b)(18)",
)


@lru_cache(maxsize=1024)
def nonparticipating(day: date) -> Adjustment:
    """Return the adjustment for non-participation on a day."""
    share = rule_value(_RULE, STEP, day)
    reason = f"non-participating: {decimal_percent(share.factor)} % of the amount"
    return Adjustment(STEP, share.factor, reason, share.source)


def has_limiting_charge(line: Line) -> bool:
    """Tell whether a line has a limiting charge, as physicians who do not participate have."""
    return line.nonpar and line.contract is None and practitioner.is_physician(line)


@lru_cache(maxsize=1024)
def limiting_share(day: date) -> Fraction:
    """Return by what the unrounded amount, in billionths of a dollar, is the charge in cents."""
    from fractions import Fraction  # of a line that has one, not at every start

    share = rule_value(_RULE, STEP, day).factor * rule_value(_RULE, "limiting charge", day).factor
    return Fraction(share, SCALE * SCALE * _BILLIONTHS_OF_A_CENT)


def limiting_charge(exact: int | Fraction, day: date) -> int:
    """Return the limiting charge in cents.

    Args:
        exact: the amount before non-participation, after the OPPS cap and without any rounding, in
            billionths of a dollar.
        day: date of service.
    """
    return half_up(exact * limiting_share(day), 1)
