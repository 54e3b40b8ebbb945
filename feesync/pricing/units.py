"""The services of lines: their units, two of which may be the two sides of one procedure.

A line of N units is N lines of one unit, so that no price depends on how units are written. The two
sides of a procedure are one service: modifier 50, RT with LT, or two units of a code without a side
where its bilateral indicator says so. The units of modifier 55 are days.

A charge is for the whole line. Each unit has an equal part of it, and the first units have the odd
cents. How the charges for the two sides of a procedure count is decided in
`Service.limit_to_charge`. Source: CMS record layout of the relative value file, Bilateral Surgery:
a code "reported twice on the same day by any other means (e.g., with RT and LT modifiers or with a
2 in the units field)" is paid the lower of the charge for both sides and the fee for both.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from feesync.pricing import bilateral
from feesync.pricing.entry import Entry
from feesync.pricing.line import Line
from feesync.pricing.modifiers import SHARES, SIDES, telling_apart
from feesync.pricing.program import Program
from feesync.pricing.rows import RateLookup
from feesync.pricing.service import Service

_SINGLES = 6
"""From this many equal services on, every rule treats the others alike, so that they stay one
block."""

ChargeKey = tuple[int, ...]
Identity = tuple[str, tuple[str, ...], tuple[str, ...], int, int, ChargeKey]


class _Block(NamedTuple):
    """Equal units of a line: how many, and the charge of each in cents."""

    entry: Entry
    charge: int | None
    size: int


def identity(line: Line) -> Identity:
    """Return what a line says: a key by which only equal lines are equal.

    It is the last key to sort by, so that the place of a line in its claim never decides. The
    charge of the whole line is in it, since two lines that differ by a cent may have equal units.
    """
    return (
        line.hcpcs,
        tuple(sorted(telling_apart(line.modifiers))),
        tuple(sorted(line.modifiers)),
        line.postoperative_days or 0,
        line.units,
        descending_charge(line.charge),
    )


def descending_charge(charge: int | None) -> ChargeKey:
    """Return a key that sorts the highest charge first, and one that is not stated before any."""
    return () if charge is None else (-charge,)


def services(entries: Sequence[Entry], rates: RateLookup) -> list[Service]:
    """Return the services of the lines of a claim.

    Args:
        entries: the lines that may have a price.
        rates: finds the rates of technical parts.
    """
    result: list[Service] = []
    one_side: dict[object, dict[str, list[_Block]]] = {}
    no_side: dict[object, list[_Block]] = {}
    codes = [entry.line.hcpcs for entry in entries]
    for entry in entries:
        line, program = entry.line, entry.program
        if line.units == 1 and not program.both and codes.count(line.hcpcs) == 1:
            result.append(Service(entry, rates, (entry.number,), (line.charge,)))
            continue
        count = _count(program, line)
        if program.both:
            for block in _blocks(entry, count):
                result += _service(rates, (block,), both=True)
            continue
        key = (
            line.hcpcs,
            program.indicators.modifier,
            telling_apart(line.modifiers),
            program.days,
        )
        sides = SIDES.intersection(line.modifiers)
        if sides and bilateral.has_sides(program.indicators):
            (side,) = sides
            one_side.setdefault(key, {}).setdefault(side, []).extend(_blocks(entry, count))
        elif program.may_be_sides:
            no_side.setdefault(key, []).extend(_blocks(entry, count))
        else:
            for block in _blocks(entry, count):
                result += _service(rates, (block,))
    for by_side in one_side.values():
        result += _sides(rates, by_side)
    for blocks in no_side.values():
        result += _units(rates, blocks)
    return result


def by_itself(program: Program, line: Line) -> tuple[int, bool]:
    """Return how many services a line is without others, and whether two units are both sides."""
    count = _count(program, line)
    if count == len(SIDES) and program.may_be_sides:
        return 1, True
    return count, False


def _count(program: Program, line: Line) -> int:
    if program.days is not None or program.both == bilateral.TWO_LINES:
        return 1
    return line.units


def _blocks(entry: Entry, count: int) -> list[_Block]:
    """Divide a line into its units, and the charge evenly to the cent."""
    if entry.line.charge is None:
        return [_Block(entry, None, count)]
    each, more = divmod(entry.line.charge, count)
    blocks = [_Block(entry, each + 1, more), _Block(entry, each, count - more)]
    return [block for block in blocks if block.size]


def _ordered(blocks: list[_Block]) -> list[_Block]:
    return sorted(
        blocks, key=lambda block: (descending_charge(block.charge), identity(block.entry.line))
    )


def _sides(rates: RateLookup, by_side: dict[str, list[_Block]]) -> Iterator[Service]:
    """Yield pairs of a right and a left unit, and the rest of the side that has more."""
    rights, lefts = (_ordered(by_side.get(side, [])) for side in ("RT", "LT"))
    while rights and lefts:
        first, second = rights[0], lefts[0]
        count = min(first.size, second.size)
        yield from _service(
            rates, (first._replace(size=count), second), both=True, by_two_lines=True
        )
        for blocks in (rights, lefts):
            blocks[0] = blocks[0]._replace(size=blocks[0].size - count)
            if not blocks[0].size:
                del blocks[0]
    for block in (*rights, *lefts):
        yield from _service(rates, (block,))


def _units(rates: RateLookup, blocks: list[_Block]) -> Iterator[Service]:
    """Yield both sides where there are two units in all, else a service for each unit.

    Of three or more units, which are the two sides of a procedure cannot be told, so that each is a
    service. That is a reading.
    """
    if sum(block.size for block in blocks) != 2:
        units = sum(block.size for block in blocks)
        for block in blocks:
            for service in _service(rates, (block,)):
                service.notes += bilateral.beyond_two(
                    service.program.indicators, service.line.hcpcs, units
                )
                yield service
        return
    first, second = (
        unit._replace(size=1) for block in _ordered(blocks) for unit in [block] * block.size
    )
    yield from _service(rates, (first, second), both=True)


def _service(
    rates: RateLookup, blocks: tuple[_Block, ...], *, both: bool = False, by_two_lines: bool = False
) -> Iterator[Service]:
    """Yield the services of a block: single ones as far as rules may differ, then the rest."""
    entry, count = blocks[0].entry, blocks[0].size
    lines = tuple(dict.fromkeys(block.entry.number for block in blocks))
    charges = tuple(block.charge for block in blocks)
    if count == 1:
        yield Service(entry, rates, lines, charges, both=both, by_two_lines=by_two_lines)
        return
    ranks = entry.rate.multiple_procedure in "234567" or SHARES.intersection(entry.line.modifiers)
    singles = min(count, _SINGLES) if ranks else 0
    for size in (*[1] * singles, count - singles):
        if size:
            yield Service(
                entry, rates, lines, charges, both=both, by_two_lines=by_two_lines, count=size
            )
