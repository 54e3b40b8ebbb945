"""A trip of portable X-ray equipment to several patients, whose payment is divided among them.

UN, UP, UQ, UR and US mean two to six patients, on R0075 only. Contractors price R0075, so that
feesync mostly says only that the MAC's amount is divided. Out of scope: R0070, a trip to one
patient, which has none of these modifiers, and Q0092, which is never divided. Source: Medicare
Claims Processing Manual, chapter 13, section 90.3; Palmetto RR 8EELJ98426.
"""

from __future__ import annotations

from feesync.errors import ModifierError
from feesync.pricing import modifiers
from feesync.pricing.line import Adjustment, Line

STEP = "shared trip"
"""The name of the step."""


def adjustments(line: Line) -> list[Adjustment]:
    """Return the share of one patient in a trip to several.

    Raises:
        ModifierError: the trip of the code is not divided by the modifier.
    """
    shares = []
    for modifier in line.modifiers:
        row = modifiers.on(modifier, line.day)
        if row is None or modifier not in modifiers.SHARED_TRIP:
            continue
        if not row.is_for(line.hcpcs):
            raise ModifierError(
                f"modifier {modifier} is for {' and '.join(row.codes)} alone, not for {line.hcpcs}"
            )
        reason = f"modifier {modifier}: {row.factor} of the trip for each patient"
        shares.append(Adjustment(STEP, row.scaled_factor, reason, row.source))
    return shares
