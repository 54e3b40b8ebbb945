"""The API: each query at an address of its own, answered as its command's `--json` or `--csv`.

Out of scope: a file of claims (claims_file), the description of the API (openapi), and what holds
for every request (guard).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from difflib import get_close_matches

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from feesync.errors import ExitStatus, FeesyncError, InvalidInputError
from feesync.model.money import json_text
from feesync.model.reading import excerpt
from feesync.queries.answer import Answer
from feesync.queries.catalogue import QUERIES, ask
from feesync.queries.lines import ESTIMATE
from feesync.web import health
from feesync.web.problem import Problem
from feesync.web.site import by_name, site_of
from feesync.web.stream import Stream, Text

PREFIX = "/api/"
"""How the addresses of the API begin."""

_CLAIMS_FILE = "/api/reprice"
POST_PATHS = frozenset({_CLAIMS_FILE})
"""The addresses that take POST: one, for a file of claims."""

NOTES_HEADER = "feesync-notes"
"""The header of what is said beside an answer of rows: a list of texts as JSON, in ASCII."""

STATUS_HEADER = "feesync-exit-status"
"""The header of what the command would exit with, where that is not 0."""

_FORMAT = "format"
"""The name in a query string that says JSON or CSV."""

_FORMATS = ("json", "csv")
_REST = "..."
_MOST_NOTES = 4_000
"""The longest header of notes, in characters."""


async def answer(request: Request) -> ASGIApp:
    """Return the answer to a query, or why there is none.

    An estimate takes less time than handing it to another thread.
    """
    if request.path_params["name"] == ESTIMATE.name:
        return _answer(request)
    return await run_in_threadpool(_answer, request)


def _answer(request: Request) -> ASGIApp:
    name, dot, suffix = request.path_params["name"].partition(".")
    site, values = site_of(request), by_name(request.query_params.multi_items())

    def problem(error: FeesyncError) -> Response:
        return problem_response(Problem.of(error, site, values), error)

    def text(found: Answer) -> Text:
        return _text(found, form, _headers(found, site.error_text))

    try:
        form = _form(suffix if dot else None, values.pop(_FORMAT, None))
        if name not in QUERIES:
            return _no_address(request)
        found = ask(QUERIES[name], values, site.db)
        if found.is_large:
            return Stream(lambda: text(ask(QUERIES[name], values, site.db)), problem)
        whole = text(found)
        return Response("".join(whole.pieces), headers=whole.headers, media_type=whole.media_type)
    except FeesyncError as error:
        return problem(error)


def _form(suffix: str | None, given: object) -> str:
    """Return whether JSON or CSV is asked for: by the end of the address, or by `format`."""
    for form in (suffix, given):
        if form is not None and form not in _FORMATS:
            raise InvalidInputError(f"{_FORMAT} {excerpt(form)} is neither json nor csv")
    if suffix is not None and given not in (None, suffix):
        raise InvalidInputError(f"the address ends in {suffix}, and {_FORMAT} is {given}")
    return suffix or str(given or _FORMATS[0])


def _headers(found: Answer, error_text: Callable[[FeesyncError], str]) -> dict[str, str]:
    """Return what is said beside the answer."""
    headers = {}
    if found.status:
        headers[STATUS_HEADER] = str(int(found.status))
    texts = [
        *(note.text for note in found.notes),
        *([found.remark] if found.remark else []),
        *map(error_text, found.refused),
    ]
    if texts:
        headers[NOTES_HEADER] = _notes(texts)
    return headers


def _notes(texts: list[str]) -> str:
    """Return texts as one header; where they are too long for it, `...` stands for the rest."""
    shown: list[str] = []
    for text in texts:
        if len(json.dumps([*shown, text, _REST])) > _MOST_NOTES:
            return json.dumps([*shown, _REST])
        shown.append(text)
    return json.dumps(shown)


def _text(found: Answer, form: str, headers: dict[str, str]) -> Text:
    """Return an answer as text."""
    if form == "csv":
        headers["content-disposition"] = f'attachment; filename="{found.query.name}.csv"'
        return Text(found.csv_text(), "text/csv", headers)
    return Text(found.json_text(), "application/json", headers)


def _no_address(request: Request) -> Response:
    """Return that there is no such address of the API, with the nearest that there is."""
    path = request.url.path
    if path == _CLAIMS_FILE:
        text = f"{excerpt(path)} takes a file of claims by POST, its content as the body"
        problem = Problem(405, ExitStatus.USAGE, "Method Not Allowed", (text,))
        response = problem_response(problem)
        response.headers["allow"] = "POST"
        return response
    near = get_close_matches(path.removeprefix(PREFIX)[:100], QUERIES, 1)
    meant = f"is {PREFIX}{near[0]} meant?" if near else f"there are {', '.join(QUERIES)}"
    text = f"there is no {excerpt(path)}: {meant}"
    return problem_response(Problem(404, ExitStatus.USAGE, "No such address", (text,)))


def problem_response(problem: Problem, error: FeesyncError | None = None) -> Response:
    """Return a problem as JSON (RFC 9457), with what the error has as data."""
    of_error = error.to_dict().items() if error else ()
    more = {name: value for name, value in of_error if name not in ("status", "text")}
    content = {
        "title": problem.title,
        "status": int(problem.status),
        "detail": problem.texts[0],
        "exit_status": int(problem.exit_status),
        "error": type(error).__name__ if error else None,
        "others": list(problem.texts[1:]),
        "hint": None,
        **more,
        "candidates": [
            {"parameter": one.parameter, "value": one.value, "label": one.label}
            for one in problem.candidates
        ],
    }
    return Response(
        json_text(content) + "\n", problem.status, media_type="application/problem+json"
    )


async def _price_claims(request: Request) -> Response:
    from feesync.web import claims_file  # not at the start

    return await claims_file.answer(
        request, by_name(request.query_params.multi_items()), problem_response
    )


def _describe(request: Request) -> Response:
    from feesync.web import openapi  # not at the start

    return JSONResponse(openapi.document())


ROUTES = [
    Route("/health", health.answer),
    Route("/api/openapi.json", _describe),
    Route(_CLAIMS_FILE, _price_claims, methods=["POST"]),
    Route("/api/{name:str}", answer),
    Route("/api/{rest:path}", _no_address),
]
"""The addresses of the API."""
