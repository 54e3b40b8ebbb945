"""Who pays: sequestration, the Part B deductible, coinsurance, and the services for which they are waived; by date."""

from __future__ import annotations

from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple

from feesync.reference.tables import read_table, rows_of


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
    return next(
        (period for period in _sequestrations() if period.first <= day <= period.last), None
    )


@cache
def part_b_deductibles() -> dict[int, str]:
    """Return the annual Part B deductible in dollars, as text, by calendar year."""
    return {
        int(row["year"]): row["dollars"] for row in read_table("reference/part_b_deductible.csv")
    }


class CostSharing(NamedTuple):
    """Which deductible and coinsurance a service has in a period, and what the claim must show for it.

    `codes` are single codes and ranges of numbers (`10000-69999`), none for every code; `modifier`
    is the one that the line carries, empty where none is needed; one of the codes `beside` stands
    on the same claim. `coinsurance` is the patient's share in ten-thousandths (1500 is 15 %).
    `condition` is what else it depends on, in words.
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
    """Return what holds whatever the code.

    The coinsurance of Part B, and the modifiers that change who pays.
    """
    return tuple(
        _cost_sharing(row, row["codes"]) for row in read_table("reference/cost_sharing.csv")
    )


@lru_cache(maxsize=4096)
def preventive_cost_sharings(hcpcs: str) -> tuple[CostSharing, ...]:
    """Return what Medicare's list of preventive services says of a code, nothing of most."""
    return tuple(
        _cost_sharing(row, row["hcpcs"]) for row in rows_of("reference/preventive.csv", hcpcs)
    )
