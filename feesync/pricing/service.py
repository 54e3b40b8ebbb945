"""A service on its way from its fee to its price: the amount so far, what of it is technical, and the steps taken."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from feesync.errors import ModifierError
from feesync.money import SCALE, decimal_factor, dollars, scaled
from feesync.pricing.line import Adjustment, Line, Note, Step
from feesync.rate import Rate, SettingRate

TESTS, TECHNICAL_ONLY, GLOBAL_ONLY = "1", "3", "4"
"""PC/TC indicators: diagnostic tests with 26 and TC rows, with a code for the technical part, with a code for the whole."""


def is_part(rate: Rate) -> bool:
    """Tell whether the technical part is less than the whole row, so that the rates of the technical part are needed."""
    return rate.pctc == GLOBAL_ONLY or (rate.pctc == TESTS and rate.modifier == "")


def has_technical_part(rate: Rate) -> bool:
    """Tell whether a row has a technical part: it is one, or holds one."""
    return rate.pctc in (TESTS, TECHNICAL_ONLY, GLOBAL_ONLY) and rate.modifier != "26"


class Service:
    """A service that is being priced.

    Attributes:
        rate: its rate.
        line: its line.
        taken: the part of the rate that the setting takes.
        after: the adjustments that come after those of multiple procedures.
        denials: why there is no amount; then no step is taken.
        notes: what else to know.
        amount: cents so far.
        steps: taken so far.
        factors: of those steps, in ten-thousandths, before any rounding.
    """

    __slots__ = (
        "_technical",
        "_technical_rates",
        "after",
        "amount",
        "denials",
        "factors",
        "line",
        "notes",
        "rate",
        "steps",
        "taken",
    )

    def __init__(
        self,
        rate: Rate,
        line: Line,
        taken: SettingRate,
        technical: Sequence[Rate],
        after: list[Adjustment],
        denials: list[Note],
        notes: list[Note],
    ) -> None:
        self.rate, self.line, self.taken, self._technical_rates = rate, line, taken, technical
        self.after, self.denials, self.notes = after, denials, notes
        self.amount = taken.amount or 0
        self.steps: list[Step] = []
        self.factors: list[int | Fraction] = []
        self._technical: tuple[int, Fraction] | None = None

    def take(self, adjustment: Adjustment) -> None:
        """Take a step that multiplies the whole amount."""
        self.amount, step = adjustment.step(self.amount)
        self.steps.append(step)
        self.factors.append(adjustment.factor)

    def replace(self, name: str, amount: int, share: int | Fraction, reason: str, source: str) -> None:
        """Take a step to another amount; `share` is the unrounded factor that it stands for."""
        self.amount = amount
        self.steps.append(Step(name, None, dollars(amount), reason, source))
        self.factors.append(share)

    @property
    def technical(self) -> int:
        """The technical part of the amount, in cents.

        Raises:
            ModifierError: CMS's file does not price it by itself.
        """
        return self._parts()[0]

    def reduce_parts(self, name: str, technical: int, professional: int | None, reason: str, source: str) -> None:
        """Take a step that multiplies the technical and the professional part by factors of their own, in ten-thousandths.

        Raises:
            ModifierError: CMS's file does not price the technical part by itself.
        """
        before, share = self._parts()
        rest = SCALE if professional is None else professional
        after = scaled(before, technical)
        whole = technical if before == self.amount else rest if not before else None
        if whole is None:
            reason = f"{reason}; the technical part is {dollars(before)}"
        self.amount = after + scaled(self.amount - before, rest)
        factor = share * technical + (1 - share) * rest
        self._technical = after, share * technical / factor if factor else share
        self.factors.append(factor)
        self.steps.append(Step(name, None if whole is None else decimal_factor(whole), dollars(self.amount), reason, source))

    def _parts(self) -> tuple[int, Fraction]:
        """Return the technical part in cents, and its unrounded share of the whole."""
        if self._technical is None:
            self._technical = self._first_parts()
        return self._technical

    def _first_parts(self) -> tuple[int, Fraction]:
        if self.rate.modifier == "26":
            return 0, Fraction(0)
        if not is_part(self.rate):
            return self.amount, Fraction(1)
        parts = [part.in_setting(self.line.setting) for part in self._technical_rates]
        amounts = [part.amount for part in parts if part.amount is not None]
        if not parts or len(amounts) < len(parts):
            raise ModifierError(f"CMS gives the technical part of {self.line.hcpcs} no amount: bill it on a line of its own")
        amount = sum(amounts)
        for factor in self.factors:
            amount = scaled(amount, factor)
        return min(amount, self.amount), Fraction(sum(part.exact for part in parts), self.taken.exact or 1)
