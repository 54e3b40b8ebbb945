"""The site that is asked: cms.gov, or the mirror that FEESYNC_CMS_URL names in its place.

It resolves links, and decides which addresses feesync may ask.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urljoin, urlsplit

from feesync.errors import InvalidInputError

CMS = "https://www.cms.gov"
URL_VARIABLE = "FEESYNC_CMS_URL"
_LISTING = "/medicare/payment/fee-schedules/physician/pfs-relative-value-files"
_FEE_SCHEDULES = "/medicare/payment/fee-schedules"
_DOMAIN = "cms.gov"
_CMS_HOSTS = (_DOMAIN, "www." + _DOMAIN)
_BELOW_CMS = re.compile(r"(?:[a-z0-9-]{1,63}\.)*cms\.gov")
_PORTS = {"http": 80, "https": 443}
_UNFIT = re.compile(r"[\\\s\x00-\x1f\x7f]")
_CREDENTIALS = re.compile(r"(?<=//)[^/?#]*@")


@dataclass(frozen=True, slots=True)
class Site:
    """The site with CMS's pages and files.

    Attributes:
        base: `https://www.cms.gov`, or the address of a mirror with the same paths below it.
        credentials: name and password for the mirror; no address and no message shows them.
    """

    base: str = CMS
    credentials: tuple[str, str] | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls) -> Site:
        """Return the site that FEESYNC_CMS_URL names, else cms.gov itself.

        Raises:
            InvalidInputError: the variable is not an http or https address.
        """
        address = os.environ.get(URL_VARIABLE, "").strip().rstrip("/")
        if not address:
            return cls()
        base = _CREDENTIALS.sub("", address)
        if not _origin(base):
            raise InvalidInputError(
                f"{URL_VARIABLE} {base[:200]!r} is not an address such as {CMS}"
            )
        name, _, password = urlsplit(address).netloc.rpartition("@")[0].partition(":")
        return cls(
            base,
            (unquote(name, "latin-1"), unquote(password, "latin-1")) if base != address else None,
        )

    @property
    def listing(self) -> str:
        """The address of the page that lists all releases."""
        return self.base + _LISTING

    @property
    def fee_schedules(self) -> str:
        """The address of the page that links the Zip Code to Carrier Locality File."""
        return self.base + _FEE_SCHEDULES

    @property
    def host(self) -> str:
        """The host that is asked, with its port where one is given."""
        return urlsplit(self.base).netloc

    def link(self, page: str, href: str) -> str:
        """Return the address that a link on a page leads to.

        A link to www.cms.gov leads to the mirror where there is one.
        """
        if page.startswith(self.base):
            page = CMS + page.removeprefix(self.base)
        try:
            target = urljoin(page, href.strip())
            parts = urlsplit(target)
        except ValueError:
            return ""
        _, host, port = _origin(target) or ("", "", 0)
        if host not in _CMS_HOSTS or port not in _PORTS.values():
            return target
        return self.base + parts.path + (f"?{parts.query}" if parts.query else "")

    def allows(self, address: str) -> bool:
        """Tell whether feesync may ask an address: on the site's host, or on cms.gov by https."""
        origin = _origin(address)
        if origin is None:
            return False
        scheme, host, port = origin
        return (
            scheme == "https" and port == 443 and _BELOW_CMS.fullmatch(host) is not None
        ) or self.is_own(address)

    def is_own(self, address: str) -> bool:
        """Tell whether an address is on the site's own host, which alone gets its credentials."""
        return _origin(address) == _origin(self.base)


def _origin(address: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port as urllib3, which connects, reads them.

    None for an address that another library might read differently.
    """
    from urllib3.exceptions import LocationParseError
    from urllib3.util import parse_url

    if _UNFIT.search(address):
        return None
    try:
        parts = parse_url(address)
    except LocationParseError:
        return None
    if parts.scheme not in _PORTS or not parts.host or parts.auth is not None:
        return None
    return parts.scheme, parts.host, _PORTS[parts.scheme] if parts.port is None else parts.port
