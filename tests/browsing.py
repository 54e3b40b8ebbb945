"""The local page in a browser: the server in a thread, and what every visit must hold."""

import threading
import time
from contextlib import contextmanager

import uvicorn

from feesync.cli.hints import error_text
from feesync.web.app import application

SECONDS = 20
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


@contextmanager
def served(db):
    """The address of the application, which runs in a thread at a free port of this machine."""
    config = uvicorn.Config(
        application(db, error_text=error_text), port=0, log_level="critical", lifespan="on"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + SECONDS
    while not server.started:
        assert thread.is_alive(), "the server has ended"
        assert time.monotonic() < end, "the server does not start"
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(SECONDS)


class Window:
    """A page in the browser, which notes what goes wrong in it.

    Attributes:
        page: Playwright's page.
        faults: errors on the console or of the script, and requests to another host.
    """

    def __init__(self, chromium, address, **context):
        self.address = address
        self.context = chromium.new_context(**context)
        self.page = self.context.new_page()
        self.page.set_default_timeout(1000 * SECONDS)
        self.faults: list[str] = []
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("request", self._on_request)

    def _on_console(self, message):
        # a page that says what is wrong has a status of 400 or 404, which Chromium logs
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _on_request(self, request):
        if not request.url.startswith((f"{self.address}/", "data:")):
            self.faults.append(f"another host: {request.url}")

    def visit(self, path):
        """Go to a page of the application, and return its HTTP status."""
        answer = self.page.goto(f"{self.address}{path}")
        return answer.status if answer else None

    def text(self, selector="main"):
        """The text of a part of the page, as it is seen."""
        return self.page.locator(selector).inner_text()

    def overflow(self):
        """By how many pixels the page is wider than the window."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )

    def close(self):
        """Close the window; nothing may have gone wrong in it."""
        self.context.close()
        assert self.faults == []
