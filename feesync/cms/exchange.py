"""One exchange with a server, in a thread of its own, so that a wall clock can end it.

No timeout of a socket bounds the lookup of a name, the handshake, the headers and the body taken
together. So the caller waits for a thread, no longer than the clock runs. Then the socket is shut
down, which ends the thread's blocking call, and the rest of its work is dropped. A thread that is
still looking up a name has no socket yet; it ends with the lookup, or with the process.
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
"""Seconds of one wait for the thread: on Windows Ctrl-C is noticed only between two waits."""

_T = TypeVar("_T")
_here = threading.local()


class _Closable(Protocol):
    def close(self) -> None: ...


class Exchange:
    """The calls of one exchange, one after another.

    It is a context manager, and closes at its end what the calls have opened.
    """

    def __init__(self) -> None:
        self._calls: SimpleQueue[Callable[[], Any] | None] = SimpleQueue()
        self._results: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()
        self._is_waiting = False
        self._is_over = False
        self._sockets: list[Any] = []
        self._connection: HTTPConnection | None = None
        self._resources: list[_Closable] = []
        threading.Thread(target=self._work, name="feesync exchange", daemon=True).start()

    def call(self, function: Callable[[], _T], clock: Clock) -> _T:
        """Return what a function returns, or raise what it raises.

        Args:
            function: the call; it runs in the thread.
            clock: how long to wait for it.

        Raises:
            TimeUpError: the clock has ended first; no further call may be made.
        """
        self._is_waiting = True
        self._calls.put(function)
        while True:
            with suppress(Empty):
                result, error = self._results.get(timeout=min(clock.remainder(), _SLICE))
                self._is_waiting = False
                if error is not None:
                    raise error
                return cast("_T", result)
            if not clock.remainder():
                raise TimeUpError(str(clock))

    def open(self, function: Callable[[], _T], clock: Clock) -> _T:
        """Return what a function returns, as `call` does, and close it after the exchange."""

        def opening() -> _T:
            result = function()
            self._resources.append(cast("_Closable", result))
            return result

        return self.call(opening, clock)

    def use(self, connection: HTTPConnection) -> None:
        """Note the connection that the thread is about to wait for, so that it can be shut down.

        Raises:
            OSError: the exchange is over.
        """
        self._connection = connection
        if connection.sock is not None:
            # the connection itself forgets its socket where the server is to close it
            self._sockets.append(connection.sock)
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
        """End the exchange without waiting, and a call that is still running with it."""
        self._is_over = True
        self._calls.put(None)
        if self._is_waiting:
            for sock in [*self._sockets, self._connection.sock if self._connection else None]:
                _shut_down(sock)

    def _work(self) -> None:
        _here.exchange = self
        while (function := self._calls.get()) is not None and not self._is_over:
            try:
                self._results.put((function(), None))
            except BaseException as error:  # the caller that waits raises it
                self._results.put((None, error))
        for resource in self._resources:
            with suppress(Exception):
                resource.close()


def _shut_down(sock: Any) -> None:  # noqa: ANN401 - a socket, or urllib3's wrapper of one
    sock = getattr(sock, "socket", sock)
    if isinstance(sock, socket.socket):
        with suppress(OSError):
            # SSLSocket.shutdown would change the state that the other thread is using
            socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _note(connection: HTTPConnection) -> None:
    exchange = getattr(_here, "exchange", None)
    if exchange is not None:
        exchange.use(connection)


class _Connection(HTTPConnection):
    def connect(self) -> None:
        _note(self)
        super().connect()
        _note(self)

    def request(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as urllib3 has it
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
    """An adapter whose connections the exchange knows, so that it can shut them down.

    Connections through a SOCKS proxy are not known to it.
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
