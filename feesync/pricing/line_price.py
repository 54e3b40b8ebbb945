"""The price of one line by itself: that of a claim which holds it alone."""

from __future__ import annotations

from collections.abc import Sequence

from feesync.errors import UnknownCodeError
from feesync.model.rate import Rate
from feesync.pricing.claim import claim
from feesync.pricing.line import Line, Price


def price(
    rate: Rate, line: Line, technical: Sequence[Rate] = (), base: Rate | None = None
) -> Price:
    """Price a line by itself.

    Args:
        rate: the rate of its code and row modifier in its locality.
        line: the line.
        technical: the rates of the line's technical part, where a rule takes from a part of the
            line.
        base: the rate of its endoscopic base, where the line has several units.

    Raises:
        ModifierError: a modifier does not apply to the code.
        UnknownCodeError: the rate of the endoscopic base is needed and was not given.
    """
    return claim([(rate, line)], _RatesGiven(technical, base))[0]


class _RatesGiven:
    """The rates that a caller has."""

    def __init__(self, technical: Sequence[Rate], base: Rate | None) -> None:
        self._technical, self._base = technical, base

    def rate(self, hcpcs: str, row: str = "") -> Rate:
        if self._base is None or self._base.hcpcs != hcpcs:
            raise UnknownCodeError(f"the rate of {hcpcs} was not given")
        return self._base

    def technical(self, hcpcs: str) -> Sequence[Rate]:
        return self._technical
