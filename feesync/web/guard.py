"""What holds for every request and every answer, whatever the route: the outermost layer.

Requests come from a browser in which other sites are open too. A site whose name resolves to this
machine (DNS rebinding) sends its own name in the header Host, and is refused; nothing that a
request does changes anything, so that a form on another site can do no harm; and what a page may
load is stated in its Content-Security-Policy. Out of scope: what is answered.
"""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""The names by which a browser on this machine reaches it."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
"""They go with every answer; an answer without a `cache-control` of its own is not stored."""

_HEADERS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
_READING = ("GET", "HEAD")


class Guard:
    """An ASGI application around another."""

    def __init__(
        self, app: ASGIApp, names: Collection[str] | None, posts: Collection[str] = ()
    ) -> None:
        """Make one.

        Args:
            app: the application.
            names: the names of this machine that a request may be addressed to; None for any
                address in numbers and the names of LOOPBACK, where other machines are served too.
            posts: the paths that take POST.
        """
        self._app, self._names, self._posts = app, names, frozenset(posts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            raise ValueError(f"{scope['type']} is not served")
        has_begun = False

        async def send_guarded(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                headers = message["headers"] = [*message["headers"], *_HEADERS]
                if not any(name == b"cache-control" for name, _ in headers):
                    headers.append((b"cache-control", b"no-store"))
            await send(message)

        refusal = self._refusal(scope)
        try:
            await (refusal or self._app)(scope, receive, send_guarded)
        except ClientDisconnect:  # nobody waits for the rest
            pass
        except Exception as error:
            _tell(error)
            if not has_begun:
                await PlainTextResponse("Something went wrong here.\n", 500)(
                    scope, receive, send_guarded
                )

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        """Return the answer to a request that is not passed on, None for one that is."""
        host = Headers(scope=scope).get("host", "")
        if not self._is_ours(host):
            return PlainTextResponse(
                "This address is not one that is served here. Open the address that "
                "'feesync serve' printed.\n",
                400,
            )
        if scope["method"] not in _READING and not (
            scope["method"] == "POST" and scope["path"] in self._posts
        ):
            allowed = "POST" if scope["path"] in self._posts else ", ".join(_READING)
            return PlainTextResponse(
                f"Only {allowed} is answered here.\n", 405, headers={"allow": allowed}
            )
        return None

    def _is_ours(self, host: str) -> bool:
        """Tell whether a header Host names this machine; its port does not matter."""
        name, colon, port = host.rpartition(":")
        if not colon or port.endswith("]"):
            name, port = host, ""
        if colon and port and not (port.isascii() and port.isdigit()):
            return False
        name = name.lower().removeprefix("[").removesuffix("]")
        if self._names is not None:
            return name in self._names
        return name in LOOPBACK or _is_address(name)


def _is_address(name: str) -> bool:
    """Tell whether a name is an address in numbers, which no other site can claim as its own."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _tell(error: Exception) -> None:
    """Print on stderr what failed and where, and nothing of what was asked."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f" in {trace.tb_frame.f_code.co_filename}, line {trace.tb_lineno}" if trace else ""
    print(f"feesync: unexpected {type(error).__name__}{where}", file=sys.stderr)
