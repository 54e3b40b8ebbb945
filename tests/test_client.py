import contextlib
import re
import socket
import threading
from datetime import UTC, datetime, timedelta

import pytest
import requests
import responses
from fake_cms import LICENCE, LISTING, html, status

import feesync
from feesync.about import PROJECT_URL
from feesync.cms import client as clients
from feesync.cms.client import Client, ForbiddenError, SetUpError, read_user_agent
from feesync.cms.cooldown import CoolDown
from feesync.cms.progress import Progress
from feesync.cms.retries import EndingError, HostUnreachableError, TransientError
from feesync.cms.site import Site
from feesync.errors import (
    ContentRefusedError,
    ExitStatus,
    Hint,
    HintKind,
    InvalidInputError,
    UnreachableError,
)

PAGE = "https://www.cms.gov/page"


@pytest.fixture
def make(cache):
    made = []

    def build(site=None, **options):
        made.append(Client(site or Site(), CoolDown(cache), Progress(), **options))
        return made[-1]

    yield build
    for client in made:
        client.close()


@pytest.fixture
def client(make, naps):
    return make()


@pytest.fixture
def web():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        yield mocked


def test_a_page_is_asked_for_under_an_honest_name(client, web):
    web.get(PAGE, body="<p>caf\u00e9</p>")
    assert client.page(PAGE) == "<p>caf\u00e9</p>"
    request = web.calls[0].request
    assert request.headers["User-Agent"] == f"feesync/{feesync.__version__} (+{PROJECT_URL})"
    assert request.req_kwargs["timeout"] == (clients.CONNECT_SECONDS, clients.READ_SECONDS)


def test_another_name_can_be_given(make, web):
    web.get(PAGE, body="x")
    make(user_agent="acme-billing/1 (ops@acme.example)").page(PAGE)
    assert web.calls[0].request.headers["User-Agent"] == "acme-billing/1 (ops@acme.example)"


@pytest.mark.parametrize(
    "name", ["", " ", "two\nlines", "tab\t", "\x00", "\u0142", "\x85", 7, b"bytes"]
)
def test_a_name_that_http_cannot_carry(name):
    with pytest.raises(
        InvalidInputError, match=r"^user agent .* is not one line of text in Latin-1$"
    ):
        read_user_agent(name)
    assert read_user_agent(" caf\u00e9/1 ") == "caf\u00e9/1"


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_what_may_be_over_soon_is_tried_four_times(client, web, naps, code):
    web.get(PAGE, status=code)
    with pytest.raises(TransientError, match=rf"^{PAGE}: the answer is {code} "):
        client.page(PAGE)
    assert (len(web.calls), len(naps)) == (4, 3)


def test_retry_after_is_obeyed(client, web, naps):
    web.get(PAGE, status=503, headers={"Retry-After": "17"})
    web.get(PAGE, body="there")
    assert client.page(PAGE) == "there"
    assert 17 <= naps[0] <= 18


def test_a_connection_that_cannot_be_made_is_tried_four_times_and_told_from_others(client, web):
    web.get(PAGE, body=requests.ConnectionError("no route"))
    with pytest.raises(HostUnreachableError, match=r"^cannot connect to www\.cms\.gov: no route$"):
        client.page(PAGE)
    assert len(web.calls) == 4


def test_an_answer_that_does_not_come_is_not_an_unreachable_host(client, web):
    web.get(PAGE, body=requests.ReadTimeout())
    with pytest.raises(TransientError, match="no answer in 30 s") as raised:
        client.page(PAGE)
    assert not isinstance(raised.value, HostUnreachableError)


def test_an_untrusted_certificate_is_not_tried_again(client, web):
    web.get(PAGE, body=requests.exceptions.SSLError("certificate verify failed"))
    with pytest.raises(
        UnreachableError, match="no trusted connection to www.cms.gov: certificate verify failed"
    ):
        client.page(PAGE)
    assert len(web.calls) == 1


@pytest.mark.parametrize("code", [400, 401, 404, 410, 451])
def test_other_answers_are_refused_at_once(client, web, code):
    web.get(PAGE, status=code)
    with pytest.raises(ContentRefusedError, match=rf"^{PAGE}: the answer is {code} "):
        client.page(PAGE)
    assert len(web.calls) == 1


def test_a_proxy_that_wants_a_password_is_no_refusal_of_cms(client, web):
    web.get(PAGE, status=407)
    with pytest.raises(SetUpError, match="^a proxy refuses: .*: the answer is 407"):
        client.page(PAGE)


@pytest.fixture
def proxy(monkeypatch):
    """Return what starts a proxy that answers every request with a status, and names its port."""
    monkeypatch.setenv("no_proxy", "")
    sockets = []

    def answer(server, reply):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(f"HTTP/1.1 {reply}\r\nContent-Length: 0\r\n\r\n".encode())

    def start(reply):
        server = socket.create_server(("127.0.0.1", 0))
        sockets.append(server)
        threading.Thread(target=answer, args=(server, reply), daemon=True).start()
        return server.getsockname()[1]

    yield start
    for server in sockets:
        server.close()


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize(
    ("reply", "kind", "waits"),
    [("407 Proxy Authentication Required", SetUpError, 0), ("403 Forbidden", SetUpError, 0),
     ("502 Bad Gateway", HostUnreachableError, 3)],
)  # fmt: skip
def test_a_proxy_that_refuses_is_named_with_its_variable(
    make, naps, proxy, monkeypatch, variable, reply, kind, waits
):
    port = proxy(reply)
    monkeypatch.setenv(variable, f"http://biller:secret@127.0.0.1:{port}")
    with pytest.raises(EndingError) as raised:
        make().page(PAGE)
    assert type(raised.value) is kind
    assert str(raised.value) == (
        f"cannot connect to www.cms.gov through the proxy http://127.0.0.1:{port} ({variable}): "
        f"Tunnel connection failed: {reply}"
    )
    assert len(naps) == waits


def test_a_proxy_that_is_away_is_named_too(make, naps, monkeypatch):
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(
        HostUnreachableError,
        match=r"through the proxy http://127\.0\.0\.1:9 \(HTTPS_PROXY\): Connection refused$",
    ):
        make().page(PAGE)


def test_403_is_never_tried_again_and_begins_a_cool_down(client, web, cache):
    web.get(PAGE, status=403)
    before = datetime.now(UTC)
    with pytest.raises(
        ForbiddenError,
        match=r"the answer is 403 Forbidden; it is not asked again before .* UTC",
    ) as raised:
        client.page(PAGE)
    assert raised.value.hint == Hint(HintKind.ASK_ANYWAY)
    assert len(web.calls) == 1
    assert raised.value.exit_status == ExitStatus.UNREACHABLE
    until = CoolDown(cache).until("www.cms.gov")
    assert timedelta(hours=23, minutes=59) < until - before <= timedelta(hours=24)
    assert CoolDown(cache).until("127.0.0.1:8000") is None


def test_an_answer_ends_the_cool_down(client, web, cache):
    CoolDown(cache).begin("www.cms.gov")
    web.get(PAGE, body="there")
    client.page(PAGE)
    assert CoolDown(cache).until("www.cms.gov") is None


@pytest.mark.parametrize(
    "record",
    [
        "",
        "[]",
        '{"www.cms.gov": 3}',
        '{"www.cms.gov": "soon"}',
        '{"www.cms.gov": "2026-01-01T00:00:00"}',
    ],
)
def test_a_cool_down_that_cannot_be_read_is_none(cache, record):
    cache.mkdir()
    (cache / "cooldown.json").write_text(record)
    assert CoolDown(cache).until("www.cms.gov") is None


@pytest.mark.parametrize(
    ("hours", "active"),
    [(-25, False), (-23, True), (0, True), (23, True), (25, False), (24 * 400, False)],
)
def test_a_cool_down_holds_for_a_day_whatever_the_clock_does(cache, hours, active):
    cache.mkdir()
    began = datetime.now(UTC) + timedelta(hours=hours)
    (cache / "cooldown.json").write_text(f'{{"www.cms.gov": "{began.isoformat()}"}}')
    assert CoolDown(cache).until("www.cms.gov") == (began + timedelta(hours=24) if active else None)


def test_redirects_within_cms_are_followed(client, web):
    web.get(PAGE, status=302, headers={"Location": "/files/zip/rvu25a-updated-01/10/2025.zip"})
    web.get(
        "https://www.cms.gov/files/zip/rvu25a-updated-01/10/2025.zip",
        status=301,
        headers={"Location": "https://downloads.cms.gov/x"},
    )
    web.get("https://downloads.cms.gov/x", body="there")
    assert client.page(PAGE) == "there"


@pytest.mark.parametrize(
    "target",
    [
        "https://example.org/x",
        "http://127.0.0.1/x",
        "file:///etc/passwd",
        "https://www.cms.gov@example.org/",
        "",
    ],
)
def test_redirects_elsewhere_are_not(client, web, target):
    web.get(PAGE, status=302, headers={"Location": target})
    with pytest.raises(ContentRefusedError, match="not followed|redirects more than"):
        client.page(PAGE)
    assert {call.request.url for call in web.calls} == {PAGE}


@pytest.mark.parametrize(
    "target",
    [r"https://evil.example\@data.cms.gov/x.zip", "http://[::1/x", "https://me@www.cms.gov/x"],
)
def test_a_redirect_that_another_library_may_read_otherwise_is_not(client, web, target):
    web.get(PAGE, status=302, headers={"Location": target})
    with pytest.raises(
        ContentRefusedError,
        match=r"^http.*: is neither on cms\.gov nor on www\.cms\.gov: not followed$",
    ):
        client.page(PAGE)
    assert len(web.calls) == 1


def test_the_body_of_a_redirect_is_not_read(make, server, naps):
    sent = []

    def endless(handler):
        handler.send_response(302)
        handler.send_header("Location", "/there")
        handler.end_headers()
        try:
            for _ in range(400):
                sent.append(handler.wfile.write(b"x" * 2**20))
        except OSError:
            handler.close_connection = True

    server.faults[LISTING] = endless
    server.faults["/there"] = html("there")
    site = Site(server.url)
    assert make(site).page(site.listing) == "there"
    assert len(sent) < 100


def test_a_circle_of_redirects_ends(client, web):
    web.get(PAGE, status=302, headers={"Location": PAGE})
    with pytest.raises(ContentRefusedError, match="redirects more than 5 times"):
        client.page(PAGE)
    assert len(web.calls) == 6


def test_a_licence_is_never_accepted(client, web):
    web.get(PAGE, status=302, headers={"Location": "/license/ama?file=/files/zip/x.zip"})
    web.get("https://www.cms.gov/license/ama", body=LICENCE)
    with pytest.raises(
        ContentRefusedError, match="accept a licence first, which feesync does not do for you"
    ):
        client.page(PAGE)
    assert len(web.calls) == 1


def test_a_page_that_never_ends_is_no_page(client, web, monkeypatch):
    monkeypatch.setattr(clients, "MOST_PAGE_BYTES", 1000)
    web.get(PAGE, body="x" * 1001)
    with pytest.raises(ContentRefusedError, match="is larger than"):
        client.page(PAGE)


def test_a_refused_connection(make, naps):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        site = Site(f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(
            HostUnreachableError, match=rf"^cannot connect to {site.host}: Connection refused$"
        ):
            make(site).page(site.listing)
    assert len(naps) == 3


def test_a_slow_answer_is_given_up(make, server, naps, monkeypatch):
    import time

    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x")
                handler.wfile.flush()
                time.sleep(0.02)
        except OSError:
            handler.close_connection = True

    monkeypatch.setattr(clients, "_SLOW_SECONDS", 0.1)
    server.faults[LISTING] = drip
    site = Site(server.url)
    with pytest.raises(TransientError, match="bytes came in 0 s"):
        make(site).page(site.listing)


def test_a_compressed_page_is_read(make, server):
    import gzip

    body = gzip.compress(b"<html>there</html>")
    server.faults[LISTING] = status(200, body, Content_Encoding="gzip")
    site = Site(server.url)
    assert make(site).page(site.listing) == "<html>there</html>"


def test_a_proxy_of_the_environment_is_used(make, server, monkeypatch):
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("no_proxy", "")
    site = Site("http://cms.example")
    server.faults[site.listing] = html("from the proxy")
    assert make(site).page(site.listing) == "from the proxy"
    assert server.paths() == [site.listing]


@pytest.mark.parametrize(
    ("variable", "value"),
    [("REQUESTS_CA_BUNDLE", "/nonexistent.pem"), ("https_proxy", "http://"),
     ("https_proxy", "http://proxy:port"), ("https_proxy", "socks9://x")],
)  # fmt: skip
def test_what_only_this_machine_can_put_right_is_no_redesign_of_cms(
    make, naps, monkeypatch, variable, value
):
    monkeypatch.setenv(variable, value)
    monkeypatch.setenv("no_proxy", "")
    proxy = f"the proxy {value} (https_proxy) or " if variable == "https_proxy" else ""
    with pytest.raises(
        SetUpError,
        match=f"^{re.escape(proxy)}the certificates of this machine cannot be used: ",
    ) as raised:
        make().page(PAGE)
    assert isinstance(raised.value, EndingError)
    assert not naps


def test_credentials_are_shown_to_the_mirror_alone(make, web):
    site = Site("http://mirror.example", ("me", "secret"))
    web.get(site.listing, status=302, headers={"Location": "https://downloads.cms.gov/x"})
    web.get("https://downloads.cms.gov/x", body="there")
    assert make(site).page(site.listing) == "there"
    assert ["Authorization" in call.request.headers for call in web.calls] == [True, False]
