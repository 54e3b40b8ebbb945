"""`feesync estimate`: what Medicare allows for one line."""

from __future__ import annotations

import sys

import click

from feesync.claims.estimate import Estimate
from feesync.claims.estimator import estimate_line
from feesync.claims.header import Header
from feesync.claims.line import ClaimLine
from feesync.cli.command import Reader
from feesync.cli.numbers import WholeNumber
from feesync.cli.options import (
    csv_option,
    db_option,
    explain_option,
    header_options,
    json_option,
    modifiers_option,
    one_form,
)
from feesync.errors import ExitStatus

_MODIFIER = 2
"""The characters of a modifier."""


def _read_one_code(ctx: click.Context, param: click.Parameter, words: tuple[str, ...]) -> str:
    """Return the one code, with what stands with it; say of other words where they go."""
    if not words:
        if ctx.resilient_parsing:  # where a shell completes
            return ""
        raise click.UsageError(
            "Missing argument 'CODE[-MOD...]', as in: feesync estimate 64493-50 --zip 33612", ctx
        )
    first, *others = words
    if first.lower() == "help":
        raise click.UsageError("Did you mean 'feesync help estimate'?", ctx)
    if not others:
        return first
    if all(len(word) == _MODIFIER for word in others):
        raise click.UsageError(f"modifiers stand with the code: give {'-'.join(words)}", ctx)
    from feesync.model.zip_code import read_zip

    place = next((word for word in others if read_zip(word)), None)
    way = f" A ZIP goes with --zip: feesync estimate {first} --zip {place}." if place else ""
    raise click.UsageError(
        f"estimate takes one line.{way} Several are a claim: feesync claim {' '.join(words)}", ctx
    )


@click.command("estimate", cls=Reader, short_help="What Medicare allows for one line.")
@click.argument("hcpcs", nargs=-1, metavar="CODE[-MOD...]", callback=_read_one_code)
@header_options
@modifiers_option
@click.option(
    "--units", type=WholeNumber(0), default=1, show_default=True, help="Units of service."
)
@click.option(
    "--charge",
    metavar="DOLLARS",
    help="Submitted charge of the line; the lower of charge and fee is allowed.",
)
@click.option(
    "--postop-days",
    type=WholeNumber(1),
    metavar="N",
    help="Days of care that modifier 55 pays for; all by default.",
)
@csv_option
@json_option
@explain_option
@db_option
@click.pass_context
def command(
    ctx: click.Context,
    hcpcs: str,
    header: Header,
    modifiers: tuple[str, ...],
    units: int,
    charge: str | None,
    postop_days: int | None,
    as_csv: bool,
    as_json: bool,
    explain: bool,
) -> None:
    """Estimate what Medicare allows for one line: a code, with its modifiers, units and charge.

    \b
      feesync estimate 64493-50 --zip 33612 --pos office --date 11/03/2025
      feesync estimate 64493 --locality 01112-05 -m 50 --date 2025-11-03
      feesync estimate 64493 --locality national --pos 24 --json
      feesync estimate 64493 --locality AL --percent 110 --of-year 2022
      feesync estimate 64635 --locality CA-18 -m LT --charge 900 --explain
    """
    one_form(as_json, explain, as_csv)
    line = ClaimLine(hcpcs, modifiers, units, charge, postop_days)
    answer = estimate_line(header, line, db=ctx.obj)
    _print(answer, as_csv, as_json, explain)
    if answer.allowed is None:
        if as_json or as_csv:  # the text has them among its notes
            from feesync.cli.output import print_notes

            print_notes(answer.denials)
        ctx.exit(ExitStatus.NO_PRICE)


def _print(answer: Estimate, as_csv: bool, as_json: bool, explain: bool) -> None:
    if as_csv:
        from feesync.claims.row import line_row
        from feesync.cli.output import print_csv_rows

        print_csv_rows([line_row(answer)])
        return
    if as_json:
        from feesync.cli.output import print_json

        print_json(answer.to_dict())
        return
    text = answer.explain() if explain else answer.summary()
    if sys.stdout.isatty():
        from feesync.cli.terminal import terminal_text  # not where a program reads

        text = terminal_text(text)
    click.echo(text)
