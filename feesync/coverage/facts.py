"""The tables of data/coverage, read once, on first use: what holds for a code, on a day, at a place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import NamedTuple

from feesync.reference import read_table

INJECTION = "injection"
DIAGNOSTIC, THERAPEUTIC, ABLATION = "diagnostic", "therapeutic", "ablation"
"""What a session is for; that of an injection is diagnostic or therapeutic."""

THIRD_LEVEL = "third and further"

ADJUDICATION = {
    2: "by policy, not to be exceeded",
    3: "by clinical use, to be exceeded on appeal with documentation only",
}
"""What the MUE adjudication indicators mean; both count the units of a day."""


class FacetCode(NamedTuple):
    """A facet joint code: injection or ablation, the region of the spine, and which level it stands for."""

    hcpcs: str
    kind: str
    region: str
    level: str


class UnitEdit(NamedTuple):
    """The most units that a practitioner may report for a code (MUE), and how CMS adjudicates it (MAI)."""

    units: int
    adjudication: int
    source: str


class PriorAuthorization(NamedTuple):
    """The days on which hospital outpatient departments need prior authorization for a code."""

    pos: str
    first: date
    last: date
    source: str


class Mac(NamedTuple):
    """A Medicare administrative contractor's number: the contractor, its jurisdiction, and the states."""

    mac: str
    contractor: str
    jurisdiction: str
    states: tuple[str, ...]


class Lcd(NamedTuple):
    """A contractor's local coverage determination on facet joints, with its billing article.

    `third_level_ends` is the first day on which it covers no third level; None where that day of 2024 is not recorded.
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
    """How many sessions of a kind Medicare pays in a region of the spine within rolling months."""

    sessions: int
    months: int
    first: date
    source: str


class Fact(NamedTuple):
    """One line of the billing sheet: its topic, what of it, and the text."""

    topic: str
    about: str
    text: str
    source: str


@cache
def _table(name: str) -> list[dict[str, str]]:
    return read_table(f"coverage/{name}.csv")


@cache
def codes() -> dict[str, FacetCode]:
    """Return the facet joint codes."""
    return {row["hcpcs"]: FacetCode(row["hcpcs"], row["kind"], row["region"], row["level"]) for row in _table("codes")}


@cache
def unit_edit(hcpcs: str, day: date) -> UnitEdit | None:
    """Return the unit edit of a code on a day, None where none is recorded."""
    found = [row for row in _table("units") if row["hcpcs"] == hcpcs and _first(row["from"]) <= day]
    if not found:
        return None
    newest = max(found, key=lambda row: row["from"])
    return UnitEdit(int(newest["units"]), int(newest["adjudication"]), newest["source"])


@cache
def prior_authorizations(hcpcs: str) -> tuple[PriorAuthorization, ...]:
    """Return the places of service and days for which a code needs prior authorization."""
    return tuple(
        PriorAuthorization(row["pos"], _first(row["from"]), _last(row["to"]), row["source"])
        for row in _table("prior_authorization")
        if row["hcpcs"] == hcpcs
    )


@cache
def macs() -> dict[str, Mac]:
    """Return the contractors by their number."""
    return {
        row["mac"]: Mac(row["mac"], row["contractor"], row["jurisdiction"], tuple(row["states"].split()))
        for row in read_table("reference/macs.csv")
    }


@cache
def lcds() -> dict[str, Lcd]:
    """Return the LCDs on facet joints, by jurisdiction."""
    return {
        row["jurisdiction"]: Lcd(
            row["jurisdiction"],
            row["contractor"],
            row["lcd"],
            row["article"],
            _first(row["from"]),
            _first(row["third_level_ends"]) if row["third_level_ends"] else None,
            row["source"],
            row["remark"],
        )
        for row in _table("lcds")
    }


def lcd_of(mac: str) -> Lcd | None:
    """Return the LCD of a contractor's number, None where none is recorded."""
    contractor = macs().get(mac)
    return lcds().get(contractor.jurisdiction) if contractor else None


@cache
def session_limit(kind: str) -> SessionLimit:
    """Return the limit of a kind of session."""
    row = next(row for row in _table("sessions") if row["kind"] == kind)
    return SessionLimit(int(row["sessions"]), int(row["months"]), _first(row["from"]), row["source"])


@cache
def facts(hcpcs: str, day: date) -> tuple[Fact, ...]:
    """Return what else holds for a code on a day, in the order of the sheet."""
    return tuple(_facts(hcpcs, day))


@cache
def surgical_center(hcpcs: str) -> Fact:
    """Return how a surgical center reports both sides of a code on its own claim."""
    return next(fact for fact in _facts(hcpcs, date.max) if fact.about == "in an ASC")


@cache
def included(hcpcs: str) -> dict[str, Fact]:
    """Return what is not billed beside a code: the fact by the code that it is about."""
    return {fact.about: fact for fact in _facts(hcpcs, date.max) if fact.topic == "included"}


def _facts(hcpcs: str, day: date) -> Iterator[Fact]:
    for row in _table("facts"):
        if hcpcs in row["hcpcs"].split() and _first(row["from"]) <= day <= _last(row["to"]):
            yield Fact(row["topic"], row["about"], row["text"], row["source"])


def _first(text: str) -> date:
    return date.fromisoformat(text) if text else date.min


def _last(text: str) -> date:
    return date.fromisoformat(text) if text else date.max
