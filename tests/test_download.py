import hashlib

import pytest
from cms_files import quarter, rvu25d, zip_of
from fake_cms import (
    LICENCE,
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

from feesync.cms.cache import Cache, DownloadRecord
from feesync.cms.client import Client
from feesync.cms.cooldown import CoolDown
from feesync.cms.download import Downloader
from feesync.cms.progress import Progress
from feesync.cms.retries import TransientError
from feesync.cms.site import Site
from feesync.errors import CacheError, ContentRefusedError, UnreachableError
from feesync.formats import archive

DATA = quarter("D")
SHA = hashlib.sha256(DATA).hexdigest()
PATH = "/files/zip/rvu25d-updated-09/11/2025.zip"


class Heard(Progress):
    def __init__(self):
        self.pieces = []

    def download(self, label, size, total):
        self.pieces.append((label, size, total))


@pytest.fixture
def kept(cache):
    cache.mkdir()
    return Cache(cache)


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def downloader(server, kept, naps, heard):
    server.offer("RVU25D", DATA)
    client = Client(Site(server.url), CoolDown(kept.folder), Progress())
    yield Downloader(
        client,
        kept,
        lambda path, name: archive.check(path.read_bytes(), name),
        archive.MAX_ZIP_BYTES,
        heard,
    )
    client.close()


@pytest.fixture
def fetch(downloader, server, kept):
    def run(path=PATH, since=None):
        fetched = downloader.fetch("RVU25D", server.url + path, since)
        if fetched:
            kept.remember("RVU25D", fetched.record)
        return fetched and fetched.entry

    return run


def names(kept):
    return sorted(path.name for path in kept.folder.iterdir())


def test_a_zip_is_kept_under_label_and_hash_and_remembered(fetch, kept, server, heard):
    zipped = fetch()
    assert (zipped.label, zipped.sha256, zipped.size, zipped.path.name) == (
        "RVU25D",
        SHA,
        len(DATA),
        f"RVU25D-{SHA}.zip",
    )
    assert zipped.path.read_bytes() == DATA
    assert kept.record("RVU25D") == DownloadRecord(server.url + PATH, PUBLISHED, SHA, len(DATA))
    assert names(kept) == [f"RVU25D-{SHA}.zip", "remembered.json"]
    assert heard.pieces[-1] == ("RVU25D", len(DATA), len(DATA))
    assert server.asked[0][1]["Accept-Encoding"] == "identity"


def test_what_has_not_changed_is_not_sent_again(fetch, kept, server):
    fetch()
    assert fetch(since=kept.record("RVU25D")) is None
    assert server.asked[1][1]["If-Modified-Since"] == PUBLISHED
    assert [code for _, _, code in server.asked] == [200, 304]


def test_another_address_is_asked_without_condition(fetch, kept, server):
    fetch()
    server.offer("RVU25D", DATA, path="/files/zip/rvu25d.zip")
    assert fetch("/files/zip/rvu25d.zip", kept.record("RVU25D")).sha256 == SHA
    assert "If-Modified-Since" not in server.asked[1][1]


def test_a_download_that_was_broken_off_is_resumed(fetch, kept, server):
    release = server.releases["RVU25D"]
    server.faults[PATH] = first(1, reset(release, 5000))
    assert fetch().path.read_bytes() == DATA
    (_, whole, _), (_, rest, code) = server.asked
    assert "Range" not in whole
    assert (rest["If-Range"], code) == (PUBLISHED, 206)
    assert 0 < int(rest["Range"].removeprefix("bytes=").removesuffix("-")) <= 5000
    assert names(kept) == [f"RVU25D-{SHA}.zip", "remembered.json"]


def test_it_is_resumed_by_the_next_run_too(fetch, kept, server):
    release = server.releases["RVU25D"]
    server.faults[PATH] = reset(release, 5000)
    with pytest.raises(TransientError, match="the answer broke off"):
        fetch()
    assert names(kept) == ["RVU25D.part", "RVU25D.part.json"]
    del server.faults[PATH]
    server.asked.clear()
    assert fetch().sha256 == SHA
    assert [code for _, _, code in server.asked] == [206]


def test_it_is_begun_anew_where_the_server_offers_no_ranges(fetch, kept, server):
    server.ranges = False
    server.faults[PATH] = first(1, reset(server.releases["RVU25D"], 5000))
    assert fetch().path.read_bytes() == DATA
    assert ["Range" in headers for _, headers, _ in server.asked] == [False, False]


def test_it_is_begun_anew_where_the_zip_has_changed_meanwhile(fetch, kept, server):
    server.faults[PATH] = first(4, reset(server.releases["RVU25D"], 5000))
    with pytest.raises(TransientError):
        fetch()
    other = quarter("D", gpci=rvu25d()["GPCI2025.csv"] + b"\r\n")
    server.offer("RVU25D", other, last_modified=REPOSTED)
    assert fetch().path.read_bytes() == other
    assert server.asked[-1][2] == 200
    assert kept.record("RVU25D").last_modified == REPOSTED


@pytest.mark.parametrize(
    "content_range",
    [
        "bytes 0-9/10",
        f"bytes 7-9/{len(DATA)}",
        "bytes */10",
        "",
        "items 1-2/3",
        f"bytes {'9' * 5000}-1/2",
    ],
)
def test_a_rest_that_does_not_fit_is_thrown_away(fetch, kept, server, content_range):
    server.faults[PATH] = first(4, reset(server.releases["RVU25D"], 5000))
    with pytest.raises(TransientError):
        fetch()
    server.faults[PATH] = first(
        1, status(206, b"x" * 10, Content_Range=content_range, Last_Modified=PUBLISHED)
    )
    assert fetch().path.read_bytes() == DATA
    assert [code for _, _, code in server.asked[-2:]] == [206, 200]


def test_a_resumed_zip_that_is_not_sound_is_fetched_whole(fetch, kept, server):
    server.faults[PATH] = first(4, reset(server.releases["RVU25D"], 5000))
    with pytest.raises(TransientError):
        fetch()
    (kept.folder / "RVU25D.part").write_bytes(b"PK\x03\x04" + b"x" * 4996)
    assert fetch().path.read_bytes() == DATA
    assert [code for _, _, code in server.asked[-2:]] == [206, 200]


@pytest.mark.parametrize(
    "note",
    [
        "",
        "[]",
        '{"url": 1}',
        '{"url": "x", "last_modified": "y", "length": 9}',
        '{"url": "HERE", "last_modified": "y", "length": "9"}',
    ],
)
def test_an_unfinished_download_of_something_else_is_not_resumed(fetch, kept, server, note):
    note = note.replace("HERE", server.url + PATH)
    (kept.folder / "RVU25D.part").write_bytes(b"x" * 5000)
    (kept.folder / "RVU25D.part.json").write_text(note)
    assert fetch().path.read_bytes() == DATA
    assert names(kept) == [f"RVU25D-{SHA}.zip", "remembered.json"]


@pytest.mark.parametrize("code", [304, 416, 206])
def test_answers_that_were_not_asked_for_are_tried_again_and_given_up(fetch, server, code):
    server.faults[PATH] = status(
        code, b"" if code == 304 else b"x", Content_Length=None if code == 304 else "1"
    )
    with pytest.raises(UnreachableError):
        fetch()
    server.faults.clear()
    assert fetch().sha256 == SHA


def test_a_body_shorter_than_was_said_is_tried_again(fetch, kept, server):
    server.faults[PATH] = first(2, cut(server.releases["RVU25D"], 5000, length=True))
    assert fetch().path.read_bytes() == DATA


def test_a_body_cut_where_nothing_said_its_length_is_no_sound_zip(fetch, kept, server):
    server.faults[PATH] = cut(server.releases["RVU25D"], 5000, length=False)
    with pytest.raises(
        ContentRefusedError, match="is a cut or damaged zip: its directory cannot be read"
    ):
        fetch()
    assert names(kept) == []


def damaged():
    data = bytearray(DATA)
    data[4000] ^= 0xFF
    return bytes(data)


def bomb():
    return zip_of({"PPRRVU2025_Oct.csv": b"0" * 20_000_000})


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            html("<html><title>\n Scheduled  Maintenance | CMS </title>"),
            r"is an HTML page \(Scheduled Maintenance \| CMS\), not a zip",
        ),
        (
            html(LICENCE),
            r"is an HTML page \(License for Use of Current Procedural Terminology \| CMS\), not a "
            r"zip",
        ),
        (html(NOT_FOUND), r"is an HTML page \(Page not found \| CMS\), not a zip"),
        (html(NOT_FOUND, 404), "the answer is 404 Not Found"),
        (status(200, b""), "is empty"),
        (status(200, b"Rar!" + b"x" * 100), "is not a zip"),
        (status(200, damaged()), "is damaged"),
        (status(200, bomb()), "a zip bomb"),
        (
            status(200, b"x", Content_Length=str(300 * 2**20)),
            r"is 314,572,800 bytes long, larger than 64 MiB",
        ),
    ],
    ids=[
        "maintenance",
        "licence",
        "not found with 200",
        "not found",
        "empty",
        "rar",
        "bad crc",
        "bomb",
        "huge",
    ],
)
def test_what_is_no_sound_zip_is_refused_at_once_by_name_and_not_kept(
    fetch, kept, server, fault, said
):
    server.faults[PATH] = fault
    with pytest.raises(ContentRefusedError, match=rf"^{server.url}{PATH}: .*{said}"):
        fetch()
    assert len(server.asked) == 1
    assert names(kept) == []
    server.faults.clear()
    assert fetch().sha256 == SHA


def test_a_body_longer_than_any_release_is_broken_off(downloader, fetch, kept, server):
    server.faults[PATH] = status(200, b"x" * 5000, Content_Length=None, Connection="close")
    downloader._most_bytes = 1000
    with pytest.raises(ContentRefusedError, match="is larger than"):
        fetch()
    assert names(kept) == []


@pytest.mark.parametrize("length", ["\xb2", "9" * 5000, "-1", "1e3"])
def test_a_length_that_is_no_number_is_none(fetch, server, length):
    server.faults[PATH] = status(200, DATA, Content_Length=length, Connection="close")
    assert fetch().sha256 == SHA


def test_a_slow_server_is_waited_for(fetch, server):
    server.faults[PATH] = slowly(server.releases["RVU25D"], 5, 0.05)
    assert fetch().sha256 == SHA


def test_a_cache_that_cannot_be_written_is_named(fetch, kept):
    (kept.folder / "RVU25D.part").mkdir()
    with pytest.raises(CacheError, match=f"^{kept.folder} cannot be written: "):
        fetch()
