"""The values that pricing works on.

The line that is priced, the steps that lead to its price, and notes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from feesync.model.money import decimal_percent, json_ready
from feesync.model.note import Note
from feesync.model.rate import Setting


class Contract(NamedTuple):
    """What a commercial contract pays of what Medicare allows.

    `factor` is in ten-thousandths (11000 is 110 %); `of_year` is the year whose rates it names,
    None for those of the day.
    """

    factor: int
    of_year: int | None

    @property
    def percent(self) -> Decimal:
        """What it pays, in percent: 110 for a factor of 11000."""
        return decimal_percent(self.factor)


class Line(NamedTuple):
    """One claim line as pricing sees it.

    Checked, and with the row modifier (26, TC, 53) still among its modifiers.

    `charge` is the submitted charge of the whole line in cents, or None; `postoperative_days` are
    the days of care after the operation that modifier 55 pays for, None for all of them; `contract`
    is what a plan other than Medicare pays by.
    """

    hcpcs: str
    modifiers: tuple[str, ...]
    day: date
    setting: Setting
    units: int
    charge: int | None
    nonpar: bool
    practitioner: str
    postoperative_days: int | None = None
    contract: Contract | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One adjustment of the amount.

    Attributes:
        name: which rule, such as `bilateral`.
        factor: what the amount before was multiplied by; None where it was not (the submitted
            charge), where only a part of it was (the technical part), and where it has no end of
            decimals (30 of 90 days).
        amount: dollars after this step, rounded half up.
        reason: why, in one sentence.
        source: where the rule stands (not in the JSON, whose names are a contract).
    """

    name: str
    factor: Decimal | None
    amount: Decimal
    reason: str
    source: str

    def to_dict(self) -> dict[str, Any]:
        """Return the step as the JSON contract has it."""
        return json_ready(
            {"name": self.name, "factor": self.factor, "amount": self.amount, "reason": self.reason}
        )


class Adjustment(NamedTuple):
    """A rule's verdict: the factor in ten-thousandths that it multiplies the amount by, and why.

    A factor that is a Fraction, such as that of 31 of 90 days, is shown as None.
    """

    name: str
    factor: int | Fraction
    reason: str
    source: str


class Price(NamedTuple):
    """What pricing found for a line: amounts in cents, None where there is no price.

    `rank` among the lines of its claim.
    """

    fee: int | None
    steps: list[Step]
    allowed: int | None
    limiting_charge: int | None
    notes: list[Note]
    rank: int | None = None
