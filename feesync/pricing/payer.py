"""Who pays an allowed amount: deductible, Medicare's share, coinsurance, sequestration.

Which deductible and coinsurance a line has is decided in `waiver`. Sequestration reduces only
Medicare's payment, after deductible and coinsurance. Source: Social Security Act s. 1833; CMS's
example: approved 100, deductible 50, Medicare pays 39.20, coinsurance stays 10.00.
"""

from typing import NamedTuple

from feesync.model.money import SCALE, scaled
from feesync.model.tuples import tuple_of


class Split(NamedTuple):
    """Who pays an allowed amount, in cents; the first three add up to it.

    `medicare_payment` is after sequestration. `deductible` is the part of `patient_responsibility`
    that is deductible.
    """

    medicare_payment: int
    sequestration: int
    patient_responsibility: int
    deductible: int


def split(allowed: int, deductible: int, coinsurance: int, sequestration_rate: int) -> Split:
    """Split an allowed amount: Medicare's share is rounded half up, and the patient has the rest.

    Args:
        allowed: cents.
        deductible: the Part B deductible that the patient still owes, in cents; at most the allowed
            amount counts.
        coinsurance: the patient's share of the rest, in ten-thousandths.
        sequestration_rate: in ten-thousandths of Medicare's payment.
    """
    owed = min(deductible, allowed) if deductible else 0
    before = scaled(allowed - owed, SCALE - coinsurance)
    sequestration = scaled(before, sequestration_rate) if sequestration_rate else 0
    return tuple_of(Split, (before - sequestration, sequestration, allowed - before, owed))
