"""Whether Medicare prices a code in a setting at all, by the status code and the NA flags.

Source: CMS record layout of the relative value file, Attachment A (status codes); Addendum A to the
PFS final rules (NA).
"""

from __future__ import annotations

from feesync.model.note import Note
from feesync.model.rate import PRICED_STATUSES, Indicators, Setting
from feesync.pricing.line import Line

_SOURCE = "RVU record layout, Attachment A, status codes"
_NA_SOURCE = "PFS final rule, Addendum A, NA indicators"
_THERAPY = "5"
_CONTRACTOR_PRICED = "contractor-priced"
ALONE = "T"
"""The status of codes that are paid only where the provider has no other payable service that
day."""
_WHY_NOT = {
    "B": "bundled: payment is in the services it goes with, never separate",
    "C": "contractor-priced: the MAC sets the amount, usually case by case; there is no fee "
    "schedule amount",
    "D": "deleted code",
    "E": "excluded from the fee schedule by regulation",
    "F": "deleted or discontinued code",
    "G": "not valid for Medicare: another code is used",
    "H": "deleted modifier",
    "I": "not valid for Medicare: another code is used",
    "J": "anesthesia: paid by base and time units with its own conversion factor, not by this "
    "formula",
    "L": "local code",
    "M": "measurement code, for reporting only",
    "N": "not covered by Medicare",
    "P": "bundled or excluded: no separate payment",
    "Q": "therapy functional information, for reporting only",
    "X": "excluded by statute from the physician fee schedule: may be paid elsewhere",
}


def denial(indicators: Indicators, line: Line) -> Note:
    """Return why Medicare has no fee schedule amount for a line."""
    status, is_priced = indicators.status, indicators.nonfacility_priced
    return row_denial(status, line.hcpcs, is_priced=is_priced) or Note.denial(
        "facility-na",
        f"{line.hcpcs} is flagged NA in facilities: it is not paid under the fee schedule there "
        "(incident-to services and "
        "technical parts are the facility's).",
        _NA_SOURCE,
    )


def row_denial(status: str, hcpcs: str, *, is_priced: bool) -> Note | None:
    """Return why a row has no fee schedule amount in either setting, or None where it has one.

    Args:
        status: the status code of the row.
        hcpcs: the code.
        is_priced: whether the row has an amount outside facilities.
    """
    if status not in PRICED_STATUSES:
        why = _WHY_NOT.get(status, "not a status that Medicare pays under the fee schedule")
        code = _CONTRACTOR_PRICED if status == "C" else f"status-{status.lower()}"
        return Note.denial(code, f"{hcpcs} has status {status}: {why}.", _SOURCE)
    if not is_priced:
        return Note.denial(
            _CONTRACTOR_PRICED,
            f"{hcpcs} has status {status} and no relative values: the MAC sets the amount.",
            _SOURCE,
        )
    return None


def bundle_denial(line: Line) -> Note:
    """Return why a code of status T has no amount beside another line that has one."""
    text = (
        f"{line.hcpcs} has status T: it is bundled into the other services of the day that are "
        "payable to the same provider, and paid only where there are none."
    )
    return Note.denial("status-t-bundled", text, _SOURCE)


def warnings(indicators: Indicators, line: Line) -> list[Note]:
    """Return the warnings on the status and flags of a line that has an amount."""
    if indicators.status == "A" and not indicators.nonfacility_na and not indicators.facility_na:
        return []
    notes = []
    if indicators.status == "R":
        notes.append(
            Note.warning("status-r", f"{line.hcpcs} has restricted coverage (status R).", _SOURCE)
        )
    if indicators.status == ALONE:
        notes.append(
            Note.warning(
                "status-t",
                f"{line.hcpcs} is paid only if nothing else payable is billed that day by the same "
                "provider (status T).",
                _SOURCE,
            )
        )
    if line.setting is Setting.NONFACILITY and indicators.nonfacility_na:
        notes.append(
            Note.warning(
                "nonfacility-na",
                f"{line.hcpcs} is flagged NA outside facilities: rarely done there; a MAC that "
                "accepts it pays the facility rate.",
                _NA_SOURCE,
            )
        )
    if (
        line.setting is Setting.FACILITY
        and indicators.facility_na
        and indicators.multiple_procedure == _THERAPY
    ):
        notes.append(
            Note.info(
                "therapy-setting",
                f"{line.hcpcs} is a therapy service: it takes the nonfacility amount in every "
                "setting.",
                "Claims Processing Manual ch. 5 s. 10",
            )
        )
    return notes
