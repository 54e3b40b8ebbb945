"""A price list beside what Medicare allows: each row, and counts and percentages of them all.

Out of scope: how each is held against Medicare (price_check), and the file of a list (price_file).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from statistics import median_low
from typing import TYPE_CHECKING

from feesync.analysis.price_row import Finding, PriceRow
from feesync.errors import ExitStatus, worst
from feesync.model.money import json_ready
from feesync.model.note import Note, Severity
from feesync.model.result import RowResult

if TYPE_CHECKING:
    from feesync.analysis.dictionaries import PriceListDict, PriceRowDict


@dataclass(frozen=True, slots=True)
class PriceList(RowResult):
    """A price list beside what Medicare allows.

    Attributes:
        prices: each price of the list.
    """

    prices: tuple[PriceRow, ...]

    @property
    def counts(self) -> dict[Finding, int]:
        """How many prices there are of each finding."""
        counts = Counter(price.finding for price in self.prices)
        return {finding: counts[finding] for finding in Finding}

    @property
    def releases(self) -> dict[str, int]:
        """How many prices are right by another release, the most first."""
        return dict(
            Counter(chain.from_iterable(price.releases for price in self.prices)).most_common()
        )

    @property
    def percents(self) -> tuple[Decimal, Decimal, Decimal] | None:
        """The lowest, the median and the highest price in percent of what Medicare allows.

        Of two in the middle the median is the lower one.
        """
        percents = [price.percent for price in self.prices if price.percent is not None]
        if not percents:
            return None
        return min(percents), median_low(percents), max(percents)

    @property
    def common_percent(self) -> tuple[Decimal, int] | None:
        """The percentage that most prices have, and how many; None where no two have the same."""
        percents = Counter(price.percent for price in self.prices if price.percent is not None)
        ((percent, count),) = percents.most_common(1) or [(Decimal(0), 0)]
        return (percent, count) if count > 1 else None

    @property
    def status(self) -> ExitStatus:
        """The worst of the exit statuses of rows that are refused, or have no price."""
        return worst(price.status for price in self.prices)

    @property
    def notes(self) -> list[Note]:
        """The notes on releases and places, once; of the ZIPs of one file the first."""
        notes: dict[object, Note] = {}
        for note in chain.from_iterable(price.notes for price in self.prices):
            by_file = note.severity is Severity.INFO
            notes.setdefault((note.code, note.source) if by_file else note, note)
        return list(notes.values())

    @property
    def differs(self) -> bool:
        """Whether a price is another than what Medicare allows."""
        return any(price.difference for price in self.prices)

    def rows(self) -> list[PriceRowDict]:
        """Return a row for each price, for `json.dumps`."""
        return [price.to_dict() for price in self.prices]

    def to_dict(self) -> PriceListDict:
        """Return the rows and the summary, for `json.dumps`."""
        percents, common = self.percents, self.common_percent
        return json_ready(
            {
                "rows": self.rows(),
                "summary": {
                    "findings": {finding.value: count for finding, count in self.counts.items()},
                    "releases": self.releases,
                    "percent": percents
                    and dict(zip(("lowest", "median", "highest"), percents, strict=True)),
                    "common_percent": common
                    and dict(zip(("percent", "rows"), common, strict=True)),
                },
            }
        )
