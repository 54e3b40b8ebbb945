"""What an audit finds of a line, and why a line is not audited.

Out of scope: how it is found (judgement), and words about a price, which are notes of pricing.
"""

from __future__ import annotations

from enum import StrEnum


class LineStatus(StrEnum):
    """What an audit finds of a line; the order is that of a summary."""

    UNDERPAID = "underpaid"
    DENIED = "denied"
    OVERPAID = "overpaid"
    RIGHT = "right"
    BUNDLED = "bundled"
    NO_PRICE = "no-price"
    REFUSED = "refused"
    SECONDARY = "secondary"
    REVERSAL = "reversal"
    REVERSED = "reversed"
    NOT_AUDITED = "not-audited"


JUDGED = (LineStatus.UNDERPAID, LineStatus.OVERPAID, LineStatus.RIGHT)
"""The statuses of lines whose allowed amount is held against the one to expect."""


class Reason(StrEnum):
    """Why a line is not audited, or cannot be priced.

    Those of lines that cannot be priced have the names that `feesync reprice` has for them; the
    reason of a line that Medicare does not price is the code of a note.
    """

    SECONDARY = "another-payer-first"
    CORRECTED = "corrected"
    UNCORRECTED = "no-correction"
    FORWARDED = "not-this-payer"
    PREDETERMINATION = "predetermination"
    CLAIM_STATUS = "claim-status"
    FILING = "filing-indicator"
    NO_SERVICES = "no-service-lines"
    NOT_HCPCS = "not-hcpcs"
    DUPLICATE = "duplicate"
    NO_ALLOWED = "no-allowed-amount"
    MISSING_LOCALITY = "missing-locality"
    MISSING_DATE = "missing-date"
    PLACE_OF_SERVICE = "place-of-service"
    PRACTITIONER = "practitioner"
    UNITS = "units"
    CHARGE = "charge"
    INVALID = "invalid"
    MODIFIER = "modifier"
    UNKNOWN_CODE = "unknown-code"
    LOCALITY = "locality"
    NO_RELEASE = "no-release"
    NO_RATE = "no-rate"


MEANINGS: dict[LineStatus, str] = {
    LineStatus.UNDERPAID: "less is allowed than should be",
    LineStatus.DENIED: "neither the payer nor, for it, the patient pays anything",
    LineStatus.OVERPAID: "more is allowed than should be",
    LineStatus.RIGHT: "what is allowed is right, within the tolerance",
    LineStatus.BUNDLED: "paid with another line (CARC 97)",
    LineStatus.NO_PRICE: "paid, where Medicare has no price for it",
    LineStatus.REFUSED: "it cannot be priced, and leaves the others of its claim",
    LineStatus.SECONDARY: "another payer has paid first",
    LineStatus.REVERSAL: "it takes an earlier decision on the claim back",
    LineStatus.REVERSED: "taken back by a later reversal",
    LineStatus.NOT_AUDITED: "it is reported, and not judged",
}
"""Each status in words."""

WORDS: dict[str, str] = {
    Reason.SECONDARY: "paid behind another payer",
    Reason.CORRECTED: "reversed, and the claim decided on anew",
    Reason.UNCORRECTED: "reversed, and no correction in these files",
    Reason.FORWARDED: "not a claim of this payer, forwarded to another",
    Reason.PREDETERMINATION: "priced before the service, nothing paid",
    Reason.CLAIM_STATUS: "a claim status that says neither paid nor denied",
    Reason.FILING: "not Medicare Part B, and no contract is given",
    Reason.NO_SERVICES: "decided on as a whole, without service lines",
    Reason.NOT_HCPCS: "no HCPCS or CPT code",
    Reason.DUPLICATE: "denied as what the payer has decided on before (CARC 18)",
    Reason.NO_ALLOWED: "no allowed amount, and the adjustments do not add up to one",
    Reason.MISSING_LOCALITY: "no place is known for it",
    Reason.MISSING_DATE: "no date of service",
    Reason.PLACE_OF_SERVICE: "no place of service, or an unknown one",
    Reason.PRACTITIONER: "a practitioner whom Medicare did not pay on its date",
    Reason.UNITS: "units that are no whole number from 1 on",
    Reason.CHARGE: "a charge below zero, on a claim that is no reversal",
    Reason.INVALID: "a code that cannot be read, or what contradicts itself or the contract",
    Reason.MODIFIER: "a modifier that is unknown or does not apply to the code",
    Reason.UNKNOWN_CODE: "a code that is not in the release of its day",
    Reason.LOCALITY: "a place that is unknown, or may be several localities",
    Reason.NO_RELEASE: "no loaded release covers its date, or the year of the contract",
    Reason.NO_RATE: "a rule or a conversion factor of its date is not known",
}
"""Each reason in words, to be read after a number of lines."""
