"""Read CMS's pages: the listing of all releases, and each release's page with the link to its zip.

CMS builds no address by a rule: slugs drift (`rvu25d-0`), zips are posted again under dated names,
and a date brings slashes into a name. So a label is read from the text that a person sees, and an
address from the link that a browser follows; no address is made from a template.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import unquote, urlsplit

from feesync.cms.links import Link, Page, read_page
from feesync.cms.site import Site
from feesync.errors import ContentRefusedError, InvalidInputError, one_line
from feesync.model.label import label_in, label_year, parse_label
from feesync.reference.catalogue import catalogue

_DETAIL_PAGE = re.compile(r"pfs-relative-value-files[/-][^?#]", re.IGNORECASE)
_BLANKS = re.compile(r"[\s\u200b\u200e\ufeff]+")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_POSTED = re.compile(
    r"(?:updated|posted|revised)\W*(\d{1,2})[-/_.]?(\d{2})[-/_.]?(20\d{2})(?!\d)", re.IGNORECASE
)
_NAME_AFTER = ("/zip/", "/downloads/")
_LICENCE = "/license/"
_MOST_TEXT = 60
_MOST_PAGES = 8
_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Offer:
    """A release that CMS offers, or the file of a dataset of which it offers one at a time.

    Attributes:
        label: such as `RVU25D`, or the text of the link where feesync cannot read it as a label;
            the dataset's own, where it has one file at a time.
        year: calendar year; 0 where there is one file at a time.
        pages: addresses of its pages; one, unless the listing has the release twice.
        url: the address of its zip, where no page is needed to know it.
        is_label: whether the text could be read as a label.
        effective: first and last day of effect, where they are known.
        obstacle: why it cannot be loaded, where that is known before it is downloaded.
    """

    label: str
    year: int = 0
    pages: tuple[str, ...] = ()
    url: str = ""
    is_label: bool = True
    effective: tuple[date, date] | None = None
    obstacle: ContentRefusedError | None = None


def pinned(site: Site) -> list[Offer]:
    """Return the releases of feesync's own catalogue, with the last known address of each zip."""
    return [
        Offer(entry.label, label_year(entry.label), url=site.link(site.listing, entry.url))
        for entry in catalogue().values()
    ]


def read_listing(html: str, page: str, site: Site) -> list[Offer]:
    """Return the releases of the listing page, in its order.

    Args:
        html: the page.
        page: its address.
        site: resolves the links.

    Raises:
        ContentRefusedError: the page has no release, so that it is not the listing that feesync
            can read.
    """
    offers: dict[str, Offer] = {}
    content = read_page(html, page)
    for link in content.links:
        offer = _offer(link, page, site)
        if offer:
            before = offers.get(offer.label, offer)
            offers[offer.label] = replace(
                offer, pages=tuple(dict.fromkeys(before.pages + offer.pages))[:_MOST_PAGES]
            )
    if not any(offer.is_label for offer in offers.values()):
        raise ContentRefusedError(f"lists no release; {_title(content)}", file=page)
    return list(offers.values())


def _offer(link: Link, page: str, site: Site) -> Offer | None:
    text = _BLANKS.sub("", link.text)
    address = site.link(page, link.href)
    if not site.allows(address):
        return None
    label = _label(text)
    if label:
        return Offer(label, label_year(label), (address,))
    year = _YEAR.search(link.row) if link.row else None
    if year and text and _DETAIL_PAGE.search(address):
        return Offer(one_line(text)[:_MOST_TEXT], int(year[0]), (address,), is_label=False)
    return None


def _label(text: str) -> str | None:
    try:
        return parse_label(re.sub(r"\.zip$", "", text, flags=re.IGNORECASE))
    except InvalidInputError:
        return None


@dataclass(frozen=True, slots=True)
class Download:
    """A link to a zip, and the day on which CMS says it was posted; None where it says none."""

    url: str
    posted: date | None


def read_downloads(html: str, page: str, label: str, site: Site) -> list[Download]:
    """Return the downloads of a release from its page.

    Args:
        html: the page.
        page: its address.
        label: the release's label; links to zips of other labels are left out.
        site: resolves the links.

    Raises:
        ContentRefusedError: the page has no link to a zip of that label.
    """
    content = read_page(html, page)
    links = [
        (link.text.strip(), site.link(page, link.href))
        for link in content.links
        if link.is_download
    ]
    zips = [(text, url) for text, url in links if is_zip(url) or is_licence(url)]
    if not zips:
        raise ContentRefusedError(f"has no download of a zip; {_title(content)}", file=page)
    downloads = [
        Download(url, _posted(f"{text} {url}"))
        for text, url in zips
        if {label_in(text), label_in(url)} - {None} == {label}
    ]
    if not downloads:
        others = "; ".join(_excerpt(text, url) for text, url in zips[:_MOST_SHOWN])
        raise ContentRefusedError(f"has no download of {label}, but {others}", file=page)
    return downloads


def read_files(
    html: str, page: str, site: Site, title: str, is_link: Callable[[str], bool]
) -> list[Download]:
    """Return the downloads of a dataset from a page that links files of several.

    Args:
        html: the page.
        page: its address.
        site: resolves the links.
        title: what CMS calls the dataset.
        is_link: tells whether an address is that of one of its files.

    Raises:
        ContentRefusedError: the page has no link to one.
    """
    content = read_page(html, page)
    links = [(link.text.strip(), site.link(page, link.href)) for link in content.links]
    files = [(text, url) for text, url in links if is_link(url) and site.allows(url)]
    if not files:
        raise ContentRefusedError(f"has no download of {title}; {_title(content)}", file=page)
    return [Download(url, _posted(f"{text} {url}")) for text, url in files]


def direct(url: str, label: str) -> Download | None:
    """Return the download where an address of the listing is a zip and not a page.

    None where it is a page, or a zip of another label.
    """
    return Download(url, _posted(url)) if is_zip(url) and label_in(url) in (label, None) else None


def newest(downloads: list[Download], label: str) -> str:
    """Return the address of the download that was posted last.

    Raises:
        ContentRefusedError: there are several, and their dates do not say which is the newest.
    """
    days: dict[str, date] = {}
    for download in downloads:
        days[download.url] = max(days.get(download.url, date.min), download.posted or date.min)
    last = date.min if date.min in days.values() else max(days.values())
    rivals = sorted(url for url in days if last in (date.min, days[url]))
    if len(rivals) > 1:
        several = ", ".join(rivals[:_MOST_SHOWN])
        raise ContentRefusedError(
            f"{label} has several downloads, and no date says which is newest: {several}"
        )
    return rivals[0]


def zip_name(url: str, label: str) -> str:
    """Return a name for a release's zip, for people and in messages.

    It is the end of its address, where that says which release it is; else the label.
    """
    name = file_name(url)
    return name if label_in(name) == label else f"{label.lower()}.zip"


def file_name(url: str) -> str:
    """Return the end of an address by which a person knows a file, slashes of a date included."""
    path = unquote(urlsplit(url).path)
    return next((path.partition(marker)[2] for marker in _NAME_AFTER if marker in path), "")


def is_zip(url: str) -> bool:
    """Tell whether an address ends as that of a zip."""
    return urlsplit(url).path.lower().endswith(".zip")


def _posted(text: str) -> date | None:
    days = []
    for month, day, year in _POSTED.findall(text):
        try:
            days.append(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return max(days, default=None)


def is_licence(url: str) -> bool:
    """Tell whether an address leads to a page that asks to accept a licence.

    Feesync never accepts a licence for its user.
    """
    return _LICENCE in urlsplit(url).path.lower()


def _excerpt(text: str, url: str) -> str:
    return one_line(f"{text} ({url})")[: 2 * _MOST_TEXT]


def _title(page: Page) -> str:
    title = one_line(" ".join(page.title.split()))[:_MOST_TEXT]
    return f"its title is {title!r}" if title else "it has no title"
