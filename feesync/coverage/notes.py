"""Notes on facet joint lines: what a contractor is likely to return or deny.

They change no price. Each rule is a function of one line, or of the lines of one day together; a
line by itself is a day with one line.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from feesync.coverage import facts
from feesync.coverage.sessions import DIAGNOSTIC_MODIFIER, DatedLine, regions, sessions
from feesync.model.locality import Locality
from feesync.model.note import Note
from feesync.pricing.line import Line
from feesync.pricing.modifiers import ASSISTANTS, BOTH_SIDES, SIDES, has
from feesync.reference.modifiers import Effect

_ASC = "24"
_KX, _REGION, _ASC_CLAIM, _LIMIT = "KX", "region", "ASC claim", "limit"
"""Subjects of facts."""


class Circumstances(NamedTuple):
    """What the caller says beside the lines: the purpose of injections, and earlier services."""

    purpose: str | None = None
    history: tuple[DatedLine, ...] = ()


def line_notes(
    line: Line, pos: str | None, place: Locality, circumstances: Circumstances
) -> list[Note]:
    """Return the notes on one line: KX, the third level, prior authorization."""
    code = facts.codes().get(line.hcpcs)
    if code is None:
        return []
    notes = [
        _kx(line, code, circumstances.purpose),
        _third_level(line, code, place),
        _authorization(line, pos),
    ]
    return [note for note in notes if note]


def day_notes(lines: Sequence[Line], pos: str | None, circumstances: Circumstances) -> list[Note]:
    """Return the notes on the lines of one day together.

    They are on units, levels, surgical centers, image guidance, regions, KX and sessions.
    """
    codes = facts.codes()
    facets = [
        line for line in lines if line.hcpcs in codes and not has(line.modifiers, Effect.DENIES)
    ]
    if not facets:
        return []
    return [
        *_units(facets),
        *_levels(facets),
        *_surgical_center(facets, pos),
        *_guidance(lines, facets),
        *_regions(facets),
        *_kx_on_some(facets),
        *_sessions(facets, circumstances),
    ]


def _kx(line: Line, code: facts.FacetCode, purpose: str | None) -> Note | None:
    has_kx = DIAGNOSTIC_MODIFIER in line.modifiers
    if code.kind != facts.INJECTION:
        diagnostic = facts.session_limit(facts.DIAGNOSTIC)
        if has_kx and line.day >= diagnostic.first:
            return Note.warning(
                "kx-on-ablation",
                f"KX marks diagnostic injections; {line.hcpcs} is an ablation.",
                diagnostic.source,
            )
        return None
    fact = facts.fact(line.hcpcs, _KX, line.day)
    if fact is None:
        return None
    if purpose == facts.DIAGNOSTIC and not has_kx:
        text = (
            f"{line.hcpcs} without KX counts as therapeutic: KX belongs on the line of every "
            "diagnostic injection."
        )
        return Note.warning("kx-missing", text, fact.source)
    if purpose == facts.THERAPEUTIC and has_kx:
        text = (
            f"KX on {line.hcpcs} says that the injection is diagnostic; it does not belong on a "
            "therapeutic one."
        )
        return Note.warning("kx-on-therapeutic", text, fact.source)
    return None


def _third_level(line: Line, code: facts.FacetCode, place: Locality) -> Note | None:
    if code.level != facts.THIRD_LEVEL:
        return None
    from feesync.coverage.third_level import third_level  # reads more than other lines need

    verdict = third_level(
        line.hcpcs, None if place.is_national else facts.lcd_of(place.mac), line.day
    )
    return verdict and Note.warning(
        verdict.code, f"{line.hcpcs}, a third level: {verdict.text}", verdict.source
    )


def _authorization(line: Line, pos: str | None) -> Note | None:
    need = next((need for need in facts.prior_authorizations(line.hcpcs) if need.pos == pos), None)
    if need is None or not need.first <= line.day <= need.last:
        return None
    text = (
        f"The hospital's outpatient service (place of service {pos}) needs prior authorization for "
        f"{line.hcpcs}, unless it is a critical access hospital or one that CMS has exempted; the "
        "practitioner's claim depends on it."
    )
    return Note.warning("prior-authorization", text, need.source)


def _units(facets: Sequence[Line]) -> list[Note]:
    surgeons = [line for line in facets if not ASSISTANTS & set(line.modifiers)]
    notes = []
    for hcpcs in dict.fromkeys(line.hcpcs for line in surgeons):
        own = [line for line in surgeons if line.hcpcs == hcpcs]
        units = sum(line.units for line in own)
        edit = facts.unit_edit(hcpcs, own[0].day)
        if edit is None or units <= edit.units:
            continue
        text = (
            f"{units} units of {hcpcs} on a day: its MUE is {edit.units} (MAI "
            f"{edit.adjudication}, {_meaning(edit)})."
        )
        if edit.units == 1 and units == 2 and not any(BOTH_SIDES in line.modifiers for line in own):
            text += " Where they are the two sides: one line, modifier 50, 1 unit."
        notes.append(Note.warning("units-above-mue", text, edit.source))
    return notes


def _meaning(edit: facts.UnitEdit) -> str:
    return facts.ADJUDICATION[edit.adjudication]


def _levels(facets: Sequence[Line]) -> list[Note]:
    """Return notes on ablations of more than one further level on a side.

    A session has at most two levels. Further levels of injections have codes of their own.
    """
    notes = []
    for hcpcs in dict.fromkeys(
        line.hcpcs for line in facets if facts.codes()[line.hcpcs].level == facts.FURTHER_LEVEL
    ):
        own = [
            line for line in facets if line.hcpcs == hcpcs and not ASSISTANTS & set(line.modifiers)
        ]
        limit = facts.fact(hcpcs, _LIMIT, facets[0].day)
        sides = [
            sum(
                line.units for line in own if side in line.modifiers or BOTH_SIDES in line.modifiers
            )
            for side in sorted(SIDES)
        ]
        sideless = sum(line.units for line in own if not {BOTH_SIDES, *SIDES} & set(line.modifiers))
        most = max(max(sides), (sum(sides) + sideless + 1) // 2)
        if limit and most > 1:
            text = (
                f"{hcpcs}: {most} further levels on a side, beside the first: a session is of "
                "one to two levels."
            )
            notes.append(Note.warning("levels-above-limit", text, limit.source))
    return notes


def _surgical_center(facets: Sequence[Line], pos: str | None) -> list[Note]:
    notes = []
    for hcpcs in dict.fromkeys(line.hcpcs for line in facets) if pos == _ASC else ():
        modifiers = {
            modifier for line in facets if line.hcpcs == hcpcs for modifier in line.modifiers
        }
        fact = facts.fact(hcpcs, _ASC_CLAIM, facets[0].day)
        if fact and (BOTH_SIDES in modifiers or modifiers >= SIDES):
            notes.append(Note.info("asc-two-lines", f"{hcpcs}: {fact.text}", fact.source))
    return notes


def _guidance(lines: Sequence[Line], facets: Sequence[Line]) -> list[Note]:
    notes = []
    for code in dict.fromkeys(line.hcpcs for line in lines):
        fact = facts.fact(facets[0].hcpcs, code, facets[0].day)
        if fact:
            notes.append(
                Note.warning(
                    "guidance-included",
                    f"{code} beside {facets[0].hcpcs}: {fact.text}",
                    fact.source,
                )
            )
    return notes


def _injections(facets: Sequence[Line]) -> list[Line]:
    return [line for line in facets if facts.codes()[line.hcpcs].kind == facts.INJECTION]


def _regions(facets: Sequence[Line]) -> list[Note]:
    injections = _injections(facets)
    if not injections:
        return []
    day = injections[0].day
    fact = facts.fact(injections[0].hcpcs, _REGION, day)
    several = sorted(set(regions({line.hcpcs for line in injections}, day).values()))
    if len(several) < 2 or fact is None:
        return []
    text = (
        f"Injections in two regions ({' and '.join(several)}) on a day: a session is limited to "
        "one region of the spine."
    )
    return [Note.warning("two-regions", text, fact.source)]


def _kx_on_some(facets: Sequence[Line]) -> list[Note]:
    injections = _injections(facets)
    without = [line.hcpcs for line in injections if DIAGNOSTIC_MODIFIER not in line.modifiers]
    if not without or len(without) == len(injections):
        return []
    fact = facts.fact(without[0], _KX, injections[0].day)
    if fact is None:
        return []
    text = (
        f"KX is not on {' and '.join(dict.fromkeys(without))}: it belongs on the line of every "
        "diagnostic injection."
    )
    return [Note.warning("kx-on-some-lines", text, fact.source)]


def _sessions(facets: Sequence[Line], circumstances: Circumstances) -> list[Note]:
    if not circumstances.history:
        return []
    past = sessions(circumstances.history)
    lines = [DatedLine(line.day, line.hcpcs, line.modifiers) for line in facets]
    without_purpose = sessions(lines)
    notes = []
    day = max(line.day for line in facets)
    if later := sorted({line.day for line in circumstances.history if line.day > day}):
        text = f"History of {', '.join(map(str, later))} is after {day}, and not counted."
        notes.append(Note.warning("history-later", text, "feesync"))
    for session in sessions(lines, circumstances.purpose):
        limit = facts.session_limit(session.kind)
        if session.day < limit.first:
            continue
        earliest = max(_months_before(session.day, limit.months), limit.first)
        earlier = sorted(
            other.day
            for other in past
            if (other.region, other.kind) == (session.region, session.kind)
            and earliest < other.day < session.day
        )
        number = len(earlier) + 1
        before = f" (before: {', '.join(map(str, earlier))})" if earlier else ""
        text = (
            f"{session.kind.capitalize()} session {number} on the {session.region} spine within "
            f"{limit.months} months{before}"
        )
        if session not in without_purpose:
            text += f", once KX is {'on' if session.kind == facts.DIAGNOSTIC else 'off'} the line"
        if number > limit.sessions:
            notes.append(
                Note.warning(
                    "sessions",
                    f"{text}: more than the {limit.sessions} that Medicare pays.",
                    limit.source,
                )
            )
        else:
            notes.append(
                Note.info("sessions", f"{text}; Medicare pays {limit.sessions}.", limit.source)
            )
    return notes


def _months_before(day: date, months: int) -> date:
    """Return the same day some months earlier, or the last day of a month without that day."""
    from calendar import monthrange

    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
