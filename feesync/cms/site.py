"""cms.gov, or the mirror that FEESYNC_CMS_URL names in its place: addresses, and which of them feesync may ask."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from feesync.errors import InvalidInputError

CMS = "https://www.cms.gov"
URL_VARIABLE = "FEESYNC_CMS_URL"
_LISTING = "/medicare/payment/fee-schedules/physician/pfs-relative-value-files"
_DOMAIN = "cms.gov"
_CMS_HOSTS = (_DOMAIN, "www." + _DOMAIN)


@dataclass(frozen=True, slots=True)
class Site:
    """Where CMS's pages and files are asked for.

    Attributes:
        base: `https://www.cms.gov`, or the address of a mirror with the same paths below it.
    """

    base: str = CMS

    @classmethod
    def from_environment(cls) -> Site:
        """Return the site that FEESYNC_CMS_URL names, else cms.gov itself.

        Raises:
            InvalidInputError: the variable is not an http or https address.
        """
        given = os.environ.get(URL_VARIABLE, "").strip().rstrip("/")
        if not given:
            return cls()
        if not _origin(given):
            raise InvalidInputError(f"{URL_VARIABLE} {given[:200]!r} is not an address such as {CMS}")
        return cls(given)

    @property
    def listing(self) -> str:
        """The address of the page that lists all releases."""
        return self.base + _LISTING

    @property
    def host(self) -> str:
        """The host that is asked, with its port where one is given."""
        return urlsplit(self.base).netloc.rpartition("@")[2]

    def link(self, page: str, href: str) -> str:
        """Return the address that a link on a page leads to; what leads to www.cms.gov leads to the mirror where there is one."""
        if page.startswith(self.base):
            page = CMS + page.removeprefix(self.base)
        try:
            leads_to = urljoin(page, href.strip())
            parts = urlsplit(leads_to)
            on_cms = parts.scheme in ("http", "https") and parts.hostname in _CMS_HOSTS and parts.port in (None, 80, 443)
        except ValueError:
            return ""
        if not on_cms:
            return leads_to
        return self.base + parts.path + (f"?{parts.query}" if parts.query else "")

    def allows(self, address: str) -> bool:
        """Tell whether feesync may ask an address: it is the site's own, or below cms.gov over https."""
        origin = _origin(address)
        if origin is None:
            return False
        scheme, host, port = origin
        below_cms = scheme == "https" and port == 443 and (host == _DOMAIN or host.endswith("." + _DOMAIN))
        return below_cms or origin == _origin(self.base)


def _origin(address: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(address)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (ValueError, KeyError):
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None
