"""Where a line was furnished, and by whom: what a remittance does not say.

An 835 has no locality, no participation and no kind of practitioner. They come from the claims that
were billed, from a table of practitioners, or hold for all. Out of scope: reading those files
(practitioners, billing).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from feesync.remittance.decision import Decision
from feesync.remittance.records import ServiceLine


class Site(NamedTuple):
    """Where a line was furnished, and by whom; what is not known is empty, or None.

    Attributes:
        locality: the place, in any form that `estimate` takes.
        pos: place of service.
        practitioner: who bills, such as `np`.
        nonpar: whether the practitioner does not participate.
        npi: of who rendered the service.
    """

    locality: str = ""
    pos: str = ""
    practitioner: str = ""
    nonpar: bool | None = None
    npi: str = ""

    def over(self, other: Site) -> Site:
        """Return this site, with what it does not know from another."""
        nonpar = other.nonpar if self.nonpar is None else self.nonpar
        return Site(
            self.locality or other.locality,
            self.pos or other.pos,
            self.practitioner or other.practitioner,
            nonpar,
            self.npi or other.npi,
        )


_UNKNOWN = Site()


class BilledClaim(NamedTuple):
    """The sites of a claim that was billed, and those of its lines by the provider's numbers."""

    site: Site
    lines: Mapping[str, Site]


class Sites:
    """Finds the sites of lines: first as billed, then by the practitioner, then what all have."""

    def __init__(
        self,
        common: Site,
        practitioners: Mapping[str, Site] | None = None,
        claims: Mapping[str, BilledClaim] | None = None,
    ) -> None:
        """Take what is known.

        Args:
            common: of lines of which nothing else is known.
            practitioners: by NPI.
            claims: claims that were billed, by the provider's claim number.
        """
        self._common = common
        self._practitioners, self._claims = practitioners or {}, claims or {}
        self._found: dict[tuple[Site, str, str, str], Site] = {}

    def of(self, decision: Decision, service: ServiceLine) -> Site:
        """Return the site of a line."""
        payment = decision.payment
        claim = self._claims.get(payment.number)
        own = claim.lines.get(service.number, claim.site) if claim else _UNKNOWN
        key = own, payment.pos, payment.rendering_npi, decision.payee_npi
        site = self._found.get(key)
        if site is None:
            site = self._found[key] = self._site(*key)
        return site

    def _site(self, own: Site, pos: str, rendering_npi: str, payee_npi: str) -> Site:
        """Return a site; of two practitioners, who rendered the service goes before who is paid."""
        site = own.over(Site(pos=pos, npi=rendering_npi))
        for npi in (site.npi, payee_npi):
            if npi in self._practitioners:
                site = site.over(self._practitioners[npi])
                break
        return site.over(self._common)
