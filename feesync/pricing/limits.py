"""Participation: 95 % for a non-participating physician, and the limiting charge.

The limiting charge is 1.0925 (437 / 400) of the fee before it is rounded, rounded once. Source:
Social Security Act s. 1848(g); "calculating 95 percent of 115 percent ... 109.25 percent" in CMS's
RVU documents; equal to all 2,742 limiting charges that CMS's look-up tool published for 2020 to
2025.
"""

from __future__ import annotations

from fractions import Fraction

from feesync.model.money import half_up
from feesync.model.note import Note
from feesync.pricing.line import Adjustment

NONPARTICIPATING = Adjustment(
    "nonparticipating",
    9_500,
    "non-participating: 95 % of the amount",
    "Social Security Act s. 1848(a)(3)",
)
MUST_ACCEPT_ASSIGNMENT = Note.info(
    "no-limiting-charge",
    "No limiting charge: practitioners other than physicians must accept assignment.",
    "Social Security Act s. 1842(b)(18)",
)


def limiting_charge(exact: int | Fraction) -> int:
    """Return the limiting charge in cents.

    Args:
        exact: the amount before non-participation, by the fee after the OPPS cap, without any
            rounding, in billionths of a dollar.
    """
    return half_up(exact * 437, 400 * 10_000_000)
