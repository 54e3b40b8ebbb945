"""The style sheet and the script, under addresses that change when their content does.

A browser may keep them for ever, and has the new ones at once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOR_EVER = {"cache-control": "public, max-age=31536000, immutable"}


class Assets:
    """The files of the folder `static`, read once."""

    def __init__(self) -> None:
        self._contents = {path.name: path.read_bytes() for path in sorted(_FOLDER.iterdir())}
        self._addresses = {
            name: f"/static/{sha256(content).hexdigest()[:12]}/{name}"
            for name, content in self._contents.items()
        }

    def address(self, name: str) -> str:
        """Return the address of a file."""
        return self._addresses[name]

    @property
    def routes(self) -> list[Route]:
        """A route for each file."""
        return [Route(address, self._endpoint(name)) for name, address in self._addresses.items()]

    def _endpoint(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        content, media_type = self._contents[name], _TYPES[Path(name).suffix]

        async def answer(request: Request) -> Response:
            return Response(content, 200, _FOR_EVER, media_type)

        return answer
