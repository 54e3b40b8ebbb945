"""The part of one practitioner in an operation: assistant, co-surgeon, share, return to the room.

The factors of 80, 81, 82, AS and 62 are in data/reference/modifiers.csv. Source: CMS record layout
of the relative value file (assistant, co-surgeon and global fields); Medicare Claims Processing
Manual, chapter 12, sections 20.4.3 (assistants), 40.2 to 40.4 (global surgery), 40.8 (co-surgeons),
110.2 (physician assistants).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from feesync.errors import ModifierError
from feesync.model.money import SCALE, decimal_percent
from feesync.model.note import Note
from feesync.model.rate import Indicators
from feesync.pricing.line import Adjustment, Line
from feesync.pricing.modifiers import ASSISTANTS, CO_SURGEON, RETURN, SHARES, factor_of
from feesync.pricing.practitioner import PRACTITIONERS

if TYPE_CHECKING:
    from fractions import Fraction

POSTOPERATIVE, PREOPERATIVE, OPERATION = "55", "56", "54"
"""The shares of the global period.

Care after the operation, before it, and the operation with the care before it.
"""

GLOBAL_DAYS = {"010": 10, "090": 90}
"""The days after the operation, for the global periods that have shares."""

ASSISTANT_STEP, CO_SURGEON_STEP, GLOBAL_SHARE = "assistant", "co-surgeon", "global share"
"""The names of the steps."""

_ASSISTANT_SOURCE = (
    "RVU record layout, Assistant at Surgery; Claims Processing Manual ch. 12 s. 20.4.3"
)
_CO_SURGEON_SOURCE = "RVU record layout, Co-surgeons; Claims Processing Manual ch. 12 s. 40.8"
_SHARE_SOURCE = (
    "RVU record layout, Global Surgery; Claims Processing Manual ch. 12 s. 40.2 and 40.4"
)
_DAYS_SOURCE = (
    "Claims Processing Manual ch. 12 s. 40.2 and 40.4; Form CMS-1500, item 24G as "
    "contractors read it"
)
_REPORT_AS = frozenset({"np", "pa", "cns"})
"""Practitioners whose assistance at surgery is reported by AS and not by 80 to 82."""

_CONCERNED = ASSISTANTS | SHARES | {CO_SURGEON, RETURN}


def adjustments(indicators: Indicators, line: Line) -> tuple[list[Adjustment], list[Note]]:
    """Return the adjustments for a practitioner's part in an operation, and the notes on it.

    A denial among the notes means no payment.

    Raises:
        ModifierError: the concept does not apply to the code, or to the practitioner.
    """
    parts: list[Adjustment] = []
    notes: list[Note] = []
    for modifier in line.modifiers:
        if modifier not in _CONCERNED:
            continue
        if modifier in ASSISTANTS:
            parts.insert(0, _assistant(modifier, indicators, line, notes))
        elif modifier == CO_SURGEON:
            parts.insert(0, _co_surgeon(indicators, line, notes))
        else:
            parts += _share(modifier, indicators, line, notes)
    if line.postoperative_days is not None and POSTOPERATIVE not in line.modifiers:
        raise ModifierError("days of postoperative care go with modifier 55")
    return parts, notes


def care_days(indicators: Indicators, line: Line) -> int | None:
    """Return the days of care after an operation that a line pays for, or None.

    The units of modifier 55 are days, never operations: 1 unit means the whole share, as no days at
    all do.
    """
    if POSTOPERATIVE not in line.modifiers:
        return None
    return line.postoperative_days or (
        line.units if line.units > 1 else GLOBAL_DAYS.get(indicators.global_days)
    )


def _assistant(modifier: str, indicators: Indicators, line: Line, notes: list[Note]) -> Adjustment:
    title = PRACTITIONERS[line.practitioner]
    if modifier != "AS" and line.practitioner in _REPORT_AS:
        raise ModifierError(
            f"modifier {modifier} is a physician's; assistance at surgery by a {title} is reported "
            "by AS"
        )
    if modifier == "AS" and line.practitioner not in _REPORT_AS | {"physician"}:
        raise ModifierError(
            f"modifier AS is for the assistance of a pa, np or cns, not of a {title}"
        )
    indicator = indicators.assistant_surgeon
    if indicator == "9":
        raise ModifierError(
            f"modifier {modifier} does not apply to {line.hcpcs}: assistant indicator 9, the "
            "concept does not apply"
        )
    if indicator == "1":
        text = f"Assistants at surgery are never paid on {line.hcpcs} (assistant indicator 1)."
        notes.append(Note.denial("assistant-not-paid", text, _ASSISTANT_SOURCE))
    elif indicator == "0":
        text = (
            f"Assistants at surgery are paid on {line.hcpcs} only with documentation of medical "
            "necessity (assistant indicator 0)."
        )
        notes.append(Note.warning("assistant-documentation", text, _ASSISTANT_SOURCE))
    factor = factor_of(modifier, line.day)
    share = f"{decimal_percent(factor)} %"
    if modifier == "AS":
        whole = factor_of("80", line.day)
        share = f"{decimal_percent(factor * SCALE // whole)} % of {decimal_percent(whole)} %"
    reason = f"modifier {modifier}: {share} of the surgeon's amount"
    return Adjustment(ASSISTANT_STEP, factor, reason, _ASSISTANT_SOURCE)


def _co_surgeon(indicators: Indicators, line: Line, notes: list[Note]) -> Adjustment:
    indicator = indicators.co_surgeon
    if indicator == "9":
        raise ModifierError(
            f"modifier 62 does not apply to {line.hcpcs}: co-surgeon indicator 9, the concept does "
            "not apply"
        )
    if indicator == "0":
        text = f"Co-surgeons are not permitted on {line.hcpcs} (co-surgeon indicator 0)."
        notes.append(Note.denial("co-surgeon-not-permitted", text, _CO_SURGEON_SOURCE))
    elif indicator == "1":
        text = (
            f"Two surgeons are paid on {line.hcpcs} only with documentation of their necessity "
            "(co-surgeon indicator 1)."
        )
        notes.append(Note.warning("co-surgeon-documentation", text, _CO_SURGEON_SOURCE))
    factor = factor_of(CO_SURGEON, line.day)
    reason = f"modifier {CO_SURGEON}: {decimal_percent(factor)} % for each of two surgeons"
    return Adjustment(CO_SURGEON_STEP, factor, reason, _CO_SURGEON_SOURCE)


def _share(
    modifier: str, indicators: Indicators, line: Line, notes: list[Note]
) -> list[Adjustment]:
    if modifier == RETURN and indicators.global_days == "000":
        return []
    days = GLOBAL_DAYS.get(indicators.global_days)
    if days is None:
        raise ModifierError(
            f"modifier {modifier} does not apply to {line.hcpcs}: its global period is "
            f"{indicators.global_days}, which has no shares"
        )
    if not indicators.intraoperative:
        text = f"CMS gives {line.hcpcs} no shares of its global period: the MAC sets the amount."
        notes.append(Note.denial("by-report", text, _SHARE_SOURCE))
    percent, noun = {
        "54": (
            indicators.preoperative + indicators.intraoperative,
            "care before and during the operation",
        ),
        "55": (indicators.postoperative, "care after the operation"),
        "56": (indicators.preoperative, "care before the operation"),
        RETURN: (
            indicators.intraoperative,
            "return to the operating room, the share of the operation alone",
        ),
    }[modifier]
    furnished = care_days(indicators, line) if modifier == POSTOPERATIVE else None
    if furnished is None:
        return [_of_global(percent * SCALE // 100, f"modifier {modifier}: {noun}, {percent} %")]
    if line.units > 1:
        if line.postoperative_days not in (None, line.units):
            raise ModifierError(
                f"{line.units} units and {line.postoperative_days} days on modifier 55, whose "
                "units are days: give one of the two"
            )
        text = (
            f"{line.units} units on modifier 55 are read as {line.units} days of care, as "
            "contractors read the units of a paper "
            "claim; they are never so many operations."
        )
        notes.append(Note.warning("postoperative-units", text, _DAYS_SOURCE))
    if furnished > days:
        raise ModifierError(
            f"{furnished} days of postoperative care; the global period of {line.hcpcs} has {days}"
        )
    reason = f"modifier {modifier}: {noun}, {percent} %"
    if furnished == days:
        return [_of_global(percent * SCALE // 100, reason)]
    from fractions import Fraction  # of days of care, not at every start

    part = Fraction(percent * furnished * SCALE, 100 * days)
    return [_of_global(part, f"{reason}, {furnished} of {days} days")]


def _of_global(factor: int | Fraction, reason: str) -> Adjustment:
    return Adjustment(GLOBAL_SHARE, factor, reason, _SHARE_SOURCE)
