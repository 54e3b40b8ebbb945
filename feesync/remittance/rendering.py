"""Where a line was furnished, and by whom: what a remittance does not say.

An 835 has no locality, no participation and no kind of practitioner. They come from the claims that
were billed, from a table of practitioners, or hold for all. Out of scope: reading those files
(practitioners, billing).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from feesync.remittance.decision import Decision
from feesync.x12.records import ServiceLine


class Rendering(NamedTuple):
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

    def over(self, other: Rendering) -> Rendering:
        """Return this rendering, with what it does not know from another."""
        nonpar = other.nonpar if self.nonpar is None else self.nonpar
        return Rendering(
            self.locality or other.locality,
            self.pos or other.pos,
            self.practitioner or other.practitioner,
            nonpar,
            self.npi or other.npi,
        )

    def shared_with(self, other: Rendering) -> Rendering:
        """Return what this rendering and another agree on."""
        pairs = zip(self, other, _UNKNOWN, strict=True)
        return Rendering._make(own if own == its else unknown for own, its, unknown in pairs)


_UNKNOWN = Rendering()


class BilledClaim(NamedTuple):
    """The rendering of a billed claim, and those of its lines by the provider's numbers."""

    rendering: Rendering
    lines: Mapping[str, Rendering]


BilledClaims = dict[tuple[str, date | None], BilledClaim]
"""Claims by the provider's number and the day of service; None is for days that have none.

A provider may have one number for several visits of a patient.
"""


class Renderings:
    """Finds renderings of lines: first as billed, then by practitioner, then what all have."""

    def __init__(
        self,
        common: Rendering,
        practitioners: Mapping[str, Rendering] | None = None,
        claims: BilledClaims | None = None,
    ) -> None:
        """Take what is known.

        Args:
            common: of lines of which nothing else is known.
            practitioners: by NPI.
            claims: claims that were billed.
        """
        self._common = common
        self._practitioners, self._claims = practitioners or {}, claims or {}
        self._found: dict[tuple[Rendering, str, str, str], Rendering] = {}

    def of(self, decision: Decision, service: ServiceLine) -> Rendering:
        """Return the rendering of a line."""
        payment = decision.payment
        claims, number = self._claims, payment.number
        claim = claims.get((number, service.first_day)) or claims.get((number, None))
        own = claim.lines.get(service.number, claim.rendering) if claim else _UNKNOWN
        key = own, payment.pos, service.rendering_npi, decision.payee_npi
        rendering = self._found.get(key)
        if rendering is None:
            rendering = self._found[key] = self._rendering(*key)
        return rendering

    def _rendering(self, own: Rendering, pos: str, rendering_npi: str, payee_npi: str) -> Rendering:
        """Return a rendering; who rendered the service goes before who is paid."""
        rendering = own.over(Rendering(pos=pos, npi=rendering_npi))
        for npi in (rendering.npi, payee_npi):
            if npi in self._practitioners:
                rendering = rendering.over(self._practitioners[npi])
                break
        return rendering.over(self._common)
