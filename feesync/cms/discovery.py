"""Find out which releases CMS offers now, and the address of each zip.

Updates must never end silently. Where a page of CMS's can no longer be read, the addresses of
feesync's own catalogue are used instead, and the refusal is reported, so that the run does not
count as a success.
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
    """Reads CMS's pages for one run.

    Args:
        client: sends the requests.
        report: called for a page that could not be read, with the label of its release (None for
            the listing) and the reason.
    """

    def __init__(
        self, client: Client, report: Callable[[str | None, ContentRefusedError], None]
    ) -> None:
        self._client, self._report = client, report

    def offers(self) -> tuple[str, list[Offer]]:
        """Return where the offers come from, `listing` or `pinned`, and the offers.

        Raises:
            UnreachableError: the listing cannot be reached now.
        """
        site = self._client.site
        try:
            return "listing", read_listing(self._client.page(site.listing), site.listing, site)
        except ContentRefusedError as error:
            text = (
                "CMS's listing cannot be read, so that new releases may be missed; those that "
                "feesync knows are asked for"
            )
            self._report(None, ContentRefusedError(f"{text} ({error})"))
            return "pinned", pinned(site)

    def address(self, offer: Offer) -> str:
        """Return the address of a release's zip.

        Raises:
            UnreachableError: its page cannot be reached now.
            ContentRefusedError: none of its pages can be read, and the catalogue has no address of
                it; or there are several downloads, and no date says which is newest.
        """
        if offer.url:
            return offer.url
        site = self._client.site
        downloads: list[Download] = []
        refusals: list[ContentRefusedError] = []
        for page in offer.pages:
            try:
                download = direct(page, offer.label)
                downloads += (
                    [download]
                    if download
                    else read_downloads(self._client.page(page), page, offer.label, site)
                )
            except ContentRefusedError as error:
                refusals.append(error)
        fallback = {entry.label: entry.url for entry in pinned(site)}.get(offer.label)
        if not downloads and not fallback:
            raise refusals[0]
        instead = (
            "another page of the listing is believed"
            if downloads
            else "the address that feesync knows is asked instead"
        )
        for refusal in refusals:
            self._report(offer.label, ContentRefusedError(f"{refusal}; {instead}"))
        return newest(downloads, offer.label) if downloads else str(fallback)
