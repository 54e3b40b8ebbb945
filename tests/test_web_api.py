"""The API: its answers are the commands', to the byte; its errors are problems of the same text."""

import csv
import gzip
import io
import json
import re
import shlex
import subprocess
import sys
from collections import Counter
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

import anyio
import pytest
from documents import blocks
from everyday import one_in
from jsonschema import Draft202012Validator
from random_questions import questions
from starlette.requests import Request
from starlette.testclient import TestClient
from test_queries import answer_or_error, as_typed, text_of, without_dashes

from feesync.cli.hints import error_text
from feesync.errors import FeesyncError, InvalidInputError, StoreError
from feesync.queries.catalogue import QUERIES
from feesync.queries.command import text, words
from feesync.schemas import schema_of
from feesync.web import claims_file
from feesync.web.app import application

HERE = "http://127.0.0.1:8765"
LINE = {"hcpcs": "64493-50", "locality": "01112-05", "date": "2025-11-03"}
STATUSES = {2: (400,), 6: (404,), 1: (503,), 5: (503,)}
"""The statuses of HTTP that an exit status may have."""

CLAIMS = (
    "claim_id,date,cpt,mod,locality,note\n"
    "A,2025-11-03,64493,50,01112-05,Smith\n"
    "A,2025-11-03,64494,50,01112-05,Smith\n"
    "B,2025-11-03,9,,01112-05,Jones\n"
)
CSV = {"content-type": "text/csv"}


@pytest.fixture
def client():
    app = application(error_text=error_text)
    return TestClient(app, base_url=HERE, raise_server_exceptions=False)


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder of this machine's temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


VALIDATORS = {name: Draft202012Validator(schema_of(name)) for name in QUERIES}


def address(name, values):
    pairs = [
        (key, text(one))
        for key, value in values.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    return f"/api/{name}?{urlencode(pairs)}"


def same_as_command(client, feesync, name, values):
    """Compare a response with what the command prints; return its status."""
    query, answer = QUERIES[name], answer_or_error(name, values)
    response = client.get(address(name, values))
    if isinstance(answer, FeesyncError):
        problem = response.json()
        assert response.headers["content-type"] == "application/problem+json"
        assert response.status_code == problem["status"]
        assert response.status_code in STATUSES[answer.exit_status], problem
        texts = [problem["detail"], *problem["others"]]
        assert "".join(f"feesync: {one}\n" for one in texts) == text_of(answer)
        try:
            typed = words(query.name, query.parameters, query.read(values))[1:]
        except InvalidInputError:
            typed = as_typed(query, values)
        if not re.search("is missing|exclude each other", str(answer)):
            stderr = feesync(*typed, "--json").stderr
            assert without_dashes(stderr) == without_dashes(text_of(answer)), typed
        return response.status_code
    typed = answer.command_line()[1:]
    result = feesync(*typed, "--json")
    assert response.status_code == HTTPStatus.OK
    assert response.headers["content-type"] == "application/json"
    assert response.text == result.stdout, typed
    assert int(response.headers.get("feesync-exit-status", 0)) == result.exit_code, typed
    for note in json.loads(response.headers.get("feesync-notes", "[]")):
        assert note == "..." or note in result.stderr or note in response.text, typed
    VALIDATORS[name].validate(response.json())
    return response.status_code


@pytest.mark.parametrize(
    ("seed", "count"),
    [(3, 12), *(pytest.param(seed, 250, marks=pytest.mark.slow) for seed in (4, 5))],
)
def test_random_questions_equal_the_commands_and_fit_their_schema(
    client, feesync, loaded, seed, count
):
    statuses = Counter(
        same_as_command(client, feesync, *question) for question in questions(seed, count)
    )
    assert statuses[200] > count // 2
    assert statuses.keys() <= {200, 400, 404}
    assert count < 250 or (statuses[400] > 10 and statuses[404] > 10)


@pytest.mark.parametrize("way", ["/api/{}.csv?{}", "/api/{}?format=csv&{}"])
@pytest.mark.parametrize("name", QUERIES)
def test_csv_is_the_command_s(client, feesync, loaded, name, way):
    _, values = next(each for each in questions(5, 400) if each[0] == name and answers(*each))
    query = QUERIES[name]
    typed = words(query.name, query.parameters, query.read(values))[1:]
    response = client.get(way.format(name, address(name, values).partition("?")[2]))
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == f'attachment; filename="{name}.csv"'
    assert response.text == feesync(*typed, "--csv").stdout


def answers(name, values):
    return not isinstance(answer_or_error(name, values), FeesyncError)


def test_numbers_have_all_their_places(client, loaded):
    body = client.get(address("estimate", LINE)).text
    assert '"medicare_payment": 262.10,' in body
    assert '"allowed": 334.31,' in body


def test_a_denied_line_is_an_answer(client, loaded, feesync):
    """A status B code is bundled: Medicare pays nothing for it by itself."""
    values = {**LINE, "hcpcs": "36416"}
    response = client.get(address("estimate", values))
    assert (response.status_code, response.json()["allowed"]) == (200, None)
    assert response.headers["feesync-exit-status"] == "6"


def test_an_ambiguous_place_has_its_candidates(client, loaded):
    problem = client.get(address("estimate", {**LINE, "locality": "Santa Clara"})).json()
    assert problem["error"] == "LocalityError"
    assert [one["value"] for one in problem["candidates"]] == ["01112-09", "01112-65"]
    assert problem["detail"].startswith("'Santa Clara' may be 2 localities: 01112-09 CA SAN JOSE")


def test_what_a_release_lacks_is_named_beside_the_rows(client, loaded):
    values = {"hcpcs": ["64493", "99999"], "locality": "01112-05", "date": "2025-11-03"}
    response = client.get(address("rates", values))
    assert [row["hcpcs"] for row in response.json()] == ["64493"]
    assert response.headers["feesync-exit-status"] == "6"
    assert any("99999" in note for note in json.loads(response.headers["feesync-notes"]))


def test_notes_that_are_too_long_for_a_header_end_in_dots(client, loaded):
    values = {"hcpcs": [f"9999{n}" for n in range(10)] * 9 + ["64493"], "date": "2025-11-03"}
    codes = [f"{n:05}" for n in range(90_000, 90_200)]
    response = client.get(address("rates", {**values, "hcpcs": [*codes, "64493"]}))
    notes = response.headers["feesync-notes"]
    assert json.loads(notes)[-1] == "..."
    assert len(notes) <= 4_000


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/api/estimat", "there is no '/api/estimat': is /api/estimate meant?"),
        ("/api/estimate/x", "there is no '/api/estimate/x': is /api/estimate meant?"),
        ("/api/", "there is no '/api/': there are estimate, claim, check"),
        ("/api/estimate.xml", "format 'xml' is neither json nor csv"),
        ("/api/estimate?format=xml", "format 'xml' is neither json nor csv"),
        ("/api/estimate.csv?format=json", "the address ends in csv, and format is json"),
        ("/api/estimate?hcpcs=64493&moon=1", "estimate has no parameter 'moon': it has hcpcs,"),
        ("/api/estimate?hcpc=64493", "estimate has no parameter 'hcpc': is hcpcs meant?"),
        ("/api/estimate?hcpcs[]=64493", "estimate has no parameter 'hcpcs[]': is hcpcs meant?"),
        ("/api/estimate?hcpcs=1&hcpcs=2", "hcpcs is given 2 times, and takes one value"),
    ],
)
def test_what_does_not_exist_is_a_problem(client, path, detail):
    response = client.get(path)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.status_code in (400, 404)
    assert response.json()["detail"].startswith(detail)


HOSTILE = (
    *("\0", "a" * 10_000, "<script>alert(1)</script>", "'; DROP TABLE edition; --", "../../etc"),
    *("\ud800".encode("utf-8", "surrogatepass"), b"\xff\xfe", "%00", "{{7*7}}", "\u202e64493"),
    *("-1", "1e309", "NaN", "9" * 400, "\r\nSet-Cookie: a=b", "[]", "٦٤٤٩٣", "\U0001f600"),
)


@pytest.mark.parametrize("name", one_in(3, QUERIES))
def test_hostile_values_are_problems(client, loaded, name):
    """Each parameter has each value; the others have what works."""
    query = QUERIES[name]
    required = {each.name: each.example for each in query.parameters if each.required}
    for group in query.needs:
        required.setdefault(group[-1], query.parameter(group[-1]).example)
    for number, parameter in enumerate(query.parameters):
        hostile = HOSTILE if number < 2 else HOSTILE[number % 5 :: 5]
        for value in hostile:
            values = {**required, parameter.name: value}
            response = client.get(
                f"/api/{name}?"
                + "&".join(f"{key}={quote(each, safe='')}" for key, each in values.items())
            )
            assert response.status_code in (200, 400, 404), (parameter.name, value)
            assert "set-cookie" not in response.headers
            if response.status_code != HTTPStatus.OK:
                problem = response.json()
                assert len(problem["detail"]) <= 2_000
                assert problem["detail"].isprintable() or value in ("\u202e64493", b"\xff\xfe")
    many = client.get(f"/api/{name}?" + "&".join(["hcpcs=64493"] * 2_500))
    assert many.status_code == HTTPStatus.BAD_REQUEST


def test_a_database_that_cannot_be_read_is_a_problem(client, database):
    database.write_bytes(b"no database" * 1_000)
    response = client.get(address("estimate", LINE))
    assert (response.status_code, response.json()["error"]) == (503, StoreError.__name__)
    health = client.get("/health")
    assert (health.status_code, health.json()["status"]) == (503, "failed")


def test_health(client, database, small_rvu25d):
    health = client.get("/health").json()
    assert (health["status"], health["source"], health["releases"]) == (
        "ok",
        "embedded snapshot",
        [],
    )
    database.write_bytes(small_rvu25d.read_bytes())
    health = client.get("/health").json()
    assert (health["source"], health["releases"]) == ("database", ["RVU25D"])


def test_what_is_loaded_meanwhile_is_seen_at_once(client, database, small_rvu25d):
    values = {**LINE, "hcpcs": "71046"}
    assert client.get(address("estimate", values)).status_code == HTTPStatus.NOT_FOUND
    database.write_bytes(small_rvu25d.read_bytes())
    assert client.get(address("estimate", values)).json()["release"]["label"] == "RVU25D"


@pytest.mark.slow
def test_a_long_answer_is_sent_in_pieces(client, loaded, feesync):
    values = {"hcpcs": "00000-99999", "date": "2025-11-03"}
    response = client.get(address("rates", values))
    assert "content-length" not in response.headers
    assert len(response.text) > 1 << 20
    typed = ("rates", "00000-99999", "--date", "2025-11-03")
    assert response.text == feesync(*typed, "--json").stdout
    assert client.get(address("rates.csv", values)).text == feesync(*typed, "--csv").stdout


def called(path, *, body=b"", until=1, method="GET", waits=False):
    """Call the application as a server does whose client goes away after some pieces.

    One that waits goes away no sooner than the answer begins.
    """
    scope = {
        **{"type": "http", "asgi": {"spec_version": "2.4"}, "http_version": "1.1"},
        **{"method": method, "scheme": "http", "server": ("127.0.0.1", 8765), "root_path": ""},
        "path": path.partition("?")[0],
        "query_string": path.partition("?")[2].encode(),
        "headers": [(b"host", b"127.0.0.1:8765"), (b"content-type", b"text/csv")],
    }
    received = [{"type": "http.request", "body": body, "more_body": True}] if body else []
    sent: list[dict[str, Any]] = []

    async def receive():
        if waits:
            await begun.wait()
        return received.pop() if received else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)
        begun.set()
        if len(sent) > until:
            raise OSError

    async def call():
        await application(error_text=error_text)(scope, receive, send)

    begun = anyio.Event()
    anyio.run(call)
    return sent


@pytest.mark.parametrize("until", [1, 3, 1_000_000])
def test_where_a_client_goes_away_the_rest_is_not_made(database, monkeypatch, capsys, until):
    """Its server says so, by the end of the connection or by an error of sending."""
    ended = []

    def endless(answer):
        try:
            while True:
                yield "x" * 100_000
        finally:
            ended.append(answer.query.name)

    monkeypatch.setattr("feesync.queries.answer.RatesAnswer.json_text", endless)
    monkeypatch.setattr("feesync.queries.answer.RatesAnswer.is_large", True)
    sent = called(address("rates", {"hcpcs": "64493"}), until=until, waits=True)
    kinds = ["http.response.start", "http.response.body"]
    assert [message["type"] for message in sent][:2] == kinds[: len(sent)]
    assert ended == ["rates"]
    assert capsys.readouterr().err == ""


def test_an_error_before_the_first_piece_of_a_large_answer_is_a_problem(client, monkeypatch):
    def broken(answer):
        raise StoreError("it is damaged")
        yield

    monkeypatch.setattr("feesync.queries.answer.RatesAnswer.json_text", broken)
    response = client.get(address("rates", {"hcpcs": "64490-64495", "date": "2025-11-03"}))
    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert response.json()["detail"] == "it is damaged"


def test_only_the_head_of_a_large_answer_is_made_where_that_is_asked(client, monkeypatch):
    response = client.head(address("rates", {"hcpcs": "64490-64495", "date": "2025-11-03"}))
    assert (response.status_code, response.content) == (HTTPStatus.OK, b"")


@pytest.mark.parametrize(
    ("name", "values", "detail"),
    [
        (
            "compare",
            {"hcpcs": [f"{code:05}" for code in range(10_000, 10_100)]},
            "compare of 100 codes in 110 places in 1 setting is 11,000 amounts",
        ),
        (
            "sheet",
            {"lines": [f"{code:05}" for code in range(10_000, 11_700)], "locality": ["AL", "AK"]},
            "sheet of 1,700 lines in 2 places in 3 settings is 10,200 amounts",
        ),
        (
            "diff",
            {"before": "RVU25D", "after": "RVU26C", "state": "CA"},
            "diff of 10 codes in 29 places is 290 amounts, and at most 280 are",
        ),
    ],
)
def test_what_would_take_minutes_is_refused_before(client, monkeypatch, name, values, detail):
    monkeypatch.setattr("feesync.queries.tables.MOST_CODES", 280)
    day = {} if name == "diff" else {"date": "2025-11-03"}
    problem = client.get(address(name, {**values, **day}))
    assert problem.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert problem.headers["content-type"] == "application/problem+json"
    text = problem.json()["detail"]
    assert text.startswith(detail), text
    assert f"'feesync {name}' on the command line has no such bound" in text
    page = client.get(address(name, values).removeprefix("/api"))
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Too much at once" in page.text


@pytest.mark.parametrize("body", [b"", CLAIMS.encode()])
def test_where_a_sender_goes_away_nothing_is_kept(loaded, temporary, body):
    called("/api/reprice", method="POST", body=body)
    assert list(temporary.iterdir()) == []


def test_where_a_receiver_goes_away_nothing_is_kept(loaded, temporary, monkeypatch):
    async def stream(request):
        yield CLAIMS.encode()

    monkeypatch.setattr(Request, "stream", stream)
    sent = called("/api/reprice", method="POST", waits=True)
    assert sent[0]["status"] == HTTPStatus.OK
    assert list(temporary.iterdir()) == []


def test_a_fault_is_a_problem_that_says_nothing_of_what_was_asked(client, monkeypatch, capsys):
    def fails(*args):
        raise RuntimeError("64493-50 of Smith")

    monkeypatch.setattr("feesync.web.api.ask", fails)
    response = client.get(address("compare", {"hcpcs": "64493"}))
    assert (response.status_code, response.json()["status"]) == (500, 500)
    assert response.headers["content-type"] == "application/problem+json"
    said = capsys.readouterr().err
    assert "RuntimeError in " in said
    assert "Smith" not in said + response.text


@pytest.fixture(scope="module")
def description():
    app = application(error_text=error_text)
    response = TestClient(app, base_url=HERE).get("/api/openapi.json")
    assert response.headers["content-type"] == "application/json"
    return response.json()


@pytest.mark.slow
def test_the_description_is_valid(description):
    from openapi_spec_validator import validate  # it takes long to import

    validate(description)
    assert description["openapi"] == "3.1.0"


def test_the_description_has_each_address_and_parameter(description):
    paths = {f"/api/{name}" for name in QUERIES} | {"/api/reprice", "/health"}
    assert set(description["paths"]) == paths
    for name, query in QUERIES.items():
        operation = description["paths"][f"/api/{name}"]["get"]
        names = [each["name"] for each in operation["parameters"]]
        assert names == [*(each.name for each in query.parameters), "format"]
        for each in operation["parameters"][:-1]:
            Draft202012Validator(each["schema"]).validate(each["example"])


@pytest.mark.parametrize("name", QUERIES)
def test_an_answer_fits_the_description(client, loaded, description, name):
    _, values = next(each for each in questions(6, 400) if each[0] == name and answers(*each))
    root = {
        "$ref": f"#/components/schemas/{name}",
        "components": description["components"],
    }
    Draft202012Validator(root).validate(client.get(address(name, values)).json())


def test_a_problem_fits_the_description(client, loaded, description):
    root = {"$ref": "#/components/schemas/Problem", "components": description["components"]}
    for values in ({}, {**LINE, "locality": "Santa Clara"}, {**LINE, "hcpcs": "99999"}):
        Draft202012Validator(root).validate(client.get(address("estimate", values)).json())


def test_a_file_of_claims_comes_back_priced_and_nothing_is_kept(
    client, loaded, temporary, feesync, tmp_path
):
    (tmp_path / "claims.csv").write_text(CLAIMS)
    feesync("reprice", tmp_path / "claims.csv", "-o", tmp_path / "priced.csv")
    response = client.post("/api/reprice", content=CLAIMS, headers=CSV)
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.text == (tmp_path / "priced.csv").read_text()
    assert list(temporary.iterdir()) == []


def test_counts_and_sums_of_a_file_of_claims(client, loaded, temporary):
    response = client.post("/api/reprice?format=json", content=CLAIMS, headers=CSV)
    result = response.json()
    assert (result["lines"], result["priced"], result["output"]) == (3, 2, None)
    assert '"allowed": 500.80,' in response.text
    Draft202012Validator(schema_of("reprice")).validate(result)
    assert list(temporary.iterdir()) == []


def test_what_is_said_of_a_file_holds_for_its_lines(client, loaded, temporary):
    body = "code,when\n64493-50,2025-11-03\n"
    query = "map=code=hcpcs&map=when=date&locality=01112-05&group=line"
    response = client.post(f"/api/reprice?{query}", content=body, headers=CSV)
    assert next(csv.DictReader(io.StringIO(response.text)))["allowed"] == "334.31"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:9999"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"content-type": "multipart/form-data; boundary=x"}, 415),
        ({"content-type": "text/plain"}, 415),
        ({"origin": HERE, "sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
    ],
)
def test_a_page_of_another_site_cannot_send_a_file(client, loaded, temporary, headers, status):
    response = client.post("/api/reprice", content=CLAIMS, headers=CSV | headers)
    assert response.status_code == status
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("chunked", [False, True])
def test_a_file_that_is_too_large_is_refused(client, temporary, monkeypatch, chunked):
    monkeypatch.setattr(claims_file, "LARGEST", 1_000)
    body = iter([b"x" * 600, b"x" * 600]) if chunked else b"x" * 1_200
    response = client.post("/api/reprice", content=body, headers=CSV)
    assert (response.status_code, response.json()["title"]) == (413, "Request Entity Too Large")
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("chunked", [False, True])
def test_a_file_of_the_largest_size_is_read(client, loaded, temporary, monkeypatch, chunked):
    monkeypatch.setattr(claims_file, "LARGEST", len(CLAIMS))
    body = iter([CLAIMS[:50].encode(), CLAIMS[50:].encode()]) if chunked else CLAIMS
    assert client.post("/api/reprice", content=body, headers=CSV).status_code == HTTPStatus.OK


@pytest.mark.parametrize(("room", "status"), [(0, 200), (-1, 413)])
def test_a_compressed_file_is_bounded_by_what_it_holds(
    client, loaded, temporary, monkeypatch, room, status
):
    monkeypatch.setattr(claims_file, "LARGEST_UNPACKED", len(CLAIMS) + room)
    packed = gzip.compress(CLAIMS.encode())
    response = client.post("/api/reprice", content=packed, headers=CSV)
    assert response.status_code == status
    assert list(temporary.iterdir()) == []


def test_what_is_no_x12_is_not_called_by_the_name_it_has_here(client, loaded, temporary):
    response = client.post("/api/reprice", content=b"ISA*nothing~", headers=CSV)
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert response.json()["detail"].startswith("the file of claims: "), response.text


def test_without_the_extra_a_file_is_a_problem(client, loaded, temporary, monkeypatch):
    monkeypatch.setattr("feesync.store.columnar.is_installed", lambda: False)
    problem = client.post("/api/reprice", content=CLAIMS, headers=CSV).json()
    assert (problem["status"], problem["error"]) == (501, "MissingExtraError")
    assert "pip install 'feesync[batch]'" in problem["detail"]


@pytest.mark.parametrize(
    ("body", "query", "detail"),
    [
        ("", "", "the file of claims is empty"),
        ("\0\0\0", "", "the file of claims is no table"),
        ("a,b\nSmith,1\n", "", "the file of claims: the first row names no column of a claim line"),
        (CLAIMS, "?group=moon", "group 'moon' is none of claim, patient, tin, line"),
        (CLAIMS, "?map=date", "map 'date' is not THEIRS=OURS"),
        (CLAIMS, "?format=xlsx", "format 'xlsx' is neither csv nor json"),
        (CLAIMS, "?moon=1", "reprice has no parameter 'moon'"),
        (CLAIMS, "?locality=nowhere", "'nowhere'"),
    ],
)
def test_a_file_that_cannot_be_priced_is_a_problem(
    client, loaded, temporary, capfd, body, query, detail
):
    response = client.post(f"/api/reprice{query}", content=body, headers=CSV)
    assert response.status_code in (400, 404)
    assert detail in response.json()["detail"]
    assert str(temporary) not in response.text
    assert "Smith" not in response.text + "".join(capfd.readouterr())
    assert list(temporary.iterdir()) == []


def posted(messages):
    """Send messages of ASGI as a file of claims; return the status of the answer."""
    sent, left = [], iter(messages)
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/reprice",
        "query_string": b"",
        "scheme": "http",
        "server": ("127.0.0.1", 8765),
        "headers": [(b"host", b"127.0.0.1:8765"), (b"content-type", b"text/csv")],
    }

    async def receive():
        return next(left)

    async def send(message):
        sent.append(message)

    anyio.run(application(error_text=error_text), scope, receive, send)
    return sent[0]["status"]


def test_a_file_whose_sender_has_gone_is_priced_no_further(loaded, temporary):
    lines = CLAIMS + "A,2025-11-03,64493,50,01112-05,Smith\n" * 150_000
    whole = {"type": "http.request", "body": lines.encode()}
    assert posted([whole, {"type": "http.disconnect"}]) == HTTPStatus.BAD_REQUEST
    assert list(temporary.iterdir()) == []
    assert not claims_file._running.locked()


def test_one_file_is_priced_at_a_time(client, loaded, temporary):
    with claims_file._running:
        response = client.post("/api/reprice", content=CLAIMS, headers=CSV)
    assert (response.status_code, response.json()["error"]) == (503, "BusyError")
    assert client.post("/api/reprice", content=CLAIMS, headers=CSV).status_code == HTTPStatus.OK


def test_only_one_address_takes_a_file(client):
    assert client.post("/api/estimate", content=CLAIMS, headers=CSV).status_code == 405
    response = client.get("/api/reprice")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json()["detail"].startswith("'/api/reprice' takes a file of claims by POST")


ANSWERING = {
    *("analysis", "batch", "changes", "cms", "datasets", "formats", "refresh", "remittance"),
    *("schemas", "verification", "writers", "x12"),
}
"""Rooms of which nothing is needed before the first question."""


def test_a_server_loads_what_answers_when_it_is_asked():
    code = "import sys, feesync.web.app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    rooms = {name.split(".")[1] for name in done.stdout.split() if name.startswith("feesync.")}
    assert "web" in rooms
    assert rooms & ANSWERING == set()


CALLS = [
    (call, output)
    for block in blocks("http")
    for call, output in re.findall(
        r"^\$ curl (.*?)\n(.*?)(?=^\$ curl |\Z)", block.text, re.MULTILINE | re.DOTALL
    )
]


@pytest.mark.parametrize(("call", "output"), CALLS)
def test_the_documents_calls_print_what_stands_below_them(client, temporary, call, output):
    *options, url = shlex.split(call)
    assert url.startswith(f"{HERE}/")
    given = dict(zip(options[::2], options[1::2], strict=True))
    path = url.removeprefix(HERE)
    if "--data-binary" in given:
        file = given["--data-binary"].removeprefix("@")
        (content,) = [block.text for block in blocks("csv") if block.file == file]
        name, value = given["-H"].split(": ")
        response = client.post(path, content=content, headers={name: value})
    else:
        response = client.get(path)
    assert response.text == output


def test_the_documents_have_calls():
    assert len(CALLS) >= 3
