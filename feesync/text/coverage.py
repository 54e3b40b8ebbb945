"""The billing sheets of facet joint codes in text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from feesync.text.block import Block, Line, LongLine, Paragraph, Prose

if TYPE_CHECKING:
    from feesync.coverage.page import CoveragePage

_WIDTH = 110
"""The longest line, unless a terminal is narrower."""

_ABOUT = 14


def coverage_blocks(page: CoveragePage) -> Iterator[Block]:
    """Yield billing sheets in text."""
    for code, title in page.codes:
        yield Prose(f"{code}: {title}")
    for text in page.subject:
        yield LongLine(text)
    if page.amounts:
        yield Line(f"\nMedicare allows\n  {'':<{_ABOUT}}{'Nonfacility':>12}{'Facility':>12}")
        for code, amounts in page.amounts:
            cells = ("no price" if amount is None else f"{amount:,.2f}" for amount in amounts)
            yield Line(f"  {code:<{_ABOUT}}" + "".join(f"{cell:>12}" for cell in cells))
        yield Paragraph(page.origin, _WIDTH, "  ", "  ")
    for heading, items in page.sections:
        yield Line(f"\n{heading}")
        for about, text, source in items:
            begin = f"  {about:<{_ABOUT}}"
            yield Paragraph(f"{text} [{source}]", _WIDTH, begin, " " * len(begin))
    yield Line("\nSources")
    for number, text in enumerate(page.sources, start=1):
        yield Paragraph(text, _WIDTH, f"  [{number}] ", " " * 6)
