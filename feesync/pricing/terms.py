"""The terms of a claim: what all its lines share and a rule looks at.

They are a field of each line, and a part of the shape by which its program is remembered. An option
of `estimate` that a rule reads is a field here, read and checked by `Terms.read`. Out of scope:
what no rule looks at, such as the place (claims.header).
"""

from datetime import date
from typing import NamedTuple

from feesync.model import reading
from feesync.model.rate import Setting
from feesync.pricing import practitioner as practitioners
from feesync.pricing.line import Contract


class Terms(NamedTuple):
    """What all lines of a claim share and a rule looks at.

    Attributes:
        day: date of service, which decides about modifiers and practitioners.
        setting: nonfacility or facility.
        contract: by what a plan other than Medicare pays; None where Medicare pays.
        nonpar: whether the practitioner does not participate.
        practitioner: who bills, such as `physician`.
    """

    day: date
    setting: Setting
    contract: Contract | None = None
    nonpar: bool = False
    practitioner: str = practitioners.PHYSICIAN

    @classmethod
    def read(
        cls,
        day: date,
        setting: Setting,
        contract: Contract | None,
        *,
        nonpar: bool = False,
        practitioner: str = practitioners.PHYSICIAN,
    ) -> "Terms":
        """Return checked terms; those by keyword have the names of the arguments of `estimate`.

        Raises:
            InvalidInputError: an argument cannot be read, or Medicare did not pay such a
                practitioner on the day.
        """
        kind = practitioners.read(reading.text(practitioners.STEP, practitioner))
        practitioners.check(kind, day)
        return cls(day, setting, contract, reading.flag("nonpar", nonpar), kind)

    def of_code(self, hcpcs: str) -> "Terms":
        """Return the terms for a code; a contract may have a percentage for some codes alone.

        Raises:
            InvalidInputError: the contract has no percentage for the code.
        """
        contract = self.contract
        if contract is None or not contract.ranges:
            return self
        return self._replace(contract=contract.of_code(hcpcs))
