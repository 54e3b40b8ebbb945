"""What holds for every request to the application and for every answer of it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import anyio
import pytest
from anyio.to_thread import current_default_thread_limiter
from click.testing import CliRunner
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from feesync import MissingExtraError, web
from feesync.cli import cli
from feesync.errors import BusyError, InvalidInputError
from feesync.web import server
from feesync.web.app import application
from feesync.web.guard import LOOPBACK, Guard

HERE = "http://127.0.0.1:8765"


@cache
def client(**arguments):
    return TestClient(application(**arguments), base_url=HERE, raise_server_exceptions=False)


def fails(request):
    raise RuntimeError("64493 of patient 17")


def guarded(names=LOOPBACK, posts=(), **options):
    routes = [
        Route("/", lambda request: PlainTextResponse("yes")),
        Route("/in", lambda request: PlainTextResponse("in"), methods=["POST"]),
        Route("/fails", fails),
    ]
    return TestClient(Guard(Starlette(routes=routes), names, posts, **options), base_url=HERE)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.0.0.1:8765", "localhost", "LocalHost:1", "[::1]", "[::1]:8765"),
    ],
)
def test_a_browser_of_this_machine_is_answered(host):
    assert guarded().get("/", headers={"host": host}).text == "yes"


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8765", "127.0.0.1.evil.example", "localhost.evil.example"),
        *("127.0.0.1@evil.example", "", "127.0.0.1:evil", "192.168.1.7", "[::2]:8765", "::1:x"),
        "127.0.0.1:8765, evil.example",
    ],
)
def test_a_name_that_is_not_ours_is_refused(host):
    response = guarded().get("/", headers={"host": host})
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert response.text.startswith("This address is not one that is served here.")


def test_where_others_are_served_an_address_in_numbers_is_ours_and_no_other_name():
    served = guarded(numbers=True)
    for host in ("192.168.1.7:8765", "[fe80::1]:8765", "localhost:1", "10.0.0.1"):
        assert served.get("/", headers={"host": host}).text == "yes"
    for host in ("evil.example", "192.168.1.7.evil.example:8765", "1.2.3"):
        assert served.get("/", headers={"host": host}).status_code == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("numbers", [False, True])
def test_a_further_name_is_answered_where_it_is_allowed(numbers):
    served = guarded(names={*LOOPBACK, "fees.lan", "feesync"}, numbers=numbers)
    for host in ("fees.lan", "Fees.LAN:8000", "feesync:8000", "127.0.0.1"):
        assert served.get("/", headers={"host": host}).text == "yes"
    for host in ("lan", "x.fees.lan", "fees.lan.evil.example", "feesync@evil.example", "fees"):
        assert served.get("/", headers={"host": host}).status_code == HTTPStatus.BAD_REQUEST
    numeric = served.get("/", headers={"host": "192.168.1.7"}).status_code
    assert numeric == (200 if numbers else 400)


def test_a_whole_url_as_the_target_is_of_its_own_host():
    served = Guard(Starlette(routes=[Route("/x", lambda _: PlainTextResponse("yes"))]), LOOPBACK)

    def asked(path, host=b"127.0.0.1"):
        sent = []

        async def send(message):
            sent.append(message)

        async def receive():
            return {"type": "http.disconnect"}

        scope = {"type": "http", "method": "GET", "path": path, "query_string": b""}
        anyio.run(served, {**scope, "headers": [(b"host", host)]}, receive, send)
        return sent[0]["status"]

    assert asked("http://127.0.0.1:8000/x") == HTTPStatus.OK
    assert asked("HTTP://LocalHost/x", b"evil.example") == HTTPStatus.OK
    assert asked("http://evil.example/x") == HTTPStatus.BAD_REQUEST
    assert asked("http://127.0.0.1:8000") == HTTPStatus.NOT_FOUND
    assert asked("ftp://127.0.0.1/x") == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("method", "host", "status"), [("DELETE", "127.0.0.1", 405), ("GET", "evil.example", 400)]
)
def test_what_is_refused_to_a_program_is_a_problem(method, host, status):
    for path in ("/api/estimate", "/api/reprice", "/api/none"):
        response = client().request(method, path, headers={"host": host})
        assert response.headers["content-type"] == "application/problem+json"
        assert (response.status_code, response.json()["status"]) == (status, status)
        assert response.json()["detail"]
    assert client().request(method, "/", headers={"host": host}).text.endswith(".\n")


def test_further_names_are_of_the_option_or_of_the_variable(monkeypatch):
    given = []
    monkeypatch.setattr(server, "run", lambda app, listener: listener.close())
    monkeypatch.setattr("feesync.web.app.application", lambda *_, names, **__: given.append(names))
    for arguments, variable in (
        (["--allow-host", "Fees.lan", "--allow-host", "feesync"], "other"),
        ([], " fees.lan  FEESYNC "),
    ):
        environment = {"FEESYNC_ALLOW_HOST": variable}
        result = CliRunner().invoke(cli, ["serve", "--port", "0", *arguments], env=environment)
        assert result.exit_code == 0, result.output
    assert given == [{*LOOPBACK, "fees.lan", "feesync"}] * 2


@pytest.mark.parametrize("name", ["*", "fees.lan:80", "http://fees.lan", "", "a b", "-x", "x/y"])
def test_a_name_that_no_machine_has_is_refused(name):
    result = CliRunner().invoke(cli, ["serve", f"--allow-host={name}", "--port", "0"])
    assert result.exit_code == 2
    assert "no name of a machine alone" in result.output


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_nothing_but_reading_is_answered(method):
    response = guarded(posts=["/in"]).request(method, "/")
    assert response.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert response.headers["allow"] == "GET, HEAD"


def test_a_path_that_takes_a_file_is_posted_to():
    assert guarded(posts=["/in"]).post("/in").text == "in"
    assert guarded().post("/in").status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert guarded(posts=["/in"]).options("/in").headers["allow"] == "POST"


def test_a_fault_is_printed_by_its_place_and_without_what_was_asked(capsys):
    response = guarded().get("/fails?charge=17")
    assert (response.status_code, response.text) == (500, "Internal Server Error")
    printed = capsys.readouterr().err
    assert printed.startswith("feesync: unexpected RuntimeError in ")
    assert "patient" not in printed
    assert "17" not in printed.split("line ")[0]
    assert printed.count("\n") == 1


@pytest.mark.parametrize("path", ["/", "/no-such-page", "/static/none.css"])
def test_every_answer_has_the_headers_and_no_cookie(path):
    for method in ("GET", "HEAD", "POST"):
        headers = client().request(method, path).headers
        policy = dict(
            part.partition(" ")[::2] for part in headers["content-security-policy"].split("; ")
        )
        assert policy == {
            "default-src": "'none'",
            "style-src": "'self'",
            "script-src": "'self'",
            "img-src": "'self' data:",
            "connect-src": "'self'",
            "form-action": "'self'",
            "base-uri": "'none'",
            "frame-ancestors": "'none'",
        }
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert "set-cookie" not in headers


def test_static_files_are_kept_for_ever_under_the_digest_of_their_content():
    site = client()
    for name in ("feesync.css", "feesync.js", "feesync.svg"):
        path = site.app._app.state.site.assets.address(name)
        response = site.get(path)
        assert response.status_code == HTTPStatus.OK
        assert "immutable" in response.headers["cache-control"]
        assert site.get(path.replace(path.split("/")[2], "0" * 12)).status_code == 404


def test_an_unknown_path_is_a_page():
    response = client().get("/no%3Cscript%3Esuch")
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert "There is no page &#39;/no&lt;script&gt;such&#39; here." in response.text


def test_without_the_extra_its_name_is_printed(monkeypatch):
    monkeypatch.setattr(web, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'feesync\[web\]' brings it"):
        web.require()
    result = CliRunner().invoke(cli, ["serve"])
    assert result.exit_code == 1
    assert result.stderr == (
        "feesync: the page needs a package that is not installed: pip install 'feesync[web]' "
        "brings it\n"
    )


def test_a_port_in_use_is_one_line():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(BusyError, match=f"^port {port} of 127.0.0.1 is in use by another"):
            server.listen("127.0.0.1", port)
        result = CliRunner().invoke(cli, ["serve", "--port", str(port)])
        assert result.exit_code == 5
        assert result.stderr == (
            f"feesync: port {port} of 127.0.0.1 is in use by another program; --port 0 takes any "
            "that is free\n"
        )


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(InvalidInputError, match="192.0.2.1 is no address of this machine"):
        server.listen("192.0.2.1", 0)
    with pytest.raises(InvalidInputError, match="'no name' is no name of this machine"):
        server.listen("no name", 0)


def test_the_url_of_a_page():
    assert server.url("127.0.0.1", 80) == "http://127.0.0.1:80/"
    assert server.url("0.0.0.0", 80) == "http://127.0.0.1:80/"
    assert server.url("::1", 8765) == "http://[::1]:8765/"
    assert [server.is_loopback(each) for each in ("127.0.0.1", "::1", "0.0.0.0", "10.0.0.1")] == [
        *(True, True, False, False)
    ]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_the_command_serves_until_it_is_interrupted(host):
    with subprocess.Popen(
        [sys.executable, "-m", "feesync", "serve", "--port", "0", "--host", host],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "FEESYNC_DB": "/nowhere/feesync.db"},
    ) as process:
        url = process.stdout.readline().strip()
        with pytest.raises(HTTPError, match="404"):
            urllib.request.urlopen(f"{url}no-such-page", timeout=30)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        printed = process.stderr.read()
        warning = "other machines can read this page at 0.0.0.0; it has no password"
        assert (warning in printed) == (host == "0.0.0.0")
        assert printed.endswith(
            "feesync: info: there is no database /nowhere/feesync.db yet: the embedded snapshot "
            "answers\nfeesync: info: Ctrl-C ends it\nfeesync: interrupted\n"
        )


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_the_command_ends_soon_while_a_file_of_claims_is_priced(tmp_path):
    pytest.importorskip("duckdb")
    body = b"claim_id,hcpcs,date,zip\n" + b"A,99213,2025-11-03,10001\n" * 4_000_000
    with subprocess.Popen(
        [sys.executable, "-m", "feesync", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "FEESYNC_DB": "/nowhere/feesync.db", "TMPDIR": str(tmp_path)},
    ) as process:
        port = int(process.stdout.readline().strip().rstrip("/").rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as sender:
            sender.sendall(
                b"POST /api/reprice HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/csv\r\n"
                b"Content-Length: %d\r\n\r\n" % len(body)
            )
            sender.sendall(body)
            deadline = time.monotonic() + 30
            while len(list(tmp_path.iterdir())) < 2 and time.monotonic() < deadline:
                time.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            try:
                assert process.wait(12) == 130
            finally:
                process.kill()
    assert list(tmp_path.iterdir()) == []


def test_a_body_does_not_wait_for_its_headers_to_be_acknowledged():
    with server.listen("127.0.0.1", 0) as listener, socket.socket() as asking:
        asking.connect(listener.getsockname())
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_the_browser_is_opened_where_it_is_asked_for(monkeypatch):
    opened: list[str] = []
    served: list[Any] = []
    monkeypatch.setattr("click.launch", opened.append)
    monkeypatch.setattr(server, "run", lambda app, listener: served.append((app, listener)))
    result = CliRunner().invoke(cli, ["serve", "--port", "0", "--open"])
    assert result.exit_code == 0
    ((app, listener),) = served
    with listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    assert result.stdout == f"{url}\n"
    assert opened == [url]
    assert TestClient(app, base_url=url).get("/").status_code == HTTPStatus.OK
    assert TestClient(app, base_url="http://10.0.0.1").get("/").status_code == 400
    assert CliRunner().invoke(cli, ["serve", "--port", "0"]).exit_code == 0
    assert opened == [url]


def test_few_threads_answer():
    with client() as site:
        limiter = site.portal.call(current_default_thread_limiter)
        assert limiter.total_tokens == 4


def test_a_database_that_cannot_be_read_is_an_error_page(tmp_path):
    path = tmp_path / "feesync.db"
    path.write_bytes(b"not a database" * 1000)
    response = client(db=path).get("/?hcpcs=64493&locality=AL")
    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert "The database cannot be read" in response.text
    assert "Traceback" not in response.text


def test_a_fault_is_a_page_without_a_traceback(monkeypatch, capsys):
    def fail(*args):
        raise ZeroDivisionError("64493 of patient 17")

    monkeypatch.setattr("feesync.web.page.ask", fail)
    response = client().get("/?hcpcs=64493&locality=AL")
    assert response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "Something went wrong here" in response.text
    assert "patient" not in response.text + capsys.readouterr().err


COLORS = re.compile(r"--([a-z-]+): (#[0-9a-f]{6})")
TEXTS = {
    "ink": ("paper", "panel", "accent-soft", "warn-soft", "bad-soft", "info-soft"),
    "muted": ("paper", "panel", "accent-soft", "warn-soft", "bad-soft", "info-soft"),
    "accent": ("paper", "panel", "accent-soft"),
    "accent-ink": ("accent",),
    "warn": ("warn-soft",),
    "bad": ("bad-soft", "panel"),
    "good": ("panel", "accent-soft"),
    "here": ("panel",),
}
SHAPES = {"edge": ("panel", "paper"), "mark": ("panel",)}


def luminance(color):
    """WCAG 2.2, relative luminance."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colors_meet_wcag_aa(scheme):
    sheet = (Path(web.__file__).parent / "static/feesync.css").read_text()
    colors = dict(COLORS.findall(re.findall(r":root \{.*?\}", sheet, re.S)[scheme]))
    low = []
    for least, pairs in ((4.5, TEXTS), (3, SHAPES)):
        for front, backs in pairs.items():
            for back in backs:
                lower, higher = sorted(luminance(colors[each]) for each in (front, back))
                if (higher + 0.05) / (lower + 0.05) < least:
                    low.append((front, back))
    assert low == []
