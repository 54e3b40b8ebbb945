"""A price of a list beside what Medicare allows, and what is found of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from feesync.errors import ExitStatus, Hint
from feesync.model.locality import Locality
from feesync.model.money import json_ready, percent_of
from feesync.model.note import Note
from feesync.model.rate import Setting

if TYPE_CHECKING:
    from feesync.analysis.dictionaries import PriceRowDict


class Finding(StrEnum):
    """What a price of a list is, beside what Medicare allows."""

    EQUAL = "equal"
    RELEASE = "release"
    CAUSE = "cause"
    DIFFERENT = "different"
    NO_PRICE = "no-price"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A price of a list beside what Medicare allows.

    Attributes:
        row: its number in the list.
        hcpcs: the code, as given where it cannot be read.
        modifiers: in capitals.
        date: date of service; that of the list where the row's cannot be read.
        setting: nonfacility or facility; likewise.
        pos: place of service code, where one was given.
        locality: the payment locality, None where the row is refused.
        release: the label of the release that answers, None where the row is refused.
        amount: dollars of the list, None where they cannot be read.
        allowed: dollars that Medicare allows, None where there is no price.
        finding: what the amount is.
        releases: the labels of other releases by which the amount is right.
        causes: what else the amount is right for, in words to be read after "as".
        reason: why there is no price, or why the row is refused; else empty.
        status: the exit status of the reason.
        hint: what helps against it, None where nothing is known to.
        stand_in: whether a release of another quarter answers, because that of the date is not
            loaded.
        notes: on the release and the place.
    """

    row: int
    hcpcs: str
    modifiers: tuple[str, ...]
    date: Date
    setting: Setting
    pos: str | None
    locality: Locality | None
    release: str | None
    amount: Decimal | None
    allowed: Decimal | None
    finding: Finding
    releases: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    reason: str = ""
    status: ExitStatus = ExitStatus.OK
    hint: Hint | None = None
    stand_in: bool = False
    notes: tuple[Note, ...] = ()

    @property
    def code(self) -> str:
        """The code with its modifiers, as people write it: `64493-50`."""
        return "-".join((self.hcpcs, *self.modifiers))

    @property
    def difference(self) -> Decimal | None:
        """The amount less what Medicare allows."""
        if self.amount is None or self.allowed is None:
            return None
        return self.amount - self.allowed

    @property
    def percent(self) -> Decimal | None:
        """The amount in percent of what Medicare allows, with two decimals."""
        if self.amount is None or not self.allowed:
            return None
        return percent_of(int(100 * self.amount), int(100 * self.allowed))

    def to_dict(self) -> PriceRowDict:
        """Return the row under the names of `feesync check TABLE --json`, for `json.dumps`."""
        place = self.locality
        return json_ready(
            {
                "row": self.row,
                "hcpcs": self.hcpcs,
                "modifiers": self.modifiers,
                "date": self.date.isoformat(),
                "setting": self.setting.value,
                "pos": self.pos,
                "mac": place and place.mac,
                "locality": place and place.locality,
                "state": place and place.state,
                "locality_name": place and place.name,
                "release": self.release,
                "amount": self.amount,
                "allowed": self.allowed,
                "difference": self.difference,
                "percent": self.percent,
                "finding": self.finding.value,
                "releases": self.releases,
                "cause": self.causes[0] if self.causes else None,
                "reason": self.reason or None,
                "stand_in": self.stand_in,
            }
        )
