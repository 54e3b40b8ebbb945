"""Who pays, by date: sequestration, the Part B deductible, coinsurance, and what waives them."""

from datetime import date, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

from feesync.model.money import cents
from feesync.reference.tables import keys_of, read_table, rows_of

SEQUESTRATION = "reference/sequestration.csv"
PART_B_DEDUCTIBLE = "reference/part_b_deductible.csv"
_PREVENTIVE = "reference/preventive.csv"
_DOUBTS = {"V": "", "S": " (secondary)", "R": " (recalled)"}
"""What a source says of how sure it is, by the confidence of its row."""


class Sequestration(NamedTuple):
    """The cut of Medicare's own payment in a period, in ten-thousandths (200 is 2 %)."""

    first: date
    last: date
    rate: int
    confidence: str
    source: str


@cache
def _sequestrations() -> tuple[Sequestration, ...]:
    return tuple(
        Sequestration(
            date.fromisoformat(row["from"]),
            date.fromisoformat(row["to"]) if row["to"] else date.max,
            int(row["rate_percent"]) * 100,
            row["confidence"],
            row["source"],
        )
        for row in read_table(SEQUESTRATION)
    )


@cache
def sequestration_on(day: date) -> Sequestration | None:
    """Return the sequestration in force on a day, or None before 2013-04-01."""
    return next(
        (period for period in _sequestrations() if period.first <= day <= period.last), None
    )


@cache
def sequestration_rates() -> tuple[int, ...]:
    """Return every rate that there has been, in ten-thousandths, the lowest first."""
    return tuple(sorted({period.rate for period in _sequestrations()}))


class Deductible(NamedTuple):
    """The annual Part B deductible in the years from one day to another, in cents."""

    first: date
    last: date
    cents: int
    confidence: str
    source: str


@cache
def _deductibles() -> tuple[Deductible, ...]:
    return tuple(
        Deductible(
            date.fromisoformat(row["from"]),
            date.fromisoformat(row["to"]),
            cents(row["dollars"]),
            row["confidence"],
            row["source"],
        )
        for row in read_table(PART_B_DEDUCTIBLE)
    )


def part_b_deductible_on(day: date) -> Deductible | None:
    """Return the annual Part B deductible of the year of a day, None where it is not known."""
    return next((year for year in _deductibles() if year.first <= day <= year.last), None)


class CostSharing(NamedTuple):
    """The deductible and coinsurance of services in a period, and what the claim must show.

    Attributes:
        codes: single codes and ranges of numbers (`10000-69999`); empty for every code.
        modifier: the one that the line must have; empty where none is needed.
        beside: codes of which one must be on the same claim; empty where none is needed.
        first: first day.
        last: last day.
        deductible_waived: whether the patient owes no deductible.
        coinsurance: the patient's share, in ten-thousandths (1500 is 15 %).
        condition: what else it depends on, in words.
        source: the document that has the rule; how sure feesync is of it, where it is not verified.
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
    doubt = _DOUBTS[row["confidence"]]
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
    """Return the coinsurance of Part B, and the modifiers that change who pays, for any code."""
    return tuple(
        _cost_sharing(row, row["codes"]) for row in read_table("reference/cost_sharing.csv")
    )


@lru_cache(maxsize=4096)
def sharing_since(day: date) -> date:
    """Return the first day since which coinsurance and waivers are those of a day."""
    return max((change for change in _changes() if change <= day), default=date.min)


@cache
def _changes() -> frozenset[date]:
    """Return the days on which a rule of cost sharing begins, or no longer holds."""
    periods = [
        (row["from"], row["to"])
        for table in ("reference/cost_sharing.csv", _PREVENTIVE)
        for row in read_table(table)
    ]
    ends = {date.fromisoformat(last) + timedelta(days=1) for _, last in periods if last}
    return frozenset(date.fromisoformat(first) for first, _ in periods) | ends


@cache
def preventive_codes() -> frozenset[str]:
    """Return the codes in Medicare's list of preventive services."""
    return keys_of(_PREVENTIVE)


@lru_cache(maxsize=4096)
def preventive_cost_sharings(hcpcs: str) -> tuple[CostSharing, ...]:
    """Return the rows of a code in Medicare's list of preventive services; most have none."""
    return tuple(_cost_sharing(row, row["hcpcs"]) for row in rows_of(_PREVENTIVE, hcpcs))
