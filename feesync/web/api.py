"""The API: each query at an address of its own, answered as its command's `--json` or `--csv`.

Out of scope: a file of claims (claims_file), the description of the API (openapi), and what holds
for every request (guard).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from difflib import get_close_matches
from itertools import chain

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from feesync.errors import ExitStatus, FeesyncError, InvalidInputError
from feesync.model.money import json_text
from feesync.model.reading import excerpt
from feesync.queries.answer import Answer
from feesync.queries.catalogue import QUERIES, ask
from feesync.queries.lines import ESTIMATE
from feesync.web import health
from feesync.web.problem import Problem
from feesync.web.site import by_name, site_of

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
_PIECE = 1 << 18
"""How many characters are sent at once; an answer that is shorter is sent whole."""

_REST = "..."
_MOST_NOTES = 4_000
"""The longest header of notes, in characters."""


async def answer(request: Request) -> Response:
    """Return the answer to a query, or why there is none.

    An estimate takes less time than handing it to another thread.
    """
    if request.path_params["name"] == ESTIMATE.name:
        return _answer(request)
    return await run_in_threadpool(_answer, request)


def _answer(request: Request) -> Response:
    name, dot, suffix = request.path_params["name"].partition(".")
    values = by_name(request.query_params.multi_items())
    try:
        form = _form(suffix if dot else None, values.pop(_FORMAT, None))
        if name not in QUERIES:
            return _no_address(request)
        found = ask(QUERIES[name], values, site_of(request).db)
        return _response(found, form, _headers(found, site_of(request).error_text))
    except FeesyncError as error:
        return problem_response(Problem.of(error, site_of(request), values), error)


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


def _response(found: Answer, form: str, headers: dict[str, str]) -> Response:
    """Return an answer; a long one is sent as it is made, so that it is never whole in memory."""
    if form == "csv":
        media_type, pieces = "text/csv", found.csv_text()
        headers["content-disposition"] = f'attachment; filename="{found.query.name}.csv"'
    else:
        media_type, pieces = "application/json", found.json_text()
    gathered = _gathered(pieces)
    first = next(gathered, "")
    if len(first) < _PIECE:
        return Response(first, headers=headers, media_type=media_type)
    return _Pieces(first, gathered, headers, media_type)


class _Pieces(StreamingResponse):
    """A response in pieces, which gives up what makes them at its end, however it ends.

    Else, where the client has gone away, a database in memory would wait for the next collection of
    garbage.
    """

    def __init__(
        self,
        first: str,
        others: Generator[str, None, None],
        headers: dict[str, str],
        media_type: str,
    ) -> None:
        super().__init__(chain((first,), others), headers=headers, media_type=media_type)
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the pieces."""
        with closing(self._others):
            await super().__call__(scope, receive, send)


def _gathered(pieces: Iterator[str]) -> Generator[str, None, None]:
    """Yield pieces of text together, until they are long enough to be sent."""
    texts: list[str] = []
    length = 0
    for text in pieces:
        texts.append(text)
        length += len(text)
        if length >= _PIECE:
            yield "".join(texts)
            texts, length = [], 0
    if texts:
        yield "".join(texts)


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
