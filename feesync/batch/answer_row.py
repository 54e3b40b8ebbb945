"""The answer columns of a line that Python prices: amounts in cents, and text.

They are those of a row of `feesync claim --csv`. Out of scope: release and place, which the engine
knows of each line.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from feesync.batch.reasons import Reason, Status
from feesync.claims.answer import Payers
from feesync.model.money import decimal_factor
from feesync.model.note import Severity
from feesync.model.tuples import tuple_of
from feesync.pricing.line import Price, step_text


class AnswerRow(NamedTuple):
    """The answer columns of a line.

    Attributes:
        fee: cents, as all amounts; None where there is none.
        allowed: what Medicare allows.
        medicare_payment: what Medicare pays of it, after sequestration.
        sequestration: what that takes.
        patient_responsibility: what the patient owes of it.
        limiting_charge: of a physician who does not participate.
        steps: the adjustments, as `feesync claim --csv` words them; None where there are none.
        rank: its rank among several procedures.
        status: whether it is priced, denied or refused.
        reason: the code of the denial or the refusal, None where it is priced.
    """

    fee: int | None
    allowed: int | None
    medicare_payment: int | None
    sequestration: int | None
    patient_responsibility: int | None
    limiting_charge: int | None
    steps: str | None
    rank: int | None
    status: str
    reason: str | None


def answer_row(price: Price, by: Payers) -> AnswerRow:
    """Return the answer columns of a price.

    Args:
        price: the price of the line.
        by: who pays it.
    """
    _, fee, marks, allowed, limiting_charge, notes, rank, _ = price
    medicare = sequestration = owed = None
    if by.split:
        medicare, sequestration, owed, _ = by.split
    status, reason = _PRICED, None
    if allowed is None:
        status = _DENIED
        reason = next(note.code for note in notes if note.severity is Severity.DENIAL)
    steps = _SEPARATOR.join([_step(mark.name, mark.factor) for mark in marks]) if marks else None
    return tuple_of(
        AnswerRow,
        (fee, allowed, medicare, sequestration, owed, limiting_charge, steps, rank, status, reason),
    )


def refused_row(reason: Reason) -> AnswerRow:
    """Return the answer columns of a line that cannot be priced."""
    return AnswerRow(
        None, None, None, None, None, None, "", None, Status.REFUSED.value, reason.value
    )


_SEPARATOR = "; "
_PRICED, _DENIED = Status.PRICED.value, Status.DENIED.value


@lru_cache(maxsize=1024)
def _step(name: str, factor: object) -> str:
    return step_text(name, decimal_factor(factor) if isinstance(factor, int) else None)
