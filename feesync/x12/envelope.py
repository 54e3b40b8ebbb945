"""Whether interchanges, groups and transactions end, and count what they hold.

Each has a header and a trailer: ISA and IEA, GS and GE, ST and SE. A trailer has a count and the
control number of its header, so that a file that lost a part says so. Out of scope: what is in a
transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from feesync.x12.records import Finding

_CONTROL = {b"ISA": 13, b"GS": 6, b"ST": 2}
"""Which element of a header has its control number; in a trailer it is the second."""

_TRAILER = {b"ISA": b"IEA", b"GS": b"GE", b"ST": b"SE"}
_HEADER = {trailer: header for header, trailer in _TRAILER.items()}
_ORDER = (b"ISA", b"GS", b"ST")


class _Open(NamedTuple):
    """A header without its trailer so far."""

    header: bytes
    position: int
    control: bytes


class Envelope:
    """The headers that are open in a file.

    Attributes:
        findings: what is wrong so far; who reads takes them from here.
    """

    def __init__(self, file: int) -> None:
        self.findings: list[Finding] = []
        self._file = file
        self._open: list[_Open] = []
        self._counts = dict.fromkeys(_ORDER, 0)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return any(part.header == b"ST" for part in self._open)

    def reads(self, position: int, elements: Sequence[bytes]) -> None:
        """Note a header or trailer.

        Args:
            position: of the segment in the file, counted from 1.
            elements: of the segment, its name first.
        """
        name = elements[0]
        if name in _TRAILER:
            self._opens(position, elements)
            return
        header = _HEADER[name]
        if header not in {part.header for part in self._open}:
            self._finds(position, name, "no-header")
            return
        self._close(position, header, inner=True)
        opened = self._open[-1]
        if not self._counts_to(opened, position, elements):
            self._finds(position, name + b"01", "count")
        if _element(elements, 2) != opened.control:
            self._finds(position, name + b"02", "control-number")
        self._open.pop()

    def ends(self, position: int, elements: Sequence[bytes]) -> bool:
        """Tell whether the last segment of a file, which nothing ends, is a whole trailer."""
        opened = self._open[-1] if self._open else None
        return (
            opened is not None
            and elements[0] == _TRAILER[opened.header]
            and self._counts_to(opened, position, elements)
            and _element(elements, 2) == opened.control
        )

    def close(self, position: int) -> None:
        """Note that the file ends, after the segment of a position."""
        self._close(position, b"ISA")

    def _opens(self, position: int, elements: Sequence[bytes]) -> None:
        header = elements[0]
        self._close(position, header)
        level = _ORDER.index(header)
        if level:
            outer = _ORDER[level - 1]
            if not self._open or self._open[-1].header != outer:
                self._finds(position, outer, "no-header")
            self._counts[outer] += 1
        self._counts[header] = 0
        self._open.append(_Open(header, position, _element(elements, _CONTROL[header])))

    def _close(self, position: int, header: bytes, *, inner: bool = False) -> None:
        """Note that what is open from a level on, or only what is in it, has no trailer."""
        level = _ORDER.index(header) + inner
        if self._open and _ORDER.index(self._open[-1].header) >= level:
            self._finds(position, _TRAILER[self._open[-1].header], "no-trailer")
        self._open = [part for part in self._open if _ORDER.index(part.header) < level]

    def _counts_to(self, opened: _Open, position: int, elements: Sequence[bytes]) -> bool:
        segments = position - opened.position + 1
        count = segments if opened.header == b"ST" else self._counts[opened.header]
        text = _element(elements, 1)
        return text.isdigit() and text.lstrip(b"0") == (b"%d" % count).lstrip(b"0")

    def _finds(self, position: int, path: bytes, rule: str) -> None:
        self.findings.append(Finding(self._file, position, path.decode(), rule))


def _element(elements: Sequence[bytes], number: int) -> bytes:
    """Return an element, or nothing where the segment is shorter."""
    return elements[number].strip() if number < len(elements) else b""
