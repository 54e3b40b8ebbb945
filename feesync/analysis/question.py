"""What a line is priced by, so that one thing of it can be changed.

Out of scope: which changes there are (hypotheses).
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from feesync.claims.header import Header
from feesync.pricing.line import Line


class Companion(StrEnum):
    """A procedure of a higher amount that a line is ranked behind."""

    PROCEDURE = "second"
    ENDOSCOPY = "second of its endoscopic family"


class Amount(StrEnum):
    """Which amount of a line is paid."""

    ALLOWED = "allowed"
    CHARGE = "charge"
    LIMITING_CHARGE = "limiting charge"


class Question(NamedTuple):
    """What a line is priced by; a hypothesis changes one thing of it.

    Attributes:
        header: what the line shares with others of its claim.
        line: the line.
        companion: what it is ranked behind, None where it stands alone.
        amount: which amount is paid; what is allowed, by the rules.
        coinsurance: the patient's share in ten-thousandths, None where the rules decide.
        sequestration: the cut in ten-thousandths, None where the rules decide.
        beside: the other lines of its claim and day that may change its price.
    """

    header: Header
    line: Line
    companion: Companion | None = None
    amount: Amount = Amount.ALLOWED
    coinsurance: int | None = None
    sequestration: int | None = None
    beside: tuple[Line, ...] = ()

    def of_line(self, **fields: object) -> Question:
        """Return the question with other fields of the line."""
        return self._replace(line=self.line._replace(**fields))  # type: ignore[arg-type]

    def of_header(self, **fields: object) -> Question:
        """Return the question with other fields of the header."""
        return self._replace(header=self.header._replace(**fields))  # type: ignore[arg-type]

    def of_terms(self, **fields: object) -> Question:
        """Return the question with other fields of the terms, which line and header share.

        The lines beside it share them too.
        """
        terms = self.line.terms._replace(**fields)  # type: ignore[arg-type]
        question = self.of_header(terms=terms).of_line(terms=terms)
        if self.beside:
            others = tuple(line.on_terms(**fields) for line in self.beside)
            return question._replace(beside=others)
        return question
