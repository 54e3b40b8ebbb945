"""`feesync diff`: what changed between two releases, or two revisions of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import click

from feesync.changes.change import (
    COLUMNS,
    GPCIS,
    AmountChange,
    CodeChange,
    Diff,
    Kind,
    PlaceChange,
    count_kind,
    gpci_changes,
)
from feesync.changes.diff import diffs
from feesync.cli.command import QuietReader
from feesync.cli.numbers import WholeNumber
from feesync.cli.options import (
    csv_option,
    db_option,
    json_option,
    one_format,
    qp_option,
    refuse_several,
    state_option,
)
from feesync.cli.output import (
    name_cell,
    print_csv_rows,
    print_json,
    print_lines,
    print_notes,
    print_table,
    print_unknown,
)
from feesync.model.locality import Locality
from feesync.model.money import percent_change
from feesync.model.rate import Setting
from feesync.store.pair import revision_name

_TABLE = ("Code", "Setting", "Before", "After", "Change", "%", "What changed")
_GROUPS = ("with another amount", "whose price came or went", "without a change in dollars")
_ROWS = 40
_MOST_PLACES = 10
_REASON_WIDTH = 60


@click.command("diff", cls=QuietReader, short_help="What changed between two releases.")
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@click.option(
    "--locality",
    "places",
    multiple=True,
    help="Where to give dollars, as for estimate; national by default. Repeatable.",
)
@state_option
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
    places: tuple[str, ...],
    states: tuple[str, ...],
    setting: str | None,
    codes: tuple[str, ...],
    most: int,
    qp: bool,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Show what changed from one release to another.

    That is the conversion factor, localities, codes, and payments in dollars. BEFORE and AFTER are
    labels, or years, whose newest loaded release is meant, or LABEL@HASH for a revision that CMS
    has replaced: a label and the beginning of its sha256. In several places, the dollars of each
    follow, and JSON is a list. The largest change in dollars comes first, then prices that were
    added or removed, then codes whose price did not change.

    \b
      feesync diff 2025 2026 --code 64493 --locality AL --locality CA-05
      feesync diff RVU25D RVU26C --locality CA-05 --code 64490-64495
      feesync diff RVU25D@1a2b3c RVU25D --csv
    """
    one_format(as_json, as_csv)
    settings = [Setting(setting)] if setting else list(Setting)
    refuse_several((("--locality", places), ("--state", states)))
    results = diffs(
        before,
        after,
        places=places or (() if states else ("national",)),
        states=states,
        settings=settings,
        codes=codes,
        qp=qp,
        db=ctx.obj,
    )
    print_notes(dict.fromkeys(note for result in results for note in result.notes))
    if as_json:
        answers = [result.to_dict() for result in results]
        print_json(answers if len(answers) > 1 else answers[0])
    elif as_csv:
        print_csv_rows([row for result in results for row in result.rows()], COLUMNS)
    else:
        _print_summary(results[0])
        for number, result in enumerate(results):
            click.echo("\n" * bool(number), nl=False)
            _print_line("Dollars of", _here(result))
            click.echo()
            _print_codes(result, most)
    print_unknown(ctx, results[0].unknown)


def _print_summary(result: Diff) -> None:
    for name, release, basis in zip(
        ("Before", "After "), (result.before, result.after), result.bases, strict=True
    ):
        click.echo(
            f"{name}  {revision_name(release)}, in effect {release.effective_from} to "
            f"{release.effective_to}, {basis}"
        )
    click.echo()
    _print_line("Conversion factor", _factor(result))
    _print_line("Localities", _localities(result))
    for line in _places(result):
        _print_line("", line)
    _print_line("Codes", _codes(result))
    _print_line("Payments", _payments(result))


def _print_line(name: str, text: str) -> None:
    print_lines(f"{name:<18} {text}")


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


def _print_codes(result: Diff, most: int) -> None:
    rows = sorted(
        (row for code in result.codes for row in _rows(code, result.reasons)),
        key=lambda row: row[0],
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
    """Yield rank and cells of a row for each setting whose amount differs.

    Where no amount differs, there is one row without amounts.
    """
    name = f"{code.hcpcs}-{code.modifier}" if code.modifier else code.hcpcs
    texts = (
        [str(column) for column in code.columns]
        if code.columns
        else [code.kind]
        if code.kind is not Kind.REPRICED
        else reasons
    )
    reason = ", ".join(texts)
    reason = reason if len(reason) <= _REASON_WIDTH else reason[: _REASON_WIDTH - 3] + "..."
    differences = [amount for amount in code.amounts if amount.differs]
    for amount in differences:
        yield amount.rank, (name, amount.setting.value, *_amounts(amount), reason)
    if not differences:
        yield code.rank, (name, "", "", "", "", "", reason)


def _amounts(amount: AmountChange) -> tuple[str, str, str, str]:
    before, after = (
        "" if value is None else f"{value:,.2f}" for value in (amount.before, amount.after)
    )
    change = "" if amount.change is None else f"{amount.change:+,.2f}"
    percent = "" if amount.percent is None else f"{amount.percent:+,}"
    return before, after, change, percent
