"""Participation: 95 % for a non-participating physician, and the limiting charge.

The limiting charge is 1.0925 (437 / 400) of the fee before it is rounded, rounded once. Source: Social Security Act s. 1848(g);
"calculating 95 percent of 115 percent ... 109.25 percent" in CMS's RVU documents; equal to all 2,742 limiting charges
that CMS's look-up tool published for 2020 to 2025.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from feesync.money import SCALE, half_up
from feesync.pricing.line import Adjustment, Note

NONPARTICIPATING = Adjustment(
    "nonparticipating", 9_500, "non-participating: 95 % of the amount", "Social Security Act s. 1848(a)(3)"
)
MUST_ACCEPT_ASSIGNMENT = Note.info(
    "no-limiting-charge",
    "No limiting charge: practitioners other than physicians must accept assignment.",
    "Social Security Act s. 1842(b)(18)",
)


def limiting_charge(capped_exact: int, factors: Iterable[int | Fraction]) -> int:
    """Return the limiting charge in cents.

    Args:
        capped_exact: the fee after the OPPS cap, before rounding, in billionths of a dollar.
        factors: the factors, in ten-thousandths, of the steps before non-participation.
    """
    numerator: int | Fraction = capped_exact * 437
    denominator = 400 * 10_000_000
    for factor in factors:
        numerator *= factor
        denominator *= SCALE
    return half_up(numerator, denominator)
