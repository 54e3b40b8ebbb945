"""The server that the application runs in."""

from __future__ import annotations

import errno
import ipaddress
import socket

import uvicorn
from starlette.types import ASGIApp

from feesync.errors import BusyError, FeesyncError, InvalidInputError
from feesync.model.reading import excerpt

_SECONDS_TO_END = 3


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address.

    Args:
        host: the name or address of this machine.
        port: its port; 0 for any that is free.

    Raises:
        BusyError: another program listens there.
        InvalidInputError: this machine has no such address, or the port may not be used.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.create_server(address[:2], family=family, backlog=128)
    except (socket.gaierror, ValueError):  # ValueError: of what no name can have
        raise InvalidInputError(f"{excerpt(host)} is no name of this machine") from None
    except OSError as error:
        raise _reason(error, host, port) from None
    # else a body that follows its headers waits 40 ms for them to be acknowledged; asyncio turns
    # that off where the socket says TCP, which one of create_server does not
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _reason(error: OSError, host: str, port: int) -> FeesyncError:
    if error.errno == errno.EADDRINUSE:
        return BusyError(f"port {port} of {host} is in use by another program")
    if error.errno == errno.EACCES:
        return InvalidInputError(f"port {port} may not be used without more rights")
    if error.errno == errno.EADDRNOTAVAIL:
        return InvalidInputError(f"{host} is no address of this machine")
    return InvalidInputError(f"{host} port {port}: {error.strerror}")


def run(app: ASGIApp, listener: socket.socket) -> None:
    """Answer requests until the process is interrupted.

    Raises:
        KeyboardInterrupt: it was.
    """
    config = uvicorn.Config(
        app,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="on",
        ws="none",
        timeout_graceful_shutdown=_SECONDS_TO_END,
    )
    uvicorn.Server(config).run(sockets=[listener])


def is_loopback(address: str) -> bool:
    """Tell whether only this machine can reach an address."""
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def url(address: str, port: int) -> str:
    """Return the URL of the page; at all addresses of this machine, that for itself."""
    if ipaddress.ip_address(address.partition("%")[0]).is_unspecified:
        address = "127.0.0.1"
    return f"http://{f'[{address}]' if ':' in address else address}:{port}/"
