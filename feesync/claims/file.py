"""Claim lines from a file: a csv file, a workbook, JSON, or plain lines of text.

Out of scope: what the lines mean (line, header), and the table itself (formats.table).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, NamedTuple

from feesync.claims.cells import cell_of, is_like_code, safe_cells, safe_modifiers
from feesync.claims.line import ClaimLine
from feesync.errors import InvalidInputError
from feesync.formats.line_columns import CODE, LINE_COLUMNS, WHERE_AND_WHEN, code_and_modifiers
from feesync.formats.table import TABLE_SUFFIXES, Row, Table, plain, read_rows, read_table
from feesync.model.reading import excerpt

SUFFIXES = (".json", *TABLE_SUFFIXES)
"""How the name of a claim file ends."""

_REMARKS = {
    "line": ("line number", "line no", "no"),
    "description": ("desc", "procedure description"),
    "note": ("notes", "comment", "comments", "remark", "remarks"),
}
"""Columns that say nothing of a price."""

_OF_MANY = {
    *("claim", "claimid", "claimnumber", "patient"),
    *(plain(name) for own, others in WHERE_AND_WHEN.items() for name in (own, *others)),
}
"""Columns of files of many claims, without what makes no difference."""

_SHORT = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z](?:$|[-X@\s])", re.IGNORECASE)
"""The beginning of a line in the short form: no name of a column begins so."""

_WHOLE = re.compile(r"([0-9]{1,9})(?:\.0*)?")


class FileLine(NamedTuple):
    """A claim line of a file.

    Attributes:
        origin: the file and the row that it is from, for errors; empty where there are no rows.
        line: the line, in any form that a claim line can have.
    """

    origin: str
    line: Any


def read_lines(data: bytes, name: str) -> list[FileLine]:
    """Return the claim lines of a file; its content says of which kind it is.

    JSON holds a list of lines in any of their forms. A table has a header; without one, every cell
    is a line in the short form, such as `64493-50x1@250.00`.

    Args:
        data: the bytes of the file.
        name: its name, for errors.

    Raises:
        InvalidInputError: the file cannot be read, or its columns are not those of claim lines.
        MissingExtraError: the package that reads workbooks is not installed.
    """
    if data.lstrip()[:1] in (b"[", b"{") or name.lower().endswith(".json"):
        return _from_json(data, name)
    first = next(iter(read_rows(data, name)), (0, []))[1]
    if first and all(map(_SHORT.match, filter(None, first))):
        return _short_lines(data, name)
    table = read_table(data, name, {**LINE_COLUMNS, **_REMARKS})
    _check_columns(table)
    return [FileLine(f"{name}, row {row.number}", _line(row)) for row in table.rows]


def _short_lines(data: bytes, name: str) -> list[FileLine]:
    """Return the lines of a file without a header."""
    return [
        FileLine(f"{name}, row {number}", line if is_like_code(line) else cell_of(CODE))
        for number, cells in read_rows(data, name)
        for cell in cells
        for line in cell.split()
    ]


def _check_columns(table: Table) -> None:
    unknown = [column for column in table.columns if column not in {*LINE_COLUMNS, *_REMARKS}]
    if any(map(_SHORT.match, unknown)) or len(unknown) == len(table.columns) > 0:
        raise InvalidInputError(
            f"{table.name}: the first row names no columns; put a row above it, such as "
            "hcpcs,modifiers,units,charge"
        )
    if unknown:
        several = len(unknown) > 1
        of_many = not _OF_MANY.isdisjoint(map(plain, unknown))
        raise InvalidInputError(
            f"{table.name}: the {'columns' if several else 'column'} "
            f"{', '.join(map(excerpt, unknown))} {'are' if several else 'is'} none of a claim "
            "line: those are hcpcs, modifiers (or mod1 to mod4), units, charge and postop_days"
            + ("; files of claims with days and places are for reprice" * of_many)
        )
    if table.columns and CODE not in table.columns:
        raise InvalidInputError(
            f"{table.name} has no column of codes: name it hcpcs, cpt or code in the first row"
        )


def _line(row: Row) -> ClaimLine:
    """Return the line of a row, unchecked: so the errors of all rows come out together."""
    cells = safe_cells(row.cells)
    code, modifiers = code_and_modifiers(cells)
    units, days = (_count(cells.get(name)) for name in ("units", "postop_days"))
    units = 1 if units is None else units
    return ClaimLine(code, safe_modifiers(modifiers), units, cells.get("charge"), days)


def _count(cell: str | None) -> Any:  # noqa: ANN401 - what is no count is refused with its line
    match = _WHOLE.fullmatch(cell or "")
    return int(match[1]) if match else cell


def _from_json(data: bytes, name: str) -> list[FileLine]:
    import json

    try:
        text = data.decode("utf-8-sig")
        lines = json.loads(text, parse_float=Decimal, object_pairs_hook=_once_each)
    except UnicodeDecodeError:
        raise InvalidInputError(f"{name} cannot be read: it is not UTF-8 text") from None
    except RecursionError:
        raise InvalidInputError(f"{name} holds no list of claim lines: it nests too deep") from None
    except ValueError as error:
        raise InvalidInputError(f"{name} is not JSON: {str(error)[:100]}") from None
    if not isinstance(lines, list):
        raise InvalidInputError(f"{name} holds no list of claim lines")
    return [FileLine("", _safe(line)) for line in lines]


def _safe(line: Any) -> Any:  # noqa: ANN401 - of JSON
    """Return a line of JSON without what no error may show."""
    if isinstance(line, str):
        return line if is_like_code(line) else cell_of(CODE)
    if not isinstance(line, dict):
        return line
    line = safe_cells(line)
    modifiers = line.get("modifiers")
    if isinstance(modifiers, str):
        line["modifiers"] = safe_modifiers(re.findall(r"[^\s,;-]+", modifiers))
    elif isinstance(modifiers, list) and all(isinstance(one, str) for one in modifiers):
        line["modifiers"] = safe_modifiers(modifiers)
    return line


def _once_each(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; refuse one with a name twice, since a choice would be a guess."""
    values = dict(members)
    if len(values) < len(members):
        names = [name for name, _ in members]
        raise ValueError(f"{excerpt(max(names, key=names.count))} appears twice in an object")
    return values
