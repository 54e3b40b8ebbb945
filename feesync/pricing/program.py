"""The program of a line: what the rules say of it, whatever its amounts and its place.

It has the adjustments in their order with reasons and sources, which other lines matter, or why
there is no payment. It depends only on what the rules look at, so that one program is for every
line of the same shape, in any locality and with any charge. Amounts come in `price`, where a
program folds, and in `steps`, where a line has units, parts or neighbours.

The order is CMS's: both sides, equipment, multiple procedures, the OPPS cap, the part in an
operation, practitioner's share, therapy assistant, non-participation, another plan's contract,
lower of the charge. Each adjustment applies to the rounded amount before it. No published sentence
says whether it does; the manual refers to the stored fee amount, which has two decimals. The other
reading differs by at most a cent for each step.
"""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from feesync.errors import FeesyncError
from feesync.model.note import Note, Severity
from feesync.model.rate import Indicators
from feesync.model.tuples import tuple_of
from feesync.pricing import (
    bilateral,
    contract,
    denial,
    equipment,
    limits,
    neighbours,
    notices,
    practitioner,
    shared_trip,
    status,
    surgery,
    therapy,
)
from feesync.pricing.equipment import Reduction
from feesync.pricing.line import CODE, Adjustment, Line
from feesync.pricing.modifiers import BORROWED, EQUIPMENT, SHARES, SIDES, THERAPY_ASSISTANTS
from feesync.pricing.neighbours import Pool
from feesync.pricing.terms import Terms
from feesync.reference.modifiers import modifier_effects
from feesync.reference.rule_values import unchanged_since

MOST_PROGRAMS = 32_768
"""How many programs are remembered: a national mix of five million lines has 24,096."""

_DAY = timedelta(days=1)


class Program(NamedTuple):
    """What the rules say of a line, whatever its amounts and its place.

    Attributes:
        indicators: those of its code.
        both: what in the line means both sides, empty where nothing does.
        sides: the adjustment for both sides, None where the line is not for both.
        equipment: the reduction of the technical part for older equipment.
        role: the adjustments for the practitioner's part in an operation.
        later: the adjustments for who bills, and with whom.
        last: the adjustments for non-participation and a contract.
        limited: whether there is a limiting charge.
        pool: the pool of lines that are reduced together, None where it has none.
        alone: whether another line of the day that has an amount leaves it without one (status T).
        days: the days of care after an operation that it pays for, None where it pays for none.
        may_be_sides: whether two units of it, or of lines like it, may be both sides.
        combines: whether it and another line of its code may be one procedure: a side of it each,
            or a share.
        denials: why there is no payment.
        warnings: the warnings on the status, for a line that has an amount.
        notes: all other notes.
        price_notes: the notes on the price, where there is one.
        side_notes: the notes on `sides`.
        unreduced: the notes where no other line reduces it.
        folds: whether the price is the fee times the factors of `factors`, each rounded half up;
            else the line has several units, parts, or a share of an operation.
        factors: the adjustments of a line by itself, in their order.
    """

    indicators: Indicators
    both: str
    sides: Adjustment | None
    equipment: Reduction | None
    role: tuple[Adjustment, ...]
    later: tuple[Adjustment, ...]
    last: tuple[Adjustment, ...]
    limited: bool
    pool: Pool | None
    alone: bool
    days: int | None
    may_be_sides: bool
    combines: bool
    denials: tuple[Note, ...]
    warnings: tuple[Note, ...]
    notes: tuple[Note, ...]
    price_notes: tuple[Note, ...]
    side_notes: tuple[Note, ...]
    unreduced: tuple[Note, ...]
    folds: bool
    factors: tuple[Adjustment, ...]


def program(indicators: Indicators, line: Line) -> Program:
    """Return the program of a line; its texts have a blank (CODE) for the code.

    Args:
        indicators: those of its code and row modifier.
        line: the line; its charge and its place do not matter.

    Raises:
        ModifierError: a modifier does not apply to the code, or was not in use on the day.
    """
    try:
        return _program_of_shape(indicators, _shape(line))
    except FeesyncError:
        return _program(indicators, line)  # which says what is wrong in terms of the line itself


def _shape(line: Line) -> Line:
    """Return a line with only what the rules look at.

    Its day is the first one since which the rules are the same. Its code is left out unless a
    modifier is only for some codes.
    """
    hcpcs, modifiers, terms, units, _, days, _ = line
    terms, of_code = _terms_of_shape(terms, modifiers)
    return tuple_of(Line, (hcpcs if of_code else CODE, modifiers, terms, units, None, days, ""))


@lru_cache(maxsize=MOST_PROGRAMS)
def _terms_of_shape(terms: Terms, modifiers: tuple[str, ...]) -> tuple[Terms, bool]:
    """Return the terms of a shape, and whether the code is a part of it."""
    return terms._replace(day=rules_since(modifiers, terms.day)), looks_at_code(modifiers)


def rules_since(modifiers: Collection[str], day: date) -> date:
    """Return the first day since which the rules say of lines with modifiers what they do on a day.

    Args:
        modifiers: those that the lines may have.
        day: the day.
    """
    since = unchanged_since(day)
    return max(since, _since((*modifiers, *BORROWED), day)) if modifiers else since


def looks_at_code(modifiers: Iterable[str]) -> bool:
    """Tell whether one of the modifiers is only for some codes, so that the code decides too."""
    return any(map(_is_for_some, modifiers))


def _since(modifiers: tuple[str, ...], day: date) -> date:
    """Return the first day since which the table has said the same of modifiers as on a day."""
    starts = [date.min]
    for modifier in modifiers:
        for row in modifier_effects(modifier):
            starts.append(row.first)
            if row.last < day:
                starts.append(row.last + _DAY)
    return max(start for start in starts if start <= day)


@lru_cache(maxsize=256)
def _is_for_some(modifier: str) -> bool:
    """Tell whether a modifier is only for some codes, so that rules look at the code."""
    return modifier in EQUIPMENT | THERAPY_ASSISTANTS or any(
        row.codes for row in modifier_effects(modifier)
    )


@lru_cache(maxsize=MOST_PROGRAMS)
def _program_of_shape(indicators: Indicators, shape: Line) -> Program:
    return _program(indicators, shape)


def _program(indicators: Indicators, line: Line) -> Program:
    notes = bilateral.check(indicators, line)
    less = equipment.reduction(indicators, line)
    role, role_notes = surgery.adjustments(indicators, line)
    denials = denial.denials(indicators, line)
    notes += [*role_notes, *notices.notes(indicators, line)]
    notes += [*equipment.doubts(line), *therapy.doubts(indicators, line)]
    has_price = indicators.has_price(line.setting)
    if not has_price:
        denials.insert(0, status.denial(indicators, line))
    denials += [note for note in notes if note.severity is Severity.DENIAL]
    later = (
        *shared_trip.adjustments(line),
        *practitioner.adjustments(line),
        *therapy.adjustments(indicators, line),
    )
    last, price_notes = _last(line)
    both = bilateral.both_sides_text(line)
    sides, side_notes = bilateral.adjustment(indicators, line, both) if both else (None, [])
    line_pool = neighbours.pool(indicators, line.modifiers)
    days = surgery.care_days(indicators, line)
    may_be_sides = bilateral.may_be_sides(indicators, line, days)
    one_side = not both and bilateral.has_sides(indicators) and not SIDES.isdisjoint(line.modifiers)
    plain = all(isinstance(adjustment.factor, int) for adjustment in (*role, *later))
    return Program(
        indicators,
        both,
        sides,
        less,
        tuple(role),
        later,
        tuple(last),
        limits.has_limiting_charge(line),
        line_pool,
        indicators.status == status.ALONE,
        days,
        may_be_sides,
        may_be_sides or one_side or not SHARES.isdisjoint(line.modifiers),
        tuple(denials),
        tuple(status.warnings(indicators, line)) if has_price else (),
        tuple(note for note in notes if note.severity is not Severity.DENIAL),
        tuple(price_notes),
        tuple(side_notes),
        tuple(neighbours.group_notes(line_pool)),
        plain and not less and line.units == 1 and not SHARES.intersection(line.modifiers),
        (*((sides,) if sides else ()), *role, *later, *last),
    )


def _last(line: Line) -> tuple[list[Adjustment], list[Note]]:
    """Return the adjustments for non-participation and a contract, and the notes on them."""
    last: list[Adjustment] = []
    notes: list[Note] = []
    if line.nonpar:
        last.append(limits.nonparticipating(line.day))
        if line.contract is None and not practitioner.is_physician(line):
            notes.append(limits.MUST_ACCEPT_ASSIGNMENT)
    if line.contract:
        if contract.has_step(line.contract):
            last.append(contract.adjustment(line.contract))
        notes += contract.notes(line.contract)
    return last, notes
