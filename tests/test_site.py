import pytest

from feesync.cms.site import CMS, Site
from feesync.errors import InvalidInputError

MIRROR = Site("http://127.0.0.1:8000/cms")


def test_cms_itself_unless_a_mirror_is_named(monkeypatch):
    monkeypatch.delenv("FEESYNC_CMS_URL")
    assert Site.from_environment() == Site(CMS)
    monkeypatch.setenv("FEESYNC_CMS_URL", "http://127.0.0.1:8000/cms/")
    assert Site.from_environment() == MIRROR
    assert (
        MIRROR.listing
        == "http://127.0.0.1:8000/cms/medicare/payment/fee-schedules/physician/pfs-relative-value-files"
    )


@pytest.mark.parametrize(
    "given", ["cms.gov", "ftp://cms.gov", "http://", "file:///etc", "http://host:port"]
)
def test_a_mirror_that_is_no_address_is_refused(monkeypatch, given):
    monkeypatch.setenv("FEESYNC_CMS_URL", given)
    with pytest.raises(
        InvalidInputError,
        match=r"^FEESYNC_CMS_URL '.*' is not an address such as https://www\.cms\.gov$",
    ):
        Site.from_environment()


def test_credentials_of_a_mirror_are_kept_out_of_every_address(monkeypatch):
    monkeypatch.setenv("FEESYNC_CMS_URL", "http://me:p%40ss@127.0.0.1:8000/cms")
    site = Site.from_environment()
    assert (site.base, site.host, site.credentials) == (
        MIRROR.base,
        "127.0.0.1:8000",
        ("me", "p@ss"),
    )
    assert "ss" not in repr(site)
    assert site.is_own(site.link(site.listing, "/x.zip"))
    assert not site.is_own("https://www.cms.gov/x.zip")
    monkeypatch.setenv("FEESYNC_CMS_URL", "http://me:secret@127.0.0.1:port")
    with pytest.raises(
        InvalidInputError, match=r"^FEESYNC_CMS_URL 'http://127\.0\.0\.1:port' is not"
    ):
        Site.from_environment()


@pytest.mark.parametrize(
    ("href", "leads_to"),
    [
        ("/files/zip/rvu25a-updated-01/10/2025.zip", "/files/zip/rvu25a-updated-01/10/2025.zip"),
        (" https://www.cms.gov/files/zip/x.zip ", "/files/zip/x.zip"),
        ("http://cms.gov/files/x.zip#top", "/files/x.zip"),
        ("rvu25d-0", "/medicare/payment/fee-schedules/physician/rvu25d-0"),
        ("/license/ama?file=/files/zip/x.zip", "/license/ama?file=/files/zip/x.zip"),
    ],
)
def test_links_to_cms_lead_to_the_mirror(href, leads_to):
    assert Site().link(Site().listing, href) == CMS + leads_to
    assert MIRROR.link(MIRROR.listing, href) == MIRROR.base + leads_to


def test_other_links_lead_where_they_say():
    assert MIRROR.link(MIRROR.listing, "https://example.org/x.zip") == "https://example.org/x.zip"
    assert MIRROR.link(MIRROR.listing, "mailto:a@cms.gov") == "mailto:a@cms.gov"
    for bad in (
        "http://[bad",
        r"https://evil.org\@www.cms.gov/x.zip",
        "https://me@www.cms.gov/x.zip",
    ):
        assert MIRROR.link(MIRROR.listing, bad) in (bad, "")
        assert not MIRROR.allows(bad)


@pytest.mark.parametrize(
    "address",
    [
        "https://www.cms.gov/x",
        "https://cms.gov/x",
        "https://downloads.cms.gov/x",
        "https://www.cms.gov:443/",
    ],
)
def test_cms_over_https_is_allowed_everywhere(address):
    assert Site().allows(address)
    assert MIRROR.allows(address)


@pytest.mark.parametrize(
    "address",
    ["http://www.cms.gov/x", "https://evilcms.gov/x", "https://cms.gov.evil.org/x",
     "https://www.cms.gov@evil.org/x", "https://www.cms.gov:8443/x", "http://127.0.0.1:8001/x",
     "https://127.0.0.1:8000/x", "file:///etc/passwd", "", "//www.cms.gov/x", "https://cms.gov:x/",
     r"https://evil.org\@data.cms.gov/x", r"https://evil.org\.cms.gov/x",
     "https://me@www.cms.gov/x", "https://www.cms.gov/a b", "https://www.cms.gov/\x00",
     "https://www.cms.gov\u3000/x", "https://.cms.gov/x", "https://a..cms.gov/x",
     "https://cms.gov:0/x"],
)  # fmt: skip
def test_nothing_else_is(address):
    assert not Site().allows(address)
    assert not MIRROR.allows(address)


def test_the_mirror_is_allowed_to_itself_only():
    assert MIRROR.allows("http://127.0.0.1:8000/files/x.zip")
    assert not Site().allows("http://127.0.0.1:8000/files/x.zip")
