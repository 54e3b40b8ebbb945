"""The share of the fee for practitioners other than physicians.

Shares and dates are in data/reference/rule_values.csv. Source: Social Security Act s. 1833(a)(1);
Medicare Claims Processing Manual, chapter 12, sections 110 to 160.
"""

from __future__ import annotations

from datetime import date

from feesync.errors import InvalidInputError
from feesync.model.money import SCALE, decimal_percent
from feesync.pricing.line import Adjustment, Line
from feesync.reference.rule_values import rule_value, rule_values

STEP = "practitioner"
"""The name of the step, and of the rule in the table."""

PHYSICIAN = "physician"
PRACTITIONERS = {
    PHYSICIAN: "physician",
    "np": "nurse practitioner",
    "pa": "physician assistant",
    "cns": "clinical nurse specialist",
    "dietitian": "registered dietitian",
    "midwife": "certified nurse-midwife",
    "csw": "clinical social worker",
    "mft": "marriage and family therapist",
    "mhc": "mental health counselor",
}
"""The kinds of practitioner and their names; a physician has the whole fee."""


def check(kind: str, day: date) -> None:
    """Refuse a kind of practitioner that is unknown, or that Medicare did not pay on a day.

    Raises:
        InvalidInputError: the message has the kinds that exist.
    """
    if kind == PHYSICIAN:
        return
    if kind not in PRACTITIONERS:
        raise InvalidInputError(
            f"practitioner {kind[:40]!r} is not one of {', '.join(PRACTITIONERS)}"
        )
    first = min(value.first for value in rule_values(STEP) if value.case == kind)
    if day < first:
        raise InvalidInputError(
            f"Medicare pays a {PRACTITIONERS[kind]} from {first} on, not on {day}"
        )


def adjustments(line: Line) -> list[Adjustment]:
    """Return the share of the practitioner of a line; none at 100 %.

    The factor of AS at surgery includes the share already.
    """
    if line.practitioner == PHYSICIAN or "AS" in line.modifiers:
        return []
    share = rule_value(STEP, line.practitioner, line.day)
    if share.factor == SCALE:
        return []
    reason = (
        f"{PRACTITIONERS[line.practitioner]}: {decimal_percent(share.factor)} % of the "
        "physician's amount"
    )
    return [Adjustment(STEP, share.factor, reason, share.source)]


def is_physician(line: Line) -> bool:
    """Tell whether a physician bills a line.

    Others must accept assignment, so that they have no limiting charge.
    """
    return line.practitioner == PHYSICIAN and "AS" not in line.modifiers
