"""A service on its way from its fee to its price.

Its amount so far, what of it is technical, and the marks of its steps.

A service is what the rules for several procedures count: a unit of a line, the two sides of a
procedure, or the share of an operation. `pricing.units` says which services lines stand for,
`pricing.line_total` adds them up again by line.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, Protocol

from feesync.errors import ModifierError, of_line
from feesync.model.money import SCALE, dollars, half_up, scaled
from feesync.model.note import Note
from feesync.model.rate import Rate, SettingRate
from feesync.pricing.line import Adjustment, Line

if TYPE_CHECKING:
    from feesync.pricing.equipment import Reduction

TESTS, TECHNICAL_ONLY, GLOBAL_ONLY = "1", "3", "4"
"""PC/TC indicators.

Diagnostic tests with 26 and TC rows, with a code for the technical part, with a code for the whole.
"""

_NOTHING = Fraction(0)

CAP_NAME = "OPPS cap"
CAP_SOURCE = "Deficit Reduction Act of 2005 s. 5102(b); RVU record layout"


def is_part(rate: Rate) -> bool:
    """Tell whether the technical part is less than the whole row, so that the rates of the technical part are needed."""
    return rate.pctc == GLOBAL_ONLY or (rate.pctc == TESTS and rate.modifier == "")


def has_technical_part(rate: Rate) -> bool:
    """Tell whether a row has a technical part: it is one, or holds one."""
    return rate.pctc in (TESTS, TECHNICAL_ONLY, GLOBAL_ONLY) and rate.modifier != "26"


class RateLookup(Protocol):
    """Where pricing finds the rates of other codes and rows, in the place and on the day of a line."""

    def rate(self, hcpcs: str, row: str = "") -> Rate:
        """Return the rate of an endoscopic base; raises UnknownCodeError where there is none."""

    def technical(self, hcpcs: str) -> Sequence[Rate]:
        """Return the rates of the technical part of a code, none where the schedule does not have them."""


class Program(NamedTuple):
    """What the rules say of a line whatever its amounts.

    The adjustments in their order, or why there is no payment.

    `number` is the index of the line, `role` the part that the practitioner has in an operation,
    `later` who bills; `days` are those of the care after an operation that the line pays for, None
    where it does not.
    """

    number: int
    rate: Rate
    line: Line
    base: SettingRate
    equipment: Reduction | None
    role: list[Adjustment]
    later: list[Adjustment]
    days: int | None
    denials: list[Note]
    notes: list[Note]


class Mark(NamedTuple):
    """A step of a service.

    The name of the rule, the factor in ten-thousandths, None where none shows, the cents after it.

    `subject` is what tells this service from others of its line in the reason, such as its rank.
    """

    name: str
    factor: int | Fraction | None
    cents: int
    reason: str
    source: str
    subject: str = ""


class Service:
    """A service that is being priced.

    Attributes:
        program: that of its line, the first of two.
        lines: the indexes of the lines that it belongs to: one, or two with a side each.
        both: whether it is both sides of a procedure.
        charges: the submitted charge in cents of each unit in it, None where none is stated.
        pooled: whether the charges of two sides count together, whatever each of them is (RT and
            LT).
        count: how many equal ones it stands for.
        amount: cents so far, of one.
        exact: the same before any rounding, in billionths of a dollar; 0 of a line that can have no
            limiting charge.
        limit: `exact` as it was before non-participation, from which the limiting charge is made.
        rank: its place among multiple procedures, None where no rule ranks it.
        reduced: whether a rule for several procedures took from it.
        by_report: why the MAC sets its amount, though the line by itself has one.
        notes: what to know about it beside the notes of the program.
    """

    __slots__ = (
        "_capped",
        "_from_parts",
        "_lookup",
        "_side",
        "_technical",
        "amount",
        "both",
        "by_report",
        "charges",
        "count",
        "exact",
        "limit",
        "lines",
        "marks",
        "notes",
        "pooled",
        "program",
        "rank",
        "reduced",
        "start",
    )

    def __init__(
        self,
        program: Program,
        lookup: RateLookup,
        lines: tuple[int, ...],
        charges: tuple[int | None, ...],
        *,
        both: bool = False,
        pooled: bool = False,
        count: int = 1,
    ) -> None:
        self.program, self.lines, self.charges, self.both, self.pooled, self.count = (
            program,
            lines,
            charges,
            both,
            pooled,
            count,
        )
        self._lookup = lookup
        base = program.base
        self._capped = base.capped
        self.start = self.amount = base.uncapped_fee if base.capped else base.fee
        self.exact = self.limit = self._unrounded(base.uncapped_exact)
        self.marks: list[Mark] = []
        self.notes: list[Note] = []
        self.rank: int | None = None
        self.reduced = False
        self.by_report: Note | None = None
        self._technical: tuple[int, Fraction] | None = None
        self._from_parts = False
        self._side: int | None = None

    def _unrounded(self, exact: int) -> Fraction:
        return Fraction(exact) if self.line.nonpar else _NOTHING

    @property
    def rate(self) -> Rate:
        """The rate of its code."""
        return self.program.rate

    @property
    def line(self) -> Line:
        """Its line, the first of two."""
        return self.program.line

    @property
    def charge(self) -> int | None:
        """What the stated charges of its units come to, None where one is not stated."""
        stated = [charge for charge in self.charges if charge is not None]
        return sum(stated) if len(stated) == len(self.charges) else None

    def take(self, adjustment: Adjustment, subject: str = "") -> None:
        """Take a step that multiplies the whole amount."""
        self.amount = scaled(self.amount, adjustment.factor)
        if self.exact:
            self.exact *= Fraction(adjustment.factor, SCALE)
        self.marks.append(
            Mark(
                adjustment.name,
                adjustment.factor,
                self.amount,
                adjustment.reason,
                adjustment.source,
                subject,
            )
        )

    def replace(self, name: str, amount: int, share: Fraction, reason: str, source: str) -> None:
        """Take a step to another amount; `share` is the unrounded factor that it stands for."""
        self.amount = amount
        self.exact *= share
        self.marks.append(Mark(name, None, amount, reason, source))

    @property
    def technical(self) -> int:
        """The technical part of the amount before the OPPS cap, in cents.

        Raises:
            ModifierError: CMS's file does not price it by itself.
        """
        return self._parts()[0]

    def reduce_parts(
        self, name: str, technical: int, professional: int, reason: str, source: str
    ) -> None:
        """Take a step that multiplies the technical and the professional part by factors of their own, in ten-thousandths.

        Raises:
            ModifierError: CMS's file does not price the technical part by itself.
        """
        before, exact = self._parts()
        after, exact_after = scaled(before, technical), exact * technical / SCALE
        whole = technical if before == self.amount else professional if not before else None
        if whole is None:
            reason = f"{reason}; the technical part is {dollars(before)}"
        if self._capped:
            reason += ", before the OPPS cap"
        self.amount = after + scaled(self.amount - before, professional)
        self.exact = exact_after + (self.exact - exact) * professional / SCALE
        self._technical, self._from_parts = (after, exact_after), True
        self.marks.append(Mark(name, whole, self.amount, reason, source))

    def settle_cap(self) -> None:
        """Take the OPPS cap, which limits what reductions of the technical part leave.

        Without one the fee itself is capped.
        """
        if not self._capped:
            return
        base = self.program.base
        if not self._from_parts:
            self.start = self.amount = base.fee
            self.exact = self._unrounded(base.exact)
            taken, self.marks = self.marks, []
            for mark in taken:
                self.take(Adjustment(mark.name, mark.factor or 0, mark.reason, mark.source))
            return
        technical, exact = self._parts()
        cap, exact_cap = self._first_parts(capped=True)
        self.exact -= max(Fraction(0), exact - exact_cap)
        if cap < technical:
            self.amount -= technical - cap
            reason = (
                "the technical part is capped at the hospital outpatient rate, "
                f"{dollars(cap)}, after the reductions"
            )
            self.marks.append(Mark(CAP_NAME, None, self.amount, reason, CAP_SOURCE))

    def _parts(self) -> tuple[int, Fraction]:
        """Return the technical part in cents, and before any rounding."""
        if self._technical is None:
            self._technical = self._first_parts(capped=False)
        return self._technical

    def _first_parts(self, *, capped: bool) -> tuple[int, Fraction]:
        """Return the technical part, as both sides make it, before or after the OPPS cap."""
        if self.rate.modifier == "26":
            return 0, Fraction(0)
        bases = [self.program.base]
        if is_part(self.rate):
            rates = self._lookup.technical(self.line.hcpcs)
            bases = [rate.in_setting(self.line.setting) for rate in rates]
            if not bases or any(base.amount is None for base in bases):
                with of_line(self.program.number + 1):
                    raise ModifierError(
                        f"CMS gives the technical part of {self.line.hcpcs} no amount: bill it on "
                        "a line of its own"
                    )
        cents = sum(base.fee if capped else base.uncapped_fee for base in bases)
        exact = self._unrounded(
            sum(base.exact if capped else base.uncapped_exact for base in bases)
        )
        for mark in self.marks:
            if mark.name == "bilateral":
                factor = mark.factor or 0
                cents, exact = scaled(cents, factor), exact * Fraction(factor, SCALE)
        return (cents if capped else min(cents, self.amount)), exact

    def lower(self, name: str, cents: int, reason: str, source: str) -> None:
        """Take a step down to an amount."""
        self.amount = cents
        if not cents:
            self.exact = self.limit = Fraction(0)
        self.marks.append(Mark(name, None, cents, reason, source))

    def limit_to_charge(self, source: str) -> None:
        """Take the lower of the amount and the submitted charge.

        The charges of RT and LT count together. Of two units that are both sides, each counts for
        one side at most, and one that is not stated for one side, so that a charge on one of them
        limits that side.
        """
        stated = [charge for charge in self.charges if charge is not None]
        if not stated:
            return
        charge, side = sum(stated), self._first_side(self.amount)
        if len(self.charges) > 1 and not self.pooled:
            charge = sum(side if own is None else min(own, side) for own in self.charges)
        if charge < self.amount:
            self.amount = charge
            self.marks.append(Mark("charge", None, charge, "the submitted charge is lower", source))
            if not self.pooled:
                self._side = side if self.charges[0] is None else min(self.charges[0], side)

    def part(self, cents: int, index: int, *, last: bool = False) -> int:
        """Return what a line has of an amount of this service.

        All of it, or what the first or the other side is worth.
        """
        if len(self.lines) == 1:
            return cents
        first = self._first_side(cents) if self._side is None or not last else self._side
        return first if self.lines[0] == index else cents - first

    def _first_side(self, cents: int) -> int:
        """Return what the first of two sides has of both: 100 of 150, 100 of 200, 100 of 100."""
        both = next(
            (mark.factor for mark in self.marks if mark.name == "bilateral" and mark.factor), SCALE
        )
        return half_up(cents * Fraction(SCALE) / both, 1)
