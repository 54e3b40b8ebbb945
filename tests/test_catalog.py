import time
from datetime import date

import pytest
from fake_cms import NOT_FOUND, FakeCms

from feesync.cms.catalog import (
    Download,
    Offer,
    direct,
    newest,
    pinned,
    read_downloads,
    read_listing,
)
from feesync.cms.site import CMS, Site
from feesync.errors import ContentRefusedError
from feesync.reference.catalogue import catalogue

SITE = Site()
PAGES = "/medicare/payment/fee-schedules/physician/pfs-relative-value-files"
PAGE = f"{CMS}{PAGES}/rvu25a"


def row(year, href, text):
    return (
        f'<tr><td>Calendar Year\n {year} </td><td>File Name\n <a href="{href}" '
        f'hreflang="en">{text}</a></td></tr>'
    )


def listing(*rows, around="<table>{}</table>"):
    html = (
        "<html><head><title>PFS Relative Value Files | "
        f"CMS</title></head><body>{around.format(''.join(rows))}</body></html>"
    )
    return read_listing(html, SITE.listing, SITE)


def downloads(*links, label="RVU25A"):
    items = "".join(f'<li><a href="{href}" hreflang="en">{text}</a></li>' for href, text in links)
    html = f"<title>{label} | CMS</title><a href='/files/zip/other.zip'>elsewhere</a>"
    return read_downloads(
        f'{html}<div class="field field--name-field-downloads field--x"><ul>{items}</ul></div>',
        PAGE,
        label,
        SITE,
    )


def test_what_is_really_there():
    offers = listing(
        row(2026, f"{PAGES}/rvu26a", " RVU26A\n"),
        row(2025, f"{PAGES}/rvu25d-0", "RVU25D&nbsp;"),
        row(2024, f"{PAGES}/rvu24ar", "RVU24AR"),
        row(
            2023,
            "/medicare/medicare-fee-service-payment/physicianfeesched/pfs-relative-value-files/rvu23a",
            "RVU23A",
        ),
        row(
            2022,
            "/medicaremedicare-fee-service-paymentphysicianfeeschedpfs-relative-value-files/rvu22b",
            "RVU22B",
        ),
        row(
            2018, "https://www.cms.gov/medicare/x/pfs-relative-value-files-items/rvu18c1", "RVU18C1"
        ),
        row(2014, f"{PAGES}/2014", "RVU14A"),
    )
    assert [offer.label for offer in offers] == [
        "RVU26A",
        "RVU25D",
        "RVU24AR",
        "RVU23A",
        "RVU22B",
        "RVU18C1",
        "RVU14A",
    ]
    assert [offer.year for offer in offers] == [2026, 2025, 2024, 2023, 2022, 2018, 2014]
    assert all(offer.is_label for offer in offers)
    assert offers[1].pages == (f"{CMS}{PAGES}/rvu25d-0",)
    assert offers[4].pages == (
        f"{CMS}/medicaremedicare-fee-service-paymentphysicianfeeschedpfs-relative-value-files/rvu22b",
    )


def test_names_that_are_no_labels_are_listed_with_their_year():
    offers = listing(
        row(2025, f"{PAGES}/rvu25d", "RVU25D"),
        row(2010, f"{PAGES}/x", "RVU10C_PCT22"),
        row(2027, f"{PAGES}/y", "RVU 27 Special"),
    )
    assert offers[1:] == [
        Offer("RVU10C_PCT22", 2010, (f"{CMS}{PAGES}/x",), is_label=False),
        Offer("RVU27Special", 2027, (f"{CMS}{PAGES}/y",), is_label=False),
    ]


def test_a_label_counts_wherever_its_link_leads_on_cms_and_other_links_do_not():
    offers = listing(
        row(2027, "/a-new-path/2027/first", "RVU27A"),
        row(2027, "https://example.org/rvu27b", "RVU27B"),
        row(2025, "/about/2025", "About 2025"),
        around='<a href="/medicare/pfs-relative-value-files">PFS Relative Value '
        'Files</a><div>{}</div><a name="x">RVU25C</a>',
    )
    assert [(offer.label, offer.pages) for offer in offers if offer.label != "RVU25C"] == [
        ("RVU27A", (f"{CMS}/a-new-path/2027/first",))
    ]


def test_a_label_that_stands_twice_has_both_pages():
    (offer,) = listing(
        row(2011, f"{PAGES}/rvu25d", "RVU25D"),
        row(2011, f"{PAGES}/rvu25d-0", "RVU25D"),
        row(2011, f"{PAGES}/rvu25d", "RVU25D"),
    )
    assert offer.pages == (f"{CMS}{PAGES}/rvu25d", f"{CMS}{PAGES}/rvu25d-0")


@pytest.mark.parametrize(
    "html",
    ["", NOT_FOUND, "<table><tr><td>2025</td><td>RVU25D</td></tr></table>", "%PDF-1.7", "{}"],
)
def test_a_listing_that_lists_nothing_cannot_be_read(html):
    with pytest.raises(ContentRefusedError, match="lists no release; it"):
        read_listing(html, SITE.listing, SITE)


def test_the_listing_of_the_loopback_server():
    fake = FakeCms()
    fake.offer("RVU25C", b"")
    fake.offer("RVU25D", b"", page=f"{PAGES}/rvu25d-0")
    site = Site(fake.url)
    assert [offer.label for offer in read_listing(fake.listing(), site.listing, site)] == [
        "RVU25D",
        "RVU25C",
    ]
    fake.stop()


def test_the_download_of_a_page():
    assert downloads(
        ("/files/zip/rvu25a-updated-01/10/2025.zip", "RVU25A - Updated 01/10/2025")
    ) == [Download(f"{CMS}/files/zip/rvu25a-updated-01/10/2025.zip", date(2025, 1, 10))]


@pytest.mark.parametrize(
    ("name", "posted"),
    [
        ("rvu25a-updated-12-29-2025.zip", date(2025, 12, 29)),
        ("rvu25a-posted-04/01/2024.zip", date(2024, 4, 1)),
        ("rvu25a-updated-01312020.zip", date(2020, 1, 31)),
        ("rvu25a-updated-6302021.zip", date(2021, 6, 30)),
        ("rvu25a.zip", None),
        ("rvu25a-updated-99/99/2025.zip", None),
    ],
)
def test_when_a_download_was_posted(name, posted):
    assert downloads((f"/files/zip/{name}", "RVU25A"))[0].posted == posted


def test_links_of_other_labels_and_kinds_are_not_the_releases():
    found = downloads(
        ("/files/zip/rvu25ar.zip", "RVU25AR"),
        ("/files/zip/rvu25b.zip", "RVU25A"),
        ("/files/document/rvu25a.pdf", "RVU25A layout"),
        ("/files/zip/2025_0.zip", "RVU25A (ZIP)"),
        ("http://[bad/rvu25a.zip", "RVU25A"),
    )
    assert [download.url for download in found] == [f"{CMS}/files/zip/2025_0.zip"]


def test_a_licence_link_is_kept_so_that_it_can_be_refused_by_name():
    (found,) = downloads(("/license/ama?file=/files/zip/rvu25a.zip", "RVU25A"))
    assert found.url == f"{CMS}/license/ama?file=/files/zip/rvu25a.zip"


def test_a_page_without_its_download_says_what_is_there():
    with pytest.raises(
        ContentRefusedError,
        match=rf"^{PAGE}: has no download of RVU25A, but RVU25B \({CMS}/files/zip/rvu25b\.zip\)$",
    ):
        downloads(("/files/zip/rvu25b.zip", "RVU25B"))
    with pytest.raises(
        ContentRefusedError,
        match=rf"^{PAGE}: has no download of a zip; its title is 'RVU25A \| CMS'$",
    ):
        downloads(("/files/x.pdf", "RVU25A"))


@pytest.mark.parametrize(
    "html",
    [
        "<![n00b ]>",
        "<title>x</title><![n00b ]>",
        '<div class="field--name-field-downloads"><![n00b ]></div>',
    ],
)
def test_what_says_nothing_is_refused(html):
    with pytest.raises(ContentRefusedError, match=f"^{SITE.listing}: "):
        read_listing(html, SITE.listing, SITE)
    with pytest.raises(ContentRefusedError, match=f"^{PAGE}: "):
        read_downloads(html, PAGE, "RVU25A", SITE)


@pytest.mark.slow
def test_a_page_of_links_that_hold_each_other_is_read_in_time():
    page = (
        "<tr><td>2025</td>"
        + "<a href='/x'>" * 5_000
        + "RVU25A"
        + "".join(f"<a href='/{n}'>RVU25D</a>" for n in range(5_000))
    )
    began = time.monotonic()
    with pytest.raises(ContentRefusedError, match="has no download of a zip"):
        read_downloads(
            f'<div class="field--name-field-downloads">{page}</div>', PAGE, "RVU25A", SITE
        )
    assert [
        (offer.label, len(offer.pages)) for offer in read_listing(page, SITE.listing, SITE)
    ] == [("RVU25A", 1), ("RVU25D", 8)]
    assert (
        time.monotonic() - began < 15
    )  # three seconds; a minute where each link reads all that it holds


def test_a_zip_on_the_listing_is_a_download_by_itself():
    url = f"{CMS}/files/zip/rvu25a-updated-01/10/2025.zip"
    assert direct(url, "RVU25A") == Download(url, date(2025, 1, 10))
    assert direct(f"{CMS}/files/zip/2025_0.ZIP", "RVU25A") == Download(
        f"{CMS}/files/zip/2025_0.ZIP", None
    )
    assert direct(url, "RVU25B") is None
    assert direct(PAGE, "RVU25A") is None


def test_of_several_the_one_posted_last():
    several = [
        Download("b", date(2026, 3, 10)),
        Download("c", date(2026, 5, 1)),
        Download("c", None),
    ]
    assert newest(several, "RVU26B") == "c"
    assert newest([Download("a", None), Download("a", None)], "RVU26B") == "a"
    with pytest.raises(
        ContentRefusedError,
        match="RVU26B has several downloads, and no date says which is newest: a, b, c",
    ):
        newest([Download("a", None), *several], "RVU26B")
    with pytest.raises(ContentRefusedError, match="no date says which is newest: b, c$"):
        newest(
            [*several, Download("b", date(2026, 5, 1)), Download("d", date(2026, 4, 30))], "RVU26B"
        )


def test_every_known_label_has_an_address_that_names_it():
    offers = {offer.label: offer for offer in pinned(SITE)}
    assert offers.keys() == catalogue().keys()
    assert all(
        offer.label.lower() in offer.url and offer.url.endswith(".zip") for offer in offers.values()
    )
    assert offers["RVU25A"].url == f"{CMS}/files/zip/rvu25a-updated-01/10/2025.zip"


def test_the_real_pages_lead_to_the_real_zips(cms):
    for label, name in (("A", "01/10"), ("B", "06/05"), ("C", "06/05"), ("D", "09/11")):
        html = (cms / f"pages/RVU25{label}").read_text(encoding="utf-8")
        url = newest(
            read_downloads(html, f"{CMS}{PAGES}/rvu25{label.lower()}", f"RVU25{label}", SITE),
            f"RVU25{label}",
        )
        assert url == f"{CMS}/files/zip/rvu25{label.lower()}-updated-{name}/2025.zip"


def test_every_row_of_the_real_listing_is_read(cms):
    import csv

    with (cms / "listing_rows.csv").open() as file:
        real = [(item["year"], item["file"], item["url"]) for item in csv.DictReader(file)]
    offers = {
        offer.label: offer
        for offer in listing(*(row(year, url, f" {name} ") for year, name, url in real))
    }
    assert {name.removesuffix(".ZIP") for _, name, _ in real} == offers.keys()
    assert all(offers[name.removesuffix(".ZIP")].year == int(year) for year, name, _ in real)
    assert {
        label for label, offer in offers.items() if offer.year >= 2015
    } >= catalogue().keys() - {"RVU26B", "RVU26C", "RVU26D"}
