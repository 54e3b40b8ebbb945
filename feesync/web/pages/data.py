"""The page of data: what is loaded, how fresh it is, how amounts are made, what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from feesync.errors import FeesyncError, Hint, HintKind, NoPriceError
from feesync.web.page import Page, Visit

if TYPE_CHECKING:
    from feesync.refresh.status import Status


def _view(visit: Visit) -> Mapping[str, object]:
    from feesync.refresh.status import status_at_once

    found = status_at_once(db=visit.site.db)
    worded = visit.site.error_text
    lack = found.today.lack
    return {
        "status": found,
        "twins": {"json": "/api/status", "csv": "", "command": "feesync status"},
        "today": lack and worded(NoPriceError(_sentence(lack), hint=found.today.remedy)),
        "problems": [worded(FeesyncError(text, hint=hint)) for text, hint in found.freshness.hinted]
        if found.freshness.last_status
        else [],
        "damages": [
            worded(FeesyncError(text, hint=Hint(HintKind.LOAD_ANEW))) for text in found.damages
        ],
        "lines": [one.line for one in found.datasets if one.line],
        "tables": [one.table for one in found.datasets if one.table],
        "embedded": _embedded(found),
    }


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _embedded(found: Status) -> bool:
    """Tell whether the embedded snapshot alone answers."""
    return not any(one.table.rows for one in found.datasets if one.table)


PAGE = Page(
    name="data",
    short="Data",
    title="Data and methods",
    text="What is loaded, how fresh it is, how amounts are made, and what is not known.",
    has_query=False,
    view=_view,
)
