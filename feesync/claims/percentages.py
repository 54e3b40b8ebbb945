"""The percentages of a contract by codes and ranges of codes, of a caller or of a file.

Of ranges that hold a code, the smallest decides; ranges of which neither holds the other are
refused, since a choice would be a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from feesync.claims.cells import safe_cells
from feesync.errors import InvalidInputError
from feesync.formats.table import Row, read_table
from feesync.model.hcpcs import CodeRange, code_text, read_codes
from feesync.pricing.contract import read_percentage

OTHERS = "all"
"""What stands in the place of codes for all that no range holds."""

_COLUMNS = {
    "from": ("first", "start", "code", "codes", "hcpcs", "cpt", "range"),
    "to": ("last", "end", "through", "thru"),
    "percent": ("pct", "percentage", "percent of medicare", "rate"),
}


def read_percentages(
    percentages: Mapping[str, Decimal | int | str],
) -> tuple[int, tuple[tuple[CodeRange, int], ...]]:
    """Return the percentage of all other codes, 0 without one, and those of ranges.

    Both are in ten-thousandths.

    Args:
        percentages: by code, range such as `64490-64495`, or `all`.

    Raises:
        InvalidInputError: a code or percentage cannot be read, there is none, or two ranges overlap
            and neither holds the other.
    """
    others, ranges = 0, dict[CodeRange, int]()
    for codes, percent in percentages.items():
        factor = read_percentage(percent)
        name = code_text("percent: codes", codes)
        if name.lower() == OTHERS:
            if others:
                raise InvalidInputError(f"percent has {OTHERS} twice")
            others = factor
            continue
        item = read_codes(name)
        span = item if isinstance(item, CodeRange) else CodeRange(item, item)
        for other in ranges:
            _check_overlap(span, other)
        ranges[span] = factor
    if not others and not ranges:
        raise InvalidInputError("percent has no codes")
    return others, tuple(ranges.items())


def _check_overlap(one: CodeRange, other: CodeRange) -> None:
    if one == other:
        raise InvalidInputError(f"percent has {_name(one)} twice")
    overlap = one.holds(other.first) or one.holds(other.last) or other.holds(one.first)
    nested = all(map(one.holds, other)) or all(map(other.holds, one))
    if overlap and not nested:
        raise InvalidInputError(
            f"percent: the ranges {one} and {other} overlap, and neither holds the other: which "
            "decides?"
        )


def _name(span: CodeRange) -> str:
    return span.first if span.first == span.last else str(span)


def percentages_of(data: bytes, name: str) -> dict[str, str]:
    """Return the percentages of a file, for `read_percentages`.

    Its columns are from, to (empty for a single code) and percent; `all` as first code is for all
    others.

    Args:
        data: the bytes of a csv file or a workbook.
        name: its name, for errors.

    Raises:
        InvalidInputError: a column lacks, or rows cannot be read: the error of the first, with
            those of the others.
    """
    table = read_table(data, name, _COLUMNS)
    missing = [column for column in ("from", "percent") if column not in table.columns]
    if missing:
        raise InvalidInputError(
            f"{name} has no column {' and no column '.join(missing)}; a contract has the columns "
            "from, to and percent"
        )
    percentages: dict[str, str] = {}

    def add(row: Row) -> None:
        cells = safe_cells(row.cells)
        first, percent = cells.get("from", ""), cells.get("percent", "")
        last = cells.get("to", "")
        codes = f"{first}-{last}" if last and last != first else first
        if codes in percentages:
            raise InvalidInputError(f"{codes} has a percentage already")
        read_percentages({codes: percent})
        percentages[codes] = percent

    table.each(add)
    read_percentages(percentages)
    return percentages
