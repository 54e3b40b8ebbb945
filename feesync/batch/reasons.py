"""Why a line of a file has no amount, as codes that a program can count.

A line that Medicare does not price has the code of its note, such as `status-b`; a line that cannot
be priced at all has one of these. They say nothing of what is in the line.
"""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """What became of a line."""

    PRICED = "priced"
    DENIED = "denied"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why a line is refused; the last is on a line that is priced."""

    RAGGED_ROW = "ragged-row"
    QUOTES = "quotes"
    X12 = "x12"
    MISSING_DATE = "missing-date"
    UNREADABLE_DATE = "unreadable-date"
    MISSING_CODE = "missing-code"
    UNREADABLE_CODE = "unreadable-code"
    UNKNOWN_CODE = "unknown-code"
    MODIFIER = "modifier"
    UNITS = "units"
    CHARGE = "charge"
    PLACE_OF_SERVICE = "place-of-service"
    SETTING = "setting"
    PRACTITIONER = "practitioner"
    FLAG = "flag"
    DEDUCTIBLE = "deductible"
    LOCALITY = "locality"
    MISSING_LOCALITY = "missing-locality"
    NO_RELEASE = "no-release"
    NO_RATE = "no-rate"
    DUPLICATE_LINE = "duplicate-line"
    TOO_MANY_LINES = "too-many-lines"
    INVALID = "invalid"
    CLAIM_INCOMPLETE = "claim-incomplete"

    @property
    def words(self) -> str:
        """The reason in words."""
        return _WORDS[self]


_WORDS = {
    Reason.RAGGED_ROW: "the row has more or fewer cells than the header",
    Reason.QUOTES: "a quotation mark in the row is not closed",
    Reason.X12: "a claim of an X12 file cannot be read",
    Reason.MISSING_DATE: "there is no date of service",
    Reason.UNREADABLE_DATE: "the date of service cannot be read",
    Reason.MISSING_CODE: "there is no HCPCS code",
    Reason.UNREADABLE_CODE: "the HCPCS code is not one of five characters",
    Reason.UNKNOWN_CODE: "the code is not in the release of the day",
    Reason.MODIFIER: "a modifier is unknown, contradicts another, or is not for the code",
    Reason.UNITS: "the units are not a whole number from 1 on",
    Reason.CHARGE: "the charge is not an amount of dollars",
    Reason.PLACE_OF_SERVICE: "the place of service is not known",
    Reason.SETTING: "the setting is neither nonfacility nor facility",
    Reason.PRACTITIONER: "the practitioner is not known, or was not paid on the day",
    Reason.FLAG: "nonpar or qp is neither yes nor no",
    Reason.DEDUCTIBLE: "the deductible is no amount, or lines of one claim give different ones",
    Reason.LOCALITY: "the place is unknown, or means several localities",
    Reason.MISSING_LOCALITY: "there is no place",
    Reason.NO_RELEASE: "no loaded release answers for the day",
    Reason.NO_RATE: "a rule or a conversion factor of the day is not known",
    Reason.DUPLICATE_LINE: "another line has the same claim and line number",
    Reason.TOO_MANY_LINES: "the claim has more than 50 lines of the day",
    Reason.INVALID: "what the line says contradicts itself, its code or the contract",
    Reason.CLAIM_INCOMPLETE: "another line of the claim is refused; this is priced without it",
}
