"""What a payer's remittance and a provider's claims say, whichever package read the file.

Money is whole cents, days are dates, codes are texts as they came, and what a file does not say is
None or empty. A claim has the patient's account number; no record has the name, birthday or
identifier of a person but the NPI of who rendered. Out of scope: reading files (era, submitted),
and whether an amount is right.

Source: ASC X12N 005010X221A1 (835) and 005010X222A1 (837P); CMS's companion guides and chapter 22
of the Medicare Claims Processing Manual say how Medicare fills them.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from feesync.x12.dictionaries import FindingDict


class Finding(NamedTuple):
    """What is wrong in a file: the rule and the segment, never what stands there.

    Attributes:
        file: index of the file among those that were asked for, from 0.
        segment: position of the segment in the file, counted from 1.
        path: where in the segment or the loops, such as `CLP04` or `2000/2100/2110/SVC02`.
        rule: what the file should have, as a short name in small letters with hyphens, such as
            `truncated`, `line-balance` or `not-an-amount`.
        refused: whether something was left out for it: a claim, or the rest of a transaction.
    """

    file: int
    segment: int
    path: str
    rule: str
    refused: bool = False

    def to_dict(self) -> FindingDict:
        """Return the finding for `json.dumps`, without the index of its file."""
        return {
            "segment": self.segment,
            "path": self.path,
            "rule": self.rule,
            "refused": self.refused,
        }


class Procedure(NamedTuple):
    """A service as a composite of a line names it (SVC01, SVC06, SV101).

    Attributes:
        qualifier: which codes it is of: `HC` for HCPCS and CPT, `NU` for revenue codes, and others.
        code: the code.
        modifiers: up to four, in their order.
    """

    qualifier: str
    code: str
    modifiers: tuple[str, ...]


class Adjustment(NamedTuple):
    """One reason for which a payer pays another amount than the charge (CAS).

    Attributes:
        group: who bears it: `CO`, `PR`, `OA` or `PI`.
        reason: claim adjustment reason code (CARC), such as `45` or `253`.
        cents: what it takes from the charge; negative adds to it.
        quantity: units that it takes, or None.
    """

    group: str
    reason: str
    cents: int
    quantity: Decimal | None


class ServiceLine(NamedTuple):
    """A service that a payer decided on (loop 2110 of an 835).

    Attributes:
        number: the provider's number of the line (REF*6R), or empty.
        procedure: what was paid as (SVC01).
        billed: what was billed, where the payer says that it differs (SVC06); else None.
        units: how many were paid (SVC05); 1 where the file has none.
        billed_units: how many were billed, where they differ (SVC07); else None.
        charge: in cents.
        paid: in cents.
        first_day: of the service; the claim's where the line has none, None where neither has.
        last_day: the same as `first_day` for a service of one day, or where one of both is given.
        allowed: the payer's allowed amount (AMT*B6) in cents, or None.
        adjustments: those of the line.
        remarks: remittance advice remark codes (LQ*HE).
        rendering_npi: NPI of who rendered it (REF*HPI), else of the claim, or empty.
        segment: position of its SVC in the file, counted from 1.
    """

    number: str
    procedure: Procedure
    billed: Procedure | None
    units: Decimal
    billed_units: Decimal | None
    charge: int
    paid: int
    first_day: date | None
    last_day: date | None
    allowed: int | None
    adjustments: tuple[Adjustment, ...]
    remarks: tuple[str, ...]
    rendering_npi: str
    segment: int


class ClaimAmount(NamedTuple):
    """A supplementary amount of a claim (AMT): its qualifier, such as `AU`, and cents."""

    qualifier: str
    cents: int


class ClaimPayment(NamedTuple):
    """A claim that a payer decided on (loop 2100 of an 835).

    Attributes:
        number: the provider's claim number (CLP01 = CLM01), which is health information.
        status: CLP02: `1`, `2`, `3` processed as primary, secondary, tertiary; `19` to `21` the
            same and forwarded; `4` denied; `22` reversal; `23`, `25` not a decision on payment.
        charge: CLP03 in cents.
        paid: CLP04 in cents.
        patient: CLP05, what the patient owes, in cents; 0 where the file has none.
        filing: claim filing indicator (CLP06): `MB` is Medicare Part B; empty where there is none.
        payer_number: the payer's claim number (CLP07), which is health information.
        pos: place of service (CLP08), or empty.
        frequency: claim frequency code (CLP09), or empty.
        original_number: the payer's number of the claim that this one corrects (REF*F8), or empty.
        rendering_npi: NPI of who rendered the services (NM1*82), or empty.
        first_day: of the claim (DTM*232), or None.
        last_day: of the claim (DTM*233), or None.
        adjustments: those of the claim as a whole.
        amounts: supplementary amounts.
        remarks: remark codes of the claim (MOA, MIA).
        services: its lines; empty where the payer decided on the claim as a whole.
        segment: position of its CLP in the file, counted from 1.
    """

    number: str
    status: str
    charge: int
    paid: int
    patient: int
    filing: str
    payer_number: str
    pos: str
    frequency: str
    original_number: str
    rendering_npi: str
    first_day: date | None
    last_day: date | None
    adjustments: tuple[Adjustment, ...]
    amounts: tuple[ClaimAmount, ...]
    remarks: tuple[str, ...]
    services: tuple[ServiceLine, ...]
    segment: int

    @property
    def is_without_services(self) -> bool:
        """Whether the payer decided on the claim as a whole, so that no line can be priced."""
        return not self.services


class ProviderAdjustment(NamedTuple):
    """What a payer takes from, or adds to, a payment apart from its claims (PLB).

    Attributes:
        reason: such as `WO`, `L6` or `CS`; the number of a claim that may follow it is left out.
        cents: positive is taken from the payment; None where the file has no amount.
        segment: position of the PLB in the file, counted from 1.
    """

    reason: str
    cents: int | None
    segment: int


class Payer(NamedTuple):
    """Who pays: the identifier (N1*PR, else REF*2U) and the name; each may be empty."""

    number: str
    name: str


class Remittance(NamedTuple):
    """A transaction of an 835, or a part of a long one: what one payer paid at one time.

    A long transaction comes in parts, one after the other, so that a file may be larger than
    memory. Provider adjustments are in the last.

    Attributes:
        file: index of the file among those that were asked for, from 0.
        transaction: number of the transaction in the file, counted from 1.
        payer: who pays.
        payee_npi: NPI of who is paid, or empty.
        production_day: DTM*405, else BPR16; None where the file has neither.
        payments: the claims.
        provider_adjustments: what is apart from claims.
        findings: what is wrong in this part.
    """

    file: int
    transaction: int
    payer: Payer
    payee_npi: str
    production_day: date | None
    payments: tuple[ClaimPayment, ...]
    provider_adjustments: tuple[ProviderAdjustment, ...]
    findings: tuple[Finding, ...]


class SubmittedLine(NamedTuple):
    """A service that a provider billed (loop 2400 of an 837P).

    Attributes:
        number: the provider's number of the line (REF*6R), or empty.
        procedure: what is billed (SV101).
        charge: SV102 in cents.
        units: SV104; None where the file has none.
        measure: what `units` counts (SV103): `UN` units, `MJ` minutes.
        pos: place of service of the line (SV105), else of the claim.
        first_day: DTP*472; None where the file has none.
        last_day: the same as `first_day` for a service of one day.
        rendering_npi: NPI of who rendered it (2420A), else of the claim.
        zip_code: ZIP of the place of the line (2420C), else of the claim.
        segment: position of its LX in the file, counted from 1.
    """

    number: str
    procedure: Procedure
    charge: int
    units: Decimal | None
    measure: str
    pos: str
    first_day: date | None
    last_day: date | None
    rendering_npi: str
    zip_code: str
    segment: int


class SubmittedClaim(NamedTuple):
    """A claim that a provider billed (loop 2300 of an 837P).

    Attributes:
        file: index of the file among those that were asked for, from 0.
        number: the provider's claim number (CLM01), which is health information.
        charge: CLM02 in cents.
        pos: place of service (CLM05-1).
        frequency: claim frequency code (CLM05-3), or empty: `7` replaces, `8` voids a claim.
        filing: claim filing indicator of the payer that the claim goes to (SBR09), or empty.
        payer_order: whether that payer comes first (SBR01): `P`, `S`, `T` and others.
        billing_npi: NPI of who bills (2010AA).
        rendering_npi: NPI of who rendered the services (2310B), else empty.
        taxonomy: of who rendered (PRV*PE), else of who bills (PRV*BI), else empty.
        zip_code: of the service facility (2310C), else of who bills (2010AA), or at home (POS 12)
            of the patient; digits, or empty.
        lines: the services.
        segment: position of its CLM in the file, counted from 1.
    """

    file: int
    number: str
    charge: int
    pos: str
    frequency: str
    filing: str
    payer_order: str
    billing_npi: str
    rendering_npi: str
    taxonomy: str
    zip_code: str
    lines: tuple[SubmittedLine, ...]
    segment: int


class Submission(NamedTuple):
    """A transaction of an 837P: what a provider billed at one time.

    Attributes:
        file: index of the file among those that were asked for, from 0.
        transaction: number of the transaction in the file, counted from 1.
        claims: the claims.
        findings: what is wrong in it.
    """

    file: int
    transaction: int
    claims: tuple[SubmittedClaim, ...]
    findings: tuple[Finding, ...]
