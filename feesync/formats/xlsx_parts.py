"""The parts of a workbook, measured before a reader makes room for its cells.

The cells of a sheet refer to texts by number, so that a file of one megabyte can ask for any amount
of memory: as many cells as it has, times the longest text. A reader also makes room for every cell
before the last one. So the XML of each part is walked here first, and only parts that have been
walked are passed on; printer settings and pictures are left out unread. Out of scope: the cells
themselves (xlsx).

CMS's ZIP5 of January 2026 has 18.3 MB of XML, 894,354 elements, and 339,628 cells that refer to
43,101 texts of at most 21 characters; every county file has less than 0.1 MB.
"""

from __future__ import annotations

import io
import re
import zipfile
from xml.parsers import expat

from feesync.errors import ContentRefusedError
from feesync.formats import archive

MAX_BYTES = 16 * 2**20
MAX_XML_BYTES = 32 * 2**20
MAX_OTHER_BYTES = 2**20
"""Size of a part with neither cells nor texts: styles, themes, names."""

MAX_ELEMENTS = 1_500_000
MAX_TEXT_BYTES = 32 * 2**20
"""Size of the text of all cells, each counted as if it had the longest text of the workbook."""

_TEXT_PARTS = (".xml", ".rels")
_LARGE = re.compile(r"(?:.*/)?(?:worksheets/[^/]+|sharedstrings)\.xml", re.IGNORECASE)
_PACKAGE = "[Content_Types].xml"
_REFERENCE = re.compile(r"[A-Z]([0-9]{1,7})")
_ROW = re.compile(r"[0-9]{1,7}")
_CHUNK = 64 * 2**10
_WIDEST_CHARACTER = 4


def xml_parts(data: bytes, name: str, most_rows: int) -> bytes:
    """Return a workbook with the XML parts of another, after checking that they are within bounds.

    Args:
        data: the bytes of the workbook.
        name: its name, for errors.
        most_rows: the highest row number that is accepted; the last column is Z.

    Raises:
        ContentRefusedError: the data is no sound zip or no workbook; a part is not sound XML in
            UTF-8 or has a document type; a cell is out of bounds or has no reference; or there are
            more bytes, elements or text than in any file of CMS's.
    """
    if len(data) > MAX_BYTES:
        raise ContentRefusedError(
            f"is larger than {MAX_BYTES >> 20} MiB, for a workbook of CMS", file=name
        )
    walk = _Walk(name, most_rows)
    result = io.BytesIO()
    parts = archive.streams(
        io.BytesIO(data), name, lambda base: base.lower().endswith(_TEXT_PARTS), MAX_XML_BYTES
    )
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for names, size, stream in parts:
            if len(names) > 2:
                raise ContentRefusedError("holds a zip within a workbook", file=name)
            part = names[-1]
            walk.begin(part, size)
            with package.open(part, "w") as copy:
                while chunk := stream.read(_CHUNK):
                    walk.feed(chunk)
                    copy.write(chunk)
            walk.end()
        if _PACKAGE not in package.namelist():
            raise ContentRefusedError(
                "is not readable as xlsx (it has no content types)", file=name
            )
    return result.getvalue()


class _Walk:
    """A pass over the XML of all parts, which counts what a reader would make room for."""

    def __init__(self, name: str, most_rows: int) -> None:
        self._name, self._most_rows = name, most_rows
        self._part = ""
        self._bytes = self._elements = self._cells_by_number = self._longest = self._cell_text = (
            self._text
        ) = 0
        self._sheet_data = 0

    def begin(self, part: str, size: int) -> None:
        """Begin a part of `size` bytes."""
        self._part = part
        self._bytes += size
        if self._bytes > MAX_XML_BYTES or (size > MAX_OTHER_BYTES and not _LARGE.fullmatch(part)):
            raise self._refusal("has more XML than any workbook of CMS")
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        """Parse the next bytes of the part."""
        if b"\0" in chunk:
            raise self._refusal(f"is not readable as xlsx ({self._part} is not UTF-8)")
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError as error:
            raise self._refusal(f"is not readable as xlsx ({self._part}: {error})") from None

    def end(self) -> None:
        """End the part."""
        self.feed(b"", last=True)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise self._refusal(f"has more than {MAX_ELEMENTS:,} elements")
        tag = tag.rpartition(":")[2]
        if tag == "sheetData":
            self._sheet_data += 1
        elif tag == "si":
            self._text = 0
        elif self._sheet_data and tag == "c":
            self._cell(attributes)
        elif self._sheet_data and tag == "row" and "r" in attributes:
            self._row(_ROW.fullmatch(attributes["r"]), attributes["r"])

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "sheetData":
            self._sheet_data -= 1
        elif tag == "si":
            self._longest = max(self._longest, self._text)
            self._check_text()

    def _cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r", "")
        self._row(_REFERENCE.fullmatch(reference), reference)
        if attributes.get("t") == "s":
            self._cells_by_number += 1
            self._check_text()

    def _row(self, match: re.Match[str] | None, reference: str) -> None:
        if match is None or int(match[match.lastindex or 0]) > self._most_rows:
            raise self._refusal(f'has a cell at "{reference:.20}", outside any table of its kind')

    def _characters(self, text: str) -> None:
        size = len(text) if text.isascii() else len(text) * _WIDEST_CHARACTER
        self._text += size
        if self._sheet_data:
            self._cell_text += size
            self._check_text()

    def _check_text(self) -> None:
        if self._cell_text + self._cells_by_number * self._longest > MAX_TEXT_BYTES:
            raise self._refusal(f"has cells of more than {MAX_TEXT_BYTES >> 20} MiB of text")

    def _doctype(self, *_: object) -> None:
        raise self._refusal(f"is not readable as xlsx ({self._part} has a document type)")

    def _refusal(self, reason: str) -> ContentRefusedError:
        return ContentRefusedError(reason, file=self._name)
