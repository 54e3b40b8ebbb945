"""Pages for paper: HTML that needs no script, no other file and no network.

The page is a tree of lxml, so that every text is escaped where the tree is written. Out of scope:
the words (printout, coverage.page), and pages that a server makes.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from feesync.coverage.page import CoveragePage, Item
from feesync.errors import one_line
from feesync.files import replacing
from feesync.writers.printout import (
    MOST_AMOUNTS,
    NO_PRICE,
    Printout,
    PrintoutRow,
    amount_texts,
    heads,
)
from feesync.writers.target import existence_errors

_Element = Any
"""An element of lxml, which has no types."""

_REMARK = (
    "Policies are revised: read the contractor's own before you rely on a fact. By feesync from "
    "public sources; no determination of coverage or payment."
)

_STYLE = """
@page { size: PAPER; margin: 0.35in 0.5in }
body { font: 10pt/1.35 system-ui, "Segoe UI", "Liberation Sans", Arial, sans-serif;
  color: #111; background: #fff; max-width: 70em; margin: 1.5em auto; padding: 0 1em }
h1 { font-size: 1.5em; margin: 0 0 0.3em }
p { margin: 0.15em 0 }
.origin, footer { color: #444; font-size: 0.85em; overflow-wrap: anywhere }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; margin: 0.8em 0;
  font-variant-numeric: tabular-nums }
caption { text-align: left; font-weight: bold; padding-bottom: 0.3em }
th, td { padding: 0.15em 0.5em; text-align: right; border-bottom: 1px solid #bbb }
thead th { vertical-align: bottom; border-bottom-color: #111 }
thead th.group { text-align: center }
th.group, td.first, th.first { border-left: 1px solid #888 }
tbody th, td.reason, thead th.line { text-align: left; white-space: nowrap }
td.reason { white-space: normal; font-style: italic }
tbody tr:nth-child(even) { background: #f4f4f4 }
h2 { font-size: 1.05em; margin: 0.7em 0 0.1em; break-after: avoid }
table.narrow { width: auto }
.narrow caption { white-space: nowrap }
table.facts { margin: 0 }
.facts th { width: 8em; vertical-align: top; white-space: normal }
.facts td { text-align: left }
footer ul, footer ol { margin: 0.3em 0; padding-left: 1.2em }
@media print {
  body { font-size: 8.5pt; line-height: 1.2; max-width: none; margin: 0; padding: 0 }
  table { margin: 0.5em 0 }
  th, td { padding: 0.05em 0.5em }
  .wide { overflow: visible }
  thead { display: table-header-group }
  .part, tr, li { break-inside: avoid }
}
"""


def write(path: Path, page: bytes, *, force: bool = False) -> None:
    """Write a page to a file.

    Args:
        path: the file, which `target.check` has accepted.
        page: the bytes of the page.
        force: whether an existing file is replaced.

    Raises:
        InvalidInputError: the file exists and may not be replaced.
        OSError: the file cannot be written.
    """
    with existence_errors(path), replacing(path, new=not force) as file:
        file.write(page)


def fee_html(printout: Printout) -> bytes:
    """Return the page of a fee sheet: a table, or several where there are many columns."""
    parts = printout.parts(MOST_AMOUNTS // len(printout.amounts))
    kind = "wide part" if len(parts) > 1 else "wide"
    return _page(
        " - ".join((printout.title, *printout.running_head)),
        [
            _element("h1", printout.title),
            *(_element("p", text) for text in printout.subject),
            *(_element("p", text, kind="origin") for text in printout.origin),
            *(_element("div", _table(part), kind=kind) for part in parts),
            _element("footer", _element("ul", *(_element("li", text) for text in printout.notes))),
        ],
        paper="letter landscape",
    )


def _table(printout: Printout) -> _Element:
    """Return a table; heads that all its columns share are its caption."""
    first = printout.columns[0]
    levels = range(len(first) - 1)
    shared = [level for level in levels if len(heads(printout.columns, level)) == 1]
    caption = ", ".join(first[level] for level in shared) or ", ".join(printout.running_head)
    return _element(
        "table",
        _element("caption", f"{caption}: dollars for each line"),
        _element("thead", *_head_rows(printout, len(shared))),
        _element("tbody", *(_row(printout, line) for line in printout.rows)),
    )


def _head_rows(printout: Printout, first: int) -> Iterable[_Element]:
    """Yield the rows of heads from a level on, and that of the names of the amounts."""
    levels, names = range(first, len(printout.columns[0])), printout.amounts
    for level in levels:
        groups = [
            _element("th", text, kind="group", scope="colgroup", colspan=count * len(names))
            for text, count in heads(printout.columns, level)
        ]
        line = _element("th", "Line", kind="line", scope="col", rowspan=len(levels) + 1)
        yield _element("tr", *([line] if level == first else []), *groups)
    cells = [
        _element("th", name, kind="" if number else "first", scope="col")
        for _ in printout.columns
        for number, name in enumerate(names)
    ]
    yield _element("tr", *cells)


def _row(printout: Printout, line: PrintoutRow) -> _Element:
    label = _element("th", line.label, scope="row")
    if line.reason:
        span = len(printout.columns) * len(printout.amounts)
        text = f"{NO_PRICE}: {line.reason}"
        return _element("tr", label, _element("td", text, kind="first reason", colspan=span))
    cells = [
        _element("td", text, kind="" if number else "first")
        for cell in line.cells
        for number, text in enumerate(amount_texts(cell))
    ]
    return _element("tr", label, *cells)


def coverage_html(page: CoveragePage) -> bytes:
    """Return the page of billing sheets."""
    codes = ", ".join(code for code, _ in page.codes)
    return _page(
        " - ".join((f"Before it is billed: {codes}", *page.subject)),
        [
            _element("h1", f"Before it is billed: {codes}"),
            *(_element("p", f"{code}: {title}") for code, title in page.codes),
            *(_element("p", text) for text in page.subject),
            *([_element("p", page.origin, kind="origin")] if page.origin else []),
            *([_allowed(page)] if page.amounts else []),
            *(
                element
                for heading, items in page.sections
                for element in (_element("h2", heading), _facts(items))
            ),
            _element(
                "footer",
                _element("h2", "Sources"),
                _element("ol", *(_element("li", text) for text in page.sources)),
                _element("ul", *(_element("li", text) for text in (*page.notes, _REMARK))),
            ),
        ],
        paper="letter portrait",
    )


def _allowed(page: CoveragePage) -> _Element:
    heads = ("Code", "Nonfacility", "Facility")
    rows = [
        _element(
            "tr",
            _element("th", code, scope="row"),
            *(_element("td", *amount_texts((amount,))) for amount in amounts),
        )
        for code, amounts in page.amounts
    ]
    return _element(
        "table",
        _element("caption", "Medicare allows, in dollars"),
        _element("thead", _element("tr", *(_element("th", head, scope="col") for head in heads))),
        _element("tbody", *rows),
        kind="narrow",
    )


def _facts(items: Iterable[Item]) -> _Element:
    rows = [
        _element(
            "tr",
            _element("th", item.about, scope="row"),
            _element("td", f"{item.text} [{item.source}]"),
        )
        for item in items
    ]
    return _element("table", _element("tbody", *rows), kind="facts")


def _page(title: str, content: Iterable[_Element], *, paper: str) -> bytes:
    """Return a page: its head, and its content in `main`."""
    from lxml import etree

    tree = _element(
        "html",
        _element(
            "head",
            _element("meta", charset="utf-8"),
            _element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            _element("title", title),
            _element("style", _STYLE.replace("PAPER", paper)),
        ),
        _element("body", _element("main", *content)),
        lang="en",
    )
    text: str = etree.tostring(
        tree, method="html", encoding="unicode", doctype="<!DOCTYPE html>", pretty_print=True
    )
    return text.encode()


def _element(tag: str, *parts: str | _Element, kind: str = "", **attributes: str | int) -> _Element:
    """Return an element of texts and other elements; `kind` is its class."""
    from lxml import etree

    element = etree.Element(tag, {name: str(value) for name, value in attributes.items()})
    if kind:
        element.set("class", kind)
    for part in parts:
        if not isinstance(part, str):
            element.append(part)
        elif tag == "style":
            element.text = part
        else:
            element.text = one_line(part, len(part))
    return element
