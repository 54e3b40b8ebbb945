"""A history in text: a table of the releases, and why some have no price."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from feesync.errors import one_line
from feesync.model.money import decimal
from feesync.model.rate import Setting
from feesync.text.bar import Bar
from feesync.text.block import Block, Line, LongLine, Prose, Table
from feesync.text.cells import change_cell, dollar_cell

if TYPE_CHECKING:
    from feesync.analysis.history import History

_DAY = timedelta(days=1)
_COLUMNS = ("Release", "From", "To", "Factor", "RVUs", "Nonfacility", "Facility", "Change %")


def history_blocks(result: History, setting: Setting, most: int | None = None) -> Iterator[Block]:
    """Yield a history in text.

    Args:
        result: the history.
        setting: whose RVUs, change and bar are shown.
        most: how many releases the table has at most, the first ones; by default all.
    """
    yield LongLine(f"{result.code}, {setting.value}\n{result.locality}\n")
    longest = max((moment.amounts[setting] or 0 for moment in result.moments), default=0)
    shared = [reason for reason, count in reasons(result).items() if count > 1]
    rows: list[list[object]] = []
    for before, moment in zip((None, *result.moments), result.moments[:most], strict=False):
        release, rate, rvus = moment.release, moment.rate, moment.rvus(setting)
        if before and before.release.effective_to + _DAY < release.effective_from:
            gap = (before.release.effective_to + _DAY, release.effective_from - _DAY)
            rows.append(["", *gap, "", "", "", "", "", "no release is loaded"])
        amount = moment.amounts[setting]
        rows.append(
            [
                release.label,
                release.effective_from,
                release.effective_to,
                decimal(rate.conversion_factor, 4) if rate else "",
                "" if rvus is None else decimal(rvus, 2),
                *(dollar_cell(moment.amounts[each]) for each in Setting),
                change_cell(moment.changes[setting]),
                _remark(moment.reason, shared) if amount is None else Bar(amount, longest),
            ]
        )
    yield Table((*_COLUMNS, ""), rows, right=_COLUMNS[3:])
    if shared:
        yield Line()
    for reason in shared:
        yield Prose(f"{_remark(reason, shared)}: {one_line(reason)}")


def reasons(result: History) -> Counter[str]:
    """Return the reasons why there is no price, and how many releases have each."""
    return Counter(moment.reason for moment in result.moments if moment.reason)


def left_out(result: History) -> str:
    """Return that releases of the embedded snapshot are left out; empty where none is."""
    if not result.left_out:
        return ""
    return (
        f"{len(result.left_out)} releases of the embedded snapshot, which lacks "
        f"{result.hcpcs}, are left out"
    )


def _remark(reason: str, shared: list[str]) -> str:
    """Return the remark on a release without a price: its reason, or the number of a shared one."""
    if reason not in shared:
        return reason
    return "no price" if len(shared) == 1 else f"no price [{shared.index(reason) + 1}]"
