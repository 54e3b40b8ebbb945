"""What the boxes of a page suggest while something is typed: places, and what a code forbids.

Out of scope: what a text means (places.resolver); a suggestion is a key or a ZIP, which is certain.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from feesync.claims import arguments
from feesync.errors import FeesyncError
from feesync.model.locality import Locality
from feesync.model.zip_code import read_zip
from feesync.reference.states import bare, name_of
from feesync.schedule.threads import open_schedule
from feesync.web.site import Database, site_of
from feesync.web.toggles import SELDOM, USUAL, toggles

_MOST = 8
_SHORTEST = 2
_LONGEST = 100


class Suggestion(NamedTuple):
    """A place that a text may mean.

    Attributes:
        value: what is typed for it.
        label: its name.
    """

    value: str
    label: str


def places(text: str, day: date, db: Database = None) -> list[Suggestion]:
    """Return the places that a text may become, the likeliest first, at most eight.

    Args:
        text: the beginning of a name, a county, a state or a key; or a ZIP.
        day: the day on which the localities are in effect.
        db: path of the database.

    Raises:
        NoReleaseError: no release answers for the day.
        StoreError: the database cannot be read.
    """
    typed = text.strip()[:_LONGEST]
    if len(typed) < _SHORTEST:
        return []
    schedule = open_schedule(db)
    with schedule.hold():
        _, localities = schedule.localities(day)
        counties = schedule.counties(day)
        begin = f" {bare(typed)}"
        found = [
            place
            for texts in (_names, lambda place: counties.get((place.mac, place.locality), ""))
            for place in localities
            if begin.strip() and begin in f" {bare(texts(place))}"
        ]
        if not found:
            try:
                found = schedule.find_localities(typed, day).localities
            except FeesyncError:
                return []
    zip_code = typed if read_zip(typed) is not None and len(found) == 1 else ""
    return [Suggestion(zip_code or _key(place), _label(place)) for place in dict.fromkeys(found)][
        :_MOST
    ]


def _names(place: Locality) -> str:
    state = f" {name_of(place.state)} {place.state}-{place.locality}" if place.state else ""
    return f"{place.name} {place.key} {place.state or ''}{state}"


def _key(place: Locality) -> str:
    return "national" if place.is_national else place.key


def _label(place: Locality) -> str:
    return f"{place.name}, {place.state}" if place.state else place.name


def _day(request: Request) -> date:
    """Return the day of a question; today where what is typed is none yet."""
    try:
        return arguments.day(request.query_params.get("date") or None) or date.today()
    except FeesyncError:
        return date.today()


def _places(request: Request) -> Response:
    found = places(request.query_params.get("q", ""), _day(request), site_of(request).db)
    return JSONResponse([each._asdict() for each in found])


def _modifiers(request: Request) -> Response:
    """Answer with why a code forbids each modifier; with nothing for those that it does not."""
    hcpcs = request.query_params.get("hcpcs", "")[:_LONGEST]
    day = _day(request).isoformat()
    found = toggles((*USUAL, *SELDOM), (), hcpcs, day, site_of(request).db)
    return JSONResponse({each.modifier: each.refusal for each in found if each.refusal})


ROUTES = [Route("/suggest/places", _places), Route("/suggest/modifiers", _modifiers)]
