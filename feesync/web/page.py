"""A page: a form for a query, and the query's answer.

The address of a page is the question. An empty field stands for none, so a browser is sent on to
the address without it. Out of scope: what each page shows (pages).
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from feesync.errors import FeesyncError
from feesync.queries.answer import Answer
from feesync.queries.catalogue import QUERIES, ask
from feesync.queries.parameter import Parameter
from feesync.queries.size import TooLargeError
from feesync.web.carry import values_for
from feesync.web.form import Form
from feesync.web.problem import Problem
from feesync.web.site import Pairs, Site, address, by_name, site_of

_MOST_VALUES = 500
"""The most values of a parameter; the API and the commands take more."""

_SHOWN_VALUES = 20
"""The fields of a form for values of which there are too many."""

_ONCE = frozenset({"locality", "zip", "state", "hcpcs", "codes"})
"""The parameters whose values say no more when they are repeated: places and codes."""

_LONGEST_LINK = 2_000
"""The characters of an address beyond which a page is linked as it is when it is empty."""


class Link(NamedTuple):
    """A link of the navigation.

    Attributes:
        title: its text.
        href: where it leads.
        is_here: whether it is the page itself.
    """

    title: str
    href: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """A question to a page.

    Attributes:
        site: what all pages share.
        values: what was asked, as it was typed: a text by each name, a list where one is repeated.
        own: what was given of the page's own parameters, in the same form.
        answer: the answer; None where nothing was asked, or where there is a problem.
        problem: why there is none.
    """

    site: Site
    values: dict[str, object]
    own: dict[str, object] = field(default_factory=dict)
    answer: Answer | None = None
    problem: Problem | None = None


def nonempty(pairs: Pairs) -> Pairs:
    """Return what an address gives: its pairs without the empty ones."""
    return [(name, value) for name, value in pairs if value.strip()]


def _nothing(of: object) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Page:
    """A page.

    Attributes:
        name: of the page, of its template, and of its query where it has one.
        title: its heading.
        text: what it answers, in a sentence.
        short: its name in the navigation; by default its title.
        path: where it is; by default its name.
        fields: the parameters that are shown at once, in order.
        more: the parameters that are shown on demand.
        view: returns what its template shows besides the answer; it may raise a FeesyncError, and
            is then called again for the problem.
        has_query: whether it asks a query.
        at_once: whether it asks where nothing is given.
        clean: returns the pairs of the address that a browser is sent to, where it has others.
        own: parameters of the page, which the query does not have.
        split: the parameters whose values are apart by blanks and commas in one field.
        spare: how many empty fields a parameter of several values has, by its name.
        offers: returns values to choose from, by parameter.
        preset: values of the form where nothing is given.
    """

    name: str
    title: str
    text: str
    short: str = ""
    path: str = ""
    fields: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    view: Callable[[Visit], Mapping[str, Any]] = _nothing
    has_query: bool = True
    at_once: bool = False
    clean: Callable[[Pairs], Pairs] = nonempty
    own: tuple[Parameter, ...] = ()
    split: frozenset[str] = frozenset()
    spare: Mapping[str, int] = field(default_factory=dict)
    offers: Callable[[Site], Mapping[str, Sequence[str]]] = _nothing
    preset: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fill in the path."""
        object.__setattr__(self, "path", self.path or f"/{self.name}")

    def endpoint(self, request: Request) -> Response:
        """Answer a request."""
        pairs = request.query_params.multi_items()
        clean = self._apart(self.clean(pairs))
        if clean != pairs:
            return RedirectResponse(address(self.path, by_name(clean)), 303)
        own = {each.name for each in self.own}
        visit = Visit(
            site_of(request),
            by_name([pair for pair in clean if pair[0] not in own]),
            by_name([pair for pair in clean if pair[0] in own]),
        )
        return self._answer(visit)

    def _apart(self, pairs: Pairs) -> list[tuple[str, str]]:
        """Return pairs with a value that holds several as several, places and codes once each."""
        apart = [
            (name, value)
            for name, text in pairs
            for value in (text.replace(",", " ").split() if name in self.split else [text])
        ]
        known = {pair: number for number, pair in reversed([*enumerate(apart)])}
        return [
            pair
            for number, pair in enumerate(apart)
            if pair[0] not in _ONCE or known[pair] == number
        ]

    def _answer(self, visit: Visit) -> Response:
        site, values, own = visit.site, visit.values, visit.own
        try:
            if self.has_query and (values or self.at_once):
                _check(values)
                visit = Visit(site, values, own, ask(self.name, values, site.db))
            shown = self.view(visit)
        except FeesyncError as error:
            values, own = _first(values), _first(own)
            visit = Visit(site, values, own, problem=Problem.of(error, site, values))
            shown = self.view(visit)
        template_values = {
            "page": self,
            "values": {**values, **own},
            "answer": visit.answer,
            "problem": visit.problem,
            "form": self._form(visit),
            "twins": self.twins(visit),
            "navigation": self._navigation(visit),
            **shown,
        }
        status = visit.problem.status if visit.problem else 200
        return site.html(f"{self.name}.html", template_values, status)

    def form(self, visit: Visit, values: Mapping[str, object]) -> Form:
        """Return the form of its query, filled in."""
        return Form(
            (*QUERIES[self.name].parameters, *self.own),
            values,
            self.fields,
            self.more,
            self.split,
            self.spare,
            self.offers(visit.site),
        )

    def _form(self, visit: Visit) -> Form | None:
        if not self.has_query:
            return None
        return self.form(visit, {**visit.values, **visit.own} or self.preset)

    def twins(self, visit: Visit) -> dict[str, str]:
        """Return the addresses of the same answer as JSON and CSV, and its command."""
        values, answer = visit.values, visit.answer
        if not self.has_query:
            return {"json": "", "csv": "", "command": ""}
        twin = f"/api/{self.name}"
        return {
            "json": address(twin, values),
            "csv": address(twin, values, format="csv") if answer else "",
            "command": shlex.join(answer.command_line()) if answer else "",
        }

    def _navigation(self, visit: Visit) -> list[Link]:
        """Return a link to each page, with what was asked as far as it asks the same."""
        links = []
        for page in visit.site.pages:
            values = values_for(visit.values, QUERIES[page.name]) if page.has_query else {}
            href = address(page.path, values)
            href = href if len(href) <= _LONGEST_LINK else page.path
            links.append(Link(page.short or page.title, href, page.path == self.path))
        return links


def _check(values: Mapping[str, object]) -> None:
    """Refuse a question that no form can show again.

    Raises:
        TooLargeError: a parameter has too many values.
    """
    for name, value in values.items():
        if isinstance(value, list) and len(value) > _MOST_VALUES:
            raise TooLargeError(
                f"{name} has {len(value):,} values, and a page takes at most {_MOST_VALUES:,}: "
                "give fewer, or ask the command or the API"
            )


def _first(values: dict[str, object]) -> dict[str, object]:
    """Return values of which too many are cut, for the form of a problem."""
    return {
        name: value[:_SHOWN_VALUES]
        if isinstance(value, list) and len(value) > _MOST_VALUES
        else value
        for name, value in values.items()
    }
