"""The reference tables of data/: facts with a source column each, read once, on first use.

Out of scope: the embedded snapshot of rates (store.snapshot). `data/README.md` says where each fact comes from.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

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


@dataclass(frozen=True, slots=True)
class PlaceOfService:
    """A CMS place of service code: which of the two rates it takes, and whether Medicare adjudicates claims with it."""

    pos: str
    setting: str
    name: str
    adjudicated: bool
    source: str


@cache
def places_of_service() -> dict[str, PlaceOfService]:
    """Return every place of service code, by its two digits."""
    return {
        row["pos"]: PlaceOfService(row["pos"], row["setting"], row["name"], row["adjudicated"] == "1", row["source"])
        for row in read_table("reference/place_of_service.csv")
    }


@dataclass(frozen=True, slots=True)
class Sequestration:
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


@cache
def technical_codes() -> dict[str, tuple[str, ...]]:
    """Return the codes of the technical part of each test whose code holds both parts (PC/TC indicator 4)."""
    return {row["hcpcs"]: tuple(row["technical"].split()) for row in read_table("reference/global_tests.csv")}


@cache
def add_on_parents() -> dict[str, tuple[str, ...]]:
    """Return the codes, all of them, that a facet joint add-on is billed beside."""
    return {row["hcpcs"]: tuple(row["parents"].split()) for row in read_table("reference/add_ons.csv")}


@dataclass(frozen=True, slots=True)
class Contractor:
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
