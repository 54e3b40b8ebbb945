"""The reference tables of data/: facts with a source column each, read once, on first use.

Rows are named tuples: every start imports this module, and a slotted dataclass takes it several times as long to make.
Out of scope: the embedded snapshot of rates (store.snapshot). `data/README.md` says where each fact comes from.
"""

from __future__ import annotations

import csv
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

_PACKAGE = Path(__file__).parent


@cache
def data_folder() -> Path:
    """Return the folder of data files: inside the package in a wheel, beside it in a checkout."""
    inside = _PACKAGE / "data"
    return inside if inside.is_dir() else _PACKAGE.parent / "data"


def read_table(name: str) -> list[dict[str, Any]]:
    """Return the rows of a CSV file of data/ as dictionaries of text."""
    with (data_folder() / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _rows_of(name: str, key: str) -> list[dict[str, str]]:
    """Return the rows whose first column is a key, without parsing the others."""
    header, *lines = _lines(name)
    found = [line for line in lines if line.startswith(f"{key},")]
    return list(csv.DictReader([header, *found])) if found else []


@cache
def _lines(name: str) -> tuple[str, ...]:
    return tuple((data_folder() / name).read_text(encoding="utf-8").splitlines())


class PlaceOfService(NamedTuple):
    """A CMS place of service code: which of the two rates it takes, and whether Medicare adjudicates claims with it.

    `biller` is who bills the facility's own share beside a practitioner; empty where nobody does.
    """

    pos: str
    setting: str
    name: str
    biller: str
    adjudicated: bool
    source: str


@cache
def places_of_service() -> dict[str, PlaceOfService]:
    """Return every place of service code, by its two digits."""
    return {
        row["pos"]: PlaceOfService(row["pos"], row["setting"], row["name"], row["biller"], row["adjudicated"] == "1", row["source"])
        for row in read_table("reference/place_of_service.csv")
    }


class Sequestration(NamedTuple):
    """The cut of Medicare's own payment in a period, in ten-thousandths (200 is 2 %)."""

    first: date
    last: date
    rate: int
    source: str


@cache
def _sequestrations() -> tuple[Sequestration, ...]:
    return tuple(
        Sequestration(
            date.fromisoformat(row["from"]),
            date.fromisoformat(row["to"]) if row["to"] else date.max,
            int(row["rate_percent"]) * 100,
            row["source"],
        )
        for row in read_table("reference/sequestration.csv")
    )


@cache
def sequestration_on(day: date) -> Sequestration | None:
    """Return the sequestration in force on a day, or None before 2013-04-01."""
    return next((period for period in _sequestrations() if period.first <= day <= period.last), None)


@cache
def part_b_deductibles() -> dict[int, str]:
    """Return the annual Part B deductible in dollars, as text, by calendar year."""
    return {int(row["year"]): row["dollars"] for row in read_table("reference/part_b_deductible.csv")}


class CostSharing(NamedTuple):
    """Which deductible and coinsurance a service has in a period, and what the claim must show for it.

    `codes` are single codes and ranges of numbers (`10000-69999`), none for every code; `modifier` is the one that the line
    carries, empty where none is needed; one of the codes `beside` stands on the same claim. `coinsurance` is the patient's share
    in ten-thousandths (1500 is 15 %). `condition` is what else it depends on, in words.
    """

    codes: tuple[str, ...]
    modifier: str
    beside: tuple[str, ...]
    first: date
    last: date
    deductible_waived: bool
    coinsurance: int
    condition: str
    source: str


def _cost_sharing(row: dict[str, str], codes: str) -> CostSharing:
    doubt = "" if row["confidence"] == "verified" else f" ({row['confidence']})"
    return CostSharing(
        codes=tuple(codes.split()),
        modifier=row["modifier"],
        beside=tuple(row.get("beside", "").split()),
        first=date.fromisoformat(row["from"]),
        last=date.fromisoformat(row["to"]) if row["to"] else date.max,
        deductible_waived=row["deductible_waived"] == "yes",
        coinsurance=int(row["coinsurance_percent"]) * 100,
        condition=row["condition"],
        source=row["source"] + doubt,
    )


@cache
def cost_sharings() -> tuple[CostSharing, ...]:
    """Return what holds whatever the code: the coinsurance of Part B, and the modifiers that change who pays."""
    return tuple(_cost_sharing(row, row["codes"]) for row in read_table("reference/cost_sharing.csv"))


@lru_cache(maxsize=4096)
def preventive_cost_sharings(hcpcs: str) -> tuple[CostSharing, ...]:
    """Return what Medicare's list of preventive services says of a code, nothing of most."""
    return tuple(_cost_sharing(row, row["hcpcs"]) for row in _rows_of("reference/preventive.csv", hcpcs))


@cache
def technical_codes() -> dict[str, tuple[str, ...]]:
    """Return the codes of the technical part of each test whose code holds both parts (PC/TC indicator 4)."""
    return {row["hcpcs"]: tuple(row["technical"].split()) for row in read_table("reference/global_tests.csv")}


@cache
def add_on_parents() -> dict[str, tuple[str, ...]]:
    """Return the codes, all of them, that a facet joint add-on is billed beside."""
    return {row["hcpcs"]: tuple(row["parents"].split()) for row in read_table("reference/add_ons.csv")}


class Contractor(NamedTuple):
    """Who a MAC number belongs to: the company that processes the Part B claims, its jurisdiction (`JE`), the states."""

    mac: str
    name: str
    jurisdiction: str
    states: str
    source: str


@cache
def contractors() -> dict[str, Contractor]:
    """Return the company behind each MAC number."""
    return {
        row["mac"]: Contractor(row["mac"], row["contractor"], row["jurisdiction"], row["states"], row["source"])
        for row in read_table("reference/macs.csv")
    }


class Effect(StrEnum):
    """What a modifier does to the price of a professional line; the last six change none, they belong on other lines."""

    INFORMS = "informs"
    PICKS_ROW = "picks_row"
    MULTIPLIES = "multiplies"
    SHARE = "share"
    SETTING = "setting"
    BY_REPORT = "by_report"
    DENIES = "denies"
    WHO_PAYS = "who_pays"
    BONUS = "bonus"
    ANESTHESIA = "anesthesia"
    LABORATORY = "laboratory"
    FACILITY = "facility"
    AMBULANCE = "ambulance"
    SUPPLIER = "supplier"
    DRUG = "drug"
    OTHER_PROGRAM = "other_program"


class ModifierEffect(NamedTuple):
    """What a modifier does from one day to another.

    Attributes:
        modifier: its two characters.
        effect: what it does to the price.
        factor: what is left of the amount, as text; empty where it is not multiplied by one.
        applies_to: to what, in words.
        codes: the only codes it applies to, where there are few; else empty.
        site: the eyelid, finger, toe (with its side) or vessel that it names; else empty.
        first: first day.
        last: last day.
        notice: how much a line that carries it should say so: `info`, `warning`, or empty for not at all.
        confidence: V checked against CMS's text, S read in a secondary source, R recalled.
        source: where it was read.
        words: what it does, in feesync's words.
    """

    modifier: str
    effect: Effect
    factor: str
    applies_to: str
    codes: tuple[str, ...]
    site: str
    first: date
    last: date
    notice: str
    confidence: str
    source: str
    words: str

    @property
    def scaled_factor(self) -> int | Fraction:
        """The factor in ten-thousandths: 8500 for 0.85, a Fraction for 1/3."""
        factor = Fraction(self.factor) * 10_000
        return int(factor) if factor.denominator == 1 else factor


MODIFIERS = "reference/modifiers.csv"
"""The table of modifiers, in data/."""


@cache
def modifier_effects(modifier: str) -> tuple[ModifierEffect, ...]:
    """Return what a modifier does, by date; nothing for one that is unknown."""
    return tuple(
        ModifierEffect(
            modifier=row["modifier"],
            effect=Effect(row["effect"]),
            factor=row["factor"],
            applies_to=row["applies_to"],
            codes=tuple(row["codes"].split()),
            site=row["site"],
            first=date.fromisoformat(row["from"]) if row["from"] else date.min,
            last=date.fromisoformat(row["to"]) if row["to"] else date.max,
            notice=row["notice"],
            confidence=row["confidence"],
            source=row["source"],
            words=row["words"],
        )
        for row in _rows_of(MODIFIERS, modifier)
    )


@cache
def modifiers() -> tuple[str, ...]:
    """Return every modifier of the table, in its order."""
    return tuple(dict.fromkeys(row["modifier"] for row in read_table(MODIFIERS)))
