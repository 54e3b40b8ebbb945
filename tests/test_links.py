"""Pages are read as a browser reads them, in time proportional to their length."""

import gc
import re
import time
from html import escape

import pytest
from bs4 import BeautifulSoup
from fake_cms import FakeCms
from hypothesis import given
from hypothesis import strategies as some

from feesync.cms import links
from feesync.cms.links import Link, read_page
from feesync.errors import ContentRefusedError

FIELD = "field field--name-field-downloads field--x"


def test_links_and_where_they_stand():
    page = read_page(
        f"<title> A\npage </title><a href=0>out</a><a name=x>no link</a>"
        "<table><tr><td>2025<td><a href=1>RVU<b>25</b>D</a> (ZIP)<tr><td>2024<a "
        "href=2>un<td>closed</table>after"
        f"<div class='{FIELD}'><div><a href=3>a<a href=4>b</a></div><a href=5>c</a></div><a "
        "href=6>d</a>"
        f"<div class=field--name-field-downloads-not><a href=7>e</a></div></div></div>"
        f"<div class='{FIELD}'><a href=8>f",
        "page",
    )
    assert page.title == " A\npage "
    assert page.links == [
        Link("0", "out", None, False),
        Link("1", "RVU 25 D", "2025 RVU 25 D  (ZIP)", False),
        Link("2", "un", "2024 un closed", False),
        Link("3", "a", None, True),
        Link("4", "b", None, True),
        Link("5", "c", None, True),
        Link("6", "d", None, False),
        Link("7", "e", None, False),
        Link("8", "f", None, True),
    ]


def test_the_number_of_links_is_bounded(monkeypatch):
    monkeypatch.setattr(links, "MOST_LINKS", 3)
    assert len(read_page("<a href=x>" * 3, "page").links) == 3
    with pytest.raises(
        ContentRefusedError, match=r"^page: has more than 3 links: not a page of CMS's$"
    ):
        read_page("<a href=x>" * 4, "page")


def test_an_address_that_is_too_long_is_no_link():
    longest = "x" * links.MOST_TEXT
    page = read_page(f"<a href={longest}>a</a><a href={longest}x>b</a>", "page")
    assert page.links == [Link(longest, "a", None, False)]  # cut, it would lead elsewhere


def second_reading(html):
    """The links by another parser: address, text, whether in a row, whether among the downloads."""
    soup = BeautifulSoup(html, "html.parser")
    return soup.title.get_text() if soup.title else "", [
        (
            anchor["href"],
            "".join(anchor.get_text().split()),
            anchor.find_parent("tr") is not None,
            anchor.find_parent("div", class_="field--name-field-downloads") is not None,
        )
        for anchor in soup.find_all("a", href=True)
    ]


def reading(html):
    page = read_page(html, "page")
    return page.title, [
        (link.href, "".join(link.text.split()), link.row is not None, link.is_download)
        for link in page.links
    ]


def test_the_real_pages_have_the_links_that_another_parser_finds(cms):
    counts = {}
    for path in sorted((cms / "pages").iterdir()):
        html = path.read_text(encoding="utf-8")
        assert reading(html) == second_reading(html), path.name
        counts[path.name] = len(read_page(html, "page").links)
    assert counts["RVU25A"] == 350


def test_the_pages_of_the_loopback_server_too():
    fake = FakeCms()
    fake.offer("RVU25C", b"")
    fake.offer("RVU25D", b"")
    fake.offer_zips(b"")
    for html in (fake.listing(), fake.fee_schedules(), *map(fake.detail, fake.releases.values())):
        assert reading(html) == second_reading(html)
        assert reading(html)[1]
    fake.stop()


words = some.text(alphabet="aZ2 <>&'\"=/-!?é\n", min_size=1, max_size=8)
anchors = some.builds(
    lambda href, text: f'<a class="x" href="{escape(href)}">{escape(text)}</a>', words, words
)
noise = some.sampled_from(
    [
        "<!-- <a href='no'> -->",
        "<br/>",
        "<script>'<a href=no>'</script>",
        "<style>a{}</style>",
        "<b>x</b>",
        "<!DOCTYPE html>",
        "<li>y</li>",
    ]
)
rows = some.lists(anchors | noise, max_size=4).map(
    lambda cells: f"<tr><td>{'</td><td>'.join(cells)}</td></tr>"
)
tables = some.lists(rows, max_size=3).map(lambda rows: f"<table>{''.join(rows)}</table>")
blocks = some.recursive(
    anchors | noise | tables,
    lambda inner: some.builds(
        lambda name, parts: f'<div class="{name}">{"".join(parts)}</div>',
        some.sampled_from([FIELD, "field"]),
        some.lists(inner, max_size=4),
    ),
    max_leaves=12,
)


@given(some.lists(blocks, max_size=6).map("".join))
def test_a_well_formed_page_reads_as_another_parser_reads_it(html):
    assert reading(html) == second_reading(html)


PIECES = [
    *(
        "<",
        ">",
        "<a",
        "<a ",
        "</a>",
        " href=",
        "'",
        '"',
        "=",
        "/",
        "<!--",
        "-->",
        "--!>",
        "<![CDATA[",
        "]]>",
        "<script>",
        "</script",
    ),
    *(
        "<title>",
        "<div class=",
        "field--name-field-downloads",
        "</div>",
        "<tr>",
        "</tr>",
        "<td>",
        "x",
        " ",
        "&#",
        "&amp",
        "9" * 99,
    ),
    *("\0", "?"),
]


@given(some.lists(some.sampled_from(PIECES), max_size=60).map("".join))
def test_whatever_stands_on_a_page_it_is_read_once(html):
    page = read_page(html, "page")
    assert sum(len(link.href) for link in page.links) <= len(html)
    assert len(page.links) <= html.count("<a")
    assert all(re.search("href", html) for _ in page.links)


ENDLESS = [
    *PIECES,
    *(
        "<a '",
        '<a "',
        "<a href='",
        "<a href=x ",
        "</a ",
        "<a>",
        "<a href=x>",
        "<tr><a href=x>y",
        "<tr>x",
        "</",
        "<?",
        "<!",
        "<a =",
    ),
    *(
        "<a/",
        "<a x='\"",
        "<svg><style>",
        "<div class='field--name-field-downloads'>x",
        "</div>x",
        "<!--!",
        "<a href=&#11",
        "--",
        "\0<",
    ),
]


@pytest.fixture
def uncollected():
    """No collection of garbage: it looks at what other tests have left, the longer the more."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("piece", ENDLESS)
def test_eight_times_the_page_takes_eight_times_as_long(piece, monkeypatch):
    monkeypatch.setattr(links, "MOST_LINKS", 10**9)

    def seconds(size):
        html = (piece * (size // len(piece) + 1))[:size]
        began = time.thread_time()
        read_page(html, "page")
        return time.thread_time() - began

    small = large = float("inf")
    for _ in range(10):  # the best of each, in turns: other processes only ever slow one down
        small, large = min(small, seconds(2**15)), min(large, seconds(2**18))
        if large < 24 * max(small, 0.004):
            return
    pytest.fail(f"{large:.3f} s, {large / small:.0f} times as long")  # quadratic: 64, or minutes
