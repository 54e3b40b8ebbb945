"""Print JSON with exact numbers, CSV, and tables for people."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from feesync.cli.terminal import narrow_table, terminal_text, terminal_width
from feesync.errors import ExitStatus, FeesyncError
from feesync.model.money import json_text
from feesync.model.note import Note, Severity

if TYPE_CHECKING:
    from pathlib import Path

    from feesync.text.block import Block, Table


def print_json(value: object) -> None:
    """Print a value as JSON on stdout, with the user's defaults that it stands on."""
    from feesync.cli.defaults import with_defaults

    click.echo(json_text(with_defaults(value)))


def print_json_rows(rows: Iterable[Mapping[str, object]]) -> None:
    """Print rows as a JSON list of objects, each row as it comes, in the form of print_json."""
    from feesync.writers.json_text import rows_text

    for text in rows_text(rows):
        click.echo(text, nl=False)


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as CSV on stdout, with a header; None is an empty cell."""
    from feesync.writers.cells import csv_text

    sys.stdout.writelines(csv_text(columns, rows))


def print_csv_rows(
    rows: Sequence[Mapping[str, object]], columns: Sequence[str] | None = None
) -> None:
    """Print the rows of a JSON list as CSV; a list becomes its words with blanks between them.

    Args:
        rows: the rows, all with the same names.
        columns: the names; by default those of the first row, which there must be.
    """
    from feesync.writers.cells import rows_csv

    sys.stdout.writelines(rows_csv(rows, columns))


def print_prose(text: str) -> None:
    """Print a sentence on stdout; on a terminal, wrap it to the width."""
    width = terminal_width()
    if width:
        import textwrap

        text = textwrap.fill(text, width, break_on_hyphens=False)
    click.echo(text)


def print_lines(text: str) -> None:
    """Print lines for people on stdout; on a terminal, long ones wrap to the width."""
    click.echo(terminal_text(text))


def print_text(blocks: Iterable[Block]) -> None:
    """Print an answer on stdout; on a terminal, it keeps to the width."""
    from feesync.cli.bars import bar_text
    from feesync.text.bar import Bar
    from feesync.text.block import LongLine, Paragraph, Prose, Table

    for block in blocks:
        match block:
            case Table():
                rows = [
                    [bar_text(cell) if isinstance(cell, Bar) else cell for cell in row]
                    for row in block.rows
                ]
                _print_table(block._replace(rows=rows), None)
            case Paragraph():
                click.echo(block.folded(min(terminal_width() or block.width, block.width)))
            case Prose():
                print_prose(block.text)
            case LongLine():
                print_lines(block.text)
            case _:
                click.echo(block.text)


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    right: Iterable[str] = (),
    widest: Mapping[str, int] | None = None,
    cut: Iterable[str] = (),
    common: Sequence[str] = (),
    otherwise: int | None = None,
) -> None:
    """Print rows as a table on stdout; on a terminal, the table keeps to the width.

    Args:
        columns: the names of the columns.
        rows: their cells; None is an empty one.
        right: the columns that are aligned to the right.
        widest: how wide a column may be at most.
        cut: the columns whose texts are cut, and not wrapped, on a narrow terminal.
        common: the columns that, on a narrow terminal, may be printed above the table where all
            rows have the same value.
        otherwise: the width to keep to where there is no terminal; by default none.
    """
    from feesync.text.block import Table

    table = Table(columns, list(rows), tuple(right), widest, tuple(cut), common)
    _print_table(table, otherwise)


def _print_table(table: Table, otherwise: int | None) -> None:
    from feesync.text.block import table_text

    narrow = narrow_table(
        table.columns,
        table.rows,
        set(table.right),
        table.widest or {},
        set(table.cut),
        table.common,
        otherwise,
    )
    click.echo(table_text(table) if narrow is None else narrow)


def print_notes(notes: Iterable[Note]) -> None:
    """Print notes on stderr; a denial says why there is no price."""
    for note in notes:
        kind = "no price" if note.severity is Severity.DENIAL else note.severity.value
        click.echo(f"feesync: {kind}: {note.text}", err=True)


def print_unknown(ctx: click.Context, errors: Iterable[FeesyncError]) -> None:
    """Print on stderr why codes among others are unknown; if there is one, exit with 6."""
    from feesync.cli.hints import error_text

    texts = [error_text(error) for error in errors]
    for text in texts:
        click.echo(f"feesync: no price: {text}", err=True)
    if texts:
        ctx.exit(ExitStatus.NO_PRICE)


def print_file(content: str, path: Path) -> None:
    """Print on stderr that a file has been written, and its content in words."""
    click.echo(f"feesync: {content} in {path}", err=True)


def source_line(releases: str, effective: str) -> str:
    """Return the line at the foot of a chart: the source of its numbers, and a disclaimer."""
    return (
        f"Source: Centers for Medicare & Medicaid Services, Physician Fee Schedule {releases} (in "
        f"effect {effective}); drawn by feesync. Not a determination of payment."
    )
