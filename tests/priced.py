"""Lines priced by rates that a test has at hand, in the words of an answer."""

from functools import cached_property
from types import SimpleNamespace

from feesync.claims import wording
from feesync.errors import FeesyncError, UnknownCodeError
from feesync.pricing.claim import claim


class Rates:
    """A lookup over rates by code and row modifier, in one place and on one day."""

    def __init__(self, rates):
        self.rates = rates

    def rate(self, hcpcs, row, line):
        if (hcpcs, row) in self.rates:
            return self.rates[hcpcs, row]
        raise UnknownCodeError(f"no {hcpcs} {row}", self.rows.get(hcpcs, []))

    @cached_property
    def rows(self):
        """The row modifiers of each code."""
        rows: dict[str, list[str]] = {}
        for code, row in self.rates:
            rows.setdefault(code, []).append(row)
        return rows


class Own:
    """A lookup that has one rate for the line itself, whatever it says, and others beside it."""

    def __init__(self, own, others):
        self.own, self.others = own, Rates({(rate.hcpcs, rate.modifier): rate for rate in others})
        self.asked = False

    def rate(self, hcpcs, row, line):
        if not self.asked:
            self.asked = True
            return self.own
        return self.others.rate(hcpcs, row, line)


def worded(price):
    """A price with its steps and notes as an answer shows them."""
    return SimpleNamespace(
        fee=price.fee,
        steps=list(wording.steps(price)),
        allowed=price.allowed,
        limiting_charge=price.limiting_charge,
        notes=list(wording.notes(price)),
        rank=price.rank,
    )


def prices(lines, rates):
    """The prices of lines beside each other; the first error is raised."""
    found = claim(dict(enumerate(lines, start=1)), rates).values()
    for price in found:
        if isinstance(price, FeesyncError):
            raise price
    return [worded(price) for price in found]


def price(rate, line, others=()):
    """The price of a line by itself, by a rate that is its own."""
    return prices([line], Own(rate, others))[0]
