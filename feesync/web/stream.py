"""An answer that is sent as it is made: never whole in memory, and made as long as somebody reads.

Each is made in one thread, which a database connection needs, and few at the same time, in turn, so
that short answers do not wait for them. Out of scope: what the answer is (queries, writers).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import CancelledError
from contextlib import closing
from typing import NamedTuple

from anyio import CapacityLimiter, create_task_group, fail_after, from_thread
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from feesync.errors import FeesyncError

_TURNS = 2
"""How many such answers are made at the same time; the others wait."""

_SECONDS = 60
"""How long a client may take for a piece before it is given up."""

_PIECE = 1 << 18
"""How many characters are sent at once, or somewhat more."""

_turns: RunVar[CapacityLimiter] = RunVar("feesync.web.stream")


class Text(NamedTuple):
    """A text that is made as it is read.

    Attributes:
        pieces: of the text.
        media_type: what it is.
        headers: what else is said of it.
    """

    pieces: Iterator[str]
    media_type: str
    headers: dict[str, str]


class Stream:
    """A response whose text is made while it is sent.

    What the first piece runs into is a problem in place of the answer; later, the connection is
    closed before the end that the protocol has.
    """

    def __init__(
        self, make: Callable[[], Text], problem: Callable[[FeesyncError], Response]
    ) -> None:
        """Make one.

        Args:
            make: returns the text, in the thread that reads it.
            problem: returns the answer to an error.
        """
        self._make, self._problem = make, problem

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the text, until its end or until the client goes away."""
        failed: list[Exception] = []

        async def listen() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            group.cancel_scope.cancel()

        async def answer() -> None:
            try:
                await run_sync(self._run, scope, receive, send, limiter=_limiter())
            except CancelledError:  # the client has gone
                pass
            except Exception as error:  # else the group would wrap it
                failed.append(error)
            group.cancel_scope.cancel()

        async with create_task_group() as group:
            group.start_soon(listen)
            group.start_soon(answer)
        if failed:
            raise failed[0]

    def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Make and send the text, in a thread; where the client has gone, sending raises."""
        try:
            text = self._make()
            pieces = _gathered(text.pieces)
            piece = next(pieces, "")
        except FeesyncError as error:
            from_thread.run(self._problem(error), scope, receive, send)
            return
        with closing(pieces):
            head = Response(headers=text.headers, media_type=text.media_type)
            del head.headers["content-length"]
            del text  # so that a database in memory goes with the pieces, and not with a traceback
            start = {"type": "http.response.start", "status": 200, "headers": head.raw_headers}
            from_thread.run(_give, send, start)
            while piece and scope["method"] != "HEAD":
                from_thread.check_cancelled()  # for a server that takes what nobody reads
                from_thread.run(_give, send, _body(piece))
                piece = next(pieces, "")
            from_thread.run(_give, send, _body("", more=False))


def _limiter() -> CapacityLimiter:
    """Return the turns of this event loop."""
    try:
        return _turns.get()
    except LookupError:
        limiter = CapacityLimiter(_TURNS)
        _turns.set(limiter)
        return limiter


def _body(text: str, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": text.encode(), "more_body": more}


async def _give(send: Send, message: Message) -> None:
    """Send a message.

    Raises:
        ClientDisconnect: nobody takes it.
    """
    try:
        with fail_after(_SECONDS):
            await send(message)
    except OSError:  # of which a TimeoutError is one
        raise ClientDisconnect from None


def _gathered(texts: Iterator[str]) -> Generator[str]:
    """Yield text together, until it is long enough to be sent."""
    gathered: list[str] = []
    length = 0
    for text in texts:
        gathered.append(text)
        length += len(text)
        if length >= _PIECE:
            yield "".join(gathered)
            gathered, length = [], 0
    if gathered:
        yield "".join(gathered)
