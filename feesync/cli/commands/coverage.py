"""`feesync coverage`: the billing sheet of a facet joint code."""

from __future__ import annotations

import textwrap
from datetime import date as Date
from itertools import groupby

import click

from feesync.cli.command import QuietReader
from feesync.cli.options import (
    POS_HELP,
    date_option,
    db_option,
    json_option,
    optional_locality_option,
)
from feesync.cli.output import print_json, print_lines, print_notes, print_prose
from feesync.cli.terminal import terminal_width
from feesync.coverage.sheet import TOPICS, Sheet, coverage_sheet
from feesync.reference.place_of_service import places_of_service

_WIDTH = 110
"""The longest line, unless the terminal is narrower."""

_ABOUT = 14


@click.command("coverage", cls=QuietReader, short_help="The billing sheet of a facet joint code.")
@click.argument("hcpcs")
@click.option("--pos", metavar="POS", help=f"{POS_HELP}, for prior authorization.")
@optional_locality_option
@date_option
@json_option
@db_option
@click.pass_context
def command(
    ctx: click.Context,
    hcpcs: str,
    pos: str | None,
    locality: str | None,
    day: Date | None,
    as_json: bool,
) -> None:
    """Print what to know before a facet joint code is billed.

    That is modifiers, units, prior authorization, frequency, policy, and documentation.

    \b
      feesync coverage 64493 --pos 22 --locality 01112-05
      feesync coverage 64635 --date 2024-03-01 --json
    """
    sheet = coverage_sheet(hcpcs, pos=pos, locality=locality, date=day, db=ctx.obj)
    if as_json:
        print_json(sheet.to_dict())
    else:
        _print(sheet)
    print_notes(sheet.notes)


def _print(sheet: Sheet) -> None:
    place = (
        f", place of service {sheet.pos} ({places_of_service()[sheet.pos].name})"
        if sheet.pos
        else ""
    )
    print_prose(f"{sheet.hcpcs}: {sheet.title}")
    click.echo(f"{sheet.date}{place}")
    if sheet.locality:
        print_lines(str(sheet.locality))
    numbers = {
        source: number
        for number, source in enumerate(dict.fromkeys(fact.source for fact in sheet.facts), start=1)
    }
    width = min(terminal_width() or _WIDTH, _WIDTH)
    for topic, facts in groupby(sheet.facts, key=lambda fact: fact.topic):
        click.echo(f"\n{TOPICS[topic]}")
        for fact in facts:
            begin = f"  {fact.about:<{_ABOUT}}"
            click.echo(
                textwrap.fill(
                    f"{fact.text} [{numbers[fact.source]}]",
                    width,
                    initial_indent=begin,
                    subsequent_indent=" " * len(begin),
                )
            )
    click.echo("\nSources")
    for source, number in numbers.items():
        click.echo(
            textwrap.fill(source, width, initial_indent=f"  [{number}] ", subsequent_indent=" " * 6)
        )
