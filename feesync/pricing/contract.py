"""A plan other than Medicare: a percentage of what Medicare allows, or its own conversion factor.

The rates are those of the day, or of another year. Medicare's relative values, GPCIs and rules
decide the amount, by the plan's conversion factor where it has one; the percentage multiplies it.
Out of scope: who pays it, which the plan decides.
"""

from __future__ import annotations

from decimal import Decimal

from feesync.errors import InvalidInputError
from feesync.model import money
from feesync.model.money import SCALE, decimal_factor
from feesync.model.note import Note
from feesync.pricing.line import Adjustment, Contract

STEP = "contract"
"""The name of the step."""

PLAN_DECIDES = Note.info(
    "contract",
    "A contract pays, not Medicare: its plan decides deductible and coinsurance; there is no "
    "sequestration and no limiting charge.",
    "feesync",
)


def read_percentage(percent: Decimal | int | str) -> int:
    """Return a checked percentage, in ten-thousandths.

    Raises:
        InvalidInputError: it is none, or may have been meant as a number of times.
    """
    try:
        return money.percent(percent)
    except ValueError as error:
        raise InvalidInputError(f"percent: {error}") from None


def notes(contract: Contract) -> list[Note]:
    """Return the notes on a contract: that it pays, and by whose conversion factor."""
    return [PLAN_DECIDES, *factor_notes(contract)]


def factor_notes(contract: Contract) -> list[Note]:
    """Return the note on a conversion factor that is not Medicare's, where there is one."""
    if contract.conversion_factor is None:
        return []
    factor = decimal_factor(contract.conversion_factor)
    text = (
        f"The conversion factor is {factor:.2f}, another payer's, in place of Medicare's."
        if contract.conversion_factor % 100 == 0
        else f"The conversion factor is {factor}, another payer's, in place of Medicare's."
    )
    text += " Relative values, GPCIs, the OPPS cap and the rules of modifiers are Medicare's."
    return [Note.info("payer-conversion-factor", text, "the conversion factor, as it was given")]


def has_step(contract: Contract) -> bool:
    """Tell whether a contract multiplies what its conversion factor gives."""
    return contract.conversion_factor is None or contract.factor != SCALE


def adjustment(contract: Contract) -> Adjustment:
    """Return the adjustment of a contract."""
    rates = f" by the rates of {contract.of_year}" if contract.of_year else ""
    whose = "Medicare allows" if contract.conversion_factor is None else "its own factor gives"
    reason = f"{contract.percent} % of what {whose}{rates}"
    return Adjustment(STEP, contract.factor, reason, "the contract, as it was given")
