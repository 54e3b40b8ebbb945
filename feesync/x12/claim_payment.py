"""The claim of a remittance: from its segments to a record.

Out of scope: which segments are of the claim (era), and whether its money is right.

Source: ASC X12N 005010X221A1, loops 2100 and 2110.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from feesync.model.tuples import tuple_of
from feesync.x12.records import (
    Adjustment,
    ClaimAmount,
    ClaimPayment,
    Procedure,
    ServiceLine,
)
from feesync.x12.values import (
    ElementError,
    Segment,
    Value,
    amount,
    day,
    element,
    needed,
    procedure,
    quantity,
    text,
)

_LONGEST_INDICATOR = 2
_ONE = Decimal(1)
_MOST_ADJUSTED = 20
_MOA_REMARKS = range(3, 8)
_MIA_REMARKS = (5, 20, 21, 22, 23)


class _Service:
    """A line that is being read."""

    __slots__ = (
        "adjustments", "allowed", "billed", "billed_units", "charge", "first", "last", "number",
        "paid", "procedure", "remarks", "rendering_npi", "segment", "units",
    )  # fmt: skip

    def __init__(self, segment: Segment, position: int) -> None:
        """Read SVC."""
        self.segment = position
        self.procedure = procedure(segment, 1)
        self.charge, self.paid = amount(segment, 2), amount(segment, 3)
        self.units = quantity(segment, 5)
        self.billed: Procedure | None = None
        if element(segment, 6):
            billed = procedure(segment, 6)
            self.billed = None if billed == self.procedure else billed
        self.billed_units = quantity(segment, 7)
        self.first: date | None = None
        self.last: date | None = None
        self.allowed: int | None = None
        self.number = self.rendering_npi = ""
        self.adjustments: list[Adjustment] = []
        self.remarks: list[str] = []

    def reads(self, segment: Segment, qualifier: Value) -> None:
        """Read another segment of the line."""
        name = segment[0]
        if name == b"CAS":
            self.adjustments += _adjustments(segment)
        elif name == b"REF":
            if qualifier == b"6R":
                self.number = text(segment, 2)
            elif qualifier == b"HPI":
                self.rendering_npi = text(segment, 2)
        elif name == b"DTM":
            if qualifier == b"472":
                self.first = self.last = day(segment, 2)
            elif qualifier == b"150":
                self.first = day(segment, 2)
            elif qualifier == b"151":
                self.last = day(segment, 2)
        elif name == b"AMT":
            if qualifier == b"B6":
                self.allowed = amount(segment, 2)
        elif name == b"LQ" and qualifier == b"HE":
            self.remarks.append(text(segment, 2))

    def line(self, first: date | None, last: date | None, rendering_npi: str) -> ServiceLine:
        """Return the line, given the first and the last day of the claim, and who rendered it."""
        if self.first is None and self.last is None:
            self.first, self.last = first, last
        self.first, self.last = self.first or self.last, self.last or self.first
        return tuple_of(
            ServiceLine,
            (
                self.number,
                self.procedure,
                self.billed,
                _ONE if self.units is None else self.units,
                self.billed_units,
                self.charge,
                self.paid,
                self.first,
                self.last,
                self.allowed,
                tuple(self.adjustments),
                tuple(self.remarks),
                self.rendering_npi or rendering_npi,
                self.segment,
            ),
        )


def claim_payment(segments: Sequence[Segment], first: int) -> ClaimPayment:
    """Return the claim that segments are of.

    Args:
        segments: CLP and those that follow it, up to the next claim.
        first: position of CLP in the file.

    Raises:
        ElementError: something that the record needs is missing or cannot be read.
    """
    start = segments[0]
    original, rendering = "", ""
    days: dict[bytes, date] = {}
    adjustments: list[Adjustment] = []
    amounts: list[ClaimAmount] = []
    remarks: list[str] = []
    services: list[_Service] = []
    position = first
    try:
        number = needed(start, 1)
        status = needed(start, 2)
        charge, paid = amount(start, 3), amount(start, 4)
        patient = amount(start, 5) if element(start, 5) else 0
        for position, segment in enumerate(segments[1:], first + 1):
            name = segment[0]
            qualifier = segment[1] if len(segment) > 1 else b""
            if name == b"SVC":
                service = _Service(segment, position)
                services.append(service)
            elif services:
                service.reads(segment, qualifier)
            elif name == b"CAS":
                adjustments += _adjustments(segment)
            elif name == b"NM1":
                if qualifier == b"82" and element(segment, 8) == b"XX":
                    rendering = text(segment, 9)
            elif name == b"DTM":
                if qualifier in (b"232", b"233"):
                    days[qualifier] = day(segment, 2)
            elif name == b"AMT":
                amounts.append(ClaimAmount(text(segment, 1), amount(segment, 2)))
            elif name == b"REF":
                if qualifier == b"F8":
                    original = text(segment, 2)
            elif name in (b"MOA", b"MIA"):
                numbers = _MOA_REMARKS if name == b"MOA" else _MIA_REMARKS
                remarks += filter(None, (text(segment, number) for number in numbers))
    except ElementError as error:
        error.segment = position
        raise
    first_day, last_day = days.get(b"232"), days.get(b"233")
    first_day, last_day = first_day or last_day, last_day or first_day
    return ClaimPayment(
        number=number,
        status=status,
        charge=charge,
        paid=paid,
        patient=patient,
        filing=_indicator(text(start, 6)),
        payer_number=text(start, 7),
        pos=text(start, 8),
        frequency=text(start, 9),
        original_number=original,
        rendering_npi=rendering,
        first_day=first_day,
        last_day=last_day,
        adjustments=tuple(adjustments),
        amounts=tuple(amounts),
        remarks=tuple(remarks),
        services=tuple(service.line(first_day, last_day, rendering) for service in services),
        segment=first,
    )


def _indicator(text: str) -> str:
    """Return a claim filing indicator; where a field is shifted it is none, and never shown."""
    return text if len(text) <= _LONGEST_INDICATOR else ""


def _adjustments(segment: Segment) -> list[Adjustment]:
    """Return the adjustments of a CAS: a group, and up to six reasons with amount and quantity."""
    group = needed(segment, 1)
    return [
        tuple_of(
            Adjustment,
            (group, needed(segment, at), amount(segment, at + 1), quantity(segment, at + 2)),
        )
        for at in range(2, min(len(segment), _MOST_ADJUSTED), 3)
        if any(segment[at : at + 3])
    ]
