"""Measure what `feesync serve` adds to its framework, as ratios to floors of the same run.

    python benchmarks/served.py [--db DATABASE]

The first answer of a fresh process stands beside importing the framework; an estimate's JSON over
loopback beside the framework's bare answer of as many bytes, and estimate() itself. Times are by
the clock, of one client that asks one thing after the other: the machine should be idle.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from pairs import compare, header

from feesync import estimate

FEESYNC = str(Path(sys.executable).with_name("feesync"))
FRAMEWORK = "import starlette.applications, starlette.routing, starlette.responses, uvicorn, jinja2"
PATH = "/api/estimate?hcpcs=64493-50&locality=01112-05&date=2025-11-03"
BARE = """
import sys
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from feesync.web import server

async def answer(request):
    return Response(b"x" * int(sys.argv[1]), media_type="application/json")

listener = server.listen("127.0.0.1", 0)
print(server.url(*listener.getsockname()), flush=True)
server.run(Starlette(routes=[Route("/", answer)]), listener)
"""
REQUESTS = 300


@contextmanager
def running(*command: str) -> Iterator[tuple[str, int]]:
    """Run a server, and give the address that it prints."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        url = urlsplit(process.stdout.readline().strip())
        assert url.hostname
        assert url.port
        yield url.hostname, url.port
    finally:
        process.kill()
        process.communicate()


def asked(connection: HTTPConnection, path: str) -> bytes:
    """Return the body of an answer."""
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    assert response.status == 200, body
    return body


def middle(server: tuple[str, int], path: str) -> float:
    """Return the median time of an answer over one connection, in seconds.

    The client writes bytes and reads as many as the first answer had, so that the time is that of
    the server.
    """
    request = f"GET {path} HTTP/1.1\r\nHost: {server[0]}:{server[1]}\r\n\r\n".encode()
    times = []
    with socket.create_connection(server) as connection:
        connection.sendall(request)
        time.sleep(0.5)
        length = len(connection.recv(1 << 20))
        for _ in range(REQUESTS):
            started = time.perf_counter()
            connection.sendall(request)
            left = length
            while left > 0:
                left -= len(connection.recv(left))
            times.append(time.perf_counter() - started)
    return statistics.median(times)


def first_answer() -> float:
    """Return how long a fresh process takes to its first answer."""
    started = time.perf_counter()
    with running(FEESYNC, "serve", "--port", "0") as server:
        asked(HTTPConnection(*server), PATH)
        return time.perf_counter() - started


def framework() -> float:
    """Return how long a process takes that imports the framework."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", FRAMEWORK], check=True)
    return time.perf_counter() - started


def function(db: str | None) -> float:
    """Return the median time of estimate(), warm, for the question of PATH."""
    times = []
    for _ in range(REQUESTS):
        started = time.perf_counter()
        estimate("64493-50", locality="01112-05", date="2025-11-03", db=db)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description="Measure what is served as ratios to floors.")
    parser.add_argument("--db", help="database; by default the embedded snapshot answers")
    given = parser.parse_args()
    os.environ["FEESYNC_DB"] = given.db or os.devnull + "/none.db"
    header()
    what = "first answer of a fresh serve / importing the framework"
    compare(what, framework, first_answer, under=2, unit="ms")
    serve = (FEESYNC, "serve", "--port", "0")
    with running(*serve) as ours:
        length = len(asked(HTTPConnection(*ours), PATH))
        with running(sys.executable, "-c", BARE, str(length)) as bare:
            what = "an estimate's JSON, p50 / a bare answer and estimate()"
            compare(
                what,
                lambda: middle(bare, "/") + function(given.db),
                lambda: middle(ours, PATH),
                under=3,
                unit="us",
            )


if __name__ == "__main__":
    main()
