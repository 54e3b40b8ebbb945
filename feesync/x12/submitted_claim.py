"""The claims of an 837P transaction: from segments, whose loops are known, to records.

Out of scope: which loop a segment is in (submitted), and what a claim pays.

Source: ASC X12N 005010X222A1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from feesync.x12.records import Procedure, SubmittedClaim, SubmittedLine
from feesync.x12.values import (
    ElementError,
    Segment,
    amount,
    day,
    element,
    needed,
    path_of,
    procedure,
    quantity,
    text,
)

COMPOSITES = {b"CLM": 5, b"SV1": 1}
"""The element of a segment that has components which are read."""

_NPI = b"XX"
_HOME = "12"
_ONE_DAY, _SOME_DAYS = b"D8", b"RD8"


@dataclass(slots=True)
class _Party:
    """Who bills or renders: what claims have of them."""

    npi: str = ""
    zip_code: str = ""
    taxonomy: str = ""

    def reads(self, segment: Segment) -> None:
        """Read a segment of the loop of this party."""
        name = segment[0]
        if name == b"NM1" and element(segment, 8) == _NPI:
            self.npi = text(segment, 9)
        elif name == b"N4":
            self.zip_code = text(segment, 3)
        elif name == b"PRV" and element(segment, 2) == b"PXC":
            self.taxonomy = text(segment, 3)


@dataclass(slots=True)
class _Line:
    """A line that is being read."""

    segment: int
    procedure: Procedure | None = None
    charge: int = 0
    units: Decimal | None = None
    measure: str = ""
    pos: str = ""
    first: date | None = None
    last: date | None = None
    number: str = ""
    rendering: _Party = field(default_factory=_Party)
    facility: _Party = field(default_factory=_Party)

    def reads(self, segment: Segment) -> None:
        """Read a segment of loop 2400."""
        name, qualifier = segment[0], element(segment, 1)
        if name == b"SV1":
            self.procedure = procedure(segment, 1)
            self.charge = amount(segment, 2)
            self.measure = text(segment, 3)
            self.units = quantity(segment, 4)
            self.pos = text(segment, 5)
        elif name == b"DTP" and qualifier == b"472":
            self._dates(segment)
        elif name == b"REF" and qualifier == b"6R":
            self.number = text(segment, 2)

    def _dates(self, segment: Segment) -> None:
        form, value = element(segment, 2), element(segment, 3)
        if form == _ONE_DAY:
            self.first = self.last = day(segment, 3)
            return
        days = value.split(b"-") if isinstance(value, bytes) else []
        if form != _SOME_DAYS or len(days) != len(("first", "last")):
            raise ElementError(path_of(segment, 3), "not-a-day")
        self.first, self.last = (day([b"DTP", b"", b"", part], 3) for part in days)


@dataclass(slots=True)
class _Claim:
    """A claim that is being read."""

    segment: int
    number: str
    charge: int
    pos: str
    frequency: str
    rendering: _Party = field(default_factory=_Party)
    facility: _Party = field(default_factory=_Party)
    lines: list[_Line] = field(default_factory=list)


class Claims:
    """The claims of a transaction, a segment at a time."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._billing, self._patient = _Party(), _Party()
        self._payer_order, self._filing = "", ""
        self._claim: _Claim | None = None

    @property
    def is_open(self) -> bool:
        """Whether a claim has begun."""
        return self._claim is not None

    def reads(self, loop: str, segment: Segment, position: int) -> None:
        """Read a segment.

        Args:
            loop: the loop that it is in, such as `2010AA`.
            segment: the segment, with the components of `COMPOSITES`.
            position: of the segment in the file.

        Raises:
            ElementError: something that the record needs is missing or cannot be read.
        """
        name = segment[0]
        if name == b"CLM":
            components = element(segment, COMPOSITES[name])
            parts = [*components, b"", b""] if isinstance(components, list) else [components, b""]
            pos, frequency = text(parts, 0), text(parts, 2)
            self._claim = _Claim(position, needed(segment, 1), amount(segment, 2), pos, frequency)
        elif name == b"LX" and self._claim:
            self._claim.lines.append(_Line(position))
        elif loop == "2000A" and name == b"HL":
            self._billing = _Party()
        elif loop in ("2000A", "2010AA"):
            self._billing.reads(segment)
        elif loop == "2000B" and name == b"HL":
            self._patient = _Party()
        elif loop in ("2010BA", "2010CA"):
            self._patient.reads(segment)
        elif loop == "2000B" and name == b"SBR":
            self._payer_order, self._filing = text(segment, 1), text(segment, 9)
        elif self._claim:
            self._of_claim(self._claim, loop, segment)

    def drop(self) -> None:
        """End the claim that has begun, without a record of it."""
        self._claim = None

    def _of_claim(self, claim: _Claim, loop: str, segment: Segment) -> None:
        """Read a segment after CLM."""
        line = claim.lines[-1] if claim.lines else None
        if loop == "2310B":
            claim.rendering.reads(segment)
        elif loop == "2310C":
            claim.facility.reads(segment)
        elif line and loop == "2400":
            line.reads(segment)
        elif line and loop == "2420A":
            line.rendering.reads(segment)
        elif line and loop == "2420C":
            line.facility.reads(segment)

    def close(self) -> Iterator[SubmittedClaim]:
        """Yield the claim that has begun, and end it.

        Raises:
            ElementError: a line of it has no service.
        """
        claim, self._claim = self._claim, None
        if claim:
            yield SubmittedClaim(
                file=self._file,
                number=claim.number,
                charge=claim.charge,
                pos=claim.pos,
                frequency=claim.frequency,
                filing=self._filing,
                payer_order=self._payer_order,
                billing_npi=self._billing.npi,
                rendering_npi=claim.rendering.npi,
                taxonomy=claim.rendering.taxonomy or self._billing.taxonomy,
                zip_code=self._zip(claim, claim.pos),
                lines=tuple(self._line(claim, line) for line in claim.lines),
                segment=claim.segment,
            )

    def _zip(self, claim: _Claim, pos: str) -> str:
        """Return the ZIP of the place of a service.

        At home, where no facility is named, it is the patient's (CMS, Medicare Claims Processing
        Manual, chapter 1, 10.1.1.1).
        """
        elsewhere = self._patient if pos == _HOME else self._billing
        return claim.facility.zip_code or elsewhere.zip_code

    def _line(self, claim: _Claim, line: _Line) -> SubmittedLine:
        """Return the line, which has from its claim what it does not have of its own.

        Raises:
            ElementError: it has no service.
        """
        if line.procedure is None:
            raise ElementError("SV101", "missing", line.segment)
        pos = line.pos or claim.pos
        return SubmittedLine(
            number=line.number,
            procedure=line.procedure,
            charge=line.charge,
            units=line.units,
            measure=line.measure,
            pos=pos,
            first_day=line.first,
            last_day=line.last,
            rendering_npi=line.rendering.npi or claim.rendering.npi,
            zip_code=line.facility.zip_code or self._zip(claim, pos),
            segment=line.segment,
        )
