"""`feesync check`: a paid line, what it should have been, and what the amount is right for."""

from __future__ import annotations

import click

from feesync.analysis.check import check_line
from feesync.claims.header import Header
from feesync.claims.line import ClaimLine
from feesync.cli.command import Reader
from feesync.cli.options import csv_option, db_option, header_options, json_option, one_format
from feesync.cli.output import print_csv_rows, print_json
from feesync.errors import ExitStatus


@click.command("check", cls=Reader, short_help="What a paid line should be, and why it is not.")
@click.argument("line")
@header_options
@click.option("--allowed", metavar="DOLLARS", help="What the payer allowed for the line.")
@click.option(
    "--paid",
    metavar="DOLLARS",
    help="What the payer paid for it, after deductible, coinsurance and sequestration.",
)
@click.option(
    "--fail-on-difference", is_flag=True, help="Exit with status 4 where an amount differs."
)
@json_option
@csv_option
@db_option
@click.pass_context
def command(
    ctx: click.Context,
    line: str,
    header: Header,
    allowed: str | None,
    paid: str | None,
    fail_on_difference: bool,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Hold an amount of a remittance against what Medicare allows, and say what it is right for.

    LINE is a code with its modifiers, units and charge, as for claim: 64493-50x1@250.00. Give what
    was allowed, or what was paid, or both. Every cause that meets the amount to the cent is listed,
    the likeliest first, with its arithmetic: a modifier left out, the other setting, a rank behind
    another procedure, other units, rates of another quarter or locality, and so on; pairs of
    causes where no single one does. The difference is the answer: the exit status is 0 all the
    same, unless --fail-on-difference is given.

    \b
      feesync check 64493-50 --allowed 222.87 --locality 01112-05 --date 2025-11-03
      feesync check 64493-50 --paid 174.73 --locality 01112-05 --date 2025-11-03
    """
    one_format(as_json, as_csv)
    result = check_line(header, ClaimLine.read(line), allowed=allowed, paid=paid, db=ctx.obj)
    if as_json:
        print_json(result.to_dict())
    elif as_csv:
        print_csv_rows(result.rows())
    else:
        click.echo(result.summary())
    if fail_on_difference and result.differs:
        ctx.exit(ExitStatus.REFUSED)
