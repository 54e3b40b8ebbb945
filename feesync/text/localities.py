"""Localities in text: what is uncertain, and a table of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from feesync.text.block import Block, Line, Table

if TYPE_CHECKING:
    from feesync.schedule.directory import Directory

_COLUMNS = (
    "Locality",
    "State",
    "Name",
    "Counties",
    "Work GPCI",
    "PE GPCI",
    "MP GPCI",
    "ZIPs",
    "Contractor",
)
_RIGHT = ("Work GPCI", "PE GPCI", "MP GPCI", "ZIPs")
_WIDTHS = {"Name": 32, "Counties": 32, "Contractor": 22}


def localities_blocks(
    result: Directory, remark: str = "", most: int | None = None
) -> Iterator[Block]:
    """Yield localities in text.

    Args:
        result: the localities.
        remark: what is uncertain, and what helps.
        most: how many the table has at most, the first ones; by default all.
    """
    if remark:
        yield Line(f"{remark}\n")
    yield Table(_COLUMNS, list(map(_cells, result.rows()[:most])), right=_RIGHT, widest=_WIDTHS)


def stand_in(result: Directory) -> str:
    """Return that no release covers the day, and which answers; empty where one does."""
    if result.release.covers(result.date):
        return ""
    return f"no loaded release covers {result.date}; {result.release.label} answers"


def _cells(row: Mapping[str, Any]) -> list[object]:
    contractor = f"{row['contractor']} ({row['jurisdiction']})" if row["contractor"] else ""
    return [
        f"{row['mac']}-{row['locality']}",
        row["state"] or "",
        row["name"],
        row["counties"] or "",
        *(str(row[name]) for name in ("work_gpci", "pe_gpci", "mp_gpci")),
        row["zips"] or "",
        contractor,
    ]
