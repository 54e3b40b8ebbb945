"""The page of a diff: what changed from one release to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from feesync.model.money import percent_change
from feesync.web.offers import labels
from feesync.web.page import Page, Visit

if TYPE_CHECKING:
    from feesync.changes.change import AmountChange, CodeChange, Diff

_MOST, _MOST_OF_ALL = 200, 1_000
_MOST_PLACES = 12


class Row(NamedTuple):
    """A code and setting of a diff; without an amount where none differs.

    Attributes:
        code: the code's changes.
        amount: the amounts of a setting, None where no amount differs.
        reason: what changed.
    """

    code: CodeChange
    amount: AmountChange | None
    reason: str


def _view(visit: Visit) -> Mapping[str, object]:
    if visit.answer is None:
        return {}
    from feesync.changes.change import Kind, count_kind, gpci_changes

    results: tuple[Diff, ...] = visit.answer.result
    first, most = results[0], max(1, min(_MOST, _MOST_OF_ALL // len(results)))
    factors = [
        release.factors[basis]
        for release, basis in zip((first.before, first.after), first.bases, strict=True)
    ]
    return {
        "first": first,
        "factor_change": percent_change(*factors) if factors[0] != factors[1] else None,
        "places": [
            (change, list(gpci_changes(change.before, change.after)))
            if change.before and change.after
            else (change, [])
            for change in first.places[:_MOST_PLACES]
        ],
        "counts": {kind.value: count_kind(first.codes, kind) for kind in Kind},
        "results": [_of_place(result, most) for result in results],
    }


def _of_place(result: Diff, most: int) -> dict[str, object]:
    """Return the rows of a place, the largest change first, as far as they are shown."""
    from feesync.changes.change import gpci_changes

    rows = sorted(
        (
            (amount.rank if amount else code.rank, number, Row(code, amount, result.reason(code)))
            for number, code in enumerate(result.codes)
            for amount in code.differences or (None,)
        ),
        key=lambda row: row[:2],
    )
    return {
        "place": result.here[1],
        "gpcis": list(gpci_changes(*result.here)),
        "rows": [row for _, _, row in rows[:most]],
        "whole": len(rows),
    }


PAGE = Page(
    name="diff",
    short="Changes",
    title="What changed",
    text="What one release changed of another: the conversion factor, localities, codes, and what "
    "Medicare allows.",
    fields=("before", "after", "codes", "locality"),
    more=("state", "setting", "qp"),
    split=frozenset({"codes"}),
    offers=labels,
    view=_view,
)
