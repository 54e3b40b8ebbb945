"""The links of one of CMS's pages, each with the table row that it is in.

lxml reads the page as a stream of events: no tree is built, and time and memory grow only with the
length of the page. (html.parser, which other libraries use, searches again and again for the end of
what is never closed, and needs an hour for two megabytes of `<!--`.)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from feesync.errors import ContentRefusedError

MOST_LINKS = 10_000
"""A page of CMS's has a few hundred links."""

MOST_TEXT = 2_000
"""How many characters of a text are kept. A longer address is left out, since a part of it would
lead elsewhere."""

_DOWNLOADS_FIELD = re.compile(r"(?:^|\s)field--name-field-downloads(?:\s|$)")
_ENDS_LINK = {"a", "td", "th", "tr", "table"}
_ENDS_ROW = {"tr", "table"}
_SILENT = {"script", "style", "textarea"}


@dataclass(slots=True)
class _Text:
    """The first MOST_TEXT characters of a text that comes in parts."""

    parts: list[str] = field(default_factory=list)
    length: int = 0

    def add(self, part: str) -> None:
        if self.length < MOST_TEXT:
            self.parts.append(part)
            self.length += len(part) + 1

    def __str__(self) -> str:
        return " ".join(self.parts)[:MOST_TEXT]


@dataclass(frozen=True, slots=True)
class Link:
    """A link.

    Attributes:
        href: its target as the page has it.
        text: its text, with a blank between the texts of several elements.
        row: the text of the table row that it is in, None where it is in no table.
        is_download: whether it is in the page's field Downloads.
    """

    href: str
    text: str
    row: str | None
    is_download: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page.

    Attributes:
        title: empty where it has none.
        links: in their order.
    """

    title: str
    links: Sequence[Link]


class _Reader:
    """Collects the title and the links of a page from the events of lxml's parser."""

    def __init__(self, address: str) -> None:
        self.title = _Text()
        self.links: list[tuple[str, _Text, _Text | None, bool]] = []
        self._address = address
        self._is_title = False
        self._silent = 0
        self._row: _Text | None = None
        self._link: _Text | None = None
        self._divisions: list[bool] = []
        """For each `div` that is open, whether it is in the field Downloads."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        self._ends(tag)
        if tag in _SILENT:
            self._silent += 1
        elif tag == "title":
            self._is_title = True
        elif tag == "tr":
            self._row = _Text()
        elif tag == "div":
            is_field = _DOWNLOADS_FIELD.search(attributes.get("class", "")) is not None
            self._divisions.append(is_field or self._in_downloads)
        elif tag == "a" and "href" in attributes and len(attributes["href"]) <= MOST_TEXT:
            self._link = _Text()
            self.links.append((attributes["href"], self._link, self._row, self._in_downloads))
            if len(self.links) > MOST_LINKS:
                raise ContentRefusedError(
                    f"has more than {MOST_LINKS:,} links: not a page of CMS's", file=self._address
                )

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        self._ends(tag)
        if tag in _SILENT:
            self._silent -= 1
        elif tag == "title":
            self._is_title = False
        elif tag == "div":
            self._divisions.pop()

    def data(self, text: str) -> None:
        """Take a text, or a part of one."""
        for target in (
            (self.title,) if self._is_title else () if self._silent else (self._row, self._link)
        ):
            if target is not None:
                target.add(text)

    def close(self) -> None:
        """Take the end of the page."""

    @property
    def _in_downloads(self) -> bool:
        return bool(self._divisions) and self._divisions[-1]

    def _ends(self, tag: str) -> None:
        if tag in _ENDS_LINK:
            self._link = None
        if tag in _ENDS_ROW:
            self._row = None


def read_page(html: str, address: str) -> Page:
    """Return the title and the links of a page.

    Args:
        html: the page.
        address: its address.

    Raises:
        ContentRefusedError: the page has more links than any of CMS's.
    """
    from lxml import etree

    reader = _Reader(address)
    parser = etree.HTMLParser(target=reader)
    parser.feed(html.replace("\0", "\N{REPLACEMENT CHARACTER}") or " ")
    with suppress(etree.XMLSyntaxError):  # a page without any element
        parser.close()
    links = [
        Link(href, str(text), None if row is None else str(row), inside)
        for href, text, row, inside in reader.links
    ]
    return Page(str(reader.title), links)
