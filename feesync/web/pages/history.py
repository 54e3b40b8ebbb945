"""The page of a history: a code in a place over the loaded releases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from feesync.model.money import decimal, dollars_or_none
from feesync.model.rate import Setting
from feesync.web import pictures
from feesync.web.carry import alone
from feesync.web.page import Page, Visit

if TYPE_CHECKING:
    from feesync.analysis.history import History, Moment

_DAY = timedelta(days=1)


def _view(visit: Visit) -> Mapping[str, object]:
    if visit.answer is None:
        return {}
    history: History = visit.answer.result
    setting = Setting.read(visit.answer.values.get("setting", Setting.NONFACILITY))
    rows: list[dict[str, object]] = []
    before: Moment | None = None
    for moment in history.moments:
        if before and before.release.effective_to + _DAY < moment.release.effective_from:
            gap = before.release.effective_to + _DAY, moment.release.effective_from - _DAY
            rows.append({"gap": gap})
        rows.append(_row(visit, history, moment, setting))
        before = moment
    return {
        "setting": setting,
        "rows": rows[::-1],
        "steps": pictures.steps(history, setting, date.today()),
    }


def _row(visit: Visit, history: History, moment: Moment, setting: Setting) -> dict[str, object]:
    release, rvus = moment.release, moment.rvus(setting)
    day = release.effective_from.isoformat()
    return {
        "gap": None,
        "release": release,
        "address": alone(visit.values, history.code, date=day),
        "factor": decimal(moment.rate.conversion_factor, 4) if moment.rate else None,
        "rvus": None if rvus is None else decimal(rvus, 2),
        "amounts": [dollars_or_none(moment.amounts[each]) for each in Setting],
        "change": moment.changes[setting],
        "reason": moment.reason,
    }


PAGE = Page(
    name="history",
    short="History",
    title="Over the years",
    text="What Medicare allowed for a code in a place, release by release.",
    fields=("hcpcs", "modifiers", "locality"),
    more=("setting", "qp"),
    view=_view,
)
