"""Modifiers that leave the amount to the MAC, or that say there is none.

Source: Medicare Claims Processing Manual, chapter 12, sections 20.4.6 (22 and 52), 40.9 (66); chapter 30 (GY, GZ).
"""

from __future__ import annotations

from feesync.errors import ModifierError
from feesync.pricing.line import Line, Note
from feesync.pricing.modifiers import ANESTHESIA, BY_REPORT, DENIED, TEAM
from feesync.rate import Rate

_REPORT_SOURCE = "Claims Processing Manual ch. 12 s. 20.4.6"
_TEAM_SOURCE = "RVU record layout, Team Surgery; Claims Processing Manual ch. 12 s. 40.9"
_DENIED_SOURCE = "Claims Processing Manual ch. 30"
_WHY_DENIED = {
    "GY": "Modifier GY says that the service is excluded from Medicare: it is denied, and the patient is liable.",
    "GZ": "Modifier GZ says that the service is expected to be found not necessary, without an advance notice: it is denied, and "
    "the practitioner is liable.",
}
_CONCERNED = BY_REPORT | DENIED | ANESTHESIA


def denials(rate: Rate, line: Line) -> list[Note]:
    """Return why modifiers leave a line without an amount; nothing where none does.

    Raises:
        ModifierError: the concept does not apply to the code.
    """
    notes: list[Note] = []
    for modifier in line.modifiers:
        if modifier not in _CONCERNED or modifier == rate.modifier:
            continue
        if modifier in ANESTHESIA:
            if rate.status != "J":
                raise ModifierError(
                    f"modifier {modifier} is for anesthesia codes (status J); {line.hcpcs} has status {rate.status}"
                )
        elif modifier in DENIED:
            notes.append(Note.denial(f"modifier-{modifier.lower()}", _WHY_DENIED[modifier], _DENIED_SOURCE))
        elif modifier == TEAM:
            notes.append(_team(rate, line))
        else:
            text = f"Modifier {modifier} is priced by report: the MAC sets the amount from the documentation."
            notes.append(Note.denial("by-report", text, _REPORT_SOURCE))
    return notes


def _team(rate: Rate, line: Line) -> Note:
    if rate.team_surgeon == "9":
        raise ModifierError(f"modifier 66 does not apply to {line.hcpcs}: team surgery indicator 9, the concept does not apply")
    if rate.team_surgeon == "0":
        text = f"Team surgeons are not permitted on {line.hcpcs} (team surgery indicator 0)."
        return Note.denial("team-not-permitted", text, _TEAM_SOURCE)
    text = "Modifier 66, team surgery, is priced by report: the MAC sets the amount from the documentation."
    return Note.denial("by-report", text, _TEAM_SOURCE)
