"""Notes on facet joint lines: what a contractor is likely to return or deny. They inform and change no price.

Each rule is a function of the lines of one day at one place; a line by itself is a day with one line.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from feesync.coverage import facts
from feesync.coverage.sessions import DIAGNOSTIC_MODIFIER, Session, session_of
from feesync.localities import Locality
from feesync.pricing.line import Line, Note

_ASC = "24"
_SIDES = {"RT", "LT"}
_BOTH_SIDES = "50"
_AT_THE_LIMIT_OF_THE_REGIONS = {"64490", "64494"}
_FIRST_LCDS = date(2021, 4, 25)
_REVISED = 2024
_REVISED_BY = date(2025, 1, 1)
_ARTICLES = "billing articles, such as A57787 and A58403"
_LCDS = "LCDs on facet joint interventions, such as L38773"


class Circumstances(NamedTuple):
    """What the notes stand on beside the lines: what injections are for, where a caller says it, and earlier sessions."""

    purpose: str | None = None
    history: tuple[Session, ...] = ()


def line_notes(line: Line, pos: str | None, place: Locality, known: Circumstances) -> list[Note]:
    """Return the notes on one line: KX, the third level, prior authorization, what an ASC reports."""
    code = facts.codes().get(line.hcpcs)
    if code is None:
        return []
    found = [
        _kx(line, code, known.purpose),
        _third_level(line, code, place),
        _authorization(line, pos),
        _surgical_center(line, pos),
    ]
    return [note for note in found if note]


def day_notes(lines: Sequence[Line], known: Circumstances) -> list[Note]:
    """Return the notes on the lines of one day together: units, image guidance, regions, sessions."""
    facets = [line for line in lines if line.hcpcs in facts.codes()]
    if not facets:
        return []
    return [*_units(facets), *_guidance(lines, facets), *_regions(facets), *_sessions(facets, known)]


def _kx(line: Line, code: facts.FacetCode, purpose: str | None) -> Note | None:
    marked = DIAGNOSTIC_MODIFIER in line.modifiers
    if code.kind != facts.INJECTION:
        if marked:
            text = f"KX marks diagnostic facet joint injections; {line.hcpcs} is an ablation."
            return Note.warning("kx-on-ablation", text, _ARTICLES)
        return None
    if purpose == facts.DIAGNOSTIC and not marked:
        text = f"{line.hcpcs} without KX counts as therapeutic: KX belongs on the line of every diagnostic injection."
        return Note.warning("kx-missing", text, _ARTICLES)
    if purpose == facts.THERAPEUTIC and marked:
        text = f"KX on {line.hcpcs} says that the injection is diagnostic; it does not belong on a therapeutic one."
        return Note.warning("kx-on-therapeutic", text, _ARTICLES)
    return None


def _third_level(line: Line, code: facts.FacetCode, place: Locality) -> Note | None:
    if code.level != facts.THIRD_LEVEL:
        return None
    lcd = facts.lcd_of(place.mac)
    if line.day < (lcd.first if lcd else _FIRST_LCDS):
        return None
    named, source = (f"{lcd.contractor}'s LCD {lcd.lcd}", lcd.lcd) if lcd else ("the LCDs on facet joints", _LCDS)
    ended = lcd.third_level_ends if lcd else None
    if line.day >= (ended or _REVISED_BY):
        since = f"since {ended}" if ended else f"as revised in {_REVISED}"
        text = f"{line.hcpcs}, a third level, is not covered: {named}, {since}."
    elif line.day.year == _REVISED and not ended:
        text = f"{line.hcpcs}, a third level: {named} ended its coverage in {_REVISED}, on a day that feesync does not record."
    else:
        return Note.warning("third-level-on-appeal", f"{line.hcpcs}, a third level, is paid on appeal only: {named}.", source)
    return Note.warning("third-level-not-covered", text, source)


def _authorization(line: Line, pos: str | None) -> Note | None:
    needed = next((need for need in facts.prior_authorizations(line.hcpcs) if need.pos == pos), None)
    if needed is None or not needed.first <= line.day <= needed.last:
        return None
    text = f"A hospital outpatient department (place of service {pos}) needs prior authorization for {line.hcpcs}."
    return Note.warning("prior-authorization", text, needed.source)


def _surgical_center(line: Line, pos: str | None) -> Note | None:
    if pos != _ASC or not (_BOTH_SIDES in line.modifiers or set(line.modifiers) >= _SIDES):
        return None
    fact = facts.surgical_center(line.hcpcs)
    return Note.info("asc-two-lines", f"{line.hcpcs}: {fact.text}", fact.source)


def _units(facets: Sequence[Line]) -> list[Note]:
    found = []
    for hcpcs in dict.fromkeys(line.hcpcs for line in facets):
        edit = facts.unit_edit(hcpcs, facets[0].day)
        units = sum(line.units for line in facets if line.hcpcs == hcpcs)
        if edit and units > edit.units:
            said = facts.ADJUDICATION[edit.adjudication]
            text = f"{units} units of {hcpcs} on a day: its MUE is {edit.units} (MAI {edit.adjudication}, {said})."
            if edit.units == 1:
                text += " Both sides are one line, modifier 50, 1 unit."
            found.append(Note.warning("units-above-mue", text, edit.source))
    return found


def _guidance(lines: Sequence[Line], facets: Sequence[Line]) -> list[Note]:
    included = {about: (line.hcpcs, fact) for line in facets for about, fact in facts.included(line.hcpcs).items()}
    beside = dict.fromkeys(line.hcpcs for line in lines if line.hcpcs in included)
    return [
        Note.warning("guidance-included", f"{code} beside {included[code][0]}: {included[code][1].text}", included[code][1].source)
        for code in beside
    ]


def _regions(facets: Sequence[Line]) -> list[Note]:
    injections = [line for line in facets if facts.codes()[line.hcpcs].kind == facts.INJECTION]
    regions = sorted({facts.codes()[line.hcpcs].region for line in injections})
    if len(regions) < 2 or {line.hcpcs for line in injections} == _AT_THE_LIMIT_OF_THE_REGIONS:
        return []
    text = f"Injections in two regions ({' and '.join(regions)}) on a day: a session is limited to one region of the spine."
    return [Note.warning("two-regions", text, _LCDS)]


def _sessions(facets: Sequence[Line], known: Circumstances) -> list[Note]:
    if not known.history:
        return []
    found = []
    for session in dict.fromkeys(session_of(line.hcpcs, line.modifiers, line.day, known.purpose) for line in facets):
        assert session is not None
        limit = facts.session_limit(session.kind)
        if session.day < limit.first:
            continue
        earliest = _months_before(session.day, limit.months)
        same = {past.day for past in known.history if past._replace(day=session.day) == session}
        earlier = sorted(day for day in same if earliest < day < session.day)
        text = (
            f"{session.kind.capitalize()} session {len(earlier) + 1} on the {session.region} spine within {limit.months} months"
            f"{' (before: ' + ', '.join(map(str, earlier)) + ')' if earlier else ''}; Medicare pays {limit.sessions}."
        )
        note = Note.warning if len(earlier) >= limit.sessions else Note.info
        found.append(note("sessions", text, limit.source))
    return found


def _months_before(day: date, months: int) -> date:
    """Return the same day so many months before, or the last of a month that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
