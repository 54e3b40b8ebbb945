"""The page of coverage: what to know before a facet joint code is billed."""

from __future__ import annotations

from collections.abc import Mapping

from feesync.web.offers import places_of_service
from feesync.web.page import Page, Visit


def _view(visit: Visit) -> Mapping[str, object]:
    if visit.answer is None:
        return {}
    from feesync.coverage.page import coverage_page

    return {"sheet": coverage_page(visit.answer.result)}


PAGE = Page(
    name="coverage",
    short="Coverage",
    title="Before it is billed",
    text="The billing sheet of facet joint codes, 64490 to 64495 and 64633 to 64636: modifiers, "
    "units, prior authorization, frequency, necessity, documents.",
    fields=("hcpcs", "locality", "pos", "date"),
    split=frozenset({"hcpcs"}),
    offers=places_of_service,
    view=_view,
)
