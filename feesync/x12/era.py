"""Remittances (X12 835): bytes in, records out, by oxedi.

No other module knows oxedi. It divides segments into elements and components, and proves that the
money balances; its findings quote the file, so that only the rule and the segment of one are used.
What it makes of a file needs memory, so that it reads a transaction at a time, and of a long one
some thousand claims. Out of scope: bytes around the segments (interchange), the envelope
(envelope), and whether an amount is right.

Source: ASC X12N 005010X221A1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from feesync.errors import MissingExtraError
from feesync.x12.claim_payment import claim_payment
from feesync.x12.reader import Reader, records_of
from feesync.x12.records import (
    ClaimPayment,
    Finding,
    Payer,
    ProviderAdjustment,
    Remittance,
)
from feesync.x12.transactions import Part
from feesync.x12.values import (
    ElementError,
    Segment,
    Value,
    amount,
    day,
    element,
    separator_in_use,
    text,
)

if TYPE_CHECKING:
    import oxedi

_BALANCES = {"2110": "line-balance", "2100": "claim-balance", "transaction": "payment-balance"}
"""The rule by the innermost loop of oxedi's path."""

_PROVIDER_ADJUSTMENTS = range(3, 15, 2)
_READ = frozenset(
    b"BPR N1 CLP CAS NM1 MOA MIA SVC DTM REF AMT LQ PLB".split()  # what records are made of
)
_ENDS_CLAIM = frozenset((b"CLP", b"LX", b"PLB", b"SE"))


_UNKNOWN = Payer("", "")


@dataclass(slots=True)
class _Header:
    """What a transaction says before its first claim."""

    payer: Payer = _UNKNOWN
    payee_npi: str = ""
    production_day: date | None = None
    party: Value = b""

    def reads(self, segment: Segment) -> None:
        """Read a segment."""
        name, qualifier = segment[0], element(segment, 1)
        if name == b"BPR":
            self._produced(segment, 16)
        elif name == b"DTM" and qualifier == b"405":
            self._produced(segment, 2)
        elif name == b"N1":
            self.party = qualifier
            identifier = text(segment, 4)
            if qualifier == b"PR":
                number = identifier if element(segment, 3) == b"XV" else ""
                self.payer = Payer(number, text(segment, 2))
            elif qualifier == b"PE" and element(segment, 3) == b"XX":
                self.payee_npi = identifier
        elif name == b"REF" and qualifier == b"2U" and self.party == b"PR":
            self.payer = Payer(self.payer.number or text(segment, 2), self.payer.name)

    def _produced(self, segment: Segment, number: int) -> None:
        with suppress(ElementError):  # no record is of less worth without it
            self.production_day = day(segment, number)


def remittances(path: str | Path, file: int = 0) -> Iterator[Remittance]:
    """Yield what a file of remittances says, a transaction or a part of a long one at a time.

    Args:
        path: the file: one or several interchanges, each with one or several transactions.
        file: its index among the files of a run, for records and findings.

    Yields:
        Remittance: in the order of the file. A claim that cannot be read, or that the end of a cut
            file may have shortened, is not among its payments but among its findings. The last one
            has what is wrong after all transactions too.

    Raises:
        InvalidInputError: the file cannot be opened, is no X12, or has no remittance; the message
            names the file, and nothing that stands in it.
        MissingExtraError: oxedi is not installed.
    """
    try:
        import oxedi  # noqa: F401 - whether it is there
    except ImportError:
        raise MissingExtraError("reading remittances", "edi") from None
    yield from records_of(path, file, _Reader)


class _Reader(Reader[Remittance]):
    """A file that is being read."""

    WHAT = "remittance (835)"
    CLAIM = b"CLP"

    def __init__(self, stream: BinaryIO, file: int) -> None:
        super().__init__(stream, file)
        self._header = _Header()

    def reads(self, part: Part) -> bool:
        """Tell whether a transaction is a remittance."""
        return part.kind == "835"

    def record(self, part: Part) -> Remittance:
        """Return the record of a transaction or a part of one."""
        if not part.header:
            self._header = _Header()
        payments: list[ClaimPayment] = []
        provider: list[ProviderAdjustment] = []
        claim: list[Segment] = []
        start = part.first
        result, before = self._parsed(part)
        balances = self._balances(part, result, before)
        for position, segment in enumerate(_segments(result, before), part.first):
            name = segment[0]
            if claim and name in _ENDS_CLAIM:
                payments += self._payment(claim, start)
                claim = []
            if name == b"CLP":
                claim, start = [segment], position
            elif claim:
                claim.append(segment)
            elif name == b"PLB":
                provider += self._provider_adjustments(segment, position)
            elif not payments:
                self._header.reads(segment)
        if claim and part.is_last:
            self.finds(start, "2100", "cut-claim", refused=True)
            balances = [finding for finding in balances if finding.segment < start]
        elif claim:
            payments += self._payment(claim, start)
        return Remittance(
            file=self.file,
            transaction=part.number,
            payer=self._header.payer,
            payee_npi=self._header.payee_npi,
            production_day=self._header.production_day,
            payments=tuple(payments),
            provider_adjustments=tuple(provider),
            findings=tuple(balances),
        )

    def _parsed(self, part: Part) -> tuple[oxedi.Result | None, int]:
        """Return what oxedi makes of a part, and how many segments in it are before the part's.

        None where it divides the part into other segments.
        """
        import oxedi

        terminator, declared = part.interchange.terminator, part.interchange.component
        segments = terminator.join((b"", *part.segments, b""))
        component = separator_in_use(segments, part.interchange)
        if component != declared:
            self.finds(part.first, "ISA16", "component-separator")
        header = part.interchange.header.removesuffix(declared) + component
        before = [header, *filter(None, (part.group,)), *part.header]
        with suppress(oxedi.ParseError):  # whose message quotes the file
            result = oxedi.parse(terminator.join(before) + segments)
            if len(result.document) == len(before) + len(part.segments):
                return result, len(before)
        self.finds(part.first, "", "unreadable", refused=True)
        return None, 0

    def _balances(self, part: Part, result: oxedi.Result | None, before: int) -> list[Finding]:
        """Return where money does not balance."""
        findings = []
        for found in result.diagnostics if result else ():
            loop = found.path.rpartition("/")[2].partition("#")[0]
            if found.kind != "BalanceMismatch" or loop not in _BALANCES or found.segment is None:
                continue
            if loop != "transaction" or (part.is_whole and not part.header):
                position = part.first + found.segment - before
                findings.append(Finding(self.file, position, loop, _BALANCES[loop]))
        return findings

    def _payment(self, claim: Sequence[Segment], first: int) -> Iterator[ClaimPayment]:
        """Yield the claim, or note why it cannot be read."""
        try:
            yield claim_payment(claim, first)
        except ElementError as error:
            self.finds(error.segment or first, error.path, error.rule, refused=True)

    def _provider_adjustments(
        self, segment: Segment, position: int
    ) -> Iterator[ProviderAdjustment]:
        """Yield the adjustments of a PLB: up to six pairs of a reason and an amount."""
        for at in _PROVIDER_ADJUSTMENTS:
            if not any(segment[at : at + 2]):
                continue
            reason = element(segment, at)
            cents = None
            try:
                cents = amount(segment, at + 1)
            except ElementError as error:
                self.finds(position, error.path, error.rule)
            code = reason[0] if isinstance(reason, list) else reason
            yield ProviderAdjustment(text([code], 0), cents, position)


def _segments(result: oxedi.Result | None, before: int) -> Iterator[Segment]:
    """Yield the segments of a part, each with the elements that records are made of."""
    document = result.document if result else ()
    for index in range(before, len(document)):
        segment = document[index]
        name = segment.id
        yield [name, *segment.elements] if name in _READ else [name]
