"""`feesync diff`: what changed between two releases, or two revisions of one, in RVUs, indicators and dollars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import click

from feesync.changes.change import GPCIS, AmountChange, CodeChange, Diff, Kind, PlaceChange
from feesync.changes.diff import diff
from feesync.cli.command import QuietReader
from feesync.cli.numbers import WholeNumber
from feesync.cli.options import csv_option, db_option, json_option, one_format, qp_option
from feesync.cli.output import print_csv, print_json, print_notes, print_table, shortened
from feesync.model.locality import Locality
from feesync.model.money import decimal, percent_change
from feesync.model.rate import Setting
from feesync.model.release import Release
from feesync.store.pair import revision_name

_TABLE = ("Code", "Setting", "Before", "After", "Change", "%", "What changed")
_CSV = (
    "before_release",
    "after_release",
    "mac",
    "locality",
    "hcpcs",
    "modifier",
    "kind",
    "setting",
    "before",
    "after",
    "change",
    "percent",
    "columns",
)
_GROUPS = ("with another amount", "whose price came or went", "without a change in dollars")
_ROWS = 40
_MOST_PLACES = 10
_REASON_WIDTH = 60


@click.command("diff", cls=QuietReader, short_help="What changed between two releases.")
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@click.option(
    "--locality",
    default="national",
    show_default=True,
    help="Where to give dollars; as for estimate.",
)
@click.option(
    "--setting",
    type=click.Choice([setting.value for setting in Setting]),
    help="One setting; both by default.",
)
@click.option(
    "--code",
    "codes",
    multiple=True,
    metavar="HCPCS",
    help="A code, or a range of codes, to compare (repeatable); all by default.",
)
@click.option(
    "--most",
    type=WholeNumber(0),
    default=_ROWS,
    show_default=True,
    metavar="N",
    help="Rows of the table; 0 for all. CSV and JSON always have all.",
)
@qp_option
@csv_option
@json_option
@db_option
@click.pass_context
def command(
    ctx: click.Context,
    before: str,
    after: str,
    locality: str,
    setting: str | None,
    codes: tuple[str, ...],
    most: int,
    qp: bool,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Show what changed from one release to another.

    Conversion factor, localities, codes, and payments in dollars.

    BEFORE and AFTER are labels, or LABEL@HASH for a revision that CMS has replaced: a label and the
    beginning of its sha256. The largest change in dollars comes first; then prices that came or
    went, and codes whose price is as it was.

    \b
      feesync diff RVU25A RVU25D
      feesync diff RVU25D RVU26C --locality CA-05 --code 64490-64495
      feesync diff RVU25D@1a2b3c RVU25D --csv
    """
    one_format(as_json, as_csv)
    settings = [Setting(setting)] if setting else list(Setting)
    found = diff(
        before, after, locality=locality, settings=settings, codes=codes, qp=qp, db=ctx.obj
    )
    print_notes(found.notes)
    if as_json:
        print_json(_to_dict(found))
    elif as_csv:
        print_csv(_CSV, _csv_rows(found))
    else:
        _print_summary(found)
        _print_codes(found, most)


def _print_summary(found: Diff) -> None:
    for said, release, basis in zip(
        ("Before", "After "), (found.before, found.after), found.bases, strict=True
    ):
        click.echo(
            f"{said}  {revision_name(release)}, in effect {release.effective_from} to "
            f"{release.effective_to}, {basis}"
        )
    click.echo()
    _print_line("Conversion factor", _factor(found))
    _print_line("Localities", _localities(found))
    for line in _places(found):
        _print_line("", line)
    _print_line("Codes", _codes(found))
    _print_line("Payments", _payments(found))
    _print_line("Dollars of", _here(found))
    click.echo()


def _print_line(name: str, text: str) -> None:
    click.echo(f"{name:<18} {text}")


def _factor(found: Diff) -> str:
    before, after = found.factors
    if before == after:
        return f"{before}, unchanged"
    percent = percent_change(
        *(
            release.factors[basis]
            for release, basis in zip((found.before, found.after), found.bases, strict=True)
        )
    )
    return f"{before} before, {after} after ({percent:+} %)"


def _localities(found: Diff) -> str:
    counts = [
        f"{_count(found.places, kind)} {kind}" for kind in (Kind.ADDED, Kind.DELETED, Kind.CHANGED)
    ]
    return f"{found.localities} in both; " + (", ".join(counts) if found.places else "none changed")


def _places(found: Diff) -> Iterable[str]:
    """Return a line for each locality that differs.

    For many, one that says how far each GPCI moved.
    """
    if len(found.places) <= _MOST_PLACES:
        return map(_place_line, found.places)
    moves = [
        change
        for place in found.places
        if place.before and place.after
        for change in _gpci_changes(place.before, place.after)
    ]
    spans = [
        f"{name} {min(of_name):+} to {max(of_name):+}"
        for name in GPCIS
        if (of_name := [new - old for moved, old, new in moves if moved == name])
    ]
    return [f"{', '.join(spans)} (--json has each)"]


def _codes(found: Diff) -> str:
    counts = [
        f"{_count(found.codes, kind):,} {kind}" for kind in (Kind.ADDED, Kind.DELETED, Kind.CHANGED)
    ]
    if repriced := _count(found.codes, Kind.REPRICED):
        counts.append(f"{repriced:,} only repriced by {', '.join(found.reasons)}")
    return f"{', '.join(counts)} (26, TC and 53 rows by themselves)"


def _count(changes: Sequence[CodeChange] | Sequence[PlaceChange], kind: Kind) -> int:
    return sum(change.kind is kind for change in changes)


def _payments(found: Diff) -> str:
    changed, compared = (
        sum(getattr(count, name) for count in found.payments.values())
        for name in ("changed", "compared")
    )
    return f"{changed:,} changed of the {compared:,} that both have, over all localities"


def _here(found: Diff) -> str:
    changed = [f"{name} {before}>{after}" for name, before, after in _gpci_changes(*found.here)]
    return f"{_place_name(found.here[1])}{': ' + ', '.join(changed) if changed else ''}"


def _place_name(place: Locality) -> str:
    return (
        f"{place.key} {place.state or ''} {shortened(place.name)}".replace("  ", " ")
        if not place.is_national
        else place.name
    )


def _place_line(change: PlaceChange) -> str:
    place = _place_name(change.place)
    if not (change.before and change.after):
        return f"{place}: {change.kind}"
    return f"{place}: " + ", ".join(
        f"{name} {old}>{new}" for name, old, new in _gpci_changes(change.before, change.after)
    )


def _gpci_changes(before: Locality, after: Locality) -> Iterator[tuple[str, Decimal, Decimal]]:
    for name in GPCIS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield name, decimal(old, 3), decimal(new, 3)


def _print_codes(found: Diff, most: int) -> None:
    rows = sorted(
        (row for code in found.codes for row in _rows(code, found.reasons)), key=lambda row: row[0]
    )
    if not rows:
        click.echo("No code differs here")
        return
    shown = rows[:most] if most else rows
    print_table(_TABLE, [cells for _, cells in shown], right=_TABLE[2:6])
    if len(rows) > len(shown):
        counts = [sum(rank[0] == group for rank, _ in rows) for group in range(len(_GROUPS))]
        parts = ", ".join(
            f"{count:,} {group}" for count, group in zip(counts, _GROUPS, strict=True)
        )
        click.echo(
            f"\n{len(shown):,} of {len(rows):,} rows ({parts}); --most 0 for all, --csv or --json "
            "for a file"
        )


def _rows(
    code: CodeChange, reasons: Sequence[str]
) -> Iterator[tuple[tuple[int, int], Sequence[object]]]:
    """Yield rank and cells: a row for every setting whose amount differs.

    One without amounts where none does.
    """
    name = f"{code.hcpcs}-{code.modifier}" if code.modifier else code.hcpcs
    texts = (
        [str(column) for column in code.columns]
        if code.columns
        else [code.kind]
        if code.kind is not Kind.REPRICED
        else reasons
    )
    why = ", ".join(texts)
    why = why if len(why) <= _REASON_WIDTH else why[: _REASON_WIDTH - 3] + "..."
    moved = [amount for amount in code.amounts if amount.differs]
    for amount in moved:
        yield amount.rank, (name, amount.setting.value, *_amounts(amount), why)
    if not moved:
        yield code.rank, (name, "", "", "", "", "", why)


def _amounts(amount: AmountChange) -> tuple[str, str, str, str]:
    before, after = (
        "" if value is None else f"{value:,.2f}" for value in (amount.before, amount.after)
    )
    change = "" if amount.change is None else f"{amount.change:+,.2f}"
    percent = "" if amount.percent is None else f"{amount.percent:+,}"
    return before, after, change, percent


def _csv_rows(found: Diff) -> Iterator[tuple[object, ...]]:
    """Yield a row for each code and setting, changed in that setting or not, in the order of the table."""
    place = found.here[1]
    pairs = ((code, amount) for code in found.codes for amount in code.amounts)
    for code, amount in sorted(pairs, key=lambda pair: pair[1].rank):
        yield (
            found.before.label,
            found.after.label,
            place.mac,
            place.locality,
            code.hcpcs,
            code.modifier,
            code.kind.value,
            amount.setting.value,
            amount.before,
            amount.after,
            amount.change,
            amount.percent,
            "; ".join(map(str, code.columns)),
        )


def _to_dict(found: Diff) -> dict[str, object]:
    before, after = found.here
    return {
        "before": _release(found.before, found.bases[0], found.factors[0]),
        "after": _release(found.after, found.bases[1], found.factors[1]),
        "locality": {
            "mac": after.mac,
            "locality": after.locality,
            "state": after.state,
            "name": after.name,
        },
        "locality_changed": {
            name: {"before": old, "after": new} for name, old, new in _gpci_changes(before, after)
        },
        "localities_in_both": found.localities,
        "localities": [_place(change) for change in found.places],
        "counts": {kind.value: _count(found.codes, kind) for kind in Kind},
        "payments": {
            setting.value: {"compared": count.compared, "changed": count.changed}
            for setting, count in found.payments.items()
        },
        "codes": [_code(code) for code in found.codes],
    }


def _release(release: Release, basis: str, factor: Decimal) -> dict[str, object]:
    return {
        "label": release.label,
        "effective_from": release.effective_from.isoformat(),
        "effective_to": release.effective_to.isoformat(),
        "sha256": release.sha256,
        "source": release.source,
        "basis": basis,
        "conversion_factor": factor,
    }


def _place(change: PlaceChange) -> dict[str, object]:
    def gpcis(place: Locality | None) -> dict[str, Decimal] | None:
        return {name: decimal(getattr(place, name), 3) for name in GPCIS} if place else None

    place = change.place
    return {
        "mac": place.mac,
        "locality": place.locality,
        "state": place.state,
        "name": place.name,
        "kind": change.kind.value,
        "before": gpcis(change.before),
        "after": gpcis(change.after),
    }


def _code(code: CodeChange) -> dict[str, object]:
    return {
        "hcpcs": code.hcpcs,
        "modifier": code.modifier,
        "kind": code.kind.value,
        "columns": {
            column.name: {"before": column.before, "after": column.after} for column in code.columns
        },
        "amounts": {
            amount.setting.value: {
                "before": amount.before,
                "after": amount.after,
                "change": amount.change,
                "percent": amount.percent,
            }
            for amount in code.amounts
        },
    }
