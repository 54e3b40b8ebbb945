"""A table of a caller's own: a csv file or a workbook, as rows of named texts with row numbers.

Claim files and price lists are read here. A table may have been written by any program: `,`, `;`,
tab or `|` between cells, a byte order mark or none, UTF-8 or UTF-16, names of columns in any case.
What is wrong is said of all rows at once. Out of scope: what a cell means, and which columns there
must be; and CMS's own files (text, xlsx).
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time
from typing import NamedTuple, TypeVar

from feesync.errors import (
    FeesyncError,
    InvalidInputError,
    MissingExtraError,
    NoPriceError,
    together,
)
from feesync.model.reading import excerpt

TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm")
"""How the name of a table ends."""

_R = TypeVar("_R")
_T = TypeVar("_T")
_DELIMITERS = (",", ";", "\t", "|")
_SEPARATOR = re.compile(r"sep=(.)", re.IGNORECASE)
"""The first line of a csv file in which Excel names what is between cells."""

_FIRST_LINE = re.compile(r"[^\s][^\r\n]*|\Z")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WORKBOOK, _OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""The first bytes of .xlsx (a zip) and of .xls."""


class Row(NamedTuple):
    """A row of a table.

    Attributes:
        number: its number as a spreadsheet shows it; the header is usually row 1.
        cells: its texts by the names of the columns, without blanks around them; an empty cell is
            not among them.
    """

    number: int
    cells: dict[str, str]


class Table(NamedTuple):
    """A table of a caller's own.

    Attributes:
        name: of the file, for errors.
        columns: the names of the columns, in order; one that is nobody's spelling as it stands.
        rows: the rows below the header, except blank ones.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def each(self, function: Callable[[Row], _T]) -> list[_T]:
        """Return what a function makes of each row.

        Raises:
            InvalidInputError, NoPriceError: the error of the first row for which the function
                raises one of them, with the row in its text; `others` has those of other rows.
        """
        return _each(self.name, ((row.number, row) for row in self.rows), function)


def read_table(data: bytes, name: str, spellings: Mapping[str, Iterable[str]]) -> Table:
    """Return the table of a csv file, or of the first sheet of a workbook.

    Its first row that is not blank is the header.

    Args:
        data: the bytes of the file; they say which of the two it is.
        name: its name, for errors.
        spellings: the columns by the names that the rows are to have, and how else each is spelled.
            Capitals, blanks and punctuation make no difference.

    Raises:
        InvalidInputError: the data is neither, a column is there twice, or rows have cells that the
            header does not name.
        MissingExtraError: the package that reads workbooks is not installed.
    """
    rows = read_rows(data, name)
    if not rows:
        return Table(name, (), ())
    (_, header), *others = rows
    columns = _columns(header, name, spellings)
    cells = _each(name, others, lambda row: _named(columns, row))
    return Table(
        name,
        tuple(filter(None, columns)),
        tuple(Row(number, named) for (number, _), named in zip(others, cells, strict=True)),
    )


def read_rows(data: bytes, name: str) -> list[tuple[int, list[str]]]:
    """Return the numbers and the cells of the rows of a file that are not blank, the header too.

    Raises:
        InvalidInputError, MissingExtraError: as `read_table` does.
    """
    if data.startswith(_OLD_WORKBOOK):
        raise InvalidInputError(f"{name} is a workbook of an old form: save it as .xlsx or .csv")
    return list(
        _workbook_rows(data, name) if data.startswith(_WORKBOOK) else _text_rows(data, name)
    )


def read_text(data: bytes, name: str) -> str:
    """Return the text of a file: UTF-8, or UTF-16 with a byte order mark.

    Raises:
        InvalidInputError: it is neither.
    """
    try:
        return data.decode("utf-16" if data.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInputError(f"{name} cannot be read: it is not UTF-8 text") from None


def _each(name: str, rows: Iterable[tuple[int, _R]], function: Callable[[_R], _T]) -> list[_T]:
    results: list[_T] = []
    errors: list[FeesyncError] = []
    for number, row in rows:
        try:
            results.append(function(row))
        except (InvalidInputError, NoPriceError) as error:
            error.args = (f"{name}, row {number}: {error}",)
            errors.append(error)
    if errors:
        raise together(errors)
    return results


def _columns(header: Sequence[str], name: str, spellings: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the names of the columns; one without a name is empty."""
    names = {
        plain(spelling): own for own, others in spellings.items() for spelling in (own, *others)
    }
    columns = [names.get(plain(cell), cell.strip()) for cell in header]
    for column in filter(None, columns):
        if columns.count(column) > 1:
            if column not in spellings:  # where the header is a row of a file without one
                first, second = [at for at, own in enumerate(columns, 1) if own == column][:2]
                raise InvalidInputError(
                    f"{name}: columns {first} and {second} have one name in the first row"
                )
            twice = [
                excerpt(cell.strip())
                for cell, own in zip(header, columns, strict=True)
                if own == column
            ]
            alike = len(set(map(plain, twice))) == 1
            raise InvalidInputError(
                f"{name} has the column {twice[0]} twice"
                if alike
                else f"{name} has {' and '.join(twice)}, which are both {column}: keep one"
            )
    return columns


def plain(text: str) -> str:
    """Return a name of a column without what makes no difference: case, blanks, punctuation."""
    return re.sub(r"[\W_]+", "", text.casefold())


def _named(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    beyond = [number for number, cell in enumerate(cells, 1) if cell and number > len(columns)]
    if beyond:
        raise InvalidInputError("it has more cells than the header")
    named = dict(zip(columns, cells, strict=False))
    if named.pop("", ""):
        raise InvalidInputError("it has a cell in a column without a name")
    return {column: cell for column, cell in named.items() if cell}


def _text_rows(data: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each row of a csv file, except blank rows."""
    text = read_text(data, name)
    delimiter, named = delimiter_of(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, row in enumerate(reader, start=1):
            cells = [cell.strip() for cell in row]
            if named:  # the line is no row of the table
                named = False
            elif any(cells):
                yield number, cells
    except csv.Error as error:
        raise InvalidInputError(
            f"{name} is not readable as csv (line {reader.line_num}: {error})"
        ) from None


def delimiter_of(text: str) -> tuple[str, bool]:
    """Return what is between the cells of a csv file, and whether its first line says so.

    Excel writes such a line: `sep=;`. Else it is what divides the first line into the most cells.

    Args:
        text: the file, or its beginning with the whole of the first line that is not blank.
    """
    first = next(_FIRST_LINE.finditer(text))[0].rstrip()
    if named := _SEPARATOR.fullmatch(first):
        return named[1], True

    def count(delimiter: str) -> int:
        try:
            return len(next(csv.reader([first], delimiter=delimiter), ()))
        except csv.Error:  # a cell of more than 131,072 characters
            return 0

    return max(_DELIMITERS, key=count), False


def _workbook_rows(data: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each row of a workbook's first sheet, except blank rows."""
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError:
        raise MissingExtraError("reading a workbook", "xlsx") from None
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, ValueError, OSError) as error:
        raise InvalidInputError(f"{name} is not readable as a workbook ({error})") from None
    for number, row in enumerate(rows, start=1):
        cells = [_cell(cell).strip() for cell in row]
        if any(cells):
            yield number, cells


def _cell(value: object) -> str:
    """Return a cell of a workbook as text, with the 15 digits of a number that Excel shows."""
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date().isoformat()
    return str(value)
