"""Price the lines of a day that may change each other's prices, or have several amounts.

They become services, which the rules for several procedures rank and reduce, and which are then
added up by line again. A line by itself, whose program folds, needs none of this (price).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from feesync.errors import of_line
from feesync.model.money import scaled
from feesync.pricing import multiple, units
from feesync.pricing.entry import Entry
from feesync.pricing.line import Adjustment, Price
from feesync.pricing.line_total import line_price
from feesync.pricing.modifiers import CO_SURGEON, SHARES
from feesync.pricing.neighbours import SURGERY
from feesync.pricing.price import fold
from feesync.pricing.procedures import procedures, settle_shares
from feesync.pricing.rows import RateLookup
from feesync.pricing.service import Service
from feesync.pricing.steps import begin, close, finish


def group_prices(entries: Sequence[Entry], rates: RateLookup) -> dict[int, Price]:
    """Return the prices of lines that may change each other's prices, or have several amounts."""
    return _in_order(entries) or _of_services(entries, rates)


def _in_order(entries: Sequence[Entry]) -> dict[int, Price] | None:
    """Return the prices of operations of one pool that their amounts alone put in order.

    Most claims of several operations are such. None where there are other lines, an operation has
    a rule of its own (a family, a cap, a limiting charge, co-surgeons), amounts are equal, or there
    are more operations than ranks.
    """
    pool = entries[0].program.pool
    amounts: dict[int, Entry] = {}
    for entry in entries:
        program, base = entry.program, entry.base
        if (
            program.pool != pool
            or not program.folds
            or program.limited
            or base.capped
            or entry.rate.endoscopic_base
            or CO_SURGEON in entry.line.modifiers
        ):
            return None
        sides = program.sides
        amounts[scaled(base.fee, sides.factor) if sides else base.fee] = entry
    number = len(entries)
    codes = {entry.line.hcpcs for entry in entries}
    is_in_order = len(amounts) == len(codes) == number
    if not (pool and pool[0] == SURGERY and is_in_order and number <= multiple.last_rank()):
        return None
    ranked = enumerate(sorted(amounts, reverse=True), start=1)
    return {
        amounts[amount].number: fold(amounts[amount], rank, _of_rank(rank, number, entry.line.day))
        for rank, amount in ranked
    }


@lru_cache(maxsize=1024)
def _of_rank(rank: int, number: int, day: date) -> Adjustment | None:
    """Return the adjustment of a rank among several, with the rank in its reason."""
    less = multiple.of_rank(rank, number, day)
    return less and less._replace(reason=f"rank {rank} {less.reason}")


def _of_services(entries: Sequence[Entry], rates: RateLookup) -> dict[int, Price]:
    """Return the prices of lines as services, by all rules for several procedures."""
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
