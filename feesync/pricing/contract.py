"""A commercial contract that pays a percentage of what Medicare allows.

The rates are those of the day, or of another year. Medicare's rules decide the amount, and the
contract multiplies it. Out of scope: who pays it, which the plan decides.
"""

from __future__ import annotations

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


def adjustment(contract: Contract) -> Adjustment:
    """Return the adjustment of a contract."""
    rates = f" by the rates of {contract.of_year}" if contract.of_year else ""
    reason = f"{contract.percent} % of what Medicare allows{rates}"
    return Adjustment(STEP, contract.factor, reason, "the contract, as it was given")
