"""`feesync export`: the grid of rates to a CSV, Parquet or SQLite file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date as Date
from pathlib import Path

import click

from feesync.cli.codes import bare_codes, codes_option, read_words
from feesync.cli.command import Reader
from feesync.cli.numbers import WholeNumber
from feesync.cli.options import check_file, date_option, db_option, force_option, qp_option
from feesync.cli.output import print_file, print_notes, print_unknown
from feesync.cli.place import place_options
from feesync.text.cells import count_of
from feesync.writers import csv_text, files
from feesync.writers.block import Block
from feesync.writers.export import export


@click.command("export", cls=Reader, short_help="The grid of rates to CSV, Parquet or SQLite.")
@click.argument("hcpcs", nargs=-1, callback=read_words)
@codes_option("one code or range")
@place_options
@date_option
@click.option(
    "--year",
    type=WholeNumber(2000, 2099),
    help="The newest loaded release of a year, instead of --date.",
)
@click.option(
    "--release",
    "label",
    metavar="LABEL",
    help="A loaded release, such as RVU25D, instead of --date.",
)
@qp_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="FILE.csv, FILE.parquet, FILE.db or FILE.sqlite; CSV on stdout by default.",
)
@force_option
@db_option
@click.pass_context
def command(
    ctx: click.Context,
    hcpcs: tuple[str, ...],
    more: tuple[str, ...],
    places: tuple[str, ...],
    states: tuple[str, ...],
    day: Date | None,
    year: int | None,
    label: str | None,
    qp: bool,
    output: Path | None,
    force: bool,
) -> None:
    """Write rates to a file: by default of all codes of a release, in all places.

    The columns are those of 'rates --csv'.

    \b
      feesync export --release RVU25D -o rvu25d.parquet
      feesync export --state CA --year 2025 -o california.db
      feesync export 64490-64495 --date 2025-11-03 > facets.csv

    A SQLite file has a table rate_cents of exact integers (cents, hundredths of RVUs, thousandths
    of GPCIs, ten-thousandths of the factor), a view rate of the same in dollars and decimals, and a
    table release that says where they come from. Parquet needs pip install 'feesync[parquet]'; its
    money is decimal(12, 2). A file appears whole or not at all.
    """
    if sum(value is not None for value in (day, year, label)) > 1:
        raise click.UsageError("--date, --year and --release exclude each other")
    check_file(ctx, "-o", output, force=force, check=files.check)
    rates = export(
        [*hcpcs, *bare_codes(more)] or None,
        locality=places,
        state=states,
        date=day,
        year=year,
        release=label,
        qp=qp,
        db=ctx.obj,
    )
    print_notes(rates.notes)
    if output is None:
        csv_text.write(sys.stdout, rates.grid.blocks())
        print_unknown(ctx, rates.unknown)
        return
    labels = ", ".join(release.label for release in rates.releases)
    with click.progressbar(
        length=rates.grid.code_count,
        label=f"{labels} to {output.name}",
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
    ) as bar:
        blocks = _watched(rates.grid.blocks(), bar.update)
        count = files.write(output, blocks, rates.releases, force=force)
    print_file(f"{count_of(count, 'rate')} of {labels}", output)
    print_unknown(ctx, rates.unknown)


def _watched(blocks: Iterable[Block], move: Callable[[int], None]) -> Iterator[Block]:
    """Yield blocks, and say of how many codes each that has been written was."""
    for block in blocks:
        yield block
        move(block.code_count)
