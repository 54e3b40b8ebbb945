"""Professional claims (X12 837P): bytes in, records out, by pyx12.

No other module knows pyx12. It says which loop a segment is in, by its map of the implementation
guide; a segment that the map does not have there makes its claim one that is not read, if a record
would need it. Every claim (CLM) of the file is read or is a finding. pyx12 is given no more than
names and qualifiers of segments, and its log goes nowhere. Out of scope: bytes around the segments
(interchange), the envelope (envelope), and what a segment says (submitted_claim).

Source: ASC X12N 005010X222A1.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feesync.errors import MissingExtraError
from feesync.x12.reader import Reader, records_of
from feesync.x12.records import Submission, SubmittedClaim
from feesync.x12.submitted_claim import COMPOSITES, Claims
from feesync.x12.transactions import Part
from feesync.x12.values import ElementError, Segment, Value, separator_in_use

if TYPE_CHECKING:
    from feesync.x12.interchange import Interchange

_GUIDE = "005010X222"
_MAP = "837.5010.X222.A1.xml"
_START = "/ISA_LOOP/GS_LOOP/GS"
_NEEDED = frozenset(b"HL SBR CLM LX SV1 NM1 N4".split())
"""What records are made of; a claim is not read where the guide has none of these."""

_MOST_CODE = 4
_ENDS_CLAIM = frozenset((b"CLM", b"HL", b"SE"))


def submissions(path: str | Path, file: int = 0, name: str = "") -> Iterator[Submission]:
    """Yield what a file of professional claims says, a transaction at a time.

    Args:
        path: the file: one or several interchanges, each with one or several transactions.
        file: its index among the files of a run, for records and findings.
        name: what errors call the file; by default its own name.

    Yields:
        Submission: in the order of the file. A claim that cannot be read, or that the end of a cut
            file may have shortened, is not among its claims but among its findings. The last one
            has what is wrong after all transactions too.

    Raises:
        InvalidInputError: the file cannot be opened, is no X12, or has no professional claims; the
            message names the file, and nothing that stands in it.
        MissingExtraError: pyx12 is not installed.
    """
    try:
        import pyx12  # noqa: F401 - whether it is there
    except ImportError:
        raise MissingExtraError("reading submitted claims", "edi") from None
    logging.getLogger("pyx12").propagate = False
    logging.getLogger("pyx12").addHandler(logging.NullHandler())
    yield from records_of(path, file, _Reader, name)


class _Reader(Reader[Submission]):
    """A file that is being read."""

    WHAT = "professional claim (837P)"
    CLAIM = b"CLM"
    MOST_CLAIMS = None

    def reads(self, part: Part) -> bool:
        """Tell whether a transaction is of professional claims, by the guide of 005010."""
        return part.kind == "837" and part.version.startswith(_GUIDE)

    def record(self, part: Part) -> Submission:
        """Return the record of a transaction."""
        loops = _Loops(part.interchange, self._component(part))
        claims = Claims(self.file)
        read: list[SubmittedClaim] = []
        in_claim = False
        is_known = True  # who bills and who pays: not after a misplaced segment about them
        for position, raw in enumerate(self._whole(part), part.first):
            segment = loops.segment(raw)
            name = segment[0]
            if name in _ENDS_CLAIM:
                read += self._closed(claims)
                in_claim = name == self.CLAIM
            loop = loops.loop(raw)
            if name == b"HL" and loop == "2000A":
                is_known = True
            if name == self.CLAIM and (loop is None or not is_known):
                self.finds(position, "2300", "lost-claim", refused=True)
            elif loop:
                self._read(claims, loop, segment, position)
            elif name not in _NEEDED:
                continue
            elif claims.is_open:
                self.finds(position, "", "misplaced", refused=True)
                claims.drop()
            elif not in_claim:
                self.finds(position, "", "misplaced")
                is_known = False
        read += self._closed(claims)
        return Submission(self.file, part.number, tuple(read), ())

    def _component(self, part: Part) -> bytes:
        """Return what separates components: what the interchange declares, or what is there."""
        declared, terminator = part.interchange.component, part.interchange.terminator
        used = separator_in_use(terminator.join((b"", *part.segments)), part.interchange)
        if used != declared:
            self.finds(part.first, "ISA16", "component-separator")
        return used

    def _whole(self, part: Part) -> list[bytes]:
        """Return the segments up to a claim that the end of the file may have shortened."""
        if part.is_whole or not part.claims:
            return part.segments
        start = self.CLAIM + part.interchange.element
        last = max(at for at, segment in enumerate(part.segments) if segment.startswith(start))
        self.finds(part.first + last, "2300", "cut-claim", refused=True)
        return part.segments[:last]

    def _read(self, claims: Claims, loop: str, segment: Segment, position: int) -> None:
        """Read a segment; note why its claim cannot be read."""
        try:
            claims.reads(loop, segment, position)
        except ElementError as error:
            self.finds(position, error.path, error.rule, refused=True)
            claims.drop()

    def _closed(self, claims: Claims) -> Iterator[SubmittedClaim]:
        """Yield the claim that has begun, where one has, or note why it cannot be read."""
        try:
            for claim in claims.close():
                if sum(line.charge for line in claim.lines) != claim.charge:
                    self.finds(claim.segment, "CLM02", "claim-total")
                yield claim
        except ElementError as error:
            self.finds(error.segment or 0, error.path, error.rule, refused=True)


class _Loops:
    """Where the segments of a transaction are in the implementation guide, by pyx12."""

    def __init__(self, interchange: Interchange, component: bytes) -> None:
        self._element, self._component = interchange.element, component
        self._node = _start()

    def segment(self, raw: bytes) -> Segment:
        """Return a segment as its elements."""
        elements: list[Value] = [*raw.split(self._element)]
        number = COMPOSITES.get(raw[:3])
        if number is not None and number < len(elements):
            elements[number] = raw.split(self._element)[number].split(self._component)
        return elements

    def loop(self, raw: bytes) -> str | None:
        """Return the loop of the next segment, such as `2010AA`; None where the guide has none."""
        name, qualifier, _, level = (*raw.split(self._element, 4), b"", b"", b"")[:4]
        qualifier = qualifier.partition(self._component)[0]
        node = _next(self._node, name, _code(qualifier), _code(level) if name == b"HL" else "")
        if node is None:
            return None
        self._node = node
        return str(node.parent.id)


class _Uncounted:
    """In place of pyx12's counter of segments and loops.

    It is asked only for findings on how often something may be there, of which none is read. So
    the next node depends on the last one alone.
    """

    def reset_to_node(self, path: object) -> None:
        """Forget nothing."""

    def increment(self, path: object) -> None:
        """Count nothing."""

    def get_count(self, path: object) -> int:
        """Return what is neither too few nor too many."""
        return 1


@lru_cache(maxsize=1)
def _start() -> Any:  # noqa: ANN401 - a class without types
    """Return where a transaction begins in pyx12's map of the implementation guide."""
    from pyx12.map_if import load_map_file
    from pyx12.params import params

    return load_map_file(_MAP, params()).getnodebypath(_START)


def _code(element: bytes) -> str:
    """Return a qualifier, or nothing in place of what is too long for one."""
    return element.decode() if element.isalnum() and len(element) <= _MOST_CODE else ""


@lru_cache(maxsize=4096)
def _next(node: Any, name: bytes, qualifier: str, level: str) -> Any:  # noqa: ANN401
    """Return the guide's node of a segment that follows another; None where it has none.

    Args:
        node: of the last segment.
        name: of the segment.
        qualifier: its first element, or the first component of that.
        level: of HL, its third element; else empty.
    """
    from pyx12.map_walker import walk_tree
    from pyx12.segment import Segment as Pyx12Segment

    walker = walk_tree()
    walker.counter = _Uncounted()
    text = f"{_code(name)}*{qualifier}**{level}"
    return walker.walk_errors(node, Pyx12Segment(text, "~", "*", ":"), 0, 0, None)[0]
