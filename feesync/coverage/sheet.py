"""The billing sheet of a facet joint code, for a place of service, a locality and a day.

It lists the facts that the coverage notes apply. Out of scope: the price (claims.estimator).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING

from feesync.coverage import facts
from feesync.coverage.facts import Fact
from feesync.coverage.third_level import third_level
from feesync.errors import NoPriceError, UnknownCodeError
from feesync.model import reading
from feesync.model.dates import read_day
from feesync.model.hcpcs import code_text, read_code, read_codes
from feesync.model.locality import Locality
from feesync.model.money import dollars_or_none, json_ready
from feesync.model.note import Note
from feesync.model.release import Release
from feesync.model.result import RowResult
from feesync.reference.place_of_service import places_of_service, read_setting
from feesync.schedule import notes as provenance
from feesync.schedule.quote import Quote
from feesync.schedule.rates import FeeSchedule
from feesync.schedule.state import of_one_state
from feesync.schedule.threads import open_schedule

if TYPE_CHECKING:
    from feesync.coverage.dictionaries import FactDict, FactRowDict, SheetDict

POLICY = "policy"
TOPICS = {
    "modifiers": "Modifiers",
    "units": "Units",
    "prior authorization": "Prior authorization",
    "levels": "Levels",
    "frequency": "Frequency",
    "necessity": "Medical necessity",
    "included": "Not billed beside",
    POLICY: "Policy",
    "documentation": "Documentation a reviewer asks for",
}
"""The topics of a sheet in their order, and their headings."""


@dataclass(frozen=True, slots=True)
class Sheet(RowResult):
    """What to know before a facet joint code is billed.

    Attributes:
        hcpcs: the code.
        title: what the code is for, in feesync's words.
        date: the day on which the facts hold.
        pos: place of service code, or None.
        locality: the payment locality, or None.
        prior_authorization: whether the hospital's service needs it that day; None where no place
            of service was given.
        mue: the most units a day (medically unlikely edit); None where no value is recorded for the
            day.
        contractor: the Medicare administrative contractor of the locality; None without a locality.
        jurisdiction: its jurisdiction, such as `JE`.
        lcd: its local coverage determination; None where none is recorded for the day.
        article: its billing article; None where none is recorded for the day.
        facts: the lines of the sheet by topic, each with its source: with a locality, the national
            ones and those of its contractor.
        notes: why a ZIP is in its locality, where the locality was given as a ZIP; and what a
            person should know about the amounts.
        nonfacility_amount: what Medicare allows outside facilities before modifiers, in dollars; of
            the nation where no locality was given. None where no release answers.
        facility_amount: the same in facilities.
        release: the release that the amounts are from; None where none answers.
        elsewhere: with a locality, the lines that are recorded of other contractors only.
    """

    hcpcs: str
    title: str
    date: Date
    pos: str | None
    locality: Locality | None
    prior_authorization: bool | None
    mue: int | None
    contractor: str | None
    jurisdiction: str | None
    lcd: str | None
    article: str | None
    facts: tuple[Fact, ...]
    notes: tuple[Note, ...]
    nonfacility_amount: Decimal | None
    facility_amount: Decimal | None
    release: Release | None
    elsewhere: tuple[Fact, ...]

    def rows(self) -> list[FactRowDict]:
        """Return a row for each fact, as `feesync coverage --csv` prints it, for `json.dumps`.

        `elsewhere` is true of what is recorded of other contractors only.
        """
        day = self.date.isoformat()
        return [
            {
                "hcpcs": self.hcpcs,
                "date": day,
                "pos": self.pos,
                **_dict(fact),
                "elsewhere": elsewhere,
            }
            for elsewhere, facts in ((False, self.facts), (True, self.elsewhere))
            for fact in facts
        ]

    def to_dict(self) -> SheetDict:
        """Return the sheet under the names of `feesync coverage --json`, for `json.dumps`."""
        answer = {
            "hcpcs": self.hcpcs,
            "title": self.title,
            "date": self.date.isoformat(),
            "pos": self.pos,
            "locality": self.locality and self.locality.to_dict(),
            "prior_authorization": self.prior_authorization,
            "mue": self.mue,
            "contractor": self.contractor,
            "jurisdiction": self.jurisdiction,
            "lcd": self.lcd,
            "article": self.article,
            "nonfacility_amount": self.nonfacility_amount,
            "facility_amount": self.facility_amount,
            "release": self.release and self.release.source_dict(),
            "facts": list(map(_dict, self.facts)),
            "elsewhere": list(map(_dict, self.elsewhere)),
            "notes": [note.to_dict() for note in self.notes],
        }
        return json_ready(answer)


def _dict(fact: Fact) -> FactDict:
    return {"topic": fact.topic, "about": fact.about, "text": fact.text, "source": fact.source}


def coverage_sheets(
    codes: Iterable[str],
    *,
    pos: str | int | None = None,
    locality: str | None = None,
    date: Date | str | None = None,
    db: str | os.PathLike[str] | None = None,
) -> tuple[list[Sheet], list[UnknownCodeError]]:
    """Return the sheets of codes and of ranges of codes, and the errors of those without one.

    Raises:
        FeesyncError: for the reasons of `coverage_sheet`; that there is no sheet only where there
            is none of any code.
    """
    sheets: list[Sheet] = []
    errors: list[UnknownCodeError] = []
    for code in dict.fromkeys(chain.from_iterable(map(_each_code, codes))):
        try:
            sheets.append(coverage_sheet(code, pos=pos, locality=locality, date=date, db=db))
        except UnknownCodeError as error:
            errors.append(error)
    if not sheets:
        raise errors[0]
    return sheets, errors


def _each_code(text: str) -> Sequence[str]:
    """Return a code as it is typed, or the facet joint codes of a range."""
    codes = read_codes(text)
    if isinstance(codes, str):
        return (codes,)
    return [code for code in facts.codes() if codes.holds(code)] or (codes.first,)


@of_one_state
def coverage_sheet(
    hcpcs: str,
    *,
    pos: str | int | None = None,
    locality: str | None = None,
    date: Date | str | None = None,
    db: str | os.PathLike[str] | None = None,
) -> Sheet:
    """Return the billing sheet of a facet joint code.

    Args:
        hcpcs: CPT code, five characters.
        pos: CMS place of service code, for prior authorization.
        locality: as for `estimate`, for the contractor's LCD and billing article; by default those
            of all contractors.
        date: the day on which the facts must hold, a `date` or `YYYY-MM-DD`; today by default.
        db: path of the database, for the localities.

    Raises:
        UnknownCodeError: there is no sheet for the code.
        InvalidInputError: an argument cannot be read.
        LocalityError: the locality is unknown or ambiguous.

    Source of the facts: the tables of data/coverage, whose rows have their own sources.
    """
    code = facts.codes().get(read_code(code_text("hcpcs", hcpcs)))
    if code is None:
        raise UnknownCodeError(
            f"there is no billing sheet for {read_code(hcpcs)}; there is one for "
            f"{', '.join(facts.codes())}"
        )
    day = Date.today() if date is None else read_day("date", date)
    _, pos_entry = read_setting("nonfacility", pos)
    place_of_service = pos_entry and pos_entry.pos
    schedule = open_schedule(db)
    place: Locality | None = None
    notes: list[Note] = []
    text = None if locality is None else reading.text("locality", locality)
    if text is not None:
        nearest, place, by_zip = schedule.nearest_locality(text, day)
        notes += [provenance.zip_note(nearest, place, by_zip, day)] if by_zip else []
    quote, reasons = _quote(schedule, code.hcpcs, text or "national", day)
    lcd = None if place is None or place.is_national else facts.lcd_of(place.mac)
    in_force = lcd if lcd and lcd.first <= day else None
    edit = facts.unit_edit(code.hcpcs, day)
    lines = [
        *_units(edit),
        *_authorization(code.hcpcs, place_of_service, day),
        *_third_level(code.hcpcs, lcd, day),
        *_sessions(code, day),
        *_policies(lcd, day),
        *facts.facts(code.hcpcs, day),
    ]
    own, elsewhere = _divided(lines, lcd)
    return Sheet(
        hcpcs=code.hcpcs,
        title=_title(code),
        date=day,
        pos=place_of_service,
        locality=place,
        prior_authorization=None
        if place_of_service is None
        else _is_needed(code.hcpcs, place_of_service, day),
        mue=edit.units if edit else None,
        contractor=lcd.contractor if lcd else None,
        jurisdiction=lcd.jurisdiction if lcd else None,
        lcd=in_force.lcd if in_force else None,
        article=in_force.article if in_force else None,
        facts=own,
        notes=tuple(dict.fromkeys((*notes, *reasons))),
        nonfacility_amount=quote and dollars_or_none(quote.rate.nonfacility_amount),
        facility_amount=quote and dollars_or_none(quote.rate.facility_amount),
        release=quote and quote.release,
        elsewhere=elsewhere,
    )


def _quote(
    schedule: FeeSchedule, hcpcs: str, place: str, day: Date
) -> tuple[Quote | None, list[Note]]:
    """Return the rate of a code, or None, and the notes on it or on why there is none."""
    try:
        quote = schedule.quote(hcpcs, "", place, day, qp=False)
    except NoPriceError as error:
        return None, [Note.warning("amounts-missing", f"No amounts: {error}.", "feesync")]
    return quote, provenance.notes(schedule, quote, day, qp=False)


def _divided(
    lines: Sequence[Fact], lcd: facts.Lcd | None
) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """Return the lines for a contractor and those of others, by topic; without one, all and none.

    Lines are national where they name no jurisdiction.
    """
    ordered = sorted(lines, key=lambda fact: list(TOPICS).index(fact.topic))
    if lcd is None:
        return tuple(ordered), ()
    own = [
        fact for fact in ordered if not fact.jurisdictions or lcd.jurisdiction in fact.jurisdictions
    ]
    return tuple(own), tuple(fact for fact in ordered if fact not in own)


def _title(code: facts.FacetCode) -> str:
    kind = "injection or medial branch block" if code.kind == facts.INJECTION else "ablation"
    level = "each further level" if code.level == "each further" else f"{code.level} level"
    return f"facet joint {kind}, {code.region}, {level}"


def _units(edit: facts.UnitEdit | None) -> Iterator[Fact]:
    if edit is None:
        yield Fact("units", "MUE", "No value is recorded for this day.", "feesync")
        return
    text = (
        f"At most {edit.units} a day (MAI {edit.adjudication}, "
        f"{facts.ADJUDICATION[edit.adjudication]})."
    )
    if edit.units == 1:
        text += (
            " Both sides are 1 unit with modifier 50; 2 units, or a line each for RT and LT, "
            "are above it."
        )
    yield Fact("units", "MUE", text, edit.source)


def _is_needed(hcpcs: str, pos: str, day: Date) -> bool:
    return any(
        need.pos == pos and need.first <= day <= need.last
        for need in facts.prior_authorizations(hcpcs)
    )


def _authorization(hcpcs: str, pos: str | None, day: Date) -> Iterator[Fact]:
    needs = facts.prior_authorizations(hcpcs)
    places = [need.pos for need in needs if need.first <= day <= need.last]
    hospital = f"the hospital's outpatient service (place of service {' and '.join(places)})"
    if day < needs[0].first:
        text = f"Not needed before {needs[0].first}."
    elif not places:
        text = (
            "No more needed: CMS took the code off the list on "
            f"{needs[0].last + timedelta(days=1)}."
        )
    elif pos is not None and pos not in places:
        text = (
            f"Not needed for place of service {pos} ({places_of_service()[pos].name}), only for "
            f"{hospital}."
        )
    else:
        text = (
            f"Needed for {hospital}, unless it is a critical access hospital or one that CMS has "
            "exempted; the practitioner's claim depends on it."
        )
    yield Fact(
        "prior authorization",
        f"POS {pos or ', '.join(dict.fromkeys(need.pos for need in needs))}",
        text,
        needs[0].source,
    )


def _third_level(hcpcs: str, lcd: facts.Lcd | None, day: Date) -> Iterator[Fact]:
    verdict = third_level(hcpcs, lcd, day)
    if verdict:
        yield Fact(
            "levels", "third", f"{verdict.text[0].upper()}{verdict.text[1:]}", verdict.source
        )


def _sessions(code: facts.FacetCode, day: Date) -> Iterator[Fact]:
    kinds = (
        (facts.DIAGNOSTIC, facts.THERAPEUTIC) if code.kind == facts.INJECTION else (facts.ABLATION,)
    )
    for kind in kinds:
        limit = facts.session_limit(kind)
        if day >= limit.first:
            text = (
                f"At most {limit.sessions} {kind} sessions in {limit.months} rolling months in "
                f"the {code.region} region."
            )
            yield Fact("frequency", kind, text, limit.source)


def _policies(lcd: facts.Lcd | None, day: Date) -> Iterator[Fact]:
    """Yield a line for each LCD: that of the contractor, then those of others."""
    every = facts.lcds().values()
    lcds = [*([lcd] if lcd else []), *(each for each in every if not lcd or each.lcd != lcd.lcd)]
    for name in dict.fromkeys(each.lcd for each in lcds):
        same = [each for each in lcds if each.lcd == name]
        where = f"{same[0].contractor}, {' and '.join(each.jurisdiction for each in same)}"
        if day < same[0].first:
            text = f"Recorded from {same[0].first} on ({where}); an earlier version may hold."
        else:
            text = f"Billing article {same[0].article} ({where}). {same[0].remark}".strip()
        jurisdictions = tuple(each.jurisdiction for each in same)
        yield Fact(POLICY, name, text, same[0].source, jurisdictions=jurisdictions)
