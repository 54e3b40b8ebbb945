"""`feesync diff`: what changed between two releases, or two revisions of one, in RVUs, indicators and dollars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import click

from feesync.cli.options import csv_option, db_option, json_option, one_format, qp_option
from feesync.cli.output import print_csv, print_json, print_notes, print_table, shortened
from feesync.diff import GPCIS, AmountChange, CodeChange, Diff, Kind, PlaceChange, expanded, read_diff
from feesync.hcpcs import read_codes
from feesync.localities import Locality
from feesync.money import decimal, percent_change
from feesync.paths import database_path
from feesync.pricing.line import Note
from feesync.provenance import release_notes, zip_note
from feesync.rate import Setting
from feesync.schedule import open_schedule
from feesync.store.pair import open_pair, revision_name
from feesync.store.source import Release

_TABLE = ("Code", "Setting", "Before", "After", "Change", "%", "What changed")
_CSV = (
    "before_release", "after_release", "mac", "locality", "hcpcs", "modifier", "kind", "setting",
    "before", "after", "change", "percent", "columns",
)  # fmt: skip
_GROUPS = ("with another amount", "whose price came or went", "without a change in dollars")
_ROWS = 40
_MOST_PLACES = 10
_REASON_WIDTH = 60


@click.command("diff", short_help="What changed between two releases.")
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@click.option("--locality", default="national", show_default=True, help="Where to give dollars; as for estimate.")
@click.option("--setting", type=click.Choice([setting.value for setting in Setting]), help="One setting; both by default.")
@click.option(
    "--code", "codes", multiple=True, metavar="HCPCS", help="A code, or a range of codes, to compare (repeatable); all by default."
)
@click.option("--most", type=click.IntRange(min=0), default=_ROWS, show_default=True, metavar="N",
              help="Rows of the table; 0 for all. CSV and JSON always have all.")  # fmt: skip
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
    """Show what changed from one release to another: conversion factor, localities, codes, and payments in dollars.

    BEFORE and AFTER are labels, or LABEL@HASH for a revision that CMS has replaced: a label and the beginning of its sha256.
    The largest change in dollars comes first; then prices that came or went, and codes whose price is as it was.

    \b
      feesync diff RVU25A RVU25D
      feesync diff RVU25D RVU26C --locality CA-05 --setting nonfacility --code 64490-64495
      feesync diff RVU25D@1a2b3c RVU25D --csv
    """
    one_format(as_json, as_csv)
    settings = [Setting(setting)] if setting else list(Setting)
    wanted = [read_codes(code) for code in codes]
    with open_pair(database_path(ctx.obj), before, after) as pair:
        day = pair.after.effective_from
        place, by_zip = open_schedule(ctx.obj).place(pair.source, pair.after, locality, day)
        diff = read_diff(pair, place, settings, expanded(pair, wanted), qp=qp)
    if pair.embedded:
        labels = " and ".join(release.label for release in pair.embedded)
        verb = "are" if len(pair.embedded) > 1 else "is"
        click.echo(f"feesync: {labels} {verb} not loaded: the embedded snapshot's few codes are compared", err=True)
    print_notes([*_notes(diff, qp=qp), *([zip_note(pair.after, place, by_zip, day)] if by_zip else [])])
    if as_json:
        print_json(_to_dict(diff))
    elif as_csv:
        print_csv(_CSV, _csv_rows(diff))
    else:
        _print_summary(diff)
        _print_codes(diff, most)


def _notes(diff: Diff, *, qp: bool) -> Iterable[Note]:
    sides = zip((diff.before, diff.after), diff.bases, strict=True)
    return dict.fromkeys(
        note for release, basis in sides for note in release_notes(release, basis, None, qp=qp, capped=not release.embedded)
    )


def _print_summary(diff: Diff) -> None:
    for said, release, basis in zip(("Before", "After "), (diff.before, diff.after), diff.bases, strict=True):
        click.echo(f"{said}  {revision_name(release)}, in effect {release.effective_from} to {release.effective_to}, {basis}")
    click.echo()
    _print_line("Conversion factor", _factor(diff))
    _print_line("Localities", _localities(diff))
    for line in _places(diff):
        _print_line("", line)
    _print_line("Codes", _codes(diff))
    _print_line("Payments", _payments(diff))
    _print_line("Dollars of", _here(diff))
    click.echo()


def _print_line(name: str, text: str) -> None:
    click.echo(f"{name:<18} {text}")


def _factor(diff: Diff) -> str:
    before, after = diff.factors
    if before == after:
        return f"{before}, unchanged"
    percent = percent_change(
        *(release.factors[basis] for release, basis in zip((diff.before, diff.after), diff.bases, strict=True))
    )
    return f"{before} before, {after} after ({percent:+} %)"


def _localities(diff: Diff) -> str:
    counts = [f"{_count(diff.places, kind)} {kind}" for kind in (Kind.ADDED, Kind.DELETED, Kind.CHANGED)]
    return f"{diff.localities} in both; " + (", ".join(counts) if diff.places else "none changed")


def _places(diff: Diff) -> Iterable[str]:
    """Return a line for each locality that differs; for many, one that says how far each GPCI moved."""
    if len(diff.places) <= _MOST_PLACES:
        return map(_place_line, diff.places)
    moves = [change for place in diff.places if place.before and place.after for change in _gpci_changes(place.before, place.after)]
    spans = [
        f"{name} {min(of_name):+} to {max(of_name):+}"
        for name in GPCIS
        if (of_name := [new - old for moved, old, new in moves if moved == name])
    ]
    return [f"{', '.join(spans)} (--json has each)"]


def _codes(diff: Diff) -> str:
    counts = [f"{_count(diff.codes, kind):,} {kind}" for kind in (Kind.ADDED, Kind.DELETED, Kind.CHANGED)]
    if repriced := _count(diff.codes, Kind.REPRICED):
        counts.append(f"{repriced:,} only repriced by {', '.join(diff.reasons)}")
    return f"{', '.join(counts)} (26, TC and 53 rows by themselves)"


def _count(changes: Sequence[CodeChange] | Sequence[PlaceChange], kind: Kind) -> int:
    return sum(change.kind is kind for change in changes)


def _payments(diff: Diff) -> str:
    changed, compared = (sum(getattr(count, name) for count in diff.payments.values()) for name in ("changed", "compared"))
    return f"{changed:,} changed of the {compared:,} that both have, over all localities"


def _here(diff: Diff) -> str:
    changed = [f"{name} {before}>{after}" for name, before, after in _gpci_changes(*diff.here)]
    return f"{_place_name(diff.here[1])}{': ' + ', '.join(changed) if changed else ''}"


def _place_name(place: Locality) -> str:
    return f"{place.key} {place.state or ''} {shortened(place.name)}".replace("  ", " ") if not place.is_national else place.name


def _place_line(change: PlaceChange) -> str:
    place = _place_name(change.place)
    if not (change.before and change.after):
        return f"{place}: {change.kind}"
    return f"{place}: " + ", ".join(f"{name} {old}>{new}" for name, old, new in _gpci_changes(change.before, change.after))


def _gpci_changes(before: Locality, after: Locality) -> Iterator[tuple[str, Decimal, Decimal]]:
    for name in GPCIS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield name, decimal(old, 3), decimal(new, 3)


def _print_codes(diff: Diff, most: int) -> None:
    rows = sorted((row for code in diff.codes for row in _rows(code, diff.reasons)), key=lambda row: row[0])
    if not rows:
        click.echo("No code differs here")
        return
    shown = rows[:most] if most else rows
    print_table(_TABLE, [cells for _, cells in shown], right=_TABLE[2:6])
    if len(rows) > len(shown):
        counts = [sum(rank[0] == group for rank, _ in rows) for group in range(len(_GROUPS))]
        parts = ", ".join(f"{count:,} {group}" for count, group in zip(counts, _GROUPS, strict=True))
        click.echo(f"\n{len(shown):,} of {len(rows):,} rows ({parts}); --most 0 for all, --csv or --json for a file")


def _rows(code: CodeChange, reasons: Sequence[str]) -> Iterator[tuple[tuple[int, int], Sequence[object]]]:
    """Yield rank and cells: a row for every setting whose amount differs; one without amounts where none does."""
    name = f"{code.hcpcs}-{code.modifier}" if code.modifier else code.hcpcs
    texts = [str(column) for column in code.columns] if code.columns else [code.kind] if code.kind is not Kind.REPRICED else reasons
    why = ", ".join(texts)
    why = why if len(why) <= _REASON_WIDTH else why[: _REASON_WIDTH - 3] + "..."
    moved = [amount for amount in code.amounts if amount.differs]
    for amount in moved:
        yield amount.rank, (name, amount.setting.value, *_amounts(amount), why)
    if not moved:
        yield code.rank, (name, "", "", "", "", "", why)


def _amounts(amount: AmountChange) -> tuple[str, str, str, str]:
    before, after = ("" if value is None else f"{value:,.2f}" for value in (amount.before, amount.after))
    change = "" if amount.change is None else f"{amount.change:+,.2f}"
    percent = "" if amount.percent is None else f"{amount.percent:+,}"
    return before, after, change, percent


def _csv_rows(diff: Diff) -> Iterator[tuple[object, ...]]:
    """Yield a row for each code and setting, changed in that setting or not, in the order of the table."""
    place = diff.here[1]
    pairs = ((code, amount) for code in diff.codes for amount in code.amounts)
    for code, amount in sorted(pairs, key=lambda pair: pair[1].rank):
        yield (
            diff.before.label, diff.after.label, place.mac, place.locality, code.hcpcs, code.modifier, code.kind.value,
            amount.setting.value, amount.before, amount.after, amount.change, amount.percent, "; ".join(map(str, code.columns)),
        )  # fmt: skip


def _to_dict(diff: Diff) -> dict[str, object]:
    before, after = diff.here
    return {
        "before": _release(diff.before, diff.bases[0], diff.factors[0]),
        "after": _release(diff.after, diff.bases[1], diff.factors[1]),
        "locality": {"mac": after.mac, "locality": after.locality, "state": after.state, "name": after.name},
        "locality_changed": {name: {"before": old, "after": new} for name, old, new in _gpci_changes(before, after)},
        "localities_in_both": diff.localities,
        "localities": [_place(change) for change in diff.places],
        "counts": {kind.value: _count(diff.codes, kind) for kind in Kind},
        "payments": {
            setting.value: {"compared": count.compared, "changed": count.changed} for setting, count in diff.payments.items()
        },
        "codes": [_code(code) for code in diff.codes],
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
        "mac": place.mac, "locality": place.locality, "state": place.state, "name": place.name, "kind": change.kind.value,
        "before": gpcis(change.before), "after": gpcis(change.after),
    }  # fmt: skip


def _code(code: CodeChange) -> dict[str, object]:
    return {
        "hcpcs": code.hcpcs,
        "modifier": code.modifier,
        "kind": code.kind.value,
        "columns": {column.name: {"before": column.before, "after": column.after} for column in code.columns},
        "amounts": {
            amount.setting.value: {
                "before": amount.before, "after": amount.after, "change": amount.change, "percent": amount.percent,
            }
            for amount in code.amounts
        },
    }  # fmt: skip
