"""One line in many places: what Medicare allows in each, compared with the national amount.

Out of scope: the same line over the releases (history), and how a comparison is printed (cli).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date as Date
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any, cast, overload

from feesync.claims import arguments, wording
from feesync.claims.header import Header, read_header
from feesync.claims.line import without_units
from feesync.claims.rates import ClaimRates
from feesync.errors import InvalidInputError, UnknownCodeError, together
from feesync.model import reading
from feesync.model.hcpcs import code_text
from feesync.model.locality import Locality
from feesync.model.money import change, dollars_or_none, json_ready
from feesync.model.note import Note, Severity
from feesync.model.rate import Setting
from feesync.model.result import RowResult
from feesync.pricing.claim import price_in_places
from feesync.pricing.contract import factor_notes
from feesync.pricing.line import Contract, Line, Price
from feesync.reference.states import read_states
from feesync.schedule import notes as provenance
from feesync.schedule.columns import release_cells
from feesync.schedule.quote import Quote
from feesync.schedule.rates import FeeSchedule
from feesync.schedule.state import of_one_state
from feesync.schedule.threads import open_schedule

if TYPE_CHECKING:
    from feesync.analysis.dictionaries import ComparisonDict, ComparisonRowDict


@dataclass(frozen=True, slots=True)
class PlaceAmounts:
    """What Medicare allows in one place.

    Attributes:
        locality: the place.
        amounts: cents by setting, None where there is no price.
    """

    locality: Locality
    amounts: dict[Setting, int | None]


@dataclass(frozen=True, slots=True)
class Comparison(RowResult):
    """One line in many places.

    Attributes:
        hcpcs: the code.
        modifiers: as given, in capitals.
        date: date of service.
        settings: the one or two settings that are compared.
        national: the national amounts, by GPCIs of 1.000.
        places: the places of the question and the nation, the highest amount of the first setting
            first.
        quote: the national rate, with its release.
        notes: what a person should know.
        contract: by what a plan other than Medicare pays the code; None where Medicare pays.
    """

    hcpcs: str
    modifiers: tuple[str, ...]
    date: Date
    settings: tuple[Setting, ...]
    national: PlaceAmounts
    places: tuple[PlaceAmounts, ...]
    quote: Quote
    notes: tuple[Note, ...]
    contract: Contract | None = None

    @property
    def code(self) -> str:
        """The code with its modifiers, as people write it: `64493-50`."""
        return "-".join((self.hcpcs, *self.modifiers))

    @property
    def has_price(self) -> bool:
        """Whether there is an amount in any setting; if so, every place has one."""
        return any(amount is not None for amount in self.national.amounts.values())

    def rows(self) -> list[ComparisonRowDict]:
        """Return a row a place under the names of `feesync compare --json`, for `json.dumps`."""
        return [self._row(place) for place in self.places]

    def to_dict(self) -> ComparisonDict:
        """Return what was compared, the release, the rows and the notes, for `json.dumps`."""
        answer = {
            "hcpcs": self.hcpcs,
            "modifiers": list(self.modifiers),
            "date": self.date.isoformat(),
            "settings": [setting.value for setting in self.settings],
            **({"contract": self.contract.to_dict()} if self.contract else {}),
            "release": self.quote.release.source_dict(),
            "rows": self.rows(),
            "notes": [note.to_dict() for note in self.notes],
        }
        return cast("ComparisonDict", answer)

    def _row(self, place: PlaceAmounts) -> ComparisonRowDict:
        """Return the cells of a place; a comparison of both settings has an amount of each."""
        first, *others = (place.amounts[setting] for setting in self.settings)
        national = self.national.amounts[self.settings[0]]
        difference, percent = change(first, others[0]) if others else change(national, first)
        row: dict[str, object] = {
            "release": self.quote.release.label,
            "basis": self.quote.rate.basis,
            "hcpcs": self.hcpcs,
            "modifiers": self.modifiers,
        }
        if not others:
            row["setting"] = self.settings[0].value
        row |= {
            "mac": place.locality.mac,
            "locality": place.locality.locality,
            "state": place.locality.state,
            "locality_name": place.locality.name,
        }
        if others:
            row |= {"nonfacility_amount": dollars_or_none(first)}
            row |= {"facility_amount": dollars_or_none(others[0])}
        else:
            row |= {"amount": dollars_or_none(first), "national_amount": dollars_or_none(national)}
        row |= {"difference": difference, "difference_percent": percent}
        row |= release_cells(self.quote.release, self.date)
        if not others:
            row["allowed"] = row["amount"]
        if self.contract:
            row["contract_percent"] = self.contract.percent
        return json_ready(row)


@of_one_state
def comparisons(
    codes: Iterable[str],
    places: str | Iterable[str] | None = (),
    state: str | Iterable[str] | None = None,
    **others: Any,  # noqa: ANN401 - as those of compare
) -> tuple[list[Comparison], list[UnknownCodeError]]:
    """Return what `compare` does for several codes, and the errors of those that are unknown.

    All are of one state of the database.

    Raises:
        FeesyncError: for the reasons of `compare`; that a code is unknown only where all are.
    """
    texts = reading.one_or_several("places", places, "01112-05")
    known: list[Comparison] = []
    unknown: list[UnknownCodeError] = []
    for code in dict.fromkeys(codes):
        try:
            known.append(_one(code, texts, state, **others))
        except UnknownCodeError as error:
            unknown.append(error)
    if not known:
        raise together(unknown)
    return known, unknown


@overload
def compare(  # type: ignore[overload-overlap]
    hcpcs: str,
    places: str | Iterable[str] | None = (),
    state: str | Iterable[str] | None = None,
    *,
    settings: str | Iterable[Setting | str] = (Setting.NONFACILITY,),
    modifiers: Iterable[str] | None = (),
    date: Date | str | None = None,
    qp: bool = False,
    percent: arguments.Percent | None = None,
    of_year: int | None = None,
    conversion_factor: Decimal | int | str | None = None,
    db: str | os.PathLike[str] | None = None,
) -> Comparison: ...


@overload
def compare(
    hcpcs: Iterable[str],
    places: str | Iterable[str] | None = (),
    state: str | Iterable[str] | None = None,
    *,
    settings: str | Iterable[Setting | str] = (Setting.NONFACILITY,),
    modifiers: Iterable[str] | None = (),
    date: Date | str | None = None,
    qp: bool = False,
    percent: arguments.Percent | None = None,
    of_year: int | None = None,
    conversion_factor: Decimal | int | str | None = None,
    db: str | os.PathLike[str] | None = None,
) -> list[Comparison]: ...


def compare(
    hcpcs: str | Iterable[str],
    places: str | Iterable[str] | None = (),
    state: str | Iterable[str] | None = None,
    *,
    settings: str | Iterable[Setting | str] = (Setting.NONFACILITY,),
    modifiers: Iterable[str] | None = (),
    date: Date | str | None = None,
    qp: bool = False,
    percent: arguments.Percent | None = None,
    of_year: int | None = None,
    conversion_factor: Decimal | int | str | None = None,
    db: str | os.PathLike[str] | None = None,
) -> Comparison | list[Comparison]:
    """Return what Medicare, or a contract, allows for a line in many places, and nationally.

    Args:
        hcpcs: CPT or HCPCS code, or with modifiers, such as `64493-50`; or a list of them, each of
            which is compared by itself.
        places: a locality, as for `estimate`, or several; by default all.
        state: where no place is named, the state, or several, whose localities are meant.
        settings: one of `nonfacility` and `facility`, or both to compare them.
        modifiers: such as `["50"]` or `"50,KX"`.
        date: date of service, a `date` or `YYYY-MM-DD`; today by default.
        qp: whether the conversion factor is that of a qualifying APM participant.
        percent: what a commercial contract pays of Medicare's amount, as for `estimate`.
        of_year: the year whose rates a contract names.
        conversion_factor: of a payer that uses Medicare's relative values and GPCIs, in dollars.
        db: path of the database.

    Returns:
        The comparison; of a list of codes a list, in its order.

    Raises:
        FeesyncError: for the same reasons as `estimate`.
    """
    texts = reading.one_or_several("places", places, "01112-05")
    several = not isinstance(hcpcs, str) and reading.is_iterable(hcpcs)
    values: dict[str, Any] = {
        "settings": settings,
        "modifiers": modifiers,
        "date": date,
        "qp": qp,
        "percent": percent,
        "of_year": of_year,
        "conversion_factor": conversion_factor,
        "db": db,
    }
    if not several:
        return _one(cast("str", hcpcs), texts, state, **values)
    codes = [code_text("hcpcs", code) for code in reading.sequence("hcpcs", hcpcs, "64493")]
    if not codes:
        raise InvalidInputError("hcpcs is empty; name a code, such as '64493'")
    found, unknown = comparisons(codes, texts, state, **values)
    if unknown:
        raise together(unknown)
    return found


@of_one_state
def _one(
    hcpcs: str,
    places: Sequence[str],
    state: str | Iterable[str] | None,
    *,
    settings: str | Iterable[Setting | str] = (Setting.NONFACILITY,),
    modifiers: Iterable[str] | None = (),
    db: str | os.PathLike[str] | None = None,
    **header: Any,  # noqa: ANN401 - as those of compare
) -> Comparison:
    state_codes, both = read_states(state), arguments.settings(settings)
    own = read_header(locality="national", setting=both[0], **header)
    line = own.line(without_units(hcpcs, modifiers))
    return _compare(open_schedule(db), own, line, places, state_codes, both)


def _compare(
    schedule: FeeSchedule,
    header: Header,
    line: Line,
    places: Sequence[str],
    states: Sequence[str],
    settings: Sequence[Setting],
) -> Comparison:
    rates = ClaimRates(header, schedule)
    nation = rates.quote(line)  # or its row that a modifier asks for
    quotes = {nation.locality.key: nation}
    for quote in schedule.rates(line.hcpcs, places, states, rates.day, qp=header.qp):
        if quote.rate.modifier == nation.rate.modifier:
            quotes[quote.locality.key] = rates.by_factor(quote)
    rows = {key: quote.rate for key, quote in quotes.items()}
    prices = [price_in_places(line.on_terms(setting=setting), rows, rates) for setting in settings]
    amounts = {
        key: PlaceAmounts(
            quotes[key].locality,
            {setting: price.allowed for setting, price in zip(settings, own, strict=True)},
        )
        for key, *own in zip(quotes, *prices, strict=True)
    }

    def order(key: str) -> tuple[int, str]:
        return -(amounts[key].amounts[settings[0]] or 0), key

    own = chain.from_iterable(prices)
    notes = _notes(schedule, header, rates.day, list(quotes.values()), own)
    return Comparison(
        line.hcpcs,
        line.modifiers,
        header.day,
        tuple(settings),
        amounts[nation.locality.key],
        tuple(amounts[key] for key in sorted(amounts, key=order)),
        nation,
        tuple(dict.fromkeys(notes)),
        line.contract,
    )


def _notes(
    schedule: FeeSchedule,
    header: Header,
    day: Date,
    quotes: Sequence[Quote],
    prices: Iterable[Price],
) -> list[Note]:
    """Return the notes on the release, on the prices, and on the ZIPs that name places.

    Notes for information on one price, such as on its cap in dollars, are left out.
    """
    qp, contract = header.qp, header.terms.contract
    releases = {
        (quote.release.label, quote.rate.basis, quote.rate.opps_mp_rvu is not None): quote.release
        for quote in quotes
    }
    found = factor_notes(contract) if contract else []
    found += [
        note
        for (_, basis, capped), release in releases.items()
        for note in provenance.release_notes(schedule, release, basis, day, qp=qp, capped=capped)
    ]
    for price in {price.notes: price for price in prices}.values():
        found += [note for note in wording.notes(price) if note.severity is not Severity.INFO]
    return found + [
        provenance.zip_note(quote.release, quote.locality, quote.zip, day)
        for quote in quotes
        if quote.zip
    ]
