"""`feesync claim`: what Medicare allows for the lines of a claim together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from feesync.claims.claim_estimate import ClaimEstimate
from feesync.claims.estimator import estimate_lines
from feesync.claims.file import SUFFIXES, FileLine, read_lines
from feesync.claims.header import Header
from feesync.cli.codes import read_words
from feesync.cli.command import Reader
from feesync.cli.input import STDIN, read_input
from feesync.cli.options import (
    csv_option,
    db_option,
    explain_option,
    header_options,
    json_option,
    one_form,
)
from feesync.cli.output import print_csv_rows, print_json, print_lines, print_text
from feesync.errors import ExitStatus
from feesync.text.claim import claim_blocks, money_cell


@click.command("claim", cls=Reader, short_help="What Medicare allows for the lines of a claim.")
@click.argument("lines", nargs=-1, required=True, metavar="LINE...", callback=read_words)
@header_options
@click.option(
    "--incomplete",
    is_flag=True,
    help="Leave out a line that cannot be priced, and price the others as the claim without it.",
)
@csv_option
@json_option
@explain_option
@db_option
@click.pass_context
def command(
    ctx: click.Context,
    lines: tuple[str, ...],
    header: Header,
    incomplete: bool,
    as_csv: bool,
    as_json: bool,
    explain: bool,
) -> None:
    """Estimate what Medicare allows for the lines of a claim: one practitioner, patient and day.

    A LINE is a code with its modifiers, units and charge, 64493-50x1@250.00 (or 66984-55d30, days
    of care after an operation), or a file, or - for standard input. A .csv or .xlsx file has
    columns for hcpcs, modifiers (or mod1 to mod4), units, charge and postop_days, under these or
    other usual names (cpt, mod, qty, billed), with , or ; or tabs between them. A .json file holds
    a list of such texts, or of objects with those names. --csv prints a row a line.

    \b
      feesync claim 64493-50 64494-50 --locality 01112-05 --date 2025-11-03
      feesync claim 64493-RT@300 64493-LT@300 --locality CA-05 --deductible 100
      feesync claim 64493-50 64494-50 --locality AL --percent 110 --of-year 2022
      feesync claim lines.xlsx --locality 01112-05 --json
    """
    one_form(as_json, explain, as_csv)
    claim_lines = list(_lines(lines))

    def name(number: int) -> str:
        origin = claim_lines[number - 1].origin
        return f"line {number} ({origin})" if origin else f"line {number}"

    claim = estimate_lines(
        header, [line.line for line in claim_lines], incomplete=incomplete, db=ctx.obj, name=name
    )
    if as_json:
        print_json(claim.to_dict())
    elif as_csv:
        print_csv_rows(claim.rows())
    elif explain:
        print_lines(
            "\n\n".join(
                f"Line {number}: {line.explain()}"
                for number, line in zip(claim.numbers, claim.lines, strict=True)
            )
        )
        click.echo()
        _print_sums(claim)
    else:
        print_text(claim_blocks(claim))
    reasons = [
        (number, note.text)
        for number, line in zip(claim.numbers, claim.lines, strict=True)
        for note in line.denials
        if as_json or as_csv  # the text has them among its notes
    ]
    if claim.refused:
        from feesync.cli.hints import with_hint  # not where every line has a price

        reasons += [(line.number, with_hint(line.reason, line.hint)) for line in claim.refused]
    for number, text in sorted(reasons):
        click.echo(f"feesync: no price: {name(number)}: {text}", err=True)
    if claim.refused or any(line.allowed is None for line in claim.lines):
        ctx.exit(ExitStatus.NO_PRICE)


def _lines(arguments: Iterable[str]) -> Iterator[FileLine]:
    for argument in arguments:
        if argument == STDIN or Path(argument).suffix.lower() in SUFFIXES:
            yield from read_lines(*read_input(argument))
        else:
            yield FileLine("", argument)


def _print_sums(claim: ClaimEstimate) -> None:
    contract = claim.lines[0].contract
    sums = [("Contract allows" if contract else "Medicare allows", claim.allowed)]
    if not contract:
        sums += [
            ("Medicare pays", claim.medicare_payment),
            ("Sequestration takes", claim.sequestration),
            ("Patient owes", claim.patient_responsibility),
        ]
    for label, amount in sums:
        click.echo(f"  {'Claim: ' + label:<44}{money_cell(amount):>12}")
    for note in claim.notes:
        print_lines(f"  {note}")
