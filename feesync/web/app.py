"""The application: which path is answered by what.

Out of scope: the server that it runs in (server), and what holds for every request (guard).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from http import HTTPStatus

from anyio.to_thread import current_default_thread_limiter
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feesync.errors import ExitStatus, FeesyncError
from feesync.web import api, suggest
from feesync.web.guard import LOOPBACK, Guard, refuse_in_text
from feesync.web.page import Link
from feesync.web.pages import PAGES, rates
from feesync.web.problem import Problem
from feesync.web.site import Database, Site, site_of

_THREADS = 4


def application(
    db: Database = None,
    *,
    error_text: Callable[[FeesyncError], str] = str,
    names: Collection[str] = LOOPBACK,
    numbers: bool = False,
) -> Guard:
    """Return the application, for a server of ASGI.

    Args:
        db: path of the database; by default FEESYNC_DB, else the user's data folder. The embedded
            snapshot answers for what it lacks.
        error_text: words an error, with what helps against it.
        names: the names, in small letters, that a request may be addressed to.
        numbers: whether it may be addressed to any address in numbers too, where other machines
            are served.
    """
    site = Site(db, error_text, PAGES)
    app = Starlette(
        routes=[
            *api.ROUTES,
            *(Route(page.path, page.endpoint) for page in PAGES),
            Route(rates.CSV_PATH, rates.csv_endpoint),
            *suggest.ROUTES,
            *site.assets.routes,
        ],
        exception_handlers={
            FeesyncError: _on_error,  # type: ignore[dict-item]
            HTTPException: _on_status,  # type: ignore[dict-item]
            Exception: _on_fault,
        },
        lifespan=_few_threads,
    )
    app.state.site = site
    return Guard(app, names, api.POST_PATHS, numbers=numbers, refuse=_refuse)


@asynccontextmanager
async def _few_threads(app: Starlette) -> AsyncIterator[None]:
    """Answer in few threads: each has a connection of its own, and remembers what it has read."""
    current_default_thread_limiter().total_tokens = _THREADS
    yield


def _refuse(path: str, status: int, text: str) -> Response:
    """Return why a request is not passed on: as a problem to a program, else as plain text."""
    if path.startswith(api.PREFIX):
        title = HTTPStatus(status).phrase
        return api.problem_response(Problem(status, ExitStatus.USAGE, title, (text,)))
    return refuse_in_text(path, status, text)


def _on_error(request: Request, error: FeesyncError) -> Response:
    return _page(request, Problem.of(error, site_of(request)))


def _on_status(request: Request, error: HTTPException) -> Response:
    texts = {404: f"There is no page {request.url.path[:80]!r} here."}
    text = texts.get(error.status_code, error.detail)
    return _page(request, Problem(error.status_code, ExitStatus.USAGE, error.detail, (text,)))


def _on_fault(request: Request, error: Exception) -> Response:
    text = "Something went wrong here: a fault of feesync, and not of what was asked."
    return _page(request, Problem(500, ExitStatus.UNEXPECTED, "A fault", (text,)))


def _page(request: Request, problem: Problem) -> Response:
    if request.url.path.startswith(api.PREFIX):
        return api.problem_response(problem)
    site = site_of(request)
    links = [Link(page.short or page.title, page.path, False) for page in site.pages]
    return site.html("problem.html", {"problem": problem, "navigation": links}, problem.status)
