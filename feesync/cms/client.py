"""HTTP to CMS: an honest name, a clock a request, retries, redirects to allowed hosts only, and a cool-down after a 403.

An answer, with the redirects that lead to it, and a page have a minute, a zip has a quarter of an
hour, with all tries and waits. Proxies and certificates are as requests takes them from the
environment.
"""

from __future__ import annotations

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
from feesync.cms.retries import (
    RUN_SECONDS,
    EndingError,
    HostUnreachableError,
    Retries,
    TransientError,
    seconds_to_wait,
)
from feesync.cms.site import Site
from feesync.errors import ContentRefusedError, InvalidInputError, UnreachableError, one_line
from feesync.model.reading import shown

USER_AGENT = f"feesync/{VERSION} (+{PROJECT_URL})"
CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
PAGE_SECONDS = 60.0
ZIP_SECONDS = 15 * 60.0
LEAST_SECONDS = 10.0
"""What an answer or a page has, however little is left of the run's deadline."""

MOST_PAGE_BYTES = 2**20
"""The pages of CMS's releases have 188 KB, the listing of all some hundred more."""

_MOST_REDIRECTS = 5
_PIECE = 64 * 2**10
_SLOW_SECONDS = 60.0
_SLOW_BYTES = 64 * 2**10
"""A body that brings fewer bytes than this in so many seconds is given up."""

_ANSWERS = {200, 206, 304, 416}
_REDIRECTS = {301, 302, 303, 307, 308}
_PASSING = {408, 429, *range(500, 600)}

_T = TypeVar("_T")


class ForbiddenError(EndingError):
    """CMS answered 403: it does not want to be asked from here.

    It is not asked again during the cool-down.
    """


class SetUpError(EndingError):
    """The proxy or the certificates that this machine's environment names cannot be used."""


def read_user_agent(text: str) -> str:
    """Return what to call oneself, where HTTP can carry it.

    Raises:
        InvalidInputError: it is not one line of Latin-1, or blank.
    """
    if (
        not isinstance(text, str)
        or not text.strip()
        or not text.isprintable()
        or max(text) > "\xff"
    ):
        raise InvalidInputError(f"user agent {shown(text)} is not one line of text in Latin-1")
    return text.strip()


class _Session(requests.Session):
    """A session that leaves redirects alone.

    Requests would read the whole body of one, and parse where it leads, unasked.
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
            TransientError: it breaks off, or hardly comes at all.
            TimeUpError: the clock of the request ends first.
        """
        window, received = time.monotonic(), 0
        try:
            while piece := self._exchange.call(self._read, self._clock):
                yield piece
                received += len(piece)
                if time.monotonic() - window > _SLOW_SECONDS:
                    if received < _SLOW_BYTES:
                        raise TransientError(
                            f"{self.url}: only {received:,} bytes came in {_SLOW_SECONDS:.0f} s"
                        )
                    window, received = time.monotonic(), 0
        except TimeUpError as error:
            raise TimeUpError(f"{self.url}: the answer did not come whole in {error}") from None
        except (HTTPError, OSError) as error:
            raise TransientError(f"{self.url}: the answer broke off: {_reason(error)}") from error

    def _read(self) -> bytes:
        piece: bytes = self._response.raw.read1(_PIECE, decode_content=True)
        return piece


class Client:
    """The HTTP side of one run.

    Args:
        site: where CMS's pages are.
        cooldown: the record of hosts that answered 403.
        progress: hears of tries that failed.
        retry_seconds: how long the run may spend on requests that fail.
        user_agent: what to call oneself.
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
        self._retries = Retries(retry_seconds, progress.said)
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
            UnreachableError: it cannot be had now (ForbiddenError after a 403).
            ContentRefusedError: CMS answers that there is no such page, or with something that is
            none.
        """
        clock = self.page_clock()
        return self.trying(lambda: self._page(url, clock), clock)

    def page_clock(self) -> Clock:
        """Return the clock of a request for a page, or for an answer alone.

        A minute, or what the run's deadline leaves.
        """
        if self._retries.left >= PAGE_SECONDS:
            return Clock(PAGE_SECONDS, "the most that a page or an answer may take")
        seconds = min(PAGE_SECONDS, max(LEAST_SECONDS, self._retries.left))
        return Clock(seconds, "the most that the run's deadline leaves for a page or an answer")

    def zip_clock(self) -> Clock:
        """Return the clock of a request for a zip.

        A quarter of an hour, or a minute where failures have spent the deadline.
        """
        if self._retries.is_spent:
            return Clock(
                PAGE_SECONDS,
                "the most that a zip may take once failures have spent the run's deadline",
            )
        return Clock(ZIP_SECONDS, "the most that a zip may take")

    def trying(self, attempt: Callable[[], _T], clock: Clock) -> _T:
        """Return what an attempt returns, trying again after a TransientError while the clock runs."""
        return self._retries.call(attempt, clock)

    def _page(self, url: str, clock: Clock) -> str:
        with self.get(url, clock) as answer:
            received = bytearray()
            for piece in answer.body():
                received += piece
                if len(received) > MOST_PAGE_BYTES:
                    raise ContentRefusedError(
                        f"is larger than {MOST_PAGE_BYTES >> 10:,} KiB: not a page of CMS's",
                        file=url,
                    )
        return received.decode("utf-8", "replace")

    @contextmanager
    def get(
        self, url: str, clock: Clock, headers: dict[str, str] | None = None
    ) -> Iterator[Answer]:
        """Ask for an address and follow its redirects.

        The body is still to be read, with `Answer.body`.

        Args:
            url: the address.
            clock: the request's; the answer itself has no longer than a page.
            headers: more headers.

        Yields:
            An answer with status 200, 206, 304 or 416.

        Raises:
            TransientError: what may be over soon: connection, timeout, 408, 429 and 5xx.
            UnreachableError: what will not (ForbiddenError after a 403, TimeUpError where the clock
            ended). ContentRefusedError: another status, or a redirect to where feesync does not go.
        """
        soon = clock.within(self.page_clock())
        with Exchange() as exchange:
            for _ in range(_MOST_REDIRECTS + 1):
                self._refuse(url)
                try:
                    response = exchange.open(partial(self._send, url, headers or {}), soon)
                except TimeUpError as error:
                    raise TimeUpError(f"{url}: no whole answer in {error}") from None
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
                "the zip in a browser, and "
                "'feesync import' it",
                file=url,
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
            raise HostUnreachableError(
                f"cannot connect to {self.site.host}: {_reason(error)}"
            ) from error
        except requests.exceptions.InvalidHeader as error:
            raise ContentRefusedError(f"cannot be asked for: {error}", file=url) from error
        except (
            OSError,
            LocationParseError,
            UnicodeError,
        ) as error:  # what requests raises too: the address itself has been read
            raise SetUpError(
                "the proxy or the certificates of this machine cannot be used: "
                f"{one_line(str(error))}"
            ) from error

    def _check(self, response: requests.Response) -> None:
        status, url = response.status_code, response.url
        if status in _ANSWERS:
            self._cooldown.end(self.site.host)
            return
        said = f"{url}: the answer is {_status(response)}"
        if status == HTTPStatus.FORBIDDEN:
            raise ForbiddenError(f"{said}; {self._cool_down()}")
        if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            raise UnreachableError(said)
        if status in _PASSING:
            raise TransientError(said, seconds_to_wait(response.headers.get("Retry-After")))
        raise ContentRefusedError(f"the answer is {_status(response)}", file=url)

    def _cool_down(self) -> str:
        try:
            until = self._cooldown.begin(self.site.host)
        except OSError as error:
            return f"that it should not be asked again for a day could not be recorded: {error}"
        return f"it is not asked again before {until:%Y-%m-%d %H:%M} UTC, unless by --force"


def _status(response: requests.Response) -> str:
    return f"{response.status_code} {one_line(response.reason or '')}".strip()


def _reason(error: BaseException) -> str:
    """Return the innermost reason of a failed connection in a few words."""
    inner: BaseException = error
    while (deeper := inner.__cause__ or inner.__context__) is not None:
        inner = deeper
    strerror = getattr(inner, "strerror", None)
    return one_line(str(strerror or inner or type(inner).__name__))[:200]
