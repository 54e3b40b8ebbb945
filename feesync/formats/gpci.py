"""GPCI csv: the geographic practice cost indices of each locality.

They are Addendum E of the PFS final rule. The file may have a state column or none. RVU26A has the
work GPCI both with and without the floor of 1.0; the floor has been in force on every day of 2020
to 2026, so feesync reads the column with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from feesync.errors import ContentRefusedError
from feesync.formats.text import ExactNumbers, csv_rows, is_footer, name_of
from feesync.model.locality import Locality

_YEAR = re.compile(r"\b(20\d\d)\b")


@dataclass(frozen=True, slots=True)
class GpciFile:
    """A parsed GPCI file; `year` is the calendar year of the column names, or None."""

    name: str
    year: int | None
    rows: list[Locality]


class _Columns(NamedTuple):
    mac: int
    state: int | None
    locality: int
    name: int
    work: int
    pe: int
    mp: int


def parse(data: bytes, name: str) -> GpciFile:
    """Read a GPCI csv file; leading zeros of MAC and locality numbers are restored.

    Raises:
        ContentRefusedError: the header is unknown, a row cannot be read (with its line), or a
            locality is there twice.
    """
    columns: _Columns | None = None
    year: int | None = None
    gpci = ExactNumbers(3, 3_999)
    records: dict[tuple[str, str], Locality] = {}
    for line, row in csv_rows(data, name):
        if columns is None:
            if any("PE GPCI" in cell.upper() for cell in row):
                columns = _find_columns(row, name, line)
                year = _year([row[columns.work], row[columns.pe], row[columns.mp]], name, line)
            continue
        if is_footer(row):
            continue
        try:
            record = Locality(
                with_zeros(row[columns.mac], 5, "MAC"),
                with_zeros(row[columns.locality], 2, "locality number"),
                _state(row[columns.state]) if columns.state is not None else None,
                name_of(row[columns.name], "locality name"),
                gpci[row[columns.work]],
                gpci[row[columns.pe]],
                gpci[row[columns.mp]],
            )
            if record.is_national:
                raise ValueError("MAC 00000 stands for the nation in feesync, CMS has no such MAC")
            if 0 in record[-3:]:
                raise ValueError("a GPCI is 0")
        except IndexError:
            raise ContentRefusedError(
                f"has {len(row)} cells, fewer than the header", file=name, line=line
            ) from None
        except ValueError as error:
            raise ContentRefusedError(str(error), file=name, line=line) from None
        key = (record.mac, record.locality)
        if key in records:
            raise ContentRefusedError(
                f"locality {record.mac}-{record.locality} appears twice", file=name, line=line
            )
        records[key] = record
    if not records:
        raise ContentRefusedError(
            "has no header with a PE GPCI column, or no locality under it", file=name
        )
    return GpciFile(name, year, list(records.values()))


def _state(text: str) -> str | None:
    state = text.strip().upper()
    if state and not re.fullmatch(r"[A-Z]{2}", state):
        raise ValueError(f"{text!r:.40} is not the two letters of a state")
    return state or None


def _year(heads: list[str], name: str, line: int) -> int | None:
    years = {int(match[1]) for head in heads if (match := _YEAR.search(head))}
    if len(years) > 1:
        raise ContentRefusedError(
            f"has columns of {len(years)} years: {sorted(years)}", file=name, line=line
        )
    return years.pop() if years else None


def with_zeros(text: str, width: int, what: str) -> str:
    """Return a MAC or locality number with the leading zeros that a spreadsheet has removed.

    Args:
        text: the cell.
        width: digits of the number.
        what: what the number is, for the error.

    Raises:
        ValueError: the cell is no number of at most `width` digits.
    """
    digits = text.strip()
    if not digits.isascii() or not digits.isdigit() or len(digits) > width:
        raise ValueError(f"{what} {text!r} is not a number of at most {width} digits")
    return digits.zfill(width)


def _find_columns(row: list[str], name: str, line: int) -> _Columns:
    heads = [" ".join(cell.upper().replace("*", "").split()) for cell in row]

    def column(*patterns: str) -> int | None:
        for pattern in patterns:
            hits = [index for index, head in enumerate(heads) if re.search(pattern, head)]
            if len(hits) > 1:
                raise ContentRefusedError(
                    f"has {len(hits)} columns that look like {pattern!r}", file=name, line=line
                )
            if hits:
                return hits[0]
        return None

    work = column(r"(PW|WORK) GPCI.*\bWITH 1\.0 FLOOR", r"(PW|WORK) GPCI(?!.*WITHOUT)")
    columns = {
        "MAC": column(r"CONTRACTOR|CARRIER|\bMAC\b"),
        "locality number": column(r"LOCALITY NUMBER"),
        "locality name": column(r"LOCALITY NAME"),
        "work GPCI": work,
        "PE GPCI": column(r"\bPE GPCI"),
        "MP GPCI": column(r"\b(MP|PLI) GPCI"),
    }
    absent = [what for what, index in columns.items() if index is None]
    if absent:
        raise ContentRefusedError(f"has no column for {', '.join(absent)}", file=name, line=line)
    mac, locality, label, work_column, pe, mp = (
        index for index in columns.values() if index is not None
    )
    return _Columns(mac, column(r"^STATE$"), locality, label, work_column, pe, mp)
