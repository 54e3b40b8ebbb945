"""Who pays what of an allowed amount.

Deductible, Medicare's share, the patient's coinsurance, sequestration.

Which deductible and coinsurance a line has is for `waiver`. Source: Social Security Act s. 1833;
sequestration reduces Medicare's payment only, after deductible and coinsurance (CMS: approved 100,
deductible 50, Medicare pays 39.20, coinsurance stays 10.00).
"""

from typing import NamedTuple

from feesync.model.money import SCALE, scaled


class Split(NamedTuple):
    """Who pays an allowed amount, in cents; the first three sum to it.

    `medicare_payment` is after sequestration; `deductible` is the part of `patient_responsibility`
    that the deductible took.
    """

    medicare_payment: int
    sequestration: int
    patient_responsibility: int
    deductible: int


def split(allowed: int, deductible: int, coinsurance: int, sequestration_rate: int) -> Split:
    """Split an allowed amount. Medicare's share is rounded half up, and the patient has the rest.

    Args:
        allowed: cents.
        deductible: cents of the Part B deductible that the patient still owes; at most the allowed
            amount is taken.
        coinsurance: the patient's share of the rest, in ten-thousandths.
        sequestration_rate: in ten-thousandths of Medicare's payment.
    """
    taken = min(deductible, allowed)
    before = scaled(allowed - taken, SCALE - coinsurance)
    sequestered = scaled(before, sequestration_rate) if sequestration_rate else 0
    return Split(before - sequestered, sequestered, allowed - before, taken)
