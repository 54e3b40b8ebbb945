"""However a server dawdles.

A request ends by its clock, the lock is free, what was loaded answers on, a good run sets it right.
"""

import gzip
import hashlib
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from decimal import Decimal
from itertools import repeat
from pathlib import Path

import pytest
from cms_files import quarter, repriced
from everyday import one_in
from fake_cms import BY_HAND, LISTING, REPOSTED, html, slowly
from filelock import FileLock
from soundness import state

from feesync import estimate
from feesync.cms import client as clients
from feesync.cms.cache import Cache
from feesync.cms.client import Client
from feesync.cms.clock import Clock, TimeUpError
from feesync.cms.cooldown import CoolDown
from feesync.cms.download import Downloader
from feesync.cms.exchange import Exchange
from feesync.cms.progress import Progress
from feesync.cms.retries import TransientError
from feesync.cms.site import Site

DEARER = quarter("D", values=repriced("64493", "3.74", "5.42"))
PAGE = f"{LISTING}/rvu25d"
ZIP = "/files/zip/rvu25d-updated-09/11/2025.zip"
PAGE_CLOCK, ZIP_CLOCK, SLACK = 0.5, 1.0, 5.0
OK = b"HTTP/1.1 200 OK\r\n"
DROPS = repeat(b"x")


def drip(*begin, each=DROPS, pause=0.05):
    """Send a beginning, then something again and again, until whoever listens has gone."""

    def fault(handler):
        handler.close_connection = True
        with suppress(OSError):
            handler.wfile.write(b"".join(begin))
            for piece in each:
                handler.wfile.write(piece)
                handler.wfile.flush()
                time.sleep(pause)

    return fault


def silence(handler):
    handler.close_connection = True
    while handler.connection.recv(1):
        pass


def redirected(handler):
    """Lead to itself, within the number of redirects that are followed, and slowly."""
    time.sleep(PAGE_CLOCK / 3)
    handler.answer(302, b"", {"Location": handler.path})


EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
ANSWERS = {
    "nothing": silence,
    "a status a byte at a time": drip(
        each=[bytes([byte]) for byte in OK.replace(b" OK", b" " + b"O" * 5000)]
    ),
    "headers a byte at a time": drip(OK, b"X-Slow: "),
    "header lines": drip(OK, each=repeat(b"X: y\r\n")),
    "100 Continue, without end": drip(each=repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 50), pause=0),
    "redirects": redirected,
}
BODIES = {
    "a body a byte at a time": drip(OK, b"Content-Length: 4000000\r\n\r\n"),
    "chunks of a byte": drip(CHUNKED, each=repeat(b"1\r\nx\r\n")),
    "a chunk's length a byte at a time": drip(CHUNKED, each=repeat(b"0")),
    "trailers": drip(CHUNKED, b"4\r\nslow\r\n0\r\n", each=repeat(b"X: y\r\n" * 50), pause=0),
    "compressed nothing": drip(
        OK,
        b"Content-Encoding: gzip\r\n\r\n",
        gzip.compress(b"")[:10],
        each=repeat(EMPTY_BLOCK * 50),
        pause=0,
    ),
}


@pytest.fixture
def short(monkeypatch):
    """Clocks as the faults need them: the proportions are the real ones."""
    monkeypatch.setattr(clients, "PAGE_SECONDS", PAGE_CLOCK)
    monkeypatch.setattr(clients, "ZIP_SECONDS", ZIP_CLOCK)
    monkeypatch.setattr(clients, "LEAST_SECONDS", PAGE_CLOCK / 2)


@pytest.fixture
def reposted(server, feesync, naps, november):
    """RVU25C and RVU25D are loaded, and RVU25D has been posted again."""
    server.offer("RVU25C", quarter("C"))
    server.offer("RVU25D", quarter("D"))
    assert feesync("sync").exit_code == 0
    server.offer("RVU25D", DEARER, last_modified=REPOSTED)
    return server


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "feesync exchange"]


@contextmanager
def ends(seconds):
    """What is done ends in time, and so do the threads that it left waiting."""
    began = time.monotonic()
    yield
    assert seconds * 0.9 <= time.monotonic() - began <= seconds + SLACK
    while threads() and time.monotonic() - began < seconds + 2 * SLACK:
        time.sleep(0.02)
    assert not threads()


def fee():
    return estimate("64493", locality="national", date="2025-11-03").fee


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (LISTING, "headers a byte at a time"),
        (ZIP, "a body a byte at a time"),
        *(
            pytest.param(path, name, marks=pytest.mark.slow)
            for path, names in (
                (
                    LISTING,
                    [name for name in [*ANSWERS, *BODIES] if name != "headers a byte at a time"],
                ),
                (PAGE, ["headers a byte at a time"]),
                (ZIP, ["headers a byte at a time", "trailers"]),
            )
            for name in names
        ),
    ],
)
def test_a_server_that_dawdles(feesync, reposted, database, cache, short, path, name):
    before = state(database)
    reposted.faults[path] = {**ANSWERS, **BODIES}[name]
    seconds = ZIP_CLOCK if path == ZIP and name in BODIES else PAGE_CLOCK
    with ends(seconds):
        result = feesync("sync", "--quiet", "--deadline", 15)
    assert (result.exit_code, "failed" in result.stdout) == (3, path != LISTING)
    said = r"no whole answer in [\d.]+ s, the most that a page or an answer may take"
    if name in BODIES:
        said = (
            r"the answer did not come whole in [\d.]+ s, the most that a (zip|page or an "
            r"answer) may take"
        )
    end = (
        r": [\d,]+( of 4,000,000)? bytes came, and the next run begins anew"
        if path == ZIP and name in BODIES
        else ""
    )
    label = "" if path == LISTING else "RVU25D: "
    assert re.fullmatch(
        f"feesync: {label}{re.escape(reposted.url + path)}: {said}{end}\n{re.escape(BY_HAND)}",
        result.stderr,
    ), result.stderr
    with FileLock(cache / "sync.lock").acquire(timeout=0):
        assert state(database) == before
        assert fee() == Decimal("172.08")
    reposted.faults.clear()
    assert feesync("sync", "--quiet").exit_code == 0
    assert fee() == Decimal("175.32")


def test_a_failed_release_stops_no_other(feesync, reposted, database, short):
    """The page of the older release hangs: the newer one is loaded all the same."""
    reposted.faults[f"{LISTING}/rvu25c"] = drip(OK, b"X-Slow: ")
    assert feesync("sync", "--quiet", "--deadline", 0.1).exit_code == 3
    assert fee() == Decimal("175.32")


def test_once_the_deadline_is_spent_the_next_that_hangs_ends_the_run(feesync, reposted, short):
    reposted.offer("RVU25B", quarter("B"))
    for letter in "abcd":
        reposted.faults[f"{LISTING}/rvu25{letter}"] = drip(OK, b"X-Slow: ")
    reposted.asked.clear()
    with ends(PAGE_CLOCK * 1.5):  # of those that follow a failure, each has half of a page's
        result = feesync("sync", "--quiet", "--deadline", PAGE_CLOCK)
    assert result.exit_code == 3
    first, second = result.stderr.removesuffix(BY_HAND).splitlines()
    assert re.fullmatch(
        r"feesync: RVU25B: .*: no whole answer in 0\.5 s, the most that a page or an answer may "
        r"take",
        first,
    )
    limit = "the most that the run's deadline leaves for a page or an answer"
    end = "failures have spent the run's deadline, and no more is asked for"
    assert re.fullmatch(rf"feesync: RVU25C: .*: no whole answer in 0\.25 s, {limit}; {end}", second)
    assert reposted.paths() == [LISTING, f"{LISTING}/rvu25b", f"{LISTING}/rvu25c"]


@pytest.mark.slow
def test_a_zip_that_its_clock_cuts_is_resumed_by_the_next_run(feesync, reposted, cache, short):
    reposted.faults[ZIP] = slowly(reposted.releases["RVU25D"], 100, 0.1)
    with ends(ZIP_CLOCK):
        result = feesync("sync", "--quiet")
    assert result.exit_code == 3
    said = re.search(r"in 1 s, the most that a zip may take: ([\d,]+) of ([\d,]+) bytes came, and "
                     r"the next run goes on from there$",
                     result.stderr.removesuffix(BY_HAND).strip())  # fmt: skip
    came, of = (int(number.replace(",", "")) for number in said.groups())
    assert (cache / "RVU25D.part").stat().st_size == came
    assert (0 < came < of, of) == (True, len(DEARER))
    reposted.faults.clear()
    reposted.asked.clear()
    assert feesync("sync", "--quiet").exit_code == 0
    assert fee() == Decimal("175.32")
    (asked,) = [headers for path, headers, code in reposted.asked if path == ZIP]
    assert asked["Range"] == f"bytes={came}-"


@pytest.mark.slow
def test_a_zip_may_take_longer_than_a_page(feesync, reposted, short, monkeypatch):
    monkeypatch.setattr(clients, "ZIP_SECONDS", 60.0)
    reposted.faults[ZIP] = slowly(reposted.releases["RVU25D"], 20, PAGE_CLOCK / 8)
    began = time.monotonic()
    assert feesync("sync", "--quiet", "--deadline", 0).exit_code == 0
    assert time.monotonic() - began > 2 * PAGE_CLOCK
    assert fee() == Decimal("175.32")


def test_a_large_zip_comes_whole(server, cache):
    cache.mkdir()
    data = os.urandom(2**20) * 40
    server.offer("RVU25D", data)
    client = Client(Site(server.url), CoolDown(cache), Progress())
    downloader = Downloader(client, Cache(cache), lambda path, name: None, 2**30, Progress())
    fetched = downloader.fetch("RVU25D", server.url + ZIP, None)
    assert fetched.entry.sha256 == hashlib.sha256(data).hexdigest()
    client.close()


@pytest.mark.slow
def test_the_deadline_shortens_the_clock_of_a_page(feesync, reposted, monkeypatch):
    monkeypatch.setattr(clients, "LEAST_SECONDS", 0.2)
    reposted.faults[LISTING] = drip(OK, b"X-Slow: ")
    with ends(1):
        result = feesync("sync", "--quiet", "--deadline", 1)
    assert result.exit_code == 3
    assert result.stderr.endswith(
        ": no whole answer in 1 s, the most that the run's deadline leaves for a page or an "
        f"answer\n{BY_HAND}"
    )


@pytest.mark.parametrize(
    ("deadline", "page"),
    [(180, 60), (61, 60), (60, 60), (59, 59), (15, 15), (10, 10), (9, 10), (0, 10)],
)
def test_the_clocks(cache, deadline, page):
    client = Client(Site(), CoolDown(cache), Progress(), deadline)
    assert client.page_clock().remainder() == pytest.approx(page, abs=0.1)
    assert client.zip_clock().remainder() == pytest.approx(15 * 60, abs=0.1)
    assert str(client.zip_clock()) == "15 minutes, the most that a zip may take"
    client.close()


def test_once_failures_have_spent_the_deadline_clocks_are_short(cache, monkeypatch):
    client = Client(Site(), CoolDown(cache), Progress(), 180)
    real = time.monotonic
    for spent, page, whole in ((100, 60, 900), (30, 50, 900), (50, 10, 60)):
        passed = [0.0]
        monkeypatch.setattr("time.monotonic", lambda passed=passed: real() + passed[0])

        def fail(passed=passed, spent=spent):
            passed[0] = spent
            raise TimeUpError("x")

        with pytest.raises(TimeUpError):
            client.trying(fail, Clock(1e9, "long"))
        assert client.page_clock().remainder() == pytest.approx(page, abs=0.1)
        assert client.zip_clock().remainder() == pytest.approx(whole, abs=0.1)
        monkeypatch.undo()
    client.close()


def test_all_tries_and_waits_run_on_one_clock(server, cache, short):
    """Each try fails after a while: no wait begins that the clock does not outlast."""
    asked = []

    def fails(handler):
        asked.append(time.monotonic())
        time.sleep(0.1)
        handler.answer(500, b"", {})

    server.faults[LISTING] = fails
    site = Site(server.url)
    client = Client(site, CoolDown(cache), Progress())
    with pytest.raises(TransientError, match="the answer is 500"), ends(0.1):
        client.page(site.listing)
    assert len(asked) == 1  # the first wait is a second or longer
    client.close()


@contextmanager
def listening(serve):
    """A server of raw sockets; `serve` has each connection for itself."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=attend, args=(connection,), daemon=True).start()

        def attend(connection):
            with connection, suppress(OSError):
                serve(connection)

        threading.Thread(target=accept, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def hold(connection):
    while connection.recv(4096):
        pass


def drip_records(connection):
    """Begin a record of TLS and let it drip."""
    connection.recv(4096)
    connection.sendall(b"\x16\x03\x03\x40\x00")
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


def drip_tunnel(connection):
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 Connection established\r\n")
    for number in range(100_000):
        connection.sendall(f"X-{number}: y\r\n"[: 1 + number % 9].encode())
        time.sleep(0.05)


@pytest.mark.parametrize("serve", one_in(2, [hold, drip_records]))
def test_a_handshake_that_does_not_end(cache, short, monkeypatch, serve):
    monkeypatch.setattr(clients, "CONNECT_SECONDS", 0.6)
    with listening(serve) as host:
        site = Site(f"https://{host}")
        client = Client(site, CoolDown(cache), Progress())
        with (
            ends(PAGE_CLOCK),
            pytest.raises(TimeUpError, match=rf"^{site.listing}: no whole answer in 0.5 s, "),
        ):
            client.page(site.listing)
        client.close()


@pytest.mark.parametrize("serve", one_in(2, [hold, drip_tunnel]))
def test_a_proxy_that_dawdles(cache, short, monkeypatch, serve):
    with listening(serve) as host:
        monkeypatch.setenv("https_proxy", f"http://{host}")
        monkeypatch.setenv("no_proxy", "")
        site = Site("https://cms.example")
        client = Client(site, CoolDown(cache), Progress())
        with ends(PAGE_CLOCK), pytest.raises(TimeUpError):
            client.page(site.listing)
        client.close()


@pytest.mark.skipif(sys.platform != "linux", reason="a full backlog drops what knocks on Linux")
@pytest.mark.slow
def test_a_connection_that_is_never_taken(cache, short, monkeypatch):
    monkeypatch.setattr(clients, "CONNECT_SECONDS", 0.6)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        knocking = [socket.socket() for _ in range(4)]
        for waiting in knocking:
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        site = Site(f"http://127.0.0.1:{listener.getsockname()[1]}")
        client = Client(site, CoolDown(cache), Progress())
        with ends(PAGE_CLOCK), pytest.raises(TimeUpError):
            client.page(site.listing)
        client.close()
        for waiting in knocking:
            waiting.close()


def test_a_name_that_is_looked_up_without_end(cache, short, monkeypatch):
    def look_up(*args):
        time.sleep(1.2 * PAGE_CLOCK)
        raise socket.gaierror("unknown")

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    site = Site("http://cms.example")
    client = Client(site, CoolDown(cache), Progress())
    with ends(PAGE_CLOCK), pytest.raises(TimeUpError):
        client.page(site.listing)
    client.close()


@pytest.mark.slow
def test_a_body_over_tls_is_broken_off(cache, tmp_path, short, monkeypatch):
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out",
         certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    gone = threading.Event()

    def serve(connection):
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(4096)
            secured.sendall(OK + b"\r\n")
            try:
                while True:
                    secured.sendall(b"x")
                    time.sleep(0.05)
            except OSError:
                gone.set()

    with listening(serve) as host:
        site = Site(f"https://{host}")
        client = Client(site, CoolDown(cache), Progress())
        with ends(PAGE_CLOCK), pytest.raises(TimeUpError, match="the answer did not come whole"):
            client.page(site.listing)
        assert gone.wait(SLACK)
        client.close()


def test_an_exchange_returns_and_raises_what_its_calls_do():
    with Exchange() as exchange:
        long = Clock(60, "long")
        assert exchange.call(lambda: 7, long) == 7
        with pytest.raises(KeyError, match="x"):
            exchange.call(lambda: dict[str, int]()["x"], long)
        opened = exchange.open(Path(os.devnull).open, long)
        assert not opened.closed
    with ends(0):
        pass
    assert opened.closed


def test_what_is_opened_too_late_is_closed():
    opened = []

    def late():
        time.sleep(0.3)
        opened.append(Path(os.devnull).open())  # noqa: SIM115
        return opened[0]

    with pytest.raises(TimeUpError, match="^0.1 s, short$"), Exchange() as exchange:
        exchange.open(late, Clock(0.1, "short"))
    with ends(0):
        pass
    assert opened[0].closed


def test_pages_that_are_answered_share_a_connection(server, cache):
    server.faults[LISTING] = html("there")
    site = Site(server.url)
    client = Client(site, CoolDown(cache), Progress())
    ports = set()

    def answer(handler):
        ports.add(handler.client_address)
        handler.page("there")

    for _ in range(5):
        server.faults[LISTING] = answer
        assert client.page(site.listing) == "there"
    assert len(ports) == 1
    client.close()


@pytest.mark.slow
def test_the_process_ends_though_its_thread_hangs(server, cache):
    """In a process of its own: it ends, and so does the lock."""
    server.faults[LISTING] = drip(OK, b"X-Slow: ")
    script = (
        "from feesync.cms import client; client.LEAST_SECONDS = 1.0; from feesync.cli import "
        "main; main()"
    )
    command = [sys.executable, "-c", script, "sync", "--quiet", "--deadline", "2"]
    with ends(2):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    limit = "2 s, the most that the run's deadline leaves for a page or an answer"
    assert done.stderr == f"feesync: {server.url}{LISTING}: no whole answer in {limit}\n{BY_HAND}"
    with FileLock(cache / "sync.lock").acquire(timeout=0):
        pass


def test_a_zip_answer_of_titles_is_refused_in_time(feesync, reposted):
    reposted.faults[ZIP] = html("<!doctype html>" + "<title" * 300_000 + "<title>" * 300_000)
    began = time.thread_time()
    assert feesync("sync", "--quiet").exit_code == 4
    assert time.thread_time() - began < 5


def test_a_compressed_page_is_still_read(server, cache):
    page = gzip.compress(b"<title>there</title>" * 1000)
    server.faults[LISTING] = lambda handler: handler.answer(200, page, {"Content-Encoding": "gzip"})
    site = Site(server.url)
    client = Client(site, CoolDown(cache), Progress())
    assert client.page(site.listing) == "<title>there</title>" * 1000
    client.close()


@pytest.mark.parametrize(
    "piece",
    one_in(
        4, ["<!--", "<![CDATA[", "<a '", '<a href="', "<a", "<script>", "</a ", "<tr><td>2025<a>"]
    ),
)
def test_a_listing_that_would_be_searched_again_and_again_is_refused_in_time(
    feesync, reposted, piece
):
    reposted.faults[LISTING] = html(piece * (2**20 // len(piece)))
    began = time.thread_time()
    result = feesync("sync", "--quiet")
    assert (
        time.thread_time() - began < 10
    )  # a quarter of an hour where the time grows with the square
    assert result.exit_code == 4
    assert "lists no release; it has no title" in result.stderr
    assert fee() == Decimal("175.32")  # the addresses that feesync knows serve


def test_a_listing_larger_than_any_is_refused(feesync, reposted):
    reposted.faults[LISTING] = html("x" * (2**20 + 1))
    result = feesync("sync", "--quiet")
    assert (result.exit_code, "is larger than 1,024 KiB: not a page of CMS's" in result.stderr) == (
        4,
        True,
    )
