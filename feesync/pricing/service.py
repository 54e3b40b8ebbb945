"""A service on its way from its fee to its price: its amount, its technical part, its steps.

A service is what the rules for several procedures count: a unit of a line, the two sides of a
procedure, or the share of an operation. `pricing.units` divides lines into services, and
`pricing.line_total` adds them up by line again.
"""

from __future__ import annotations

from copy import copy
from fractions import Fraction

from feesync.errors import ModifierError, of_line
from feesync.model.money import SCALE, half_up, scaled
from feesync.model.note import Note
from feesync.model.rate import Rate, SettingRate
from feesync.pricing import bilateral
from feesync.pricing.entry import Entry
from feesync.pricing.line import AMOUNT, Adjustment, Line, Mark
from feesync.pricing.price import CAP_SOURCE, CHARGE, CHARGE_SOURCE, LOWER_CHARGE
from feesync.pricing.program import Program
from feesync.pricing.rows import RateLookup, technical_rates
from feesync.pricing.technical import is_part

_NOTHING = Fraction(0)

CAP_NAME = "OPPS cap"


class Service:
    """A service that is being priced.

    Attributes:
        entry: its line with rate and program, the first of two.
        lines: the numbers of the lines that it belongs to: one, or two with a side each.
        both: whether it is both sides of a procedure.
        charges: the submitted charge in cents of each unit in it, None where none is stated.
        by_two_lines: whether it is both sides because two lines name one each (RT and LT).
        sides: the step that both sides are, once it has been taken; None of one side.
        count: how many equal ones it stands for.
        amount: cents so far, of one.
        exact: the same before any rounding, in billionths of a dollar; 0 of a line that can have no
            limiting charge.
        limit: `exact` as it was before non-participation, from which the limiting charge is made.
        rank: its place among multiple procedures, None where no rule ranks it.
        reduced: whether other imaging or therapy of the day took from it.
        by_report: why the MAC sets its amount, though the line by itself has one.
        notes: what to know about it beside the notes of the program.
    """

    __slots__ = (
        "_capped",
        "_first",
        "_from_parts",
        "_rates",
        "_technical",
        "_technical_fee",
        "amount",
        "both",
        "by_report",
        "by_two_lines",
        "charges",
        "count",
        "entry",
        "exact",
        "limit",
        "lines",
        "marks",
        "notes",
        "rank",
        "reduced",
        "sides",
        "start",
    )

    entry: Entry
    lines: tuple[int, ...]
    charges: tuple[int | None, ...]
    both: bool
    by_two_lines: bool
    count: int
    amount: int
    start: int
    exact: Fraction
    limit: Fraction
    reduced: bool
    _technical_fee: int

    def __init__(
        self,
        entry: Entry,
        rates: RateLookup,
        lines: tuple[int, ...],
        charges: tuple[int | None, ...],
        *,
        both: bool = False,
        by_two_lines: bool = False,
        count: int = 1,
    ) -> None:
        self.entry, self.lines, self.charges = entry, lines, charges
        self.both, self.by_two_lines, self.count = both, by_two_lines, count
        self._rates = rates
        base = entry.base
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
        self._first: int | None = None
        self.sides: Adjustment | None = None

    def _unrounded(self, exact: int) -> Fraction:
        return Fraction(exact) if self.line.nonpar else _NOTHING

    @property
    def rate(self) -> Rate:
        """The rate of its code."""
        return self.entry.rate

    @property
    def base(self) -> SettingRate:
        """What its setting takes of the rate."""
        return self.entry.base

    @property
    def program(self) -> Program:
        """What the rules say of its line."""
        return self.entry.program

    @property
    def line(self) -> Line:
        """Its line, the first of two."""
        return self.entry.line

    @property
    def charge(self) -> int | None:
        """The sum of the stated charges of its units, None where one is not stated."""
        stated = [charge for charge in self.charges if charge is not None]
        return sum(stated) if len(stated) == len(self.charges) else None

    def take(self, adjustment: Adjustment, subject: str = "") -> None:
        """Add a step that multiplies the whole amount."""
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

    def take_sides(self, adjustment: Adjustment) -> None:
        """Add the step for both sides of a procedure."""
        self.sides = adjustment
        self.take(adjustment)

    def replace(
        self,
        name: str,
        amount: int,
        share: Fraction,
        reason: str,
        source: str,
        amounts: tuple[int, ...] = (),
    ) -> None:
        """Add a step to another amount; `share` is the unrounded factor of the step."""
        self.amount = amount
        if self.exact:
            self.exact *= share
        self.marks.append(Mark(name, None, amount, reason, source, amounts=amounts))

    @property
    def technical(self) -> int:
        """The technical part of the amount before the OPPS cap, in cents.

        Raises:
            ModifierError: CMS's file has no price for it alone.
        """
        return self._parts()[0]

    @property
    def technical_fee(self) -> int:
        """The technical part by which the service ranks, in cents: that of the fee schedule.

        It is before the OPPS cap and before any reduction for older equipment.

        Raises:
            ModifierError: CMS's file has no price for it alone.
        """
        self._parts()
        return self._technical_fee

    def reduce_parts(
        self, name: str, technical: int, professional: int, reason: str, source: str
    ) -> None:
        """Add a step with a factor for the technical and one for the professional part.

        The factors are in ten-thousandths.

        Raises:
            ModifierError: CMS's file has no price for the technical part alone.
        """
        before, exact = self._parts()
        after, exact_after = (
            scaled(before, technical),
            exact * technical / SCALE if exact else exact,
        )
        whole = technical if before == self.amount else professional if not before else None
        amounts: tuple[int, ...] = ()
        if whole is None:
            reason, amounts = f"{reason}; the technical part is {AMOUNT}", (before,)
        if self._capped and whole is None:
            reason += ", before the OPPS cap"
        elif self._capped:
            reason, amounts = f"{reason}, of {AMOUNT} before the OPPS cap", (self.amount,)
        self.amount = after + scaled(self.amount - before, professional)
        if self.exact:
            self.exact = exact_after + (self.exact - exact) * professional / SCALE
        self._technical, self._from_parts = (after, exact_after), True
        self.marks.append(Mark(name, whole, self.amount, reason, source, amounts=amounts))

    def settle_cap(self) -> None:
        """Add the step of the OPPS cap, which limits the amount after the reductions.

        Without a reduction the fee itself is capped, as for the line alone.
        """
        if not self._capped:
            return
        base = self.base
        reduced = any(mark.name != bilateral.STEP for mark in self.marks)
        if not reduced:
            self.start = self.amount = base.fee
            self.exact = self._unrounded(base.exact)
            self.marks = []
            if self.sides:
                self.take(self.sides)
        elif self._from_parts:
            technical, exact = self._parts()
            cap, exact_cap = self._first_parts(capped=True)
            if self.exact:
                self.exact -= max(_NOTHING, exact - exact_cap)
            if cap < technical:
                self._cap(self.amount - technical + cap, "the technical part", cap)
        else:
            cap, exact = scaled(base.fee, self._sides), self._unrounded(base.exact)
            if self.exact:
                self.exact = min(self.exact, exact * self._sides / SCALE)
            if cap < self.amount:
                self._cap(cap, "the amount", cap)

    def _cap(self, amount: int, what: str, cap: int) -> None:
        self.amount = amount
        reason = f"{what} is capped at the hospital outpatient rate, {AMOUNT}, after the reductions"
        self.marks.append(Mark(CAP_NAME, None, amount, reason, CAP_SOURCE, amounts=(cap,)))

    def _parts(self) -> tuple[int, Fraction]:
        """Return the technical part, in cents and before any rounding."""
        if self._technical is None:
            self._technical = self._first_parts(capped=False)
            self._technical_fee = self._technical[0]
        return self._technical

    def _first_parts(self, *, capped: bool) -> tuple[int, Fraction]:
        """Return the technical part for the sides of the service, before or after the OPPS cap."""
        if self.rate.modifier == "26":
            return 0, _NOTHING
        bases = [self.base]
        if is_part(self.program.indicators):
            rates = technical_rates(self.line, self._rates)
            bases = [rate.in_setting(self.line.setting) for rate in rates]
            if not bases or any(base.amount is None for base in bases):
                with of_line(self.entry.number):
                    raise ModifierError(
                        f"CMS gives the technical part of {self.line.hcpcs} no amount: bill it on "
                        "a line of its own"
                    )
        cents = sum(base.fee if capped else base.uncapped_fee for base in bases)
        exact = self._unrounded(
            sum(base.exact if capped else base.uncapped_exact for base in bases)
        )
        cents, exact = scaled(cents, self._sides), exact * self._sides / SCALE if exact else exact
        return (cents if capped else min(cents, self.amount)), exact

    def lower(self, name: str, cents: int, reason: str, source: str) -> None:
        """Add a step down to an amount."""
        self.amount = cents
        if not cents:
            self.exact = self.limit = Fraction(0)
        self.marks.append(Mark(name, None, cents, reason, source))

    def limit_to_charge(self) -> None:
        """Add the step of the lower of the amount and the submitted charge.

        Two sides that are each paid by themselves (indicator 3) have each its own charge; other
        sides have the sum of both charges, however the sides are written. A charge that is not
        stated counts as the fee of a side. Lines that share a service share its amount so that none
        has more than its own charge.
        """
        stated = [charge for charge in self.charges if charge is not None]
        if not stated:
            return
        if len(self.charges) == 1:
            self._lower_to(stated[0])
            return
        side = self._first_side(self.amount)
        if self.rate.bilateral == bilateral.EACH_SIDE and self._sides != SCALE:
            worth = side, self.amount - side
            most = sum(
                fee if charge is None else min(charge, fee)
                for charge, fee in zip(self.charges, worth, strict=True)
            )
        else:
            most = sum(side if charge is None else charge for charge in self.charges)
        self._first = self._share_of_first(min(most, self.amount))
        if not self._lower_to(most) and len(self.lines) > 1 and self._first != side:
            reason = "the charges of both sides count together, and no line has more than its own"
            self.marks.append(Mark(CHARGE, None, self.amount, reason, CHARGE_SOURCE))

    def _lower_to(self, charge: int) -> bool:
        """Add the step down to a charge, and tell whether that is lower than the amount."""
        if charge >= self.amount:
            return False
        self.amount = charge
        self.marks.append(Mark(CHARGE, None, charge, LOWER_CHARGE, CHARGE_SOURCE))
        return True

    def _share_of_first(self, amount: int) -> int:
        """Return the part of the first of two lines in an amount that the charges allow."""
        first = self._first_side(amount)
        if len(self.lines) == 1:
            return first
        own, other = self.charges
        if own is not None:
            first = min(first, own)
        return first if other is None else max(first, amount - other)

    def part(self, cents: int, number: int, *, last: bool = False) -> int:
        """Return the part of a line in an amount of this service.

        It is the whole, or the worth of the first or the second side.
        """
        if len(self.lines) == 1:
            return cents
        first = self._first_side(cents) if self._first is None or not last else self._first
        return first if self.lines[0] == number else cents - first

    def other_side(self, cents: int) -> int:
        """Return the part of the second of two sides in an amount for both."""
        return cents - self._first_side(cents)

    def _first_side(self, cents: int) -> int:
        """Return the part of the first side in an amount for both: 100 of 150, of 200, of 100."""
        return half_up(cents * SCALE, self._sides)

    @property
    def _sides(self) -> int:
        return int(self.sides.factor) if self.sides else SCALE

    def trial(self) -> Service:
        """Return a copy, on which steps can be tried."""
        trial = copy(self)
        trial.marks, trial.notes = [*self.marks], [*self.notes]
        return trial
