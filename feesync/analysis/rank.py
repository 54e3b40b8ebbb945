"""The price of a line beside other procedures: those of its claim, or one that no claim shows.

The latter has a higher amount: the rules for several procedures rank the line behind a made-up one,
whose rate is that of the line itself many times over. Out of scope: the rules (pricing.multiple).
"""

from __future__ import annotations

from collections.abc import Sequence

from feesync.analysis.question import Companion
from feesync.errors import FeesyncError
from feesync.model.rate import Rate
from feesync.pricing.claim import claim
from feesync.pricing.line import Line, Price
from feesync.pricing.modifiers import ASSISTANTS, ROW, TECHNICAL
from feesync.pricing.neighbours import SURGERY
from feesync.pricing.rows import RateLookup, rate_of, technical_rates

_HCPCS = "....."
"""The code of the made-up procedure; CMS has no such code."""

_TIMES = 1_000
_AMOUNTS = tuple(
    name for name in Rate._fields if name.endswith(("_rvu", "_fee", "_exact", "_amount"))
)


def price_behind(line: Line, companion: Companion, rates: RateLookup) -> Price:
    """Return the price of a line that is ranked behind a higher procedure.

    Raises:
        FeesyncError: why it cannot be priced.
    """
    kept = ROW | ASSISTANTS
    beside = line._replace(
        hcpcs=_HCPCS,
        modifiers=tuple(modifier for modifier in line.modifiers if modifier in kept),
        units=1,
        charge=None,
        postoperative_days=None,
    )
    return price_beside(line, (beside,), _Lookup(line, companion, rates))


def price_beside(line: Line, others: Sequence[Line], rates: RateLookup) -> Price:
    """Return the price of a line of a claim that has other lines.

    Raises:
        FeesyncError: why it cannot be priced.
    """
    price = claim(dict(enumerate((line, *others), start=1)), rates)[1]
    if isinstance(price, FeesyncError):
        raise price
    return price


class _Lookup:
    """A lookup of rates that has those of the made-up procedure too."""

    def __init__(self, line: Line, companion: Companion, rates: RateLookup) -> None:
        self._line, self._companion, self._rates = line, companion, rates

    def rate(self, hcpcs: str, row: str, line: Line) -> Rate:
        """Return the rate of a code and row."""
        if hcpcs != _HCPCS:
            return self._rates.rate(hcpcs, row, line)
        technical: Sequence[Rate] = ()
        if row == TECHNICAL and TECHNICAL not in line.modifiers:
            technical = technical_rates(self._line, self._rates)
        own = technical[0] if technical else rate_of(self._line, self._rates)
        amounts = {
            name: amount * _TIMES for name in _AMOUNTS if (amount := getattr(own, name)) is not None
        }
        other = own._replace(hcpcs=_HCPCS, **amounts)
        if self._companion is Companion.PROCEDURE and own.endoscopic_base:
            other = other._replace(multiple_procedure=SURGERY, endoscopic_base="")
        return other
