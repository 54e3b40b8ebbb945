"""Printing: JSON with exact numbers, CSV, and tables that people can read."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from feesync.cli.terminal import narrow_table, terminal_width
from feesync.model.money import dollars, json_exact
from feesync.model.note import Note, Severity

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

_NAME_WIDTH = 48


def print_json(value: object) -> None:
    """Print a value as JSON on stdout.

    A Decimal or JsonNumber becomes a number with all its places (154.40 keeps its zero).
    """
    import simplejson

    click.echo(simplejson.dumps(json_exact(value), indent=2, ensure_ascii=False, use_decimal=True))


def print_json_rows(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as a JSON list of objects, each as it comes; the text is that of print_json."""
    import simplejson

    before = "["
    for row in rows:
        text = simplejson.dumps(
            dict(zip(columns, row, strict=True)), indent=2, ensure_ascii=False, use_decimal=True
        )
        click.echo(before + "\n  " + text.replace("\n", "\n  "), nl=False)
        before = ","
    click.echo("[]" if before == "[" else "\n]")


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as CSV on stdout, with a header; None is an empty cell."""
    import csv

    from feesync.export.cells import inert

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(map(inert, row) for row in rows)


def print_prose(text: str) -> None:
    """Print a sentence on stdout, wrapped to the terminal where there is one."""
    width = terminal_width()
    if width:
        import textwrap

        text = textwrap.fill(text, width, break_on_hyphens=False)
    click.echo(text)


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    right: Iterable[str] = (),
    wrapped: Mapping[str, int] | None = None,
    cut: Iterable[str] = (),
    common: Sequence[str] = (),
) -> None:
    """Print rows as a table on stdout.

    Columns named in `right` are aligned to the right, those in `wrapped` keep to a width. On a
    terminal that is narrower than the table, texts wrap, those of `cut` are shortened, and of the
    columns `common` those whose cells are all the same may stand above the table.
    """
    from tabulate import tabulate

    numbers, cells = set(right), list(rows)
    narrow = narrow_table(columns, cells, numbers, wrapped or {}, set(cut), common)
    if narrow is not None:
        click.echo(narrow)
        return
    table = tabulate(
        cells,
        headers=columns,
        tablefmt="simple",
        colalign=["right" if column in numbers else "left" for column in columns],
        disable_numparse=True,
        maxcolwidths=[wrapped.get(column) for column in columns] if wrapped else None,
    )
    click.echo("\n".join(line.rstrip() for line in table.splitlines()) if wrapped else table)


def print_notes(notes: Iterable[Note]) -> None:
    """Print on stderr what a person should know; a denial says why there is no price."""
    for note in notes:
        what = "no price" if note.severity is Severity.DENIAL else note.severity.value
        click.echo(f"feesync: {what}: {note.text}", err=True)


def print_written(what: str, path: Path) -> None:
    """Print on stderr that a file has been written, and what is in it."""
    click.echo(f"feesync: {what} in {path}", err=True)


def counted(number: int, noun: str) -> str:
    """Return how many there are of something, such as `1 rate` or `4,360 rates`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def cents(amount: int | None) -> str:
    """Return cents as dollars in a table; nothing for no amount."""
    return "" if amount is None else f"{dollars(amount):,.2f}"


def signed(number: Decimal | None) -> str:
    """Return a difference with its sign in a table; nothing for None."""
    return "" if number is None else f"{number:+,}" if number else f"{number:,}"


def source_line(releases: str, effective: str) -> str:
    """Return the line at the foot of a chart: whose numbers they are, and what they are not."""
    return (
        f"Source: Centers for Medicare & Medicaid Services, Physician Fee Schedule {releases} (in "
        f"effect {effective}); "
        "drawn by feesync. Not a determination of payment."
    )


def shortened(name: str) -> str:
    """Return a locality's name for a table: CMS's longest has 83 characters."""
    return name if len(name) <= _NAME_WIDTH else name[: _NAME_WIDTH - 3] + "..."
