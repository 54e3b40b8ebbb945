"""Price the lines of a day that may change each other's prices, or have several amounts.

They become services, which the rules for several procedures rank and reduce, and which are then
added up by line again. A line by itself, whose program folds, needs none of this (price).
"""

from __future__ import annotations

from collections.abc import Sequence

from feesync.errors import of_line
from feesync.pricing import multiple, units
from feesync.pricing.entry import Entry
from feesync.pricing.line import Price
from feesync.pricing.line_total import line_price
from feesync.pricing.modifiers import SHARES
from feesync.pricing.procedures import procedures, settle_shares
from feesync.pricing.rows import RateLookup
from feesync.pricing.service import Service
from feesync.pricing.steps import begin, close, finish


def group_prices(entries: Sequence[Entry], rates: RateLookup) -> dict[int, Price]:
    """Return the prices of lines that may change each other's prices, or have several amounts."""
    services = units.services(entries, rates)
    for service in services:
        with of_line(service.entry.number):
            begin(service)
    multiple.apply(services, rates)
    for service in services:
        with of_line(service.entry.number):
            finish(service)
    shares = [service for service in services if SHARES.intersection(service.line.modifiers)]
    if shares:
        settle_shares(procedures([share for share in shares if share.by_report is None]))
    own: dict[int, list[Service]] = {entry.number: [] for entry in entries}
    for service in services:
        close(service)
        for number in service.lines:
            own[number].append(service)
    ranks = _ranks(services)
    return {
        entry.number: line_price(entry, own[entry.number], ranks.get(entry.number))
        for entry in entries
    }


def _ranks(services: Sequence[Service]) -> dict[int, int]:
    """Return the rank of each line, which is that of its first service.

    There are no ranks where only one line, or one procedure, is ranked.
    """
    by_pool: dict[object, list[tuple[int, Service]]] = {}
    for service in services:
        if service.rank is not None:
            by_pool.setdefault(service.program.pool, []).append((service.rank, service))
    ranks: dict[int, int] = {}
    for among in by_pool.values():
        if len({number for _, service in among for number in service.lines}) > 1:
            for rank, service in among:
                for number in service.lines:
                    ranks[number] = min(ranks.get(number, rank), rank)
    return ranks
