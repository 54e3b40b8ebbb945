"""The share of the fee for practitioners other than physicians.

Shares and dates are in data/reference/rule_values.csv. Source: Social Security Act s. 1833(a)(1);
Medicare Claims Processing Manual, chapter 12, sections 110 to 160.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache

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


_WORDS = {
    PHYSICIAN: ("md", "do", "doctor", "mddo"),
    "np": ("crnp", "fnp"),
    "pa": ("pa c", "physicians assistant", "physician associate"),
    "dietitian": ("dietician", "rd", "rdn", "nutritionist", "nutrition professional"),
    "midwife": ("cnm", "nurse midwife"),
    "csw": ("lcsw", "social worker"),
    "mft": ("lmft", "marriage and family counselor"),
    "mhc": ("lmhc", "lpc", "counselor"),
}
"""What people call a kind of practitioner besides, in small letters, without marks."""


def read(text: str) -> str:
    """Return the kind of practitioner that a text means, such as `np` for Nurse Practitioner.

    Raises:
        InvalidInputError: it means none; the message has the kinds that exist.
    """
    if text in PRACTITIONERS:
        return text
    kind = _kinds().get(_plain(text))
    if kind is None:
        kinds = ", ".join(
            f"{kind} ({PRACTITIONERS[kind]})" if kind != PHYSICIAN else "physician (MD, DO)"
            for kind in PRACTITIONERS
        )
        raise InvalidInputError(f"practitioner {text[:40]!r} is not one of {kinds}")
    return kind


@cache
def _kinds() -> dict[str, str]:
    """Return the kinds of practitioner by everything that they are called."""
    return {
        _plain(word): kind
        for kind, name in PRACTITIONERS.items()
        for word in (kind, name, *_WORDS.get(kind, ()))
    }


def _plain(text: str) -> str:
    """Return a text in small letters, with blanks for hyphens and without other marks."""
    return " ".join(re.sub(r"[^a-z -]", "", text.lower()).replace("-", " ").split())


def check(kind: str, day: date) -> None:
    """Refuse a kind of practitioner that Medicare did not pay on a day.

    Raises:
        InvalidInputError: the message has the first day.
    """
    if kind == PHYSICIAN:
        return
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
