"""The links of a page of CMS's, each with the row of a table that it stands in, and whether it is among the page's downloads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from feesync.cms.markup import MOST_VALUE, Tag, read_markup
from feesync.errors import ContentRefusedError

MOST_LINKS = 10_000
"""CMS's pages have some hundred links."""

_DOWNLOADS_FIELD = re.compile(r"(?:^|\s)field--name-field-downloads(?:\s|$)")
_ENDS_LINK = {"a", "td", "th", "tr", "table"}
_ENDS_ROW = {"tr", "table"}


@dataclass(slots=True)
class _Text:
    """A text that is gathered from its parts, no more of it than is kept."""

    parts: list[str] = field(default_factory=list)
    length: int = 0

    def add(self, part: str) -> None:
        if self.length < MOST_VALUE:
            self.parts.append(part)
            self.length += len(part) + 1

    def __str__(self) -> str:
        return " ".join(self.parts)[:MOST_VALUE]


@dataclass(frozen=True, slots=True)
class Link:
    """A link.

    Attributes:
        href: where it leads, as it is written.
        text: what a person reads, with a blank between what stands in several elements.
        row: the text of the row of a table that it stands in, None where it stands in none.
        is_download: whether it stands in the field Downloads.
    """

    href: str
    text: str
    row: str | None
    is_download: bool


@dataclass(frozen=True, slots=True)
class Page:
    """What is read of a page.

    Attributes:
        title: its title, empty where it has none.
        links: its links, in their order.
    """

    title: str
    links: Sequence[Link]


def read_page(html: str, address: str) -> Page:
    """Return the title and the links of a page.

    Args:
        html: the page.
        address: its address.

    Raises:
        ContentRefusedError: there are more links than a page of CMS's has.
    """
    title = ""
    is_title = False
    row: _Text | None = None
    text: _Text | None = None
    divisions = 0
    downloads = 0
    """How many divisions are open, and how many were when that of the downloads was opened; 0 outside."""

    found: list[tuple[str, _Text, _Text | None, bool]] = []
    for part in read_markup(html):
        if isinstance(part, str):
            if is_title:
                title = title or part
                continue
            for gathering in (row, text):
                if gathering is not None:
                    gathering.add(part)
            continue
        if part.name in _ENDS_LINK:
            text = None
        if part.name in _ENDS_ROW:
            row = None if part.is_end or part.name != "tr" else _Text()
        if part.name == "title":
            is_title = not part.is_end
        elif part.name == "div":
            divisions, downloads = _divisions(part, divisions, downloads)
        elif part.name == "a" and not part.is_end and "href" in part.attributes:
            text = _Text()
            found.append((part.attributes["href"], text, row, downloads > 0))
            if len(found) > MOST_LINKS:
                raise ContentRefusedError(f"has more than {MOST_LINKS:,} links: not a page of CMS's", file=address)
    return Page(title, [Link(href, str(text), None if row is None else str(row), inside) for href, text, row, inside in found])


def _divisions(tag: Tag, divisions: int, downloads: int) -> tuple[int, int]:
    """Return how many divisions are open after a tag, and how many were when that of the downloads was opened."""
    if tag.is_end:
        divisions = max(0, divisions - 1)
        return divisions, downloads if divisions >= downloads else 0
    divisions += 1
    return divisions, downloads or (divisions if _DOWNLOADS_FIELD.search(tag.attributes.get("class", "")) else 0)
