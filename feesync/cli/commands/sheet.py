"""`feesync sheet`: the fee list of a practice, to read and to print."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import date as Date
from pathlib import Path
from typing import Any

import click

from feesync.analysis.fee_sheet import FeeSheet
from feesync.analysis.sheet import sheet
from feesync.analysis.sheet_words import fee_lines, payer, printout
from feesync.cli.codes import codes_option, read_words, with_codes
from feesync.cli.command import Reader, refuse_several
from feesync.cli.contract import contract_options
from feesync.cli.hints import with_hint
from feesync.cli.options import (
    check_file,
    csv_option,
    db_option,
    file_option,
    force_option,
    json_option,
    nonpar_option,
    practitioner_option,
    qp_option,
    read_each_date,
)
from feesync.cli.output import print_csv_rows, print_file, print_json, print_notes
from feesync.cli.place import fill, localities_option, required_place
from feesync.cli.terminal import terminal_width
from feesync.errors import ExitStatus
from feesync.pricing.practitioner import PHYSICIAN
from feesync.reference.place_of_service import SETTINGS
from feesync.text.cells import count_of
from feesync.writers.own_fees import FeeLine
from feesync.writers.printout import NO_PRICE, Printout, amount_texts

_WIDTH = 80
"""The width of the table, where no terminal says another."""

_GAP, _LINE = "  ", "Line"


@click.command("sheet", cls=Reader, short_help="The fee list of a practice, to read and to print.")
@click.argument("lines", nargs=-1, metavar="LINE...", callback=read_words)
@codes_option("one code, line or range")
@localities_option
@click.option(
    "--date",
    "--dos",
    "days",
    multiple=True,
    callback=read_each_date,
    metavar="DATE",
    help="Date of service, as for estimate; today by default. Repeatable.",
)
@click.option(
    "--settings",
    default=",".join(SETTINGS),
    show_default=True,
    metavar="NAMES",
    help="Settings of the columns, with commas between them: places of service by name or code, "
    "nonfacility or facility.",
)
@nonpar_option
@click.option(
    "--limiting", is_flag=True, help="Limiting charges too; they are there with --nonpar only."
)
@practitioner_option
@qp_option
@contract_options
@csv_option
@json_option
@file_option("--xlsx", (".xlsx",), "Write a workbook that is ready to print.")
@click.option(
    "--own-fees",
    is_flag=True,
    help="With --xlsx: one more sheet, for fees of your own in percent of these.",
)
@file_option("--html", (".html", ".htm"), "Write a page that is ready to print.")
@force_option
@db_option
@click.pass_context
def command(
    ctx: click.Context,
    lines: tuple[str, ...],
    more: tuple[str, ...],
    places: tuple[str, ...],
    days: tuple[Date, ...],
    settings: str,
    nonpar: bool | None,
    limiting: bool,
    practitioner: str | None,
    qp: bool,
    percent: str | dict[str, str] | None,
    of_year: int | None,
    conversion_factor: str | None,
    as_csv: bool,
    as_json: bool,
    xlsx: Path | None,
    own_fees: bool,
    html: Path | None,
    force: bool,
) -> None:
    """Print the fee list of a practice: lines by settings, places and dates.

    A LINE is a code with its modifiers, as for claim, or a range of codes. Each is priced by
    itself, as estimate prices it. A line that Medicare does not price is in the sheet with the
    reason; one of an unknown code is left out, which ends with exit status 6.

    \b
      feesync sheet 64493-50 64494-50 64495 --zip 33612 --date 2026-08-01
      feesync sheet --codes practice.txt --locality CA-05 --html fees.html
      feesync sheet 64490-64495 --locality AL --date 2025-11-03 --date 2026-08-01
      feesync sheet 64493-50 --locality AL --nonpar --limiting --xlsx fees.xlsx
      feesync sheet --codes practice.txt --locality AL --xlsx fees.xlsx --own-fees

    Amounts are the practitioner's. What a surgical center or a hospital is paid for its own share
    is not among them.
    """
    refuse_several((("--json", as_json), ("--csv", as_csv), ("--xlsx", xlsx), ("--html", html)))
    if own_fees and not xlsx:
        raise click.UsageError("--own-fees goes with --xlsx: it is a sheet of the workbook")
    check_file(ctx, "--xlsx or --html", xlsx or html, force=force)
    values: dict[str, Any] = {
        "locality": places or None,
        "practitioner": practitioner,
        "nonpar": nonpar,
    }
    form = {"as_json": as_json, "as_csv": as_csv or xlsx or html}
    with fill(values, tuple(values), form):
        if limiting and not values["nonpar"]:
            raise click.UsageError(
                "--limiting goes with --nonpar: only who does not participate has a limiting charge"
            )
        result = sheet(
            with_codes(ctx, "lines", lines, more),
            locality=values["locality"] or required_place(None),
            date=days or None,
            settings=[name for name in settings.split(",") if name.strip()],
            nonpar=bool(values["nonpar"]),
            practitioner=values["practitioner"] or PHYSICIAN,
            qp=qp,
            percent=percent,
            of_year=of_year,
            conversion_factor=conversion_factor,
            db=ctx.obj,
        )
        if as_json:
            print_json(result.to_dict())
        elif as_csv:
            print_csv_rows(result.rows())
        elif xlsx or html:
            page = printout(result, limiting=limiting)
            fees = fee_lines(result) if own_fees else []
            _write(page, fees, payer(result), xlsx, html, force=force)
        else:
            _print(printout(result, limiting=limiting))
    _print_reasons(result, with_notes=bool(as_csv or xlsx or html))
    if result.refused or not result.has_price:
        ctx.exit(result.status or ExitStatus.NO_PRICE)


def _write(
    page: Printout,
    fees: list[FeeLine],
    payer: str,
    xlsx: Path | None,
    html: Path | None,
    *,
    force: bool,
) -> None:
    if xlsx:
        from feesync.writers import printout_book

        printout_book.write(xlsx, page, fees, payer=payer, force=force)
    elif html:
        from feesync.writers import html as pages

        pages.write(html, pages.fee_html(page), force=force)
    print_file(f"a fee sheet of {count_of(len(page.rows), 'line')}", xlsx or html or Path())


def _print_reasons(result: FeeSheet, *, with_notes: bool) -> None:
    if with_notes:
        print_notes(note for note, _ in result.notes)
    for line in result.refused:
        text = with_hint(line.reason, line.hint)
        click.echo(f"feesync: no price: line {line.number}: {text}", err=True)


def _print(page: Printout) -> None:
    width = terminal_width() or _WIDTH
    for text in (page.title, *page.subject, *page.origin):
        _print_text(text, width)
    for table in _tables(page, width):
        click.echo()
        for text in _table(table, width):
            click.echo(text.rstrip())
    click.echo()
    for text in page.notes:
        _print_text(text, width)


def _print_text(text: str, width: int) -> None:
    click.echo(textwrap.fill(text, width, subsequent_indent=_GAP, break_on_hyphens=False))


def _tables(page: Printout, width: int) -> list[Printout]:
    """Return the parts of a sheet that the width has room for, each a table."""
    room = width - _label_width(page) - _name_width(page) - len(_GAP)
    return page.parts(room // (len(_GAP) + max(_widths(page))))


def _label_width(page: Printout) -> int:
    return max(len(_LINE), *(len(row.label) for row in page.rows))


def _name_width(page: Printout) -> int:
    return max(map(len, page.amounts))


def _widths(page: Printout) -> list[int]:
    """Return the widths of the columns: of the longest amount, or word of a head."""
    texts = [
        [
            *(word for head in column for word in head.split()),
            *(text for row in page.rows if not row.reason for text in amount_texts(row.cells[at])),
        ]
        for at, column in enumerate(page.columns)
    ]
    return [max(map(len, each)) for each in texts]


def _table(page: Printout, width: int) -> Iterator[str]:
    """Yield the lines of a table: for each line of the sheet, each amount in all columns."""
    widths = [_label_width(page), _name_width(page), *_widths(page)]

    def text(label: str, name: str, cells: Iterable[str]) -> str:
        return _GAP.join(
            cell.rjust(each) if number > 1 else cell.ljust(each)
            for number, (cell, each) in enumerate(zip((label, name, *cells), widths, strict=True))
        )

    above = list(map(_head_lines, page.columns, widths[2:]))
    most = max(map(len, above))
    for level in range(most):
        cells = [[""] * (most - len(lines)) + lines for lines in above]
        yield text(_LINE if level == most - 1 else "", "", [lines[level] for lines in cells])
    yield _GAP.join("-" * each for each in widths)
    for row in page.rows:
        if row.reason:
            begin = row.label.ljust(widths[0]) + _GAP
            yield from textwrap.wrap(
                f"{NO_PRICE}: {row.reason}",
                width,
                initial_indent=begin,
                subsequent_indent=" " * len(begin),
            )
            continue
        amounts = list(map(amount_texts, row.cells))
        for number, name in enumerate(page.amounts):
            yield text("" if number else row.label, name, [cell[number] for cell in amounts])


def _head_lines(above: Sequence[str], width: int) -> list[str]:
    return [line for head in above for line in textwrap.wrap(head, width, break_on_hyphens=False)]
