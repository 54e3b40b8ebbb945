"""One adjustment of an amount, as an answer shows it."""

from decimal import Decimal
from typing import Any, NamedTuple

from feesync.model.money import json_ready


class Step(NamedTuple):
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
