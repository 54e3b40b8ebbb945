"""A printout as a workbook for paper: landscape, one page wide, its heads on every page.

Out of scope: the words (printout), and workbooks of rates (workbook).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from feesync.writers import own_fees
from feesync.writers.book import Untyped, open_book
from feesync.writers.printout import MOST_AMOUNTS, NO_PRICE, Printout, heads

_LETTER = 1
_LONGEST_PART = 80
"""How long a part of the header or footer may be; Excel lets the whole have 255 characters."""

_LINE, _AMOUNT = 14, 12
"""Widths of columns, in characters."""

_HEIGHT = 15
"""The height of a line of text, in points."""

_ONE_PAGE = 40
"""How many lines are readable on one page."""

_DOLLARS = "#,##0.00_)"
"""A format with a blank after the number, for a parenthesis that a negative one would have."""

_HAIR, _GREY = 7, "#999999"


def write(
    path: Path,
    printout: Printout,
    fees: Sequence[own_fees.FeeLine] = (),
    *,
    payer: str = "",
    force: bool = False,
) -> None:
    """Write a printout to a workbook with a sheet, or several where there are many columns.

    Args:
        path: the file, which `target.check` has accepted.
        printout: the fee sheet in words.
        fees: lines of one more sheet, in which a practice puts fees of its own; none for no sheet.
        payer: who allows their amounts, such as `Medicare`.
        force: whether an existing file is replaced.

    Raises:
        MissingExtraError: XlsxWriter is not installed.
        InvalidInputError: the file exists and may not be replaced.
        OSError: the file cannot be written.
    """
    parts = printout.parts(MOST_AMOUNTS // len(printout.amounts))
    with open_book(path, force=force) as book:
        for number, part in enumerate(parts, start=1):
            name = f"Fee sheet {number}" if len(parts) > 1 else "Fee sheet"
            _write_sheet(book, book.add_worksheet(name), part)
        if fees:
            own_fees.add_sheet(book, fees, payer)


def _write_sheet(book: Untyped, sheet: Untyped, printout: Printout) -> None:
    last = len(printout.columns) * len(printout.amounts)
    label = max(_LINE, *(len(row.label) + 2 for row in printout.rows))
    sheet.set_column(0, 0, label)
    sheet.set_column(1, last, _AMOUNT)
    width = label + last * _AMOUNT
    sheet.write_string(0, 0, printout.title, book.add_format({"bold": True, "font_size": 14}))
    row = _write_texts(book, sheet, 1, chain(printout.subject, printout.origin), last, width)
    first = row + 1
    row = _write_heads(book, sheet, first, printout)
    sheet.repeat_rows(first, row - 1)
    sheet.freeze_panes(row, 1)
    row = _write_rows(book, sheet, row, printout, last)
    _write_texts(book, sheet, row + 1, printout.notes, last, width)
    _set_page(sheet, printout)


def _set_page(sheet: Untyped, printout: Printout) -> None:
    place, dates, releases = (
        text[:_LONGEST_PART].replace("&", "&&") for text in printout.running_head
    )
    sheet.set_landscape()
    sheet.set_paper(_LETTER)
    sheet.fit_to_pages(1, int(len(printout.rows) <= _ONE_PAGE))  # else as many as needed
    sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.6)
    sheet.set_header(f"&L{place}&C{dates}&R{releases}")
    sheet.set_footer("&LMade by feesync&RPage &P of &N")


def _write_texts(
    book: Untyped, sheet: Untyped, row: int, texts: Iterable[str], last: int, width: int
) -> int:
    """Write texts, each in a row across all columns; return the number of the row after them."""
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for text in texts:
        sheet.set_row(row, _HEIGHT * _lines(text, width))
        sheet.merge_range(row, 0, row, last, text, wrapped)
        row += 1
    return row


def _lines(text: str, width: int) -> int:
    """Return how many lines a text takes in a cell that is so many digits wide.

    A letter is a little narrower than a digit on average.
    """
    return -(-len(text) * 9 // (10 * width))


def _write_heads(book: Untyped, sheet: Untyped, row: int, printout: Printout) -> int:
    """Write the heads of the columns; return the number of the first row below them."""
    below = {"bold": True, "bottom": 1, "text_wrap": True}
    left = {**below, "left": 1, "left_color": _GREY}
    head = book.add_format({**left, "align": "center"})
    first = book.add_format({**left, "align": "right"})
    name = book.add_format({**below, "align": "right"})
    names = printout.amounts
    for level in range(len(printout.columns[0])):
        column = 1
        for text, count in heads(printout.columns, level):
            end = column + count * len(names) - 1
            if end > column:
                sheet.merge_range(row, column, row, end, text, head)
            else:
                sheet.write_string(row, column, text, head)
            column = end + 1
        row += 1
    sheet.set_row(row, 2 * _HEIGHT)
    sheet.write_string(row, 0, "Line", book.add_format(below))
    for column, text in enumerate(names * len(printout.columns)):
        sheet.write_string(row, column + 1, text, name if column % len(names) else first)
    return row + 1


def _write_rows(book: Untyped, sheet: Untyped, row: int, printout: Printout, last: int) -> int:
    """Write the lines; return the number of the row after them."""
    below = {"bottom": _HAIR, "bottom_color": _GREY, "valign": "top"}
    left = {**below, "left": 1, "left_color": _GREY}
    dollars = book.add_format({**below, "num_format": _DOLLARS})
    first = book.add_format({**left, "num_format": _DOLLARS})
    missing = book.add_format({**left, "align": "right", "italic": True, "indent": 1})
    reason = book.add_format({**left, "italic": True, "text_wrap": True, "indent": 1})
    label = book.add_format({**below, "bold": True})
    for line in printout.rows:
        sheet.write_string(row, 0, line.label, label)
        if line.reason:
            text = f"{NO_PRICE}: {line.reason}"
            sheet.set_row(row, _HEIGHT * _lines(text, last * _AMOUNT))
            if last > 1:
                sheet.merge_range(row, 1, row, last, text, reason)
            else:
                sheet.write_string(row, 1, text, reason)
            row += 1
            continue
        column = 1
        for cell in line.cells:
            for number, amount in enumerate(cell):
                picture = dollars if number else first
                if amount is not None:
                    sheet.write_number(row, column, amount, picture)
                elif number:
                    sheet.write_blank(row, column, None, picture)
                else:
                    sheet.write_string(row, column, NO_PRICE, missing)
                column += 1
        row += 1
    return row
