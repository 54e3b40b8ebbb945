"""A sheet of a workbook in which a practice puts fees of its own beside Medicare's amounts.

What Medicare allows is there as exact numbers; the percentage and the flag of a fee are formulas,
so that they follow what is typed. Out of scope: the amounts (analysis.sheet), and a list of fees
that is a file already (analysis.price_list).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from feesync.writers.book import Untyped

NAME = "Own fees"
COLUMNS = (
    *("HCPCS", "Modifiers", "Units", "Locality", "Date", "Setting"),
    *("Allowed", "Own fee", "Percent of allowed", "Flag", "Release", "No price because"),
)
BELOW, ABOVE = 100, 300
"""The percentages of what is allowed below and above which a fee is flagged, until others are
written."""

FIRST = 6
"""The number of the first row, counted from 0."""

_TITLE = "Own fees, beside what {} allows"
_HOW_TO = (
    "Write your fees in the column Own fee, each for all units of its line: the percentage and the "
    "flag follow. The two percentages can be changed."
)
_LIMITS = (("Flag a fee below (%)", BELOW), ("Flag a fee above (%)", ABOVE))
_PERCENT = (
    '=IF(AND(ISNUMBER(G{row}),ISNUMBER(H{row})),IF(G{row}>0,ROUND(100*H{row}/G{row},2),""),"")'
)
_FLAG = (
    '=IF(NOT(ISNUMBER(H{row})),"",IF(NOT(ISNUMBER(G{row})),"no price",'
    'IF(100*H{row}<G{row}*$B$3,"below",IF(100*H{row}>G{row}*$B$4,"above",""))))'
)
_WIDTHS = (22, 12, 7, 12, 12, 14, 12, 12, 12, 10, 10, 60)
_DOLLARS, _WHITE_TEXT, _RED, _AMBER, _INPUT = "#,##0.00", "#FFFFFF", "#9C0006", "#FFE699", "#FFF9E5"


class FeeLine(NamedTuple):
    """A line of a fee sheet in one place, setting and on one date.

    Attributes:
        hcpcs: the code.
        modifiers: with blanks between them.
        units: units of service.
        locality: MAC and locality, or the nation.
        date: date of service.
        setting: the place of service or the setting, in a word.
        allowed: dollars that are allowed, None where there is no price.
        release: the label of the release, empty where none answers.
        reason: why there is no price; empty where there is one.
    """

    hcpcs: str
    modifiers: str
    units: int
    locality: str
    date: date
    setting: str
    allowed: Decimal | None
    release: str
    reason: str


def add_sheet(book: Untyped, lines: Sequence[FeeLine], payer: str) -> None:
    """Add the sheet to a workbook.

    Args:
        book: the workbook.
        lines: the lines of a fee sheet.
        payer: who allows the amounts, such as `Medicare`.
    """
    sheet = book.add_worksheet(NAME)
    bold = book.add_format({"bold": True})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    dollars = book.add_format({"num_format": _DOLLARS})
    own = book.add_format({"num_format": _DOLLARS, "bg_color": _INPUT, "locked": False})
    limit = book.add_format({"bg_color": _INPUT})
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, _TITLE.format(payer), bold)
    sheet.write_string(1, 0, _HOW_TO)
    for row, (name, percent) in enumerate(_LIMITS, start=2):
        sheet.write_string(row, 0, name)
        sheet.write_number(row, 1, percent, limit)
    for column, name in enumerate(COLUMNS):
        sheet.write_string(FIRST - 1, column, name, head)
    for row, line in enumerate(lines, start=FIRST):
        _write_line(sheet, row, line, dollars, own)
    last = FIRST + len(lines) - 1
    sheet.freeze_panes(FIRST, 2)
    sheet.autofilter(FIRST - 1, 0, last, len(COLUMNS) - 1)
    at = COLUMNS.index("Own fee")
    sheet.data_validation(
        FIRST, at, last, at,
        {"validate": "decimal", "criteria": ">=", "value": 0,
         "error_title": "No amount", "error_message": "A fee is a number of dollars."},
    )  # fmt: skip
    for flag, colors in (
        ("below", {"bg_color": _RED, "font_color": _WHITE_TEXT}),
        ("above", {"bg_color": _AMBER}),
    ):
        rule = {"type": "cell", "criteria": "==", "value": f'"{flag}"'}
        at = COLUMNS.index("Flag")
        sheet.conditional_format(FIRST, at, last, at, {**rule, "format": book.add_format(colors)})
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(FIRST - 1)


def _write_line(sheet: Untyped, row: int, line: FeeLine, dollars: Untyped, own: Untyped) -> None:
    texts = (line.hcpcs, line.modifiers, None, line.locality, line.date.isoformat(), line.setting)
    for column, text in enumerate(texts):
        if text is None:
            sheet.write_number(row, column, line.units)
        else:
            sheet.write_string(row, column, text)
    if line.allowed is not None:
        sheet.write_number(row, 6, line.allowed, dollars)
    sheet.write_blank(row, 7, None, own)
    sheet.write_formula(row, 8, _PERCENT.format(row=row + 1), dollars, "")
    sheet.write_formula(row, 9, _FLAG.format(row=row + 1), None, "")
    sheet.write_string(row, 10, line.release)
    sheet.write_string(row, 11, line.reason)
