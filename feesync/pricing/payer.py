"""Who pays what of an allowed amount: deductible, Medicare's 80 %, the patient's 20 %, sequestration.

Source: Social Security Act s. 1833; sequestration reduces Medicare's payment only, after deductible and coinsurance (CMS: approved
100, deductible 50, Medicare pays 39.20, coinsurance stays 10.00).
"""

from __future__ import annotations

from typing import NamedTuple

from feesync.money import scaled

_MEDICARE_SHARE = 8_000


class Split(NamedTuple):
    """Who pays an allowed amount, in cents; the first three sum to it.

    `medicare_payment` is after sequestration; `deductible` is the part of `patient_responsibility` that the deductible took.
    """

    medicare_payment: int
    sequestration: int
    patient_responsibility: int
    deductible: int


def split(allowed: int, deductible: int, sequestration_rate: int) -> Split:
    """Split an allowed amount.

    Args:
        allowed: cents.
        deductible: cents of the Part B deductible that the patient still owes; at most the allowed amount is taken.
        sequestration_rate: in ten-thousandths of Medicare's payment.
    """
    taken = min(deductible, allowed)
    before = scaled(allowed - taken, _MEDICARE_SHARE)
    sequestered = scaled(before, sequestration_rate) if sequestration_rate else 0
    return Split(before - sequestered, sequestered, allowed - before, taken)
