"""What a run is asked: which columns mean what, and what holds where a line says nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date

from feesync.model.rate import Setting
from feesync.pricing.line import Contract


@dataclass(frozen=True, slots=True)
class Request:
    """What a run is asked.

    Attributes:
        columns: the columns of the table `input` by what they mean: claim_id, line, date, hcpcs,
            modifiers, locality, mac, zip, pos, setting, units, charge, practitioner, nonpar, qp,
            deductible, patient, tin, npi, paid_allowed; only what the file has. Of modifiers there
            may be several.
        locality: the place of lines that name none.
        setting: of lines without a place of service and without a setting of their own.
        pos: the place of service of lines that have neither.
        practitioner: who bills lines that do not say.
        nonpar: whether the practitioners of such lines do not participate.
        qp: whether they are qualifying APM participants.
        date: date of service of lines without one.
        contract: by what a plan other than Medicare pays all lines; None where Medicare pays.
        group: what a claim is: `claim`, `patient` or `tin`; with `line`, each line is its own.
        db: path of the database.
    """

    columns: Mapping[str, tuple[str, ...]]
    locality: str | None = None
    setting: Setting | str = Setting.NONFACILITY
    pos: str | int | None = None
    practitioner: str = "physician"
    nonpar: bool = False
    qp: bool = False
    date: Date | str | None = None
    contract: Contract | None = None
    group: str = "claim"
    db: str | os.PathLike[str] | None = None

    def columns_of(self, *names: str) -> list[str]:
        """Return the columns of `input` that have one of the meanings, in order."""
        return [column for name in names for column in self.columns.get(name, ())]
