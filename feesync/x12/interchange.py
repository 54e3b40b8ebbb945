"""The bytes of X12 files: interchanges, their delimiters, and segments in blocks.

A file is read a block at a time, so that it may be larger than memory. Before the first segment
there may be a byte order mark; line ends may stand anywhere, for no segment can hold one; after an
interchange another may follow, with delimiters of its own. Out of scope: what segments mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO, NamedTuple

BLOCK = 1 << 20
"""How many bytes of a file are read at a time."""

_MOST_SEGMENT = 1 << 17
"""Bytes of the longest segment that is read; a remittance's have some hundred."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n\v\f\0\x1a"
_NEWLINES = b"\r\n"
_MOST_HEADER = 1000
_ELEMENTS = 16
_LAST_ELEMENT = re.compile(
    rb"[\r\n]*(?P<component>[^\r\nA-Za-z0-9 ])"
    rb"(?:\r?(?P<newline>[\r\n])(?=[\r\n]*[A-Za-z0-9])|[\r\n]*(?P<terminator>[^A-Za-z0-9 ]))"
)
"""ISA16, the component separator, and what ends every segment; that is a line end where the next
segment follows it."""


class Interchange(NamedTuple):
    """An interchange's header (ISA), without line ends and terminator, and its delimiters."""

    header: bytes
    element: bytes
    component: bytes
    terminator: bytes


class Block(NamedTuple):
    """Some segments of an interchange, in their order.

    Attributes:
        interchange: the interchange that they are of; None where its header cannot be read, so
            that the rest of the file is not read either.
        first: position of the first segment in the file, counted from 1.
        segments: the segments without terminator and line ends; the first of an interchange is its
            header.
        is_cut: whether it is one segment alone, at the end of the file and without a terminator.
    """

    interchange: Interchange | None
    first: int
    segments: list[bytes]
    is_cut: bool = False


def blocks(file: BinaryIO) -> Iterator[Block]:
    """Yield the segments of a file; none where it has no bytes but blanks."""
    buffer = file.read(BLOCK).removeprefix(_BYTE_ORDER_MARK).lstrip(_BLANK)
    position, at = 1, 0
    interchange: Interchange | None = None
    while buffer:
        if interchange is None:
            interchange, length = _interchange(buffer, at)
            if interchange is None:
                yield Block(None, position, [])
                return
            yield Block(interchange, position, [interchange.header])
            position, at = position + 1, at + length
        terminator = interchange.terminator
        following = None
        if buffer.find(b"ISA", at) >= 0:
            following = _following(terminator).search(buffer, max(at - 1, 0))
        end = following.start("header") if following else buffer.rfind(terminator) + 1
        segments = _segments(buffer[at:end], interchange)
        if segments:
            yield Block(interchange, position, segments)
        position, at = position + len(segments), max(at, end)
        if following and len(buffer) - at >= _MOST_SEGMENT:
            interchange = None
            continue
        more = file.read(BLOCK)
        buffer, at = buffer[at:] + more, 0
        if following:
            interchange = None
        elif not more:
            if cut := _segments(buffer, interchange):
                yield Block(interchange, position, cut, is_cut=True)
            return
        elif len(buffer) - len(more) > _MOST_SEGMENT:
            yield Block(None, position, [])
            return


def _interchange(buffer: bytes, at: int) -> tuple[Interchange | None, int]:
    """Return the interchange whose header begins at an index, and the length of its header."""
    start = buffer[at : at + _MOST_HEADER]
    element = start[3:4]
    parts = start.split(element, _ELEMENTS) if start[:3] == b"ISA" and element else []
    last = _LAST_ELEMENT.match(parts[-1]) if len(parts) == _ELEMENTS + 1 else None
    if not last or element.isalnum() or element.isspace():
        return None, 0
    terminator = last["newline"] or last["terminator"]
    if len({element, last["component"], terminator}) < len(("element", "component", "terminator")):
        return None, 0
    before = len(start) - len(parts[-1])
    header = start[: before + last.end("component")].translate(None, _NEWLINES)
    return Interchange(header, element, last["component"], terminator), before + last.end()


@lru_cache(maxsize=16)
def _following(terminator: bytes) -> re.Pattern[bytes]:
    """Return the pattern of the header of another interchange, which begins a segment."""
    return re.compile(
        rb"(?:\A|" + re.escape(terminator) + rb")[\s\0\x1a]*(?P<header>ISA)(?=[^A-Za-z0-9\s])"
    )


def _segments(text: bytes, interchange: Interchange) -> list[bytes]:
    """Return the segments of a text, without line ends and blanks around them."""
    pieces = text.translate(None, _NEWLINES.replace(interchange.terminator, b"")).split(
        interchange.terminator
    )
    return [segment for piece in pieces if (segment := piece.strip(_BLANK))]
