"""The tables of data/coverage: the facts for a code, on a day, with a contractor."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from feesync.reference.tables import read_table

INJECTION = "injection"
DIAGNOSTIC, THERAPEUTIC, ABLATION = "diagnostic", "therapeutic", "ablation"
"""The kinds of sessions; a session of injections is diagnostic or therapeutic."""

THIRD_LEVEL, FURTHER_LEVEL = "third and further", "each further"

ADJUDICATION = {
    2: "by policy: more is denied",
    3: "by clinical use: more is denied unless the contractor is shown that it was necessary",
}
"""What the MUE adjudication indicators mean; both count the units of a day.

Source: NCCI policy manual ch. 1 (secondary).
"""


class FacetCode(NamedTuple):
    """A facet joint code: its kind (injection or ablation), its region of the spine, its level."""

    hcpcs: str
    kind: str
    region: str
    level: str


class UnitEdit(NamedTuple):
    """The most units of a code on a day (MUE), and the indicator of its adjudication (MAI)."""

    units: int
    adjudication: int
    first: date
    source: str


class PriorAuthorization(NamedTuple):
    """The days on which hospital outpatient departments need prior authorization for a code."""

    pos: str
    first: date
    last: date
    source: str


class Lcd(NamedTuple):
    """A contractor's local coverage determination on facet joints, and its billing article.

    `first` is the first day for which feesync records it. `third_level_ends` is the first day on
    which it covers no third level; None where that day, of 2024, is not recorded.
    """

    jurisdiction: str
    contractor: str
    lcd: str
    article: str
    first: date
    third_level_ends: date | None
    source: str
    remark: str


class SessionLimit(NamedTuple):
    """How many sessions of a kind Medicare pays in a region of the spine within so many months."""

    sessions: int
    months: int
    first: date
    source: str


class Junction(NamedTuple):
    """Codes of two regions that count as one region where both are done in one session.

    These are the joints between the thoracic and the lumbar spine.
    """

    hcpcs: frozenset[str]
    region: str
    first: date
    source: str


class Fact(NamedTuple):
    """A line of the billing sheet: topic, subject, text, source, and the days on which it holds.

    `jurisdictions` are those of the contractors that it is recorded of; none where it is national,
    or all contractors have it.
    """

    topic: str
    about: str
    text: str
    source: str
    first: date = date.min
    last: date = date.max
    jurisdictions: tuple[str, ...] = ()


@cache
def codes() -> Mapping[str, FacetCode]:
    """Return the facet joint codes."""
    return MappingProxyType(
        {
            row["hcpcs"]: FacetCode(row["hcpcs"], row["kind"], row["region"], row["level"])
            for row in _table("codes")
        }
    )


def unit_edit(hcpcs: str, day: date) -> UnitEdit | None:
    """Return the unit edit of a code on a day, None where none is recorded."""
    return next((edit for edit in _unit_edits(hcpcs) if edit.first <= day), None)


@cache
def prior_authorizations(hcpcs: str) -> tuple[PriorAuthorization, ...]:
    """Return the places of service and days for which a code needs prior authorization."""
    return tuple(
        PriorAuthorization(row["pos"], _first(row["from"]), _last(row["to"]), row["source"])
        for row in _table("prior_authorization")
        if row["hcpcs"] == hcpcs
    )


@cache
def lcds() -> Mapping[str, Lcd]:
    """Return the LCDs on facet joints, by jurisdiction."""
    by_jurisdiction = {}
    for row in _table("lcds"):
        end = _first(row["third_level_ends"]) if row["third_level_ends"] else None
        names = (row["jurisdiction"], row["contractor"], row["lcd"], row["article"])
        by_jurisdiction[row["jurisdiction"]] = Lcd(
            *names, _first(row["from"]), end, row["source"], row["remark"]
        )
    return MappingProxyType(by_jurisdiction)


def lcd_of(mac: str) -> Lcd | None:
    """Return the LCD of the contractor with a number, or None where none is recorded."""
    from feesync.reference.contractors import contractors  # of few lines, not at every start

    contractor = contractors().get(mac)
    return lcds().get(contractor.jurisdiction) if contractor else None


@cache
def session_limit(kind: str) -> SessionLimit:
    """Return the limit of a kind of session."""
    row = next(row for row in _table("sessions") if row["kind"] == kind)
    return SessionLimit(
        int(row["sessions"]), int(row["months"]), _first(row["from"]), row["source"]
    )


@cache
def junctions() -> tuple[Junction, ...]:
    """Return the groups of codes of two regions that count as one region."""
    return tuple(
        Junction(frozenset(row["hcpcs"].split()), row["region"], _first(row["from"]), row["source"])
        for row in _table("junctions")
    )


def facts(hcpcs: str, day: date) -> list[Fact]:
    """Return the other facts for a code on a day, in the order of the sheet."""
    return [fact for fact in _facts(hcpcs) if fact.first <= day <= fact.last]


def fact(hcpcs: str, about: str, day: date) -> Fact | None:
    """Return the fact about a subject for a code on a day, or None."""
    return next(
        (fact for fact in _facts(hcpcs) if fact.about == about and fact.first <= day <= fact.last),
        None,
    )


@cache
def _unit_edits(hcpcs: str) -> tuple[UnitEdit, ...]:
    edits = [
        UnitEdit(int(row["units"]), int(row["adjudication"]), _first(row["from"]), row["source"])
        for row in _table("units")
        if row["hcpcs"] == hcpcs
    ]
    return tuple(sorted(edits, key=lambda edit: edit.first, reverse=True))


@cache
def _facts(hcpcs: str) -> tuple[Fact, ...]:
    return tuple(
        Fact(
            row["topic"],
            row["about"],
            row["text"],
            row["source"],
            _first(row["from"]),
            _last(row["to"]),
            tuple(row["jurisdictions"].split()),
        )
        for row in _table("facts")
        if hcpcs in row["hcpcs"].split()
    )


@cache
def _table(name: str) -> list[dict[str, str]]:
    return read_table(f"coverage/{name}.csv")


def _first(text: str) -> date:
    return date.fromisoformat(text) if text else date.min


def _last(text: str) -> date:
    return date.fromisoformat(text) if text else date.max
