"""Whatever goes wrong.

What was loaded is as it was, the status and the message are as documented, and a good run sets it
right.
"""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from cms_files import quarter, repriced, zip_of
from everyday import one_in
from fake_cms import (
    BY_HAND,
    LICENCE,
    LISTING,
    NOT_FOUND,
    PUBLISHED,
    REPOSTED,
    cut,
    first,
    html,
    reset,
    slowly,
    status,
)
from soundness import state

from feesync import estimate
from feesync.store.freshness import read_freshness

pytestmark = pytest.mark.usefixtures("november", "naps")
DEARER = quarter("D", values=repriced("64493", "3.74", "5.42"))
PAGE = f"{LISTING}/rvu25d"
ZIP = "/files/zip/rvu25d-updated-09/11/2025.zip"
REFUSED, UNREACHABLE = 4, 3
ASKED = "/license/ama?file=/files/zip/rvu25d.zip"
FOREIGN = "https://example.org/x.zip"


@pytest.fixture
def reposted(server, feesync):
    """RVU25C and RVU25D are loaded, and RVU25D has been posted again."""
    server.offer("RVU25C", quarter("C"))
    server.offer("RVU25D", quarter("D"))
    assert feesync("sync").exit_code == 0
    server.offer("RVU25D", DEARER, last_modified=REPOSTED)
    return server


def damaged():
    data = bytearray(DEARER)
    data[4000] ^= 0xFF
    return bytes(data)


def zipped(data):
    return status(200, data, Content_Type="application/zip", Last_Modified=REPOSTED)


def stopped(server):
    server.stop()


def at(path, fault):
    """Make a fault of the server at a path."""
    return lambda server: server.faults.update({path: fault})


def with_zip(fault, **options):
    """Make a fault of the server that needs to know the zip."""
    return lambda server: server.faults.update(
        {ZIP: fault(server.releases["RVU25D"], 3000, **options)}
    )


HERE = "RVU25D: {url}" + ZIP + ": "
IN_ZIP = "RVU25D: rvu25d-updated-09/11/2025.zip: "
FAULTS = {
    "connection refused": (
        stopped,
        UNREACHABLE,
        "cannot connect to 127.0.0.1:{port}: Connection refused",
    ),
    "reset mid-body": (
        with_zip(reset),
        UNREACHABLE,
        HERE + "the answer broke off: Connection reset by peer",
    ),
    "cut with its length told": (
        with_zip(cut, length=True),
        UNREACHABLE,
        HERE + "the answer broke off: ",
    ),
    "cut without": (with_zip(cut, length=False), REFUSED, HERE + "is a cut or damaged zip"),
    "500": (at(ZIP, status(500)), UNREACHABLE, HERE + "the answer is 500 Internal Server Error"),
    "503, a second": (
        at(PAGE, status(503, Retry_After="1")),
        UNREACHABLE,
        "RVU25D: {url}" + PAGE + ": the answer is 503",
    ),
    "503, a day": (
        at(LISTING, status(503, Retry_After="86400")),
        UNREACHABLE,
        "{url}" + LISTING + ": the answer is 503",
    ),
    "429": (
        at(LISTING, status(429, Retry_After="2")),
        UNREACHABLE,
        "{url}" + LISTING + ": the answer is 429 Too Many",
    ),
    "html with 200": (
        at(ZIP, html("<html><title>Sorry</title>")),
        REFUSED,
        HERE + "is an HTML page (Sorry), not a zip",
    ),
    "licence": (at(ZIP, html(LICENCE)), REFUSED, HERE + "is an HTML page (License for Use of "),
    "licence by redirect": (
        at(ZIP, status(302, Location=ASKED)),
        REFUSED,
        "RVU25D: {url}" + ASKED + ": CMS asks to accept",
    ),
    "404": (at(ZIP, html(NOT_FOUND, 404)), REFUSED, HERE + "the answer is 404 Not Found"),
    "elsewhere": (
        at(ZIP, status(302, Location=FOREIGN)),
        REFUSED,
        f"RVU25D: {FOREIGN}: is neither on cms.gov nor on 127.0.0.1",
    ),
    "bad crc": (at(ZIP, zipped(damaged())), REFUSED, HERE),
    "bomb": (
        at(ZIP, zipped(zip_of({"PPRRVU.csv": b"0" * 9_000_000}))),
        REFUSED,
        HERE + "PPRRVU.csv is compressed more than",
    ),
    "another release": (
        at(ZIP, zipped(quarter("B"))),
        REFUSED,
        IN_ZIP + "the name says RVU25D, the title line of",
    ),
    "no release": (
        at(ZIP, zipped(zip_of({"a.txt": b"a"}))),
        REFUSED,
        IN_ZIP + "holds no relative values file",
    ),
    "a page without a download": (
        at(PAGE, html("<title>New</title>")),
        REFUSED,
        "RVU25D: {url}" + PAGE + ": has no download of",
    ),
    "a page that is gone": (
        at(PAGE, html(NOT_FOUND, 404)),
        REFUSED,
        "RVU25D: {url}" + PAGE + ": the answer is 404 Not Found",
    ),
}


@pytest.mark.parametrize("name", one_in(5, FAULTS))
def test_a_fault(feesync, reposted, database, cache, name):
    begin, code, said = FAULTS[name]
    before, fresh = state(database), read_freshness(database)
    began = time_of(database)
    begin(reposted)
    result = feesync("sync", "--quiet")
    falls_back = name.startswith(
        "a page"
    )  # to the address that feesync knows, where the revision is
    assert result.exit_code == code
    assert result.stderr.startswith("feesync: " + said.format(url=reposted.url, port=reposted.port))
    corrected = (
        "feesync: RVU25D: corrects what was known of RVU25D: 64493 nonfacility PE RVU 3.64 "
        "-> 3.74\n"
    )
    by_hand = (code == 3) * BY_HAND
    assert result.stderr.endswith(by_hand)
    assert result.stderr.count("\n") == 1 + (corrected in result.stderr) + bool(by_hand)
    assert (corrected in result.stderr) == falls_back
    assert "Traceback" not in result.output
    if not falls_back:
        assert (state(database), time_of(database)) == (before, began)
        assert estimate("64493", locality="national", date="2025-11-03").fee == Decimal("172.08")
    assert read_freshness(database).last_success == fresh.last_success
    assert read_freshness(database).last_status == code
    if name == "connection refused":
        reposted.start_again()
    reposted.faults.clear()
    assert feesync("sync", "--quiet").exit_code == 0
    assert estimate("64493", locality="national", date="2025-11-03").fee == Decimal("175.32")
    assert len(state(database)[0]) == 3
    assert {path.suffix for path in cache.iterdir()} <= {".zip", ".json", ".lock"}
    assert not list(cache.glob("*.part*"))
    assert read_freshness(database).last_status == 0


def time_of(database):
    return database.stat().st_mtime_ns


@pytest.mark.parametrize("times", [pytest.param(1, marks=pytest.mark.slow), 3])
@pytest.mark.parametrize(
    "fault", one_in(2, [status(500), status(503, Retry_After="1"), status(429), status(408)])
)
def test_what_passes_is_waited_out(feesync, reposted, fault, times):
    for path in (LISTING, PAGE, ZIP):
        reposted.faults[path] = first(times, fault)
    assert feesync("sync", "--quiet").exit_code == 0
    assert estimate("64493", locality="national", date="2025-11-03").fee == Decimal("175.32")


def test_a_slow_server(feesync, reposted):
    reposted.faults[ZIP] = slowly(reposted.releases["RVU25D"], 20, 0.02)
    assert feesync("sync", "--quiet").exit_code == 0


def test_the_clock_going_back(feesync, reposted, database, cache):
    """A success and a cool-down of a far future hide no missing refresh, and forbid none."""
    future = (datetime.now(UTC) + timedelta(days=900)).isoformat()
    database.with_name(database.name + ".sync.json").write_text(
        json.dumps({"last_success": future})
    )
    (cache / "cooldown.json").write_text(json.dumps({f"127.0.0.1:{reposted.port}": future}))
    stale = feesync("status", "--max-age", "30d")
    assert (
        stale.exit_code,
        stale.stderr.endswith("is in the future: a clock has gone back\n"),
    ) == (7, True)
    assert feesync("sync", "--quiet").exit_code == 0
    assert feesync("status", "--max-age", "30d").exit_code == 0


def test_a_mirror_whose_copy_is_older(feesync, reposted):
    assert feesync("sync", "--quiet").exit_code == 0
    reposted.offer("RVU25D", quarter("D"), path="/files/zip/rvu25d.zip", last_modified=PUBLISHED)
    result = feesync("sync", "--quiet")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        f"feesync: RVU25D: {reposted.url}/files/zip/rvu25d.zip offers what a later revision, which "
        "is loaded, has superseded: "
        "nothing done; --force goes back to it\n"
    )
    assert feesync("sync", "--quiet").output == ""
    assert estimate("64493", locality="national", date="2025-11-03").fee == Decimal("175.32")
