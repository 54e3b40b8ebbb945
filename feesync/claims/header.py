"""The header of a claim: what all lines share, checked once.

That is place, setting, day, who bills and who pays. Out of scope: finding rates (rates), and the
answer for a line (answer).
"""

from collections.abc import Sequence
from datetime import date as Date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from feesync.claims import arguments
from feesync.claims.line import ClaimLine
from feesync.coverage.notes import Circumstances, day_notes
from feesync.errors import InvalidInputError
from feesync.model import reading
from feesync.model.hcpcs import read_code
from feesync.model.note import Note
from feesync.model.rate import Setting
from feesync.pricing import practitioner as practitioners
from feesync.pricing.line import Contract, Line
from feesync.pricing.modifiers import placed

if TYPE_CHECKING:
    from feesync.reference.place_of_service import PlaceOfService


class Header(NamedTuple):
    """What all lines of a claim share, or a line by itself has.

    Attributes:
        locality: the place, as the caller names it.
        setting: nonfacility or facility.
        place_of_service: where one was given; it has decided the setting.
        day: date of service, which decides about modifiers and practitioners.
        nonpar: whether the practitioner does not participate.
        practitioner: who bills, such as `physician`.
        qp: whether the practitioner is a qualifying APM participant.
        deductible: the Part B deductible that the patient still owes, in cents.
        contract: by what a plan other than Medicare pays; None where Medicare pays.
        circumstances: what the coverage notes depend on; None where there are to be none.
    """

    locality: str
    setting: Setting
    place_of_service: "PlaceOfService | None"
    day: Date
    nonpar: bool
    practitioner: str
    qp: bool
    deductible: int
    contract: Contract | None
    circumstances: Circumstances | None

    @property
    def pos(self) -> str | None:
        """The place of service code."""
        return self.place_of_service and self.place_of_service.pos

    def day_notes(self, lines: Sequence[Line]) -> list[Note]:
        """Return the coverage notes on lines of the day together."""
        circumstances = self.circumstances
        return day_notes(lines, self.pos, circumstances) if circumstances else []

    def line(self, claim_line: ClaimLine) -> Line:
        """Return a claim line as pricing needs it.

        Raises:
            InvalidInputError: a part of it cannot be read.
            ModifierError: its modifiers are unknown or contradict each other.
        """
        return placed(
            Line(
                read_code(reading.text("hcpcs", claim_line.hcpcs)),
                arguments.modifiers(claim_line.modifiers),
                self.day,
                self.setting,
                arguments.units(claim_line.units),
                arguments.cents("charge", claim_line.charge),
                self.nonpar,
                self.practitioner,
                arguments.days(claim_line.postop_days),
                self.contract,
                self.locality,
            )
        )


def read_header(
    *,
    locality: str,
    setting: Setting | str,
    pos: str | int | None = None,
    date: Date | str | None = None,
    nonpar: bool = False,
    practitioner: str = "physician",
    qp: bool = False,
    deductible: Decimal | int | str | None = None,
    percent: Decimal | int | str | None = None,
    of_year: int | None = None,
    coverage: bool = False,
    purpose: str | None = None,
    history: arguments.History = (),
) -> Header:
    """Return the checked header; its arguments have the names of those of `estimate`.

    A contract has neither Medicare's coverage notes nor its deductible.

    Raises:
        InvalidInputError: an argument cannot be read, or contradicts another.
    """
    contract = arguments.contract(percent, of_year)
    day = arguments.day(date) or Date.today()
    where, place = Setting.read(setting), None
    if pos is not None:
        from feesync.reference.place_of_service import read_setting

        where, place = read_setting(where, pos)
    kind = reading.text("practitioner", practitioner).lower()
    practitioners.check(kind, day)
    circumstances = arguments.circumstances(coverage, purpose, history)
    owed = arguments.cents("deductible", deductible) or 0
    if owed and contract:
        raise InvalidInputError(
            "the Part B deductible is Medicare's; with a contract the plan decides its own"
        )
    return Header(
        locality=reading.text("locality", locality),
        setting=where,
        place_of_service=place,
        day=day,
        nonpar=reading.flag("nonpar", nonpar),
        practitioner=kind,
        qp=reading.flag("qp", qp),
        deductible=owed,
        contract=contract,
        circumstances=None if contract else circumstances,
    )
