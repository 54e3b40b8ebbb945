"""What changed between two releases, in text: counts, and a table of the codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from feesync.changes.change import (
    GPCIS,
    AmountChange,
    CodeChange,
    Diff,
    Kind,
    PlaceChange,
    count_kind,
    gpci_changes,
)
from feesync.model.locality import Locality
from feesync.model.money import percent_change
from feesync.store.pair import revision_name
from feesync.text.block import Block, Line, LongLine, Table
from feesync.text.cells import name_cell

ROWS = 40
"""How many rows a table of codes has, unless another number is asked for."""

_TABLE = ("Code", "Setting", "Before", "After", "Change", "%", "What changed")
_GROUPS = ("with another amount", "whose price came or went", "without a change in dollars")
_MOST_PLACES = 10
_REASON_WIDTH = 60


def diff_blocks(results: Sequence[Diff], most: int = ROWS) -> Iterator[Block]:
    """Yield the changes between two releases in text, and then the dollars of each place.

    Args:
        results: the changes, one for each place.
        most: rows of each table; 0 for all.
    """
    yield from _summary(results[0])
    for number, result in enumerate(results):
        if number:
            yield Line()
        yield _line("Dollars of", _here(result))
        yield Line()
        yield from _code_table(result, most)


def _summary(result: Diff) -> Iterator[Block]:
    for name, release, basis in zip(
        ("Before", "After "), (result.before, result.after), result.bases, strict=True
    ):
        yield Line(
            f"{name}  {revision_name(release)}, in effect {release.effective_from} to "
            f"{release.effective_to}, {basis}"
        )
    yield Line()
    yield _line("Conversion factor", _factor(result))
    yield _line("Localities", _localities(result))
    for line in _places(result):
        yield _line("", line)
    yield _line("Codes", _codes(result))
    yield _line("Payments", _payments(result))


def _line(name: str, text: str) -> Block:
    return LongLine(f"{name:<18} {text}")


def _factor(result: Diff) -> str:
    before, after = result.factors
    if before == after:
        return f"{before}, unchanged"
    percent = percent_change(
        *(
            release.factors[basis]
            for release, basis in zip((result.before, result.after), result.bases, strict=True)
        )
    )
    return f"{before} before, {after} after ({percent:+} %)"


def _localities(result: Diff) -> str:
    counts = [
        f"{count_kind(result.places, kind)} {kind}"
        for kind in (Kind.ADDED, Kind.DELETED, Kind.CHANGED)
    ]
    return f"{result.localities} in both; " + (
        ", ".join(counts) if result.places else "none changed"
    )


def _places(result: Diff) -> Iterable[str]:
    """Return a line for each locality that differs; where there are many, one with ranges."""
    if len(result.places) <= _MOST_PLACES:
        return map(_place_line, result.places)
    moves = [
        change
        for place in result.places
        if place.before and place.after
        for change in gpci_changes(place.before, place.after)
    ]
    spans = [
        f"{name} {min(of_name):+} to {max(of_name):+}"
        for name in GPCIS
        if (of_name := [new - old for gpci, old, new in moves if gpci == name])
    ]
    return [f"{', '.join(spans)} (--json has each)"]


def _codes(result: Diff) -> str:
    counts = [
        f"{count_kind(result.codes, kind):,} {kind}"
        for kind in (Kind.ADDED, Kind.DELETED, Kind.CHANGED)
    ]
    if repriced := count_kind(result.codes, Kind.REPRICED):
        counts.append(f"{repriced:,} only repriced by {', '.join(result.reasons)}")
    return f"{', '.join(counts)} (26, TC and 53 rows by themselves)"


def _payments(result: Diff) -> str:
    changed, compared = (
        sum(getattr(count, name) for count in result.payments.values())
        for name in ("changed", "compared")
    )
    return f"{changed:,} changed of the {compared:,} that both have, over all localities"


def _here(result: Diff) -> str:
    changed = [f"{name} {before}>{after}" for name, before, after in gpci_changes(*result.here)]
    return f"{_place_name(result.here[1])}{': ' + ', '.join(changed) if changed else ''}"


def _place_name(place: Locality) -> str:
    return (
        f"{place.key} {place.state or ''} {name_cell(place.name)}".replace("  ", " ")
        if not place.is_national
        else place.name
    )


def _place_line(change: PlaceChange) -> str:
    place = _place_name(change.place)
    if not (change.before and change.after):
        return f"{place}: {change.kind}"
    return f"{place}: " + ", ".join(
        f"{name} {old}>{new}" for name, old, new in gpci_changes(change.before, change.after)
    )


def _code_table(result: Diff, most: int) -> Iterator[Block]:
    rows = sorted(
        (row for code in result.codes for row in _rows(result, code)),
        key=lambda row: row[0],
    )
    if not rows:
        yield Line("No code differs here")
        return
    shown = rows[:most] if most else rows
    yield Table(_TABLE, [cells for _, cells in shown], right=_TABLE[2:6])
    if len(rows) > len(shown):
        counts = [sum(rank[0] == group for rank, _ in rows) for group in range(len(_GROUPS))]
        parts = ", ".join(
            f"{count:,} {group}" for count, group in zip(counts, _GROUPS, strict=True)
        )
        yield Line(
            f"\n{len(shown):,} of {len(rows):,} rows ({parts}); --most 0 for all, --csv or --json "
            "for a file"
        )


def _rows(result: Diff, code: CodeChange) -> Iterator[tuple[tuple[int, int], Sequence[object]]]:
    """Yield rank and cells of a row for each setting whose amount differs.

    Where no amount differs, there is one row without amounts.
    """
    reason = result.reason(code)
    reason = reason if len(reason) <= _REASON_WIDTH else reason[: _REASON_WIDTH - 3] + "..."
    for amount in code.differences:
        yield amount.rank, (code.code, amount.setting.value, *_amounts(amount), reason)
    if not code.differences:
        yield code.rank, (code.code, "", "", "", "", "", reason)


def _amounts(amount: AmountChange) -> tuple[str, str, str, str]:
    before, after = (
        "" if value is None else f"{value:,.2f}" for value in (amount.before, amount.after)
    )
    change = "" if amount.change is None else f"{amount.change:+,.2f}"
    percent = "" if amount.percent is None else f"{amount.percent:+,}"
    return before, after, change, percent
