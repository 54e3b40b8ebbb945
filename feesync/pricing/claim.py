"""The lines of a claim beside each other: one practitioner, patient and day.

Lines become programs, programs services; the rules for several procedures rank and reduce the
services, and each line adds up its own again. A line without a price takes no part, and changes no
other. Out of scope: rates and places, which a caller brings, and who pays.
"""

from __future__ import annotations

from collections.abc import Sequence

from feesync.errors import of_line
from feesync.model.rate import Rate
from feesync.pricing import multiple, units
from feesync.pricing.line import Line, Price
from feesync.pricing.line_total import line_price
from feesync.pricing.procedures import procedures, settle_shares
from feesync.pricing.program import begin, bundle, close, finish, program, unpriced_line
from feesync.pricing.service import RateLookup, Service


def claim(lines: Sequence[tuple[Rate, Line]], lookup: RateLookup) -> list[Price]:
    """Price the lines of a claim beside each other.

    Args:
        lines: each with the rate of its code and row modifier.
        lookup: where the rates of technical parts and of endoscopic bases are found.

    Returns:
        A price a line, in their order.

    Raises:
        ModifierError: a modifier does not apply to the code of a line; `claim_line` of the error
        says which. UnknownCodeError: the rate of an endoscopic base is needed, and there is none.

    Source of the rules: Medicare Claims Processing Manual, chapter 12, section 40; CMS's RVU record
    layout documents.
    """
    programs = []
    for number, (rate, line) in enumerate(lines):
        with of_line(number + 1):
            programs.append(program(rate, line, number))
    programs = bundle(programs)
    services = units.services([one for one in programs if not one.denials], lookup)
    for service in services:
        with of_line(service.program.number + 1):
            begin(service)
    multiple.apply(services, lookup)
    for service in services:
        with of_line(service.program.number + 1):
            finish(service)
    settle_shares(procedures([service for service in services if service.by_report is None]))
    own: dict[int, list[Service]] = {index: [] for index in range(len(programs))}
    for service in services:
        close(service)
        for index in service.lines:
            own[index].append(service)
    ranks = _ranks(services)
    return [
        unpriced_line(one)
        if one.denials
        else line_price(one, own[one.number], ranks.get(one.number))
        for one in programs
    ]


def _ranks(services: Sequence[Service]) -> dict[int, int]:
    """Return the rank of each line: the first of its services.

    None where one line, or one procedure, is all that is ranked.
    """
    by_pool: dict[object, list[Service]] = {}
    for service in services:
        if service.rank is not None:
            by_pool.setdefault(multiple.pool(service.program), []).append(service)
    ranks: dict[int, int] = {}
    for among in by_pool.values():
        if len({index for service in among for index in service.lines}) > 1:
            for service in among:
                for index in service.lines:
                    ranks[index] = min(ranks.get(index, service.rank or 0), service.rank or 0)
    return ranks
