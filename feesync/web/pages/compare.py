"""The page of a comparison: a code in each locality, the highest amount first."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from feesync.model.locality import Locality
from feesync.model.money import dollars_or_none
from feesync.web.carry import alone
from feesync.web.page import Page, Visit

if TYPE_CHECKING:
    from feesync.analysis.comparison import Comparison

_MOST = 1_000
_BAR = 100
"""The width of the longest bar, in units of the picture."""


class Row(NamedTuple):
    """A place of a comparison.

    Attributes:
        place: the locality.
        address: of the estimate there.
        amounts: dollars in each setting, None where there is no price.
        difference: to the national amount, or of the settings, in dollars.
        percent: the same in percent.
        bars: how long the bar of each amount is; the longest of all is 100.
    """

    place: Locality
    address: str
    amounts: tuple[Decimal | None, ...]
    difference: Decimal | None
    percent: Decimal | None
    bars: tuple[int, ...]


def _view(visit: Visit) -> Mapping[str, object]:
    if visit.answer is None:
        return {}
    comparisons, room = [], _MOST
    for one in visit.answer.result:
        if room > 0:
            comparisons.append((one, _rows(visit, one)[:room]))
        room -= len(one.places)
    return {"comparisons": comparisons, "shown": min(_MOST, _MOST - room), "whole": _MOST - room}


def _rows(visit: Visit, comparison: Comparison) -> list[Row]:
    from feesync.model.money import change

    first, *second = comparison.settings
    longest = max(
        (amount or 0 for place in comparison.places for amount in place.amounts.values()), default=0
    )
    rows = []
    for place in comparison.places:
        cents = [place.amounts[setting] for setting in comparison.settings]
        before, after = cents if second else (comparison.national.amounts[first], cents[0])
        is_base = place.locality.is_national and not second
        difference, percent = (None, None) if is_base else change(before, after)
        key = "national" if place.locality.is_national else place.locality.key
        rows.append(
            Row(
                place.locality,
                alone(visit.values, comparison.code, locality=key),
                tuple(map(dollars_or_none, cents)),
                difference,
                percent,
                tuple(_BAR * (amount or 0) // longest if longest else 0 for amount in cents),
            )
        )
    return rows


PAGE = Page(
    name="compare",
    short="Compare",
    title="Compare places",
    text="What Medicare allows for a code in each locality, the highest amount first, beside the "
    "national amount.",
    fields=("hcpcs", "modifiers", "date", "state"),
    more=("locality", "setting", "qp"),
    split=frozenset({"hcpcs"}),
    view=_view,
)
