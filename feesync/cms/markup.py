"""HTML as a sequence of tags and texts, read once from beginning to end as a browser reads it.

Follows the tokenizer of the HTML standard as far as links need it (section 13.2.5 of
https://html.spec.whatwg.org/multipage/parsing.html). What is opened and never closed, be it a comment, a tag or a quotation,
lasts to the end of the page; so nothing is searched for twice, and the time that a page takes grows with its length, whatever is
in it. Parsers that go back and try again need an hour for two megabytes of `<!--`. Out of scope: the tree that a browser builds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

MOST_VALUE = 2_000
"""Characters of a text in one piece that are kept. An attribute with a longer value is left out: cut, it would lead elsewhere."""

_MARKUP = re.compile(r"<(?=[a-zA-Z/!?])")
_NAME = re.compile(r"[^ \t\n\r\f/>]++")
_ATTRIBUTE = re.compile(
    r"[ \t\n\r\f/]*+(?:(?P<end>>)|(?P<name>[^ \t\n\r\f/>][^ \t\n\r\f/>=]*+)[ \t\n\r\f]*+(?P<value>=[ \t\n\r\f]*+)?)"
)
_UNQUOTED = re.compile(r"[^ \t\n\r\f>]++")
_COMMENT_END = re.compile(r"--!?>")
_TEXT_ONLY = {
    name: re.compile(rf"</{name}(?=[ \t\n\r\f/>])", re.IGNORECASE)
    for name in ("iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp")
}


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag.

    Attributes:
        name: in lower case.
        is_end: whether it ends an element.
        attributes: values by name in lower case; of a name that stands twice, the first.
    """

    name: str
    is_end: bool = False
    attributes: dict[str, str] = field(default_factory=dict)


def read_markup(html: str) -> Iterator[Tag | str]:
    """Yield the tags and texts of a page in their order; no comment, and nothing of a script, a style or a field."""
    at = 0
    while found := _MARKUP.search(html, at):
        if found.start() > at:
            yield _plain(html, at, found.start())
        at = found.start()
        if html[at + 1] in "!?" or not (_is_letter(html[at + 1 : at + 2]) or _is_letter(html[at + 2 : at + 3])):
            at = _after_comment(html, at)
            continue
        tag, at = _tag(html, at)
        if tag is None:
            return
        yield tag
        if not tag.is_end and tag.name in _TEXT_ONLY:
            end = _TEXT_ONLY[tag.name].search(html, at)
            until = end.start() if end else len(html)
            if tag.name == "title":
                yield _plain(html, at, until)
            at = until
    if at < len(html):
        yield _plain(html, at, len(html))


def _after_comment(html: str, at: int) -> int:
    """Return where a comment is over, or what counts as one: a declaration, a CDATA section, an end tag without a name."""
    if not html.startswith("<!--", at):
        return html.find(">", at) + 1 or len(html)
    if html.startswith(("<!-->", "<!--->"), at):
        return html.find(">", at) + 1
    end = _COMMENT_END.search(html, at + 4)
    return end.end() if end else len(html)


def _tag(html: str, at: int) -> tuple[Tag | None, int]:
    """Return the tag that begins at a place, and where it is over; no tag where it never is."""
    is_end = html[at + 1] == "/"
    name = _NAME.match(html, at + 1 + is_end)
    assert name
    attributes: dict[str, str] = {}
    at = name.end()
    while attribute := _ATTRIBUTE.match(html, at):
        at = attribute.end()
        if attribute["end"]:
            return Tag(name[0].lower(), is_end, attributes), at
        start = end = at
        if attribute["value"]:
            quote = html[at : at + 1]
            if quote in ("'", '"'):
                start, end = at + 1, html.find(quote, at + 1)
                if end < 0:
                    break
                at = end + 1
            elif unquoted := _UNQUOTED.match(html, at):
                at = end = unquoted.end()
        if end - start <= MOST_VALUE:
            attributes.setdefault(attribute["name"].lower(), _plain(html, start, end))
    return None, len(html)


def _plain(html: str, start: int, end: int) -> str:
    """Return a part of a page with its character references resolved, no more than is kept."""
    text = html[start : min(end, start + MOST_VALUE)]
    try:
        return unescape(text) if "&" in text else text
    except ValueError:  # a number of more digits than Python reads
        return text


def _is_letter(text: str) -> bool:
    return text.isascii() and text.isalpha()
