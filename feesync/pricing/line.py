"""The values that pricing works on: the line, what rules do to its amount, and its price.

Amounts are in cents. Texts have blanks for the code and for amounts, which the caller fills and
shows as dollars (claims.wording).
"""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from feesync.errors import InvalidInputError
from feesync.model.money import decimal, decimal_percent, json_ready
from feesync.model.note import Note
from feesync.model.rate import Rate, Setting

if TYPE_CHECKING:
    from fractions import Fraction

    from feesync.model.hcpcs import CodeRange
    from feesync.pricing.dictionaries import ContractDict
    from feesync.pricing.terms import Terms

CODE = "{hcpcs}"
"""The blank for the code of the line in the text of a note."""

UNCAPPED_FEE = "{uncapped_fee}"
"""The blank for the fee before the OPPS cap in the text of a note."""

AMOUNT = "{amount}"
"""A blank in the reason of a mark; the next of its amounts fills it."""


class Contract(NamedTuple):
    """By what a plan other than Medicare pays.

    Attributes:
        factor: its percentage of Medicare's amounts, in ten-thousandths: 11000 is 110 %; 0 where
            only `ranges` have one.
        of_year: the year whose rates it names; None for those of the day.
        conversion_factor: its own conversion factor in ten-thousandths of a dollar; None for
            Medicare's.
        ranges: ranges of codes that have a percentage of their own, in ten-thousandths.
    """

    factor: int
    of_year: int | None
    conversion_factor: int | None = None
    ranges: "tuple[tuple[CodeRange, int], ...]" = ()

    @property
    def percent(self) -> Decimal:
        """The percentage: 110 for a factor of 11000."""
        return decimal_percent(self.factor)

    @property
    def words(self) -> str:
        """The contract in words: `110 % of what Medicare allows by the rates of 2022`."""
        share = "percentages by code" if self.ranges else f"{self.percent} %"
        rates = f" by the rates of {self.of_year}" if self.of_year else ""
        if self.conversion_factor is None:
            return f"{share} of what Medicare allows{rates}"
        return f"{share} by a conversion factor of {decimal(self.conversion_factor, 4)}{rates}"

    def to_dict(self) -> "ContractDict":
        """Return the contract under the names of the JSON contract, for `json.dumps`.

        `percent` is None where each code has its own.
        """
        factor = self.conversion_factor
        return json_ready(
            {
                "percent": None if self.ranges else self.percent,
                "of_year": self.of_year,
                **({} if factor is None else {"conversion_factor": decimal(factor, 4)}),
            }
        )

    def has(self, hcpcs: str) -> bool:
        """Tell whether the contract has a percentage for a code."""
        return bool(self.factor) or any(span.holds(hcpcs) for span, _ in self.ranges)

    def of_code(self, hcpcs: str) -> "Contract":
        """Return the contract for a code: of the ranges that hold it, the smallest decides.

        Raises:
            InvalidInputError: the contract has no percentage for the code.
        """
        if not self.ranges:
            return self
        spans = [(span.size, factor) for span, factor in self.ranges if span.holds(hcpcs)]
        factor = min(spans)[1] if spans else self.factor
        if not factor:
            raise InvalidInputError(f"the contract has no percentage for {hcpcs}")
        return self._replace(factor=factor, ranges=())


class Line(NamedTuple):
    """One claim line as pricing sees it.

    Checked, and with the row modifier (26, TC, 53) still among its modifiers.

    `terms` is what it shares with the lines of its claim; `charge` is the submitted charge of the
    whole line in cents, or None; `postoperative_days` are the days of care after the operation that
    modifier 55 pays for, None for all of them; `place` is what the lookup of rates knows its place
    by, which no rule looks at.
    """

    hcpcs: str
    modifiers: tuple[str, ...]
    terms: "Terms"
    units: int = 1
    charge: int | None = None
    postoperative_days: int | None = None
    place: str = ""

    @property
    def day(self) -> date:
        """The date of service."""
        return self.terms.day

    @property
    def setting(self) -> Setting:
        """Nonfacility or facility."""
        return self.terms.setting

    @property
    def nonpar(self) -> bool:
        """Whether the practitioner does not participate."""
        return self.terms.nonpar

    @property
    def practitioner(self) -> str:
        """Who bills."""
        return self.terms.practitioner

    @property
    def contract(self) -> Contract | None:
        """By what a plan other than Medicare pays; None where Medicare pays."""
        return self.terms.contract

    def on_terms(self, **changes: Any) -> "Line":  # noqa: ANN401 - of many types
        """Return the line with other terms: those of its own but for the changes."""
        return self._replace(terms=self.terms._replace(**changes))


class Adjustment(NamedTuple):
    """A factor in ten-thousandths that multiplies the amount, and why.

    A factor that is a Fraction, such as 31 of 90 days, is shown as None.
    """

    name: str
    factor: "int | Fraction"
    reason: str
    source: str


def step_text(name: str, factor: Decimal | None) -> str:
    """Return a step in a cell of a table: `bilateral x 1.5`, `charge` without a factor."""
    return name if factor is None else f"{name} x {factor}"


class Mark(NamedTuple):
    """A step of a service or of a line, with the amount after it.

    Attributes:
        name: of the rule.
        factor: in ten-thousandths; None where the amount was replaced, or only a part of it was
            multiplied.
        cents: the amount after it.
        reason: why, with a blank (AMOUNT) for each of `amounts`.
        source: the document that has the rule.
        subject: what tells this service from others of its line in the reason, such as its rank.
        amounts: cents, in the order of the blanks.
    """

    name: str
    factor: "int | Fraction | None"
    cents: int
    reason: str
    source: str
    subject: str = ""
    amounts: tuple[int, ...] = ()


class Price(NamedTuple):
    """The price of a line: amounts in cents, None where there is no price.

    Attributes:
        rate: the rate of its code and row modifier.
        fee: the fee of its setting, after the OPPS cap.
        marks: the steps from the fee to the allowed amount.
        allowed: what Medicare allows, or the contract.
        limiting_charge: of a physician who does not participate.
        notes: what a person should know, with blanks (CODE, UNCAPPED_FEE) in the texts.
        rank: its rank among the lines of its claim.
        uncapped_fee: the fee before the OPPS cap where the cap binds, else None.
    """

    rate: Rate
    fee: int | None
    marks: tuple[Mark, ...]
    allowed: int | None
    limiting_charge: int | None
    notes: tuple[Note, ...]
    rank: int | None = None
    uncapped_fee: int | None = None
