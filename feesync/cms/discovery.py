"""Finding out what CMS offers now, and where each zip is.

Updates must never end silently: where a page of CMS's cannot be read any more, the addresses that
feesync knows serve, and the refusal is told, so that the run does not count as a success.
"""

from __future__ import annotations

from collections.abc import Callable

from feesync.cms.catalog import (
    Download,
    Offer,
    direct,
    newest,
    pinned,
    read_downloads,
    read_listing,
)
from feesync.cms.client import Client
from feesync.errors import ContentRefusedError


class Discovery:
    """What one run finds out.

    Args:
        client: the HTTP side.
        told: is told of a page that could not be read: the label of its release (None for the
            listing), and why.
    """

    def __init__(
        self, client: Client, told: Callable[[str | None, ContentRefusedError], None]
    ) -> None:
        self._client, self._told = client, told

    def offers(self) -> tuple[str, list[Offer]]:
        """Return where the offers were found, `listing` or `pinned`, and the offers.

        Raises:
            UnreachableError: the listing cannot be had now.
        """
        site = self._client.site
        try:
            return "listing", read_listing(self._client.page(site.listing), site.listing, site)
        except ContentRefusedError as error:
            text = (
                "CMS's listing cannot be read, so that new releases may be missed; those that "
                "feesync knows are asked for"
            )
            self._told(None, ContentRefusedError(f"{text} ({error})"))
            return "pinned", pinned(site)

    def address(self, offer: Offer) -> str:
        """Return the address of a release's zip.

        Raises:
            UnreachableError: its page cannot be had now. ContentRefusedError: none of its pages can
            be read, and feesync knows no address; or they offer several, and no date
                says which is newest.
        """
        if offer.url:
            return offer.url
        site = self._client.site
        downloads: list[Download] = []
        refusals: list[ContentRefusedError] = []
        for page in offer.pages:
            try:
                zipped = direct(page, offer.label)
                downloads += (
                    [zipped]
                    if zipped
                    else read_downloads(self._client.page(page), page, offer.label, site)
                )
            except ContentRefusedError as error:
                refusals.append(error)
        known = {known.label: known.url for known in pinned(site)}.get(offer.label)
        if not downloads and not known:
            raise refusals[0]
        instead = (
            "another page of the listing is believed"
            if downloads
            else "the address that feesync knows is asked instead"
        )
        for refusal in refusals:
            self._told(offer.label, ContentRefusedError(f"{refusal}; {instead}"))
        return newest(downloads, offer.label) if downloads else str(known)
