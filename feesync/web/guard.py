"""What holds for every request and every answer, whatever the route: the outermost layer.

Requests come from a browser in which other sites are open too. A site whose name resolves to this
machine (DNS rebinding) sends its own name in the header Host, and is refused; nothing that a
request does changes anything, so that a form on another site can do no harm; and what a page may
load is stated in its Content-Security-Policy. Out of scope: what is answered.
"""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Callable, Collection
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response
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

Refuse = Callable[[str, int, str], Response]


def refuse_in_text(path: str, status: int, text: str) -> Response:
    """Return a refusal as plain text."""
    return PlainTextResponse(f"{text}\n", status)


class Guard:
    """An ASGI application around another."""

    def __init__(
        self,
        app: ASGIApp,
        names: Collection[str],
        posts: Collection[str] = (),
        *,
        numbers: bool = False,
        refuse: Refuse = refuse_in_text,
    ) -> None:
        """Make one.

        Args:
            app: the application.
            names: the names, in small letters, that a request may be addressed to.
            posts: the paths that take POST.
            numbers: whether it may be addressed to any address in numbers too, where other machines
                are served.
            refuse: makes the answer to a request that is not passed on, of its path, the status of
                HTTP, and why.
        """
        self._app, self._names, self._posts = app, frozenset(names), frozenset(posts)
        self._numbers, self._refuse = numbers, refuse

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

        scope = _of_this_server(scope)
        try:
            await (self._refusal(scope) or self._app)(scope, receive, send_guarded)
        except ClientDisconnect:  # nobody waits for the rest
            pass
        except Exception as error:
            _tell(error)
            if not has_begun:
                answer = self._refuse(scope["path"], 500, "Something went wrong here.")
                await answer(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        """Return the answer to a request that is not passed on, None for one that is."""
        host = Headers(scope=scope).get("host", "")
        if not self._is_ours(host):
            return self._refuse(
                scope["path"],
                400,
                "This address is not one that is served here. Open the address that 'feesync "
                "serve' printed; --allow-host there names others.",
            )
        if scope["method"] not in _READING and not (
            scope["method"] == "POST" and scope["path"] in self._posts
        ):
            allowed = "POST" if scope["path"] in self._posts else ", ".join(_READING)
            response = self._refuse(scope["path"], 405, f"Only {allowed} is answered here.")
            response.headers["allow"] = allowed
            return response
        return None

    def _is_ours(self, host: str) -> bool:
        """Tell whether a header Host names this machine; its port does not matter."""
        name, colon, port = host.rpartition(":")
        if not colon or port.endswith("]"):
            name, port = host, ""
        if colon and port and not (port.isascii() and port.isdigit()):
            return False
        name = name.lower().removeprefix("[").removesuffix("]")
        return name in self._names or (self._numbers and _is_address(name))


def _of_this_server(scope: Scope) -> Scope:
    """Return a request as one that names its host in the header Host alone.

    A client may send a whole URL, as to a proxy (RFC 9112, 3.2.2): its host counts then.
    """
    scheme, mark, rest = scope["path"].partition("://")
    if not mark or scheme.lower() not in ("http", "https"):
        return scope
    host, slash, path = rest.partition("/")
    headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
    whole = slash + path or "/"
    return {
        **scope,
        "path": whole,
        "raw_path": quote(whole).encode(),
        "headers": [(b"host", host.encode("ascii", "replace")), *headers],
    }


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
