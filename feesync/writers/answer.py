"""The answer of a command in a file of its own: CSV, JSON or a workbook, by the name's ending.

Such an answer may hold health information, so that nobody but its owner may read the file. It
appears whole or not at all. Out of scope: what the answer says.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from feesync.errors import InvalidInputError, MissingExtraError
from feesync.files import replacing
from feesync.model.money import JsonNumber, json_exact
from feesync.writers import target
from feesync.writers.book import Untyped, open_book
from feesync.writers.cells import inert
from feesync.writers.workbook import MOST_ROWS

KINDS = (".csv", ".json", ".xlsx")
"""How the name of such a file ends."""

_WIDTH, _MOST_WIDTH, _MOST_MEASURED = 10, 60, 1_000
_DOLLARS = "#,##0.00"


class AnswerTable(NamedTuple):
    """A table of an answer.

    Attributes:
        name: of its sheet in a workbook.
        columns: the names of the cells.
        rows: the rows, each with all the names in their order.
    """

    name: str
    columns: Sequence[str]
    rows: Sequence[Mapping[str, Any]]


def check(path: Path, database: Path, *, force: bool) -> None:
    """Refuse, before anything is read, a file that cannot or must not be written.

    Args:
        path: the file to write.
        database: the database that is read; it is never replaced.
        force: whether an existing file may be replaced.

    Raises:
        InvalidInputError: the name ends otherwise, or the file may not be written.
        MissingExtraError: the package that writes workbooks is not installed.
    """
    target.check_kind(path, KINDS)
    if path.suffix.lower() == ".xlsx" and find_spec("xlsxwriter") is None:
        raise MissingExtraError("writing a workbook", "xlsx")
    target.check(path, database, force=force)


def write(
    path: Path, answer: Mapping[str, Any], sheets: Sequence[AnswerTable], *, force: bool
) -> None:
    """Write an answer to a file that `check` has accepted.

    Args:
        path: the file.
        answer: all of it, for JSON.
        sheets: its tables, for a workbook; the first is that of CSV.
        force: whether an existing file is replaced.

    Raises:
        InvalidInputError: another process has made the file meanwhile, or a table has more rows
            than a sheet of a workbook.
        OSError: the file cannot be written; the old one stays.
    """
    kind = path.suffix.lower()
    if kind == ".xlsx":
        _write_book(path, sheets, force=force)
        return
    with target.existence_errors(path), replacing(path, new=not force, private=True) as file:
        stream = io.TextIOWrapper(file, encoding="utf-8", newline="")
        if kind == ".json":
            _write_json(stream, answer)
        else:
            _write_csv(stream, sheets[0])
        stream.detach()  # written; the file is closed by what has opened it


def _write_json(stream: io.TextIOWrapper, answer: Mapping[str, Any]) -> None:
    import simplejson

    simplejson.dump(json_exact(answer), stream, indent=2, ensure_ascii=False, use_decimal=True)
    stream.write("\n")


def _write_csv(stream: io.TextIOWrapper, sheet: AnswerTable) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(sheet.columns)
    writer.writerows([inert(_text(value)) for value in row.values()] for row in sheet.rows)


def _text(value: object) -> object:
    return " ".join(map(str, value)) if isinstance(value, list) else value


def _write_book(path: Path, sheets: Sequence[AnswerTable], *, force: bool) -> None:
    if any(len(sheet.rows) > MOST_ROWS for sheet in sheets):
        raise InvalidInputError(f"a sheet has room for {MOST_ROWS:,} rows: write CSV instead")
    with open_book(path, force=force, private=True) as book:
        bold = book.add_format({"bold": True})
        dollars = book.add_format({"num_format": _DOLLARS})
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name), sheet, bold, dollars)


def _write_sheet(page: Untyped, sheet: AnswerTable, bold: Untyped, dollars: Untyped) -> None:
    for column, name in enumerate(sheet.columns):
        texts = (str(_text(row[name])) for row in sheet.rows[:_MOST_MEASURED])
        width = max(map(len, (name, *texts)))
        page.set_column(column, column, min(max(_WIDTH, width + 1), _MOST_WIDTH))
        page.write_string(0, column, name, bold)
    page.freeze_panes(1, 0)
    for number, row in enumerate(sheet.rows, start=1):
        for column, value in enumerate(row.values()):
            if isinstance(value, bool):
                page.write_boolean(number, column, value)
            elif isinstance(value, JsonNumber):
                page.write_number(number, column, value.exact, dollars)
            elif isinstance(value, int):
                page.write_number(number, column, value)
            elif value not in (None, "", []):
                page.write_string(number, column, str(_text(value)))
    page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
