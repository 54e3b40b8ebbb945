"""The transactions of an X12 file, one at a time, or a part of one at a time.

Remittances and claims are divided alike: an interchange has groups, a group has transactions, a
transaction has claims. What stands apart from every transaction is a finding. Out of scope: what a
transaction says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from feesync.x12.envelope import Envelope
from feesync.x12.interchange import Block, Interchange, blocks
from feesync.x12.records import Finding

MOST_CLAIMS = 2_000
"""Claims of a transaction that are read together, so that memory has a bound."""

_ENVELOPE = frozenset((b"ISA", b"GS", b"ST", b"SE", b"GE", b"IEA"))
_ACKNOWLEDGEMENT = b"TA1"
_GROUP_VERSION, _SET_VERSION = 8, 3


@dataclass(slots=True)
class Part:
    """A transaction, or some claims of a long one.

    Attributes:
        interchange: the interchange that it is in.
        group: the header of its group (GS), or nothing.
        number: number of the transaction in the file, counted from 1.
        first: position in the file of the first of `segments`.
        segments: those of this part.
        header: the segments before the first claim of the transaction, the first of which is ST;
            empty in its first part, whose segments begin with them.
        claims: how many claims the part has.
        is_last: whether no part of the transaction comes after it.
        is_whole: whether the transaction has its trailer (SE).
    """

    interchange: Interchange
    group: bytes
    number: int
    first: int
    segments: list[bytes]
    header: list[bytes] = field(default_factory=list)
    claims: int = 0
    is_last: bool = True
    is_whole: bool = False

    @property
    def kind(self) -> str:
        """The transaction set (ST01), such as `835`."""
        return self._element((self.header or self.segments)[0], 1)

    @property
    def version(self) -> str:
        """The implementation guide (ST03, else GS08), such as `005010X222A1`."""
        start = (self.header or self.segments)[0]
        return self._element(start, _SET_VERSION) or self._element(self.group, _GROUP_VERSION)

    def _element(self, segment: bytes, number: int) -> str:
        elements = segment.split(self.interchange.element)
        return elements[number].strip().decode("latin-1") if number < len(elements) else ""


class Transactions:
    """The parts of the transactions of a file, in its order; they can be read once.

    Attributes:
        findings: what is wrong with the file so far, apart from what its transactions say; who
            reads takes them from here.
        position: of the last segment that has been read.
    """

    def __init__(
        self, stream: BinaryIO, file: int, claim: bytes, most_claims: int | None = MOST_CLAIMS
    ) -> None:
        """Read a file.

        Args:
            stream: the file.
            file: its index, for findings.
            claim: name of the segment that begins a claim.
            most_claims: how many claims a part may have; None is all of a transaction.
        """
        self.position: int = 0
        self._envelope = Envelope(file)
        self.findings: list[Finding] = self._envelope.findings
        self._stream, self._file, self._claim = stream, file, claim
        self._most: int | None = most_claims
        self._number = 0
        self._has_stray = False

    def __iter__(self) -> Iterator[Part]:
        """Yield the parts."""
        part: Part | None = None
        group = b""
        header: list[bytes] = []
        for block in blocks(self._stream):
            if block.interchange is None:
                self._finds(block.first, "not-an-interchange", refused=True)
                break
            interchange, element = block.interchange, block.interchange.element
            for position, segment in enumerate(self._whole(block), block.first):
                self.position = position
                name = segment.partition(element)[0]
                if name in _ENVELOPE:
                    self._has_stray = False
                    self._envelope.reads(position, segment.split(element))
                    if part and name == b"SE":
                        part.segments.append(segment)
                        part.is_whole = True
                    if part:
                        yield part
                        part = None
                    if name == b"GS":
                        group = segment
                    elif name == b"ST":
                        self._number += 1
                        part = Part(interchange, group, self._number, position, [segment])
                elif part is None:
                    self._strays(name)
                elif name != self._claim:
                    part.segments.append(segment)
                else:
                    if part.claims == self._most:
                        part.is_last = False
                        yield part
                        part = Part(interchange, group, self._number, position, [], header)
                    elif not (part.claims or part.header):
                        header = part.segments.copy()
                    part.segments.append(segment)
                    part.claims += 1
        if part:
            yield part
        self._envelope.close(self.position)

    def _whole(self, block: Block) -> list[bytes]:
        """Return the segments of a block but one that the end of the file cuts."""
        if block.is_cut and block.interchange:
            (segment,) = block.segments
            if not self._envelope.ends(block.first, segment.split(block.interchange.element)):
                refused = self._envelope.in_transaction
                self._finds(block.first, "cut-segment", refused=refused)
                return []
        return block.segments

    def _strays(self, name: bytes) -> None:
        """Note a segment apart from every transaction; of several, the first, and each claim."""
        if name == self._claim:
            self._finds(self.position, "outside", refused=True)
        elif name != _ACKNOWLEDGEMENT and not self._has_stray:
            self._has_stray = True
            self._finds(self.position, "small-letters" if name.islower() else "outside")

    def _finds(self, position: int, rule: str, *, refused: bool = False) -> None:
        self.findings.append(Finding(self._file, position, "", rule, refused))
