"""The proxy that this machine's environment names for an address, as requests finds it."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, select_proxy

_CREDENTIALS = re.compile(r"(?<=//)[^/?#]*@|^[^/?#]*@")


def proxy_name(url: str) -> str | None:
    """Return the proxy for an address with the variable that names it, for a message.

    Neither name nor password of the proxy is in the text.

    Returns:
        Such as `the proxy http://proxy.example:3128 (HTTPS_PROXY)`; None where there is none.
    """
    address = select_proxy(url, get_environ_proxies(url))
    if not address:
        return None
    variable = next(
        (name for name in _variables(urlsplit(url).scheme) if os.environ.get(name) == address),
        "of this machine's settings",
    )
    return f"the proxy {_CREDENTIALS.sub('', address)[:100]} ({variable})"


def _variables(scheme: str) -> list[str]:
    """Return the variables that may name the proxy, the one that counts before the others."""
    names = (f"{scheme}_proxy", "all_proxy")
    return [spelling for name in names for spelling in (name, name.upper())]
