"""The page of localities: what a ZIP, a county or a name means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from feesync.errors import NoPriceError
from feesync.queries.catalogue import QUERIES
from feesync.web.carry import values_for
from feesync.web.page import Page, Visit
from feesync.web.site import address

if TYPE_CHECKING:
    from feesync.schedule.directory import Directory


def _view(visit: Visit) -> Mapping[str, object]:
    if visit.answer is None:
        return {}
    directory: Directory = visit.answer.result
    return {
        "directory": directory,
        "rows": [
            (row, _links(visit, f"{row['mac']}-{row['locality']}")) for row in directory.rows()
        ],
        "remark": directory.remark
        and visit.site.error_text(NoPriceError(directory.remark, hint=directory.hint)),
        "stand_in": not directory.release.covers(directory.date),
    }


def _links(visit: Visit, key: str) -> list[tuple[str, str]]:
    """Return the pages on which a locality can be asked about, each with its address."""
    place = "national" if key.startswith("00000") else key
    question = {**visit.values, "locality": place}
    question.pop("query", None)
    return [
        (title, address(path, values_for(question, QUERIES[name])))
        for title, path, name in (("Estimate", "/", "estimate"), ("Rates", "/rates", "rates"))
    ]


PAGE = Page(
    name="localities",
    short="Places",
    title="Payment localities",
    text="What a ZIP, a county, a state, a name or a contractor means to Medicare.",
    fields=("query", "date"),
    at_once=True,
    view=_view,
)
