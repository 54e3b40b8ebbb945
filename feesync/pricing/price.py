"""A program applied to a fee: the price of a line that stands alone, in cents.

This is arithmetic without rules: each factor multiplies the amount, which is rounded half up, and
the submitted charge limits the result. A line with several units, with parts, or with other lines
that change its price, is priced as services (steps, multiple, line_total).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from feesync.model.money import SCALE, scaled
from feesync.model.note import Note
from feesync.model.tuples import tuple_of
from feesync.pricing import limits
from feesync.pricing.entry import Entry
from feesync.pricing.line import UNCAPPED_FEE, Adjustment, Mark, Price
from feesync.pricing.program import Program

if TYPE_CHECKING:
    from fractions import Fraction

CHARGE, LOWER_CHARGE = "charge", "the submitted charge is lower"
CHARGE_SOURCE = "Claims Processing Manual ch. 12 s. 20; Social Security Act s. 1848(a)(1)"
CAP_SOURCE = "Deficit Reduction Act of 2005 s. 5102(b); RVU record layout"

_CAP_NOTE = Note.info(
    "opps-cap",
    f"The fee is capped at the hospital outpatient (OPPS) rate; uncapped it is {UNCAPPED_FEE}.",
    CAP_SOURCE,
)


def fold(entry: Entry, rank: int | None = None, less: Adjustment | None = None) -> Price:
    """Return the price of a line whose program folds, and that other lines change by a rank only.

    Args:
        entry: the line; without a limiting charge where it has a rank.
        rank: its rank among the lines of its claim, None where it has none.
        less: the adjustment of that rank, None where the line is paid in full.
    """
    program, cents = entry.program, entry.base.fee
    marks: tuple[Mark, ...] = ()
    factors = program.factors
    if less:
        at = 1 if program.sides else 0
        factors = (*factors[:at], less, *factors[at:])
    for name, factor, reason, source in factors:
        cents = scaled(cents, factor)
        marks += (Mark(name, factor, cents, reason, source),)
    charge = entry.line.charge
    if charge is not None and charge < cents:
        cents = charge
        marks += (Mark(CHARGE, None, cents, LOWER_CHARGE, CHARGE_SOURCE),)
    limit = _limiting_charge(entry) if program.limited else None
    return price_of(entry, marks, cents, limit, program.side_notes + program.unreduced, rank)


def _limiting_charge(entry: Entry) -> int:
    """Return the limiting charge, of the fee before non-participation, rounded once."""
    exact = entry.base.exact * before_participation(entry.program)
    return limits.limiting_charge(exact, entry.line.day)


def before_participation(program: Program) -> Fraction:
    """Return by what the factors before non-participation multiply an amount, unrounded."""
    from fractions import Fraction  # of a line that has a limiting charge, not at every start

    product = Fraction(1)
    for adjustment in program.factors[: len(program.factors) - len(program.last)]:
        product *= Fraction(adjustment.factor, SCALE)
    return product


def without_amount(entry: Entry) -> Price:
    """Return the price of a line that the rules leave without an amount."""
    program = entry.program
    notes = (*program.warnings, *program.denials, *program.notes)
    return Price(entry.rate, entry.base.amount, (), None, None, notes)


def price_of(
    entry: Entry,
    marks: tuple[Mark, ...],
    allowed: int | None,
    limiting_charge: int | None,
    service_notes: Sequence[Note],
    rank: int | None = None,
    denials: Sequence[Note] = (),
) -> Price:
    """Return the price of a line, with all notes on it.

    Args:
        entry: the line.
        marks: its steps.
        allowed: cents; None where a rule for several procedures leaves it without an amount.
        limiting_charge: cents; None where there is none.
        service_notes: the notes on its services.
        rank: its rank among the lines of its claim.
        denials: why it has no price.
    """
    program, base = entry.program, entry.base
    uncapped = base.uncapped_fee if base.fee < base.uncapped_fee else None
    notes = (
        *program.warnings,
        *denials,
        *program.notes,
        *program.price_notes,
        *(() if uncapped is None else (_CAP_NOTE,)),
        *service_notes,
    )
    return tuple_of(
        Price, (entry.rate, base.amount, marks, allowed, limiting_charge, notes, rank, uncapped)
    )
