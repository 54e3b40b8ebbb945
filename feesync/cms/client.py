"""HTTP requests to CMS: retries, redirects to allowed hosts only, and a cool-down after a 403.

Every request says that it is feesync's, and runs on a clock: with all its tries, redirects and
waits it has a minute for an answer or a page, and a quarter of an hour for a zip. Proxies and
certificates are those of the environment, as requests reads it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TypeVar

import requests
from urllib3.exceptions import HTTPError, LocationParseError, ProtocolError

from feesync.about import PROJECT_URL, VERSION
from feesync.cms.catalog import is_licence
from feesync.cms.clock import Clock, TimeUpError
from feesync.cms.cooldown import CoolDown
from feesync.cms.exchange import Adapter, Exchange
from feesync.cms.progress import Progress
from feesync.cms.proxy import proxy_name
from feesync.cms.retries import (
    RUN_SECONDS,
    EndingError,
    HostUnreachableError,
    Retries,
    TransientError,
    seconds_to_wait,
)
from feesync.cms.site import Site
from feesync.errors import (
    ContentRefusedError,
    Hint,
    HintKind,
    InvalidInputError,
    UnreachableError,
    one_line,
)
from feesync.model.reading import excerpt

_LOG = logging.getLogger(__name__)
USER_AGENT = f"feesync/{VERSION} (+{PROJECT_URL})"
CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
PAGE_SECONDS = 60.0
ZIP_SECONDS = 15 * 60.0
LEAST_SECONDS = 10.0
"""The least time for an answer or a page, however little is left of the run's deadline."""

MOST_PAGE_BYTES = 2**20
"""A release's page has 188 KB, the listing of all releases about 300 KB."""

_MOST_REDIRECTS = 5
_PIECE = 64 * 2**10
_SLOW_SECONDS = 60.0
_SLOW_BYTES = 64 * 2**10
"""An answer that brings fewer than _SLOW_BYTES in _SLOW_SECONDS is given up."""

_ANSWERS = {200, 206, 304, 416}
_REDIRECTS = {301, 302, 303, 307, 308}
_PASSING = {408, 429, *range(500, 600)}

_LOGGED_HEADERS = {"Content-Length": "{} bytes", "Last-Modified": "of {}", "Location": "to {}"}
_TUNNEL_REFUSED = "Tunnel connection failed: 4"
"""How the standard library begins its text for a proxy's answer of 400 to 499."""

_T = TypeVar("_T")


class ForbiddenError(EndingError):
    """CMS answered 403: it refuses this machine, and is not asked during the cool-down."""


class SetUpError(EndingError):
    """The proxy or the certificates that this machine's environment names cannot be used."""


def read_user_agent(text: str) -> str:
    """Return the name under which feesync asks, where HTTP can carry it.

    Raises:
        InvalidInputError: the text is blank, or not one line of Latin-1.
    """
    if (
        not isinstance(text, str)
        or not text.strip()
        or not text.isprintable()
        or max(text) > "\xff"
    ):
        raise InvalidInputError(f"user agent {excerpt(text)} is not one line of text in Latin-1")
    return text.strip()


class _Session(requests.Session):
    """A session that does not follow redirects.

    The one of requests would read a redirect's whole body, and parse its target.
    """

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose body is still to be read.

    Attributes:
        url: the address that answered, after redirects.
        status: 200, 206, 304 or 416.
        headers: by name, in any case.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    _response: requests.Response
    _exchange: Exchange
    _clock: Clock

    def body(self) -> Iterator[bytes]:
        """Yield the body as it comes.

        Raises:
            TransientError: the body breaks off, or comes too slowly.
            TimeUpError: the clock of the request ends first.
        """
        window, size = time.monotonic(), 0
        try:
            while piece := self._exchange.call(self._read, self._clock):
                yield piece
                size += len(piece)
                if time.monotonic() - window > _SLOW_SECONDS:
                    if size < _SLOW_BYTES:
                        raise TransientError(
                            f"{self.url}: only {size:,} bytes came in {_SLOW_SECONDS:.0f} s"
                        )
                    window, size = time.monotonic(), 0
        except TimeUpError as error:
            raise TimeUpError(f"{self.url}: the answer did not come whole in {error}") from None
        except (HTTPError, OSError) as error:
            raise TransientError(f"{self.url}: the answer broke off: {_reason(error)}") from error

    def _read(self) -> bytes:
        piece: bytes = self._response.raw.read1(_PIECE, decode_content=True)
        return piece


class Client:
    """Sends the requests of one run.

    Args:
        site: the host of CMS's pages.
        cooldown: the record of hosts that answered 403.
        progress: hears of tries that failed.
        retry_seconds: how long the run may spend on requests that fail.
        user_agent: the name under which to ask; None for feesync's own.
    """

    def __init__(
        self,
        site: Site,
        cooldown: CoolDown,
        progress: Progress,
        retry_seconds: float = RUN_SECONDS,
        user_agent: str | None = None,
    ) -> None:
        self.site = site
        self._cooldown = cooldown
        self._retries = Retries(retry_seconds, progress.message)
        self._session = _Session()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, Adapter())
        self._session.headers["User-Agent"] = user_agent or USER_AGENT

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def page(self, url: str) -> str:
        """Return a page as text.

        Raises:
            UnreachableError: the page cannot be reached now (ForbiddenError after a 403).
            ContentRefusedError: CMS answers that there is no such page, or with something that is
                no page.
        """
        clock = self.page_clock()
        return self.trying(lambda: self._page(url, clock), clock)

    def page_clock(self) -> Clock:
        """Return the clock of a request for a page, or for an answer without its body.

        It has a minute, or what the run's deadline leaves.
        """
        if self._retries.remainder >= PAGE_SECONDS:
            return Clock(PAGE_SECONDS, "the most that a page or an answer may take")
        seconds = min(PAGE_SECONDS, max(LEAST_SECONDS, self._retries.remainder))
        return Clock(seconds, "the most that the run's deadline leaves for a page or an answer")

    def zip_clock(self) -> Clock:
        """Return the clock of a request for a zip.

        It has a quarter of an hour, or a minute where failures have spent the run's deadline.
        """
        if self._retries.is_spent:
            return Clock(
                PAGE_SECONDS,
                "the most that a zip may take once failures have spent the run's deadline",
            )
        return Clock(ZIP_SECONDS, "the most that a zip may take")

    def trying(self, attempt: Callable[[], _T], clock: Clock) -> _T:
        """Return what an attempt returns; try again after a TransientError while the clock runs."""
        return self._retries.call(attempt, clock)

    def _page(self, url: str, clock: Clock) -> str:
        with self.get(url, clock) as answer:
            content = bytearray()
            for piece in answer.body():
                content += piece
                if len(content) > MOST_PAGE_BYTES:
                    raise ContentRefusedError(
                        f"is larger than {MOST_PAGE_BYTES >> 10:,} KiB: not a page of CMS's",
                        file=url,
                    )
        return content.decode("utf-8", "replace")

    @contextmanager
    def get(
        self, url: str, clock: Clock, headers: dict[str, str] | None = None
    ) -> Iterator[Answer]:
        """Ask for an address and follow its redirects; the body is read with `Answer.body`.

        Args:
            url: the address.
            clock: the clock of the request; until the answer begins it has no longer than a page.
            headers: further headers.

        Yields:
            An answer with status 200, 206, 304 or 416.

        Raises:
            TransientError: the failure may be over soon: connection, timeout, 408, 429 and 5xx.
            UnreachableError: the failure will not be over soon (ForbiddenError after a 403,
                TimeUpError where the clock ended).
            ContentRefusedError: another status, or a redirect to a host that feesync does not ask.
        """
        soon = clock.within(self.page_clock())
        with Exchange() as exchange:
            for _ in range(_MOST_REDIRECTS + 1):
                self._refuse(url)
                start = time.monotonic()
                try:
                    response = exchange.open(partial(self._send, url, headers or {}), soon)
                except TimeUpError as error:
                    raise TimeUpError(f"{url}: no whole answer in {error}") from None
                _LOG.info("GET %s: %s", url, _summary(response, time.monotonic() - start))
                if response.status_code not in _REDIRECTS:
                    self._check(response)
                    yield Answer(
                        response.url,
                        response.status_code,
                        response.headers,
                        response,
                        exchange,
                        clock,
                    )
                    return
                location = response.headers.get("Location", "")
                url = self.site.link(url, location) or location
        raise ContentRefusedError(f"redirects more than {_MOST_REDIRECTS} times", file=url)

    def _refuse(self, url: str) -> None:
        """Refuse an address that feesync does not ask."""
        if not self.site.allows(url):
            raise ContentRefusedError(
                f"is neither on cms.gov nor on {self.site.host}: not followed", file=url
            )
        if is_licence(url):
            raise ContentRefusedError(
                "CMS asks to accept a licence first, which feesync does not do for you: download "
                "the zip in a browser",
                file=url,
                hint=Hint(HintKind.IMPORT_FILE),
            )

    def _send(self, url: str, headers: dict[str, str]) -> requests.Response:
        timeout = (CONNECT_SECONDS, READ_SECONDS)
        auth = self.site.credentials if self.site.is_own(url) else None
        try:
            return self._session.get(
                url, headers=headers, auth=auth, timeout=timeout, stream=True, allow_redirects=False
            )
        except requests.exceptions.SSLError as error:
            raise UnreachableError(
                f"no trusted connection to {self.site.host}: {_reason(error)}"
            ) from error
        except requests.exceptions.ReadTimeout as error:
            raise TransientError(f"{url}: no answer in {READ_SECONDS:.0f} s") from error
        except requests.exceptions.ConnectionError as error:
            if error.args and isinstance(error.args[0], ProtocolError):
                raise TransientError(f"{url}: {_reason(error)}") from error
            if isinstance(error, requests.exceptions.ProxyError):
                raise _proxy_error(self.site.host, url, error) from error
            raise HostUnreachableError(
                f"cannot connect to {self.site.host}: {_reason(error)}"
            ) from error
        except requests.exceptions.InvalidHeader as error:
            raise ContentRefusedError(f"cannot be asked for: {error}", file=url) from error
        except (OSError, LocationParseError, UnicodeError) as error:
            # the address itself has been read without an error, so it is the proxy's
            proxy = proxy_name(url)
            what = f"{proxy} or the certificates" if proxy else "the certificates"
            raise SetUpError(
                f"{what} of this machine cannot be used: {one_line(str(error))}"
            ) from error

    def _check(self, response: requests.Response) -> None:
        status, url = response.status_code, response.url
        if status in _ANSWERS:
            self._cooldown.end(self.site.host)
            return
        message = f"{url}: the answer is {_status(response)}"
        if status == HTTPStatus.FORBIDDEN:
            raise ForbiddenError(f"{message}; {self._cool_down()}", hint=Hint(HintKind.ASK_ANYWAY))
        if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            raise SetUpError(f"{proxy_name(url) or 'a proxy'} refuses: {message}")
        if status in _PASSING:
            raise TransientError(message, seconds_to_wait(response.headers.get("Retry-After")))
        raise ContentRefusedError(f"the answer is {_status(response)}", file=url)

    def _cool_down(self) -> str:
        try:
            until = self._cooldown.begin(self.site.host)
        except OSError as error:
            return f"that it should not be asked again for a day could not be recorded: {error}"
        return f"it is not asked again before {until:%Y-%m-%d %H:%M} UTC"


def _status(response: requests.Response) -> str:
    return f"{response.status_code} {one_line(response.reason or '')}".strip()


def _summary(response: requests.Response, seconds: float) -> str:
    """Return status, size, date and target of an answer in a few words, for the log."""
    parts = [_status(response)]
    for name, text in _LOGGED_HEADERS.items():
        if value := response.headers.get(name):
            parts.append(text.format(one_line(value)))
    return f"{', '.join(parts)}, {seconds:.1f} s"


def _proxy_error(host: str, url: str, error: BaseException) -> EndingError:
    """Return the error of a proxy: one that refuses is not asked again, one that is away is."""
    reason = _reason(error)
    text = f"cannot connect to {host} through {proxy_name(url) or 'a proxy'}: {reason}"
    refuses = reason.startswith(_TUNNEL_REFUSED)
    return SetUpError(text) if refuses else HostUnreachableError(text)


def _reason(error: BaseException) -> str:
    """Return the innermost cause of a failed connection in a few words."""
    inner: BaseException = error
    while (deeper := inner.__cause__ or inner.__context__) is not None:
        inner = deeper
    strerror = getattr(inner, "strerror", None)
    return one_line(str(strerror or inner or type(inner).__name__))[:200]
