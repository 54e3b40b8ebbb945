"""Price a file of claims that is posted: the file comes back priced, and nothing of it is kept.

The file is in a folder that only this user can read, and that is removed before the next request
could see it: also where the sender goes away, or pricing fails. A page of another site cannot send
one. Out of scope: pricing (batch), and which kinds of files there are.
"""

from __future__ import annotations

from asyncio import CancelledError, create_task
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from threading import Event, Lock
from typing import Any

from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from feesync.batch.claim_file import read_claim_file
from feesync.batch.job import Group, Progress, column_pair, read_job
from feesync.batch.repricing import Repricing
from feesync.errors import BusyError, ExitStatus, FeesyncError, InvalidInputError
from feesync.files import scratch_folder
from feesync.model.money import json_text
from feesync.model.rate import Setting
from feesync.model.reading import excerpt
from feesync.pricing.practitioner import PHYSICIAN
from feesync.queries.parameter import Kind, Parameter
from feesync.queries.query import Question
from feesync.queries.shared import (
    DATE,
    LOCALITY,
    NONPAR,
    ONE_PLACE,
    ONE_SETTING,
    POS,
    PRACTITIONER,
    QP,
    SETTING,
    ZIP,
    place,
)
from feesync.web.problem import Problem
from feesync.web.site import Site, site_of

LARGEST = 256 << 20
"""The largest file, in bytes."""

LARGEST_UNPACKED = 1 << 30
"""The largest text that a compressed file may hold, in bytes."""

_NAME = "the file of claims"
"""What errors call the file, whose own name stays with the sender."""

_PIECE = 1 << 18
_SECONDS_TO_END = 5
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
"""What a form of any site can send without being asked."""

_FORMATS = ("csv", "json")
QUESTION = Question(
    "reprice",
    "What Medicare allows for each line of a file of claims.",
    (
        Parameter(
            "format",
            Kind.TEXT,
            "The lines with what Medicare allows, as csv, or counts and sums alone, as json.",
            "Answer",
            "json",
            choices=_FORMATS,
            default=_FORMATS[0],
        ),
        Parameter(
            "map",
            Kind.TEXT,
            "A column of the file and what it is, such as svc_dt=date; repeatable.",
            "Columns",
            "svc_dt=date",
            several=True,
            option="--map",
        ),
        Parameter(
            "group",
            Kind.TEXT,
            "Which lines of a day are priced together: of a claim, of a patient, of a patient at "
            "the practitioners of one tax id too, or none.",
            "Lines that are priced together",
            Group.PATIENT.value,
            choices=tuple(group.value for group in Group),
            default=Group.CLAIM.value,
            option="--group",
        ),
        LOCALITY,
        ZIP,
        SETTING,
        POS,
        replace(DATE, text="Date of service of lines without one; there is no default."),
        NONPAR,
        PRACTITIONER,
        QP,
    ),
    excludes=(ONE_PLACE, ONE_SETTING),
)
"""What may be said of a file; of places and the like, for lines that do not say."""

_running = Lock()
"""One file is priced at a time: it may take all processors."""


class NotOursError(Exception):
    """A request that is refused before its file is read.

    Attributes:
        status: HTTP's.
        text: why.
    """

    def __init__(self, status: HTTPStatus, text: str) -> None:
        self.status: HTTPStatus = status
        self.text: str = text
        super().__init__(text)


class _Answer(StreamingResponse):
    """A response that removes its folder at its end, however it ends."""

    def __init__(self, path: Path, folder: AsyncExitStack) -> None:
        super().__init__(_pieces(path), media_type="text/csv")
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._folder:
            await super().__call__(scope, receive, send)


async def answer(
    request: Request,
    values: dict[str, Any],
    problem: Callable[[Problem, FeesyncError | None], Response],
) -> Response:
    """Return the priced lines, or why there are none.

    Args:
        request: the request, whose body is the file.
        values: its query string.
        problem: makes a response of a problem.
    """
    site = site_of(request)
    try:
        given = QUESTION.read(values)
        form = given.get("format", _FORMATS[0])
        if form not in _FORMATS:
            raise InvalidInputError(f"format {excerpt(form)} is neither csv nor json")
        _check(request.headers, request.url.netloc, request.url.scheme)
        async with AsyncExitStack() as stack:
            folder = stack.enter_context(scratch_folder())
            await _receive(request, folder / "claims")
            result = await _priced(request, folder, given, site)
            if form == "json":
                text = json_text({**result.to_dict(), "output": None}) + "\n"
                return Response(text, media_type="application/json")
            return _Answer(folder / "priced.csv", stack.pop_all())
    except FeesyncError as error:
        return problem(Problem.of(error, site, values), error)
    except NotOursError as error:
        return problem(
            Problem(error.status, ExitStatus.USAGE, error.status.phrase, (error.text,)), None
        )
    except ClientDisconnect:
        return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody hears it


def _check(headers: Headers, netloc: str, scheme: str) -> None:
    """Refuse what a page of another site sends, and what is no file.

    Raises:
        NotOursError: the request is such a one.
    """
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
    if site not in ("none", "same-origin") or origin not in (None, f"{scheme}://{netloc}"):
        raise NotOursError(
            HTTPStatus.FORBIDDEN, "a page of another site may not send a file of claims"
        )
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in _FORMS:
        raise NotOursError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"the body is the file itself, of the content-type text/csv, and not {kind}",
        )
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > LARGEST:
        raise _too_large()


def _too_large(what: str = "is", most: int | None = None) -> NotOursError:
    most = LARGEST if most is None else most
    return NotOursError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"{_NAME} {what} larger than {most >> 20} MiB: feesync reprice takes files of any size",
    )


async def _receive(request: Request, path: Path) -> None:
    """Write the body of a request to a file, piece by piece.

    Raises:
        NotOursError: it is too large.
    """
    size = 0
    with path.open("wb") as file:
        async for piece in request.stream():
            size += len(piece)
            if size > LARGEST:
                raise _too_large()
            file.write(piece)


async def _priced(request: Request, folder: Path, given: dict[str, Any], site: Site) -> Repricing:
    """Price the file of a folder, as long as somebody waits for it.

    Raises:
        ClientDisconnect: the sender went away.
    """
    unwanted, ended = Event(), Event()
    listening = create_task(_until_gone(request, unwanted))
    try:
        return await run_sync(_price, folder, given, site, unwanted, ended)
    except CancelledError:  # the server ends: the folder is to be removed after the last write
        unwanted.set()
        ended.wait(_SECONDS_TO_END)
        raise
    finally:
        listening.cancel()


async def _until_gone(request: Request, unwanted: Event) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    unwanted.set()


def _price(
    folder: Path, given: dict[str, Any], site: Site, unwanted: Event, ended: Event
) -> Repricing:
    """Price the file of a folder; the lines go to another file in it."""

    def heed(*_: object) -> None:
        if unwanted.is_set():
            raise ClientDisconnect

    try:
        _check_unpacked(folder / "claims")
        return _run(folder, given, site, heed)
    finally:
        ended.set()


def _check_unpacked(path: Path) -> None:
    """Refuse a small file that would fill the disk.

    Raises:
        NotOursError: it is one.
        InvalidInputError: it is no file of claims.
    """
    claims = read_claim_file(path, _NAME)
    if not claims.compression:
        return
    size = 0
    with claims.bytes() as text:
        while piece := text.read(_PIECE):
            size += len(piece)
            if size > LARGEST_UNPACKED:
                raise _too_large("is unpacked", LARGEST_UNPACKED)


def _run(folder: Path, given: dict[str, Any], site: Site, progress: Progress) -> Repricing:
    if not _running.acquire(blocking=False):
        raise BusyError("another file of claims is being priced: send this one again after it")
    try:
        job = read_job(
            [str(folder / "claims")],
            folder / "priced.csv",
            columns=dict(map(_pair, given.get("map", ()))),
            group=given.get("group", Group.CLAIM),
            locality=place(given),
            setting=given.get("setting", Setting.NONFACILITY),
            pos=given.get("pos"),
            practitioner=given.get("practitioner", PHYSICIAN),
            nonpar=given.get("nonpar", False),
            qp=given.get("qp", False),
            date=given.get("date"),
            workers=None,
            memory=None,
            force=False,
            db=site.db,
        )
        return replace(job, files=tuple((path, _NAME) for path, _ in job.files)).run(progress)
    finally:
        _running.release()


def _pair(text: str) -> tuple[str, str]:
    pair = column_pair(text)
    if pair is None:
        raise InvalidInputError(f"map {excerpt(text)} is not THEIRS=OURS, such as svc_dt=date")
    return pair


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := await run_sync(file.read, _PIECE):
            yield piece
