"""The page of the API: its addresses, their parameters, and an example of each."""

from __future__ import annotations

from collections.abc import Mapping

from feesync.queries.catalogue import QUERIES
from feesync.queries.query import Query
from feesync.web.page import Page, Visit
from feesync.web.site import address


def _view(visit: Visit) -> Mapping[str, object]:
    return {"queries": [(query, _example(query)) for query in QUERIES.values()]}


def _example(query: Query) -> str:
    """Return the address of a question that works: what must be given, by the examples."""
    names = [each.name for each in query.parameters if each.required]
    names += [group[0] for group in query.needs if not {*group} & {*names}]
    question = {name: query.parameter(name).example for name in names}
    return address(f"/api/{query.name}", question)


PAGE = Page(
    name="api",
    short="API",
    title="The API",
    text="The same answers for programs: JSON under the names of the command line, from addresses "
    "that are read with GET.",
    has_query=False,
    view=_view,
)
