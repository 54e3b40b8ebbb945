"""The lines of a claim, of one practitioner and patient, priced together.

Each line becomes a program. The price of a line that no other changes is its program applied to its
fee; the others are priced together (group). A line without a price takes no part, and changes no
other. Lines may differ in day, setting and place; only those of one day change each other. Out of
scope: finding rates, which the caller's lookup does, and who pays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from feesync.errors import FeesyncError, InvalidInputError, UnknownCodeError
from feesync.model.rate import Indicators, Rate
from feesync.model.tuples import tuple_of
from feesync.pricing import status
from feesync.pricing.entry import Entry, touching
from feesync.pricing.line import Line, Price
from feesync.pricing.price import fold, without_amount
from feesync.pricing.program import Program, program
from feesync.pricing.rows import RateLookup, rate_of

_OF_A_LINE = (InvalidInputError, UnknownCodeError)
"""The errors that are about a single line; a place or a day is that of all lines."""


def claim(lines: Mapping[int, Line], rates: RateLookup) -> dict[int, Price | FeesyncError]:
    """Price the lines of a claim together.

    Args:
        lines: of one practitioner and patient, by their numbers for messages.
        rates: finds the rates of lines, of technical parts and of endoscopic bases.

    Returns:
        For each line, in order, its price or why it cannot be priced: its code is unknown, or a
        modifier does not apply to it. The others are then priced as the claim without it.

    Raises:
        FeesyncError: what the lookup raises, other than UnknownCodeError.

        Source of the rules: Medicare Claims Processing Manual, chapter 12, section 40; CMS's RVU
            record layout documents.
    """
    prices: dict[int, Price | FeesyncError] = {}
    by_day: dict[object, list[Entry]] = {}
    for number, line in lines.items():
        try:
            entry = entry_of(number, line, rates)
        except FeesyncError as error:
            error.claim_line = number
            if not isinstance(error, _OF_A_LINE):
                raise
            prices[number] = error
        else:
            by_day.setdefault(line.day, []).append(entry)
    for entries in by_day.values():
        while True:
            try:
                prices.update(_of_day(entries, rates))
                break
            except _OF_A_LINE as error:
                if error.claim_line is None:
                    raise
                prices[error.claim_line] = error
                entries = [entry for entry in entries if entry.number != error.claim_line]
    return {number: prices[number] for number in lines}


def entry_of(number: int, line: Line, rates: RateLookup) -> Entry:
    """Return a line with its rate and its program.

    Raises:
        ModifierError: a modifier does not apply to the code.
        UnknownCodeError: there is no such code.
    """
    rate = rate_of(line, rates)
    base = rate.in_setting(line.terms.setting)
    return tuple_of(Entry, (number, line, rate, base, program(rate.indicators, line)))


def price_line(line: Line, rates: RateLookup) -> Price:
    """Price a line by itself, as a claim of its own.

    Raises:
        FeesyncError: why it cannot be priced.
    """
    return _alone(entry_of(1, line, rates), rates)


def price_in_places(line: Line, rows: Mapping[str, Rate], rates: RateLookup) -> list[Price]:
    """Price a line by itself in many places, by one program.

    Args:
        line: the line; its own place does not matter.
        rows: its rate in each place, by the key of the place.
        rates: finds the rates of technical parts and of endoscopic bases.

    Returns:
        Its price in each place, in their order.

    Raises:
        FeesyncError: why it cannot be priced.
    """
    programs: dict[Indicators, Program] = {}
    prices = []
    for place, rate in rows.items():
        indicators = rate.indicators
        own = programs.get(indicators)
        if own is None:
            own = programs[indicators] = program(indicators, line)
        local_line = line if own.folds else line._replace(place=place)
        prices.append(_alone(Entry(1, local_line, rate, rate.in_setting(line.setting), own), rates))
    return prices


def _alone(entry: Entry, rates: RateLookup) -> Price:
    """Return the price of a line without others."""
    program = entry.program
    if program.denials:
        return without_amount(entry)
    return fold(entry) if program.folds else _grouped([entry], rates)[entry.number]


def _of_day(entries: Sequence[Entry], rates: RateLookup) -> dict[int, Price]:
    """Return the prices of the lines of a day, by their numbers.

    Raises:
        ModifierError, UnknownCodeError: why a line cannot be priced; `claim_line` says which.
    """
    entries = _bundled(entries)
    priced = [entry for entry in entries if not entry.program.denials]
    prices = {entry.number: without_amount(entry) for entry in entries if entry.program.denials}
    together = {entry.number for entry in touching(priced)}
    others = []
    for entry in priced:
        if entry.program.folds and entry.number not in together:
            prices[entry.number] = fold(entry)
        else:
            others.append(entry)
    return prices | _grouped(others, rates) if others else prices


def _grouped(entries: Sequence[Entry], rates: RateLookup) -> dict[int, Price]:
    from feesync.pricing.group import group_prices  # a line that folds starts without it

    return group_prices(entries, rates)


def _bundled(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return lines in which codes of status T have no amount where another line of the day has one.

    Codes of status T do not bundle each other, since nothing would be left to bundle them into.
    """
    priced = [entry for entry in entries if not entry.program.denials]
    alone = [entry for entry in priced if entry.program.alone]
    if not alone or len(alone) == len(priced):
        return entries
    return [_bundle(entry) if entry in alone else entry for entry in entries]


def _bundle(entry: Entry) -> Entry:
    denials = (status.bundle_denial(entry.line),)
    return entry._replace(program=entry.program._replace(denials=denials))
