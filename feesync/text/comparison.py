"""A comparison in text: where the rate is from, and a table of the places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from feesync.model.money import change, decimal
from feesync.text.bar import Bar
from feesync.text.block import Block, Line, Table
from feesync.text.cells import change_cell, dollar_cell, name_cell

if TYPE_CHECKING:
    from feesync.analysis.comparison import Comparison


def comparison_blocks(comparison: Comparison, most: int | None = None) -> Iterator[Block]:
    """Yield a comparison in text.

    Args:
        comparison: the comparison.
        most: how many places the table has at most, the first ones; by default all.
    """
    release = comparison.quote.release
    kind = " and ".join(setting.value for setting in comparison.settings)
    factor = decimal(comparison.quote.rate.conversion_factor, 4)
    yield Line(f"{comparison.code}, {kind}, {comparison.date}")
    if comparison.contract:
        yield Line(f"{comparison.contract.words}")
    yield Line(
        f"{release.label}, in effect {release.effective_from} to {release.effective_to}, "
        f"conversion factor {factor} {comparison.quote.rate.basis}\n"
    )
    both = len(comparison.settings) > 1
    amounts = (
        ("Nonfacility", "Facility", "Difference", "Percent")
        if both
        else ("Allowed", "To national", "Percent")
    )
    longest = max(
        (amount or 0 for place in comparison.places for amount in place.amounts.values()), default=0
    )
    rows = []
    for place in comparison.places[:most]:
        first, *second = (place.amounts[setting] for setting in comparison.settings)
        difference, percent = (
            change(first, second[0])
            if both
            else change(comparison.national.amounts[comparison.settings[0]], first)
        )
        if not both and place.locality.is_national:
            difference = percent = None
        rows.append(
            [
                place.locality.key,
                place.locality.state or "",
                name_cell(place.locality.name),
                *map(dollar_cell, (first, *second)),
                change_cell(difference),
                change_cell(percent),
                Bar(first, longest, second[0] if both else None),
            ]
        )
    yield Table(("Locality", "State", "Name", *amounts, ""), rows, right=amounts, cut=("Name",))
