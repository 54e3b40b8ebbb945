"""Modifiers that leave the amount to the MAC, or that mean that nothing is paid.

They are in data/reference/modifiers.csv. Source: Medicare Claims Processing Manual, chapter 12,
sections 20.4.6 (22 and 52), 40.9 (66); chapter 30 (GY, GZ); chapter 3, section 40.3, and
transmittal 2373 (PD).
"""

from __future__ import annotations

from feesync.errors import ModifierError
from feesync.model.note import Note
from feesync.model.rate import Indicators
from feesync.pricing import modifiers
from feesync.pricing.line import Line
from feesync.pricing.technical import GLOBAL_ONLY, TECHNICAL_ONLY
from feesync.reference.modifiers import Effect

_REPORT_SOURCE = "Claims Processing Manual ch. 12 s. 20.4.6"
_TEAM_SOURCE = "RVU record layout, Team Surgery; Claims Processing Manual ch. 12 s. 40.9"
_FACILITY_STOPPED = frozenset({"73", "74"})


def denials(indicators: Indicators, line: Line) -> list[Note]:
    """Return why modifiers leave a line without an amount; nothing where none does.

    Raises:
        ModifierError: the concept of a modifier does not apply to the code.
    """
    notes: list[Note] = []
    for modifier in line.modifiers:
        row = modifiers.on(modifier, line.day)
        if row is None:
            continue
        if row.effect is Effect.ANESTHESIA and indicators.status != "J":
            raise ModifierError(
                f"modifier {modifier} is for anesthesia codes (status J); {line.hcpcs} has status "
                f"{indicators.status}"
            )
        if row.effect is Effect.DENIES:
            notes.append(
                Note.denial(
                    f"modifier-{modifier.lower()}", f"Modifier {modifier}: {row.words}", row.source
                )
            )
        elif modifier == modifiers.TEAM:
            notes.append(_team(indicators, line))
        elif modifier in _FACILITY_STOPPED:
            notes.append(Note.denial("by-report", f"Modifier {modifier}: {row.words}", row.source))
        elif row.effect is Effect.BY_REPORT or (
            modifier == modifiers.DISCONTINUED and indicators.modifier != modifier
        ):
            text = (
                f"Modifier {modifier} is priced by report: the MAC sets the amount from the "
                "documentation."
            )
            notes.append(Note.denial("by-report", text, _REPORT_SOURCE))
        elif row.effect is Effect.SETTING:
            notes += _before_admission(modifier, indicators, line, row.source)
    return notes


def _before_admission(modifier: str, indicators: Indicators, line: Line, source: str) -> list[Note]:
    """Return why a technical part before an admission is not paid: the stay includes it."""
    if indicators.pctc == GLOBAL_ONLY:
        raise ModifierError(
            f"modifier {modifier} on {line.hcpcs}: the code holds both parts; bill the code of its "
            "professional part"
        )
    if indicators.modifier != modifiers.TECHNICAL and indicators.pctc != TECHNICAL_ONLY:
        return []
    text = (
        f"Modifier {modifier}: the technical part of {line.hcpcs} is in the payment for the "
        "hospital's stay."
    )
    return [Note.denial(f"modifier-{modifier.lower()}", text, source)]


def _team(indicators: Indicators, line: Line) -> Note:
    if indicators.team_surgeon == "9":
        raise ModifierError(
            f"modifier 66 does not apply to {line.hcpcs}: team surgery indicator 9, the concept "
            "does not apply"
        )
    if indicators.team_surgeon == "0":
        text = f"Team surgeons are not permitted on {line.hcpcs} (team surgery indicator 0)."
        return Note.denial("team-not-permitted", text, _TEAM_SOURCE)
    text = (
        "Modifier 66, team surgery, is priced by report: the MAC sets the amount from the "
        "documentation."
    )
    return Note.denial("by-report", text, _TEAM_SOURCE)
