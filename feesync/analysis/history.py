"""One line in one place over the loaded releases: what Medicare allowed from each first day on.

Out of scope: what changed between two releases for all codes (changes), and how a history is
printed (cli).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from feesync.claims import wording
from feesync.claims.header import Header, read_header
from feesync.claims.line import without_units
from feesync.claims.rates import ClaimRates
from feesync.errors import (
    FeesyncError,
    LocalityError,
    ModifierError,
    NoPriceError,
    UnknownCodeError,
)
from feesync.model.locality import Locality
from feesync.model.money import decimal, dollars_or_none, json_ready, percent_change
from feesync.model.note import Note, Severity
from feesync.model.rate import Rate, Setting
from feesync.model.release import Release
from feesync.model.result import RowResult
from feesync.pricing.claim import price_line
from feesync.pricing.line import Line, Price
from feesync.schedule import notes as provenance
from feesync.schedule.columns import release_cells
from feesync.schedule.quote import Quote
from feesync.schedule.rates import FeeSchedule
from feesync.schedule.state import of_one_state
from feesync.schedule.threads import open_schedule

if TYPE_CHECKING:
    from feesync.analysis.dictionaries import HistoryDict, HistoryRowDict


@dataclass(frozen=True, slots=True)
class Moment:
    """What Medicare allows from the first day of a release on.

    Attributes:
        release: the release.
        rate: the row of the fee schedule, None where the release has none.
        amounts: cents by setting, None where there is no price.
        changes: the change from the release before in percent, by setting; None for the first, and
            where one of the two has no price.
        reason: why there is no price in a setting; empty where both have one.
    """

    release: Release
    rate: Rate | None
    amounts: dict[Setting, int | None]
    changes: dict[Setting, Decimal | None]
    reason: str

    def rvus(self, setting: Setting | str) -> int | None:
        """Return CMS's total of the relative values in a setting, in hundredths; None without any.

        Raises:
            InvalidInputError: the setting is neither nonfacility nor facility.
        """
        setting = Setting.read(setting)
        if self.rate is None:
            return None
        pe = (
            self.rate.nonfacility_pe_rvu
            if setting is Setting.NONFACILITY
            else self.rate.facility_pe_rvu
        )
        return self.rate.work_rvu + pe + self.rate.mp_rvu


@dataclass(frozen=True, slots=True)
class History(RowResult):
    """One line in one place over the loaded releases.

    Attributes:
        hcpcs: the code.
        modifiers: as given, in capitals.
        locality: the place, as the newest release that has it describes it.
        moments: one for each release, the oldest first.
        left_out: labels of releases of the embedded snapshot, where that lacks the code.
        notes: what a person should know.
    """

    hcpcs: str
    modifiers: tuple[str, ...]
    locality: Locality
    moments: tuple[Moment, ...]
    left_out: tuple[str, ...]
    notes: tuple[Note, ...]

    @property
    def code(self) -> str:
        """The code with its modifiers, as people write it: `64493-50`."""
        return "-".join((self.hcpcs, *self.modifiers))

    def has_price(self, setting: Setting | str) -> bool:
        """Tell whether there is an amount in a setting, in any release.

        Raises:
            InvalidInputError: the setting is neither nonfacility nor facility.
        """
        setting = Setting.read(setting)
        return any(moment.amounts[setting] is not None for moment in self.moments)

    def rows(self) -> list[HistoryRowDict]:
        """Return a row for each release, under the names of `feesync history --json`."""
        return [self._row(moment) for moment in self.moments]

    def to_dict(self) -> HistoryDict:
        """Return the line, place, rows, what is left out and the notes, for `json.dumps`."""
        return {
            "hcpcs": self.hcpcs,
            "modifiers": list(self.modifiers),
            "locality": self.locality.to_dict(),
            "rows": self.rows(),
            "left_out": list(self.left_out),
            "notes": [note.to_dict() for note in self.notes],
        }

    def _row(self, moment: Moment) -> HistoryRowDict:
        release, place, rate = moment.release, self.locality, moment.rate
        of_release = release_cells(release, None)  # each is shown over its own dates of effect
        row: dict[str, object] = {
            "release": release.label,
            "effective_from": of_release["effective_from"],
            "effective_to": of_release["effective_to"],
            "basis": rate.basis if rate else None,
            "conversion_factor": decimal(rate.conversion_factor, 4) if rate else None,
            "hcpcs": self.hcpcs,
            "modifiers": self.modifiers,
            "mac": place.mac,
            "locality": place.locality,
            "state": place.state,
            "locality_name": place.name,
        }
        for setting in Setting:
            rvus = moment.rvus(setting)
            row[f"{setting.value}_rvus"] = None if rvus is None else decimal(rvus, 2)
        for setting in Setting:
            row[f"{setting.value}_amount"] = dollars_or_none(moment.amounts[setting])
        for setting in Setting:
            row[f"{setting.value}_change_percent"] = moment.changes[setting]
        row["reason"] = moment.reason or None
        row |= {name: cell for name, cell in of_release.items() if name not in (*row, "date")}
        return json_ready(row)


@of_one_state
def history(
    hcpcs: str,
    locality: str,
    *,
    modifiers: Iterable[str] | None = (),
    qp: bool = False,
    db: str | os.PathLike[str] | None = None,
) -> History:
    """Return what Medicare allowed for a line in a place, release by release.

    The releases are the loaded ones and those of the embedded snapshot. Each prices the line as of
    its first day. The place is what the text means in the newest release that has it; a release
    that lacks the place or the code has a reason in place of amounts. The snapshot's releases are
    left out where the snapshot lacks the code.

    Args:
        hcpcs: CPT or HCPCS code, or with modifiers, such as `64493-50`.
        locality: as for `estimate`.
        modifiers: such as `["50"]` or `"50,KX"`.
        qp: whether the conversion factor is that of a qualifying APM participant, from 2026 on.
        db: path of the database.

    Raises:
        FeesyncError: for the same reasons as `estimate`, where no release has a row for the line in
            the place.
    """
    header = read_header(locality=locality, setting=Setting.NONFACILITY, qp=qp)
    schedule = open_schedule(db)
    line = header.line(without_units(hcpcs, modifiers))
    releases = schedule.releases()
    newest = _newest(schedule, header, line, releases)
    place = newest.locality
    moments: list[Moment] = []
    left_out: list[str] = []
    notes = dict.fromkeys(
        provenance.notes(schedule, newest, newest.release.effective_from, qp=qp)
        if newest.zip
        else ()
    )
    error: FeesyncError | None = None
    for release in releases:
        own_header = header.on(release.effective_from)._replace(locality=place.key)
        try:
            quote, prices = _prices(schedule, own_header, line, release)
        except (NoPriceError, ModifierError) as cause:
            if release.embedded and isinstance(cause, UnknownCodeError):
                left_out.append(release.label)
                continue
            error = cause
            reason = (
                f"{release.label} has no locality {place.key}"
                if isinstance(cause, LocalityError)
                else str(cause)
            )
            moments.append(
                Moment(release, None, dict.fromkeys(Setting), dict.fromkeys(Setting), reason)
            )
            continue
        moments.append(_moment(release, quote, prices, moments[-1] if moments else None))
        notes.update(dict.fromkeys(provenance.notes(schedule, quote, own_header.day, qp=qp)))
        notes.update(
            (note, None)
            for price in prices.values()
            for note in wording.notes(price)
            if note.severity is Severity.WARNING
        )
    if error and all(moment.rate is None for moment in moments):
        raise error
    return History(line.hcpcs, line.modifiers, place, tuple(moments), tuple(left_out), tuple(notes))


def _newest(schedule: FeeSchedule, header: Header, line: Line, releases: list[Release]) -> Quote:
    """Return the row of the newest release that has the code and the header's place.

    Where a newer release lacks the place, an older one decides only if the place is named by its
    key: what a name meant then may be another place.
    """
    errors: list[tuple[int, FeesyncError]] = []
    text = header.locality.upper()
    for release in reversed(releases):
        try:
            own_header = header.on(release.effective_from)
            quote = _quote(ClaimRates(own_header, schedule), line, release)
        except (NoPriceError, ModifierError) as error:
            errors.append((0 if isinstance(error, LocalityError) else 1 + release.embedded, error))
            continue
        place = quote.locality
        unknown_since = any(isinstance(error, LocalityError) for _, error in errors)
        if not unknown_since or text in (
            place.key,
            f"{place.mac}{place.locality}",
            f"{place.state}-{place.locality}",
        ):
            return quote
    raise min(errors, key=lambda item: item[0])[1]


def _quote(rates: ClaimRates, line: Line, release: Release) -> Quote:
    """Return the row of a release itself.

    Raises:
        FeesyncError: for the reasons of ClaimRates.quote; UnknownCodeError also where another
            release answers for its first day.
    """
    quote = rates.quote(line)
    if quote.release.label != release.label:
        raise UnknownCodeError(
            f"{quote.release.label} answers for {rates.day}, the first day of {release.label}"
        )
    return quote


def _prices(
    schedule: FeeSchedule, own_header: Header, line: Line, release: Release
) -> tuple[Quote, dict[Setting, Price]]:
    rates = ClaimRates(own_header, schedule)
    line = line._replace(terms=own_header.terms, place=own_header.locality)
    quote = _quote(rates, line, release)
    prices = {}
    for setting in Setting:
        prices[setting] = price_line(line.on_terms(setting=setting), rates)
    return quote, prices


def _moment(
    release: Release, quote: Quote, prices: dict[Setting, Price], before: Moment | None
) -> Moment:
    amounts = {setting: price.allowed for setting, price in prices.items()}
    changes = {}
    for setting, amount in amounts.items():
        earlier = before.amounts[setting] if before else None
        changes[setting] = (
            percent_change(earlier, amount) if earlier and amount is not None else None
        )
    denials = [
        note.text
        for price in prices.values()
        for note in wording.notes(price)
        if note.severity is Severity.DENIAL
    ]
    reason = denials[0] if None in amounts.values() and denials else ""
    return Moment(release, quote.rate, amounts, changes, reason)
