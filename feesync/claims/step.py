"""One adjustment of an amount, as an answer has it."""

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from feesync.model.money import json_ready

if TYPE_CHECKING:
    from feesync.claims.dictionaries import StepDict


class Step(NamedTuple):
    """One adjustment of the amount.

    Attributes:
        name: of the rule, such as `bilateral`.
        factor: what the amount before was multiplied by. None where it was not multiplied (the
            submitted charge), where only a part of it was (the technical part), or where the factor
            has no end of decimals (30 of 90 days).
        amount: dollars after this step, rounded half up.
        reason: why, in one sentence.
        source: the document that has the rule (not in the JSON, whose names are a contract).
    """

    name: str
    factor: Decimal | None
    amount: Decimal
    reason: str
    source: str

    def to_dict(self) -> "StepDict":
        """Return the step as the JSON contract has it."""
        return json_ready(
            {"name": self.name, "factor": self.factor, "amount": self.amount, "reason": self.reason}
        )
