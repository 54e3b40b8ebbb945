"""One exchange with a server, whose blocking calls are made in a thread of its own, so that a wall clock holds.

Names that are looked up, handshakes, headers and bodies are waited for in places that no timeout of
a socket bounds as a whole. So whoever asks waits for a thread instead, no longer than the clock
runs; then the socket is shut down, which ends the thread's call, and what it was still to do is
forgotten. A thread that hangs where no socket is yet (a name that is looked up) ends with that, or
with the process.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Protocol, TypeVar, cast

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from feesync.cms.clock import Clock, TimeUpError

_SLICE = 0.25
"""Seconds of one wait for the thread.

Where a wait cannot be interrupted (Windows), Ctrl-C is noticed between two.
"""

_T = TypeVar("_T")
_here = threading.local()


class _Closable(Protocol):
    def close(self) -> None: ...


class Exchange:
    """The calls of one exchange, one after another.

    A context manager, at whose end all is closed.
    """

    def __init__(self) -> None:
        self._calls: SimpleQueue[Callable[[], Any] | None] = SimpleQueue()
        self._results: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()
        self._is_waiting = False
        self._is_over = False
        self._sockets: list[Any] = []
        self._connection: HTTPConnection | None = None
        self._opened: list[_Closable] = []
        threading.Thread(target=self._work, name="feesync exchange", daemon=True).start()

    def call(self, function: Callable[[], _T], clock: Clock) -> _T:
        """Return what a function returns, or raise what it raises.

        Args:
            function: the call; it runs in the thread.
            clock: how long to wait for it.

        Raises:
            TimeUpError: the clock has ended first. Nothing may be called after it.
        """
        self._is_waiting = True
        self._calls.put(function)
        while True:
            with suppress(Empty):
                result, error = self._results.get(timeout=min(clock.left(), _SLICE))
                self._is_waiting = False
                if error is not None:
                    raise error
                return cast("_T", result)
            if not clock.left():
                raise TimeUpError(str(clock))

    def open(self, function: Callable[[], _T], clock: Clock) -> _T:
        """Return what a function returns, as `call` does.

        It is closed when the exchange is over, by the thread.
        """

        def opened() -> _T:
            result = function()
            self._opened.append(cast("_Closable", result))
            return result

        return self.call(opened, clock)

    def use(self, connection: HTTPConnection) -> None:
        """Take note of the connection that the thread's call is about to wait for.

        Raises:
            OSError: the exchange is over.
        """
        self._connection = connection
        if connection.sock is not None:
            self._sockets.append(
                connection.sock
            )  # the connection forgets it where the server is to close it
        if self._is_over:
            raise OSError("given up")

    def __enter__(self) -> Exchange:
        """Return the exchange."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the exchange, and the call that was not waited for, without waiting."""
        self._is_over = True
        self._calls.put(None)
        if self._is_waiting:
            for used in [*self._sockets, self._connection.sock if self._connection else None]:
                _shut_down(used)

    def _work(self) -> None:
        _here.exchange = self
        while (function := self._calls.get()) is not None and not self._is_over:
            try:
                self._results.put((function(), None))
            except BaseException as error:  # whoever waits raises it
                self._results.put((None, error))
        for opened in self._opened:
            with suppress(Exception):
                opened.close()


def _shut_down(used: Any) -> None:  # noqa: ANN401 - a socket, or what urllib3 puts around one for a proxy that is asked by TLS
    used = getattr(used, "socket", used)
    if isinstance(used, socket.socket):
        with suppress(OSError):
            socket.socket.shutdown(
                used, socket.SHUT_RDWR
            )  # that of an SSLSocket would first take its state from the other thread


def _note(connection: HTTPConnection) -> None:
    exchange = getattr(_here, "exchange", None)
    if exchange is not None:
        exchange.use(connection)


class _Connection(HTTPConnection):
    def connect(self) -> None:
        _note(self)
        super().connect()
        _note(self)

    def request(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as the class below has it
        _note(self)
        super().request(*args, **options)


class _SecureConnection(HTTPSConnection):
    def connect(self) -> None:
        _note(self)
        super().connect()
        _note(self)

    def request(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        _note(self)
        super().request(*args, **options)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class Adapter(HTTPAdapter):
    """An adapter whose connections are known to the exchange that waits for them.

    Those through a SOCKS proxy are not.
    """

    def init_poolmanager(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        """Make the connections of the session."""
        super().init_poolmanager(*args, **options)
        _watch(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:  # noqa: ANN401
        """Return what makes the connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **options)
        if not proxy.lower().startswith("socks"):
            _watch(manager)
        return manager


def _watch(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
