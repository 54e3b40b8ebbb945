"""A line of a remittance beside what it should have been."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from feesync.model.money import json_ready

if TYPE_CHECKING:
    from feesync.remittance.dictionaries import AuditLineDict


class AuditLine(NamedTuple):
    """A line of a remittance beside what its plan should have allowed.

    Money is a `Decimal` of dollars with two places; an amount that is not known is None.

    Attributes:
        claim: `C000001` and so on, in the order of the files; the provider's claim number where it
            was asked for. Decisions of one payer on one claim have the same.
        line: its position in the claim, counted from 1; the provider's number of the line where
            claim numbers were asked for and there is one. None of a claim without lines.
        date: date of service.
        hcpcs: the code that was paid as; empty of a claim without lines.
        modifiers: its modifiers.
        billed: what was billed, where the payer paid it as something else, such as `64494-50` or
            `64494x2`; else None.
        units: how many units were paid.
        charge: what was billed.
        allowed: what the payer allowed.
        allowed_from: where that is from: `b6`, `derived` or `none`.
        expected: what the plan should have allowed, beside the other lines of the claim and day; of
            a denied line, what it would have been. Lines of one code that differ in their sides at
            most, or say only that they are distinct, are right where their sum is: expected is then
            as the payer divided it.
        variance: `allowed` less `expected`, of a line that is judged; negative is underpaid.
        paid: what the payer paid.
        patient: what the patient owes.
        sequestration: what sequestration took from the payment.
        carc: group codes and claim adjustment reason codes, such as `CO-45`; of a denied line
            those of its claim too.
        rarc: remark codes, likewise.
        status: what was found of it, such as `underpaid`.
        reason: why it was not judged, or has no price; else None.
        as_if: what `allowed` is right for, to be read after "as"; None where it is right, or
            where nothing explains it.
        cause: the kinds of that cause, as `feesync check` has them.
        release: label of the release that answered.
        stand_in: whether it is of another quarter than the date.
        mac: of the locality.
        locality: its number.
        pos: place of service.
        practitioner: who bills.
        payer: identifier of the payer, or its name where the file has no identifier.
        filing: claim filing indicator; `MB` is Medicare Part B.
        file: the file.
    """

    claim: str
    line: str | None
    date: date | None
    hcpcs: str
    modifiers: tuple[str, ...]
    billed: str | None
    units: int | Decimal | None
    charge: Decimal
    allowed: Decimal | None
    allowed_from: str
    expected: Decimal | None
    variance: Decimal | None
    paid: Decimal
    patient: Decimal
    sequestration: Decimal
    carc: tuple[str, ...]
    rarc: tuple[str, ...]
    status: str
    reason: str | None
    as_if: str | None
    cause: tuple[str, ...]
    release: str | None
    stand_in: bool
    mac: str | None
    locality: str | None
    pos: str | None
    practitioner: str | None
    payer: str
    filing: str
    file: str

    @property
    def code(self) -> str:
        """The code with its modifiers, as people write it: `64493-50`."""
        return "-".join((self.hcpcs, *self.modifiers))

    def to_dict(self) -> AuditLineDict:
        """Return the line under the names of `feesync audit --csv`, for `json.dumps`."""
        values = self._asdict()
        values["date"] = self.date and self.date.isoformat()
        return json_ready(values)
